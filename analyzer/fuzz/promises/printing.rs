//! Canonical and laid-out text: reads as the same formula, and printing it again changes nothing.

use analyzer::ast::Formula;
use analyzer::explain::explain;
use analyzer::format::pretty;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;
use analyzer::template;

/// A cell in the middle of a sheet, so that references reach in all directions.
const CELL: (u32, u32) = (5, 50);

/// Printing a text of any kind comes back; printing a formula gives the same formula.
#[track_caller]
pub fn prints_the_same_formula(source: &str, locale: Locale) {
    let tree = parse(source, locale);
    let formula = Formula {
        source,
        tree: &tree,
    };
    let text = canonical(formula, locale);
    let width = 8 + source.len() % 72;
    let laid_out = pretty(formula, locale, width);
    for step in explain(formula, locale) {
        assert!(!step.text.is_empty(), "{source:?}");
    }
    if tree.errors().is_empty() {
        is_printed_alike(formula, &text, locale, |again| canonical(again, locale));
        is_printed_alike(formula, &laid_out, locale, |again| {
            pretty(again, locale, width)
        });
    }
}

/// `text`, which `print` made of the formula, reads as the formula and is printed as itself.
#[track_caller]
fn is_printed_alike(
    formula: Formula<'_>,
    text: &str,
    locale: Locale,
    print: impl Fn(Formula<'_>) -> String,
) {
    let source = formula.source;
    let tree = parse(text, locale);
    assert_eq!(tree.errors(), [], "{source:?} is printed as {text:?}");
    let again = Formula {
        source: text,
        tree: &tree,
    };
    let template = |formula| template::text(formula, CELL);
    assert_eq!(
        template(again),
        template(formula),
        "{source:?} is printed as {text:?}"
    );
    assert_eq!(print(again), text, "{source:?}");
}
