//! What the parser accepts, as which tree; what it refuses, and why.

use analyzer::parser::{Locale, SyntaxErrorKind as Kind, parse};

use crate::tree::shape;

const GERMAN: Locale = Locale {
    decimal_comma: true,
};

#[track_caller]
fn accepts(source: &str, expected: &str) {
    reads(source, Locale::default(), expected);
}

#[track_caller]
fn accepts_in_german(source: &str, expected: &str) {
    reads(source, GERMAN, expected);
}

#[track_caller]
fn reads(source: &str, locale: Locale, expected: &str) {
    let errors = parse(source, locale).errors().to_vec();
    assert_eq!(errors, [], "{source}");
    assert_eq!(shape(source, locale), expected, "{source}");
}

#[track_caller]
fn refuses(source: &str, kinds: &[(Kind, &str)]) {
    refuses_as(source, Locale::default(), kinds);
}

/// Expects exactly these errors, each with the text that it points at.
#[track_caller]
fn refuses_as(source: &str, locale: Locale, kinds: &[(Kind, &str)]) {
    let tree = parse(source, locale);
    let found: Vec<_> = tree
        .errors()
        .iter()
        .map(|error| (error.kind, error.span.of(source)))
        .collect();
    assert_eq!(found, kinds, "{source}");
}

#[test]
fn operators_bind_as_in_the_table() {
    accepts("=1+2*3", "(+ 1.0 (* 2.0 3.0))");
    accepts("=1*2+3", "(+ (* 1.0 2.0) 3.0)");
    accepts("=1-2-3", "(- (- 1.0 2.0) 3.0)");
    accepts("=2^3^2", "(^ (^ 2.0 3.0) 2.0)");
    accepts("=-2^2", "(^ (- 2.0) 2.0)");
    accepts("=2^-3*4", "(* (^ 2.0 (- 3.0)) 4.0)");
    accepts("=-5%", "(- (% 5.0))");
    accepts("=5%%*2", "(* (% (% 5.0)) 2.0)");
    accepts("=1&2+3=4", "(= (& 1.0 (+ 2.0 3.0)) 4.0)");
    accepts("=1<=2<>3", "(<> (<= 1.0 2.0) 3.0)");
    accepts("=1>=2>3<4", "(< (> (>= 1.0 2.0) 3.0) 4.0)");
    accepts("=+--A1", "(+ (- (- <1.1>)))");
    accepts("=(1+2)*3", "(* (group (+ 1.0 2.0)) 3.0)");
    accepts("=1/2/2026", "(/ (/ 1.0 2.0) 2026.0)");
}

#[test]
fn numbers() {
    accepts("=1", "1.0");
    accepts("=1.", "1.0");
    accepts("=.5", "0.5");
    accepts("=1.5E+10", "15000000000.0");
    accepts("=1e5", "100000.0");
    accepts("=1E-3", "0.001");
    accepts("=0.1234567890123456789", "0.12345678901234568");
    accepts_in_german("=1,5*,5", "(* 1.5 0.5)");
}

#[test]
fn texts_and_booleans() {
    accepts("=\"a\"\"b\"", "\"a\\\"b\"");
    accepts("=\"\"", "\"\"");
    accepts("=\"two\nlines\"", "\"two\\nlines\"");
    accepts("=true<>FALSE", "(<> true false)");
    accepts("=TRUE()", "(call TRUE)");
}

#[test]
fn error_values() {
    for value in [
        "#ERROR!", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
    ] {
        accepts(&format!("={}", value.to_lowercase()), value);
    }
    accepts("=Sheet1!#REF!", "Sheet1!#REF!");
    accepts("='QFD #'!#REF!+1", "(+ QFD #!#REF! 1.0)");
    accepts("=#REF!A1:B2", "#REF!");
    accepts("=A1:#REF!", "(: <1.1> #REF!)");
}

#[test]
fn references() {
    accepts("=a1", "<1.1>");
    accepts("=$ZZZ$1048576", "<$18278.$1048576>");
    accepts("=$A1:B$2", "<$1.1:2.$2>");
    accepts("=A2:A", "<1.2:1.0>");
    accepts("=A2:2", "<1.2:0.2>");
    accepts("=A:B2", "<1.0:2.2>");
    accepts("=1:B2", "<0.1:2.2>");
    accepts("=A:A", "<1.0:1.0>");
    accepts("=$1:$1", "<0.$1:0.$1>");
    accepts("=$A:$A", "<$1.0:$1.0>");
    accepts("=A1 : B2", "<1.1:2.2>");
    accepts("=AAAA1", "AAAA1");
    accepts("=A0", "A0");
    accepts("=A1:B2:C3", "(: <1.1:2.2> <3.3>)");
    accepts("=A1:INDEX(A:A,5)", "(: <1.1> (call INDEX <1.0:1.0> 5.0))");
    accepts(
        "=INDEX(A:A,1):INDEX(A:A,2)",
        "(: (call INDEX <1.0:1.0> 1.0) (call INDEX <1.0:1.0> 2.0))",
    );
    accepts("=A1:IF (B1,C1,D1)", "(: <1.1> (call IF <2.1> <3.1> <4.1>))");
    accepts("=SUM(A1:A2,B1)", "(call SUM <1.1:1.2> <2.1>)");
}

#[test]
fn sheets() {
    accepts("='Q1 ''24'!A1", "<Q1 '24!1.1>");
    accepts("='My Sheet'!A2:C", "<My Sheet!1.2:3.0>");
    accepts("=Sheet1!A1:Sheet1!B2", "(: <Sheet1!1.1> <Sheet1!2.2>)");
    accepts("=集計01!EV3", "<集計01!152.3>");
    accepts("=Q1.2024!A1", "<Q1.2024!1.1>");
    accepts("=Q1!A1", "<Q1!1.1>");
    accepts("=2024!A:A", "<2024!1.0:1.0>");
    accepts("=Data!2:2", "<Data!0.2:0.2>");
    accepts("=TRUE!A1", "<TRUE!1.1>");
    accepts("=orders!price", "orders!price");
    accepts("='data.csv'!A1", "<data.csv!1.1>");
    accepts("='old.xlsx'!A1", "<old.xlsx!1.1>");
    accepts("='[WIP] Budget'!A1", "<[WIP] Budget!1.1>");
}

#[test]
fn names_calls_and_applied_results() {
    accepts("=rate*Größe_1", "(* rate Größe_1)");
    accepts("=sum (A1)", "(call SUM <1.1>)");
    accepts("=LOG10(5)", "(call LOG10 5.0)");
    accepts("=T.TEST(A1,B1)", "(call T.TEST <1.1> <2.1>)");
    accepts("=NOW()", "(call NOW)");
    accepts("=IF(A1,,0)", "(call IF <1.1> _ 0.0)");
    accepts("=IF(,,)", "(call IF _ _ _)");
    accepts("=SUM(A1;B1)", "(call SUM <1.1> <2.1>)");
    accepts(
        "=LAMBDA(x,y,x+y)(1,2)",
        "(apply (call LAMBDA x y (+ x y)) 1.0 2.0)",
    );
    accepts("=f(1)(2)(3)", "(apply (apply (call F 1.0) 2.0) 3.0)");
    accepts("=(LAMBDA(x,x))(1)", "(apply (group (call LAMBDA x x)) 1.0)");
    accepts(
        "=LAMBDA(C1,C1*2)(3)",
        "(apply (call LAMBDA <3.1> (* <3.1> 2.0)) 3.0)",
    );
    accepts(
        "=LET(données,A1,données)",
        "(call LET données <1.1> données)",
    );
    accepts_in_german("=SUMME(A1;1,5)", "(call SUMME <1.1> 1.5)");
}

#[test]
fn arrays() {
    accepts("={1,2;3,4}", "(array (row 1.0 2.0) (row 3.0 4.0))");
    accepts(
        "={SUM(A1:A3),B1:B3}",
        "(array (row (call SUM <1.1:1.3>) <2.1:2.3>))",
    );
    accepts(
        "={\"H1\",\"H2\";A2:B}",
        "(array (row \"H1\" \"H2\") (row <1.2:2.0>))",
    );
    accepts("={}", "(array)");
    accepts(
        "={{1;2},{3;4}}",
        "(array (row (array (row 1.0) (row 2.0)) (array (row 3.0) (row 4.0))))",
    );
    accepts_in_german("={1,5\\2;3\\4}", "(array (row 1.5 2.0) (row 3.0 4.0))");
}

#[test]
fn tables_and_properties() {
    accepts("=Sales[Amount]", "SALES[AMOUNT]");
    accepts("=Sales[Amount (€)]", "SALES[AMOUNT(€)]");
    accepts("=Sales[[#ALL],[Amount]]", "SALES[[#ALL],[AMOUNT]]");
    accepts("=Sales[[#all], [a]:[b]]", "SALES[[#ALL],[A]:[B]]");
    accepts("=Sales[#TOTALS]", "SALES[#TOTALS]");
    accepts("=A2.date", "(.date <1.2>)");
    accepts("=A2.[file name]&1", "(& (.[file name] <1.2>) 1.0)");
    accepts("=T[c].[file name]", "(.[file name] T[C])");
    accepts("=A2:A9.date", "(.date <1.2:1.9>)");
    accepts("=row.date", "(.date row)");
}

#[test]
fn white_space_stands_between_any_two_tokens() {
    accepts(
        " \t= SUM (\u{a0}A1 ,\r\n B1 ) * - 2 % \n",
        "(* (call SUM <1.1> <2.1>) (- (% 2.0)))",
    );
    accepts("=A1\u{202f}+\u{a0}1", "(+ <1.1> 1.0)");
}

#[test]
fn a_text_without_equals_sign_is_an_expression() {
    accepts("A1+1", "(+ <1.1> 1.0)");
}

#[test]
fn what_other_parsers_accept_by_mistake() {
    refuses("=Sheet2$A$1", &[(Kind::MissingBang, "")]);
    refuses("=$J$5:$5$400", &[(Kind::InvalidReference, "$5$400")]);
    refuses("=!F2", &[(Kind::MissingSheet, "!")]);
    refuses("=A1 B1", &[(Kind::SpaceIntersection, "A1 B1")]);
    refuses("=SUM(A1))", &[(Kind::UnopenedBracket, ")")]);
    refuses("=A1=>B1", &[(Kind::InvalidOperator, "=>")]);
    refuses("=\"abc", &[(Kind::UnterminatedText, "\"abc")]);
    refuses("=SUM(A1", &[(Kind::UnclosedBracket { end: 7 }, "(")]);
    refuses("={1,2", &[(Kind::UnclosedBracket { end: 5 }, "{")]);
    refuses("=#FOO!", &[(Kind::UnknownErrorValue, "#FOO!")]);
}

#[test]
fn what_only_excel_has() {
    refuses(
        "=SUM(A1:C3 B2:D4)",
        &[(Kind::SpaceIntersection, "A1:C3 B2:D4")],
    );
    refuses(
        "=Stock_Level May",
        &[(Kind::SpaceIntersection, "Stock_Level May")],
    );
    refuses("=@A1:A9+1", &[(Kind::ImplicitIntersection, "@")]);
    refuses("=SUM(A1#)", &[(Kind::Spill, "A1#")]);
    refuses(
        "=SUM(Sheet1:Sheet3!A1)",
        &[(Kind::ThreeDimensional, "Sheet1:Sheet3!A1")],
    );
    refuses(
        "=SUM(Q1:Q4!A1:B2)",
        &[(Kind::ThreeDimensional, "Q1:Q4!A1:B2")],
    );
    refuses(
        "=[1]Sheet1!A1*2",
        &[(Kind::ExternalWorkbook, "[1]Sheet1!A1")],
    );
    refuses("=[1]!Rate", &[(Kind::ExternalWorkbook, "[1]!Rate")]);
    refuses(
        "=Book.xls!Rate",
        &[(Kind::ExternalWorkbook, "Book.xls!Rate")],
    );
    refuses(
        "='[1]My Sheet'!A1",
        &[(Kind::ExternalWorkbook, "'[1]My Sheet'!A1")],
    );
    refuses(
        "='C:\\x\\[Book.xlsx]S'!A1",
        &[(Kind::ExternalWorkbook, "'C:\\x\\[Book.xlsx]S'!A1")],
    );
    refuses("=SMALL((A1,B1,C1),1)", &[(Kind::Union, ",")]);
    refuses("{=A1:A3*2}", &[(Kind::ArrayBraces, "{")]);
    refuses("={=A1:A3*2}", &[(Kind::ArrayBraces, "{")]);
    refuses("=Sales[@Amount]", &[(Kind::ThisRow, "Sales[@Amount]")]);
    refuses(
        "=Sales[[#This Row],[Amount]]",
        &[(Kind::ThisRow, "Sales[[#This Row],[Amount]]")],
    );
    refuses(
        "=Book.xls!Total(A1)",
        &[(Kind::SheetBeforeCall, "Book.xls!Total(A1)")],
    );
}

#[test]
fn brackets_that_do_not_match() {
    refuses(
        "=SUM(A1}",
        &[(Kind::MismatchedBracket { expected: b')' }, "}")],
    );
    refuses("={SUM(A1}", &[(Kind::UnclosedBracket { end: 8 }, "(")]);
    refuses("=({1,2)", &[(Kind::UnclosedBracket { end: 6 }, "{")]);
    refuses("=(A1", &[(Kind::UnclosedBracket { end: 4 }, "(")]);
    refuses("=Sales[Amount", &[(Kind::UnclosedBracket { end: 13 }, "[")]);
    refuses("=()", &[(Kind::MissingOperand, "")]);
}

#[test]
fn missing_and_misplaced_pieces() {
    refuses("=", &[(Kind::Empty, "")]);
    refuses("", &[(Kind::Empty, "")]);
    refuses("=A1+", &[(Kind::MissingOperand, "")]);
    refuses("=*A1", &[(Kind::MissingOperand, "")]);
    refuses("==A1", &[(Kind::MissingOperand, "")]);
    refuses("=1+*2", &[(Kind::MissingOperand, "")]);
    refuses("=A1 2", &[(Kind::MissingOperator, "2")]);
    refuses("=(A1)(B1)", &[(Kind::MissingOperator, "(B1)")]);
    refuses("=A1 && B1", &[(Kind::InvalidOperator, "&&")]);
    refuses("=A1!=B1", &[(Kind::InvalidOperator, "!=")]);
    refuses("=A1>1 || B1>1", &[(Kind::InvalidOperator, "||")]);
    refuses("=A1>1 and B1>1", &[(Kind::InvalidOperator, "and")]);
    refuses("=total OR rest", &[(Kind::InvalidOperator, "OR")]);
    refuses("=1,5", &[(Kind::SeparatorOutside, ",")]);
    refuses("=$A", &[(Kind::InvalidReference, "$A")]);
    refuses("=Sheet1!", &[(Kind::MissingReference, "Sheet1!")]);
    refuses("=A1:\"x\"", &[(Kind::InvalidRange, "\"x\"")]);
    refuses("=1.2.3", &[(Kind::InvalidNumber, "1.2.3")]);
    refuses("=2x", &[(Kind::InvalidNumber, "2x")]);
    refuses("=1E999", &[(Kind::NumberTooLarge, "1E999")]);
    refuses("='abc'", &[(Kind::SingleQuotedText, "'abc'")]);
    refuses("='abc", &[(Kind::UnterminatedSheetName, "'abc")]);
    refuses("=\"say \"hi\" now\"", &[(Kind::QuoteInText, "hi")]);
    refuses(
        "=SUM(My Data 1!A1)",
        &[(Kind::SheetNeedsQuotes, "My Data 1")],
    );
    refuses("=[Amount]", &[(Kind::MissingTable, "[Amount]")]);
    refuses(
        "=Sales[#THIS]",
        &[(Kind::InvalidTableReference, "Sales[#THIS]")],
    );
    refuses("=A1?", &[(Kind::UnexpectedCharacter, "?")]);
    refuses("=A1−B1", &[(Kind::UnexpectedCharacter, "−")]);
}

#[test]
fn separators_of_the_other_locale() {
    refuses_as(
        "=SUM(A1,B1)",
        GERMAN,
        &[(Kind::WrongSeparator { expected: b';' }, ",")],
    );
    refuses_as("=1.5*2", GERMAN, &[(Kind::WrongDecimalSeparator, ".")]);
    refuses_as(
        "={A1,B1}",
        GERMAN,
        &[(Kind::WrongSeparator { expected: b'\\' }, ",")],
    );
    refuses(
        "={1\\2}",
        &[(Kind::WrongSeparator { expected: b',' }, "\\")],
    );
}

#[test]
fn every_error_of_a_formula_is_found_and_the_rest_is_read() {
    refuses(
        "=SUM(A1 B1)+#FOO!+IF(,\"x)",
        &[
            (Kind::SpaceIntersection, "A1 B1"),
            (Kind::UnknownErrorValue, "#FOO!"),
            (Kind::UnterminatedText, "\"x)"),
        ],
    );
    assert_eq!(
        shape("=SUM(A1 B1)+C1", Locale::default()),
        "(+ (call SUM invalid \"A1 B1\") <3.1>)"
    );
}
