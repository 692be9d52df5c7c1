//! What every rule promises: it is registered, its docs are complete, and its examples are right.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

use std::collections::BTreeSet;
use std::path::Path;

use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::finding::Finding;
use analyzer::fix;
use analyzer::functions;
use analyzer::parser::Locale;
use analyzer::rule::{Check, Preset, Rule};
use analyzer::rules;
use analyzer::ruleset::{RuleDefinition, RuleSet};

/// The headings of a rule's docs, in order.
const HEADINGS: [&str; 4] = ["**Why**", "**Example**", "**Instead**", "**Limits**"];

fn findings(rule: &Rule, formula: &str) -> Vec<Finding> {
    let only = RuleDefinition {
        name: rule.name.to_owned(),
        severity: None,
        settings: [].into(),
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

/// The formulas in the fenced block under a heading.
fn examples(rule: &Rule, heading: &str) -> Vec<&'static str> {
    let (_, section) = rule.docs.split_once(heading).unwrap();
    let (_, block) = section.split_once("```formula\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    block
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
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
        .filter(|name| name != "mod" && name != "testing")
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
    for_each_rule(|rule| {
        for formula in examples(rule, "**Example**") {
            assert!(
                !findings(rule, formula).is_empty(),
                "{}: {formula}",
                rule.name
            );
        }
    });
}

#[test]
fn everything_to_write_instead_is_clean() {
    for_each_rule(|rule| {
        for formula in examples(rule, "**Instead**") {
            assert_eq!(findings(rule, formula), [], "{}: {formula}", rule.name);
            let broken = findings(rules::find("syntax-error").unwrap(), formula);
            assert_eq!(broken, [], "{}: {formula}", rule.name);
        }
    });
}

#[test]
fn a_message_says_what_is_wrong_and_then_what_to_do() {
    for_each_rule(|rule| {
        for formula in examples(rule, "**Example**") {
            for finding in findings(rule, formula) {
                let message = &finding.message;
                let ends = message.ends_with(['.', '?']);
                let sentences = message.contains(". ") || rule.name == "syntax-error";
                assert!(ends && sentences, "{}: {message}", rule.name);
                assert!(!message.contains("  "), "{}: {message}", rule.name);
            }
        }
    });
}

#[test]
fn a_formula_that_is_fixed_needs_no_further_fix() {
    for_each_rule(|rule| {
        for formula in examples(rule, "**Example**") {
            let found = findings(rule, formula);
            let fixes: Vec<_> = found
                .iter()
                .filter_map(|finding| finding.fix.as_ref())
                .collect();
            if !fixes.is_empty() {
                let mended = fix::apply(formula, fixes);
                assert_ne!(mended, formula, "{}", rule.name);
                let left = findings(rule, &mended);
                assert!(
                    left.iter().all(|finding| finding.fix.is_none()),
                    "{}: {mended}",
                    rule.name
                );
            }
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
