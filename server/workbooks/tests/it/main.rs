//! Workbooks as people and programs make them, and files that are none.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

mod broken;
mod corpus;
mod csv_text;
mod forms;
mod made;

use workbooks::{Workbook, read};

/// The formulas of a workbook with their cells: `Data!B2 =A1`.
#[track_caller]
fn formulas(name: &str, bytes: &[u8]) -> Vec<String> {
    listed(&read(name, bytes).unwrap())
}

fn listed(workbook: &Workbook) -> Vec<String> {
    let sheets = workbook.sheets.iter();
    sheets
        .flat_map(|sheet| {
            let cells = sheet.formulas.iter();
            cells.map(|(cell, formula)| format!("{}!{cell} {formula}", sheet.name))
        })
        .collect()
}

/// What could not be read: `Data!B2 reason`, `Data reason`.
fn unread(workbook: &Workbook) -> Vec<String> {
    let cells = workbook.unread.iter();
    cells
        .map(|unread| match unread.cell {
            Some(cell) => format!("{}!{cell} {}", unread.sheet, unread.reason),
            None => format!("{} {}", unread.sheet, unread.reason),
        })
        .collect()
}
