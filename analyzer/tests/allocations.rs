//! What parsing and auditing allocate, formula by formula: a change that costs shows here. And
//! what copies of a formula cost, which is next to nothing.

use std::fmt::Write;

use allocation_counter::measure;
use analyzer::ast::Tree;
use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::parser::{Locale, parse, parse_into};
use analyzer::rule::Preset;
use analyzer::ruleset::RuleSet;

/// A formula; the allocations of parsing it into a new tree, of auditing it for the first time
/// and of auditing it again, under the rules of `recommended`.
const ALLOCATIONS: &[(&str, u64, u64, u64)] = &[
    ("=1", 1, 0, 0),
    ("=A1*(1+$C$1)-B1/2", 2, 0, 0),
    ("=IF(SUM(A1:A9)>=10,\"high\",\"say \"\"low\"\"\")", 2, 4, 0),
    ("=IF(A1>0,SUM(B1:B9),0)", 2, 0, 0),
    ("=VLOOKUP(A2,'My Prices'!$A$2:$C$500,3,FALSE)", 2, 0, 0),
    ("=VLOOKUP(A2,Prices!$A$2:$C$500,3)", 2, 7, 5),
    (
        "=CHOOSE(A1,1,2,3,4,5,6,7,8,9,10,SUM(1,2,3,4,5,6))",
        9,
        10,
        4,
    ),
    ("={1.5,2;3E+5,\"x\";{4},{5,6}}", 7, 1, 0),
    (
        "=LAMBDA(x,y,x+y)(1,2)&T[[#ALL],[c]]&A2.[file name]",
        3,
        22,
        1,
    ),
    ("=LET(net,A1*B1,tax,net*$C$1,net+tax)", 4, 21, 0),
    ("=12345678901234567890.123", 1, 0, 0),
    ("=- - -A1%%^2", 2, 0, 0),
    ("=Größe + 集計!A1\u{a0}* #N/A", 1, 0, 0),
];

/// How many copies stand below each other.
const COPIES: u32 = 100_000;

#[test]
fn a_tree_used_again_allocates_nothing() {
    let mut tree = Tree::default();
    for (formula, ..) in ALLOCATIONS {
        parse_into(&mut tree, formula, Locale::default());
        assert_eq!(tree.errors(), [], "{formula}");
    }
    for (formula, ..) in ALLOCATIONS {
        let info = measure(|| parse_into(&mut tree, formula, Locale::default()));
        assert_eq!(info.count_total, 0, "{formula}");
    }
}

#[test]
fn each_formula_allocates_as_much_as_is_written_down() {
    let rules = RuleSet::of(&[Preset::Recommended]);
    let cell = Position { column: 9, row: 90 };
    let mut differ = Vec::new();
    for expected in ALLOCATIONS {
        let formula = expected.0;
        let parsed = measure(|| drop(parse(formula, Locale::default())));
        let mut auditor = Auditor::new(&rules, Locale::default());
        // What is kept for every formula grows with the first one.
        drop(auditor.audit("=A1+B2*SUM(C1:C9,{1,2;3,4},LET(x,1,x)+(1%))", cell));
        let first = measure(|| drop(auditor.audit(formula, cell)));
        let again = measure(|| drop(auditor.audit(formula, cell)));
        let found = (
            formula,
            parsed.count_total,
            first.count_total,
            again.count_total,
        );
        if found != *expected {
            differ.push(found);
        }
    }
    assert_eq!(differ, [], "what is allocated now");
}

#[test]
fn an_audit_of_copies_analyses_one_and_allocates_nothing_for_the_others() {
    let rules = RuleSet::of(&[Preset::Recommended]);
    let mut auditor = Auditor::new(&rules, Locale::default());
    let mut formula = String::with_capacity(60);
    let mut audit = |row| {
        formula.clear();
        let _ = write!(formula, "=IF(A{row}>0,SUM(B{row}:C{row})*$D$1,0)");
        auditor.audit(&formula, Position { column: 5, row })
    };
    // The longest of them first, for the tree's memory grows with the text.
    let first = audit(COPIES);
    let info = measure(|| {
        for row in 1..COPIES {
            assert_eq!(audit(row), first);
        }
    });
    assert_eq!(info.count_total, 0);
    assert_eq!(auditor.analysed(), 1);
}
