//! Real workbooks, in the folder `excelint-dev/workbooks` of the one that `SHEETBRAIN_CORPUS` names.
#![expect(
    clippy::print_stdout,
    reason = "says what was measured, and when nothing was"
)]

use std::io::Cursor;

use analyzer::parser::{Locale, parse};
use calamine::{Reader, Xlsx};
use workbooks::read;

/// The names and bytes of the corpus; `None` when there is none.
fn corpus() -> Option<Vec<(String, Vec<u8>)>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the test command says where things are"
    )]
    let folder = std::env::var_os("SHEETBRAIN_CORPUS");
    let Some(folder) = folder else {
        println!("SHEETBRAIN_CORPUS is not set: no workbook was read");
        return None;
    };
    let folder = std::path::Path::new(&folder).join("excelint-dev/workbooks");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    Some(files)
}

#[test]
fn every_workbook_is_read_and_nearly_every_formula_parses() {
    let Some(files) = corpus() else {
        return;
    };
    let (mut all, mut parsed, mut unread) = (0, 0, 0);
    for (name, bytes) in &files {
        let workbook = read(name, bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        unread += workbook.unread.len();
        for (cell, formula) in workbook.sheets.iter().flat_map(|sheet| &sheet.formulas) {
            all += 1;
            let tree = parse(formula, Locale::default());
            match tree.errors().first() {
                None => parsed += 1,
                Some(error) => println!("{name} {cell} {formula}: {error:?}"),
            }
        }
    }
    println!(
        "{} workbooks, {all} formulas, {parsed} parse, {unread} unread",
        files.len()
    );
    assert!(all > 0 && parsed * 100 >= all * 99, "{parsed} of {all}");
}

#[test]
fn another_reader_finds_the_same_formulas_in_the_same_cells() {
    for (name, bytes) in corpus().unwrap_or_default() {
        let workbook = read(&name, &bytes).unwrap();
        let mut other: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        for sheet in &workbook.sheets {
            let range = other.worksheet_formula(&sheet.name).unwrap();
            let (top, left) = range.start().unwrap_or_default();
            let theirs: Vec<_> = range
                .used_cells()
                .map(|(row, column, formula)| {
                    let row = top + u32::try_from(row).unwrap() + 1;
                    let column = left + u32::try_from(column).unwrap() + 1;
                    (row, column, format!("={formula}"))
                })
                .collect();
            let mut ours: Vec<_> = sheet
                .formulas
                .iter()
                .map(|(cell, formula)| (cell.row, cell.column, formula.clone()))
                .collect();
            ours.sort();
            assert_eq!(ours, theirs, "{name} {}", sheet.name);
        }
    }
}
