//! A list of formulas, and the cell that each of them stands in.

use std::borrow::Cow;

use analyzer::cell::{CellAddress, Position};
use serde::Deserialize;

use crate::cli::input::{Line, Lines, Source};

/// Reads a list. Plain lines, empty ones too, stand in A1, A2, … of `sheet`; formulas that name
/// their cell but no sheet stand on `sheet` as well.
pub(super) fn read(
    source: Source,
    sheet: Option<&str>,
) -> anyhow::Result<Vec<(CellAddress, String)>> {
    let mut lines = Lines::open(source)?;
    let mut rows = 1..;
    let mut cells = Vec::new();
    while let Some(line) = lines.read()? {
        let (mut address, formula) = if let Some(named) = CellLine::read(&line)? {
            let address: CellAddress = named
                .cell
                .trim()
                .parse()
                .map_err(|error| line.error(error))?;
            (address, named.formula)
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
            )
        };
        address.sheet = address.sheet.or_else(|| sheet.map(str::to_owned));
        cells.push((address, formula.into_owned()));
    }
    Ok(cells)
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
