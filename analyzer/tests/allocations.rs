//! A tree that is used again parses without allocating.

use allocation_counter::measure;
use analyzer::ast::Tree;
use analyzer::parser::{Locale, parse, parse_into};

const FORMULAS: &[&str] = &[
    "=1",
    "=A1*(1+$C$1)-B1/2",
    "=IF(SUM(A1:A9)>=10,\"high\",\"say \"\"low\"\"\")",
    "=VLOOKUP(A2,'My Prices'!$A$2:$C$500,3,FALSE)",
    "=CHOOSE(A1,1,2,3,4,5,6,7,8,9,10,SUM(1,2,3,4,5,6))",
    "={1.5,2;3E+5,\"x\";{4},{5,6}}",
    "=LAMBDA(x,y,x+y)(1,2)&T[[#ALL],[c]]&A2.[file name]",
    "=12345678901234567890.123",
    "=- - -A1%%^2",
    "=Größe + 集計!A1\u{a0}* #N/A",
];

#[test]
fn a_tree_used_again_allocates_nothing() {
    let mut tree = Tree::default();
    for formula in FORMULAS {
        parse_into(&mut tree, formula, Locale::default());
        assert_eq!(tree.errors(), [], "{formula}");
    }
    for formula in FORMULAS {
        let info = measure(|| parse_into(&mut tree, formula, Locale::default()));
        assert_eq!(info.count_total, 0, "{formula}");
    }
}

#[test]
fn a_new_tree_allocates_its_nodes_and_its_lists_once() {
    let info = measure(|| drop(parse("=IF(A1>0,SUM(B1:B9),0)", Locale::default())));
    assert_eq!(info.count_total, 2);
}
