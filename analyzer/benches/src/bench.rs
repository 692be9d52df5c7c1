//! How fast formulas are parsed and audited, beside what other parsers do with the same list in
//! the same run. See README.md for how to read it.

mod race;
mod threads;

use std::collections::HashMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::LazyLock;

use analyzer::ast::Tree;
use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::parser::{Locale, parse, parse_into};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;
use analyzer_bench::formulas;
use ironcalc_base::expressions::parser::{Node, new_parser_english};
use ironcalc_base::expressions::types::CellReferenceRC;

use race::Contender;

const USAGE: &str = "usage: analyzer-bench [parse | audit | threads] [--rounds N] [--only NAME]";

/// The parser that the others are compared with.
const BASELINE: &str = "formualizer-parse 4.1.0";

/// How many formulas the threads share.
const SHARED: usize = 200_000;

static RECOMMENDED: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::of(&[Preset::Recommended]));

/// What is asked for.
struct Options {
    command: String,
    rounds: usize,
    /// The only contender to run, for a profiler.
    only: Option<String>,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let formulas = formulas::list();
    let race = |title: &str, contenders: Vec<Contender>, formulas: &[String]| {
        let is_asked_for = |contender: &Contender| {
            let only = options.only.as_deref();
            only.is_none_or(|only| contender.name == only)
        };
        let contenders: Vec<_> = contenders.into_iter().filter(is_asked_for).collect();
        race::run(title, &contenders, BASELINE, formulas, options.rounds);
    };
    match options.command.as_str() {
        "parse" => race("parse", parsers(), &formulas),
        "audit" => {
            race("audit, as listed", auditors(), &formulas);
            let distinct = formulas::of_distinct_templates(&formulas);
            race("audit, distinct templates", auditors(), &distinct);
        }
        "threads" => {
            let shared = formulas::distinct(&formulas, SHARED);
            if let Err(error) = threads::run(&shared, options.rounds) {
                eprintln!("no threads: {error}");
                return ExitCode::FAILURE;
            }
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        command: "parse".to_owned(),
        rounds: 31,
        only: None,
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => options.rounds = arguments.next()?.parse().ok().filter(|n| *n > 0)?,
            "--only" => options.only = Some(arguments.next()?),
            command => options.command = command.to_owned(),
        }
    }
    Some(options)
}

/// Parsers that build and drop a tree for each formula, or fill the same one again.
fn parsers() -> Vec<Contender> {
    vec![reused_arena(), fresh_arena(), formualizer(), ironcalc()]
}

/// What an audit costs beside parsing alone.
fn auditors() -> Vec<Contender> {
    vec![
        Contender::new("analyzer, audit: recommended", || {
            let mut auditor = Auditor::new(&RECOMMENDED, Locale::default());
            Box::new(move |formula, place| {
                // Each formula stands a row below the one before it, as in a column.
                let row = u32::try_from(place + 1).unwrap_or(u32::MAX);
                let audit = black_box(auditor.audit(formula, Position { column: 1, row }));
                audit.is_ok_and(|audit| audit.findings.is_empty())
            })
        }),
        reused_arena(),
        formualizer(),
    ]
}

fn reused_arena() -> Contender {
    Contender::new("analyzer, reused arena", || {
        let mut tree = Tree::default();
        Box::new(move |formula, _| {
            parse_into(&mut tree, formula, Locale::default());
            black_box(&tree).errors().is_empty()
        })
    })
}

fn fresh_arena() -> Contender {
    Contender::new("analyzer, fresh arena", || {
        Box::new(|formula, _| {
            let tree = black_box(parse(formula, Locale::default()));
            tree.errors().is_empty()
        })
    })
}

fn formualizer() -> Contender {
    Contender::new(BASELINE, || {
        Box::new(|formula, _| black_box(formualizer_parse::parse(formula)).is_ok())
    })
}

fn ironcalc() -> Contender {
    Contender::new("ironcalc_base 0.9.1", || {
        let cell = CellReferenceRC {
            sheet: "Sheet1".to_owned(),
            column: 1,
            row: 1,
        };
        let sheets = vec!["Sheet1".to_owned()];
        let mut parser = new_parser_english(sheets, Vec::new(), HashMap::new());
        Box::new(move |formula, _| {
            let formula = formula.strip_prefix('=').unwrap_or(formula);
            let tree = black_box(parser.parse(formula, &cell));
            !matches!(tree, Node::ParseErrorKind { .. })
        })
    })
}
