//! `sheetbrain audit`: audits workbooks or a list of formulas offline, with the rules and policies
//! that the call names.

mod audited;
mod baseline;
mod books;
mod cells;
mod html;
mod policies;
mod report;
mod sarif;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use analyzer::finding::Severity;
use analyzer::parser::Locale;
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use anyhow::{bail, ensure};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use self::audited::{Audited, Outcome};
use self::baseline::Baseline;
use super::input::{Source, parse_locale};
use super::terminal::{notice, unless_reader_left};

/// The exit code of an audit that found nothing worth stopping for.
const CLEAN: u8 = 0;
/// The exit code of an audit that found something.
const FOUND: u8 = 1;
/// The exit code of an audit in which a workbook could not be read.
const UNREAD: u8 = 2;
/// The sheet of formulas whose line names none.
const FIRST_SHEET: &str = "Sheet1";
/// The value of `--preset` that switches every built-in rule off.
const NO_PRESET: &str = "none";

/// What `audit` says at the end of its help.
const EXAMPLES: &str = r#"Workbooks are .xlsx, .xlsm, .xlsb, .xls, .ods and .csv files; several are audited one after another,
and one that can not be read does not keep the others from it. Their formulas are read as en-US,
which is how files hold them; those of a .csv as --locale says. A cell that can not be audited is
said with its reason. --format json gives one object a workbook, each on a line of its own.

A line of a list of formulas is one of
  =SUM(A1:A3)                                  stands in A1, A2, … of Sheet1, in this order
  "=LET(\n  x, 1,\n  x)"                       a JSON string, for formulas with line breaks
  {"cell":"Sheet1!B2","formula":"=A1*2"}       says where it stands
An empty line is an empty cell. Text that does not start with = is skipped, and counted as such.

Examples:
  sheetbrain audit budget.xlsx
  sheetbrain audit *.xlsx --policy lookups.md --preset none
  sheetbrain audit budget.ods --sheet Summary --format html > report.html
  sheetbrain audit --formulas formulas.txt
  sheetbrain audit --formulas - --format jsonl < formulas.txt
  sheetbrain audit budget.xlsx --preset security --fail-on high
  sheetbrain audit budget.xlsx --write-baseline known.json
  sheetbrain audit budget.xlsx --baseline known.json --format sarif

The exit code is 0 when nothing of the severity --fail-on or above was found, 1 when something was,
and 2 when the audit could not run or a workbook could not be read. What the baseline knows is not
counted.

A baseline knows a finding by its rule, the formula as seen from its cell and what the finding says:
inserted rows and further copies of a formula change nothing."#;

/// The arguments of `sheetbrain audit`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArguments {
    /// Workbooks: .xlsx, .xlsm, .xlsb, .xls, .ods or .csv
    #[arg(value_name = "FILE", conflicts_with = "formulas")]
    workbooks: Vec<PathBuf>,

    /// List of formulas, one a line, in place of workbooks; - is standard input
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

    /// The only sheet of workbooks to audit; in a list, that of formulas whose line names none [default: Sheet1]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sheet: Option<String>,

    /// The spreadsheet's locale: it decides about separators in lists and .csv files
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
    /// One object a workbook; for a list what POST /api/audit answers, without auditId and usage
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
    if arguments.formulas.is_none() && arguments.workbooks.is_empty() {
        bail!(
            "nothing to audit: name workbooks, or a list of formulas with --formulas FILE (- is \
             standard input)"
        );
    }
    let rules = rules_of(
        &arguments.presets,
        &arguments.policies,
        arguments.terms.as_ref(),
    )?;
    let baseline = arguments.baseline.map(Baseline::read).transpose()?;
    let sheet = arguments.sheet.as_deref();
    let (audited, failed) = match arguments.formulas {
        Some(list) => {
            let list = Audited::list(&rules, arguments.locale, list, sheet)?;
            (vec![list], Vec::new())
        }
        None => books::audit(&rules, arguments.locale, &arguments.workbooks, sheet)?,
    };
    for failure in &failed {
        notice(format_args!("sheetbrain: {failure}"));
    }
    if audited.is_empty() {
        return Ok(ExitCode::from(UNREAD));
    }
    let found = audited.iter().flat_map(|audited| &audited.found);
    match &arguments.write_baseline {
        Some(path) if failed.is_empty() => baseline::write(path, found.clone())?,
        // It would lack what the others hold, and take the place of one that does not.
        Some(_) => notice("the baseline was not written, because not every workbook could be read"),
        None => {}
    }
    let knows = |fingerprint: &str| {
        let baseline = baseline.as_ref();
        baseline.is_some_and(|baseline| baseline.knows(fingerprint))
    };
    let is_failure = found
        .clone()
        .any(|finding| finding.severity >= arguments.fail_on && !knows(&finding.fingerprint));
    let exit_code = match (failed.is_empty(), is_failure) {
        (false, _) => UNREAD,
        (true, true) => FOUND,
        (true, false) => CLEAN,
    };
    let outcome = Outcome {
        rules: &rules,
        audited,
        failed,
        baseline: baseline.as_ref(),
        exit_code,
    };
    unless_reader_left(report::write(arguments.format, outcome).map_err(Into::into))?;
    Ok(ExitCode::from(exit_code))
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
