//! What a violation is called and what it says.

use std::borrow::Cow;

use super::rule::{Builtin, Demand, Metric, Requirement, Target, Thing, Value, What};
use crate::ast::{Formula, NodeId, NodeKind};
use crate::rules;

/// The name of what breaks the demand, in kebab-case: a built-in rule's where there is one that
/// looks for the same.
pub(super) fn rule_name(demand: &Demand) -> Cow<'static, str> {
    Cow::Borrowed(match demand {
        Demand::Builtin(Builtin { rule, .. }) => {
            return rules::find(rule)
                .map_or_else(|| Cow::Owned(rule.clone()), |rule| Cow::Borrowed(rule.name));
        }
        Demand::Forbid(target) => forbidden_name(target),
        Demand::Require(_, requirement) => match requirement {
            Requirement::ExactMatch => "approximate-lookup",
            Requirement::ArgumentGiven(_) => "missing-argument",
            Requirement::ArgumentIs(..) | Requirement::ArgumentIsNot(..) => "wrong-argument-value",
            Requirement::Inside(_) => "missing-wrapper",
            Requirement::Around(_) => "misplaced-wrapper",
            Requirement::Absolute => "unanchored-reference",
            Requirement::FromSpreadsheet(_) => "import-from-other-spreadsheet",
            Requirement::Matches(_) => "missing-pattern",
            Requirement::FromHost(_) => "import-from-other-host",
            Requirement::ArgumentNotConstant(_) => "hard-coded-argument",
        },
        Demand::Limit(metric, _) => match metric {
            Metric::NestingOf(set) if set.names == ["IF"] => "nested-if",
            Metric::Nesting | Metric::NestingOf(_) => "deep-nesting",
            Metric::Length => "long-formula",
            Metric::Lines => "multi-line-formula",
            Metric::Calls | Metric::CallsOf(_) | Metric::DistinctCalls => "too-many-calls",
            Metric::References | Metric::DistinctReferences => "too-many-references",
            Metric::Parentheses => "nested-parentheses",
            Metric::Operators | Metric::OperatorsOf(_) => "too-many-operators",
            Metric::Arguments(_) => "too-many-arguments",
            Metric::Numbers => "hard-coded-number",
        },
        Demand::Prefer(_, avoided) => match rule_name(avoided) {
            Cow::Borrowed("forbidden-function") => "replaceable-function",
            other => return other,
        },
        Demand::AllowOnly(_) => "function-not-allowed",
    })
}

fn forbidden_name(target: &Target) -> &'static str {
    match &target.what {
        What::Calls(set) if set.is_volatile() => "volatile-function",
        What::Calls(_) => "forbidden-function",
        What::Numbers(_) => "hard-coded-number",
        What::Texts(_) => "hard-coded-text",
        What::OtherSheets(_) | What::Sheets(_) => "reference-to-other-sheet",
        What::ErrorValues(_) => "broken-reference",
        What::Calculations => "calculation",
        What::MaskedErrors(_) => "error-masking",
        What::Pattern(_) => "forbidden-pattern",
        What::Thing(thing) => match thing {
            Thing::WholeColumns | Thing::OpenRanges => "whole-column-range",
            Thing::WholeRows => "whole-row-range",
            Thing::NamedRanges => "named-range",
            Thing::AbsoluteReferences => "absolute-reference",
            Thing::RelativeReferences | Thing::RelativeRanges => "relative-reference",
            Thing::MixedReferences => "mixed-reference",
            Thing::LineBreaks => "multi-line-formula",
            Thing::CustomFunctions => "custom-function",
            Thing::BuiltUrls => "built-url",
            Thing::ArrayLiterals => "array-literal",
            Thing::EmptyArguments => "empty-argument",
            Thing::EmptyTexts => "empty-text",
            Thing::NeedlessPluses => "needless-sign",
            Thing::LowercaseFunctions => "lowercase-function",
            Thing::Spaces => "white-space",
            Thing::InsecureUrls => "insecure-url",
            Thing::Divisions => "division",
            Thing::Concatenations => "concatenation",
            _ => "forbidden-element",
        },
    }
}

/// What is wrong at a node. Names nothing that differs between the copies of a formula.
pub(super) fn broken(formula: &Formula<'_>, id: NodeId, paraphrase: &str) -> String {
    let what = match formula.kind(id) {
        NodeKind::Call { name, .. } => name.of(formula.source).to_ascii_uppercase(),
        NodeKind::Number(_) | NodeKind::Error(_) => formula.written(id).to_owned(),
        NodeKind::Text => "This text".to_owned(),
        NodeKind::Reference(_) | NodeKind::TableReference => "This reference".to_owned(),
        NodeKind::Name => "This name".to_owned(),
        NodeKind::Infix(..) | NodeKind::Percent(_) => "This operation".to_owned(),
        _ => "This part of the formula".to_owned(),
    };
    format!("{what} goes against the policy. {paraphrase}")
}

/// What is wrong with a formula that measures too much.
pub(super) fn over_limit(metric: &Metric, value: u32, at_most: u32, paraphrase: &str) -> String {
    let what = match metric {
        // The length differs between the copies of a formula.
        Metric::Length => {
            return format!("The formula is longer than {at_most} characters. {paraphrase}");
        }
        Metric::Lines => "lines",
        Metric::Calls | Metric::CallsOf(_) => "calls",
        Metric::DistinctCalls => "different functions",
        Metric::References => "references",
        Metric::DistinctReferences => "different references",
        Metric::Parentheses => "levels of parentheses",
        Metric::Operators => "operators",
        Metric::OperatorsOf(thing) => thing_name(*thing),
        Metric::Nesting | Metric::NestingOf(_) => "levels of nested calls",
        Metric::Arguments(_) => "arguments",
        Metric::Numbers => "numbers",
    };
    format!("There are {value} {what} here, {at_most} at most are meant. {paraphrase}")
}

/// What a thing is called.
pub(super) fn thing_name(thing: Thing) -> &'static str {
    match thing {
        Thing::WholeColumns => "references to whole columns",
        Thing::WholeRows => "references to whole rows",
        Thing::OpenRanges => "open-ended ranges",
        Thing::OtherSheets => "references to other sheets",
        Thing::NamedRanges => "named ranges",
        Thing::AbsoluteReferences => "absolute references",
        Thing::RelativeReferences => "relative references",
        Thing::RelativeRanges => "relative ranges",
        Thing::MixedReferences => "mixed references",
        Thing::References => "cell references",
        Thing::Ranges => "ranges",
        Thing::Numbers => "hard-coded numbers",
        Thing::Texts => "text constants",
        Thing::ErrorValues => "error values",
        Thing::Divisions => "divisions",
        Thing::Multiplications => "multiplications",
        Thing::Concatenations => "concatenations",
        Thing::Powers => "exponentiation",
        Thing::Comparisons => "comparisons",
        Thing::Percents => "percent signs",
        Thing::LineBreaks => "line breaks",
        Thing::CustomFunctions => "custom functions",
        Thing::ApproximateLookups => "approximate lookups",
        Thing::MaskedErrors => "error masking",
        Thing::BuiltUrls => "URLs built from cell values",
        Thing::ArrayLiterals => "array literals",
        Thing::EmptyArguments => "empty arguments",
        Thing::EmptyTexts => "empty texts",
        Thing::Additions => "additions",
        Thing::Subtractions => "subtractions",
        Thing::NeedlessPluses => "needless plus signs",
        Thing::DoubleNegations => "double minus signs",
        Thing::LowercaseFunctions => "function names in lower case",
        Thing::Spaces => "spaces",
        Thing::InsecureUrls => "addresses without https",
    }
}

/// A constant as written in a formula.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Boolean(true) => "TRUE".to_owned(),
        Value::Boolean(false) => "FALSE".to_owned(),
        Value::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}
