//! Formulas laid out over several lines: where they break, and that only white space is added.

use analyzer::ast::Formula;
use analyzer::format::pretty;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;
use proptest::prelude::*;

use crate::formulas::formula;
use crate::tree::{nodes, tree};

fn lay_out(source: &str, width: usize) -> String {
    let tree = tree(source);
    let formula = Formula {
        source,
        tree: &tree,
    };
    pretty(formula, Locale::default(), width)
}

#[track_caller]
fn is_laid_out(source: &str, width: usize, expected: &[&str]) {
    assert_eq!(lay_out(source, width), expected.join("\n"));
}

#[test]
fn what_fits_stays_in_one_line() {
    is_laid_out("= sum( a1 : b2 ; c3 )", 14, &["=SUM(A1:B2,C3)"]);
    is_laid_out("=", 10, &["="]);
}

#[test]
fn a_call_has_one_argument_a_line() {
    is_laid_out(
        "=IF(A1>0,VLOOKUP(A1,Rates!A:C,3,FALSE),)",
        30,
        &[
            "=IF(",
            "  A1>0,",
            "  VLOOKUP(",
            "    A1,",
            "    Rates!A:C,",
            "    3,",
            "    FALSE",
            "  ),",
            ")",
        ],
    );
}

#[test]
fn names_and_cases_keep_their_values_beside_them() {
    is_laid_out(
        "=LET(net,SUM(A1:A9),rate,B1,net*rate)",
        20,
        &[
            "=LET(",
            "  net, SUM(A1:A9),",
            "  rate, B1,",
            "  net*rate",
            ")",
        ],
    );
    is_laid_out(
        "=SWITCH(A1,1,\"one\",2,\"two\",\"many\")",
        20,
        &[
            "=SWITCH(",
            "  A1,",
            "  1, \"one\",",
            "  2, \"two\",",
            "  \"many\"",
            ")",
        ],
    );
    is_laid_out(
        "=SUMIFS(C:C,A:A,\"x\",B:B,)",
        15,
        &["=SUMIFS(", "  C:C,", "  A:A, \"x\",", "  B:B,", ")"],
    );
}

#[test]
fn the_parameters_of_a_lambda_share_a_line() {
    is_laid_out(
        "=REDUCE(0,A1:A9,LAMBDA(sum,cell,sum+cell))",
        24,
        &[
            "=REDUCE(",
            "  0,",
            "  A1:A9,",
            "  LAMBDA(",
            "    sum, cell,",
            "    sum+cell",
            "  )",
            ")",
        ],
    );
}

#[test]
fn a_chain_breaks_before_its_operators() {
    is_laid_out(
        "=SUM(A1:A9)+SUM(B1:B9)*2-(C1+C2)",
        16,
        &["=SUM(A1:A9)", "  +SUM(B1:B9)*2", "  -(C1+C2)"],
    );
}

#[test]
fn an_array_has_one_row_a_line() {
    is_laid_out(
        "={\"a\",1;\"b\",2;\"c\",3}",
        12,
        &["={", "  \"a\",1;", "  \"b\",2;", "  \"c\",3", "}"],
    );
}

#[test]
fn deep_and_long_formulas_stay_short_of_quadratic() {
    let nested = format!("={}1{}", "SUM(".repeat(256), ")".repeat(256));
    assert!(lay_out(&nested, 40).len() < 256 * 60);
    for chain in ["-1+", "f()^", "f():", "A1&"] {
        let source = format!("={}A1", chain.repeat(30_000));
        assert!(lay_out(&source, 40).len() < source.len() * 5);
    }
    let source = format!("=f(){}", "(1)".repeat(30_000));
    assert!(lay_out(&source, 40).len() < source.len() * 10);
}

proptest! {
    #[test]
    fn laid_out_text_reads_as_the_same_tree(
        source in formula(),
        width in 1_usize..80,
        decimal_comma: bool,
    ) {
        let locale = Locale { decimal_comma };
        let tree = tree(&source);
        let formula = Formula { source: &source, tree: &tree };
        let text = pretty(formula, locale, width);
        let again = parse(&text, locale);
        prop_assert_eq!(again.errors(), [], "{}", text);
        let again = Formula { source: &text, tree: &again };
        prop_assert_eq!(nodes(again), nodes(formula), "{}", text);
        prop_assert_eq!(pretty(again, locale, width), text);
    }

    #[test]
    fn with_room_enough_it_is_the_canonical_text(source in formula()) {
        let tree = tree(&source);
        let formula = Formula { source: &source, tree: &tree };
        let text = pretty(formula, Locale::default(), usize::MAX);
        prop_assert_eq!(text, canonical(formula, Locale::default()));
    }

    #[test]
    fn any_text_can_be_laid_out(source in any::<String>(), width in 0_usize..80) {
        lay_out(&source, width);
    }
}
