//! What an audit says about a formula, and the edits that would mend it.

use std::borrow::Cow;

use crate::span::Span;
use crate::template::{Sink, Template};

/// How much a finding matters. `Low` and above make a formula non-compliant.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
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

impl Category {
    /// The category as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Risk => "risk",
            Self::Reference => "reference",
            Self::Consistency => "consistency",
            Self::Constant => "constant",
            Self::Complexity => "complexity",
            Self::Performance => "performance",
            Self::Security => "security",
            Self::Privacy => "privacy",
            Self::Policy => "policy",
        }
    }
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Low, Self::Medium, Self::High];

    /// The severity as people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
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
    /// Tells it from every other finding, and stays the same when the formula moves.
    pub fingerprint: Fingerprint,
}

/// The identity of a finding: its rule, the template of its formula and what it says. It does not
/// depend on the cell, so it survives inserted rows, and the copies of a formula share it.
///
/// Written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// `occurrence` counts, from 0, the findings of one formula that agree in all else.
    #[must_use]
    pub fn new(rule: &str, template: Template, message: &str, occurrence: u32) -> Self {
        let mut hash = Sink::new();
        hash.write(&template.0.to_le_bytes());
        hash.write(&occurrence.to_le_bytes());
        // The length keeps the name and the message apart.
        hash.write(&(rule.len() as u64).to_le_bytes());
        hash.write(rule.as_bytes());
        hash.write(message.as_bytes());
        Self(hash.finish())
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_never_changes() {
        let fingerprint = Fingerprint::new("nested-if", Template(7), "Too deep.", 0);
        assert_eq!(fingerprint.to_string(), "9cb9f1b12d536e5fa1963c1050a90a30");
    }

    #[test]
    fn rule_and_message_are_kept_apart() {
        let one = Fingerprint::new("ab", Template(7), "c", 0);
        assert_ne!(one, Fingerprint::new("a", Template(7), "bc", 0));
    }
}
