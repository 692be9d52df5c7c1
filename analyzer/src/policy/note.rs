//! Why a sentence is not enforced, and what its author can do.

use super::form::FormError;
use super::rule::Metric;

pub(super) fn under_heading(title: &str) -> String {
    format!(
        "It stands under \"{}\", and so demands nothing.",
        title.trim_end_matches(':')
    )
}

pub(super) fn read_with_lead() -> String {
    "It is read together with the line that leads into the list.".to_owned()
}

pub(super) fn leads_in() -> String {
    "It leads into the list under it.".to_owned()
}

pub(super) fn read_with_sentence() -> String {
    "It is read together with the sentence before it.".to_owned()
}

pub(super) fn exception_lost() -> String {
    "An exception in the list under it was not understood, so nothing is checked.".to_owned()
}

/// A rule with an exception after it that was not understood.
pub(super) fn exception_not_read() -> String {
    "The sentence after it makes an exception that was not understood, so nothing is checked. \
     Write the exception into this sentence, with \"except\"."
        .to_owned()
}

/// The readings of an ambiguous sentence, to choose from.
pub(super) fn ambiguous(readings: &[String]) -> String {
    format!(
        "It can be read in more than one way. Write the one that is meant: {}",
        readings.join(" Or: ")
    )
}

pub(super) fn permission() -> String {
    "It allows something, and so demands nothing.".to_owned()
}

/// What a rule that was read is wrong about.
pub(super) fn fails_examples(error: &FormError) -> String {
    format!(
        "The rule that was read is wrong about its own examples: {}. Say it in other words.",
        error.message
    )
}

pub(super) fn wrong_pattern(wrong: &str) -> String {
    format!("What stands in back quotes can not be read: {wrong}.")
}

pub(super) fn needs_scope() -> String {
    "The underlined words say where it holds, and name no part of the workbook. Leave them out, \
     or write the rule for all formulas."
        .to_owned()
}

pub(super) fn partial() -> String {
    "The underlined words were not understood, so nothing is checked. Say them in other words, or \
     leave them out."
        .to_owned()
}

pub(super) fn not_checkable(topic: &str) -> String {
    format!(
        "It is about {}, which no formula shows.",
        topic.replace('-', " ")
    )
}

/// What can be written instead: the nearest forms that are understood.
pub(super) fn not_understood(nearest: &[&str]) -> String {
    format!(
        "It fits no form that is understood. Write it in one of these: {}",
        nearest.join(" Or: ")
    )
}

pub(super) fn allows_and_forbids() -> String {
    "It allows something and forbids something, and what is allowed could be an exception. Write \
     two sentences, or an exception with \"except\"."
        .to_owned()
}

/// What a limit without a number needs, with three to choose from.
pub(super) fn needs_value(metric: &Metric) -> String {
    let (what, values) = match metric {
        Metric::Length => ("characters", [100, 200, 400]),
        Metric::Lines => ("lines", [1, 3, 5]),
        Metric::Calls | Metric::CallsOf(_) => ("function calls", [3, 5, 10]),
        Metric::DistinctCalls => ("different functions", [2, 3, 5]),
        Metric::References => ("references", [4, 6, 10]),
        Metric::DistinctReferences => ("different references", [4, 6, 10]),
        Metric::Parentheses => ("levels of parentheses", [1, 2, 3]),
        Metric::Operators => ("operators", [5, 9, 15]),
        Metric::OperatorsOf(_) => ("operators of this kind", [1, 3, 5]),
        Metric::Nesting | Metric::NestingOf(_) => ("levels of nesting", [2, 3, 5]),
        Metric::Arguments(_) => ("arguments", [3, 5, 10]),
        Metric::Numbers => ("hard-coded numbers", [0, 1, 2]),
    };
    let [few, some, many] = values;
    format!(
        "It limits {what} and gives no number. Write one: {few}, {some} or {many}, for example."
    )
}
