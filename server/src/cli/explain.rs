//! `sheetbrain explain`: a formula laid out over several lines, and what it computes in words.

use std::io::{self, Write};
use std::process::ExitCode;

use analyzer::ast::Formula;
use analyzer::audit::Auditor;
use analyzer::cell::CellRange;
use analyzer::finding::{Finding, Severity};
use analyzer::format::pretty;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;
use analyzer::report::{ReportedStep, Utf16Span, explained};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use analyzer::span::{Span, Utf16Map};
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::input::{Source, parse_locale};
use super::terminal::{FAINT, Terminal, severity_style, stdout, unless_reader_left, visible};

/// How wide a formula is laid out in a file.
const WIDTH: usize = 80;

/// What `explain` says at the end of its help.
const EXAMPLES: &str = "Examples:
  sheetbrain explain '=IFERROR(VLOOKUP(A2,Rates!A:C,3,FALSE),0)'
  sheetbrain explain --locale de-DE '=ROUND(A2*1,19;2)'
  sheetbrain explain --format json - < formula.txt

The exit code is 0 also when the formula has errors, and 2 when there is no formula.";

/// The arguments of `sheetbrain explain`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArguments {
    /// The formula, with = in front; - reads one from standard input
    formula: String,

    /// The spreadsheet's locale: it decides about separators
    #[arg(long, default_value = "en-US", value_parser = parse_locale)]
    locale: Locale,

    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: ExplainFormat,
}

/// How the explanation is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExplainFormat {
    /// The formula in lines, and numbered steps
    Text,
    /// One object: canonical, pretty, steps, findings
    Json,
}

/// What is said of a formula.
#[derive(Serialize)]
struct Explanation {
    /// `null` for a formula with errors.
    canonical: Option<String>,
    /// `null` for a formula with errors.
    pretty: Option<String>,
    steps: Vec<ReportedStep>,
    findings: Vec<Pointer>,
}

/// A finding, as far as it takes to look it up with `audit`.
#[derive(Serialize)]
struct Pointer {
    rule: String,
    severity: Severity,
    span: Utf16Span,
}

pub(super) fn run(arguments: ExplainArguments) -> anyhow::Result<ExitCode> {
    let source = if arguments.formula == "-" {
        let text = Source::StandardInput.read_text()?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        arguments.formula
    };
    let terminal = Terminal::of_stdout();
    let width = match arguments.format {
        ExplainFormat::Text => terminal.room(0).min(WIDTH),
        ExplainFormat::Json => WIDTH,
    };
    let explanation = Explanation::of(&source, arguments.locale, width)?;
    let mut out = stdout();
    let written = match arguments.format {
        ExplainFormat::Text => write_text(&mut out, terminal, &source, &explanation),
        ExplainFormat::Json => serde_json::to_writer(&mut out, &explanation)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
    };
    unless_reader_left(written.and_then(|()| out.flush()).map_err(Into::into))?;
    Ok(ExitCode::SUCCESS)
}

impl Explanation {
    fn of(source: &str, locale: Locale, width: usize) -> anyhow::Result<Self> {
        let rules = RuleSet::of(&[Preset::Recommended]);
        // Where the formula stands is not known, and what is found does not depend on it.
        let cell = CellRange::column_a().first;
        let audited = Auditor::new(&rules, locale)
            .audit(source, cell)
            .context("there is nothing to explain")?;
        let tree = parse(source, locale);
        let formula = Formula {
            source,
            tree: &tree,
        };
        let is_ok = tree.errors().is_empty();
        let map = Utf16Map::new(source);
        let findings = audited.findings.iter();
        Ok(Self {
            canonical: is_ok.then(|| canonical(formula, locale)),
            pretty: is_ok.then(|| pretty(formula, locale, width)),
            steps: explained(source, locale)?,
            findings: findings.map(|finding| Pointer::to(&map, finding)).collect(),
        })
    }
}

impl Pointer {
    fn to(map: &Utf16Map, finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone().into_owned(),
            severity: finding.severity,
            span: utf16(map, finding.span),
        }
    }
}

fn utf16(map: &Utf16Map, span: Span) -> Utf16Span {
    let Span { start, end } = map.span(span);
    Utf16Span { start, end }
}

fn write_text(
    out: &mut impl Write,
    terminal: Terminal,
    source: &str,
    explanation: &Explanation,
) -> io::Result<()> {
    // Each line by itself, for a line break would be shown as a space.
    for line in explanation.pretty.as_deref().unwrap_or(source).lines() {
        writeln!(out, "{}", visible(line))?;
    }
    writeln!(out)?;
    for (index, step) in explanation.steps.iter().enumerate() {
        terminal.write_prose(out, 0, &format!("{}. {}", index + 1, step.text))?;
    }
    if !explanation.findings.is_empty() {
        writeln!(out)?;
    }
    for finding in &explanation.findings {
        let severity = terminal.paint(severity_style(finding.severity), finding.severity.name());
        let hint = terminal.paint(FAINT, "sheetbrain audit says why");
        writeln!(out, "{severity:<6}  {}  {hint}", finding.rule)?;
    }
    Ok(())
}
