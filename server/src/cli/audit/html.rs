//! Findings as one page that needs nothing else: to be mailed, kept and printed. No script, no
//! address outside of it; all that comes from formulas and policies is escaped.

use std::io::{self, Write};

use analyzer::finding::Severity;
use analyzer::report::{AuditReport, FindingLine, PolicyReference, ReportedFix};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::cli::excerpt::{bytes_of, difference};
use crate::cli::terminal::visible_lines;

/// How the page looks, in light and dark.
const STYLE: &str = include_str!("report.css");
/// Nothing is loaded and nothing runs, whatever a formula may hold.
const SECURITY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes the page.
pub(super) fn write(
    out: &mut impl Write,
    report: &AuditReport,
    findings: &[&FindingLine],
    source: &str,
) -> io::Result<()> {
    let title = format!("Audit of {source}");
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
                    (summary(report))
                }
                main {
                    @if findings.is_empty() {
                        p.clean { "Nothing was found." }
                    }
                    @for severity in Severity::ALL.into_iter().rev() {
                        (of_severity(severity, findings))
                    }
                    (skipped(report))
                }
                footer {
                    p {
                        "SheetBrain " (report.engine) ", " time datetime=(report.timestamp) { (report.timestamp) }
                    }
                    p { "Rule set " code { (report.ruleset) } }
                    p { "Input " code { (report.input_hash) } }
                }
            }
        }
    };
    writeln!(out, "{}", page.into_string())
}

fn summary(report: &AuditReport) -> Markup {
    let counts = [
        (Severity::High, report.summary.high),
        (Severity::Medium, report.summary.medium),
        (Severity::Low, report.summary.low),
        (Severity::Info, report.summary.info),
    ];
    html! {
        p {
            (counted(report.count, "formula")) ", " (report.compliant) " compliant"
            @if !report.skipped.is_empty() {
                "; " a href="#skipped" { (counted(report.skipped.len(), "cell")) " skipped" }
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

/// `1 cell`, `3 cells`
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
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
    match &finding.sheet {
        Some(sheet) => visible_lines(&format!("{sheet}: {cells}")).into_owned(),
        None => cells,
    }
}

fn skipped(report: &AuditReport) -> Markup {
    html! {
        @if !report.skipped.is_empty() {
            section aria-labelledby="skipped" {
                h2 id="skipped" { "Not audited" }
                table {
                    thead { tr { th scope="col" { "Cell" } th scope="col" { "Reason" } } }
                    tbody {
                        @for cell in &report.skipped {
                            tr { td { (visible_lines(&cell.cell_address)) } td { (cell.reason) } }
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
