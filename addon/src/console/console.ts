/** The page: wires the form to the analyzer in the browser and to the server. */
import { type Answer, type Audit, type Identity, requestAudit } from "../shared/audit.ts";
import { find } from "../shared/elements.ts";
import { UnreadableAnswer } from "../shared/json.ts";
import { loadAnalyzer, type Check } from "./analyzer.ts";
import { showFindings } from "./findings.ts";
import { words } from "./words.ts";

const page = {
  form: find("audit-form", HTMLFormElement),
  formula: find("formula", HTMLTextAreaElement),
  user: find("user", HTMLInputElement),
  organization: find("organization", HTMLInputElement),
  button: find("audit", HTMLButtonElement),
  local: {
    status: find("local-status", HTMLElement),
    findings: find("local-findings", HTMLUListElement),
  },
  recorded: {
    status: find("recorded-status", HTMLElement),
    findings: find("recorded-findings", HTMLUListElement),
  },
};

/** Null until the analyzer is loaded, and for good where the browser refuses to run it. */
let check: Check | null = null;
/** Whether an answer is awaited: the button stays focusable meanwhile, but does nothing. */
let auditing = false;

/** Writes a status only when it changed: each write is read out by screen readers. */
function say(status: HTMLElement, text: string): void {
  if (status.textContent !== text) status.textContent = text;
}

function checkHere(): void {
  if (check === null) return;
  const formula = page.formula.value;
  const { findings, skipped } = check(formula);
  showFindings(page.local.findings, formula, findings);
  if (formula === "") say(page.local.status, words.typeFormula);
  else say(page.local.status, skipped ? words.skipped(skipped) : words.local(findings.length));
}

async function audit(): Promise<void> {
  const formula = page.formula.value;
  if (auditing) return;
  if (formula === "") {
    sayOfAudit(words.typeFormula, false);
    page.formula.focus();
    return;
  }
  setAuditing(true);
  sayOfAudit(words.auditing, true);
  page.recorded.findings.replaceChildren();
  try {
    showAnswer(await requestAudit([formula], identity()));
  } catch (error) {
    const isAnswer = error instanceof UnreadableAnswer;
    sayOfAudit(isAnswer ? words.badAnswer(error.message) : words.noServer, false);
    console.error(error);
  } finally {
    setAuditing(false);
  }
}

function identity(): Identity {
  return { user: page.user.value.trim(), organization: page.organization.value.trim() };
}

function setAuditing(now: boolean): void {
  auditing = now;
  page.button.setAttribute("aria-disabled", String(now));
}

/** What became of the audit; bad news is set apart. */
function sayOfAudit(text: string, well: boolean): void {
  page.recorded.status.classList.toggle("refused", !well);
  say(page.recorded.status, text);
}

function showAnswer(answer: Answer): void {
  if (answer.kind === "audited") {
    showAudit(answer.audit);
  } else {
    const { title, detail, request } = answer.problem;
    const lines = [words.refused(title, detail), ...(request ? [words.request(request)] : [])];
    sayOfAudit(lines.join(" "), false);
  }
}

function showAudit(audit: Audit): void {
  const [audited] = audit.formulas;
  if (audited === undefined) {
    sayOfAudit(audit.skipped.map(words.skipped).join(" "), false);
    return;
  }
  showFindings(page.recorded.findings, audited.formula, audited.findings);
  sayOfAudit(words.recorded(audited.findings.length, audit.auditId), true);
}

page.formula.addEventListener("input", checkHere);
page.formula.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    page.form.requestSubmit();
  }
});
page.form.addEventListener("submit", (event) => {
  event.preventDefault();
  void audit();
});

try {
  check = await loadAnalyzer();
  checkHere();
} catch (error) {
  say(page.local.status, words.noAnalyzer);
  console.error(error);
}
