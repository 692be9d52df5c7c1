//! What an audit promises: the same findings however formulas come together, and no surprise.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

mod shared;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use analyzer::audit::{Auditor, FormulaAudit, LONGEST_FORMULA, Skip};
use analyzer::cell::Position;
use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::policy::{Lexicon, compile};
use analyzer::rule::{Preset, SettingValue};
use analyzer::rules;
use analyzer::ruleset::{Policy, RuleDefinition, RuleSet, RuleSetError};
use proptest::prelude::*;

const B2: Position = Position { column: 2, row: 2 };

fn audit_with(rules: &RuleSet, formula: &str) -> Result<FormulaAudit, Skip> {
    Auditor::new(rules, Locale::default()).audit(formula, B2)
}

fn policy(text: &str) -> Policy {
    Policy {
        id: "p".to_owned(),
        title: "Formulas".to_owned(),
        version: 1,
        compiled: Arc::new(compile(text, &Lexicon::english())),
    }
}

/// The names of the rules that find something, with the presets given.
fn found(presets: &[Preset], formula: &str) -> Vec<String> {
    let audit = audit_with(&RuleSet::of(presets), formula).unwrap();
    let names = audit
        .findings
        .into_iter()
        .map(|finding| finding.rule.into_owned());
    names.collect()
}

fn rule(name: &str) -> RuleDefinition {
    RuleDefinition {
        name: name.to_owned(),
        severity: None,
        settings: BTreeMap::new(),
    }
}

#[test]
fn everyday_formulas_are_compliant_under_recommended() {
    let recommended = RuleSet::of(&[Preset::Recommended]);
    for formula in [
        "=SUM(A1:A10)",
        "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)",
        "=IF(A1>0, A1/B1, 0)",
        "=SUMIFS(C2:C99, A2:A99, \"x\", B2:B99, \">0\")",
        "=INDEX(B2:B99, MATCH(A1, A2:A99, 0))",
        "=ROUND(A1*B1, 2)",
    ] {
        let findings = audit_with(&recommended, formula).unwrap().findings;
        let worst = findings.iter().map(|finding| finding.severity).max();
        assert!(
            worst.is_none_or(|worst| worst < Severity::Low),
            "{formula}: {findings:?}"
        );
    }
}

#[test]
fn a_lookup_without_its_last_argument_is_a_high_risk() {
    let audit = audit_with(
        &RuleSet::of(&[Preset::Recommended]),
        "=VLOOKUP(B2, Sheet1!A:B, 2)",
    );
    let findings = audit.unwrap().findings;
    let lookup = findings
        .iter()
        .find(|finding| finding.rule == "approximate-lookup");
    assert_eq!(lookup.unwrap().severity, Severity::High);
}

#[test]
fn a_broken_formula_gets_only_syntax_errors() {
    let names = found(&[Preset::Strict], "=VLOOKUP(A1,B:C,2)+NOW(");
    assert!(!names.is_empty() && names.iter().all(|name| name == "syntax-error"));
}

#[test]
fn without_a_preset_only_syntax_errors_are_found() {
    assert_eq!(found(&[], "=VLOOKUP(A1,B:C,2)"), [""; 0]);
    assert_eq!(found(&[], "=A1+"), ["syntax-error"]);
}

#[test]
fn consistency_says_nothing_of_a_single_formula() {
    assert_eq!(
        found(&[Preset::Consistency], "=VLOOKUP(A1,B:C,2)+NOW("),
        [""; 0]
    );
}

#[test]
fn a_policy_alone_also_finds_what_does_not_parse() {
    let rules = RuleSet::of(&[Preset::Consistency]);
    let rules = rules.with_policies(vec![policy("INDIRECT must not be used.")]);
    assert_eq!(
        audit_with(&rules, "=INDIRECT(A1").unwrap().findings[0].rule,
        "syntax-error"
    );
    assert_eq!(
        audit_with(&rules, "=INDIRECT(A1)").unwrap().findings.len(),
        1
    );
    assert_eq!(audit_with(&rules, "=INDEX(A:A,1)").unwrap().findings, []);
}

#[test]
fn what_is_no_formula_is_skipped_with_its_reason() {
    let rules = RuleSet::of(&[]);
    assert_eq!(audit_with(&rules, ""), Err(Skip::Empty));
    assert_eq!(audit_with(&rules, "Total"), Err(Skip::NotAFormula));
    let longest = format!("={}", "1".repeat(LONGEST_FORMULA - 1));
    assert!(audit_with(&rules, &longest).is_ok());
    assert_eq!(
        audit_with(&rules, &format!("{longest}1")),
        Err(Skip::TooLong)
    );
    let in_two_bytes = format!("=\"{}\"", "é".repeat(LONGEST_FORMULA - 3));
    assert!(audit_with(&rules, &in_two_bytes).is_ok());
}

#[test]
fn one_rule_reports_a_hostile_formula_only_so_often() {
    let formula = format!("=A1{}", "*1.23".repeat(6_000));
    let findings = audit_with(&RuleSet::of(&[Preset::Strict]), &formula)
        .unwrap()
        .findings;
    let numbers = findings
        .iter()
        .filter(|finding| finding.rule == "hard-coded-number");
    assert_eq!(numbers.count(), 16);
}

#[test]
fn a_severity_and_a_setting_can_be_changed() {
    let mut own = rule("nested-if");
    own.severity = Some(Severity::High);
    own.settings
        .insert("max".to_owned(), SettingValue::Number(1));
    let rules = RuleSet::of(&[Preset::Recommended]).with_rule(&own).unwrap();
    let findings = audit_with(&rules, "=IF(A1,1,IF(A2,2,0))").unwrap().findings;
    assert_eq!(findings[0].rule, "nested-if");
    assert_eq!(findings[0].severity, Severity::High);
}

#[test]
fn a_rule_can_be_switched_off() {
    let rules = RuleSet::of(&[Preset::Recommended]);
    let rules = rules.without_rule("volatile-function").unwrap();
    assert_eq!(audit_with(&rules, "=NOW()").unwrap().findings, []);
}

#[test]
fn what_no_rule_has_is_refused() {
    let rules = || RuleSet::of(&[]);
    let unknown = RuleSetError::UnknownRule("no-such-rule".to_owned());
    assert_eq!(
        rules().with_rule(&rule("no-such-rule")).err(),
        Some(unknown.clone())
    );
    assert_eq!(rules().without_rule("no-such-rule").err(), Some(unknown));
    let mut own = rule("nested-if");
    own.settings
        .insert("min".to_owned(), SettingValue::Number(1));
    let error = rules().with_rule(&own).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the rule `nested-if` has no setting `min`"
    );
}

#[test]
fn a_setting_of_the_wrong_kind_is_refused() {
    let mut own = rule("unlisted-host");
    let number = SettingValue::Number(1);
    own.settings.insert("allowed-hosts".to_owned(), number);
    let error = RuleSet::of(&[]).with_rule(&own).err().unwrap();
    assert_eq!(
        error.to_string(),
        "the setting `allowed-hosts` of the rule `unlisted-host` is a list of texts"
    );
}

/// The set with the rule of this definition, which is JSON.
fn set_of(definition: &str) -> RuleSet {
    let definition = serde_json::from_str(definition).unwrap();
    RuleSet::of(&[]).with_rule(&definition).unwrap()
}

#[test]
fn a_list_of_texts_is_read_as_people_write_it_in_any_order() {
    let of = |hosts: &str| {
        let settings = format!("{{\"allowed-hosts\": [{hosts}]}}");
        set_of(&format!(
            "{{\"name\": \"unlisted-host\", \"settings\": {settings}}}"
        ))
    };
    let one = of("\"a.example\", \"b.example\"");
    assert_eq!(one.hash(), of("\"b.example\", \"a.example\"").hash());
    assert_ne!(one.hash(), of("\"a.example\"").hash());
    assert_ne!(one.hash(), of("\"a.exampleb.example\"").hash());
    let again = RuleSet::from_definition(&one.definition()).unwrap();
    assert_eq!(again.hash(), one.hash());
}

#[test]
fn a_definition_gives_the_same_set_again() {
    for preset in Preset::ALL {
        let rules = RuleSet::of(&[preset]);
        let text = serde_json::to_string(&rules.definition()).unwrap();
        let again = RuleSet::from_definition(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(again.hash(), rules.hash());
    }
}

#[test]
fn the_hash_tells_sets_apart() {
    let mut own = rule("nested-if");
    let recommended = || RuleSet::of(&[Preset::Recommended]);
    assert_eq!(
        recommended().with_rule(&own).unwrap().hash(),
        recommended().hash()
    );
    own.settings
        .insert("max".to_owned(), SettingValue::Number(5));
    assert_ne!(
        recommended().with_rule(&own).unwrap().hash(),
        recommended().hash()
    );
    assert!(recommended().hash().starts_with("sha256:"));
}

/// Formulas as people write and copy them: small trees, and references that move with the cell.
fn formulas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (1_u32..5, 1_u32..9).prop_map(|(column, row)| reference(column, row)),
        Just("$A$1".to_owned()),
        Just("B$1:B3".to_owned()),
        Just("A:A".to_owned()),
        Just("#REF!".to_owned()),
        Just("\"https://example.org/\"".to_owned()),
        Just("1.19".to_owned()),
        Just("0".to_owned()),
        Just("1".to_owned()),
        Just("TRUE".to_owned()),
        Just("now()".to_owned()),
        Just("NOW()".to_owned()),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        let names = prop::sample::select(vec![
            "IF",
            "if",
            "SUM",
            "VLOOKUP",
            "MATCH",
            "IFERROR",
            "SUMIFS",
            "INDEX",
            "LET",
            "IFS",
            "HYPERLINK",
            "IMPORTXML",
            "MOD",
            "FOO",
            "VLOKUP",
            "INDIRECT",
            "AND",
        ]);
        let operators = prop::sample::select(vec!["+", "-", "*", "/", "&", "=", ">", "^", " + "]);
        prop_oneof![
            (names, prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(","))),
            (inner.clone(), operators, inner.clone())
                .prop_map(|(left, operator, right)| format!("{left}{operator}{right}")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.prop_map(|inner| format!("-{inner}")),
        ]
    });
    tree.prop_map(|tree| format!("={tree}"))
}

fn reference(column: u32, row: u32) -> String {
    Position { column, row }.to_string()
}

/// Every rule, policies that see templates, one of them what rules see, and one that sees text.
static EVERYTHING: LazyLock<RuleSet> = LazyLock::new(|| {
    RuleSet::of(&[Preset::Strict]).with_policies(vec![
        policy("NOW must not be used. Do not nest more than 1 IF."),
        policy("Do not use volatile functions. Do not use unnecessary plus signs."),
        policy("Formulas must not be longer than 20 characters."),
    ])
});

proptest! {
    #[test]
    fn what_was_seen_before_changes_nothing(
        cells in prop::collection::vec((formulas(), 1_u32..4, 1_u32..6), 1..12)
    ) {
        let mut remembering = Auditor::new(&EVERYTHING, Locale::default());
        for (formula, column, row) in cells.iter().chain(&cells) {
            let cell = Position { column: *column, row: *row };
            let alone = Auditor::new(&EVERYTHING, Locale::default()).audit(formula, cell);
            prop_assert_eq!(remembering.audit(formula, cell), alone, "{}", formula);
        }
    }

    #[test]
    fn copies_share_their_fingerprints(formula in formulas(), rows in 1_u32..5) {
        let rules = RuleSet::of(&[Preset::Strict]);
        let moved = shift_rows(&formula, rows);
        let mut auditor = Auditor::new(&rules, Locale::default());
        let original = auditor.audit(&formula, B2).unwrap();
        let copy = auditor.audit(&moved, Position { column: 2, row: 2 + rows }).unwrap();
        prop_assert_eq!(original.template, copy.template);
        let of_template = |audit: FormulaAudit| -> Vec<_> {
            let template_only = |name: &str| {
                let rule = rules::find(name).unwrap();
                rule.sees == analyzer::rule::Sees::Template
            };
            let findings = audit.findings.into_iter().filter(|finding| template_only(&finding.rule));
            findings.map(|finding| finding.fingerprint).collect()
        };
        prop_assert_eq!(of_template(original), of_template(copy), "{} {}", formula, moved);
    }

    #[test]
    fn no_text_makes_an_audit_panic(text in "=\\PC{0,80}") {
        let rules = RuleSet::of(&[Preset::Strict]);
        if let Ok(audit) = audit_with(&rules, &text) {
            for finding in audit.findings {
                prop_assert!(text.get(std::ops::Range::<usize>::from(finding.span)).is_some());
            }
        }
    }
}

/// The formula as it reads once copied some rows down: every relative row moves.
fn shift_rows(formula: &str, rows: u32) -> String {
    use analyzer::ast::{Formula, NodeKind};

    let tree = analyzer::parser::parse(formula, Locale::default());
    let view = Formula {
        source: formula,
        tree: &tree,
    };
    let mut shifted = formula.to_owned();
    for (_, node) in view.nodes().collect::<Vec<_>>().into_iter().rev() {
        let NodeKind::Reference(reference) = node.kind else {
            continue;
        };
        let corner = |corner: analyzer::ast::Corner| {
            let row = if corner.row_absolute || corner.row == 0 {
                corner.row
            } else {
                corner.row + rows
            };
            let dollar = |absolute| if absolute { "$" } else { "" };
            let row_text = if row == 0 {
                String::new()
            } else {
                row.to_string()
            };
            let column = Position {
                column: corner.column.into(),
                row: 1,
            }
            .to_string();
            let column = column.trim_end_matches('1').to_owned();
            format!(
                "{}{column}{}{row_text}",
                dollar(corner.column_absolute),
                dollar(corner.row_absolute)
            )
        };
        let text = match reference.last {
            Some(last) => format!("{}:{}", corner(reference.first), corner(last)),
            None => corner(reference.first),
        };
        shifted.replace_range(std::ops::Range::<usize>::from(node.span), &text);
    }
    shifted
}
