//! What the wire format promises, as `contract` of the HTTP interface has it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::cell::CellAddress;
use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::policy::{Lexicon, compile};
use analyzer::report::{AuditReport, CellAudit, Circumstances, assemble, audit_cells, lines};
use analyzer::rule::Preset;
use analyzer::ruleset::{Policy, RuleSet};

fn recommended() -> RuleSet {
    RuleSet::of(&[Preset::Recommended])
}

fn audited(cells: &[(&str, &str)]) -> Vec<CellAudit> {
    let rules = recommended();
    let cell = |(address, formula): &(&str, &str)| {
        let address: CellAddress = address.parse().unwrap();
        (address, (*formula).to_owned())
    };
    audit_cells(
        &mut Auditor::new(&rules, Locale::default()),
        cells.iter().map(cell),
    )
}

fn report(cells: &[(&str, &str)]) -> AuditReport {
    assemble(&recommended(), audited(cells), circumstances())
}

fn circumstances() -> Circumstances {
    Circumstances {
        duration: 0.8,
        timestamp: "2026-11-23T10:00:00Z".to_owned(),
    }
}

const LOOKUP: &str = "=VLOOKUP(B2, Sheet1!A$1:B$9, 2)";

#[test]
fn a_report_has_the_shape_of_the_contract() {
    let report = report(&[("A1", "=SUM(B1:B10)"), ("A2", LOOKUP)]);
    let json = serde_json::to_value(&report).unwrap();
    let keys: Vec<_> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "audits",
            "compliant",
            "count",
            "duration",
            "engine",
            "inputHash",
            "ruleset",
            "skipped",
            "summary",
            "timestamp"
        ]
    );
    assert_eq!(json["count"], 2);
    assert_eq!(json["compliant"], 1);
    let entry = &json["audits"][1];
    assert_eq!(entry["cellAddress"], "A2");
    assert_eq!(entry["compliant"], false);
    assert_eq!(entry["risk"], "high");
    let finding = &entry["findings"][0];
    assert_eq!(finding["rule"], "approximate-lookup");
    assert_eq!(finding["span"], serde_json::json!({"start": 1, "end": 31}));
    assert_eq!(finding["cells"], serde_json::json!(["A2"]));
    assert!(finding["policy"].is_null());
    assert_eq!(finding["fix"]["safe"], false);
    assert_eq!(finding["fix"]["title"], "Add FALSE as 4th argument");
    assert_eq!(
        finding["fix"]["formula"],
        "=VLOOKUP(B2, Sheet1!A$1:B$9, 2, FALSE)"
    );
    assert_eq!(entry["recommendations"][0], "Add FALSE as 4th argument");
    let again: AuditReport = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(again, report);
}

#[test]
fn a_finding_names_the_sentence_that_asks_for_it() {
    let rules = recommended().with_policies(vec![Policy {
        id: "7".to_owned(),
        title: "Formulas".to_owned(),
        version: 3,
        compiled: Arc::new(compile(
            "# Lookups\n\nVLOOKUP must use exact match.",
            &Lexicon::english(),
        )),
    }]);
    let mut auditor = Auditor::new(&rules, Locale::default());
    let cells = [("A2".parse().unwrap(), LOOKUP.to_owned())];
    let cells = audit_cells(&mut auditor, cells);
    let report = assemble(&rules, cells, circumstances());
    let policy = serde_json::to_value(&report.audits[0].findings[0].policy).unwrap();
    let expected = serde_json::json!({
        "id": "7", "title": "Formulas", "version": 3, "sentence": "VLOOKUP must use exact match."
    });
    assert_eq!(policy, expected);
    assert_eq!(report.summary.high, 1);
}

#[test]
fn a_finding_in_many_cells_names_them_all_and_counts_once() {
    let report = report(&[
        ("A2", "=VLOOKUP(B2, D$1:E$9, 2)"),
        ("A3", "=VLOOKUP(B3, D$1:E$9, 2)"),
        ("A4", "=VLOOKUP(B4, D$1:E$9, 2)"),
        ("C9", "=VLOOKUP(D9, F$1:G$9, 2)"),
    ]);
    assert_eq!(report.summary.high, 1);
    for entry in &report.audits {
        assert_eq!(entry.findings[0].cells, ["A2:A4", "C9"]);
    }
}

#[test]
fn a_finding_in_very_scattered_cells_is_named_in_full_once() {
    let cells: Vec<(String, String)> = (1..200)
        .map(|number| (format!("A{}", 2 * number), "=NOW()".to_owned()))
        .collect();
    let cells: Vec<(&str, &str)> = cells
        .iter()
        .map(|(a, f)| (a.as_str(), f.as_str()))
        .collect();
    let report = report(&cells);
    assert_eq!(report.audits[0].findings[0].cells.len(), 199);
    assert_eq!(report.audits[1].findings[0].cells, ["A4"]);
}

#[test]
fn information_alone_leaves_a_formula_compliant() {
    let report = report(&[("A1", "=SUM(B:B)")]);
    let entry = &report.audits[0];
    assert!(entry.compliant && !entry.findings.is_empty());
    assert_eq!(entry.risk, Severity::Low);
    assert_eq!((report.compliant, report.summary.info), (1, 1));
}

#[test]
fn empty_cells_are_left_out_and_values_are_skipped() {
    let report = report(&[("A1", ""), ("A2", "Total"), ("A3", "=A1")]);
    assert_eq!(report.count, 1);
    assert_eq!(report.audits[0].cell_address, "A3");
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.skipped[0].cell_address, "A2");
    assert!(report.skipped[0].reason.contains('='));
}

#[test]
fn offsets_are_utf16_code_units() {
    let report = report(&[("A1", "=\"😀é\"&NOW()")]);
    let span = report.audits[0].findings[0].span;
    assert_eq!((span.start, span.end), (7, 10));
}

#[test]
fn the_input_hash_tells_cells_and_formulas_apart() {
    let hash = |cells| report(cells).input_hash;
    assert_eq!(hash(&[("A1", "=B1")]), hash(&[("A1", "=B1")]));
    assert_ne!(hash(&[("A1", "=B1")]), hash(&[("A2", "=B1")]));
    assert_ne!(hash(&[("A1", "=B1")]), hash(&[("A1", "=B2")]));
}

#[test]
fn chunks_put_together_give_the_same_report() {
    let cells = [
        ("A1", "=NOW()"),
        ("A2", LOOKUP),
        ("A3", "=NOW()"),
        ("A4", "=1/0"),
    ];
    let (one, other) = cells.split_at(2);
    let chunks = [audited(one), audited(other)].concat();
    assert_eq!(
        assemble(&recommended(), chunks, circumstances()),
        report(&cells)
    );
}

#[test]
fn a_line_is_one_finding_on_one_sheet() {
    let cells = audited(&[
        ("A1", "=NOW()"),
        ("A2", "=NOW()"),
        ("Jan!C3", "=NOW()"),
        ("A3", "=A1/0"),
    ]);
    let lines = lines(&recommended(), &cells, Some("book.xlsx"), "Sheet1");
    let facts = lines.iter().map(|line| {
        (
            line.rule.as_str(),
            line.sheet.as_deref().unwrap(),
            line.cells.join(" "),
        )
    });
    let expected = [
        ("volatile-function", "Sheet1", "A1:A2".to_owned()),
        ("volatile-function", "Jan", "C3".to_owned()),
        ("division-by-zero", "Sheet1", "A3".to_owned()),
    ];
    assert_eq!(facts.collect::<Vec<_>>(), expected);
}

#[test]
fn a_line_says_null_where_nothing_applies() {
    let cells = audited(&[("A1", "=NOW()")]);
    let line = serde_json::to_value(&lines(&recommended(), &cells, None, "Sheet1")[0]).unwrap();
    for key in ["workbook", "expected", "policy", "fix"] {
        assert!(line.as_object().unwrap()[key].is_null(), "{key}");
    }
    assert_eq!(line["formula"], "=NOW()");
}
