//! What the parser makes of formulas that people have written, if a folder with them is named by
//! the environment variable `SHEETBRAIN_CORPUS`.

mod syntax;

use std::collections::HashMap;
use std::path::PathBuf;

use analyzer::ast::{Formula, Tree};
use analyzer::parser::{Locale, SyntaxErrorKind as Kind, parse, parse_into};
use analyzer::print::canonical;
use analyzer::template;
use syntax::nodes;

/// The lines of a list of formulas; nothing, and a note, if there is no such list here.
fn lines(file: &str) -> Vec<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no settings, and the lists can not be part of the project"
    )]
    let Some(folder) = std::env::var_os("SHEETBRAIN_CORPUS") else {
        #[expect(clippy::print_stdout, reason = "says that nothing was tested")]
        {
            println!("SHEETBRAIN_CORPUS is not set: {file} is not read");
        }
        return Vec::new();
    };
    let path = PathBuf::from(folder).join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Why Sheets can not have a formula that Excel has; `None` if it could.
fn only_in_excel(kind: Kind) -> bool {
    matches!(
        kind,
        // `[1]Sheet1!A1`
        Kind::ExternalWorkbook | Kind::SheetBeforeCall
        // `SUM(Sheet1:Sheet20!I29)`
        | Kind::ThreeDimensional
        // `Ending_Inventory Jan`: the row and the column of two labels or ranges
        | Kind::SpaceIntersection
        // `SMALL((A2,F2),1)`
        | Kind::Union
    )
}

/// Formulas of the list that Excel could not have held either, by what shows it: notes that begin
/// with a sign (`- text for somebody`) and sheet names whose quotes are lost.
fn not_a_formula(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::MissingOperator | Kind::SheetNeedsQuotes | Kind::UnexpectedCharacter
    )
}

#[test]
fn formulas_of_workbooks_parse_unless_only_excel_has_them() {
    let lines = lines("euses-dev.txt");
    let mut tree = Tree::default();
    let mut expressible = 0;
    let mut refused = 0;
    for source in &lines {
        parse_into(&mut tree, source, Locale::default());
        let kinds: Vec<_> = tree.errors().iter().map(|error| error.kind).collect();
        let excels = !kinds.is_empty() && kinds.iter().all(|kind| only_in_excel(*kind));
        expressible += usize::from(!excels);
        if !excels && !kinds.is_empty() {
            refused += 1;
            assert!(
                kinds.iter().all(|kind| not_a_formula(*kind)),
                "{source}: {kinds:?}"
            );
        }
    }
    assert!(refused * 1_000 <= expressible, "{refused} of {expressible}");
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
    for line in lines("sheets-dev.txt") {
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
    for source in lines("euses-dev.txt") {
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
    for source in lines("euses-dev.txt") {
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
