//! Writes what was found to standard output in the form asked for, and a summary for people to
//! standard error.

use std::fmt::Write as _;
use std::io::{self, Write};

use analyzer::audit::Skip;
use analyzer::report::{AuditReport, FindingLine, Summary};
use serde::Serialize;

use super::audited::{Audited, Book, Outcome};
use super::{ReportFormat, html, sarif, text};
use crate::cli::terminal::{Terminal, notice, stdout};

/// Writes the report to standard output, and then the summary to standard error.
pub(super) fn write(format: ReportFormat, outcome: Outcome<'_>) -> io::Result<()> {
    let mut out = stdout();
    let findings = outcome.new_findings();
    let report = outcome.list_report();
    match format {
        ReportFormat::Text => text::write(&mut out, Terminal::of_stdout(), &findings)?,
        ReportFormat::Json => match &report {
            Some(report) => write_line(&mut out, report)?,
            None => write_books(&mut out, &outcome)?,
        },
        ReportFormat::Jsonl => {
            for finding in &findings {
                write_line(&mut out, finding)?;
            }
        }
        ReportFormat::Sarif => sarif::write(&mut out, &outcome)?,
        ReportFormat::Html => html::write(&mut out, &outcome, report.as_ref(), &findings)?,
    }
    let written = out.flush();
    for line in outcome.audited.iter().flat_map(text::skipped) {
        notice(line);
    }
    if let Some(baseline) = outcome.baseline {
        for line in text::absent(&baseline.absent(outcome.found())) {
            notice(line);
        }
    }
    let known = outcome.found().count() - findings.len();
    notice(summary(&outcome, report.as_ref(), known));
    written
}

fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

/// The report on a workbook.
#[derive(Serialize)]
struct BookReport<'a> {
    workbook: &'a str,
    /// How many sheets were audited.
    sheets: usize,
    /// How many formulas.
    formulas: usize,
    /// How many of them are no copies of one another.
    templates: usize,
    findings: Vec<&'a FindingLine>,
    skipped: Vec<SkippedCell>,
    /// In milliseconds.
    duration: f64,
}

/// A cell that was not audited.
#[derive(Serialize)]
pub(super) struct SkippedCell {
    pub(super) sheet: Option<String>,
    /// `null` where it is the sheet.
    pub(super) cell: Option<String>,
    pub(super) reason: String,
}

fn write_books(out: &mut impl Write, outcome: &Outcome<'_>) -> io::Result<()> {
    for audited in &outcome.audited {
        if let Some(book) = &audited.book {
            let report = BookReport {
                workbook: &book.name,
                sheets: book.sheets,
                formulas: audited.formulas(),
                templates: audited.templates(),
                findings: outcome.new_in(audited),
                skipped: skipped(audited, book),
                duration: audited.duration(),
            };
            write_line(out, &report)?;
        }
    }
    Ok(())
}

/// The cells of a workbook that were not audited.
pub(super) fn skipped(audited: &Audited, book: &Book) -> Vec<SkippedCell> {
    let unread = book.unread.iter().map(|unread| SkippedCell {
        sheet: Some(unread.sheet.clone()),
        cell: unread.cell.map(|cell| cell.to_string()),
        reason: unread.reason.clone(),
    });
    let of_cells = audited.cells.iter().filter_map(|cell| {
        let skip = cell.outcome.as_ref().err();
        let skip = skip.filter(|skip| **skip != Skip::Empty)?;
        Some(SkippedCell {
            sheet: cell.address.sheet.clone(),
            cell: Some(cell.address.position.to_string()),
            reason: skip.to_string(),
        })
    });
    unread.chain(of_cells).collect()
}

/// `3 high, 1 medium, 0 low, 2 info in 55 formulas of 2 workbooks; 4 known; 2 skipped; 0.8 ms`
fn summary(outcome: &Outcome<'_>, report: Option<&AuditReport>, known: usize) -> String {
    let Summary {
        high,
        medium,
        low,
        info,
    } = report.map_or_else(|| outcome.summary(), |report| report.summary);
    let sum = |count: fn(&Audited) -> usize| outcome.audited.iter().map(count).sum::<usize>();
    let formulas = counted(sum(Audited::formulas), "formula");
    let mut text = format!("{high} high, {medium} medium, {low} low, {info} info in {formulas}");
    if outcome.audited.len() > 1 {
        let _ = write!(text, " of {}", counted(outcome.audited.len(), "workbook"));
    }
    if known > 0 {
        let _ = write!(text, "; {known} known");
    }
    let skipped = sum(Audited::skipped);
    if skipped > 0 {
        let _ = write!(text, "; {skipped} skipped");
    }
    if !outcome.failed.is_empty() {
        let failed = counted(outcome.failed.len(), "workbook");
        let _ = write!(text, "; {failed} not read");
    }
    let duration: f64 = outcome.audited.iter().map(Audited::duration).sum();
    let _ = write!(text, "; {duration:.1} ms");
    text
}

/// `1 cell`, `3 cells`
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
