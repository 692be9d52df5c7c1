//! A rule said back in the analyzer's own words. What is said here, the grammar reads back to
//! the same rule.

use super::message::{thing_name, value};
use super::quoted;
use super::rule::{Demand, FunctionSet, Level, Metric, Requirement, Target, What};
use super::scope::{Places, Scope};
use crate::functions;

/// The demand as a sentence.
pub(super) fn render(demand: &Demand, level: Level) -> String {
    let (must, must_not) = match level {
        Level::Must => ("must", "must not"),
        Level::Should | Level::May => ("should", "should not"),
    };
    let sentence = match demand {
        Demand::Builtin(builtin) => quoted::builtin(builtin, must),
        Demand::Forbid(target) => format!("Formulas {must_not} use {}.", self::target(target)),
        Demand::Require(target, requirement) => {
            let subject = capitalised(&self::target(target));
            match requirement {
                Requirement::ArgumentIsNot(place, values) => {
                    let values = values.iter().map(value).collect();
                    format!(
                        "{subject} {must_not} give {} as argument {place}.",
                        list(values, "or")
                    )
                }
                Requirement::ArgumentNotConstant(place) => {
                    format!("{subject} {must_not} hard-code argument {place}.")
                }
                other => format!("{subject} {must} {}.", self::requirement(other)),
            }
        }
        Demand::Limit(Metric::NestingOf(set), 1) => {
            format!("Formulas {must_not} use nested {}.", functions(set, "and"))
        }
        Demand::Limit(metric, at_most) => {
            let metric = counted(metric, *at_most);
            format!("Formulas {must} have at most {at_most} {metric}.")
        }
        Demand::AllowOnly(set) => format!("Formulas {must} use only {}.", functions(set, "and")),
        Demand::Prefer(used, avoided) => {
            format!(
                "Formulas {must} use {} instead of {}.",
                what(used),
                self::avoided(avoided)
            )
        }
    };
    match level {
        Level::May => format!("Where possible, {}", uncapitalised(&sentence)),
        Level::Must | Level::Should => sentence,
    }
}

/// Where a rule holds, in words; `None` for everywhere.
pub(super) fn place(scope: &Scope) -> Option<String> {
    let mut parts = Vec::new();
    let quoted = |names: &[String]| {
        let names = names.iter().map(|name| format!("\"{name}\"")).collect();
        list(names, "and")
    };
    if !scope.sheets.is_empty() {
        parts.push(format!("On sheet {}", quoted(&scope.sheets)));
    }
    if !scope.ranges.is_empty() {
        parts.push(format!("In range {}", list(scope.ranges.clone(), "and")));
    }
    if !scope.departments.is_empty() {
        parts.push(format!("For {}", list(scope.departments.clone(), "and")));
    }
    let Places {
        sheets,
        ranges,
        departments,
    } = &scope.exclude;
    if !sheets.is_empty() {
        parts.push(format!("Except on sheet {}", quoted(sheets)));
    }
    if !ranges.is_empty() {
        parts.push(format!("Except in range {}", list(ranges.clone(), "and")));
    }
    if !departments.is_empty() {
        let word = if departments.len() == 1 {
            "department"
        } else {
            "departments"
        };
        let names = list(departments.clone(), "and");
        parts.push(format!("Except for the {names} {word}"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn requirement(requirement: &Requirement) -> String {
    match requirement {
        Requirement::ExactMatch => "use exact match".to_owned(),
        Requirement::ArgumentGiven(place) => format!("give argument {place}"),
        Requirement::ArgumentIs(place, values) | Requirement::ArgumentIsNot(place, values) => {
            let values = values.iter().map(value).collect();
            format!("give {} as argument {place}", list(values, "or"))
        }
        Requirement::Inside(set) => format!("be inside {}", functions(set, "or")),
        Requirement::Around(inner) => format!("only be used around {}", what(inner)),
        Requirement::Absolute => "be absolute".to_owned(),
        Requirement::FromSpreadsheet(keys) => {
            format!("read only from spreadsheet {}", list(keys.clone(), "or"))
        }
        Requirement::Matches(patterns) => format!("match {}", quoted::patterns(patterns)),
        Requirement::FromHost(hosts) => {
            format!("read only from host {}", list(hosts.clone(), "or"))
        }
        Requirement::ArgumentNotConstant(place) => format!("not hard-code argument {place}"),
    }
}

/// What is avoided where something else is preferred.
fn avoided(demand: &Demand) -> String {
    match demand {
        Demand::Forbid(target) | Demand::Require(target, _) => self::target(target),
        Demand::Limit(Metric::NestingOf(set), 1) => format!("nested {}", functions(set, "and")),
        Demand::Limit(metric, at_most) => {
            format!("more than {at_most} {}", counted(metric, *at_most))
        }
        Demand::Prefer(used, _) => what(used),
        Demand::AllowOnly(set) => functions(set, "and"),
        Demand::Builtin(builtin) => quoted::builtin(builtin, "must"),
    }
}

fn target(target: &Target) -> String {
    let what = what(&target.what);
    match &target.within {
        Some(set) => format!("{what} in {}", functions(set, "and")),
        None => what,
    }
}

fn what(what: &What) -> String {
    let except = |name: &str, allowed: Vec<String>| {
        if allowed.is_empty() {
            name.to_owned()
        } else {
            format!("{name} other than {}", list(allowed, "and"))
        }
    };
    match what {
        What::Calls(set) => functions(set, "and"),
        What::Numbers(allowed) => {
            let allowed = allowed.iter().map(ToString::to_string).collect();
            except("hard-coded numbers", allowed)
        }
        What::Texts(allowed) => {
            let allowed = allowed.iter().map(|text| format!("\"{text}\"")).collect();
            except("text constants", allowed)
        }
        What::OtherSheets(allowed) => {
            let allowed = allowed.iter().map(|name| format!("\"{name}\"")).collect();
            except("references to other sheets", allowed)
        }
        What::Sheets(names) => {
            let names = names.iter().map(|name| format!("\"{name}\"")).collect();
            format!("references to sheet {}", list(names, "or"))
        }
        What::ErrorValues(only) if only.is_empty() => "error values".to_owned(),
        What::ErrorValues(only) => list(only.clone(), "and"),
        What::Calculations => "calculations".to_owned(),
        What::MaskedErrors(set) => format!("error masking with {}", functions(set, "or")),
        What::Thing(thing) => thing_name(*thing).to_owned(),
        What::Pattern(query) => quoted::query(query),
    }
}

/// What a metric counts, in the singular for 1.
fn counted(metric: &Metric, count: u32) -> String {
    let end = if count == 1 { "" } else { "s" };
    match metric {
        Metric::Length => format!("character{end}"),
        Metric::Lines => format!("line{end}"),
        Metric::Calls => format!("function call{end}"),
        Metric::CallsOf(set) => format!("call{end} to {}", functions(set, "and")),
        Metric::References => format!("reference{end}"),
        Metric::Operators => format!("operator{end}"),
        Metric::OperatorsOf(thing) if count == 1 => {
            thing_name(*thing).trim_end_matches('s').to_owned()
        }
        Metric::OperatorsOf(thing) => thing_name(*thing).to_owned(),
        Metric::Nesting => format!("level{end} of nesting"),
        Metric::NestingOf(set) => format!("level{end} of nested {}", functions(set, "and")),
        Metric::Arguments(None) => format!("argument{end}"),
        Metric::Arguments(Some(set)) => format!("argument{end} in {}", functions(set, "and")),
        Metric::Numbers => format!("hard-coded number{end}"),
        Metric::DistinctReferences => format!("different reference{end}"),
        Metric::DistinctCalls => format!("different function{end}"),
        Metric::Parentheses => format!("level{end} of parentheses"),
    }
}

/// `NOW and TODAY`, `volatile functions (NOW, TODAY)`
fn functions(set: &FunctionSet, word: &str) -> String {
    let names: Vec<String> = set
        .names
        .iter()
        .map(|name| match functions::find(name) {
            Some(_) => name.clone(),
            None => format!("{name}()"),
        })
        .collect();
    match &set.class {
        Some(class) => format!("{class} ({})", names.join(", ")),
        None => list(names, word),
    }
}

/// `A, B and C`
pub(super) fn list(mut items: Vec<String>, word: &str) -> String {
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} {word} {last}", items.join(", ")),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

/// `Formulas …` in the middle of a sentence; a function's name keeps its capitals.
fn uncapitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    let rest = characters.as_str();
    if rest.starts_with(char::is_lowercase) {
        first
            .map(|first| first.to_lowercase().to_string())
            .unwrap_or_default()
            + rest
    } else {
        text.to_owned()
    }
}
