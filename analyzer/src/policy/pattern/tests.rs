//! What patterns find, and what is said of those that can not be read.

use super::*;
use crate::parser::{Locale, parse};

/// What the pattern stands for in the formula, and what its holes stand for.
fn matches(pattern: &str, source: &str) -> Vec<(String, Vec<(String, String)>)> {
    let pattern = Pattern::compile(pattern).unwrap();
    let tree = parse(source, Locale::default());
    let formula = Formula {
        source,
        tree: &tree,
    };
    let written = |span: Span| span.of(source).to_owned();
    let found = pattern.matches(formula).into_iter();
    found
        .map(|one| {
            let bindings = one.bindings.into_iter();
            let bindings = bindings.map(|(name, span)| (name, written(span)));
            (written(one.span), bindings.collect())
        })
        .collect()
}

#[track_caller]
fn case(pattern: &str, source: &str, span: &str, bindings: &[(&str, &str)]) {
    let found = matches(pattern, source);
    let [(found_span, found_bindings)] = found.as_slice() else {
        panic!("{pattern} is found once in {source}: {found:?}");
    };
    let found_bindings: Vec<(&str, &str)> = found_bindings
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(
        (found_span.as_str(), found_bindings.as_slice()),
        (span, bindings)
    );
}

#[test]
fn a_match_says_what_each_hole_stands_for() {
    let found = [("F", "sum"), ("X", "A1"), ("REST", "B1,C1"), ("N", "5%")];
    case(
        "&F($X, ...$REST)+#N",
        "=1*(sum(A1, B1,C1)+5%)",
        "sum(A1, B1,C1)+5%",
        &found,
    );
    case(
        "F(\"$T\", ...$REST)",
        "=F(\"a\")",
        "F(\"a\")",
        &[("T", "\"a\"")],
    );
}

#[test]
fn a_deep_chain_is_matched_without_recursion_over_the_formula() {
    let chain = format!("=A1{}", "+A1".repeat(8_000));
    assert_eq!(matches("$X+B1", &chain).len(), 0);
    assert_eq!(matches("$X+$Y", &chain).len(), 8_000);
}

#[test]
fn many_ways_to_match_end() {
    let long = format!("=F({})", vec!["A1"; 400].join(","));
    let pattern = "F(..., $A, ..., $B, ..., $C, ..., B1, ...)";
    assert_eq!(matches(pattern, &long).len(), 0);
}

#[track_caller]
fn wrong(pattern: &str, column: usize) {
    let error = Pattern::compile(pattern).unwrap_err();
    assert_eq!(error.column(), column, "{error}");
}

#[test]
fn an_error_says_at_which_character_it_is() {
    wrong("ROUND($X, @R:wide)", 11);
    wrong("$LONG_NAME + ABS($X", 17);
    wrong("$X + ...", 6);
    wrong("$X(1)", 1);
    wrong("Sheet1!$LONG", 8);
    wrong("", 1);
}
