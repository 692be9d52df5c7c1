//! Writes what was found to standard output in the form asked for, and a summary for people to
//! standard error.

use std::fmt::Write as _;
use std::io::{self, Write};

use analyzer::audit::Skip;
use analyzer::report::{FindingLine, Summary};
use serde::Serialize;

use super::audited::{Audited, Book, Outcome};
use super::{ReportFormat, html, sarif, text};
use crate::cli::terminal::{Terminal, notice, stdout};

/// Writes the report to standard output, and then the summary to standard error.
pub(super) fn write(format: ReportFormat, mut outcome: Outcome<'_>) -> io::Result<()> {
    let mut out = stdout();
    let skipped: Vec<String> = outcome.audited.iter().flat_map(text::skipped).collect();
    let extent = Extent::of(&outcome);
    if let ReportFormat::Sarif = format {
        sarif::write(&mut out, &outcome)?;
    }
    let report = outcome.take_list_report();
    let findings = outcome.new_findings();
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
        ReportFormat::Sarif => {}
        ReportFormat::Html => html::write(&mut out, &outcome, report.as_ref(), &findings)?,
    }
    let written = out.flush();
    for line in skipped {
        notice(line);
    }
    for line in text::absent(&outcome.absent()) {
        notice(line);
    }
    let known = outcome.found().count() - findings.len();
    let severities = report.map_or_else(|| outcome.summary(), |report| report.summary);
    notice(summary(&outcome, severities, extent, known));
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

/// How much there was.
#[derive(Clone, Copy)]
struct Extent {
    formulas: usize,
    skipped: usize,
}

impl Extent {
    fn of(outcome: &Outcome<'_>) -> Self {
        Self {
            formulas: outcome.audited.iter().map(Audited::formulas).sum(),
            skipped: outcome.audited.iter().map(Audited::skipped).sum(),
        }
    }
}

/// `3 high, 1 medium, 0 low, 2 info in 55 formulas of 2 workbooks; 4 known; 2 skipped; 0.8 ms`
fn summary(outcome: &Outcome<'_>, severities: Summary, extent: Extent, known: usize) -> String {
    let Summary {
        high,
        medium,
        low,
        info,
    } = severities;
    let formulas = counted(extent.formulas, "formula");
    let mut text = format!("{high} high, {medium} medium, {low} low, {info} info in {formulas}");
    if outcome.audited.len() > 1 {
        let _ = write!(text, " of {}", counted(outcome.audited.len(), "workbook"));
    }
    if known > 0 {
        let _ = write!(text, "; {known} known");
    }
    if extent.skipped > 0 {
        let _ = write!(text, "; {} skipped", extent.skipped);
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
