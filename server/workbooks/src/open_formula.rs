//! `OpenFormula`, the formulas of `.ods`, in the words of Google Sheets: `of:=SUM([.A1:.A3];1)` is
//! `=SUM(A1:A3,1)`. What is not understood stays as it is, for the parser to say what is wrong.

use std::borrow::Cow;
use std::fmt::Write as _;

use analyzer::cell::{CellAddress, CellRange};
use analyzer::print::sheet_prefix;

use crate::pieces::{Apostrophe, Piece, pieces, unquoted};

/// Who has added functions, or names them otherwise in files.
const PREFIXES: [&str; 4] = [
    "COM.MICROSOFT.",
    "ORG.LIBREOFFICE.",
    "ORG.OPENOFFICE.",
    "LEGACY.",
];

/// A formula of a file with its namespace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// In Google Sheets, with the leading `=`.
    Formula(String),
    /// As Excel writes it, without the leading `=`.
    OfExcel(String),
}

/// The formula as Google Sheets writes it.
pub(crate) fn written(formula: &str) -> Written {
    let (namespace, rest) = match formula.split_once(":=") {
        Some((namespace, rest)) if namespace.chars().all(char::is_alphanumeric) => {
            (namespace, rest)
        }
        _ => ("", formula.strip_prefix('=').unwrap_or(formula)),
    };
    if namespace == "msoxl" {
        return Written::OfExcel(rest.to_owned());
    }
    let mut text = String::with_capacity(rest.len() + 1);
    text.push('=');
    let mut braces = 0_u32;
    for piece in pieces(rest, Apostrophe::Quotes) {
        let written = match piece {
            Piece::Brackets(brackets) => reference(brackets),
            Piece::Word(word) => Cow::Borrowed(unprefixed(word)),
            Piece::Sign("{") => {
                braces += 1;
                Cow::Borrowed("{")
            }
            Piece::Sign("}") => {
                braces = braces.saturating_sub(1);
                Cow::Borrowed("}")
            }
            Piece::Sign(";") => Cow::Borrowed(","),
            Piece::Sign("|") if braces > 0 => Cow::Borrowed(";"),
            piece => Cow::Borrowed(piece.as_str()),
        };
        text.push_str(&written);
    }
    Written::Formula(text)
}

fn unprefixed(word: &str) -> &str {
    let stripped = PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix));
    stripped.unwrap_or(word)
}

/// The reference in brackets: `[$Sheet2.A1:.B2]` is `Sheet2!A1:B2`.
fn reference(brackets: &str) -> Cow<'_, str> {
    let inner = brackets
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let read = || {
        let (document, inner) = split_document(inner?);
        let (first, last) = match split_outside_quotes(inner, ':') {
            Some((first, last)) => (Corner::of(first)?, Some(Corner::of(last)?)),
            None => (Corner::of(inner)?, None),
        };
        let mut text = String::new();
        let last_sheet = last.as_ref().and_then(|last| last.sheet.as_ref());
        match (document, &first.sheet, last_sheet) {
            // As Excel writes what Google Sheets does not have, so that its parser knows it.
            (Some(document), Some(sheet), _) => {
                let quoted = format!("[{document}]{sheet}").replace('\'', "''");
                let _ = write!(text, "'{quoted}'!");
            }
            (None, Some(sheet), Some(other)) if sheet != other => {
                let (from, to) = (sheet_prefix(sheet), sheet_prefix(other));
                text.push_str(from.trim_end_matches('!'));
                text.push(':');
                text.push_str(&to);
            }
            (None, Some(sheet), _) => text.push_str(&sheet_prefix(sheet)),
            (None, None, _) => {}
            (Some(_), None, _) => return None,
        }
        text.push_str(first.cell);
        if let Some(last) = last {
            text.push(':');
            text.push_str(last.cell);
        }
        Some(text)
    };
    read().map_or(Cow::Borrowed(brackets), Cow::Owned)
}

/// The name of the file that a reference points into, and the rest of it.
fn split_document(reference: &str) -> (Option<&str>, &str) {
    let Some((document, rest)) = split_outside_quotes(reference, '#') else {
        return (None, reference);
    };
    let Some(document) = document
        .strip_prefix('\'')
        .and_then(|d| d.strip_suffix('\''))
    else {
        return (None, reference);
    };
    (document.rsplit(['/', '\\']).next(), rest)
}

fn split_outside_quotes(text: &str, wanted: char) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = text.find(|character| {
        quoted ^= character == '\'';
        !quoted && character == wanted
    })?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// `.A1`, `$Sheet2.$A$1`, `$'My Sheet'.A`
struct Corner<'r> {
    sheet: Option<String>,
    cell: &'r str,
}

impl<'r> Corner<'r> {
    fn of(text: &'r str) -> Option<Self> {
        let (sheet, cell) = text.rsplit_once('.')?;
        let is_cell = cell == "#REF!"
            || cell.parse::<CellAddress>().is_ok()
            || format!("{cell}:{cell}").parse::<CellRange>().is_ok();
        let sheet = sheet.strip_prefix('$').unwrap_or(sheet);
        is_cell.then(|| Self {
            sheet: (!sheet.is_empty()).then(|| unquoted(sheet)),
            cell,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(formula: &str, expected: &str) {
        assert_eq!(written(formula), Written::Formula(expected.to_owned()));
    }

    #[test]
    fn references_lose_their_brackets() {
        becomes("of:=SUM([.A1:.A3];[.$B$1])", "=SUM(A1:A3,$B$1)");
        becomes(
            "of:=[$Sheet2.A1:.B2]+[Sheet2.A1]",
            "=Sheet2!A1:B2+Sheet2!A1",
        );
        becomes("of:=[$Sheet2.A1:$Sheet2.B2]", "=Sheet2!A1:B2");
        becomes("of:=[$'It''s a.b'.$A$1]", "='It''s a.b'!$A$1");
        becomes("of:=SUM([.A:.B];[.1:.2])", "=SUM(A:B,1:2)");
        becomes("oooc:=[.A1]*2", "=A1*2");
    }

    #[test]
    fn a_reference_that_is_gone_is_an_error() {
        becomes("of:=[.#REF!]+[$Sheet2.#REF!]", "=#REF!+Sheet2!#REF!");
    }

    #[test]
    fn arrays_have_the_separators_of_google_sheets() {
        becomes("of:=SUM({1;2|3;4};5)", "=SUM({1,2;3,4},5)");
    }

    #[test]
    fn functions_lose_the_names_of_who_made_them() {
        becomes(
            "of:=COM.MICROSOFT.CONCAT([.A1];LEGACY.NORMSDIST(1))",
            "=CONCAT(A1,NORMSDIST(1))",
        );
    }

    #[test]
    fn texts_and_names_stay() {
        becomes(
            "of:=IF(Rate>1;\"[.A1];|\";Other)",
            "=IF(Rate>1,\"[.A1];|\",Other)",
        );
    }

    #[test]
    fn what_google_sheets_does_not_have_is_written_as_excel_does() {
        becomes(
            "of:=['file:///home/a/prices.ods'#$Sheet1.A1]",
            "='[prices.ods]Sheet1'!A1",
        );
        becomes("of:=SUM([$Q1.A1:$Q4.A1])", "=SUM('Q1':'Q4'!A1:A1)");
    }

    #[test]
    fn what_is_not_understood_stays() {
        becomes("of:=[nothing]+[.A1:]", "=[nothing]+[.A1:]");
        becomes("of:=[.A1]~[.B1]", "=A1~B1");
    }

    #[test]
    fn a_formula_of_excel_is_left_to_excel() {
        let formula = written("msoxl:=_xlfn.LET(A1)");
        assert_eq!(formula, Written::OfExcel("_xlfn.LET(A1)".to_owned()));
    }
}
