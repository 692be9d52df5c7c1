//! Copies of a formula, of which `.xlsx` holds the first one only: the others are it with its
//! references moved by as much as the cell is. A reference that leaves the sheet comes in again at
//! its other side, as Excel has it.
//!
//! calamine can do this too, but moves what looks like a cell in the name of a sheet or of a
//! column, and leaves what a range function follows.

use std::fmt::Write as _;

use analyzer::cell::Position;
use analyzer::print::column_name;

use crate::pieces::{Apostrophe, Piece, pieces};

/// The columns and rows of a sheet in Excel.
const COLUMNS: i64 = 16_384;
const ROWS: i64 = 1_048_576;

/// The formula of a copy in `to` of the `formula` in `from`.
pub(crate) fn copied(formula: &str, from: Position, to: Position) -> String {
    let by = (
        i64::from(to.column) - i64::from(from.column),
        i64::from(to.row) - i64::from(from.row),
    );
    let pieces = pieces(formula, Apostrophe::Escapes);
    let mut copy = String::with_capacity(formula.len() + 8);
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let taken = move_reference(&mut copy, &pieces, at, by);
        if taken == 0 {
            copy.push_str(piece.as_str());
        }
        at += taken.max(1);
    }
    copy
}

/// Writes the reference that starts at `at`, moved; gives how many pieces it has, 0 for none.
fn move_reference(copy: &mut String, pieces: &[Piece<'_>], at: usize, by: (i64, i64)) -> usize {
    let word = |at: usize| match pieces.get(at) {
        Some(Piece::Word(word)) => Some(*word),
        _ => None,
    };
    let sign = |at: usize, wanted: &str| pieces.get(at) == Some(&Piece::Sign(wanted));
    // A function is called, a sheet has cells.
    let is_name = |at: usize| {
        sign(at + 1, "(")
            || sign(at + 1, "!")
            || matches!(pieces.get(at + 1), Some(Piece::Brackets(_)))
    };
    let Some(first) = word(at).filter(|_| !is_name(at)) else {
        return 0;
    };
    let last = word(at + 2).filter(|_| sign(at + 1, ":"));
    // The sheets from one to another: `Q1:Q4!A1`.
    if last.is_some() && sign(at + 3, "!") {
        copy.push_str(first);
        return 1;
    }
    let Some(corner) = Corner::of(first) else {
        return 0;
    };
    if corner.column.is_some() && corner.row.is_some() {
        corner.write_moved(copy, by);
        return 1;
    }
    // A column or a row is a reference only together with another.
    let end = last.filter(|_| !is_name(at + 2)).and_then(Corner::of);
    let Some(end) = end.filter(|end| {
        end.column.is_some() == corner.column.is_some() && end.row.is_some() == corner.row.is_some()
    }) else {
        return 0;
    };
    corner.write_moved(copy, by);
    copy.push(':');
    end.write_moved(copy, by);
    3
}

/// A column or a row: whether it stays where it is, and its number from 1.
type End = (bool, i64);

/// `A1`, `$A1`, `A`, `1`.
#[derive(Clone, Copy)]
struct Corner {
    column: Option<End>,
    row: Option<End>,
}

impl Corner {
    fn of(word: &str) -> Option<Self> {
        let (column_stays, rest) = dollar(word);
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = rest.strip_suffix(digits)?;
        if letters.is_empty() {
            let row = (column_stays, row_number(digits)?);
            return Some(Self {
                column: None,
                row: Some(row),
            });
        }
        let column = Some((column_stays, column_number(letters)?));
        if digits.is_empty() {
            return Some(Self { column, row: None });
        }
        let (row_stays, digits) = dollar(digits);
        let row = Some((row_stays, row_number(digits)?));
        Some(Self { column, row })
    }

    fn write_moved(self, copy: &mut String, (columns, rows): (i64, i64)) {
        if let Some((stays, column)) = self.column {
            if stays {
                copy.push('$');
            }
            let column = moved(stays, column, columns, COLUMNS);
            // No column of Excel is out of its range.
            copy.push_str(&column_name(u32::try_from(column).unwrap_or_default()));
        }
        if let Some((stays, row)) = self.row {
            if stays {
                copy.push('$');
            }
            let _ = write!(copy, "{}", moved(stays, row, rows, ROWS));
        }
    }
}

fn dollar(text: &str) -> (bool, &str) {
    text.strip_prefix('$')
        .map_or((false, text), |rest| (true, rest))
}

fn column_number(letters: &str) -> Option<i64> {
    let value = |letter: u8| i64::from(letter.to_ascii_uppercase() - b'A') + 1;
    let number = |letters: &str| {
        letters
            .bytes()
            .fold(0, |sum, letter| sum * 26 + value(letter))
    };
    (letters.len() <= 3)
        .then(|| number(letters))
        .filter(|column| *column <= COLUMNS)
}

fn row_number(digits: &str) -> Option<i64> {
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    let row = plain.then(|| digits.parse().ok()).flatten()?;
    (1..=ROWS).contains(&row).then_some(row)
}

const fn moved(stays: bool, number: i64, by: i64, limit: i64) -> i64 {
    if stays {
        number
    } else {
        (number - 1 + by).rem_euclid(limit) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The copy of a formula in B2 one column to the right and two rows below.
    fn copy(formula: &str) -> String {
        let from = Position { column: 2, row: 2 };
        let to = Position { column: 3, row: 4 };
        copied(formula, from, to)
    }

    #[test]
    fn references_move_and_what_is_fixed_stays() {
        assert_eq!(copy("A1+$A1+A$1+$A$1"), "B3+$A3+B$1+$A$1");
        assert_eq!(copy("SUM(A1:B2,Z9)"), "SUM(B3:C4,AA11)");
        assert_eq!(copy("SUM(A:A,$A:B,1:1,1:$2)"), "SUM(B:B,$A:C,3:3,3:$2)");
        assert_eq!(copy("Sheet2!A1+[1]Sheet2!A1"), "Sheet2!B3+[1]Sheet2!B3");
        assert_eq!(copy("A1:INDEX(A:A,5)"), "B3:INDEX(B:B,5)");
    }

    #[test]
    fn what_only_looks_like_a_cell_stays() {
        for formula in [
            "LOG10(2)",
            "\"A1\"&\"\"\"A1\"",
            "T1[A1]",
            "[1]Sheet2!Name1",
            "ABCD1+A1048577+XFE1",
            "1.5E3",
            "rate_A1",
        ] {
            assert_eq!(copy(formula), formula);
        }
        assert_eq!(copy("'Q1'!A1+Q1!A1"), "'Q1'!B3+Q1!B3");
        assert_eq!(copy("SUM(Q1:Q4!A1)"), "SUM(Q1:Q4!B3)");
    }

    #[test]
    fn a_reference_comes_in_again_at_the_other_side() {
        let from = Position { column: 3, row: 3 };
        let to = Position { column: 1, row: 1 };
        assert_eq!(copied("B2+A1", from, to), "XFD1048576+XFC1048575");
    }
}
