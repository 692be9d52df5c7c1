//! What a rule of a policy finds.

use std::borrow::Cow;

use crate::finding::{Fix, Severity};
use crate::span::Span;

/// Where a formula breaks a rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The sentence's place in its policy.
    pub sentence: u32,
    /// The rule's name: mostly a built-in rule's where there is one that looks for the same.
    pub rule: Cow<'static, str>,
    /// The built-in rule that marks the same where it finds this; none if the rule is to be told
    /// apart from it.
    pub same_as: Option<&'static str>,
    /// How much it matters, by the sentence's level.
    pub severity: Severity,
    /// The part of the formula in question, in bytes.
    pub span: Span,
    /// What is wrong, and what to do.
    pub message: String,
    /// An edit that would mend it.
    pub fix: Option<Fix>,
}
