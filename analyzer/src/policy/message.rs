//! What a violation says.

use super::rule::{Metric, Thing, Value};
use crate::ast::{Formula, NodeId, NodeKind};

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
