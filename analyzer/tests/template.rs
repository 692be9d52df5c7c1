//! What a template keeps of a formula, and what it leaves out.

mod syntax;

use analyzer::ast::{Corner, Formula, NodeKind};
use analyzer::parser::Locale;
use analyzer::print::{canonical, column_name};
use analyzer::template::{self, Template};
use proptest::prelude::*;
use syntax::formulas::formula;
use syntax::tree;

fn template(source: &str, cell: (u32, u32)) -> (Template, String) {
    let tree = tree(source);
    let formula = Formula {
        source,
        tree: &tree,
    };
    (template::hash(formula, cell), template::text(formula, cell))
}

#[track_caller]
fn same(first: (&str, (u32, u32)), second: (&str, (u32, u32))) {
    assert_eq!(template(first.0, first.1), template(second.0, second.1));
}

#[track_caller]
fn different(first: &str, second: &str) {
    let (first, second) = (template(first, (5, 5)), template(second, (5, 5)));
    assert_ne!(first.0, second.0);
    assert_ne!(first.1, second.1);
}

#[test]
fn copies_of_a_formula_have_one_template() {
    same(("=A1+$B$1", (3, 1)), ("=B9+$B$1", (4, 9)));
    same(("=SUM(A$1:A4)", (1, 5)), ("=SUM(A$1:A9)", (1, 10)));
    same(
        ("=SUM(A:A)+Sheet1!2:2", (2, 2)),
        ("=SUM(B:B)+Sheet1!5:5", (3, 5)),
    );
}

#[test]
fn spelling_is_no_part_of_it() {
    same(("=Sum( a1 ; B1 )", (3, 1)), ("=SUM(A1,B1)", (3, 1)));
    same(("='sheet1'!A1*Rate", (3, 1)), ("=SHEET1!A1*rate", (3, 1)));
    same(("=T[[#all], [C]]", (3, 1)), ("=t[[#ALL],[c]]", (3, 1)));
    same(("=1.50", (3, 1)), ("=1.5", (3, 1)));
}

#[test]
fn meaning_is_part_of_it() {
    different("=A1", "=B1");
    different("=A1", "=$A1");
    different("=A1", "=A$1");
    different("=A1", "=Sheet1!A1");
    different("=Sheet1!A1", "=Sheet2!A1");
    different("=A1:B2", "=A1+B2");
    different("=A1:A", "=A1:A9");
    different("=1", "=2");
    different("=\"a\"", "=\"A\"");
    different("=SUM(A1)", "=SUM(A1,)");
    different("=SUM(A1)", "=MAX(A1)");
    different("=A1", "=(A1)");
    different("=1-2-3", "=1-(2-3)");
    different("=f(1)(2)", "=f(1,2)");
    different("={1,2}", "={1;2}");
    different("={1,2;3,4}", "={1;2,3,4}");
    different("=x", "=\"x\"");
    different("=#N/A", "=#REF!");
    different("=Sheet1!#REF!", "=#REF!");
    different("=A1.date", "=A1.email");
}

#[test]
fn the_text_is_in_r1c1_notation() {
    let (_, text) = template("=SUM(A1:B2,$C$3,D$4)*Rate&'My Sheet'!E5:E", (5, 5));
    assert_eq!(
        text,
        "=SUM(R[-4]C[-4]:R[-3]C[-3],R3C3,R4C[-1])*rate&'my sheet'!RC:C"
    );
}

#[test]
fn the_hash_is_the_same_on_every_platform_and_in_every_version() {
    let (hash, _) = template("=IF(SUM($A$1:B9)>=1.5,\"yes\",Sheet1!rate)", (3, 10));
    assert_eq!(
        format!("{:032x}", hash.0),
        "0ed19537128352ab34bdfcaebae0576a"
    );
}

#[test]
fn a_formula_longer_than_the_buffer_hashes_like_any_other() {
    let long = |last: &str| format!("=SUM({}{last})", "A1,".repeat(5_000));
    same((&long("B1"), (1, 1)), (&long("b1"), (1, 1)));
    different(&long("B1"), &long("C1"));
}

/// The formula as it is after copying it from one cell to another.
fn copy(source: &str, from: (u32, u32), to: (u32, u32)) -> Option<String> {
    let tree = tree(source);
    let formula = Formula {
        source,
        tree: &tree,
    };
    let moved = |position: u32, absolute: bool, from: u32, to: u32| {
        if absolute || position == 0 {
            Some(position)
        } else {
            (position + to).checked_sub(from).filter(|moved| *moved > 0)
        }
    };
    let corner = |corner: Corner| {
        let column = moved(corner.column.into(), corner.column_absolute, from.0, to.0)?;
        let row = moved(corner.row, corner.row_absolute, from.1, to.1)?;
        let dollar = |absolute| if absolute { "$" } else { "" };
        let column_text = if column == 0 {
            String::new()
        } else {
            format!("{}{}", dollar(corner.column_absolute), column_name(column))
        };
        let row_text = if row == 0 {
            String::new()
        } else {
            format!("{}{row}", dollar(corner.row_absolute))
        };
        (column <= 18_278).then(|| column_text + &row_text)
    };
    let mut copy = String::new();
    let mut written = 0;
    for (_, node) in formula.nodes() {
        let NodeKind::Reference(reference) = node.kind else {
            continue;
        };
        let start = reference
            .sheet
            .map_or(node.span.start, |sheet| sheet.end + 1);
        copy.push_str(source.get(written..start as usize)?);
        copy.push_str(&corner(reference.first)?);
        if let Some(last) = reference.last {
            copy.push(':');
            copy.push_str(&corner(last)?);
        }
        written = node.span.end as usize;
    }
    copy.push_str(source.get(written..)?);
    Some(copy)
}

proptest! {
    #[test]
    fn copying_keeps_the_template(
        source in formula(),
        from in (1_u32..50, 1_u32..50),
        to in (1_u32..50, 1_u32..50),
    ) {
        let Some(copy) = copy(&source, from, to) else {
            return Ok(());
        };
        prop_assert_eq!(template(&source, from), template(&copy, to), "{}", copy);
    }

    #[test]
    fn canonical_text_has_the_template_of_its_formula(source in formula(), cell in (1_u32..9, 1_u32..9)) {
        let tree = tree(&source);
        let text = canonical(Formula { source: &source, tree: &tree }, Locale::default());
        prop_assert_eq!(template(&source, cell), template(&text, cell));
    }
}
