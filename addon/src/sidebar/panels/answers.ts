/** What the server answers, as the panels need it. Reads; asks nothing and shows nothing. */
import type { Span } from "../../shared/finding.ts";
import type { Json } from "../../shared/json.ts";

export const roles = ["viewer", "editor", "admin"] as const;
export type Role = (typeof roles)[number];

export interface Me {
  readonly organization: { readonly id: string; readonly name: string };
  /** Null for a program. */
  readonly user: { readonly name: string | null; readonly email: string | null } | null;
  readonly role: Role;
  readonly plan: string;
}

export function readMe(me: Json): Me {
  const organization = me.get("organization");
  return {
    organization: { id: organization.get("id").text(), name: organization.get("name").text() },
    user: me.get("user").orNull((user) => ({
      name: user.get("name").orNull(text),
      email: user.get("email").orNull(text),
    })),
    role: me.get("role").oneOf(roles),
    plan: me.get("plan").text(),
  };
}

/** Whether the role allows policies and suppressions to be written. */
export function mayWrite({ role }: Me): boolean {
  return role !== "viewer";
}

export interface Usage {
  readonly plan: string;
  readonly used: number;
  /** Null without a limit. */
  readonly limit: number | null;
  /** `2026-11`, in UTC. */
  readonly month: string;
  /** Newest first. */
  readonly months: readonly { readonly month: string; readonly count: number }[];
}

export function readUsage(usage: Json): Usage {
  return {
    plan: usage.get("plan").text(),
    used: usage.get("used").number(),
    limit: usage.get("limit").orNull((limit) => limit.number()),
    month: usage.get("month").text(),
    months: usage.get("months").list((month) => ({
      month: month.get("month").text(),
      count: month.get("count").number(),
    })),
  };
}

export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly category: string | null;
  readonly department: string | null;
  readonly tags: readonly string[];
  readonly version: number;
  /** Null when no version was ever put in force. */
  readonly publishedVersion: number | null;
}

export interface PolicyPage {
  readonly policies: readonly Policy[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

export function readPolicyPage(page: Json): PolicyPage {
  return {
    policies: page.get("policies").list(readPolicy),
    nextCursor: page.get("nextCursor").orNull(text),
  };
}

function readPolicy(policy: Json): Policy {
  return {
    id: policy.get("id").text(),
    title: policy.get("title").text(),
    content: policy.get("content").text(),
    category: policy.get("category").orNull(text),
    department: policy.get("department").orNull(text),
    tags: policy.get("tags").list(text),
    version: policy.get("version").number(),
    publishedVersion: policy.get("publishedVersion").orNull((version) => version.number()),
  };
}

/** What became of a sentence, in the order in which the counts are told. */
export const statuses = [
  "enforced",
  "partial",
  "needsValue",
  "needsScope",
  "ambiguous",
  "notUnderstood",
  "notCheckable",
  "context",
] as const;
export type Status = (typeof statuses)[number];

export interface Sentence {
  readonly text: string;
  readonly status: Status;
  /** What it demands, in the analyzer's words. */
  readonly paraphrase: string | null;
  /** Why it is not enforced, and what to do. */
  readonly note: string | null;
  /** The words that were not understood, as parts of `text`. */
  readonly unread: readonly Span[];
}

export function readSentences(compiled: Json): Sentence[] {
  return compiled.get("sentences").list((sentence) => {
    const start = sentence.get("span").get("start").number();
    return {
      text: sentence.get("text").text(),
      status: sentence.get("status").oneOf(statuses),
      paraphrase: sentence.get("paraphrase").orNull(text),
      note: sentence.get("note").orNull(text),
      // The server counts from the start of the document.
      unread: sentence.get("unread").list((span) => ({
        start: span.get("start").number() - start,
        end: span.get("end").number() - start,
      })),
    };
  });
}

export interface CompiledPolicy {
  readonly policy: Policy;
  readonly sentences: readonly Sentence[];
  readonly warnings: readonly string[];
  /** Whether today's grammar would read the version in force in another way. */
  readonly upgradable: boolean;
}

export function readCompiledPolicy(answer: Json): CompiledPolicy {
  return {
    policy: readPolicy(answer.get("policy")),
    sentences: readSentences(answer.get("compiled")),
    warnings: answer.get("warnings").list(text),
    upgradable: answer.get("upgrade").orNull(() => true) ?? false,
  };
}

export interface Preview {
  readonly sentences: readonly Sentence[];
  /** What is wrong between its rules and those in force. */
  readonly issues: readonly Issue[];
  /** How many of the formulas given it finds something in; null when none were given. */
  readonly flagged: number | null;
  readonly hits: readonly { readonly formula: string; readonly message: string }[];
}

/** Two rules that do not go together. */
export interface Issue {
  readonly message: string;
  /** The rules that it is about, the first first; `policy` is null for the one that is tried. */
  readonly rules: readonly { readonly policy: string | null; readonly demand: string }[];
}

/** The policy that is tried has no id yet, unless it is the next version of one. */
const unstored = "00000000-0000-0000-0000-000000000000";

function readIssue(issue: Json): Issue {
  return {
    message: issue.get("message").text(),
    rules: issue.get("rules").list((rule) => ({
      policy: rule.get("policy").text() === unstored ? null : rule.get("title").text(),
      demand: rule.get("paraphrase").text(),
    })),
  };
}

export function readPreview(preview: Json): Preview {
  const audits = preview.get("audits").orNull((audits) =>
    audits.list((audit) => ({
      formula: audit.get("formula").text(),
      messages: audit.get("findings").list((finding) => finding.get("message").text()),
    })),
  );
  return {
    sentences: readSentences(preview.get("compiled")),
    issues: preview.get("issues").list(readIssue),
    flagged: preview.get("flagged").orNull((flagged) => flagged.number()),
    hits: (audits ?? []).flatMap(({ formula, messages }) =>
      messages.slice(0, 1).map((message) => ({ formula, message })),
    ),
  };
}

export const suppressionStates = ["active", "expired", "locked"] as const;

export interface Suppression {
  readonly id: string;
  readonly fingerprint: string | null;
  readonly rule: string | null;
  readonly range: string | null;
  readonly sheet: string | null;
  readonly reason: string;
  /** RFC 3339; null for never. */
  readonly expiresAt: string | null;
  readonly author: string | null;
  readonly createdAt: string;
  readonly state: (typeof suppressionStates)[number];
  /** The day when it last silenced something. */
  readonly lastMatchedOn: string | null;
}

export function readSuppressions(list: Json): Suppression[] {
  return list.get("suppressions").list(readSuppression);
}

export function readSuppression(suppression: Json): Suppression {
  return {
    id: suppression.get("id").text(),
    fingerprint: suppression.get("fingerprint").orNull(text),
    rule: suppression.get("rule").orNull(text),
    range: suppression.get("range").orNull(text),
    sheet: suppression.get("sheet").orNull(text),
    reason: suppression.get("reason").text(),
    expiresAt: suppression.get("expiresAt").orNull(text),
    author: suppression.get("author").orNull(text),
    createdAt: suppression.get("createdAt").text(),
    state: suppression.get("state").oneOf(suppressionStates),
    lastMatchedOn: suppression.get("lastMatchedOn").orNull(text),
  };
}

function text(value: Json): string {
  return value.text();
}
