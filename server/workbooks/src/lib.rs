//! The formulas of workbooks and what they define: `.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods` and
//! `.csv` as plain data, each formula as Google Sheets would write it. What a file holds and can
//! not be read cell by cell is told with its reason, never left out in silence.
//!
//! Files are untrusted: what they unfold to is bounded, a reader that panics is caught, and what
//! can not be read is an error that says what to do. Does no I/O, reads no values, judges nothing.

mod archive;
mod binary;
mod csv_text;
mod error;
mod excel;
mod kind;
mod ods;
mod open_formula;
mod pieces;
mod shared;
mod xls;
mod xlsx;
mod xml;

use std::panic::{AssertUnwindSafe, catch_unwind};

use analyzer::cell::Position;
use analyzer::names::{NameOf, Names};

pub use error::WorkbookError;
pub use kind::Kind;

/// The most bytes that a file is read with: it is held in memory as a whole.
pub const LARGEST_FILE: usize = 256 << 20;
/// The most bytes that the parts of a file may unfold to. They are read as a stream, so this bounds
/// the time that a small file can take, and what one piece of it can ask of memory.
pub const LARGEST_UNFOLDED: u64 = 1 << 30;
/// The most formulas of a workbook: an audit of as many holds about a gigabyte.
pub const MOST_FORMULAS: usize = 2_000_000;
/// The most bytes of all formulas together. A copy in a file takes a few bytes and stands for a
/// formula of any length.
pub const LARGEST_FORMULAS: usize = 256 << 20;
/// The most sheets: far more than people can use, and few enough to look at each.
pub const MOST_SHEETS: usize = 5_000;

/// What a workbook holds, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workbook {
    /// What kind of file it was, which its content says and not its name.
    pub kind: Kind,
    /// The sheets in their order.
    pub sheets: Vec<Sheet>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// What the workbook defines; a text defines nothing, which is not to say that there is nothing.
    pub names: Names,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its formulas, each with the leading `=`, in the order of the file.
    pub formulas: Vec<(Position, String)>,
}

/// A cell, or a whole sheet, whose formulas could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The sheet's name.
    pub sheet: String,
    /// The cell; `None` where it is the sheet.
    pub cell: Option<Position>,
    /// Why.
    pub reason: String,
}

/// Reads the file; `name` is that of the file, of which the ending tells a text from others.
///
/// # Errors
/// Says why the file has no formulas to read, and what to do.
pub fn read(name: &str, bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    if bytes.len() > LARGEST_FILE {
        return Err(WorkbookError::TooLarge(bytes.len()));
    }
    let kind = Kind::of(name, bytes)?;
    let read = || match kind {
        Kind::Xlsx => xlsx::read(bytes),
        Kind::Xlsb => binary::read_xlsb(bytes),
        Kind::Xls => xls::read(bytes),
        Kind::Ods => ods::read(bytes),
        Kind::Csv => csv_text::read(name, bytes),
    };
    // calamine takes records apart by their own lengths and panics where those lie, and the file
    // is from anyone.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(WorkbookError::Damaged {
            kind,
            problem: "its parts do not fit together".to_owned(),
        })
    })
}

/// A workbook while it is read: everything that is added counts against the limits.
#[derive(Debug)]
struct Reading {
    kind: Kind,
    sheets: Vec<Sheet>,
    unread: Vec<Unread>,
    ranges: Vec<String>,
    tables: Vec<String>,
    functions: Vec<String>,
    /// Whether the file was exported from Google Sheets, which leaves out what custom functions
    /// there are.
    of_google: bool,
    formulas_left: usize,
    bytes_left: usize,
}

impl Reading {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            sheets: Vec::new(),
            unread: Vec::new(),
            ranges: Vec::new(),
            tables: Vec::new(),
            functions: Vec::new(),
            of_google: false,
            formulas_left: MOST_FORMULAS,
            bytes_left: LARGEST_FORMULAS,
        }
    }

    fn begin_sheet(&mut self, name: String) -> Result<(), WorkbookError> {
        if self.sheets.len() >= MOST_SHEETS {
            return Err(WorkbookError::TooManySheets);
        }
        self.sheets.push(Sheet {
            name,
            formulas: Vec::new(),
        });
        Ok(())
    }

    /// Adds a formula, which begins with `=`, to the sheet begun last.
    fn add(&mut self, cell: Position, formula: String) -> Result<(), WorkbookError> {
        self.count(formula.len())?;
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.formulas.push((cell, formula));
        }
        Ok(())
    }

    /// Says that a cell of the sheet begun last, or all of it, could not be read.
    fn skip(
        &mut self,
        cell: Option<Position>,
        reason: impl Into<String>,
    ) -> Result<(), WorkbookError> {
        let reason = reason.into();
        self.count(reason.len())?;
        if let Some(sheet) = self.sheets.last() {
            self.unread.push(Unread {
                sheet: sheet.name.clone(),
                cell,
                reason,
            });
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), WorkbookError> {
        self.formulas_left = self
            .formulas_left
            .checked_sub(1)
            .ok_or(WorkbookError::TooManyFormulas)?;
        self.bytes_left = self
            .bytes_left
            .checked_sub(bytes)
            .ok_or(WorkbookError::TooMuchText)?;
        Ok(())
    }

    /// Adds a name with what it stands for. One that stands for a LAMBDA is called like a function.
    fn define(&mut self, name: String, content: &str) {
        if excel::is_lambda(content) {
            self.functions.push(name.clone());
        }
        self.ranges.push(name);
    }

    fn finish(self) -> Workbook {
        let sheets = self.sheets.iter().map(|sheet| sheet.name.clone());
        let mut names = Names::default();
        if self.kind != Kind::Csv {
            names = names
                .with(NameOf::Sheet, sheets)
                .with(NameOf::Range, self.ranges)
                .with(NameOf::Table, self.tables);
            if !self.of_google {
                names = names.with(NameOf::Function, self.functions);
            }
        }
        Workbook {
            kind: self.kind,
            sheets: self.sheets,
            unread: self.unread,
            names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_counted_by_their_number_and_their_text() {
        let cell = Position { column: 1, row: 1 };
        let mut reading = Reading::new(Kind::Xlsx);
        reading.bytes_left = 5;
        assert_eq!(reading.add(cell, "=A1".to_owned()), Ok(()));
        let more = reading.add(cell, "=A1".to_owned());
        assert_eq!(more, Err(WorkbookError::TooMuchText));
        reading.formulas_left = 0;
        let more = reading.skip(Some(cell), "x");
        assert_eq!(more, Err(WorkbookError::TooManyFormulas));
    }
}
