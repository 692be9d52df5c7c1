//! A list of formulas, and the cell that each of them stands in.

use std::borrow::Cow;

use analyzer::cell::{CellAddress, Position};
use serde::Deserialize;

use crate::cli::input::{Line, Lines, Source};

/// A list of formulas.
pub(super) struct List {
    /// The cells with their contents, in the order of the lines.
    pub(super) cells: Vec<(CellAddress, String)>,
    /// The line that each of the cells comes from.
    pub(super) lines: Vec<ListLine>,
}

/// A line of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListLine {
    /// Counted from 1.
    pub(super) number: usize,
    /// Its length in UTF-16 code units.
    pub(super) length: usize,
    pub(super) form: Form,
}

/// How a line says its formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It is the formula.
    Plain,
    /// It is a JSON string.
    Text,
    /// It is a JSON object that names the cell too.
    Object,
}

/// Reads a list. Plain lines, empty ones too, stand in A1, A2, … of `sheet`; formulas that name
/// their cell but no sheet stand on `sheet` as well.
pub(super) fn read(source: Source, sheet: Option<&str>) -> anyhow::Result<List> {
    let mut lines = Lines::open(source)?;
    let mut rows = 1..;
    let mut list = List {
        cells: Vec::new(),
        lines: Vec::new(),
    };
    while let Some(line) = lines.read()? {
        let (mut address, formula, form) = if let Some(named) = CellLine::read(&line)? {
            let address: CellAddress = named
                .cell
                .trim()
                .parse()
                .map_err(|error| line.error(error))?;
            (address, named.formula, Form::Object)
        } else {
            let position = rows.next().and_then(|row| Position::new(1, row));
            let position =
                position.ok_or_else(|| line.error("a sheet has no more rows than that"))?;
            (
                CellAddress {
                    sheet: None,
                    position,
                },
                line.formula()?,
                if line.text.starts_with('"') {
                    Form::Text
                } else {
                    Form::Plain
                },
            )
        };
        address.sheet = address.sheet.or_else(|| sheet.map(str::to_owned));
        list.cells.push((address, formula.into_owned()));
        list.lines.push(ListLine {
            number: line.number,
            length: line.text.encode_utf16().count(),
            form,
        });
    }
    Ok(list)
}

/// A line that says where its formula stands.
#[derive(Deserialize)]
struct CellLine<'a> {
    #[serde(borrow)]
    cell: Cow<'a, str>,
    #[serde(borrow)]
    formula: Cow<'a, str>,
}

impl<'a> CellLine<'a> {
    /// Reads an object; `None` for a line that is none, which an array such as `{1,2}` is not.
    fn read(line: &Line<'a>) -> anyhow::Result<Option<Self>> {
        let is_object = line
            .text
            .strip_prefix('{')
            .is_some_and(|rest| rest.trim_start().starts_with('"'));
        if !is_object {
            return Ok(None);
        }
        let expected = r#"a line that starts with { must be {"cell":"Sheet1!B2","formula":"=…"}"#;
        line.json(expected).map(Some)
    }
}
