//! Addresses of cells and rectangles as people write them, placing formulas into a rectangle, and
//! naming many cells by few ranges. Knows nothing of formulas or findings.

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// The last column a spreadsheet can have, `ZZZ`.
pub const LAST_COLUMN: u32 = 18_278;
/// The last row a spreadsheet can have: it holds ten million cells at most.
pub const LAST_ROW: u32 = 10_000_000;

/// A column and a row, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The column, 1 for `A`.
    pub column: u32,
    /// The row, from 1.
    pub row: u32,
}

impl Position {
    /// The position, if a spreadsheet can have it.
    #[must_use]
    pub const fn new(column: u32, row: u32) -> Option<Self> {
        if column >= 1 && column <= LAST_COLUMN && row >= 1 && row <= LAST_ROW {
            Some(Self { column, row })
        } else {
            None
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_column(f, self.column)?;
        fmt::Display::fmt(&self.row, f)
    }
}

/// One cell: `B2`, `Sheet1!B2`, `'My Sheet'!B2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellAddress {
    /// The sheet's name without quotes, if one is named.
    pub sheet: Option<String>,
    /// Where on the sheet.
    pub position: Position,
}

/// A rectangle of cells: `A1:C10`, `Sheet1!A2:A`. One without an end reaches to the last column
/// or row that a spreadsheet can have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CellRange {
    /// The sheet's name without quotes, if one is named.
    pub sheet: Option<String>,
    /// The corner at the top left.
    pub first: Position,
    /// The corner at the bottom right.
    pub last: Position,
}

/// A text that names no cell or no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct AddressError {
    text: String,
    expected: &'static str,
}

/// Formulas that do not fit where they should go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// More formulas than cells.
    #[error("{formulas} formulas do not fit into a range of {cells} cells")]
    LongerThanRange {
        /// How many formulas there are, empty ones too.
        formulas: usize,
        /// How many cells the range has.
        cells: u64,
    },
    /// A row or column that a spreadsheet can not have.
    #[error("the formulas reach beyond column ZZZ or row {LAST_ROW}")]
    BeyondSheet,
}

impl FromStr for CellAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parsed = split_sheet(text).and_then(|(sheet, cell)| {
            let corner = Corner::parse_cell(cell)?;
            let position = Position::new(corner.column, corner.row)?;
            Some(Self { sheet, position })
        });
        parsed.ok_or_else(|| AddressError {
            text: text.to_owned(),
            expected: "the address of a cell, such as B2 or 'My Sheet'!B2",
        })
    }
}

impl fmt::Display for CellAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_sheet(f, self.sheet.as_deref())?;
        self.position.fmt(f)
    }
}

impl FromStr for CellRange {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parsed = split_sheet(text).and_then(|(sheet, range)| {
            let (one, other) = match range.split_once(':') {
                Some((one, other)) => (Corner::parse(one)?, Corner::parse(other)?),
                None => (Corner::parse_cell(range)?, Corner::parse_cell(range)?),
            };
            let (first_column, last_column) = extent(one.column, other.column, LAST_COLUMN);
            let (first_row, last_row) = extent(one.row, other.row, LAST_ROW);
            Some(Self {
                sheet,
                first: Position::new(first_column, first_row)?,
                last: Position::new(last_column, last_row)?,
            })
        });
        parsed.ok_or_else(|| AddressError {
            text: text.to_owned(),
            expected: "a range of cells, such as A2:C10, A2:A or 'My Sheet'!A1:B5",
        })
    }
}

impl fmt::Display for CellRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_sheet(f, self.sheet.as_deref())?;
        self.first.fmt(f)?;
        if self.last != self.first {
            write!(f, ":{}", self.last)?;
        }
        Ok(())
    }
}

impl CellRange {
    /// Column A of an unnamed sheet: where formulas go that come without a range.
    #[must_use]
    pub const fn column_a() -> Self {
        Self {
            sheet: None,
            first: Position { column: 1, row: 1 },
            last: Position {
                column: 1,
                row: LAST_ROW,
            },
        }
    }

    /// How many cells the range has.
    #[must_use]
    pub fn cells(&self) -> u64 {
        let columns = u64::from(self.last.column - self.first.column + 1);
        let rows = u64::from(self.last.row - self.first.row + 1);
        columns * rows
    }

    /// The positions of `count` formulas that fill the range row by row.
    pub fn place_list(
        &self,
        count: usize,
    ) -> Result<impl Iterator<Item = Position> + use<>, PlacementError> {
        let cells = self.cells();
        if count as u64 > cells {
            return Err(PlacementError::LongerThanRange {
                formulas: count,
                cells,
            });
        }
        let columns = self.first.column..=self.last.column;
        let rows = self.first.row..=self.last.row;
        let positions =
            rows.flat_map(move |row| columns.clone().map(move |column| Position { column, row }));
        Ok(positions.take(count))
    }

    /// The position of the item at `column` of `row` (both from 0) of a matrix that is placed at
    /// the range's top left corner. The matrix may be larger or smaller than the range.
    pub fn place_item(&self, row: usize, column: usize) -> Result<Position, PlacementError> {
        let shifted = |start: u32, by: usize| {
            u32::try_from(by).map_or(u32::MAX, |by| start.saturating_add(by))
        };
        Position::new(
            shifted(self.first.column, column),
            shifted(self.first.row, row),
        )
        .ok_or(PlacementError::BeyondSheet)
    }
}

/// Few ranges that cover exactly the given cells of one sheet: `B3`, `C5:C9`. Cells are joined
/// down their columns first, then columns of the same rows side by side. A cell may be given more
/// than once; the ranges come in the order of their first cells, column by column.
#[must_use]
pub fn compress(mut cells: Vec<Position>) -> Vec<(Position, Position)> {
    cells.sort_unstable();
    cells.dedup();
    let mut ranges: Vec<(Position, Position)> = Vec::new();
    for cell in cells {
        match ranges.last_mut() {
            Some((_, last)) if last.column == cell.column && last.row + 1 == cell.row => {
                *last = cell;
            }
            _ => ranges.push((cell, cell)),
        }
    }
    // Runs of the same rows in neighbouring columns stand next to each other once sorted by rows.
    ranges.sort_unstable_by_key(|(first, last)| (first.row, last.row, first.column));
    ranges.dedup_by(|next, kept| {
        let same_rows = kept.0.row == next.0.row && kept.1.row == next.1.row;
        let joined = same_rows && kept.1.column + 1 == next.0.column;
        if joined {
            kept.1 = next.1;
        }
        joined
    });
    ranges.sort_unstable();
    ranges
}

/// A corner of a range, of which the column or the row may be missing: 0.
#[derive(Clone, Copy)]
struct Corner {
    column: u32,
    row: u32,
}

impl Corner {
    /// `corner = ["$"] letters ["$"] digits | ["$"] letters | ["$"] digits`
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('$').unwrap_or(text);
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let letters = rest.strip_suffix(digits)?;
        let digits = match digits.strip_prefix('$') {
            Some(absolute) if !letters.is_empty() && !absolute.is_empty() => absolute,
            _ => digits,
        };
        let corner = Self {
            column: parse_column(letters)?,
            row: parse_row(digits)?,
        };
        (corner.column > 0 || corner.row > 0).then_some(corner)
    }

    /// A corner that has both a column and a row.
    fn parse_cell(text: &str) -> Option<Self> {
        Self::parse(text).filter(|corner| corner.column > 0 && corner.row > 0)
    }
}

/// The column that the letters name, 0 without letters; `None` beyond `ZZZ`.
fn parse_column(letters: &str) -> Option<u32> {
    let value = |letter: u8| u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    let column = |letters: &str| {
        letters
            .bytes()
            .fold(0, |sum, letter| sum * 26 + value(letter))
    };
    (letters.len() <= 3).then(|| column(letters))
}

/// The row that the digits name, 0 without digits; `None` for a row that no sheet has.
fn parse_row(digits: &str) -> Option<u32> {
    if digits.is_empty() {
        return Some(0);
    }
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    let row = plain.then(|| digits.parse().ok()).flatten()?;
    (1..=LAST_ROW).contains(&row).then_some(row)
}

/// The least and the greatest of two ends, of which a missing one (0) reaches to `limit`.
fn extent(one: u32, other: u32, limit: u32) -> (u32, u32) {
    match (one, other) {
        (0, 0) => (1, limit),
        (start, 0) | (0, start) => (start, limit),
        (one, other) => (one.min(other), one.max(other)),
    }
}

/// The sheet's name and the text after `!`; `None` if the name is not written as one can be.
fn split_sheet(text: &str) -> Option<(Option<String>, &str)> {
    let Some((sheet, rest)) = text.rsplit_once('!') else {
        return Some((None, text));
    };
    let name = match sheet.strip_prefix('\'') {
        Some(quoted) => {
            let inner = quoted.strip_suffix('\'')?;
            let single = inner.replace("''", "");
            if single.contains('\'') {
                return None;
            }
            inner.replace("''", "'")
        }
        None => sheet.to_owned(),
    };
    (!name.is_empty()).then_some((Some(name), rest))
}

/// The letters of a column.
fn write_column(f: &mut fmt::Formatter<'_>, column: u32) -> fmt::Result {
    let Some(before) = column.checked_sub(1) else {
        return Ok(());
    };
    // The letters to its left, of which there are six at most.
    write_column(f, before / 26)?;
    match ('A'..='Z').nth((before % 26) as usize) {
        Some(letter) => f.write_char(letter),
        None => Ok(()),
    }
}

/// The sheet's name before an address, quoted where it must be.
fn write_sheet(f: &mut fmt::Formatter<'_>, sheet: Option<&str>) -> fmt::Result {
    let Some(name) = sheet else {
        return Ok(());
    };
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_numeric())
        && Corner::parse(name).is_none();
    if plain {
        write!(f, "{name}!")
    } else {
        write!(f, "'{}'!", name.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(text: &str) -> CellRange {
        text.parse().unwrap()
    }

    fn cells(names: &[&str]) -> Vec<Position> {
        let parse = |name: &&str| name.parse::<CellAddress>().unwrap().position;
        names.iter().map(parse).collect()
    }

    fn compressed(names: &[&str]) -> Vec<String> {
        let range = |(first, last)| {
            CellRange {
                sheet: None,
                first,
                last,
            }
            .to_string()
        };
        compress(cells(names)).into_iter().map(range).collect()
    }

    #[test]
    fn addresses_are_printed_as_they_are_read() {
        for text in [
            "B2",
            "ZZZ10000000",
            "Sheet1!B2",
            "'My Sheet'!B2",
            "'Q1 ''24'!AA10",
            "'A1'!B2",
        ] {
            assert_eq!(text.parse::<CellAddress>().unwrap().to_string(), text);
        }
        assert_eq!("$b$2".parse::<CellAddress>().unwrap().to_string(), "B2");
        assert_eq!(
            "'Data'!B2".parse::<CellAddress>().unwrap().to_string(),
            "Data!B2"
        );
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for text in [
            "",
            "A",
            "1",
            "A0",
            "AAAA1",
            "A99999999",
            "B2:C3",
            "!B2",
            "'x!B2",
            "A$",
            "A1$",
            "Ä1",
        ] {
            assert!(text.parse::<CellAddress>().is_err(), "{text}");
        }
    }

    #[test]
    fn open_ranges_end_where_a_sheet_can_end() {
        assert_eq!(
            range("A2:A").last,
            Position {
                column: 1,
                row: LAST_ROW
            }
        );
        assert_eq!(
            range("2:2").last,
            Position {
                column: LAST_COLUMN,
                row: 2
            }
        );
        assert_eq!(range("C9:A1").to_string(), "A1:C9");
        assert!("A".parse::<CellRange>().is_err());
        assert!("A1:B2:C3".parse::<CellRange>().is_err());
    }

    #[test]
    fn a_list_fills_its_range_row_by_row() {
        let placed = range("B2:C3").place_list(3).unwrap().collect::<Vec<_>>();
        assert_eq!(placed, cells(&["B2", "C2", "B3"]));
    }

    #[test]
    fn a_list_longer_than_its_range_is_an_error() {
        let error = range("B2:B3").place_list(3).err().unwrap();
        assert_eq!(
            error.to_string(),
            "3 formulas do not fit into a range of 2 cells"
        );
    }

    #[test]
    fn a_matrix_starts_at_the_corner_of_its_range() {
        assert_eq!(range("B2").place_item(2, 1).unwrap().to_string(), "C4");
        assert_eq!(
            range("ZZZ1").place_item(0, 1),
            Err(PlacementError::BeyondSheet)
        );
    }

    #[test]
    fn cells_are_named_by_few_ranges() {
        assert_eq!(compressed(&["C6", "B3", "C5", "C7", "C6"]), ["B3", "C5:C7"]);
        assert_eq!(compressed(&["A1", "B1", "A2", "B2", "D1"]), ["A1:B2", "D1"]);
        assert_eq!(compressed(&["A1", "B1", "B2"]), ["A1", "B1:B2"]);
    }

    proptest! {
        #[test]
        fn compressed_ranges_cover_exactly_the_cells(
            picked in prop::collection::vec((1_u32..6, 1_u32..6), 0..30)
        ) {
            let mut cells: Vec<_> =
                picked.iter().map(|(column, row)| Position { column: *column, row: *row }).collect();
            let mut covered = Vec::new();
            for (first, last) in compress(cells.clone()) {
                for column in first.column..=last.column {
                    covered.extend((first.row..=last.row).map(|row| Position { column, row }));
                }
            }
            covered.sort_unstable();
            cells.sort_unstable();
            cells.dedup();
            prop_assert_eq!(covered, cells);
        }

        #[test]
        fn any_text_is_an_address_or_an_error(text in "\\PC*") {
            if let Ok(address) = text.parse::<CellAddress>() {
                prop_assert_eq!(address.to_string().parse::<CellAddress>(), Ok(address));
            }
        }
    }
}
