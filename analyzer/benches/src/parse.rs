//! Formulas per second of this parser and of others: the same list, in one run, interleaved.
//!
//! Reads `euses-dev.txt` in the folder named by `SHEETBRAIN_CORPUS`, one formula a line, or makes
//! a small list itself. Each parser reads the whole list once a round, building and dropping a
//! tree for each formula (or filling the same one again); the median round counts.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use analyzer::ast::Tree;
use analyzer::parser::{Locale, parse, parse_into};
use ironcalc_base::expressions::parser::{Node, new_parser_english};
use ironcalc_base::expressions::types::CellReferenceRC;

const ROUNDS: usize = 31;

/// How many formulas a parser reads before it is the next one's turn.
const TURN: usize = 500;

/// The parser that the others are compared with.
const BASELINE: &str = "formualizer-parse 4.1.0";

/// Reads one formula and says whether it was read without an error.
type Read = Box<dyn FnMut(&str) -> bool>;

struct Contender {
    name: &'static str,
    read: Read,
    rounds: Vec<Duration>,
    accepted: usize,
}

fn main() {
    let formulas = formulas();
    let bytes: usize = formulas.iter().map(String::len).sum();
    println!(
        "{} formulas, {bytes} bytes, {ROUNDS} rounds",
        formulas.len()
    );

    let mut contenders = contenders();
    for round in 0..=ROUNDS {
        let mut totals = vec![(Duration::ZERO, 0); contenders.len()];
        // The parsers take turns after few formulas, so that nobody has a quieter machine.
        for turn in formulas.chunks(TURN) {
            for (contender, (time, accepted)) in contenders.iter_mut().zip(&mut totals) {
                let start = Instant::now();
                *accepted += turn
                    .iter()
                    .filter(|formula| (contender.read)(black_box(formula)))
                    .count();
                *time += start.elapsed();
            }
        }
        for (contender, (time, accepted)) in contenders.iter_mut().zip(totals) {
            // The first round only warms up.
            if round > 0 {
                contender.rounds.push(time);
            }
            contender.accepted = accepted;
        }
    }
    report(&contenders, formulas.len());
}

/// Prints the formulas per second of each parser's median round, and the median of how many times
/// as fast it was as the baseline in the same round: what else the machine did then, it did to both.
fn report(contenders: &[Contender], formulas: usize) {
    println!("parser                    accepted  formulas/s   ratio");
    let baseline = contenders
        .iter()
        .find(|contender| contender.name == BASELINE)
        .map_or(&[][..], |contender| &contender.rounds);
    for contender in contenders {
        let seconds = median(contender.rounds.iter().map(Duration::as_secs_f64).collect());
        let pairs = baseline.iter().zip(&contender.rounds);
        let ratio = median(
            pairs
                .map(|(base, own)| base.div_duration_f64(*own))
                .collect(),
        );
        println!(
            "{:<24} {:>9} {:>11.0} {ratio:>6.2}x",
            contender.name,
            contender.accepted,
            f64::from(u32::try_from(formulas).unwrap_or(u32::MAX)) / seconds,
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn contenders() -> Vec<Contender> {
    let contender = |name, read: Read| Contender {
        name,
        read,
        rounds: Vec::new(),
        accepted: 0,
    };
    let mut tree = Tree::default();
    let cell = CellReferenceRC {
        sheet: "Sheet1".to_owned(),
        column: 1,
        row: 1,
    };
    let mut ironcalc = new_parser_english(vec!["Sheet1".to_owned()], Vec::new(), HashMap::new());
    vec![
        contender(
            "analyzer, reused arena",
            Box::new(move |formula| {
                parse_into(&mut tree, formula, Locale::default());
                black_box(&tree).errors().is_empty()
            }),
        ),
        contender(
            "analyzer, fresh arena",
            Box::new(|formula| {
                black_box(parse(formula, Locale::default()))
                    .errors()
                    .is_empty()
            }),
        ),
        contender(
            BASELINE,
            Box::new(|formula| black_box(formualizer_parse::parse(formula)).is_ok()),
        ),
        contender(
            "ironcalc_base 0.9.1",
            Box::new(move |formula| {
                let formula = formula.strip_prefix('=').unwrap_or(formula);
                let tree = black_box(ironcalc.parse(formula, &cell));
                !matches!(tree, Node::ParseErrorKind { .. })
            }),
        ),
    ]
}

fn formulas() -> Vec<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a benchmark has no settings, and the list can not be part of the project"
    )]
    if let Some(folder) = std::env::var_os("SHEETBRAIN_CORPUS") {
        let path = std::path::Path::new(&folder).join("euses-dev.txt");
        match std::fs::read_to_string(&path) {
            Ok(text) => return text.lines().map(str::to_owned).collect(),
            Err(error) => println!("{}: {error}", path.display()),
        }
    }
    println!("SHEETBRAIN_CORPUS names no list of formulas: using a small one made here");
    (1..=10_000_u32)
        .map(|row| match row % 6 {
            0 => format!("=SUM(A{row}:B{})", row + 9),
            1 => format!("=A{row}*(1+$C$1)-B{row}/2"),
            2 => format!("=IF(A{row}>=10,\"high\",\"low\")"),
            3 => format!("=VLOOKUP(A{row},Prices!$A$2:$C$500,3,FALSE)"),
            4 => format!("=E{row}/E{}", row + 1),
            _ => format!("=ROUND(AVERAGE(D{row}:D{})*100,2)&\"%\"", row + 30),
        })
        .collect()
}
