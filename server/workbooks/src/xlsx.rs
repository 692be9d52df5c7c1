//! `.xlsx` and `.xlsm`: what the workbook says of its sheets and names, and the formulas of each
//! sheet, read as a stream.
//!
//! Not by calamine, which does not tell arrays and data tables from formulas, and which a file of a
//! hundred bytes can have reserve all of the memory.

use std::collections::BTreeMap;

use analyzer::cell::{CellAddress, Position};

use crate::archive::Archive;
use crate::error::WorkbookError;
use crate::excel::{self, Written};
use crate::shared::copied;
use crate::xml::{Element, Piece, Xml};
use crate::{Kind, Reading, Workbook};

pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    let mut archive = Archive::open(Kind::Xlsx, bytes)?;
    let mut reading = Reading::new(Kind::Xlsx);
    let links = relationships(&mut archive, "")?;
    let main = links.into_values().find(|link| link.is("officeDocument"));
    let main = main.ok_or_else(|| missing("a workbook"))?.target;
    let links = relationships(&mut archive, &main)?;
    let book = archive.read(&main, |xml| read_book(&mut reading, xml))?;
    let sheets = book.ok_or_else(|| missing(&main))?;
    read_tables(&mut archive, &mut reading)?;
    for (name, id) in sheets {
        reading.begin_sheet(name)?;
        match links.get(&id) {
            Some(link) if link.is("worksheet") => {
                let sheet = archive.read(&link.target, |xml| read_sheet(&mut reading, xml))?;
                if sheet.is_none() {
                    reading.skip(None, format!("the file has no part {}", link.target))?;
                }
            }
            Some(link) if link.is("xlMacrosheet") || link.is("xlIntlMacrosheet") => {
                reading.skip(None, "macros of Excel 4 are no formulas of a sheet")?;
            }
            // Charts and dialogs have no cells.
            Some(_) => {}
            None => reading.skip(None, "the file does not say where its cells are")?,
        }
    }
    Ok(reading.finish())
}

fn missing(what: &str) -> WorkbookError {
    WorkbookError::damaged(Kind::Xlsx, format_args!("{what} is missing in it"))
}

/// What a part of the file refers to.
struct Link {
    kind: String,
    /// The part, from the top of the archive.
    target: String,
}

impl Link {
    /// Both dialects of the format end the address of a kind alike.
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// What the part refers to, by the ids of the references; an empty name is the whole file.
fn relationships(
    archive: &mut Archive<'_>,
    part: &str,
) -> Result<BTreeMap<String, Link>, WorkbookError> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let beside = match folder {
        "" => format!("_rels/{name}.rels"),
        folder => format!("{folder}/_rels/{name}.rels"),
    };
    let mut links = BTreeMap::new();
    archive.read(&beside, |xml| {
        xml.each(|element| {
            let parts = (
                element.attribute("Id"),
                element.attribute("Type"),
                element.attribute("Target"),
            );
            if let (Some(id), Some(kind), Some(target)) = parts {
                let target = absolute(folder, &target);
                links.insert(id, Link { kind, target });
            }
            Ok(())
        })
    })?;
    Ok(links)
}

/// The part that a part in `folder` calls `target`.
fn absolute(folder: &str, target: &str) -> String {
    let whole = match target.strip_prefix('/') {
        Some(target) => target.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in whole.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The sheets in their order with the ids of their parts; names go to `reading`.
fn read_book(
    reading: &mut Reading,
    xml: &mut Xml<'_>,
) -> Result<Vec<(String, String)>, WorkbookError> {
    let mut sheets = Vec::new();
    loop {
        let name = match xml.next()? {
            Piece::EndOfPart => return Ok(sheets),
            Piece::Start(element) if element.name() == "sheet" => {
                let parts = (element.attribute("name"), element.prefixed_attribute("id"));
                if let (Some(name), Some(id)) = parts {
                    sheets.push((name, id));
                }
                continue;
            }
            Piece::Start(element) if element.name() == "definedName" => element.attribute("name"),
            _ => continue,
        };
        let content = xml.text()?;
        if let Some(name) = name {
            reading.define(name, &content);
        }
    }
}

fn read_tables(archive: &mut Archive<'_>, reading: &mut Reading) -> Result<(), WorkbookError> {
    let is_table = |part: &&str| part.starts_with("xl/tables/") && !part.contains("/_rels/");
    let parts = archive.parts().filter(is_table).map(str::to_owned);
    for part in parts.collect::<Vec<_>>() {
        archive.read(&part, |xml| {
            xml.each(|element| {
                if element.name() == "table" {
                    let name = element.attribute("displayName");
                    reading.tables.extend(name);
                }
                Ok(())
            })
        })?;
    }
    Ok(())
}

/// A formula that others are copies of.
struct Original {
    formula: String,
    cell: Position,
}

/// How a formula is kept.
struct Kept {
    kind: Option<String>,
    /// The number that copies share.
    group: Option<String>,
}

impl Kept {
    fn of(element: &Element<'_>) -> Self {
        Self {
            kind: element.attribute("t"),
            group: element.attribute("si"),
        }
    }
}

/// Reads the formulas of a sheet.
fn read_sheet(reading: &mut Reading, xml: &mut Xml<'_>) -> Result<(), WorkbookError> {
    let mut originals: BTreeMap<String, Original> = BTreeMap::new();
    // Programs may leave out where a row or a cell stands, if it follows the one before.
    let (mut row, mut column) = (0_u32, 0_u32);
    loop {
        let kept = match xml.next()? {
            Piece::EndOfPart => return Ok(()),
            Piece::End(element) if element.name() == "sheetData" => return Ok(()),
            Piece::Start(element) => match element.name() {
                "row" => {
                    let named = element.attribute("r").and_then(|row| row.parse().ok());
                    row = named.unwrap_or(row.saturating_add(1));
                    column = 0;
                    continue;
                }
                "c" => {
                    match element.attribute("r").map(|cell| cell.parse()) {
                        Some(Ok(CellAddress { position, .. })) => {
                            (row, column) = (position.row, position.column);
                        }
                        Some(Err(error)) => return Err(WorkbookError::damaged(Kind::Xlsx, error)),
                        None => column = column.saturating_add(1),
                    }
                    continue;
                }
                "f" => Kept::of(&element),
                _ => continue,
            },
            Piece::End(_) | Piece::Other => continue,
        };
        let formula = xml.text()?;
        let cell = Position::new(column, row).ok_or_else(|| {
            let problem = format!("it has a cell in column {column} of row {row}");
            WorkbookError::damaged(Kind::Xlsx, problem)
        })?;
        read_formula(reading, &mut originals, cell, &kept, formula)?;
    }
}

fn read_formula(
    reading: &mut Reading,
    originals: &mut BTreeMap<String, Original>,
    cell: Position,
    kept: &Kept,
    formula: String,
) -> Result<(), WorkbookError> {
    let kind = kept.kind.as_deref().unwrap_or("normal");
    if kind == "dataTable" {
        let reason = "it belongs to a what-if data table, which Google Sheets does not have";
        return reading.skip(Some(cell), reason);
    }
    let formula = match (&kept.group, formula.is_empty()) {
        (Some(group), true) if kind == "shared" => {
            let Some(original) = originals.get(group) else {
                let reason = "it is the copy of a formula that the file does not hold";
                return reading.skip(Some(cell), reason);
            };
            copied(&original.formula, original.cell, cell)
        }
        (_, true) => return reading.skip(Some(cell), "its formula is empty"),
        (Some(group), false) if kind == "shared" => {
            let original = Original {
                formula: formula.clone(),
                cell,
            };
            originals.insert(group.clone(), original);
            formula
        }
        (_, false) => formula,
    };
    add(reading, cell, &formula, kind == "array")
}

/// Adds a formula as Excel writes it.
pub(crate) fn add(
    reading: &mut Reading,
    cell: Position,
    formula: &str,
    is_array: bool,
) -> Result<(), WorkbookError> {
    // Some programs write the sign although the file format has none.
    match excel::written(formula.strip_prefix('=').unwrap_or(formula)) {
        Written::Formula(formula) if is_array => reading.add(cell, excel::of_array(&formula)),
        Written::Formula(formula) => reading.add(cell, formula),
        Written::OfGoogle(formula) => {
            reading.of_google = true;
            reading.add(cell, formula)
        }
        Written::Filled => {
            reading.of_google = true;
            Ok(())
        }
    }
}
