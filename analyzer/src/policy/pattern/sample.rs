//! Formulas that a query is about, and formulas that it is almost about, made from its patterns
//! and tried: what a rule of patterns is tested with.

use super::condition::{ExpressionKind, ReadyCondition, Test};
use super::query::{Query, Ready};
use super::read::HoleKind;
use super::rewrite::Template;
use crate::functions;
use crate::parser::Locale;
use crate::policy::message;

/// How many ways to fill the holes of a pattern are tried.
const TRIES: usize = 600;

/// What expressions are tried for a hole, the likely ones first.
const EXPRESSIONS: [&str; 10] = [
    "A1",
    "B2",
    "7.25",
    "\"text\"",
    "$C$3:$D$9",
    "SUM(E1:E9)",
    "F1+1",
    "0",
    "TRUE",
    "Some_name",
];

/// Formulas made from the patterns of the query, to be tried: the first ones more likely hit.
pub(in crate::policy) fn samples(query: &Query, ready: &Ready) -> Vec<String> {
    let mut formulas = Vec::new();
    for pattern in &query.patterns {
        for filled in fillings(pattern, ready) {
            formulas.push(format!("={}", around(&query.inside, filled, ready)));
        }
    }
    formulas
}

/// The text inside the patterns that must stand around it.
fn around(inside: &[String], mut text: String, ready: &Ready) -> String {
    for outer in inside {
        let Ok(template) = Template::read(outer) else {
            continue;
        };
        let has_place = template
            .holes()
            .any(|(name, _)| name == Some(super::query::HERE));
        let mut placed = false;
        text = template.fill(Locale::default(), |name, is_operand| {
            let is_place = if has_place {
                name == Some(super::query::HERE)
            } else {
                !placed
            };
            if is_place {
                placed = true;
                return Some(if is_operand {
                    format!("({text})")
                } else {
                    text.clone()
                });
            }
            let kind = template.holes().find(|(own, _)| *own == name);
            kind.and_then(|(_, kind)| candidates(name, kind, ready).into_iter().next()?)
        });
    }
    text
}

/// The pattern with different expressions in its holes.
fn fillings(pattern: &str, ready: &Ready) -> Vec<String> {
    let Ok(template) = Template::read(pattern) else {
        return Vec::new();
    };
    // One choice for each name, and one for each hole without a name.
    let mut names: Vec<(Option<String>, Vec<Option<String>>)> = Vec::new();
    for (name, kind) in template.holes() {
        let known = names
            .iter()
            .any(|(own, _)| own.is_some() && own.as_deref() == name);
        if !known {
            names.push((name.map(str::to_owned), candidates(name, kind, ready)));
        }
    }
    let ways = names
        .iter()
        .fold(1_usize, |ways, (_, all)| ways.saturating_mul(all.len()));
    let fill = |way: usize| {
        let mut unnamed = names
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| name.is_none());
        let chosen = |place: usize, all: &[Option<String>]| {
            // The first round gives neighbouring holes different expressions.
            let before = names.iter().take(place);
            let stride = before.fold(1_usize, |n, (_, all)| n.saturating_mul(all.len().max(1)));
            let at = (way / stride.max(1)) % all.len().max(1);
            all.get(at).cloned().flatten()
        };
        template.fill(Locale::default(), |name, is_operand| {
            let (place, (_, all)) = match name {
                Some(_) => names
                    .iter()
                    .enumerate()
                    .find(|(_, (own, _))| own.as_deref() == name)?,
                None => unnamed.next()?,
            };
            let text = chosen(place, all)?;
            let is_operation = text.contains('+') && !text.starts_with('"');
            Some(if is_operand && is_operation {
                format!("({text})")
            } else {
                text
            })
        })
    };
    (0..ways.min(TRIES)).map(fill).collect()
}

/// What is tried for a hole; `None` leaves arguments out.
fn candidates(name: Option<&str>, kind: &HoleKind, ready: &Ready) -> Vec<Option<String>> {
    let of_conditions: Vec<String> = name
        .and_then(|name| ready.holes().find(name))
        .map(|hole| {
            let own = ready.conditions().iter().filter(|one| one.hole == hole);
            own.flat_map(asked_for).collect()
        })
        .unwrap_or_default();
    let texts: Vec<&str> = match kind {
        HoleKind::Any => EXPRESSIONS.to_vec(),
        HoleKind::Rest => return vec![None, Some("A9".to_owned()), Some("A9,B9".to_owned())],
        HoleKind::Number => vec!["7.25", "0", "1", "100", "-3"],
        HoleKind::Text => vec!["\"text\"", "\"https://example.test/\"", "\"\""],
        HoleKind::Reference(kind) => references(*kind),
        HoleKind::Function => vec!["SUM", "ROUND", "IF", "VLOOKUP"],
    };
    let asked = of_conditions.into_iter();
    asked
        .chain(texts.into_iter().map(str::to_owned))
        .map(Some)
        .collect()
}

fn references(kind: super::ReferenceKind) -> Vec<&'static str> {
    use super::ReferenceKind as Kind;
    match kind {
        Kind::Any => vec!["A1", "$A$1", "A1:B2", "Sheet2!A1"],
        Kind::Cell => vec!["A1", "$A$1"],
        Kind::Range => vec!["A1:B2", "$A$1:$B$2"],
        Kind::Absolute => vec!["$A$1", "$A$1:$B$2"],
        Kind::Relative => vec!["A1", "A1:B2"],
        Kind::Mixed => vec!["$A1", "A$1"],
        Kind::Column => vec!["A:A"],
        Kind::Row => vec!["1:1"],
        Kind::Open => vec!["A2:A", "A:A"],
        Kind::OtherSheet => vec!["Sheet2!A1"],
    }
}

/// Expressions that a condition asks for.
fn asked_for(condition: &ReadyCondition) -> Vec<String> {
    let number = |value: f64| vec![value.to_string()];
    match &condition.test {
        Test::Kind(kinds) => kinds.iter().map(|kind| of_kind(*kind).to_owned()).collect(),
        Test::In(values) => values
            .iter()
            .map(|value| match value {
                crate::policy::rule::Value::Text(text) if functions::find(text).is_some() => {
                    text.clone()
                }
                value => message::value(value),
            })
            .collect(),
        Test::LessThan(bound) => number(bound - 1.0),
        Test::MoreThan(bound) => number(bound + 1.0),
        Test::AtMost(bound) | Test::AtLeast(bound) => number(*bound),
        Test::Host(hosts) => hosts
            .iter()
            .map(|host| format!("\"https://{host}/\""))
            .collect(),
        Test::NotHost(_) => vec!["\"https://elsewhere.example/\"".to_owned()],
        Test::Absolute(true) => vec!["$A$1".to_owned()],
        Test::Absolute(false) => vec!["A1".to_owned()],
        Test::Matches(pattern) | Test::Contains(pattern) => Template::read(pattern)
            .map(|template| template.fill(Locale::default(), |_, _| Some("A1".to_owned())))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn of_kind(kind: ExpressionKind) -> &'static str {
    match kind {
        ExpressionKind::Number | ExpressionKind::Constant => "7.25",
        ExpressionKind::Text => "\"text\"",
        ExpressionKind::Boolean => "TRUE",
        ExpressionKind::Error => "#N/A",
        ExpressionKind::Reference | ExpressionKind::Cell => "A1",
        ExpressionKind::Range => "A1:B2",
        ExpressionKind::Name => "Some_name",
        ExpressionKind::Call => "SUM(A1:A9)",
        ExpressionKind::Operation => "A1+B1",
        ExpressionKind::Array => "{1,2}",
    }
}
