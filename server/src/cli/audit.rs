//! `sheetbrain audit`: audits formulas offline, with the rules and policies that the call names.

mod cells;
mod policies;
mod text;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::report::{AuditReport, FindingLine, Summary, assemble, lines};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use anyhow::{bail, ensure};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::input::{Source, parse_locale};
use super::terminal::{Terminal, notice, stdout, unless_reader_left};
use crate::analysis::Abandoned;
use crate::clock::Clock;
use crate::parallel;

/// The exit code of an audit that found something.
const FOUND: u8 = 1;
/// The sheet of formulas whose line names none.
const FIRST_SHEET: &str = "Sheet1";
/// The value of `--preset` that switches every built-in rule off.
const NO_PRESET: &str = "none";

/// What `audit` says at the end of its help.
const EXAMPLES: &str = r#"A line of the list is one of
  =SUM(A1:A3)                                  stands in A1, A2, … of Sheet1, in this order
  "=LET(\n  x, 1,\n  x)"                       a JSON string, for formulas with line breaks
  {"cell":"Sheet1!B2","formula":"=A1*2"}       says where it stands
An empty line is an empty cell. Text that does not start with = is skipped, and counted as such.

Examples:
  sheetbrain audit --formulas formulas.txt
  sheetbrain audit --formulas - --format jsonl < formulas.txt
  sheetbrain audit --formulas formulas.txt --policy lookups.md --preset none
  sheetbrain audit --formulas formulas.txt --preset security --fail-on high

The exit code is 0 when nothing of the severity --fail-on or above was found, 1 when something was,
and 2 when the audit could not run."#;

/// The arguments of `sheetbrain audit`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArguments {
    /// Taken only to say what to do instead.
    #[arg(hide = true)]
    workbooks: Vec<PathBuf>,

    /// List of formulas, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    formulas: Option<Source>,

    /// Policy document, plain text or Markdown; may be given several times
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,

    /// Rules to audit with; may be given several times [default: recommended]
    #[arg(long = "preset", value_name = "NAME", value_parser = PossibleValuesParser::new(preset_names()))]
    presets: Vec<String>,

    /// Sheet of formulas whose line names none [default: Sheet1]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sheet: Option<String>,

    /// The spreadsheet's locale: it decides about separators
    #[arg(long, default_value = "en-US", value_parser = parse_locale)]
    locale: Locale,

    /// What standard output gets; the summary goes to standard error
    #[arg(long, value_enum, default_value = "text")]
    format: ReportFormat,

    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity_parser())]
    fail_on: Severity,
}

/// How findings are reported.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    /// For people: formula, caret, reason, fix
    Text,
    /// One object: what POST /api/audit answers, without auditId and usage
    Json,
    /// One finding a line
    Jsonl,
}

fn preset_names() -> impl Iterator<Item = &'static str> {
    Preset::ALL
        .iter()
        .map(|preset| preset.name())
        .chain([NO_PRESET])
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    let names = Severity::ALL.iter().map(|severity| severity.name());
    PossibleValuesParser::new(names).try_map(|name| {
        let severity = Severity::ALL
            .into_iter()
            .find(|severity| severity.name() == name);
        severity.ok_or_else(|| format!("{name} is not a severity"))
    })
}

pub(super) fn run(arguments: AuditArguments) -> anyhow::Result<ExitCode> {
    if let Some(workbook) = arguments.workbooks.first() {
        let name = workbook.display();
        bail!(
            "{name}: workbooks can not be audited by this version. Give a list of formulas with \
             --formulas {name}, if that is what the file holds."
        );
    }
    let Some(formulas) = arguments.formulas else {
        bail!(
            "nothing to audit: name a list of formulas with --formulas FILE, or - for standard input"
        );
    };
    let rules = rules_of(&arguments.presets, &arguments.policies)?;
    let cells = cells::read(formulas, arguments.sheet.as_deref())?;
    let clock = Clock::system();
    let started = clock.now();
    let audited = parallel::audit_cells(&rules, arguments.locale, cells, &Abandoned::default());
    let circumstances = parallel::circumstances(started, clock.now());
    let skipped = text::skipped(&audited);
    let sheet = arguments.sheet.as_deref().unwrap_or(FIRST_SHEET);
    let findings = match arguments.format {
        ReportFormat::Json => Vec::new(),
        ReportFormat::Text | ReportFormat::Jsonl => lines(&rules, &audited, None, sheet),
    };
    let report = assemble(&rules, audited, circumstances);
    unless_reader_left(write(arguments.format, &report, &findings).map_err(Into::into))?;
    for line in skipped {
        notice(line);
    }
    notice(summary(&report));
    let mut found = report.audits.iter().flat_map(|entry| &entry.findings);
    if found.any(|finding| finding.severity >= arguments.fail_on) {
        return Ok(ExitCode::from(FOUND));
    }
    Ok(ExitCode::SUCCESS)
}

fn rules_of(presets: &[String], policies: &[PathBuf]) -> anyhow::Result<RuleSet> {
    let presets = if presets.is_empty() {
        vec![Preset::Recommended]
    } else if presets.iter().any(|name| name == NO_PRESET) {
        let only = presets.iter().all(|name| name == NO_PRESET);
        ensure!(
            only,
            "--preset none switches every rule off: it can not stand beside other presets"
        );
        Vec::new()
    } else {
        presets
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()?
    };
    Ok(RuleSet::of(&presets).with_policies(policies::load(policies)?))
}

fn write(format: ReportFormat, report: &AuditReport, findings: &[FindingLine]) -> io::Result<()> {
    let mut out = stdout();
    match format {
        ReportFormat::Text => text::write(&mut out, Terminal::of_stdout(), findings)?,
        ReportFormat::Json => {
            serde_json::to_writer(&mut out, report)?;
            writeln!(out)?;
        }
        ReportFormat::Jsonl => {
            for finding in findings {
                serde_json::to_writer(&mut out, finding)?;
                writeln!(out)?;
            }
        }
    }
    out.flush()
}

/// `3 high, 1 medium, 0 low, 2 info in 55 formulas; 2 skipped; 0.8 ms`
fn summary(report: &AuditReport) -> String {
    let Summary {
        high,
        medium,
        low,
        info,
    } = report.summary;
    let formulas = if report.count == 1 {
        "formula"
    } else {
        "formulas"
    };
    let mut text = format!(
        "{high} high, {medium} medium, {low} low, {info} info in {} {formulas}",
        report.count
    );
    if !report.skipped.is_empty() {
        let _ = write!(text, "; {} skipped", report.skipped.len());
    }
    let _ = write!(text, "; {:.1} ms", report.duration);
    text
}
