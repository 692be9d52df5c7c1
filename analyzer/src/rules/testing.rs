//! Runs one rule on one formula, for the tests of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::Auditor;
use crate::cell::Position;
use crate::finding::Finding;
use crate::fix;
use crate::names::Names;
use crate::parser::Locale;
use crate::rule::{Rule, SettingValue};
use crate::ruleset::{RuleDefinition, RuleSet, RuleSetDefinition};

/// What the rule finds with its default settings in a formula that stands at B2.
pub(super) fn findings(rule: &Rule, formula: &str) -> Vec<Finding> {
    findings_with(rule, &[], formula)
}

/// What the rule finds with these settings in a formula that stands at B2.
pub(super) fn findings_with(
    rule: &Rule,
    settings: &[(&str, SettingValue)],
    formula: &str,
) -> Vec<Finding> {
    run(rule, settings, Names::default(), Locale::default(), formula)
}

/// What the rule finds in a formula that stands at B2 of a workbook that defines these names.
pub(super) fn findings_in_workbook(rule: &Rule, names: &Names, formula: &str) -> Vec<Finding> {
    run(rule, &[], names.clone(), Locale::default(), formula)
}

fn run(
    rule: &Rule,
    settings: &[(&str, SettingValue)],
    names: Names,
    locale: Locale,
    formula: &str,
) -> Vec<Finding> {
    let settings = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let only = RuleSetDefinition {
        engine: String::new(),
        rules: vec![RuleDefinition {
            name: rule.name.to_owned(),
            severity: None,
            settings: settings.collect::<BTreeMap<_, _>>(),
        }],
    };
    let rules = RuleSet::from_definition(&only).unwrap();
    let mut auditor = Auditor::new(&rules, locale).in_workbook(Arc::new(names));
    let cell = Position { column: 2, row: 2 };
    auditor.audit(formula, cell).unwrap().findings
}

/// The parts of the formula that the rule marks.
pub(super) fn flagged<'a>(rule: &Rule, formula: &'a str) -> Vec<&'a str> {
    let findings = findings(rule, formula);
    findings
        .iter()
        .map(|finding| finding.span.of(formula))
        .collect()
}

/// What the rule says of the formula.
pub(super) fn messages(rule: &Rule, formula: &str) -> Vec<String> {
    let findings = findings(rule, formula);
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}

/// The formula after all the fixes that the rule offers.
pub(super) fn fixed(rule: &Rule, formula: &str) -> String {
    fixed_in(Locale::default(), rule, formula)
}

/// The same for a formula with decimal commas.
pub(super) fn fixed_in_german(rule: &Rule, formula: &str) -> String {
    fixed_in(Locale::from_tag("de-DE"), rule, formula)
}

fn fixed_in(locale: Locale, rule: &Rule, formula: &str) -> String {
    let findings = run(rule, &[], Names::default(), locale, formula);
    fix::apply(
        formula,
        findings.iter().filter_map(|finding| finding.fix.as_ref()),
    )
}
