//! `.xlsb`, read by calamine as a stream, and what both binary forms need of it: calamine puts their
//! formulas together from tokens and not quite as Excel does. What can be put right exactly is put
//! right; a cell whose formula then still is none, or may be another one, is skipped.

use std::io::Cursor;

use analyzer::cell::Position;
use analyzer::parser::{Locale, parse};
use analyzer::print::sheet_prefix;
use calamine::{Reader, SheetType, Xlsb, XlsbError};

use crate::archive::Archive;
use crate::error::WorkbookError;
use crate::{Kind, Reading, Workbook, xlsx};

/// Why the copies of a formula are not read from the binary forms.
pub(crate) const COPY: &str = "it is a copy of another cell's formula, or a part of an array, which \
                               this form of file keeps apart. Save the workbook as .xlsx";

const UNTOLD: &str = "this form of file does not tell its formula well enough. Save the workbook \
                      as .xlsx";
const ELSEWHERE: &str = "it may read another workbook, or several sheets at once, which this form of \
                         file does not tell well enough. Save the workbook as .xlsx";

/// What is known of a workbook before its formulas are.
pub(crate) struct Around {
    /// The sheets whose names need quotes, the longest names first.
    quoted: Vec<String>,
    /// Whether references to sheets may be to those of other workbooks or to several at once, which
    /// calamine takes for one of this workbook.
    elsewhere: bool,
}

impl Around {
    pub(crate) fn new(sheets: &[String], elsewhere: bool) -> Self {
        let needs_quotes = |name: &&String| sheet_prefix(name).starts_with('\'');
        let mut quoted: Vec<String> = sheets.iter().filter(needs_quotes).cloned().collect();
        quoted.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { quoted, elsewhere }
    }

    /// Adds a formula as calamine tells it.
    pub(crate) fn add(
        &self,
        reading: &mut Reading,
        cell: Position,
        formula: &str,
    ) -> Result<(), WorkbookError> {
        if self.elsewhere && formula.contains('!') {
            return reading.skip(Some(cell), ELSEWHERE);
        }
        let mended = self.mended(formula);
        // Excel keeps no formula that is none.
        let errors = parse(&mended, Locale::default());
        if !errors.errors().is_empty() {
            return reading.skip(Some(cell), UNTOLD);
        }
        xlsx::add(reading, cell, &mended, false)
    }

    /// The formula with quotes around the names of sheets that need them, and with the comparisons
    /// `>` and `>=`, which calamine takes for one another.
    fn mended(&self, formula: &str) -> String {
        let mut mended = String::with_capacity(formula.len() + 8);
        let mut rest = formula;
        let mut in_text = false;
        let mut before = ' ';
        while let Some(character) = rest.chars().next() {
            let mut taken = character.len_utf8();
            let joins = before.is_alphanumeric() || matches!(before, '_' | '.');
            let sheet = self.quoted.iter().find(|name| {
                let behind = rest.strip_prefix(name.as_str());
                !in_text && !joins && behind.is_some_and(|behind| behind.starts_with('!'))
            });
            if let Some(name) = sheet {
                mended.push_str(&sheet_prefix(name));
                taken = name.len() + 1;
            } else if !in_text && character == '>' && before != '<' {
                if rest.starts_with(">=") {
                    mended.push('>');
                    taken = 2;
                } else {
                    mended.push_str(">=");
                }
            } else {
                in_text ^= character == '"';
                mended.push(character);
            }
            before = character;
            rest = rest.get(taken..).unwrap_or_default();
        }
        mended
    }
}

pub(crate) fn read_xlsb(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    let mut archive = Archive::open(Kind::Xlsb, bytes)?;
    // calamine unfolds whole parts by itself.
    archive.check_size()?;
    let elsewhere = archive
        .parts()
        .any(|part| part.starts_with("xl/externalLinks/"));
    let mut file = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => WorkbookError::Encrypted,
        error => WorkbookError::damaged(Kind::Xlsb, error),
    })?;
    let mut reading = Reading::new(Kind::Xlsb);
    for (name, content) in file.defined_names() {
        reading.define(name.clone(), content);
    }
    let around = Around::new(&file.sheet_names(), elsewhere);
    for sheet in file.sheets_metadata().to_vec() {
        reading.begin_sheet(sheet.name.clone())?;
        if sheet.typ == SheetType::WorkSheet {
            read_sheet(&mut reading, &mut file, &sheet.name, &around)?;
        }
    }
    Ok(reading.finish())
}

fn read_sheet(
    reading: &mut Reading,
    file: &mut Xlsb<Cursor<&[u8]>>,
    name: &str,
    around: &Around,
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
                    (Some(at), formula) => around.add(reading, at, formula)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(formula: &str, expected: &str) {
        let sheets = ["Data", "My data", "My", "a My data", "It's"];
        let sheets = sheets.map(str::to_owned);
        assert_eq!(Around::new(&sheets, false).mended(formula), expected);
    }

    #[test]
    fn names_of_sheets_are_quoted_where_they_must_be() {
        becomes("My data!A1+Data!A1", "'My data'!A1+Data!A1");
        becomes(
            "SUM(a My data!$A$1,It's!A1)",
            "SUM('a My data'!$A$1,'It''s'!A1)",
        );
        becomes("\"My data!A1\"&Data!A1", "\"My data!A1\"&Data!A1");
    }

    #[test]
    fn comparisons_are_the_right_way_round() {
        becomes("A1>B1", "A1>=B1");
        becomes("A1>=B1", "A1>B1");
        becomes("A1<>B1<=C1=\">\"", "A1<>B1<=C1=\">\"");
    }
}
