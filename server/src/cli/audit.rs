//! `sheetbrain audit`: audits formulas offline, with the rules and policies that the call names.

mod baseline;
mod cells;
mod html;
mod policies;
mod sarif;
mod text;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::report::{AuditReport, CellAudit, FindingLine, Summary, assemble, lines};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use anyhow::{bail, ensure};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use self::baseline::Baseline;
use self::cells::ListLine;
use super::input::{Source, parse_locale};
use super::terminal::{Terminal, notice, stdout, unless_reader_left};
use crate::analysis::Abandoned;
use crate::clock::Clock;
use crate::parallel;

/// The exit code of an audit that found nothing worth stopping for.
const CLEAN: u8 = 0;
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
  sheetbrain audit --formulas formulas.txt --write-baseline known.json
  sheetbrain audit --formulas formulas.txt --baseline known.json --format sarif

The exit code is 0 when nothing of the severity --fail-on or above was found, 1 when something was,
and 2 when the audit could not run. What the baseline knows is not counted.

A baseline knows a finding by its rule, the formula as seen from its cell and what the finding says:
inserted rows and further copies of a formula change nothing."#;

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

    /// Policy document: text, Markdown, .docx, .pdf, or rules in .yaml; may be given several times
    #[arg(long = "policy", value_name = "FILE")]
    policies: Vec<PathBuf>,

    /// Words of your own in policies, in TOML: what each stands for, under [functions], [sheets] or [hosts]
    #[arg(long, value_name = "FILE", requires = "policies")]
    terms: Option<PathBuf>,

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

    /// Known findings, which are left out; SARIF tells them apart instead
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Writes what is found, known or not, as a baseline
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
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
    /// SARIF 2.1.0, for code hosts and editors
    Sarif,
    /// One page that needs no other file
    Html,
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
    let rules = rules_of(
        &arguments.presets,
        &arguments.policies,
        arguments.terms.as_ref(),
    )?;
    let baseline = arguments.baseline.map(Baseline::read).transpose()?;
    let list = cells::read(formulas.clone(), arguments.sheet.as_deref())?;
    let clock = Clock::system();
    let started = clock.now();
    let audited =
        parallel::audit_cells(&rules, arguments.locale, list.cells, &Abandoned::default());
    let finished = clock.now();
    let sheet = arguments.sheet.as_deref().unwrap_or(FIRST_SHEET);
    let found = lines(&rules, &audited, None, sheet);
    if let Some(path) = &arguments.write_baseline {
        baseline::write(path, &found)?;
    }
    let is_failure = found.iter().any(|finding| {
        finding.severity >= arguments.fail_on && !is_known(baseline.as_ref(), &finding.fingerprint)
    });
    let exit_code = if is_failure { FOUND } else { CLEAN };
    let outcome = Outcome {
        rules: &rules,
        source: &formulas,
        cells: audited,
        lines: &list.lines,
        found: &found,
        baseline: baseline.as_ref(),
        started,
        finished,
        exit_code,
    };
    unless_reader_left(write(arguments.format, outcome).map_err(Into::into))?;
    Ok(ExitCode::from(exit_code))
}

/// An audit that has run.
struct Outcome<'a> {
    rules: &'a RuleSet,
    source: &'a Source,
    /// The cells, and the line that each of them comes from.
    cells: Vec<CellAudit>,
    lines: &'a [ListLine],
    /// What was found in them, known or not.
    found: &'a [FindingLine],
    baseline: Option<&'a Baseline>,
    started: OffsetDateTime,
    finished: OffsetDateTime,
    exit_code: u8,
}

fn rules_of(
    presets: &[String],
    policies: &[PathBuf],
    terms: Option<&PathBuf>,
) -> anyhow::Result<RuleSet> {
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
    Ok(RuleSet::of(&presets).with_policies(policies::load(policies, terms)?))
}

/// Writes the report to standard output, and then the summary to standard error.
fn write(format: ReportFormat, outcome: Outcome<'_>) -> io::Result<()> {
    let mut out = stdout();
    let (source, found, baseline) = (outcome.source, outcome.found, outcome.baseline);
    let findings = outcome.new_findings();
    let skipped = text::skipped(&outcome.cells);
    if let ReportFormat::Sarif = format {
        sarif::write(&mut out, &outcome)?;
    }
    let report = outcome.into_report();
    match format {
        ReportFormat::Text => text::write(&mut out, Terminal::of_stdout(), &findings)?,
        ReportFormat::Json => {
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        }
        ReportFormat::Jsonl => {
            for finding in &findings {
                serde_json::to_writer(&mut out, finding)?;
                writeln!(out)?;
            }
        }
        ReportFormat::Sarif => {}
        ReportFormat::Html => html::write(&mut out, &report, &findings, &source.to_string())?,
    }
    let written = out.flush();
    for line in skipped {
        notice(line);
    }
    if let Some(baseline) = baseline {
        for line in text::absent(&baseline.absent(found)) {
            notice(line);
        }
    }
    let known = found.len() - findings.len();
    notice(summary(&report, known));
    written
}

impl<'a> Outcome<'a> {
    /// What was found and is not known.
    fn new_findings(&self) -> Vec<&'a FindingLine> {
        let found = self.found.iter();
        found
            .filter(|finding| !is_known(self.baseline, &finding.fingerprint))
            .collect()
    }

    /// The report on what is not known.
    fn into_report(self) -> AuditReport {
        let mut cells = self.cells;
        if let Some(baseline) = self.baseline {
            for cell in &mut cells {
                if let Ok(audit) = &mut cell.outcome {
                    audit
                        .findings
                        .retain(|finding| !baseline.knows(&finding.fingerprint.to_string()));
                }
            }
        }
        let circumstances = parallel::circumstances(self.started, self.finished);
        assemble(self.rules, cells, circumstances)
    }
}

fn is_known(baseline: Option<&Baseline>, fingerprint: &str) -> bool {
    baseline.is_some_and(|baseline| baseline.knows(fingerprint))
}

/// `3 high, 1 medium, 0 low, 2 info in 55 formulas; 4 known; 2 skipped; 0.8 ms`
fn summary(report: &AuditReport, known: usize) -> String {
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
    if known > 0 {
        let _ = write!(text, "; {known} known");
    }
    if !report.skipped.is_empty() {
        let _ = write!(text, "; {} skipped", report.skipped.len());
    }
    let _ = write!(text, "; {:.1} ms", report.duration);
    text
}
