//! The repairs of syntax errors, and that they repair.

use analyzer::finding::Fix;
use analyzer::parser::{Locale, parse};
use proptest::prelude::*;

fn apply(source: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| edit.span);
    let mut repaired = source.to_owned();
    for edit in edits.iter().rev() {
        repaired.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    repaired
}

/// Applies the repair of the first error; `None` if it has none.
fn repaired(source: &str, locale: Locale) -> Option<String> {
    let tree = parse(source, locale);
    let fix = tree.errors().first()?.repair(source)?;
    Some(apply(source, &fix))
}

#[track_caller]
fn repairs(source: &str, expected: &str) {
    assert_eq!(
        repaired(source, Locale::default()).as_deref(),
        Some(expected)
    );
    let left = parse(expected, Locale::default()).errors().to_vec();
    assert_eq!(left, [], "{expected}");
}

#[track_caller]
fn repairs_in_german(source: &str, expected: &str) {
    let locale = Locale::from_tag("de-DE");
    assert_eq!(repaired(source, locale).as_deref(), Some(expected));
    assert_eq!(parse(expected, locale).errors(), [], "{expected}");
}

#[track_caller]
fn leaves(source: &str) {
    assert_ne!(parse(source, Locale::default()).errors(), []);
    assert_eq!(repaired(source, Locale::default()), None, "{source}");
}

#[test]
fn brackets() {
    repairs("=SUM(A1", "=SUM(A1)");
    repairs("=SUM(A1 ", "=SUM(A1) ");
    repairs("={SUM(A1}", "={SUM(A1)}");
    repairs("=SUM(A1))", "=SUM(A1)");
    repairs("=SUM(A1}", "=SUM(A1)");
    repairs("=Sales[Amount", "=Sales[Amount]");
}

#[test]
fn quotes() {
    repairs("=\"abc", "=\"abc\"");
    repairs("=IF(A1,\"yes)", "=IF(A1,\"yes\")");
    repairs("=\"say \"hi\" now\"", "=\"say \"\"hi\"\" now\"");
    repairs("='it''s \"so\"'&A1", "=\"it's \"\"so\"\"\"&A1");
    repairs("='My Sheet!A1", "='My Sheet'!A1");
    repairs("=SUM(My Data!A1)", "=SUM('My Data'!A1)");
    leaves("=AI(\"x\", A2:B2\")");
}

#[test]
fn separators_of_the_other_locale() {
    repairs_in_german("=SUM(A1,B1)", "=SUM(A1;B1)");
    repairs_in_german("=1.5*2", "=1,5*2");
    repairs_in_german("={A1,B1}", "={A1\\B1}");
    repairs("={1\\2}", "={1,2}");
    repairs("=1,5", "=1.5");
}

#[test]
fn operators_and_characters_of_other_places() {
    repairs("=A1=>B1", "=A1>=B1");
    repairs("=A1=<B1", "=A1<=B1");
    repairs("=A1!=B1", "=A1<>B1");
    repairs("=A1==B1", "=A1=B1");
    repairs("=A1−B1", "=A1-B1");
    repairs("=A1≤B1", "=A1<=B1");
    repairs("=Sheet2$A$1", "=Sheet2!$A$1");
    leaves("=A1 && B1");
}

#[test]
fn forms_that_only_excel_has() {
    repairs("=@A1:A9", "=A1:A9");
    repairs("=SUM(B2#)", "=SUM(B2:B)");
    repairs("=SUM(A1:C3 B2:D4)", "=SUM(B2:C3)");
    repairs("=SUM(A1:A10 B1:B10)", "=SUM(A1:A10;B1:B10)");
    leaves("=A1 B1");
    repairs("=SUM(Jan:Mar!A1:B2)", "=SUM({Jan!A1:B2;Mar!A1:B2})");
    repairs("{=A1:A3*2}", "=ARRAYFORMULA(A1:A3*2)");
    repairs(
        "=2*'[Book.xlsx]My Sheet'!$A$1",
        "=2*IMPORTRANGE(\"address of the spreadsheet\";\"'My Sheet'!A1\")",
    );
    repairs(
        "=[1]Prices!A1:B2",
        "=IMPORTRANGE(\"address of the spreadsheet\";\"Prices!A1:B2\")",
    );
    repairs_in_german(
        "=[1]Prices!A1",
        "=IMPORTRANGE(\"address of the spreadsheet\";\"Prices!A1\")",
    );
    leaves("=SMALL((A1,B1),1)");
}

#[test]
fn what_can_be_meant_in_several_ways_has_no_repair() {
    leaves("=A1 2");
    leaves("=A1+");
    leaves("=#FOO!");
    leaves("=Sheet1!");
    leaves("=");
}

proptest! {
    #[test]
    fn a_missing_bracket_at_the_end_is_put_back(depth in 1_usize..20) {
        let whole = format!("={}A1{}", "SUM(".repeat(depth), ")".repeat(depth));
        let mut broken = whole.trim_end_matches(')').to_owned();
        for _ in 0..depth {
            broken = repaired(&broken, Locale::default()).unwrap();
        }
        prop_assert_eq!(broken, whole);
    }
}
