//! `.xls`, read by calamine once it is sure that it can be: calamine makes room for every cell
//! between the first and the last one of a sheet, and is silent about copies of a formula.

use std::io::{Cursor, Read};

use analyzer::cell::Position;
use calamine::{Reader, Xls, XlsError};

use crate::binary::{Around, COPY};
use crate::error::WorkbookError;
use crate::{Kind, MOST_SHEETS, Reading, Workbook};

/// The most cells between the first and the last ones of all sheets: one full sheet, for which
/// calamine takes about a gigabyte.
const MOST_CELLS: u64 = 256 * 65_536;
/// What calamine puts in the place of a formula that it can not read.
const UNREAD: &str = "Unrecognised formula";

/// The types of records that are looked at.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const SHEET: u16 = 0x0085;
/// Another workbook, and which sheets references are to.
const BOOK: u16 = 0x01AE;
const REFERRED: u16 = 0x0017;
const DIMENSIONS: u16 = 0x0200;
const FORMULA: u16 = 0x0006;
/// Those that begin with a row and a column.
const CELLS: [u16; 9] = [
    0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E,
];
/// What a formula consists of that stands elsewhere, and one of a data table.
const COPY_TOKEN: u8 = 0x01;
const TABLE_TOKEN: u8 = 0x02;

pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    let stream = workbook_stream(bytes)?;
    let apart = look_over(&stream)?;
    let mut file = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => WorkbookError::Encrypted,
        error => WorkbookError::damaged(Kind::Xls, error),
    })?;
    let mut reading = Reading::new(Kind::Xls);
    for (name, content) in file.defined_names() {
        reading.define(name.clone(), content);
    }
    let around = Around::new(&file.sheet_names(), reads_elsewhere(&stream));
    for (name, apart) in file.sheet_names().into_iter().zip(apart) {
        reading.begin_sheet(name.clone())?;
        let formulas = file
            .worksheet_formula(&name)
            .map_err(|error| WorkbookError::damaged(Kind::Xls, error))?;
        let (top, left) = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells() {
            let number = |start: u32, by: usize| {
                let by = u32::try_from(by).unwrap_or(u32::MAX);
                start.saturating_add(by).saturating_add(1)
            };
            let Some(cell) = Position::new(number(left, column), number(top, row)) else {
                continue;
            };
            if formula.starts_with(UNREAD) {
                reading.skip(Some(cell), "its formula can not be read")?;
            } else {
                around.add(&mut reading, cell, formula)?;
            }
        }
        for (cell, reason) in apart {
            reading.skip(Some(cell), reason)?;
        }
    }
    Ok(reading.finish())
}

fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>, WorkbookError> {
    let damaged = |error: std::io::Error| WorkbookError::damaged(Kind::Xls, error);
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let name = if file.exists("/Workbook") {
        "/Workbook"
    } else {
        "/Book"
    };
    let mut stream = Vec::new();
    let mut part = file.open_stream(name).map_err(damaged)?;
    part.read_to_end(&mut stream).map_err(damaged)?;
    Ok(stream)
}

/// The cells of a sheet whose formulas stand elsewhere in the file, and why that is no good.
type Apart = Vec<(Position, &'static str)>;

/// Looks over each sheet; fails if calamine would need too much memory.
fn look_over(stream: &[u8]) -> Result<Vec<Apart>, WorkbookError> {
    let mut sheets = Vec::new();
    for (kind, data) in records(stream) {
        match kind {
            SHEET => sheets.push(number(data, 0, 4)),
            END => break,
            _ => {}
        }
    }
    if sheets.len() > MOST_SHEETS {
        return Err(WorkbookError::TooManySheets);
    }
    let mut left = MOST_CELLS;
    let mut sheet = |start: Option<u64>| {
        let start = usize::try_from(start.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let mut extent = Extent::default();
        let mut apart = Apart::new();
        let mut depth = 0_u32;
        for (kind, data) in records(stream.get(start..).unwrap_or_default()) {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                DIMENSIONS => extent.add_dimensions(data),
                kind if CELLS.contains(&kind) => {
                    let place = number(data, 0, 2).zip(number(data, 2, 2));
                    let Some((row, column)) = place else {
                        continue;
                    };
                    extent.add(row, column);
                    let last = number(data, data.len().saturating_sub(2), 2);
                    // Several cells of a row end with the column of the last one.
                    if let (0x00BD | 0x00BE, Some(last)) = (kind, last) {
                        extent.add(row, last);
                    }
                    if kind == FORMULA && depth <= 1 {
                        apart.extend(formula_apart(row, column, data));
                    }
                }
                _ => {}
            }
        }
        left = left
            .checked_sub(extent.cells())
            .ok_or(WorkbookError::TooSpread)?;
        Ok(apart)
    };
    sheets.into_iter().map(&mut sheet).collect()
}

/// Whether references may be to sheets of other workbooks, or to several sheets at once.
fn reads_elsewhere(stream: &[u8]) -> bool {
    /// What stands for the name of this workbook, and for functions that were added to Excel.
    const OWN: [Option<u64>; 2] = [Some(0x0401), Some(0x3A01)];
    let globals = records(stream).take_while(|(kind, _)| *kind != END);
    let mut elsewhere = false;
    for (kind, data) in globals {
        elsewhere |= match kind {
            BOOK => !OWN.contains(&number(data, 2, 2)),
            REFERRED => data
                .get(2..)
                .unwrap_or_default()
                .chunks_exact(6)
                .any(|entry| number(entry, 2, 2) != number(entry, 4, 2)),
            _ => false,
        };
    }
    elsewhere
}

fn formula_apart(row: u64, column: u64, data: &[u8]) -> Option<(Position, &'static str)> {
    let position = |number: u64| u32::try_from(number + 1).ok();
    let cell = Position::new(position(column)?, position(row)?)?;
    // The row, the column, the format, the value, flags and the length come first.
    match *data.get(22)? {
        COPY_TOKEN => Some((cell, COPY)),
        TABLE_TOKEN => Some((
            cell,
            "it belongs to a what-if data table, which Google Sheets does not have",
        )),
        _ => None,
    }
}

/// The records of a stream, each with its type.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let [a, b, c, d, rest @ ..] = stream else {
            return None;
        };
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        let (data, behind) = rest.split_at_checked(length)?;
        stream = behind;
        Some((u16::from_le_bytes([*a, *b]), data))
    })
}

/// A number of so many bytes, the least first.
fn number(data: &[u8], at: usize, bytes: usize) -> Option<u64> {
    let bytes = data.get(at..at.checked_add(bytes)?)?;
    let sum = bytes.iter().rev();
    Some(sum.fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// The first and the last row and column of a sheet.
#[derive(Default)]
struct Extent {
    rows: Option<(u64, u64)>,
    columns: Option<(u64, u64)>,
    /// How many cells the sheet claims to have.
    claimed: u64,
}

impl Extent {
    fn add(&mut self, row: u64, column: u64) {
        let widened = |range: Option<(u64, u64)>, number: u64| {
            let (first, last) = range.unwrap_or((number, number));
            Some((first.min(number), last.max(number)))
        };
        self.rows = widened(self.rows, row);
        self.columns = widened(self.columns, column);
    }

    fn add_dimensions(&mut self, data: &[u8]) {
        let width = if data.len() < 14 { 2 } else { 4 };
        let rows = number(data, width, width).unwrap_or_default();
        let columns = number(data, 2 * width + 2, 2).unwrap_or_default();
        self.claimed = self.claimed.max(rows.saturating_mul(columns));
    }

    fn cells(&self) -> u64 {
        let count = |range: Option<(u64, u64)>| range.map_or(0, |(first, last)| last - first + 1);
        let held = count(self.rows).saturating_mul(count(self.columns));
        held.max(self.claimed)
    }
}
