//! `sheetbrain parse`: what the parser says of each formula, one JSON object a line.

mod tree;

use std::io::{self, Write};
use std::process::ExitCode;

use analyzer::ast::{Formula, Tree};
use analyzer::parser::{Locale, parse_into};
use analyzer::print;
use analyzer::report::Utf16Span;
use analyzer::span::{Span, Utf16Map};
use clap::Args;
use serde::Serialize;

use super::input::{Lines, Source, parse_locale};
use super::terminal::{stdout, unless_reader_left};

/// What `parse` says at the end of its help.
const EXAMPLES: &str = r#"Each line of the input is answered by one line, an empty one too, so line n answers line n:
  {"ok":true,"canonical":"=SUM(A1:A3)","errors":[]}
  {"ok":false,"canonical":null,"errors":[{"message":"…","span":{"start":4,"end":5}}]}
"ok" is about syntax alone. "canonical" is null for a formula with errors. Offsets are UTF-16 code
units of the formula as given, or of what the JSON string says.

Examples:
  sheetbrain parse formulas.txt
  echo '=sum( a1:a3 )' | sheetbrain parse
  sheetbrain parse --locale de-DE --tree formulas.txt

The exit code is 0 also when formulas have errors, and 2 when the input can not be read."#;

/// The arguments of `sheetbrain parse`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ParseArguments {
    /// One formula a line; a line that starts with " is a JSON string. - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    formulas: Source,

    /// The spreadsheet's locale: it decides about separators
    #[arg(long, default_value = "en-US", value_parser = parse_locale)]
    locale: Locale,

    /// Add "tree": nested objects with kind, span and children
    #[arg(long)]
    tree: bool,
}

pub(super) fn run(arguments: ParseArguments) -> anyhow::Result<ExitCode> {
    unless_reader_left(answer_lines(arguments))?;
    Ok(ExitCode::SUCCESS)
}

fn answer_lines(arguments: ParseArguments) -> anyhow::Result<()> {
    let mut lines = Lines::open(arguments.formulas)?;
    let mut answers = Answers {
        locale: arguments.locale,
        with_tree: arguments.tree,
        ..Answers::default()
    };
    let mut out = stdout();
    loop {
        // A program that writes a formula and waits for its answer gets it.
        if lines.may_wait() {
            out.flush()?;
        }
        let Some(line) = lines.read()? else { break };
        let formula = match line.formula() {
            Ok(formula) => formula,
            Err(error) => {
                out.flush()?;
                return Err(error);
            }
        };
        answers.write(&mut out, &formula)?;
    }
    Ok(out.flush()?)
}

/// Answers formulas one after another with the memory of the one before.
#[derive(Default)]
struct Answers {
    locale: Locale,
    with_tree: bool,
    tree: Tree,
    canonical: String,
}

/// What is wrong with a formula, and where.
#[derive(Serialize)]
struct ReportedError {
    message: String,
    span: Utf16Span,
}

impl Answers {
    fn write(&mut self, out: &mut impl Write, source: &str) -> io::Result<()> {
        parse_into(&mut self.tree, source, self.locale);
        let formula = Formula {
            source,
            tree: &self.tree,
        };
        let is_ok = self.tree.errors().is_empty();
        write!(out, "{{\"ok\":{is_ok},\"canonical\":")?;
        if is_ok {
            self.canonical.clear();
            print::write(&mut self.canonical, formula, self.locale).map_err(io::Error::other)?;
            serde_json::to_writer(&mut *out, &self.canonical)?;
            out.write_all(b",\"errors\":[]")?;
        } else {
            let map = Utf16Map::new(source);
            let errors = self.tree.errors().iter().map(|error| ReportedError {
                message: error.message(source),
                span: utf16(&map, error.span),
            });
            out.write_all(b"null,\"errors\":")?;
            serde_json::to_writer(&mut *out, &errors.collect::<Vec<_>>())?;
        }
        if self.with_tree {
            out.write_all(b",\"tree\":")?;
            tree::write(out, formula)?;
        }
        out.write_all(b"}\n")
    }
}

fn utf16(map: &Utf16Map, span: Span) -> Utf16Span {
    let Span { start, end } = map.span(span);
    Utf16Span { start, end }
}
