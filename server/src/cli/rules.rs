//! `sheetbrain rules`: the built-in rules, or the page of one.

use std::io::{self, Write};
use std::process::ExitCode;

use analyzer::rule::{Preset, Rule};
use analyzer::rules;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::terminal::{FAINT, STRONG, Terminal, severity_style, stdout, unless_reader_left};
use crate::routes::rules::{RuleDocs, RuleList};

/// What `rules` says at the end of its help.
const EXAMPLES: &str = "Examples:
  sheetbrain rules
  sheetbrain rules approximate-lookup
  sheetbrain rules --format json";

/// The arguments of `sheetbrain rules`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RulesArguments {
    /// The rule whose page is shown; all are listed without one
    #[arg(hide_possible_values = true, value_parser = PossibleValuesParser::new(rules::ALL.iter().map(|rule| rule.name)))]
    name: Option<String>,

    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: RulesFormat,
}

/// How the rules are shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RulesFormat {
    /// A table, or the rule's page
    Text,
    /// What GET /api/rules and /api/rules/{name} answer
    Json,
}

pub(super) fn run(arguments: &RulesArguments) -> anyhow::Result<ExitCode> {
    let rule = arguments.name.as_deref().and_then(rules::find);
    let mut out = stdout();
    let written = match (arguments.format, rule) {
        (RulesFormat::Text, None) => write_list(&mut out, Terminal::of_stdout()),
        (RulesFormat::Text, Some(rule)) => write_page(&mut out, Terminal::of_stdout(), rule),
        (RulesFormat::Json, None) => write_json(&mut out, &RuleList::of_all()),
        (RulesFormat::Json, Some(rule)) => write_json(&mut out, &RuleDocs::of(rule)),
    };
    unless_reader_left(written.and_then(|()| out.flush()).map_err(Into::into))?;
    Ok(ExitCode::SUCCESS)
}

fn write_json(out: &mut impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn write_list(out: &mut impl Write, terminal: Terminal) -> io::Result<()> {
    let longest = rules::ALL
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or_default();
    for rule in rules::ALL {
        let severity = terminal.paint(severity_style(rule.severity), rule.severity.name());
        let name = terminal.paint(STRONG, rule.name);
        let category = rule.category.name();
        let presets = terminal.paint(FAINT, presets(rule));
        writeln!(
            out,
            "{severity:<6}  {name:<longest$}  {category:<11}  {presets}"
        )?;
        terminal.write_prose(out, 8, &rule.summary())?;
    }
    Ok(())
}

fn write_page(out: &mut impl Write, terminal: Terminal, rule: &Rule) -> io::Result<()> {
    let severity = terminal.paint(severity_style(rule.severity), rule.severity.name());
    let name = terminal.paint(STRONG, rule.name);
    writeln!(
        out,
        "{name}  {severity}  {}  in {}\n",
        rule.category.name(),
        presets(rule)
    )?;
    terminal.write_prose(out, 0, &rule.summary())?;
    let mut is_example = false;
    for line in page_below_summary(rule).lines() {
        if line.starts_with("```") {
            is_example = !is_example;
        } else if is_example {
            writeln!(out, "    {line}")?;
        } else if let Some((word, rest)) = heading(line) {
            writeln!(out, "{}:{rest}", terminal.paint(STRONG, word))?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    for setting in rule.options {
        let name = terminal.paint(STRONG, setting.name);
        writeln!(
            out,
            "\n{name} (default {})  {}",
            setting.default, setting.docs
        )?;
    }
    Ok(())
}

/// The page from the empty line below its first paragraph on.
fn page_below_summary(rule: &Rule) -> String {
    let page = rule.page();
    page.find("\n\n")
        .and_then(|end| page.get(end + 1..))
        .unwrap_or_default()
        .to_owned()
}

/// The word in bold that a line of a page starts with, and the rest of the line.
fn heading(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("**")?.split_once("**")
}

fn presets(rule: &Rule) -> String {
    let names = Preset::ALL.iter().filter(|preset| rule.is_in(**preset));
    names
        .map(|preset| preset.name())
        .collect::<Vec<_>>()
        .join(", ")
}
