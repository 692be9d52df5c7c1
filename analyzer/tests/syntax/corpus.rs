//! What the parser makes of formulas that people have written, if a folder with them is named by
//! the environment variable `SHEETBRAIN_CORPUS`.

use std::collections::HashMap;
use std::path::PathBuf;

use analyzer::ast::{Formula, Tree};
use analyzer::parser::{Locale, SyntaxErrorKind as Kind, parse, parse_into};
use analyzer::print::canonical;
use analyzer::template;

use crate::tree::nodes;

/// The lines of a list of formulas; nothing, and a note, if there is no such list here.
fn lines(file: &str) -> std::io::Result<Vec<String>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no settings, and the lists can not be part of the project"
    )]
    let Some(folder) = std::env::var_os("SHEETBRAIN_CORPUS") else {
        #[expect(clippy::print_stdout, reason = "says that nothing was tested")]
        {
            println!("SHEETBRAIN_CORPUS is not set: {file} is not read");
        }
        return Ok(Vec::new());
    };
    let text = std::fs::read_to_string(PathBuf::from(folder).join(file))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// How many formulas of workbooks are refused, by why. A formula with several errors counts by the
/// one that explains the others: the first of them in this order.
const REFUSED: &[(&str, &[Kind], usize)] = &[
    // `[1]Sheet1!A1`, `Book.xls!Rate`, `Book.xls!Total(A1)`
    (
        "links into other workbooks",
        &[Kind::ExternalWorkbook, Kind::SheetBeforeCall],
        1_061,
    ),
    // `SUM(Sheet1:Sheet20!I29)`
    ("references through sheets", &[Kind::ThreeDimensional], 2),
    // `SMALL((A2,F2),1)`
    ("unions", &[Kind::Union], 1),
    // `My Sheet!A1`: the list has lost the quotes that Excel writes.
    ("sheet names without quotes", &[Kind::SheetNeedsQuotes], 18),
    // `Stock_Level May` is where the row and the column of two labels meet, which only Excel
    // knows; `-note to somebody` reads alike and is no formula in either.
    (
        "labels that meet, and notes",
        &[Kind::SpaceIntersection],
        19,
    ),
    // `Approx.`: a text in either.
    ("texts", &[Kind::UnexpectedCharacter], 1),
];

#[test]
fn formulas_of_workbooks_parse_unless_sheets_can_not_express_them() {
    let lines = lines("euses-dev.txt").unwrap();
    if lines.is_empty() {
        return;
    }
    let mut tree = Tree::default();
    let mut refused = vec![0; REFUSED.len()];
    for source in &lines {
        parse_into(&mut tree, source, Locale::default());
        if tree.errors().is_empty() {
            continue;
        }
        let has = |kinds: &[Kind]| {
            tree.errors()
                .iter()
                .any(|error| kinds.contains(&error.kind))
        };
        let why = REFUSED.iter().position(|(_, kinds, _)| has(kinds));
        let why = why.unwrap_or_else(|| panic!("{source}: {:?}", tree.errors()));
        if let Some(count) = refused.get_mut(why) {
            *count += 1;
        }
    }
    let counted: Vec<_> = REFUSED.iter().map(|(why, ..)| *why).zip(refused).collect();
    let expected: Vec<_> = REFUSED
        .iter()
        .map(|(why, _, count)| (*why, *count))
        .collect();
    assert_eq!(counted, expected, "of {} formulas", lines.len());
}

/// Lines of Google's documentation and of users' notes that are no formulas, and why.
const TYPING_ERRORS: &[(&str, Kind)] = &[
    // A parenthesis is missing.
    (
        "=LET(t, D9, LAMBDA(x, x)(NOW())",
        Kind::UnclosedBracket { end: 31 },
    ),
    (
        "=IMARGUMENT(COMPLEX(4, 6)",
        Kind::UnclosedBracket { end: 25 },
    ),
    // The brackets stand for "put a value here".
    ("=JOIN([value],\"foo\",\"bar\")", Kind::MissingTable),
    ("=[value]+1", Kind::MissingTable),
    // One quote too many.
    (
        "=AI(\"What is the birthday of the author who wrote the associated book. Only output the date\", A2:B2\")",
        Kind::UnterminatedText,
    ),
    // An example of an error.
    ("=SUM(A1:A10 B1:B10)", Kind::SpaceIntersection),
];

#[test]
fn formulas_of_sheets_parse() {
    for line in lines("sheets-dev.txt").unwrap() {
        // A line in quotes is a JSON string, because its formula has several lines.
        let source = if line.starts_with('"') {
            serde_json::from_str(&line).unwrap()
        } else {
            line
        };
        let kinds: Vec<_> = parse(&source, Locale::default())
            .errors()
            .iter()
            .map(|error| error.kind)
            .collect();
        let expected: Vec<_> = TYPING_ERRORS
            .iter()
            .filter(|(typing_error, _)| *typing_error == source)
            .map(|(_, kind)| *kind)
            .collect();
        assert_eq!(kinds, expected, "{source}");
    }
}

#[test]
fn canonical_text_reads_as_the_same_tree() {
    for source in lines("euses-dev.txt").unwrap() {
        let tree = parse(&source, Locale::default());
        if !tree.errors().is_empty() {
            continue;
        }
        let formula = Formula {
            source: &source,
            tree: &tree,
        };
        let text = canonical(formula, Locale::default());
        let again = parse(&text, Locale::default());
        assert_eq!(again.errors(), [], "{source}: {text}");
        let again = Formula {
            source: &text,
            tree: &again,
        };
        assert_eq!(nodes(again), nodes(formula), "{source}: {text}");
        assert_eq!(canonical(again, Locale::default()), text);
    }
}

#[test]
fn template_text_and_template_hash_tell_the_same_formulas_apart() {
    let mut texts = HashMap::new();
    let mut hashes = HashMap::new();
    for source in lines("euses-dev.txt").unwrap() {
        let tree = parse(&source, Locale::default());
        let formula = Formula {
            source: &source,
            tree: &tree,
        };
        let text = template::text(formula, (5, 50));
        let hash = template::hash(formula, (5, 50));
        assert_eq!(
            *texts.entry(hash).or_insert_with(|| text.clone()),
            text,
            "{source}"
        );
        assert_eq!(*hashes.entry(text).or_insert(hash), hash, "{source}");
    }
}
