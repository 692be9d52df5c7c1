//! Canonical text, and what it promises: the same tree, and no other spelling of it.

mod syntax;

use analyzer::ast::Formula;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;
use proptest::prelude::*;
use syntax::formulas::formula;
use syntax::{nodes, tree};

const GERMAN: Locale = Locale {
    decimal_comma: true,
};

#[track_caller]
fn prints(source: &str, expected: &str) {
    assert_eq!(
        print(source, Locale::default(), Locale::default()),
        expected
    );
}

fn print(source: &str, from: Locale, to: Locale) -> String {
    let tree = parse(source, from);
    let formula = Formula {
        source,
        tree: &tree,
    };
    canonical(formula, to)
}

#[test]
fn case_and_white_space_have_one_spelling() {
    prints(" = sum( $a$1 : b2 ; c3 )\n", "=SUM($A$1:B2,C3)");
    prints("=if(true,#n/a,False)", "=IF(TRUE,#N/A,FALSE)");
    prints("=a:B2", "=A:B2");
    prints("=My_Name*myFunction(1)", "=My_Name*myFunction(1)");
    prints("A1", "=A1");
    prints("=", "=");
}

#[test]
fn numbers_are_as_short_as_they_can_be() {
    prints("=1.50", "=1.5");
    prints("=.5", "=0.5");
    prints("=1500.", "=1500");
    prints("=1e20", "=1E+20");
    prints("=0.00000012", "=1.2E-7");
}

#[test]
fn sheet_names_have_quotes_only_where_they_need_them() {
    prints("='Sheet1'!a1", "=Sheet1!A1");
    prints("='My Sheet'!a1", "='My Sheet'!A1");
    prints("=Q1!a1", "='Q1'!A1");
    prints("='it''s'!a1", "='it''s'!A1");
    prints("='集計'!#ref!", "=集計!#REF!");
    prints("='orders'!price", "=orders!price");
}

#[test]
fn parentheses_texts_and_left_out_arguments_stay() {
    prints("=((A1))&\"a  \"\"b\"", "=((A1))&\"a  \"\"b\"");
    prints("=IF( ,, )", "=IF(,,)");
    prints("=f( )( 1 )", "=f()(1)");
    prints("=t[[#all], [a b]]", "=t[[#ALL],[a b]]");
}

#[test]
fn the_locale_decides_the_separators() {
    let german = print(
        "=SUM(1.5,{1,2;3,4},T[[#all],[c]])",
        Locale::default(),
        GERMAN,
    );
    assert_eq!(german, "=SUM(1,5;{1\\2;3\\4};T[[#ALL];[c]])");
    assert_eq!(
        print(&german, GERMAN, Locale::default()),
        "=SUM(1.5,{1,2;3,4},T[[#ALL],[c]])"
    );
}

#[test]
fn an_invalid_part_is_printed_as_written() {
    prints("=SUM(a1 b1)+c1", "=SUM(a1 b1)+C1");
}

#[test]
fn a_tree_as_deep_as_it_is_long_prints() {
    let source = format!("={}1", "-1+".repeat(100_000));
    prints(&source, &source);
}

proptest! {
    #[test]
    fn canonical_text_reads_as_the_same_tree(source in formula(), decimal_comma: bool) {
        let locale = Locale { decimal_comma };
        let tree = tree(&source);
        prop_assert_eq!(tree.errors(), []);
        let formula = Formula { source: &source, tree: &tree };
        let text = canonical(formula, locale);
        let again = parse(&text, locale);
        prop_assert_eq!(again.errors(), [], "{}", text);
        let again = Formula { source: &text, tree: &again };
        prop_assert_eq!(nodes(again), nodes(formula), "{}", text);
        prop_assert_eq!(canonical(again, locale), text);
    }
}
