//! What every rule promises: it is registered, its docs are complete, and its examples are right.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::finding::Finding;
use analyzer::fix;
use analyzer::functions;
use analyzer::parser::Locale;
use analyzer::rule::{Check, Preset, Rule, SettingValue};
use analyzer::rules;
use analyzer::ruleset::{RuleDefinition, RuleSet};

/// The headings of a rule's docs, in order.
const HEADINGS: [&str; 4] = ["**Why**", "**Example**", "**Instead**", "**Limits**"];

/// Settings of a rule by name.
type Settings = BTreeMap<String, SettingValue>;

fn findings(rule: &Rule, settings: &Settings, formula: &str) -> Vec<Finding> {
    let only = RuleDefinition {
        name: rule.name.to_owned(),
        severity: None,
        settings: settings.clone(),
    };
    let rules = RuleSet::of(&[]).with_rule(&only).unwrap();
    let mut auditor = Auditor::new(&rules, Locale::default());
    let cell = Position { column: 2, row: 2 };
    let findings = auditor.audit(formula, cell).unwrap().findings;
    findings
        .into_iter()
        .filter(|finding| finding.rule == rule.name)
        .collect()
}

/// The formulas in the fenced block under a heading, and the settings that the fence names.
///
/// A line that starts with `"` is a JSON string, for formulas with line breaks.
fn examples(rule: &Rule, heading: &str) -> (Settings, Vec<String>) {
    let (_, section) = rule.docs.split_once(heading).unwrap();
    let (_, block) = section.split_once("```formula").unwrap();
    let (settings, block) = block.split_once('\n').unwrap();
    let settings = match settings.trim() {
        "" => Settings::new(),
        settings => serde_json::from_str(settings).unwrap(),
    };
    let (block, _) = block.split_once("```").unwrap();
    let lines = block.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let formulas = lines.map(|line| {
        if line.starts_with('"') {
            serde_json::from_str(line).unwrap()
        } else {
            line.to_owned()
        }
    });
    (settings, formulas.collect())
}

/// Calls `check` with every formula that the docs of a rule show under the heading.
fn for_each_example(heading: &str, check: impl Fn(&'static Rule, &Settings, &str)) {
    for_each_rule(|rule| {
        let (settings, formulas) = examples(rule, heading);
        for formula in formulas {
            check(rule, &settings, &formula);
        }
    });
}

fn for_each_rule(check: impl Fn(&'static Rule)) {
    for rule in rules::ALL {
        check(rule);
    }
}

#[test]
fn every_file_is_a_registered_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        path.file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .replace('_', "-")
    });
    let files: BTreeSet<String> = files
        .filter(|name| !["mod", "testing", "README"].contains(&name.as_str()))
        .collect();
    let registered: BTreeSet<String> = rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, registered);
    assert!(rules::ALL.is_sorted_by_key(|rule| rule.name));
}

#[test]
fn docs_have_their_parts_in_order() {
    for_each_rule(|rule| {
        assert!(rule.docs.starts_with("*Flags "), "{}", rule.name);
        let places = HEADINGS.map(|heading| {
            let place = rule.page().find(&format!("\n\n{heading}"));
            place.unwrap_or_else(|| panic!("{} has no {heading}", rule.name))
        });
        assert!(places.is_sorted(), "{}", rule.name);
        assert!(rule.summary().starts_with("Flags ") && rule.summary().ends_with('.'));
    });
}

#[test]
fn every_example_is_flagged() {
    for_each_example("**Example**", |rule, settings, formula| {
        let found = findings(rule, settings, formula);
        assert!(!found.is_empty(), "{}: {formula}", rule.name);
    });
}

#[test]
fn everything_to_write_instead_is_clean() {
    let syntax = rules::find("syntax-error").unwrap();
    for_each_example("**Instead**", |rule, settings, formula| {
        let found = findings(rule, settings, formula);
        assert_eq!(found, [], "{}: {formula}", rule.name);
        let broken = findings(syntax, &Settings::new(), formula);
        assert_eq!(broken, [], "{}: {formula}", rule.name);
    });
}

#[test]
fn a_message_says_what_is_wrong_and_then_what_to_do() {
    for_each_example("**Example**", |rule, settings, formula| {
        for finding in findings(rule, settings, formula) {
            let message = &finding.message;
            let ends = message.ends_with(['.', '?']);
            let sentences = message.contains(". ") || rule.name == "syntax-error";
            assert!(ends && sentences, "{}: {message}", rule.name);
            assert!(!message.contains("  "), "{}: {message}", rule.name);
        }
    });
}

#[test]
fn a_formula_that_is_fixed_needs_no_further_fix() {
    let syntax = rules::find("syntax-error").unwrap();
    for_each_example("**Example**", |rule, settings, formula| {
        let found = findings(rule, settings, formula);
        let fixes: Vec<_> = found
            .iter()
            .filter_map(|finding| finding.fix.as_ref())
            .collect();
        if fixes.is_empty() {
            return;
        }
        let mended = fix::apply(formula, fixes);
        assert_ne!(mended, formula, "{}", rule.name);
        let left = findings(rule, settings, &mended);
        let is_left = left.iter().any(|finding| finding.fix.is_some());
        assert!(!is_left, "{}: {mended}", rule.name);
        if rule.name != syntax.name {
            let broken = findings(syntax, &Settings::new(), &mended);
            assert_eq!(broken, [], "{}: {mended}", rule.name);
        }
    });
}

#[test]
fn rules_ask_only_for_functions_that_exist() {
    for_each_rule(|rule| {
        if let Check::Calls(names, _) = rule.check {
            for name in names {
                assert!(functions::find(name).is_some(), "{}: {name}", rule.name);
            }
        }
    });
}

#[test]
fn only_rules_about_neighbours_are_in_consistency() {
    for_each_rule(|rule| assert!(!rule.is_in(Preset::Consistency), "{}", rule.name));
}

/// The rules that the folder's README names in the table under a heading.
fn rules_in_readme(heading: &str) -> BTreeSet<&'static str> {
    let (_, section) = include_str!("../src/rules/README.md")
        .split_once(&format!("\n### {heading}\n"))
        .unwrap();
    let section = section.split("\n#").next().unwrap_or_default();
    section.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_rule_of_a_standard_serves_one_of_its_principles() {
    for (heading, preset) in [("FAST", Preset::Fast), ("ICAEW", Preset::Icaew)] {
        let in_preset = rules::ALL.iter().filter(|rule| rule.is_in(preset));
        let in_preset: BTreeSet<&str> = in_preset.map(|rule| rule.name).collect();
        assert_eq!(rules_in_readme(heading), in_preset, "{heading}");
    }
}
