//! What an audit says about a formula, and the edits that would mend it.

use std::borrow::Cow;

use crate::span::Span;

/// How much a finding matters. `Low` and above make a formula non-compliant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth changing some day.
    Low,
    /// Likely to do harm.
    Medium,
    /// Wrong, or against a policy that says must.
    High,
}

/// What kind of trouble a rule looks for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// The formula is not valid or can not give a result.
    Error,
    /// A function or an argument that often gives wrong results.
    Risk,
    /// What the formula refers to, and how.
    Reference,
    /// Cells that differ from their neighbours.
    Consistency,
    /// Numbers and texts written into a formula.
    Constant,
    /// Hard to read and to check.
    Complexity,
    /// Slow to calculate.
    Performance,
    /// Data that can leave, or secrets that stand in the open.
    Security,
    /// Personal data.
    Privacy,
    /// An organization's own policy.
    Policy,
}

/// One finding in one formula. What repeats over copies of the formula says the same `message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, or `policy` rules' kebab-case name.
    pub rule: Cow<'static, str>,
    /// What kind of trouble it is.
    pub category: Category,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, why it matters, what to do.
    pub message: String,
    /// The part of the formula in question, in bytes.
    pub span: Span,
    /// Which of the audit's policy sentences it breaks; `None` for a built-in rule.
    pub sentence: Option<SentenceRef>,
    /// An edit that would mend it.
    pub fix: Option<Fix>,
}

/// A sentence of one of the policies that an audit runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SentenceRef {
    /// The policy's place among the audit's policies.
    pub policy: u32,
    /// The sentence's place in that policy.
    pub sentence: u32,
}

/// Edits that mend one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a short order: "Add FALSE as 4th argument".
    pub title: String,
    /// Whether it keeps the formula's result, and so may be applied without asking.
    pub safe: bool,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Replaces the text at `span` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in bytes of the formula's source; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}
