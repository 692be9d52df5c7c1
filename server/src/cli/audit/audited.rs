//! What was audited, and what was found in it: one list of formulas, or workbooks.

use std::collections::HashSet;
use std::sync::Arc;

use analyzer::audit::Skip;
use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::report::{AuditReport, CellAudit, FindingLine, Summary, assemble, lines};
use analyzer::ruleset::RuleSet;
use time::OffsetDateTime;
use workbooks::Unread;

use super::FIRST_SHEET;
use super::baseline::{Baseline, Known};
use super::cells::{self, ListLine};
use crate::analysis::Abandoned;
use crate::cli::input::Source;
use crate::clock::Clock;
use crate::parallel;

/// An audit that has run.
pub(super) struct Outcome<'a> {
    pub(super) rules: &'a RuleSet,
    /// One list, or workbooks in the order given; never nothing.
    pub(super) audited: Vec<Audited>,
    /// Why workbooks could not be read, each with its name.
    pub(super) failed: Vec<String>,
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) exit_code: u8,
}

/// A list or a workbook that was audited.
pub(super) struct Audited {
    pub(super) source: Source,
    /// What a workbook is beside its cells; `None` for a list.
    pub(super) book: Option<Book>,
    pub(super) cells: Vec<CellAudit>,
    /// The lines that the cells of a list come from.
    pub(super) lines: Vec<ListLine>,
    /// What was found, known or not.
    pub(super) found: Vec<FindingLine>,
    pub(super) started: OffsetDateTime,
    pub(super) finished: OffsetDateTime,
}

/// A workbook beside its cells.
pub(super) struct Book {
    /// The name that findings are told with.
    pub(super) name: String,
    /// How many sheets were audited.
    pub(super) sheets: usize,
    pub(super) unread: Vec<Unread>,
}

impl Audited {
    /// Audits a list of formulas.
    pub(super) fn list(
        rules: &RuleSet,
        locale: Locale,
        source: Source,
        sheet: Option<&str>,
    ) -> anyhow::Result<Self> {
        let list = cells::read(source.clone(), sheet)?;
        let clock = Clock::system();
        let started = clock.now();
        let names = Arc::default();
        let cells = parallel::audit_cells(rules, locale, &names, list.cells, &Abandoned::default());
        let finished = clock.now();
        let found = lines(rules, &cells, None, sheet.unwrap_or(FIRST_SHEET));
        Ok(Self {
            source,
            book: None,
            cells,
            lines: list.lines,
            found,
            started,
            finished,
        })
    }

    /// How many formulas were audited.
    pub(super) fn formulas(&self) -> usize {
        self.cells
            .iter()
            .filter(|cell| cell.outcome.is_ok())
            .count()
    }

    /// How many formulas there are that are no copies of one another.
    pub(super) fn templates(&self) -> usize {
        let audits = self.cells.iter().flat_map(|cell| &cell.outcome);
        let templates: HashSet<_> = audits.map(|audit| audit.template).collect();
        templates.len()
    }

    /// How many cells were not audited, those without anything aside.
    pub(super) fn skipped(&self) -> usize {
        let cells = self.cells.iter().filter(|cell| {
            let skip = cell.outcome.as_ref().err();
            skip.is_some_and(|skip| *skip != Skip::Empty)
        });
        cells.count() + self.book.as_ref().map_or(0, |book| book.unread.len())
    }

    /// How long it took, in milliseconds.
    pub(super) fn duration(&self) -> f64 {
        parallel::circumstances(self.started, self.finished).duration
    }
}

impl Outcome<'_> {
    /// Whether the baseline knows the finding.
    pub(super) fn knows(&self, fingerprint: &str) -> bool {
        self.baseline
            .is_some_and(|baseline| baseline.knows(fingerprint))
    }

    /// What the baseline knows and was not found; nothing where it may be in what was not read.
    pub(super) fn absent(&self) -> Vec<&Known> {
        match self.baseline {
            Some(baseline) if self.failed.is_empty() => baseline.absent(self.found()),
            _ => Vec::new(),
        }
    }

    /// What was found, known or not.
    pub(super) fn found(&self) -> impl Iterator<Item = &FindingLine> {
        self.audited.iter().flat_map(|audited| &audited.found)
    }

    /// What was found and is not known, in one list or workbook.
    pub(super) fn new_in<'s>(&'s self, audited: &'s Audited) -> Vec<&'s FindingLine> {
        let found = audited.found.iter();
        found
            .filter(|finding| !self.knows(&finding.fingerprint))
            .collect()
    }

    /// What was found and is not known.
    pub(super) fn new_findings(&self) -> Vec<&FindingLine> {
        let audited = self.audited.iter();
        audited.flat_map(|audited| self.new_in(audited)).collect()
    }

    /// The report on the list, without what is known; its cells go into it. `None` if it was
    /// workbooks.
    pub(super) fn take_list_report(&mut self) -> Option<AuditReport> {
        let list = self
            .audited
            .first_mut()
            .filter(|list| list.book.is_none())?;
        let circumstances = parallel::circumstances(list.started, list.finished);
        let mut cells = std::mem::take(&mut list.cells);
        for cell in &mut cells {
            if let Ok(audit) = &mut cell.outcome {
                let findings = &mut audit.findings;
                findings.retain(|finding| !self.knows(&finding.fingerprint.to_string()));
            }
        }
        Some(assemble(self.rules, cells, circumstances))
    }

    /// How many formulas of workbooks have nothing of severity `low` or above that is not known.
    pub(super) fn compliant(&self) -> usize {
        let cells = self.audited.iter().flat_map(|audited| &audited.cells);
        let audits = cells.flat_map(|cell| &cell.outcome);
        let is_compliant = |findings: &[analyzer::finding::Finding]| {
            findings.iter().all(|finding| {
                finding.severity < Severity::Low || self.knows(&finding.fingerprint.to_string())
            })
        };
        audits.filter(|audit| is_compliant(&audit.findings)).count()
    }

    /// How many findings of each severity are not known, in workbooks.
    pub(super) fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in self.new_findings() {
            summary.add(finding.severity);
        }
        summary
    }
}
