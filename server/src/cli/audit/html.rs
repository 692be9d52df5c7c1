//! Findings as one page that needs nothing else: to be mailed, kept and printed. No script, no
//! address outside of it; all that comes from formulas and policies is escaped.

use std::io::{self, Write};

use analyzer::finding::Severity;
use analyzer::report::{AuditReport, FindingLine, PolicyReference, ReportedFix, Summary};
use analyzer::ruleset::ENGINE;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::audited::{Audited, Outcome};
use super::report::{SkippedCell, counted, skipped as skipped_cells};
use crate::cli::excerpt::{bytes_of, difference};
use crate::cli::input::Source;
use crate::cli::terminal::visible_lines;
use crate::parallel;

/// How the page looks, in light and dark.
const STYLE: &str = include_str!("report.css");
/// Nothing is loaded and nothing runs, whatever a formula may hold.
const SECURITY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What the page says beside the findings.
struct Overview {
    title: String,
    formulas: usize,
    compliant: usize,
    summary: Summary,
    /// What was not audited: where, and why.
    skipped: Vec<(String, String)>,
    timestamp: String,
    ruleset: String,
    /// The hash of a list.
    input: Option<String>,
}

impl Overview {
    fn of_list(report: &AuditReport, source: &Source) -> Self {
        let skipped = report.skipped.iter();
        Self {
            title: format!("Audit of {source}"),
            formulas: report.count,
            compliant: report.compliant,
            summary: report.summary,
            skipped: skipped
                .map(|cell| (cell.cell_address.clone(), cell.reason.clone()))
                .collect(),
            timestamp: report.timestamp.clone(),
            ruleset: report.ruleset.clone(),
            input: Some(report.input_hash.clone()),
        }
    }

    fn of_books(outcome: &Outcome<'_>) -> Self {
        let names: Vec<String> = outcome
            .audited
            .iter()
            .map(|audited| audited.source.to_string())
            .collect();
        let title = match &*names {
            [name] => format!("Audit of {name}"),
            names => format!("Audit of {}", counted(names.len(), "workbook")),
        };
        let started = outcome.audited.first().map(|audited| audited.started);
        let timestamp = started.map(|at| parallel::circumstances(at, at).timestamp);
        let failed = outcome.failed.iter();
        let failed = failed.map(|failure| ("all of it".to_owned(), failure.clone()));
        let skipped = outcome.audited.iter().flat_map(|audited| {
            let book = audited.book.as_ref();
            let cells = book.map_or_else(Vec::new, |book| skipped_cells(audited, book));
            let name = book.map_or("", |book| &book.name);
            let place = move |cell: SkippedCell| {
                let parts = [cell.sheet, cell.cell].into_iter().flatten();
                let parts: Vec<String> = std::iter::once(name.to_owned()).chain(parts).collect();
                (parts.join(", "), cell.reason)
            };
            cells.into_iter().map(place)
        });
        Self {
            title,
            formulas: outcome.audited.iter().map(Audited::formulas).sum(),
            compliant: outcome.compliant(),
            summary: outcome.summary(),
            skipped: failed.chain(skipped).collect(),
            timestamp: timestamp.unwrap_or_default(),
            ruleset: outcome.rules.hash().to_owned(),
            input: None,
        }
    }
}

/// Writes the page; on a list there is a `report`.
pub(super) fn write(
    out: &mut impl Write,
    outcome: &Outcome<'_>,
    report: Option<&AuditReport>,
    findings: &[&FindingLine],
) -> io::Result<()> {
    let overview = match (report, outcome.audited.first()) {
        (Some(report), Some(list)) => Overview::of_list(report, &list.source),
        _ => Overview::of_books(outcome),
    };
    let title = &overview.title;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(SECURITY);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (title) }
                    (summary(&overview))
                }
                main {
                    @if findings.is_empty() {
                        p.clean { "Nothing was found." }
                    }
                    @for severity in Severity::ALL.into_iter().rev() {
                        (of_severity(severity, findings))
                    }
                    (skipped(&overview))
                }
                footer {
                    p {
                        "SheetBrain " (ENGINE) ", " time datetime=(overview.timestamp) { (overview.timestamp) }
                    }
                    p { "Rule set " code { (overview.ruleset) } }
                    @if let Some(input) = &overview.input {
                        p { "Input " code { (input) } }
                    }
                }
            }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn summary(overview: &Overview) -> Markup {
    let counts = [
        (Severity::High, overview.summary.high),
        (Severity::Medium, overview.summary.medium),
        (Severity::Low, overview.summary.low),
        (Severity::Info, overview.summary.info),
    ];
    html! {
        p {
            (counted(overview.formulas, "formula")) ", " (overview.compliant) " compliant"
            @if !overview.skipped.is_empty() {
                "; " a href="#skipped" { (counted(overview.skipped.len(), "cell")) " skipped" }
            }
        }
        ul.counts aria-label="Findings by severity" {
            @for (severity, count) in counts {
                li class=(severity.name()) {
                    @if count > 0 {
                        a href={ "#" (severity.name()) } { strong { (count) } " " (severity.name()) }
                    } @else {
                        strong { (count) } " " (severity.name())
                    }
                }
            }
        }
    }
}

fn of_severity(severity: Severity, findings: &[&FindingLine]) -> Markup {
    let mut of_severity = findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .peekable();
    html! {
        @if of_severity.peek().is_some() {
            section aria-labelledby=(severity.name()) {
                h2 id=(severity.name()) class=(severity.name()) { (capital(severity.name())) }
                @for finding in of_severity {
                    (article(finding))
                }
            }
        }
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
    format!("{}{rest}", first.to_ascii_uppercase())
}

fn article(finding: &FindingLine) -> Markup {
    html! {
        article {
            h3 {
                span.rule { (finding.rule) } " "
                span.place { (place(finding)) }
            }
            @if let (Some(formula), Some(span)) = (&finding.formula, finding.span) {
                (marked(formula, bytes_of(formula, span)))
            }
            p { (visible_lines(&finding.message)) }
            @if let Some(policy) = &finding.policy {
                (of_policy(policy))
            }
            @if let (Some(formula), Some(fix)) = (&finding.formula, &finding.fix) {
                (of_fix(formula, fix))
            }
        }
    }
}

/// The formula with the part in question marked; a place where something is missing has a sign.
fn marked(formula: &str, part: std::ops::Range<usize>) -> Markup {
    let piece = |range: std::ops::Range<usize>| {
        visible_lines(formula.get(range).unwrap_or_default()).into_owned()
    };
    html! {
        pre tabindex="0" aria-label="Formula" {
            code {
                (piece(0..part.start))
                @if part.is_empty() {
                    mark.missing title="here" { "▵" }
                } @else {
                    mark { (piece(part.clone())) }
                }
                (piece(part.end..formula.len()))
            }
        }
    }
}

fn of_policy(policy: &PolicyReference) -> Markup {
    html! {
        blockquote {
            p { (visible_lines(policy.sentence.trim())) }
            footer { "Policy " cite { (visible_lines(&policy.title)) } }
        }
    }
}

fn of_fix(formula: &str, fix: &ReportedFix) -> Markup {
    let (goes, comes) = difference(formula, &fix.formula);
    let piece = |text: &str, range: std::ops::Range<usize>| {
        visible_lines(text.get(range).unwrap_or_default()).into_owned()
    };
    let effect = if fix.safe {
        "keeps the result"
    } else {
        "may change the result"
    };
    html! {
        p.fix { strong { "Fix: " } (visible_lines(&fix.title)) " " span.effect { "(" (effect) ")" } }
        pre tabindex="0" aria-label="Formula after the fix" {
            code {
                (piece(formula, 0..goes.start))
                @if !goes.is_empty() {
                    del { (piece(formula, goes.clone())) }
                }
                @if !comes.is_empty() {
                    ins { (piece(&fix.formula, comes.clone())) }
                }
                (piece(&fix.formula, comes.end..fix.formula.len()))
            }
        }
    }
}

/// Where the finding stands, all of it: the page can be searched.
fn place(finding: &FindingLine) -> String {
    let cells = finding.cells.join(", ");
    let names = [&finding.workbook, &finding.sheet].into_iter().flatten();
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        cells
    } else {
        visible_lines(&format!("{}: {cells}", names.join(", "))).into_owned()
    }
}

fn skipped(overview: &Overview) -> Markup {
    html! {
        @if !overview.skipped.is_empty() {
            section aria-labelledby="skipped" {
                h2 id="skipped" { "Not audited" }
                table {
                    thead { tr { th scope="col" { "Cell" } th scope="col" { "Reason" } } }
                    tbody {
                        @for (place, reason) in &overview.skipped {
                            tr { td { (visible_lines(place)) } td { (visible_lines(reason)) } }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_formula_holds_is_text() {
        let shown = marked("=\"<script>\"&A1", 1..11).into_string();
        assert!(
            shown.contains("<mark>&quot;&lt;script&gt;&quot;</mark>&amp;A1"),
            "{shown}"
        );
    }

    #[test]
    fn what_is_missing_has_a_sign() {
        let shown = marked("=A1+", 4..4).into_string();
        assert!(shown.contains("=A1+<mark"), "{shown}");
    }
}
