/** Sends formulas to the server and reads its answer. Knows no page. */
import { type Citation, type Finding, type Fix, severities, type Span } from "./finding.ts";
import { Json } from "./json.ts";
import { type Problem, readProblem } from "./problem.ts";

/** Who asks, where the server trusts these headers. */
export interface Identity {
  readonly user: string;
  readonly organization: string;
}

export interface AuditedFormula {
  readonly formula: string;
  readonly compliant: boolean;
  readonly findings: readonly Finding[];
}

export interface Audit {
  readonly auditId: string;
  readonly formulas: readonly AuditedFormula[];
  /** Texts that are no formulas, with the reason. */
  readonly skipped: readonly string[];
}

export type Answer =
  | { readonly kind: "audited"; readonly audit: Audit }
  | { readonly kind: "refused"; readonly problem: Problem };

/**
 * Has the server audit and record `formulas`. Rejects when no server answers or its answer can not
 * be read; a refusal is an answer.
 */
export async function requestAudit(
  formulas: readonly string[],
  identity: Identity,
  send: typeof fetch = fetch,
): Promise<Answer> {
  const response = await send("api/audit", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-user-id": identity.user,
      "x-user-org": identity.organization,
    },
    body: JSON.stringify({ formulas }),
  });
  const body: unknown = await response.json().catch(() => null);
  return response.ok
    ? { kind: "audited", audit: readAudit(new Json(body)) }
    : { kind: "refused", problem: readProblem(response.status, body) };
}

function readAudit(answer: Json): Audit {
  return {
    auditId: answer.get("auditId").text(),
    formulas: answer.get("audits").list((entry) => ({
      formula: entry.get("formula").text(),
      compliant: entry.get("compliant").flag(),
      findings: entry.get("findings").list(readFinding),
    })),
    skipped: answer.get("skipped").list((entry) => entry.get("reason").text()),
  };
}

/** One of `findings`. */
export function readFinding(finding: Json): Finding {
  return {
    rule: finding.get("rule").text(),
    category: finding.get("category").text(),
    severity: finding.get("severity").oneOf(severities),
    message: finding.get("message").text(),
    span: finding.get("span").orNull(readSpan),
    fix: finding.get("fix").orNull(readFix),
    policy: finding.get("policy").orNull(readCitation),
  };
}

function readSpan(span: Json): Span {
  return { start: span.get("start").number(), end: span.get("end").number() };
}

function readFix(fix: Json): Fix {
  return {
    title: fix.get("title").text(),
    safe: fix.get("safe").flag(),
    formula: fix.get("formula").text(),
  };
}

function readCitation(policy: Json): Citation {
  return {
    id: policy.get("id").text(),
    title: policy.get("title").text(),
    version: policy.get("version").number(),
    sentence: policy.get("sentence").text(),
  };
}
