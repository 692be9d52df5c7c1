//! What is said of policies taken together.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

use std::sync::Arc;

use analyzer::policy::analysis::{Issue, IssueKind, of};
use analyzer::policy::{Lexicon, compile};
use analyzer::ruleset::Policy;

fn issues(texts: &[&str]) -> Vec<Issue> {
    let lexicon = Lexicon::english();
    let policies: Vec<Policy> = texts
        .iter()
        .map(|text| {
            let compiled = compile(text, &lexicon);
            assert!(compiled.enforced() > 0, "{text}: {:?}", compiled.sentences);
            Policy {
                id: (*text).to_owned(),
                title: "T".to_owned(),
                version: 1,
                compiled: Arc::new(compiled),
            }
        })
        .collect();
    of(&policies)
}

/// Checks that there is one issue, of this kind, with an example that both rules flag or that
/// shows how one is kept and the other broken.
#[track_caller]
fn case(one: &str, other: &str, kind: IssueKind) {
    let issues = issues(&[one, other]);
    let kinds: Vec<IssueKind> = issues.iter().map(|issue| issue.kind).collect();
    assert_eq!(kinds, [kind], "{one} | {other}: {issues:?}");
    let issue = issues.first().unwrap();
    assert!(issue.example.is_some(), "{issue:?}");
    assert_eq!(issue.rules.len(), 2);
    let lexicon = Lexicon::english();
    let example = issue.example.as_deref().unwrap_or_default();
    let breaks = issue.rules.last().map(|rule| rule.policy.as_str());
    let flagged = compile(breaks.unwrap_or_default(), &lexicon).violations(example);
    assert!(!flagged.is_empty(), "{example} does not show {issue:?}");
}

#[track_caller]
fn nothing(one: &str, other: &str) {
    let issues = issues(&[one, other]);
    assert!(issues.is_empty(), "{one} | {other}: {issues:?}");
}

#[test]
fn rules_that_say_the_same_are_told() {
    case(
        "Do not use INDIRECT.",
        "INDIRECT must not be used.",
        IssueKind::Duplicate,
    );
}

#[test]
fn what_keeps_one_rule_and_breaks_the_other_is_a_contradiction() {
    for (one, other) in [
        ("VLOOKUP must be wrapped in IFERROR.", "Do not use IFERROR."),
        (
            "VLOOKUP must be wrapped in IFERROR.",
            "Formulas must not use error masking with IFERROR or IFNA.",
        ),
        (
            "VLOOKUP must be wrapped in IFERROR.",
            "Formulas must use only VLOOKUP and SUM.",
        ),
        ("Use XLOOKUP instead of VLOOKUP.", "Do not use XLOOKUP."),
        (
            "Formulas must use only SUM.",
            "Formulas must use only AVERAGE.",
        ),
        ("Formulas must use only NOW.", "Do not use NOW."),
        (
            "VLOOKUP must give FALSE as argument 4.",
            "VLOOKUP must give TRUE as argument 4.",
        ),
    ] {
        case(one, other, IssueKind::Contradiction);
    }
}

#[test]
fn rules_that_others_swallow_are_told() {
    for (one, other) in [
        (
            "No formula may nest more than 5 IFs.",
            "No formula may nest more than 3 IFs.",
        ),
        ("VLOOKUP must use exact match.", "Do not use VLOOKUP."),
        ("Do not use NOW.", "Do not use NOW and TODAY."),
        ("Do not use INDIRECT.", "Formulas must use only SUM and IF."),
    ] {
        case(one, other, IssueKind::Swallowed);
    }
}

#[test]
fn rules_that_go_together_are_left_alone() {
    for (one, other) in [
        ("Do not use INDIRECT.", "Do not use OFFSET."),
        (
            "VLOOKUP must be wrapped in IFERROR.",
            "VLOOKUP must use exact match.",
        ),
        (
            "VLOOKUP must be wrapped in IFERROR or IFNA.",
            "Do not use IFERROR.",
        ),
        (
            "No formula may nest more than 3 IFs.",
            "Formulas must have at most 5 operators.",
        ),
        (
            "rules: [{match: NOW(...), scope: {sheets: [A]}}]",
            "rules: [{match: NOW(...), scope: {sheets: [B]}}]",
        ),
        (
            "Formulas should not use NOW.",
            "Where possible, formulas should not use NOW and TODAY.",
        ),
    ] {
        nothing(one, other);
    }
}

#[test]
fn a_scope_that_leaves_nothing_is_told() {
    let issues =
        issues(&["rules: [{match: NOW(...), scope: {sheets: [A], exclude: {sheets: [a]}}}]"]);
    let kinds: Vec<IssueKind> = issues.iter().map(|issue| issue.kind).collect();
    assert_eq!(kinds, [IssueKind::NeverFires]);
}
