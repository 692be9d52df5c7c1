//! Tries a rule on the formulas that it must and must not flag: a rule that is wrong about its own
//! examples is not enforced. Makes no examples.

use super::check;
use super::form::FormError;
use super::rule::PolicyRule;
use super::runner::Runner;
use crate::parser::{self, Locale};

/// Runs the rule's examples. The error names the first formula that it is wrong about.
pub(super) fn prove(rule: &PolicyRule) -> Result<(), FormError> {
    let runner = Runner::new(0, rule);
    if rule.tests.fail.is_empty() {
        let message = "no formula was found that breaks the rule, so it may never find one: give \
                       one, or change the rule";
        return Err(FormError::new("tests.fail", message));
    }
    for (index, source) in rule.tests.fail.iter().enumerate() {
        let path = || format!("tests.fail[{index}]");
        parses(source).map_err(|message| FormError::new(path(), message))?;
        if !flags(&runner, source) {
            let message = format!("the rule does not flag `{source}`");
            return Err(FormError::new(path(), message));
        }
    }
    for (index, source) in rule.tests.pass.iter().enumerate() {
        let path = || format!("tests.pass[{index}]");
        parses(source).map_err(|message| FormError::new(path(), message))?;
        if flags(&runner, source) {
            let message = format!("the rule flags `{source}`");
            return Err(FormError::new(path(), message));
        }
    }
    Ok(())
}

/// Whether the rule finds something in the formula.
pub(super) fn flags(runner: &Runner, source: &str) -> bool {
    !check::alone(source, |context, found| runner.run(context, found)).is_empty()
}

pub(super) fn parses(source: &str) -> Result<(), String> {
    if !source.starts_with('=') {
        return Err(format!("`{source}` is no formula: write `=` before it"));
    }
    let tree = parser::parse(source, Locale::default());
    match tree.errors().first() {
        Some(error) => Err(format!("`{source}`: {}", error.message(source))),
        None => Ok(()),
    }
}
