//! Formulas per second of this parser and of others: the same list, in one run, interleaved.
//!
//! Reads `euses-dev.txt` in the folder named by `SHEETBRAIN_CORPUS`, one formula a line, or makes
//! a small list itself. Each parser reads the whole list once a round, building and dropping a
//! tree for each formula; the median round counts.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use analyzer::ast::Tree;
use analyzer::parser::{Locale, parse, parse_into};
use ironcalc_base::expressions::parser::{Node, new_parser_english};
use ironcalc_base::expressions::types::CellReferenceRC;

const ROUNDS: usize = 15;

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
        for contender in &mut contenders {
            let start = Instant::now();
            let accepted = formulas
                .iter()
                .filter(|formula| (contender.read)(black_box(formula)))
                .count();
            // The first round only warms up.
            if round > 0 {
                contender.rounds.push(start.elapsed());
            }
            contender.accepted = accepted;
        }
    }

    println!(
        "{:<28} {:>9} {:>12} {:>8}",
        "parser", "accepted", "formulas/s", "ratio"
    );
    let slowest_of_interest = contenders
        .iter()
        .find(|contender| contender.name.starts_with("formualizer"))
        .map_or(0.0, |contender| speed(contender, formulas.len()));
    for contender in &contenders {
        let speed = speed(contender, formulas.len());
        println!(
            "{:<28} {:>9} {:>12.0} {:>7.2}x",
            contender.name,
            contender.accepted,
            speed,
            speed / slowest_of_interest
        );
    }
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
            "formualizer-parse 4.1.0",
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

/// Formulas per second in the median round.
fn speed(contender: &Contender, formulas: usize) -> f64 {
    let mut rounds = contender.rounds.clone();
    rounds.sort_unstable();
    let median = rounds
        .get(rounds.len() / 2)
        .map_or(0.0, Duration::as_secs_f64);
    f64::from(u32::try_from(formulas).unwrap_or(u32::MAX)) / median
}

fn formulas() -> Vec<String> {
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
