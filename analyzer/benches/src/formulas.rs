//! The formulas that are read: those of people if a list is at hand, else some made here.

use std::collections::HashSet;

use analyzer::ast::{Formula, Tree};
use analyzer::parser::{Locale, parse, parse_into};
use analyzer::template;

/// The list `euses-dev.txt` in the folder that `SHEETBRAIN_CORPUS` names, one formula a line; a
/// small list made here, and a note, if there is none.
pub fn list() -> Vec<String> {
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

/// The first formula of each template, as if all stood in one cell.
pub fn of_distinct_templates(formulas: &[String]) -> Vec<String> {
    let mut tree = Tree::default();
    let mut seen = HashSet::new();
    let mut is_new = |source: &String| {
        parse_into(&mut tree, source, Locale::default());
        let formula = Formula {
            source,
            tree: &tree,
        };
        seen.insert(template::hash(formula, (1, 1)))
    };
    formulas
        .iter()
        .filter(|source| is_new(source))
        .cloned()
        .collect()
}

/// `count` valid formulas of which no two are equal, nor copies of each other: the list's own, and
/// then the same with another number added to them each time.
pub fn distinct(formulas: &[String], count: usize) -> Vec<String> {
    let is_valid = |source: &String| parse(source, Locale::default()).errors().is_empty();
    let own: Vec<String> = of_distinct_templates(formulas)
        .into_iter()
        .filter(is_valid)
        .collect();
    let copies = (1_u32..).flat_map(|number| {
        own.iter()
            .map(move |source| format!("={}+{number}.5", source.trim_start_matches('=')))
    });
    own.iter().cloned().chain(copies).take(count).collect()
}
