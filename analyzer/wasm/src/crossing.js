// The JavaScript side of batch.rs, answer.rs and explanations.rs: texts go in and objects come out
// in one call each. The types of the objects stand there.

export function lengths(texts) {
  return Uint32Array.from(texts, (text, index) => {
    if (typeof text !== "string") throw new TypeError(`formula ${index} is not a text`);
    return text.length;
  });
}

export function join(texts) {
  return texts.join("\n");
}

export function objects(numbers, text, lengths) {
  const strings = [null];
  let end = 0;
  for (const length of lengths) strings.push(text.slice(end, (end += length)));

  let next = 0;
  const number = () => numbers[next++];
  const string = () => strings[numbers[next++]];

  const policy = () => {
    const id = string();
    return id === null ? null : { id, title: string(), version: number(), sentence: string() };
  };
  const fix = () => {
    const title = string();
    return title === null ? null : { safe: number() === 1, title, formula: string() };
  };
  // Members are evaluated in the order in which they are written.
  const finding = () => ({
    rule: string(),
    category: string(),
    severity: string(),
    message: string(),
    span: { start: number(), end: number() },
    fingerprint: string(),
    policy: policy(),
    fix: fix(),
  });

  const answers = [];
  while (next < numbers.length) {
    const skipped = string();
    const template = skipped === null ? number() * 2 ** 32 + number() : null;
    const findings = [];
    for (let count = number(); count > 0; count--) findings.push(finding());
    answers.push({ findings, skipped, template });
  }
  return answers;
}

export function steps(texts, spans) {
  return texts.map((text, index) => ({
    text,
    span: { start: spans[2 * index], end: spans[2 * index + 1] },
  }));
}
