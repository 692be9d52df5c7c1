//! Findings for people: the formula, a caret under the part in question, why, who asks for it,
//! and what would mend it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use analyzer::audit::Skip;
use analyzer::cell::{CellRange, Position, compress};
use analyzer::report::{FindingLine, PolicyReference, ReportedFix};

use super::FIRST_SHEET;
use super::audited::Audited;
use super::baseline::Known;
use crate::cli::excerpt::{bytes_of, difference, excerpt};
use crate::cli::terminal::{ADDED, FAINT, REMOVED, STRONG, Terminal, severity_style, visible};

/// How far the lines of a finding stand in.
const INDENT: usize = 2;
/// The most known findings that are named when they are no longer found.
const MOST_ABSENT: usize = 20;
/// The most ranges that are named before the rest is counted.
const MOST_RANGES: usize = 8;

/// Writes the findings in the order given.
pub(super) fn write(
    out: &mut impl Write,
    terminal: Terminal,
    findings: &[&FindingLine],
) -> io::Result<()> {
    for finding in findings {
        write_finding(out, terminal, finding)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_finding(
    out: &mut impl Write,
    terminal: Terminal,
    finding: &FindingLine,
) -> io::Result<()> {
    let style = severity_style(finding.severity);
    writeln!(
        out,
        "{}  {}  {}",
        terminal.paint(style, finding.severity.name()),
        terminal.paint(STRONG, visible(&finding.rule)),
        visible(&place(finding)),
    )?;
    if let (Some(formula), Some(span)) = (&finding.formula, finding.span) {
        let mark = bytes_of(formula, span);
        for line in excerpt(formula, &mark, 1, terminal.room(INDENT)) {
            line.write_with_carets(out, terminal, "  ", style)?;
        }
    }
    terminal.write_prose(out, INDENT, &finding.message)?;
    if let Some(policy) = &finding.policy {
        write_policy(out, terminal, policy)?;
    }
    if let (Some(formula), Some(fix)) = (&finding.formula, &finding.fix) {
        write_fix(out, terminal, formula, fix)?;
    }
    Ok(())
}

fn write_policy(
    out: &mut impl Write,
    terminal: Terminal,
    policy: &PolicyReference,
) -> io::Result<()> {
    let text = format!("policy {}: “{}”", policy.title, policy.sentence.trim());
    terminal.write_prose(out, INDENT, &text)
}

fn write_fix(
    out: &mut impl Write,
    terminal: Terminal,
    formula: &str,
    fix: &ReportedFix,
) -> io::Result<()> {
    let effect = if fix.safe {
        "(keeps the result)"
    } else {
        "(may change the result)"
    };
    let effect = terminal.paint(FAINT, effect);
    writeln!(out, "  fix: {} {effect}", visible(&fix.title))?;
    let (goes, comes) = difference(formula, &fix.formula);
    let room = terminal.room(2 * INDENT);
    for line in excerpt(formula, &goes, 0, room) {
        line.write_as_change(out, terminal, "  - ", REMOVED)?;
    }
    for line in excerpt(&fix.formula, &comes, 0, room) {
        line.write_as_change(out, terminal, "  + ", ADDED)?;
    }
    Ok(())
}

/// Where a finding stands: `A2:A40, C7 (40 cells)`, with the workbook and the sheet; in a list with
/// the sheet unless it is the first one.
fn place(finding: &FindingLine) -> String {
    let sheet = finding.sheet.as_deref();
    let sheet = sheet.filter(|name| finding.workbook.is_some() || *name != FIRST_SHEET);
    let ranges = finding.cells.iter().filter_map(|cells| cells.parse().ok());
    let ranges: Vec<CellRange> = ranges
        .map(|range| CellRange {
            sheet: sheet.map(str::to_owned),
            ..range
        })
        .collect();
    let cells: u64 = ranges.iter().map(CellRange::cells).sum();
    let mut place = match &finding.workbook {
        Some(workbook) => format!("{workbook}  {}", named(&ranges)),
        None => named(&ranges),
    };
    if cells > 1 {
        let _ = write!(place, " ({cells} cells)");
    }
    place
}

/// What was not audited and why, one line for each reason.
pub(super) fn skipped(audited: &Audited) -> Vec<String> {
    let mut reasons: BTreeMap<String, BTreeMap<Option<&str>, Vec<Position>>> = BTreeMap::new();
    for cell in &audited.cells {
        if let Err(skip) = &cell.outcome
            && *skip != Skip::Empty
        {
            let sheets = reasons.entry(skip.to_string()).or_default();
            sheets
                .entry(cell.address.sheet.as_deref())
                .or_default()
                .push(cell.address.position);
        }
    }
    let mut whole_sheets = Vec::new();
    for unread in audited.book.iter().flat_map(|book| &book.unread) {
        let Some(cell) = unread.cell else {
            whole_sheets.push(format!("sheet {}: {}", unread.sheet, unread.reason));
            continue;
        };
        let sheets = reasons.entry(unread.reason.clone()).or_default();
        sheets.entry(Some(&unread.sheet)).or_default().push(cell);
    }
    let line = |(reason, sheets): (String, BTreeMap<Option<&str>, Vec<Position>>)| {
        let ranges = sheets.into_iter().flat_map(|(sheet, positions)| {
            let range = move |(first, last)| CellRange {
                sheet: sheet.map(str::to_owned),
                first,
                last,
            };
            compress(positions).into_iter().map(range)
        });
        let ranges: Vec<_> = ranges.collect();
        format!("{}: {reason}", named(&ranges))
    };
    let lines = whole_sheets
        .into_iter()
        .chain(reasons.into_iter().map(line));
    let told = |line: String| match &audited.book {
        Some(book) => visible(&format!("skipped {}  {line}", book.name)).into_owned(),
        None => visible(&format!("skipped {line}")).into_owned(),
    };
    lines.map(told).collect()
}

/// What the baseline knows and the audit no longer finds, one line for each, and what to do.
pub(super) fn absent(known: &[&Known]) -> Vec<String> {
    let mut lines: Vec<String> = known
        .iter()
        .take(MOST_ABSENT)
        .map(|known| {
            let line = format!("no longer found: {}: {}", known.rule, known.message);
            visible(&line).into_owned()
        })
        .collect();
    match known.len().saturating_sub(MOST_ABSENT) {
        0 => {}
        more => lines.push(format!("no longer found: {more} more")),
    }
    if !known.is_empty() {
        lines.push("--write-baseline leaves them out of the baseline".to_owned());
    }
    lines
}

/// The ranges by name, the first few of them.
fn named(ranges: &[CellRange]) -> String {
    let names: Vec<String> = ranges
        .iter()
        .take(MOST_RANGES)
        .map(CellRange::to_string)
        .collect();
    let names = names.join(", ");
    match ranges.len().saturating_sub(MOST_RANGES) {
        0 => names,
        more => format!("{names} and {more} more ranges"),
    }
}
