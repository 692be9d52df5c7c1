//! An audit of any text: what is found lies in the text, has an identity of its own, and does not
//! depend on what was audited before.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use analyzer::audit::{Auditor, FormulaAudit, Skip};
use analyzer::cell::{CellAddress, Position};
use analyzer::parser::Locale;
use analyzer::report::{self, Circumstances};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;

/// Where the formula of a test stands.
pub const CELL: Position = Position { column: 2, row: 2 };

/// One set of rules for each preset.
pub static PRESETS: LazyLock<Vec<RuleSet>> = LazyLock::new(|| {
    let sets = Preset::ALL.iter().map(|preset| RuleSet::of(&[*preset]));
    sets.collect()
});

/// What every rule there is finds in the text.
pub fn audited(source: &str, locale: Locale) -> Result<FormulaAudit, Skip> {
    static EVERY_RULE: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::of(&[Preset::Strict]));
    Auditor::new(&EVERY_RULE, locale).audit(source, CELL)
}

/// What is found in a text is sound with every preset.
#[track_caller]
pub fn is_audited_soundly(source: &str, locale: Locale) {
    for rules in PRESETS.iter() {
        let mut auditor = Auditor::new(rules, locale);
        let Ok(audit) = auditor.audit(source, CELL) else {
            return;
        };
        let mut fingerprints = BTreeSet::new();
        for finding in &audit.findings {
            let lies_in = |span: analyzer::span::Span| {
                let range = span.start as usize..span.end as usize;
                source.get(range).is_some()
            };
            assert!(lies_in(finding.span), "{source:?}: {finding:?}");
            assert!(!finding.message.is_empty(), "{source:?}: {finding:?}");
            let mut edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            assert!(
                edits.all(|edit| lies_in(edit.span)),
                "{source:?}: {finding:?}"
            );
            assert!(
                fingerprints.insert(finding.fingerprint),
                "{source:?}: {finding:?} has the identity of another"
            );
        }
        let places = |span: analyzer::span::Span| (span.start, span.end);
        assert!(
            audit
                .findings
                .is_sorted_by_key(|finding| places(finding.span))
        );
        let again = auditor.audit(source, CELL);
        assert_eq!(
            again,
            Ok(audit),
            "{source:?}: found anew in a template seen"
        );
        is_reported(rules, &mut auditor, source);
    }
}

/// The report on a formula and its copy comes back, and one finding of both is one line.
#[track_caller]
fn is_reported(rules: &RuleSet, auditor: &mut Auditor<'_>, source: &str) {
    let cells = [CELL, CELL].map(|position| {
        let address = CellAddress {
            sheet: None,
            position,
        };
        (address, source.to_owned())
    });
    let cells = report::audit_cells(auditor, cells);
    let lines = report::lines(rules, &cells, None, "Sheet1");
    let circumstances = Circumstances {
        duration: 0.0,
        timestamp: String::new(),
    };
    let report = report::assemble(rules, cells, circumstances);
    let first = report.audits.first().map(|entry| entry.findings.len());
    assert_eq!(first, Some(lines.len()), "{source:?}");
}
