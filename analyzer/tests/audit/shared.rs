//! What rules and policies both find, told once.

use std::collections::BTreeSet;

use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::finding::{Category, Finding, Severity};
use analyzer::parser::Locale;
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;

use super::{B2, audit_with, policy, rule, shift_rows};

/// What the rules and a policy with the sentence find in the formula; the same is found in a copy of
/// it one row below.
fn found_by_both(rules: &RuleSet, sentence: &str, formula: &str) -> Vec<Finding> {
    let rules = rules.clone().with_policies(vec![policy(sentence)]);
    let mut auditor = Auditor::new(&rules, Locale::default());
    let findings = auditor.audit(formula, B2).unwrap().findings;
    let below = Position { column: 2, row: 3 };
    let copy = auditor.audit(&shift_rows(formula, 1), below).unwrap();
    assert_eq!(copy.findings, findings);
    assert_eq!(auditor.analysed(), 1);
    findings
}

/// The set with this rule alone, at the lowest severity.
fn lowest(name: &str) -> RuleSet {
    let mut own = rule(name);
    own.severity = Some(Severity::Info);
    RuleSet::of(&[]).with_rule(&own).unwrap()
}

/// Asserts that the rule and the sentence together give the findings of the rule, which mark these
/// parts of the formula, with the sentence and its higher severity.
#[track_caller]
fn assert_same(name: &str, sentence: &str, formula: &str, marks: &[&str]) {
    let rules = lowest(name);
    let found = found_by_both(&rules, sentence, formula);
    let marked = found.iter().map(|finding| finding.span.of(formula));
    assert_eq!(marked.collect::<Vec<_>>(), marks, "{name}: {found:?}");
    let of_rule = audit_with(&rules, formula).unwrap().findings;
    for (finding, of_rule) in found.into_iter().zip(of_rule) {
        assert!(finding.severity > of_rule.severity, "{finding:?}");
        assert!(finding.sentence.is_some(), "{finding:?}");
        let with_sentence = Finding {
            severity: finding.severity,
            sentence: finding.sentence,
            ..of_rule
        };
        assert_eq!(finding, with_sentence);
    }
}

/// What policies share with built-in rules: the rule, a sentence that looks for the same, a formula
/// in which both find it, and the parts of it that are marked.
const SHARED: &[(&str, &str, &str, &[&str])] = &[
    (
        "approximate-lookup",
        "VLOOKUP must use exact match.",
        "=1+VLOOKUP(B2, A:B, 2)",
        &["VLOOKUP(B2, A:B, 2)"],
    ),
    (
        "volatile-function",
        "Do not use volatile functions.",
        "=IF(B2>C1, TODAY(), now ( ))+RANDBETWEEN(1, RAND()+A1)+SUM(OFFSET(A1, 1, 1))",
        &["TODAY", "now", "RANDBETWEEN", "RAND", "OFFSET"],
    ),
    (
        "hard-coded-number",
        "Do not use hard-coded numbers.",
        "=A1*1.19+B1*-37.5",
        &["1.19", "37.5"],
    ),
    (
        "broken-reference",
        "Formulas must not contain #REF! errors.",
        "=A1+#REF!",
        &["#REF!"],
    ),
    (
        "error-masking",
        "Do not use error masking.",
        "=1+IFERROR(A1/B1, 0)",
        &["IFERROR(A1/B1, 0)"],
    ),
    (
        "whole-column-range",
        "Do not use whole-column references.",
        "=SUM(A:A)+SUM(B:C)",
        &["A:A", "B:C"],
    ),
    (
        "whole-column-range",
        "Do not use open-ended ranges.",
        "=SUM(A2:A)",
        &["A2:A"],
    ),
    (
        "whole-column-range",
        "Do not use whole-row references.",
        "=SUM($3:$3)",
        &["$3:$3"],
    ),
    (
        "url-built-from-cells",
        "URLs built from cell values are forbidden.",
        "=1+IMAGE(\"https://example.test/?\" & A1, 4)",
        &["\"https://example.test/?\" & A1"],
    ),
    (
        "needless-sign",
        "Do not use unnecessary plus signs.",
        "=A1*+ B1",
        &["+ "],
    ),
    (
        "insecure-url",
        "All URLs must use https.",
        "=IMPORTDATA(\"http://example.test/\" & A1)",
        &["\"http://example.test/\""],
    ),
    (
        "nested-if",
        "Do not nest more than 2 IFs.",
        "=1+IF(A1, 1, IF(A2, 2, IF(A3, 3, IF(A4, 4, 5))))",
        &["IF(A1, 1, IF(A2, 2, IF(A3, 3, IF(A4, 4, 5))))"],
    ),
    (
        "deep-nesting",
        "Limit nesting depth to three levels.",
        "=1+ROUND(SUM(IF(ABS(LEN(TRIM(A1)))>2, 1, 0)), 2)",
        &["ROUND(SUM(IF(ABS(LEN(TRIM(A1)))>2, 1, 0)), 2)"],
    ),
    (
        "long-formula",
        "Formulas must not be longer than 200 characters.",
        LONG,
        &[LONG],
    ),
    (
        "many-lines",
        "Formulas must not have more than 3 lines.",
        TALL,
        &[TALL],
    ),
    (
        "many-lines",
        "Formulas must not contain line breaks.",
        TALL,
        &[TALL],
    ),
    (
        "many-references",
        "Formulas must not contain more than 6 references.",
        LONG,
        &[LONG],
    ),
    (
        "many-references",
        "Formulas must not contain more than 12 different references.",
        LONG,
        &[LONG],
    ),
];

/// A formula of more than 15 lines.
const TALL: &str = "=A1\n+A2\n+A3\n+A4\n+A5\n+A6\n+A7\n+A8\n+C1\n+B1\n+B2\n+B3\n+B4\n+B5\n+B6\n+B7";

/// A formula of more than 250 characters and 12 references.
const LONG: &str = "=IF(A1=\"north\", B1*C1, 0)+IF(A2=\"north\", B2*C2, 0)+IF(A3=\"north\", B3*C3, 0)+IF(A4=\"north\", B4*C4, 0)+IF(A5=\"north\", B5*C5, 0)+IF(A6=\"north\", B6*C6, 0)+IF(D1=\"north\", E1*F1, 0)+IF(D2=\"north\", E2*F2, 0)+IF(D3=\"north\", E3*F3, 0)+IF(D4=\"north\", E4*F4, 0)+IF(D5=\"north\", E5*F5, 0)+IF(D6=\"north\", E6*F6, 0)";

#[test]
fn what_a_rule_and_a_policy_both_find_is_one_finding() {
    for (rule, sentence, formula, marks) in SHARED {
        assert_same(rule, sentence, formula, marks);
    }
}

#[test]
fn a_policy_alone_keeps_the_name_that_baselines_and_suppressions_know() {
    for (sentence, name) in [
        (
            "Formulas must not have more than 3 lines.",
            "multi-line-formula",
        ),
        (
            "Formulas must not contain line breaks.",
            "multi-line-formula",
        ),
        (
            "Formulas must not contain more than 6 references.",
            "too-many-references",
        ),
        ("Do not use whole-row references.", "whole-row-range"),
        ("URLs built from cell values are forbidden.", "built-url"),
    ] {
        let shared = SHARED
            .iter()
            .find(|(_, of_policy, ..)| *of_policy == sentence);
        let (.., formula, _) = shared.unwrap();
        let found = found_by_both(&RuleSet::of(&[]), sentence, formula);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].rule, name);
    }
}

#[test]
fn the_vocabulary_calls_volatile_what_the_rule_does() {
    let rule = RuleSet::of(&[])
        .with_rule(&rule("volatile-function"))
        .unwrap();
    let sentence = policy("Do not use volatile functions.");
    let policy = RuleSet::of(&[]).with_policies(vec![sentence]);
    for function in analyzer::functions::all() {
        let formula = format!("={}()", function.name);
        let found = |rules: &RuleSet| audit_with(rules, &formula).unwrap().findings.len();
        assert_eq!(found(&rule), found(&policy), "{formula}");
    }
}

#[test]
fn every_rule_that_policies_share_is_tried() {
    let table = include_str!("../../src/policy/identity.rs");
    let named = table.split("shared(\"").skip(1);
    let named: BTreeSet<&str> = named.filter_map(|rest| rest.split('"').next()).collect();
    let tried: BTreeSet<&str> = SHARED.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(named, tried);
}

#[test]
fn an_id_keeps_a_rule_and_a_policy_apart() {
    let text = "rules:\n  - id: ORG-7\n    match: {functions: {class: volatile functions, names: [NOW]}}\n";
    let found = found_by_both(&lowest("volatile-function"), text, "=A1-NOW()");
    let told = found
        .iter()
        .map(|finding| (&*finding.rule, finding.sentence.is_some()));
    let expected = [("volatile-function", false), ("ORG-7", true)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_policy_that_asks_a_built_in_rule_is_told_with_it_despite_an_id() {
    let text = "rules:\n  - id: ORG-8\n    builtin: {rule: nested-if, settings: {max: 1}}\n";
    let formula = "=IF(A1, 1, IF(A2, 2, IF(A3, 3, IF(A4, 4, 5))))";
    let found = found_by_both(&lowest("nested-if"), text, formula);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].rule, "nested-if");
    assert!(found[0].sentence.is_some());
}

#[test]
fn a_fix_that_only_the_policy_has_stays() {
    let text = "rules:\n  - match: {functions: {class: volatile functions, names: [NOW]}}\n    fix: {rewrite: Inputs!$B$1}\n";
    let found = found_by_both(&lowest("volatile-function"), text, "=A1-NOW()");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].category, Category::Risk);
    let fix = found[0].fix.as_ref().unwrap();
    assert_eq!(fix.edits[0].text, "Inputs!$B$1");
}

#[test]
fn what_only_begins_where_a_rule_marks_is_another_finding() {
    let formula = "=1.19*A1*1.5";
    let sentence = "Formulas must not contain more than 1 hard-coded number.";
    let found = found_by_both(&lowest("hard-coded-number"), sentence, formula);
    let told = found
        .iter()
        .map(|finding| (finding.span.of(formula), finding.sentence.is_some()));
    let expected = [("1.19", false), ("1.19*A1*1.5", true), ("1.5", false)];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn two_policies_that_forbid_the_same_call_give_two_findings() {
    let rules = RuleSet::of(&[Preset::Recommended]).with_policies(vec![
        policy("Do not use volatile functions."),
        policy("Volatile functions are forbidden."),
    ]);
    let mut auditor = Auditor::new(&rules, Locale::default());
    for _ in 0..2 {
        let findings = auditor.audit("=TODAY()-A1", B2).unwrap().findings;
        let policies = findings.iter().map(|found| found.sentence.unwrap().policy);
        assert_eq!(policies.collect::<Vec<_>>(), [0, 1]);
    }
    assert_eq!(auditor.analysed(), 1);
}
