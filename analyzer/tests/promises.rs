//! The promises that the fuzz targets look for a breach of, held against generated formulas and
//! against those of a folder that `SHEETBRAIN_CORPUS` names.

#[path = "syntax/formulas.rs"]
mod formulas;
#[expect(
    unreachable_pub,
    clippy::panic,
    reason = "the fuzz targets are crates of their own, and end at a broken promise"
)]
#[path = "../fuzz/promises/mod.rs"]
mod promises;

use std::path::PathBuf;

use analyzer::ast::Formula;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;
use analyzer::rules;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use promises::{LOCALES, auditing, fixing, policies, printing, sound};

/// Of the longer list of formulas, every so many lines are enough, for it has many copies.
const STEP: usize = 41;

/// All that holds for a formula, and for any other text.
#[track_caller]
fn keeps_every_promise(source: &str, locale: Locale) {
    sound::is_sound(source, locale);
    printing::prints_the_same_formula(source, locale);
    auditing::is_audited_soundly(source, locale);
    fixing::each_fix_mends(source, locale);
    fixing::safe_fixes_come_to_an_end(source, locale);
}

/// The formula as a locale with another decimal separator writes it.
fn written_in(source: &str, locale: Locale) -> String {
    let tree = parse(source, Locale::default());
    let formula = Formula {
        source,
        tree: &tree,
    };
    canonical(formula, locale)
}

/// Every example in the docs of the rules.
fn examples() -> Vec<String> {
    let blocks = rules::ALL.iter().flat_map(|rule| {
        let pieces = rule.docs.split("```formula\n").skip(1);
        pieces.filter_map(|piece| piece.split("```").next())
    });
    let lines = blocks.flat_map(str::lines).map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Formulas that rules find fault with, put into one another.
fn faulty() -> impl Strategy<Value = String> {
    let shapes = vec![
        ("=", "+", ""),
        ("=IF(", "=0,", ",A1)"),
        ("=((", ")+(", "))"),
        ("=SUM(", ",", ")"),
        ("=-(", "*1-", ")%"),
        ("=IFERROR(", ",", ")&\"\""),
        ("=LET(x,", ",x+", ")"),
    ];
    let example = select(examples());
    (select(shapes), example.clone(), example).prop_map(
        |((before, between, behind), one, other)| {
            let inner = |formula: &str| formula.strip_prefix('=').unwrap_or(formula).to_owned();
            format!("{before}{}{between}{}{behind}", inner(&one), inner(&other))
        },
    )
}

/// Bits of formulas in any order, most of which do not parse.
fn broken() -> impl Strategy<Value = String> {
    let pieces = vec![
        "A1",
        "$B$2",
        "A:A",
        ":",
        "SUM(",
        "IF(",
        "VLOOKUP(",
        "(",
        ")",
        ",",
        ";",
        "\\",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "!",
        "#REF!",
        "#",
        "@",
        "+",
        "-",
        "*1",
        "%",
        "<",
        ">",
        "=",
        "=>",
        "&",
        "1",
        "1.5",
        "1,5",
        "=",
        "\n",
        "\u{a0}",
        "é",
        "“",
        "×",
        "Sheet1!",
        "[1]Q!B2",
        "T[c]",
        "{=",
        "\0",
        "😀",
        "\"http://\"&",
        "A1#",
        "S1:S3!A1",
    ];
    vec(select(pieces), 0..24).prop_map(|pieces| format!("={}", pieces.concat()))
}

/// Words that policies are made of, in any order.
fn policy() -> impl Strategy<Value = String> {
    let words = vec![
        "VLOOKUP",
        "must",
        "not",
        "use",
        "exact",
        "match",
        "no",
        "more",
        "than",
        "3",
        "nested",
        "IF",
        "unless",
        "in",
        "volatile",
        "functions",
        "are",
        "forbidden",
        "and",
        "or",
        ".",
        ":",
        ";",
        "\n",
        "\n- ",
        "\n# ",
        "\n1. ",
        "`",
        "\"x\"",
        "“",
        "(",
        ")",
        "é",
        "😀",
        "|",
        "> ",
        "e.g.",
    ];
    vec((select(words), select(vec![" ", " ", " ", ""])), 0..40).prop_map(|words| {
        let parts = words.into_iter().flat_map(|(word, space)| [word, space]);
        parts.collect()
    })
}

#[test]
fn the_examples_of_every_rule_keep_the_promises() {
    for example in examples() {
        for locale in LOCALES {
            keeps_every_promise(&written_in(&example, locale), locale);
        }
    }
}

/// At this length anything quadratic would take minutes with every rule on.
#[test]
fn hostile_texts_of_64_kb_keep_the_promises() {
    const LONG: usize = 64 << 10;
    let pieces = [
        "(",
        ")",
        "{",
        "[",
        "\"",
        "'",
        "\"a\"",
        "a'",
        "IF(",
        "IF(A1,",
        "-(",
        "--",
        "+",
        "&",
        "<>=",
        "A1 ",
        "1 2 ",
        "A1:",
        "#REF!",
        "#",
        "@",
        "T[",
        "[1]",
        "é",
        "😀",
        ",",
        ";",
        "A1,",
        "(A1)+",
        "A1+A1*1+",
        "SUM(A1)&",
        "\"http://\"&",
        "IFERROR(A1/B1,0)+",
        "LET(a,1,a)+",
        "NOW()-",
    ];
    for piece in pieces {
        let source = format!("={}", piece.repeat(LONG / piece.len()));
        sound::is_sound(&source, Locale::default());
        printing::prints_the_same_formula(&source, Locale::default());
        // The longest text that is audited.
        let length = analyzer::audit::LONGEST_FORMULA - piece.len();
        let source = format!("={}", piece.repeat(length / piece.len()));
        let _ = auditing::audited(&source, Locale::default());
    }
    let pieces = [
        "- ",
        "# ",
        "a ",
        "1.",
        "VLOOKUP ",
        "must not ",
        "\"",
        "`",
        "(",
        ". ",
        "\n",
        "| ",
        "é",
        "VLOOKUP must use exact match. ",
        "IF and ",
    ];
    for piece in pieces {
        policies::compiles(&piece.repeat(LONG / piece.len()));
    }
}

#[test]
fn formulas_that_people_wrote_keep_the_promises() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no settings, and the lists can not be part of the project"
    )]
    let Some(folder) = std::env::var_os("SHEETBRAIN_CORPUS") else {
        #[expect(clippy::print_stdout, reason = "says that nothing was tested")]
        {
            println!("SHEETBRAIN_CORPUS is not set: no list of formulas is read");
        }
        return;
    };
    let folder = PathBuf::from(folder);
    for (file, step) in [("sheets-dev.txt", 1), ("euses-dev.txt", STEP)] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        for line in text.lines().step_by(step) {
            let source = if line.starts_with('"') {
                serde_json::from_str(line).unwrap()
            } else {
                line.to_owned()
            };
            keeps_every_promise(&source, Locale::default());
            let comma = Locale {
                decimal_comma: true,
            };
            fixing::each_fix_mends(&written_in(&source, comma), comma);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_formula_keeps_the_promises(source in formulas::formula()) {
        for locale in LOCALES {
            keeps_every_promise(&written_in(source.trim_start(), locale), locale);
        }
    }

    #[test]
    fn faulty_formulas_keep_the_promises(source in faulty()) {
        for locale in LOCALES {
            keeps_every_promise(&written_in(&source, locale), locale);
        }
    }

    #[test]
    fn broken_formulas_keep_the_promises(source in broken(), decimal_comma: bool) {
        keeps_every_promise(&source, Locale { decimal_comma });
    }

    #[test]
    fn any_text_keeps_the_promises(source in any::<String>(), decimal_comma: bool) {
        keeps_every_promise(&format!("={source}"), Locale { decimal_comma });
    }

    #[test]
    fn any_text_compiles_as_a_policy(text in prop_oneof![policy(), any::<String>()]) {
        policies::compiles_and_checks(&text);
    }
}
