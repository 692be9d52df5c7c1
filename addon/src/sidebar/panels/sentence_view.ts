/** Shows what the sentences of a policy became. */
import { make } from "../../shared/elements.ts";
import type { Sentence, Status } from "./answers.ts";
import { visible } from "../text.ts";
import { unseen } from "./parts.ts";
import { piecesOf, tally } from "./sentences.ts";
import { words } from "./words.ts";

/** The counts, and every sentence with its status. */
export function sentenceView(sentences: readonly Sentence[]): HTMLElement {
  const { enforced, demands, counts } = tally(sentences);
  const view = make(
    "div",
    "panels-sentences",
    make("p", "panels-total", words.sentences.enforced(enforced, demands)),
    make(
      "ul",
      "panels-counts",
      ...counts.map(({ status, count }) =>
        make("li", `panels-status panels-${status}`, sign(status), nameOf(status), ` ${count}`),
      ),
    ),
  );
  if (sentences.some(({ unread }) => unread.length > 0))
    view.append(make("p", "panels-hint", words.sentences.unread));
  view.append(make("ol", "panels-list", ...sentences.map(item)));
  return view;
}

function item(sentence: Sentence): HTMLLIElement {
  const { status, paraphrase, note } = sentence;
  const entry = make(
    "li",
    `panels-sentence panels-${status}`,
    make("p", "panels-status", sign(status), nameOf(status)),
    textOf(sentence),
  );
  if (paraphrase !== null) {
    const label = status === "enforced" ? words.sentences.checkedAs : words.sentences.readAs;
    entry.append(make("p", "panels-paraphrase", make("span", "", `${label}: `), paraphrase));
  }
  if (note !== null) entry.append(make("p", "panels-hint", note));
  return entry;
}

function textOf(sentence: Sentence): HTMLElement {
  const pieces = piecesOf(sentence).flatMap(({ text, read }) =>
    read
      ? visible(text)
      : [make("u", "panels-unread", ...visible(text), unseen(words.sentences.unreadWord))],
  );
  const text = make("p", "panels-text", ...pieces);
  text.dir = "auto";
  return text;
}

/** Beside the name, which says it all. */
function sign(status: Status): HTMLElement {
  const element = make("span", "panels-sign", words.sentences.sign[status]);
  element.setAttribute("aria-hidden", "true");
  return element;
}

function nameOf(status: Status): string {
  return words.sentences.status[status];
}
