//! `.xlsb`, read by calamine as a stream. What calamine does not tell is a cell that is skipped.

use std::io::Cursor;

use analyzer::cell::Position;
use calamine::{Reader, SheetType, Xlsb, XlsbError};

use crate::archive::Archive;
use crate::error::WorkbookError;
use crate::{Kind, Reading, Workbook, xlsx};

/// Why the copies of a formula are not read from the binary forms.
pub(crate) const COPY: &str = "it is a copy of another cell's formula, or a part of an array, which \
                               this form of file keeps apart. Save the workbook as .xlsx";

pub(crate) fn read_xlsb(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    // calamine unfolds whole parts by itself.
    Archive::open(Kind::Xlsb, bytes)?.check_size()?;
    let mut file = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => WorkbookError::Encrypted,
        error => WorkbookError::damaged(Kind::Xlsb, error),
    })?;
    let mut reading = Reading::new(Kind::Xlsb);
    for (name, content) in file.defined_names() {
        reading.define(name.clone(), content);
    }
    for sheet in file.sheets_metadata().to_vec() {
        reading.begin_sheet(sheet.name.clone())?;
        if sheet.typ == SheetType::WorkSheet {
            read_sheet(&mut reading, &mut file, &sheet.name)?;
        }
    }
    Ok(reading.finish())
}

fn read_sheet(
    reading: &mut Reading,
    file: &mut Xlsb<Cursor<&[u8]>>,
    name: &str,
) -> Result<(), WorkbookError> {
    let mut cells = match file.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        Err(error) => return reading.skip(None, error.to_string()),
    };
    loop {
        match cells.next_formula() {
            Ok(None) => return Ok(()),
            Ok(Some(cell)) => {
                let (row, column) = cell.get_position();
                let cell_at = Position::new(column.saturating_add(1), row.saturating_add(1));
                match (cell_at, cell.get_value().as_str()) {
                    (None, _) => {}
                    (Some(at), "") => reading.skip(Some(at), COPY)?,
                    (Some(at), formula) => xlsx::add(reading, at, formula, false)?,
                }
            }
            Err(error @ XlsbError::Io(_)) => {
                return Err(WorkbookError::damaged(Kind::Xlsb, error));
            }
            Err(error) => {
                let reason = format!("a formula of the sheet can not be read: {error}");
                reading.skip(None, reason)?;
            }
        }
    }
}
