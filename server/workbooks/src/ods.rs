//! `.ods`: the formulas of each sheet, read as a stream, and the names.
//!
//! Not by calamine, which does not tell arrays from formulas, and holds every cell that a sheet
//! could have where a style reaches to its end.

use analyzer::cell::Position;

use crate::archive::Archive;
use crate::error::WorkbookError;
use crate::excel;
use crate::open_formula::{Written, written};
use crate::xml::{Element, Piece, Xml};
use crate::{Kind, Reading, Workbook, xlsx};

pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    let mut archive = Archive::open(Kind::Ods, bytes)?;
    let encrypted = archive.read("META-INF/manifest.xml", |xml| {
        let mut encrypted = false;
        xml.each(|element| {
            encrypted |= element.name() == "encryption-data";
            Ok(())
        })?;
        Ok(encrypted)
    })?;
    if encrypted == Some(true) {
        return Err(WorkbookError::Encrypted);
    }
    let mut reading = Reading::new(Kind::Ods);
    let content = archive.read("content.xml", |xml| read_content(&mut reading, xml))?;
    content.ok_or_else(|| WorkbookError::damaged(Kind::Ods, "it has no content.xml"))?;
    Ok(reading.finish())
}

/// Where the next cell stands, from 0.
#[derive(Default)]
struct Place {
    row: u64,
    /// How often the row at hand is repeated.
    rows: u64,
    column: u64,
}

fn read_content(reading: &mut Reading, xml: &mut Xml<'_>) -> Result<(), WorkbookError> {
    let mut place = Place::default();
    let mut is_spreadsheet = false;
    // A drawing can hold a table, and changes that were tracked hold cells as they were.
    let mut tables = 0_u32;
    let mut tracked = 0_u32;
    loop {
        match xml.next()? {
            Piece::EndOfPart if is_spreadsheet => return Ok(()),
            Piece::EndOfPart => {
                let problem = "it is no spreadsheet";
                return Err(WorkbookError::damaged(Kind::Ods, problem));
            }
            Piece::Start(element) => match element.name() {
                "spreadsheet" => is_spreadsheet = true,
                "tracked-changes" => tracked += 1,
                "table" => {
                    tables += 1;
                    if tables == 1 && tracked == 0 {
                        place = Place::default();
                        let name = element.attribute("table:name").unwrap_or_default();
                        reading.begin_sheet(name)?;
                    }
                }
                "table-row" if tables == 1 => {
                    place.rows = repeated(&element, "table:number-rows-repeated");
                    place.column = 0;
                }
                "table-cell" | "covered-table-cell" if tables == 1 && tracked == 0 => {
                    read_cell(reading, &mut place, &element)?;
                }
                "named-range" | "named-expression" | "database-range" => {
                    define(reading, &element);
                }
                _ => {}
            },
            Piece::End(element) => match element.name() {
                "table" => tables = tables.saturating_sub(1),
                "tracked-changes" => tracked = tracked.saturating_sub(1),
                "table-row" if tables == 1 => {
                    place.row = place.row.saturating_add(place.rows);
                }
                _ => {}
            },
            Piece::Other => {}
        }
    }
}

fn repeated(element: &Element<'_>, attribute: &str) -> u64 {
    let times = element.attribute(attribute);
    times.and_then(|times| times.parse().ok()).unwrap_or(1)
}

fn define(reading: &mut Reading, element: &Element<'_>) {
    let content = element.attribute("table:expression").unwrap_or_default();
    let content = content.split_once(":=").map_or(&*content, |(_, rest)| rest);
    if let Some(name) = element.attribute("table:name") {
        reading.define(name, content);
    }
}

fn read_cell(
    reading: &mut Reading,
    place: &mut Place,
    element: &Element<'_>,
) -> Result<(), WorkbookError> {
    let columns = repeated(element, "table:number-columns-repeated");
    let start = place.column;
    place.column = start.saturating_add(columns);
    let Some(formula) = element.attribute("table:formula") else {
        return Ok(());
    };
    let is_array = element
        .attribute("table:number-matrix-columns-spanned")
        .is_some();
    let written = match written(&formula) {
        Written::Formula(formula) if is_array => Written::Formula(excel::of_array(&formula)),
        written => written,
    };
    // Each round counts against the formulas that a workbook may have.
    for row in place.row..place.row.saturating_add(place.rows) {
        for column in start..place.column {
            let cell = position(column, row)?;
            match &written {
                Written::Formula(formula) => reading.add(cell, formula.clone())?,
                Written::OfExcel(formula) => xlsx::add(reading, cell, formula, is_array)?,
            }
        }
    }
    Ok(())
}

fn position(column: u64, row: u64) -> Result<Position, WorkbookError> {
    let number = |number: u64| u32::try_from(number + 1).ok();
    let position = number(column).zip(number(row));
    position
        .and_then(|(column, row)| Position::new(column, row))
        .ok_or_else(|| {
            let problem = "it has a formula beyond the last cell of a sheet";
            WorkbookError::damaged(Kind::Ods, problem)
        })
}
