//! What must be true of a rule however it is written.

use std::collections::BTreeMap;

use super::{FormError, MetricName};
use crate::policy::pattern::Query;
use crate::policy::rule::{Demand, FunctionSet, Metric, PolicyRule, What};
use crate::rule::{Check, Rule, SettingValue};
use crate::rules;

type Result<T> = std::result::Result<T, FormError>;

/// A rewrite needs a pattern, whose holes it has.
pub(super) fn check_fix(rule: &PolicyRule) -> Result<()> {
    let Some(fix) = &rule.fix else { return Ok(()) };
    let query = match &rule.demand {
        Demand::Forbid(target) | Demand::Require(target, _) => match &target.what {
            What::Pattern(query) => query.ready().ok(),
            What::Calls(set) => calls_as_query(set).ready().ok(),
            _ => None,
        },
        _ => None,
    };
    let query = query.ok_or_else(|| {
        let message = "a rewrite needs a pattern in `match`, whose holes it uses";
        FormError::new("fix.rewrite", message)
    })?;
    fix.ready(&query)
        .map_err(|error| FormError::new("fix.rewrite", error.to_string()))?;
    Ok(())
}

/// The query that is about any call of the functions.
pub(in crate::policy) fn calls_as_query(set: &FunctionSet) -> Query {
    Query {
        patterns: set
            .names
            .iter()
            .map(|name| format!("{name}(...)"))
            .collect(),
        ..Query::default()
    }
}

impl Metric {
    /// What is measured, by its name and the functions that count.
    pub(super) fn of(name: MetricName, of: Option<FunctionSet>) -> Result<Self> {
        use MetricName as Name;
        Ok(match (name, of) {
            (Name::Length, None) => Metric::Length,
            (Name::Calls, None) => Metric::Calls,
            (Name::Calls, Some(set)) => Metric::CallsOf(set),
            (Name::References, None) => Metric::References,
            (Name::Operators, None) => Metric::Operators,
            (Name::Nesting, None) => Metric::Nesting,
            (Name::Nesting, Some(set)) => Metric::NestingOf(set),
            (Name::Arguments, set) => Metric::Arguments(set),
            (Name::Lines, None) => Metric::Lines,
            (Name::Numbers, None) => Metric::Numbers,
            (Name::DistinctReferences, None) => Metric::DistinctReferences,
            (Name::DistinctCalls, None) => Metric::DistinctCalls,
            (Name::Parentheses, None) => Metric::Parentheses,
            (_, Some(_)) => {
                let message = "functions can be named for calls, nesting and arguments only";
                return Err(FormError::new("limit.of", message));
            }
        })
    }
}

/// The built-in rule of that name, if a policy can ask for it.
pub(in crate::policy) fn find_rule(name: &str) -> Result<&'static Rule> {
    let rule = rules::find(name).ok_or_else(|| {
        let message = format!("there is no built-in rule `{name}`: `sheetbrain rules` lists them");
        FormError::new("builtin", message)
    })?;
    if let Check::Broken(_) = rule.check {
        let message = format!("`{name}` is always on: a formula that does not parse breaks it");
        return Err(FormError::new("builtin", message));
    }
    Ok(rule)
}

/// The rule must have the settings, and their values must be of the right kind.
pub(super) fn check_settings(rule: &Rule, settings: &BTreeMap<String, SettingValue>) -> Result<()> {
    for (setting, value) in settings {
        let path = format!("builtin.settings.{setting}");
        let known = rule.options.iter().find(|option| option.name == setting);
        if let Some(option) = known {
            if value.kind() != option.default.kind() {
                let message = format!(
                    "this is not {}, as `{setting}` needs",
                    option.default.kind()
                );
                return Err(FormError::new(path, message));
            }
        } else {
            let known: Vec<&str> = rule.options.iter().map(|option| option.name).collect();
            let message = if known.is_empty() {
                format!("`{}` has no settings", rule.name)
            } else {
                format!(
                    "`{}` has no such setting: it has {}",
                    rule.name,
                    known.join(", ")
                )
            };
            return Err(FormError::new(path, message));
        }
    }
    Ok(())
}
