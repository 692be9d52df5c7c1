//! The formula language of Google Sheets, a row for each thing that it has or does not have. What
//! tree comes out is for `grammar` to say, row by row; here nothing may be missing.

use analyzer::ast::Formula;
use analyzer::parser::{Locale, parse};
use analyzer::print::canonical;

struct Row {
    what: &'static str,
    /// The locale's tag.
    locale: &'static str,
    accepted: &'static [&'static str],
    /// Formulas that are refused, each with words of the message.
    refused: &'static [(&'static str, &'static str)],
}

const fn row(
    what: &'static str,
    accepted: &'static [&'static str],
    refused: &'static [(&'static str, &'static str)],
) -> Row {
    row_in("en-US", what, accepted, refused)
}

const fn row_in(
    locale: &'static str,
    what: &'static str,
    accepted: &'static [&'static str],
    refused: &'static [(&'static str, &'static str)],
) -> Row {
    Row {
        what,
        locale,
        accepted,
        refused,
    }
}

const LANGUAGE: &[Row] = &[
    row(
        "array literals hold full expressions and ranges",
        &[
            "={1,2;3,4}",
            "={SUM(A1:A3),B1:B3}",
            "={\"H1\",\"H2\";A2:B}",
            "={{1,2};A1:B1}",
            "={A1+1;-B1%}",
        ],
        &[
            ("={1,2", "`{` is never closed"),
            ("={1}}", "Nothing opens this `}`"),
        ],
    ),
    row_in(
        "de-DE",
        "a locale with a decimal comma has its own separators",
        &[
            "=SUM(A1;1,5)",
            "={1,5\\2;3\\4}",
            "=IF(A1;,5;)",
            "=SUM(A:A;Sheet1!A2:C)",
        ],
        &[
            ("=SUM(A1,B1)", "Write `;`"),
            ("={A1,B1}", "Write `\\`"),
            ("=1.5", "Replace the point by `,`"),
        ],
    ),
    row(
        "a semicolon separates arguments in every locale",
        &["=SUM(A1;B1)", "=IF(A1;B1,C1)"],
        &[("={1\\2}", "Write `,`")],
    ),
    row(
        "ranges may be open, also on another sheet",
        &[
            "=A2:A",
            "=A2:2",
            "=A:B2",
            "=1:B2",
            "=A:A",
            "=1:1",
            "=$A$2:$A",
            "='My Sheet'!A2:C",
            "='My Sheet'!A:A",
            "=Data!2:2",
            "=Data!A2:2",
            "=Data!1:B2",
        ],
        &[("=$A", "A cell has a column and a row")],
    ),
    row(
        "columns go to ZZZ, and four letters make a name",
        &["=ZZZ1", "=$ZZZ$10000000", "=ABCD1", "=AAAA"],
        &[],
    ),
    row(
        "sheet names stand in quotes, or are words of any script",
        &[
            "='Q1 ''24'!A1",
            "=Sheet_1!A1",
            "=Q1.2024!A1",
            "=Übersicht!A1",
            "=集計!A1",
            "=Sheet1!A1:Sheet1!B2",
            "=Sheet1!#REF!",
            "='My Sheet'!#REF!",
        ],
        &[
            ("=My Sheet!A1", "Write it in single quotes"),
            ("='My Sheet!A1", "Add `'` at its end"),
            ("=Sheet1!", "A reference is missing"),
        ],
    ),
    row(
        "LET and LAMBDA name things, and results can be called",
        &[
            "=LET(x,1,y,x+1,x*y)",
            "=LAMBDA(x,y,x+y)(1,2)",
            "=LAMBDA(x,LAMBDA(y,x+y))(1)(2)",
            "=f(1)(2)",
            "=LAMBDA(C1,C1*2)(3)",
            "=LET(données,A1,größe,B1,données*größe)",
            "=LET(値,1,値)",
        ],
        &[("=5(2)", "An operator or a separator is missing")],
    ),
    row(
        "named functions are called like built-in ones",
        &["=NET_PRICE(A1)", "=_TAX(A1,,B1)", "=MYFUNCTION()"],
        &[],
    ),
    row(
        "tables have columns and keywords, and no row of their own",
        &[
            "=T[c]",
            "=T[[#ALL],[c]]",
            "=T[[#ALL],[c1]:[c3]]",
            "=T[[c1]:[c3]]",
            "=T[#ALL]",
            "=T[#HEADERS]",
            "=T[#TOTALS]",
            "=T[#DATA]",
            "=SUM(Sales[Net (EUR)])",
        ],
        &[
            ("=T[#This Row]", "Refer to the cell itself"),
            ("=T[@c]", "Refer to the cell itself"),
            ("=T[c", "`[` is never closed"),
            ("=[c]", "Write the table's name"),
        ],
    ),
    row(
        "chips have properties",
        &[
            "=A2.date",
            "=A2.[file name]",
            "=T[c].[file name]",
            "=Data!A2.email",
            "=A2:A9.date",
        ],
        &[],
    ),
    row(
        "the range operator works on results, too",
        &[
            "=A1:INDEX(A:A,5)",
            "=INDEX(A:A,1):INDEX(A:A,5)",
            "=OFFSET(A1,1,1):B9",
            "=A1:B2:C3",
            "=first:last",
        ],
        &[
            ("=A1:2+A1:\"x\"", "`\"x\"` is no cell"),
            ("=A1:", "A value is missing"),
        ],
    ),
    row(
        "operators",
        &[
            "=1^2*3/4+5-6&7",
            "=A1=B1",
            "=A1<>B1",
            "=A1<B1",
            "=A1<=B1",
            "=A1>B1",
            "=A1>=B1",
            "=5%%",
            "=-+-A1",
            "=-2^2",
            "=2^3^2",
        ],
        &[
            ("=A1=>B1", "Write `>=`"),
            ("=A1==B1", "Write `=`"),
            ("=A1!=B1", "Write `<>`"),
            ("=A1 AND B1", "Write AND(…) around both conditions"),
            ("=A1>1 || B1>1", "Write OR(…) around both conditions"),
        ],
    ),
    row(
        "what Excel alone has is named, with the way of Sheets",
        &[],
        &[
            ("=A1 B1", "is an intersection in Excel"),
            ("=SUM(A1:C3 B2:D4)", "Write the cells in common"),
            ("=@A1", "Sheets does not have it: remove it"),
            ("=A1#", "write the range, open at its end"),
            ("=SUM(Sheet1:Sheet3!A1)", "List the range of each sheet"),
            (
                "=[1]Sheet1!A1",
                "read from another spreadsheet with IMPORTRANGE",
            ),
            ("='C:\\[a.xlsx]S'!A1", "IMPORTRANGE"),
            ("=SMALL((A1,B1),1)", "Stack the ranges in an array"),
            ("{=A1:A3*2}", "write ARRAYFORMULA(…)"),
        ],
    ),
    row(
        "error values can be written",
        &[
            "=#ERROR!", "=#NULL!", "=#DIV/0!", "=#VALUE!", "=#REF!", "=#NAME?", "=#NUM!", "=#N/A",
        ],
        &[("=#FOO!", "`#FOO!` is no error value")],
    ),
    row(
        "arguments may be left out",
        &["=IF(A1,,0)", "=IF(,,)", "=F()"],
        &[],
    ),
    row(
        "white space stands between tokens, and names have any case",
        &[
            "= SUM ( A1 , B1 ) ",
            "=\tSUM\t(\nA1,\r\n  B1\n)",
            "=\u{a0}SUM(A1,\u{a0}B1)",
            "=sUm(A1)+true",
            "=A1 : B2",
        ],
        &[],
    ),
    row(
        "texts double their quotes and may have several lines",
        &["=\"say \"\"hi\"\"\"", "=\"one\ntwo\"", "=\"\""],
        &[
            ("=\"abc", "Add `\"` at its end"),
            ("=\"say \"hi\" now\"", "is written twice"),
        ],
    ),
    row(
        "numbers",
        &["=1", "=1.", "=.5", "=1.5E+10", "=1e5", "=1E-5"],
        &[
            ("=1.2.3", "is neither a number nor a name"),
            ("=1e999", "too large"),
        ],
    ),
    row("there are no dates: this divides", &["=1/2/2026"], &[]),
    row(
        "columns of connected sheets",
        &["=orders!price", "=SUM('my orders'!price)"],
        &[],
    ),
    row(
        "what other parsers let pass",
        &[],
        &[
            ("=Sheet2$A$1", "A `!` is missing"),
            ("=$J$5:$5$400", "`$5$400` is no reference"),
            ("=!F2", "The sheet name before the `!` is missing"),
            ("=SUM(A1))", "Nothing opens this `)`"),
            ("=SUM(A1", "`(` is never closed"),
            ("=A1+", "A value is missing"),
            ("=", "The formula is empty"),
        ],
    ),
];

#[test]
fn every_row_of_the_language_is_accepted_or_refused() {
    for row in LANGUAGE {
        let locale = Locale::for_tag(row.locale).unwrap();
        for source in row.accepted {
            let tree = parse(source, locale);
            assert_eq!(tree.errors(), [], "{}: {source}", row.what);
            let formula = Formula {
                source,
                tree: &tree,
            };
            let text = canonical(formula, locale);
            assert_eq!(parse(&text, locale).errors(), [], "{}: {text}", row.what);
        }
        for (source, words) in row.refused {
            let tree = parse(source, locale);
            let messages: Vec<_> = tree
                .errors()
                .iter()
                .map(|error| error.message(source))
                .collect();
            let said = messages.iter().any(|message| message.contains(words));
            assert!(said, "{}: {source}: {messages:?}", row.what);
        }
    }
}
