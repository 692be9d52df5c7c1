//! What formulas do, in words: the words themselves, and what holds for any text.

use std::fmt::Write;

use analyzer::ast::Formula;
use analyzer::explain::{Step, explain};
use analyzer::parser::{Locale, parse};
use proptest::prelude::*;

/// Formulas, each with its steps below it, indented.
const EXPLANATIONS: &str = include_str!("explanations.txt");

fn steps(source: &str, locale: Locale) -> Vec<Step> {
    let tree = parse(source, locale);
    let formula = Formula {
        source,
        tree: &tree,
    };
    explain(formula, locale)
}

fn words(source: &str, locale: Locale) -> Vec<String> {
    let steps = steps(source, locale);
    steps.into_iter().map(|step| step.text).collect()
}

#[test]
fn every_formula_is_told_as_written_down() {
    let mut told = String::new();
    for line in EXPLANATIONS.lines().filter(|line| line.starts_with('=')) {
        let _ = writeln!(told, "{line}");
        for step in words(line, Locale::default()) {
            let _ = writeln!(told, "    {step}");
        }
    }
    let expected: Vec<&str> = EXPLANATIONS.lines().collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn numbers_are_told_as_the_locale_writes_them() {
    let german = Locale {
        decimal_comma: true,
    };
    assert_eq!(words("=A1*1,5", german), ["Multiply A1 by 1,5."]);
}

#[test]
fn a_step_stands_for_its_part_of_the_formula() {
    let source = "=IF(A1>1,SUM(A1:A9)*2,\"x\")";
    let written: Vec<&str> = steps(source, Locale::default())
        .iter()
        .map(|step| step.span.of(source))
        .collect();
    assert_eq!(written, ["SUM(A1:A9)*2", &source[1..]]);
}

#[test]
fn spaces_and_line_breaks_do_not_change_the_words() {
    assert_eq!(
        words(
            "=if( A1 > 1 ,\n vlookup(A1;B:C;2;false) , )",
            Locale::default()
        ),
        words("=IF(A1>1,VLOOKUP(A1,B:C,2,FALSE),)", Locale::default())
    );
}

#[test]
fn hostile_formulas_have_few_and_short_steps() {
    let chains = [
        "-",
        "1+",
        "A1=",
        "(A1=1)*",
        "f()&",
        "SUM(A1)^",
        "VLOOKUP(A1,B:C,2)-",
        "f():",
    ];
    let mut sources: Vec<String> = chains
        .iter()
        .map(|chain| format!("={}A1", chain.repeat(20_000)))
        .collect();
    for call in [
        "SUM(f(),",
        "IF(f(),1,",
        "IFERROR(1+",
        "LET(x,f(),",
        "LAMBDA(x,",
        "(",
        "{f(),",
    ] {
        let close = if call.starts_with('{') { "}" } else { ")" };
        sources.push(format!("={}1{}", call.repeat(250), close.repeat(250)));
    }
    for list in ["SUM(", "IFS(", "LET(", "SWITCH(", "AND(", "MAP(", "MYFN("] {
        sources.push(format!("={list}{}1)", "f(),g(),".repeat(10_000)));
    }
    sources.push(format!("=f(){}", "(1)".repeat(20_000)));
    sources.push(format!("=A1{}", ".x".repeat(20_000)));
    sources.push(format!("=1{}", "%".repeat(20_000)));
    sources.push(format!("={}", "a b ".repeat(20_000)));
    sources.push(format!(
        "=\"{}\"&'{}'!A1",
        "x".repeat(20_000),
        "y".repeat(20_000)
    ));
    for source in sources {
        let steps = steps(&source, Locale::default());
        let begin: String = source.chars().take(20).collect();
        assert!(
            !steps.is_empty() && steps.len() <= 200,
            "{begin}: {}",
            steps.len()
        );
        for step in steps {
            assert!(step.text.len() <= 4_000, "{begin}: {}", step.text);
        }
    }
}

/// Bits that formulas of any kind can be made of.
fn formula_like() -> impl Strategy<Value = String> {
    let pieces = vec![
        "A1", "$B$2", "A:C", "A2:", "SUM(", "IF(", "IFS(", "SWITCH(", "VLOOKUP(", "SUMIFS(",
        "LET(", "LAMBDA(", "MAP(", "IFERROR(", "AND(", "NOT(", "ROUND(", "f(", "(", ")", ")", ")",
        ",", ",", ",", ";", "{", "}", "[a]", "\"", "\">1\"", "'", "!", "#REF!", "+", "-", "*", "%",
        "<", "=", "&", "1", "-1", "1.5", " ", "é", "x", "TRUE", "Sheet1!", "T[c]", ".date", "😀",
        "\n",
    ];
    let piece = prop::sample::select(pieces);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| format!("={}", pieces.concat()))
}

#[track_caller]
fn is_told_well(source: &str, locale: Locale) {
    let steps = steps(source, locale);
    assert!(!steps.is_empty(), "{source:?}");
    for step in &steps {
        assert!(
            source.get(std::ops::Range::from(step.span)).is_some(),
            "{source:?}"
        );
        assert!(
            step.text.ends_with(['.', ':', '…']),
            "{source:?}: {}",
            step.text
        );
        assert!(!step.text.contains('\n'), "{source:?}: {}", step.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_told(source in any::<String>(), decimal_comma: bool) {
        is_told_well(&source, Locale { decimal_comma });
    }

    #[test]
    fn anything_like_a_formula_is_told(source in formula_like(), decimal_comma: bool) {
        is_told_well(&source, Locale { decimal_comma });
    }
}
