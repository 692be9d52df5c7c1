//! Workbooks of an audit: which files they are, and what is found in each.

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analyzer::cell::CellAddress;
use analyzer::parser::Locale;
use analyzer::report::lines;
use analyzer::ruleset::RuleSet;
use anyhow::{Context, bail, ensure};
use workbooks::{Kind, LARGEST_FILE, Workbook, WorkbookError};

use super::FIRST_SHEET;
use super::audited::{Audited, Book};
use crate::analysis::Abandoned;
use crate::cli::input::Source;
use crate::cli::terminal::notice;
use crate::clock::Clock;
use crate::parallel;

/// Audits each workbook; with a `sheet` only the sheets of this name. Gives what was audited and
/// why the others were not.
///
/// # Errors
/// Fails if there are workbooks, and none of them has the sheet.
pub(super) fn audit(
    rules: &RuleSet,
    locale: Locale,
    paths: &[PathBuf],
    sheet: Option<&str>,
) -> anyhow::Result<(Vec<Audited>, Vec<String>)> {
    let mut audited = Vec::new();
    let mut failed = Vec::new();
    let mut lacking = Vec::new();
    for path in paths {
        let mut workbook = match read(path) {
            Ok(workbook) => workbook,
            Err(error) => {
                failed.push(format!("{error:#}"));
                continue;
            }
        };
        if let Some(wanted) = sheet
            && !keep_only(&mut workbook, wanted)
        {
            lacking.push(path.display().to_string());
            continue;
        }
        let name = name_of(path, paths);
        audited.push(audit_workbook(rules, locale, path, name, workbook));
    }
    if let Some(wanted) = sheet {
        ensure!(
            !audited.is_empty() || lacking.is_empty(),
            "no workbook has a sheet {wanted:?}: {}",
            lacking.join(", ")
        );
        for name in lacking {
            notice(format_args!("{name} has no sheet {wanted:?}"));
        }
    }
    Ok((audited, failed))
}

fn read(path: &Path) -> anyhow::Result<Workbook> {
    let shown = path.display();
    let unreadable = || format!("{shown} can not be read");
    if path.as_os_str() == "-" {
        bail!("a workbook can not come from standard input: name its file");
    }
    let facts = fs::metadata(path).with_context(unreadable)?;
    if facts.is_dir() {
        bail!("{shown} is a folder: name the workbooks in it, such as {shown}/*.xlsx");
    }
    // Before all of it is in memory.
    let length = usize::try_from(facts.len()).unwrap_or(usize::MAX);
    let bytes = if length > LARGEST_FILE {
        Err(WorkbookError::TooLarge(length))
    } else {
        Ok(fs::read(path).with_context(unreadable)?)
    };
    let read = bytes.and_then(|bytes| {
        // What panics in the reader is told as an error, and not as a panic before it.
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let read = workbooks::read(&path.to_string_lossy(), &bytes);
        panic::set_hook(hook);
        read
    });
    read.map_err(|error| match error {
        WorkbookError::UnknownKind => anyhow::anyhow!(
            "{shown}: {error}. If it is a list of formulas, one a line: --formulas {shown}"
        ),
        error => anyhow::anyhow!("{shown}: {error}"),
    })
}

/// Leaves out all sheets but the one of this name, letter case aside; whether there is one.
fn keep_only(workbook: &mut Workbook, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    workbook
        .sheets
        .retain(|sheet| sheet.name.to_lowercase() == wanted);
    workbook
        .unread
        .retain(|unread| unread.sheet.to_lowercase() == wanted);
    !workbook.sheets.is_empty()
}

/// The name of the file, or its path where several have this name.
fn name_of(path: &Path, all: &[PathBuf]) -> String {
    let alike = all
        .iter()
        .filter(|other| other.file_name() == path.file_name());
    match path.file_name() {
        Some(name) if alike.count() < 2 => name.to_string_lossy().into_owned(),
        _ => path.display().to_string(),
    }
}

fn audit_workbook(
    rules: &RuleSet,
    locale: Locale,
    path: &Path,
    name: String,
    workbook: Workbook,
) -> Audited {
    // Files hold formulas in one way, whatever the locale of who made them; texts hold what a
    // person would see.
    let locale = if workbook.kind == Kind::Csv {
        locale
    } else {
        Locale::default()
    };
    let book = Book {
        name,
        sheets: workbook.sheets.len(),
        unread: workbook.unread,
    };
    let cells = workbook.sheets.into_iter().flat_map(|sheet| {
        let formulas = sheet.formulas.into_iter();
        formulas.map(move |(position, formula)| {
            let address = CellAddress {
                sheet: Some(sheet.name.clone()),
                position,
            };
            (address, formula)
        })
    });
    let cells = cells.collect();
    let names = Arc::new(workbook.names);
    let clock = Clock::system();
    let started = clock.now();
    let cells = parallel::audit_cells(rules, locale, &names, cells, &Abandoned::default());
    let finished = clock.now();
    let found = lines(rules, &cells, Some(&book.name), FIRST_SHEET);
    Audited {
        source: Source::File(path.to_owned()),
        book: Some(book),
        cells,
        lines: Vec::new(),
        found,
        started,
        finished,
    }
}
