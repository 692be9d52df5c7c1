//! Formulas as Excel writes them into files, in the words of Google Sheets: only what means exactly
//! the same there is written otherwise. The rest stays as it is, for the parser to say what is
//! wrong with it.

use crate::pieces::{Apostrophe, Piece, pieces};

/// What Excel writes in front of functions and parameters that came after the file format.
const PREFIXES: [&str; 5] = ["_xlfn._xlws.", "_xlfn.", "_xlws.", "_xlpm.", "_xleta."];
/// How Google Sheets exports a formula that Excel does not have; behind it the formula as a text.
const OF_GOOGLE: &str = "IFERROR(__xludf.DUMMYFUNCTION(\"";
/// What it exports instead for the cells that such a formula fills.
const COMPUTED: &str = "\"COMPUTED_VALUE\"";

/// A formula of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// In Google Sheets, with the leading `=`.
    Formula(String),
    /// The formula that Google Sheets had exported, with the leading `=`.
    OfGoogle(String),
    /// A cell that a formula of Google Sheets fills: there is none in it.
    Filled,
}

/// The formula, which has no leading `=`, as Google Sheets writes it.
pub(crate) fn written(formula: &str) -> Written {
    if let Some(exported) = exported(formula) {
        return if exported == COMPUTED {
            Written::Filled
        } else {
            Written::OfGoogle(format!("={exported}"))
        };
    }
    let pieces = pieces(formula, Apostrophe::Escapes);
    let mut text = String::with_capacity(formula.len() + 1);
    text.push('=');
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at += match *piece {
            Piece::Word(word) => write_word(&mut text, word, pieces.get(at + 1..)),
            // A name of this very workbook.
            Piece::Brackets("[0]") if pieces.get(at + 1) == Some(&Piece::Sign("!")) => 2,
            piece => {
                text.push_str(piece.as_str());
                1
            }
        };
    }
    Written::Formula(text)
}

/// Writes a word; gives how many pieces were written with it.
fn write_word(text: &mut String, word: &str, behind: Option<&[Piece<'_>]>) -> usize {
    let Some(plain) = unprefixed(word) else {
        text.push_str(word);
        return 1;
    };
    // `@A1` and `A1#`, which Excel shows so and keeps as functions. The first is what Google Sheets
    // does without being told; the second it does not have, and its parser knows what to say.
    let sign = match plain {
        "SINGLE" => Some(""),
        "ANCHORARRAY" => Some("#"),
        _ => None,
    };
    if let Some((sign, operand)) = sign.zip(behind.and_then(reference)) {
        for piece in operand {
            text.push_str(piece.as_str());
        }
        text.push_str(sign);
        // The word and the two parentheses.
        return operand.len() + 3;
    }
    text.push_str(plain);
    1
}

/// The word without what marks it as new in Excel.
fn unprefixed(word: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| {
        let (start, rest) = word.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    })
}

/// What stands in parentheses at the start, if that is a reference and nothing else.
fn reference<'p, 'f>(pieces: &'p [Piece<'f>]) -> Option<&'p [Piece<'f>]> {
    let (Piece::Sign("("), rest) = pieces.split_first()? else {
        return None;
    };
    let end = rest.iter().position(|piece| {
        !matches!(
            piece,
            Piece::Word(_) | Piece::Quoted(_) | Piece::Brackets(_) | Piece::Sign("!" | ":")
        )
    })?;
    let operand = rest.get(..end)?;
    (!operand.is_empty() && rest.get(end) == Some(&Piece::Sign(")"))).then_some(operand)
}

/// The formula that Google Sheets exported as a text.
fn exported(formula: &str) -> Option<String> {
    let rest = formula.strip_prefix(OF_GOOGLE)?;
    let mut text = String::new();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '"' {
            text.push(character);
        } else if characters.next_if_eq(&'"').is_some() {
            text.push('"');
        } else {
            return (characters.next() == Some(')')).then_some(text);
        }
    }
    None
}

/// The formula of an array, as the import of Google Sheets makes it.
pub(crate) fn of_array(formula: &str) -> String {
    let inner = formula.strip_prefix('=').unwrap_or(formula);
    format!("=ARRAYFORMULA({inner})")
}

/// Whether a name stands for a function.
pub(crate) fn is_lambda(content: &str) -> bool {
    let content = content.trim_start_matches('=').trim_start();
    unprefixed(content)
        .unwrap_or(content)
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("LAMBDA("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(formula: &str, expected: &str) {
        assert_eq!(written(formula), Written::Formula(expected.to_owned()));
    }

    #[test]
    fn new_functions_and_parameters_lose_their_prefix() {
        becomes("_xlfn.XLOOKUP(A1,B:B,C:C)", "=XLOOKUP(A1,B:B,C:C)");
        becomes("_xlfn._xlws.FILTER(A1:A3,B1:B3)", "=FILTER(A1:A3,B1:B3)");
        becomes("_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "=LET(x,1,x+1)");
        becomes("_xlfn.STDEV.S(A1:A3)", "=STDEV.S(A1:A3)");
        becomes("_XLFN.CONCAT(A1)", "=CONCAT(A1)");
    }

    #[test]
    fn a_prefix_in_a_text_or_a_name_stays() {
        becomes("\"_xlfn.LET\"&'_xlfn.x'!A1", "=\"_xlfn.LET\"&'_xlfn.x'!A1");
    }

    #[test]
    fn one_of_a_range_and_all_that_a_cell_fills_are_written_as_excel_shows_them() {
        becomes("_xlfn.SINGLE(A1:A9)*2", "=A1:A9*2");
        becomes("_xlfn.SINGLE('My Sheet'!A:A)", "='My Sheet'!A:A");
        becomes("SUM(_xlfn.ANCHORARRAY(B2))", "=SUM(B2#)");
        becomes("_xlfn.SINGLE(INDEX(A:A,2))", "=SINGLE(INDEX(A:A,2))");
    }

    #[test]
    fn a_name_of_the_workbook_itself_needs_no_workbook() {
        becomes("[0]!Rate*2", "=Rate*2");
        becomes("[1]!Rate*2", "=[1]!Rate*2");
        becomes("[1]Sheet1!A1", "=[1]Sheet1!A1");
    }

    #[test]
    fn structured_references_stay() {
        let formula = "SUM(Sales[[#This Row],[Net]])+Sales[[#All],[_xlfn.x]]";
        becomes(formula, &format!("={formula}"));
    }

    #[test]
    fn what_google_sheets_exported_comes_back() {
        let formula = "IFERROR(__xludf.DUMMYFUNCTION(\"QUERY(A:B,\"\"select A\"\")\"),\"x\")";
        assert_eq!(
            written(formula),
            Written::OfGoogle("=QUERY(A:B,\"select A\")".to_owned())
        );
        let filled = "IFERROR(__xludf.DUMMYFUNCTION(\"\"\"COMPUTED_VALUE\"\"\"),5)";
        assert_eq!(written(filled), Written::Filled);
    }

    #[test]
    fn a_name_for_a_lambda_is_a_function() {
        assert!(is_lambda("_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)"));
        assert!(is_lambda("=lambda(x,x)"));
        assert!(!is_lambda("Sheet1!$A$1"));
    }
}
