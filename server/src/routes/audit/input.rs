//! The body of an audit: which formulas stand in which cells, in any of the shapes that clients send.

use analyzer::cell::{CellAddress, CellRange, PlacementError, Position};
use analyzer::parser::Locale;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, de};

use crate::error::{Error, Result};
use crate::extract::parse_json;
use crate::problem::ProblemType;

/// The body of `POST /api/audit`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct AuditRequest {
    /// The formulas: a list, rows of a matrix, or cells with their formulas.
    #[serde(default)]
    #[schema(value_type = Option<FormulasSchema>)]
    formulas: Option<Vec<Item>>,
    /// Where the formulas stand: `Sheet1!A2:C10`. Wins over the context's.
    #[serde(default)]
    range: Option<String>,
    /// What else is known of them.
    #[serde(default)]
    context: Option<AuditContext>,
}

/// What is known of the formulas. What is not listed here is accepted and not read.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
struct AuditContext {
    /// Where the formulas stand.
    #[serde(default)]
    range: Option<String>,
    /// The department whose policies apply; without one, all do.
    #[serde(default)]
    department: Option<String>,
    /// The spreadsheet's locale, which decides about separators: `en-US`, `de_DE`.
    #[serde(default)]
    locale: Option<String>,
    /// The older place of the formulas.
    #[serde(default)]
    data: Option<ContextData>,
}

/// The older place of the formulas.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
struct ContextData {
    /// Rows of formulas.
    #[serde(default)]
    #[schema(value_type = Option<FormulasSchema>)]
    formulas: Option<Vec<Item>>,
}

/// The shapes of the list of formulas.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only described; read as a list of items for the sake of its errors"
)]
enum FormulasSchema {
    /// Fills the range row by row, or column A downwards.
    List(Vec<String>),
    /// Rows from the range's top left corner on.
    Matrix(Vec<Vec<String>>),
    /// Each with its cell.
    Cells(Vec<CellFormula>),
}

/// A formula and where it stands.
#[derive(Debug, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CellFormula {
    /// `B2`, `Sheet1!B2`
    cell: String,
    /// `=…`
    formula: String,
}

/// One entry of `formulas`.
#[derive(Debug)]
enum Item {
    Formula(String),
    Row(Vec<String>),
    Cell(CellFormula),
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct ItemVisitor;

        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a formula, a row of formulas, or {cell, formula}")
            }

            fn visit_str<E: de::Error>(self, formula: &str) -> std::result::Result<Item, E> {
                Ok(Item::Formula(formula.to_owned()))
            }

            fn visit_string<E: de::Error>(self, formula: String) -> std::result::Result<Item, E> {
                Ok(Item::Formula(formula))
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> std::result::Result<Item, A::Error> {
                let mut row = Vec::new();
                while let Some(formula) = items.next_element()? {
                    row.push(formula);
                }
                Ok(Item::Row(row))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Item, A::Error> {
                CellFormula::deserialize(MapAccessDeserializer::new(map)).map(Item::Cell)
            }
        }

        deserializer.deserialize_any(ItemVisitor)
    }
}

/// Formulas with their cells, in the order given.
#[derive(Debug)]
pub(super) struct AuditInput {
    pub(super) department: Option<String>,
    pub(super) locale: Locale,
    pub(super) cells: Vec<(CellAddress, String)>,
}

impl AuditInput {
    /// Reads a body. Empty texts are no formulas and are left out.
    pub(super) fn read(body: &[u8], most: usize) -> Result<Self> {
        let request: AuditRequest = parse_json(body)?;
        let context = request.context.unwrap_or_default();
        let (items, pointer) = match (
            request.formulas,
            context.data.and_then(|data| data.formulas),
        ) {
            (Some(items), _) => (items, "/formulas"),
            (None, Some(items)) => (items, "/context/data/formulas"),
            (None, None) => {
                return Err(Error::input(
                    "/formulas",
                    "formulas is missing: a list of formulas, rows of formulas, or cells with formulas.",
                ));
            }
        };
        let range = match (&request.range, &context.range) {
            (Some(text), _) => Some(read_range(text, "/range")?),
            (None, Some(text)) => Some(read_range(text, "/context/range")?),
            (None, None) => None,
        };
        let locale = match context
            .locale
            .as_deref()
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
        {
            None => Locale::default(),
            Some(tag) => Locale::for_tag(tag).ok_or_else(|| {
                Error::input(
                    "/context/locale",
                    format!("\"{tag}\" is not a locale such as en-US or de_DE."),
                )
            })?,
        };
        let cells = place(items, range, pointer)?;
        if cells.len() > most {
            return Err(Error::new(
                ProblemType::TooLarge,
                format!(
                    "The request has {} formulas; {most} are taken at most. Send them in several requests.",
                    cells.len()
                ),
            ));
        }
        Ok(Self {
            department: context.department,
            locale,
            cells,
        })
    }
}

fn read_range(text: &str, pointer: &str) -> Result<CellRange> {
    let range: CellRange = text
        .trim()
        .parse()
        .map_err(|error: analyzer::cell::AddressError| {
            Error::input(pointer, format!("{error}."))
        })?;
    check_sheet(range.sheet.as_deref(), pointer)?;
    Ok(range)
}

/// No spreadsheet has such a name, and the database could not store it.
fn check_sheet(sheet: Option<&str>, pointer: &str) -> Result<()> {
    if sheet.is_some_and(|name| name.contains('\0')) {
        return Err(Error::input(
            pointer,
            "The name of a sheet can not contain NUL characters.",
        ));
    }
    Ok(())
}

/// Gives every formula its cell. The first entry decides which shape all of them have.
fn place(
    items: Vec<Item>,
    range: Option<CellRange>,
    pointer: &str,
) -> Result<Vec<(CellAddress, String)>> {
    let mixed = |index: usize, expected: &str| {
        let pointer = format!("{pointer}/{index}");
        Error::input(
            pointer,
            format!("The first entry is {expected}, so this one must be one too."),
        )
    };
    let misplaced = |error: PlacementError| Error::input(pointer, format!("{error}."));
    let range = range.unwrap_or_else(CellRange::column_a);
    let at = |position: Position| CellAddress {
        sheet: range.sheet.clone(),
        position,
    };
    let indexed = items.len();
    let mut cells = Vec::with_capacity(indexed);
    match items.first() {
        None => {}
        Some(Item::Formula(_)) => {
            let positions = range.place_list(indexed).map_err(misplaced)?;
            for ((index, item), position) in items.into_iter().enumerate().zip(positions) {
                let Item::Formula(formula) = item else {
                    return Err(mixed(index, "a formula"));
                };
                cells.push((at(position), formula));
            }
        }
        Some(Item::Row(_)) => {
            for (row, item) in items.into_iter().enumerate() {
                let Item::Row(formulas) = item else {
                    return Err(mixed(row, "a row of formulas"));
                };
                for (column, formula) in formulas.into_iter().enumerate() {
                    let position = range.place_item(row, column).map_err(misplaced)?;
                    cells.push((at(position), formula));
                }
            }
        }
        Some(Item::Cell(_)) => {
            for (index, item) in items.into_iter().enumerate() {
                let Item::Cell(CellFormula { cell, formula }) = item else {
                    return Err(mixed(index, "a cell with its formula"));
                };
                let pointer = format!("{pointer}/{index}/cell");
                let address: CellAddress =
                    cell.trim()
                        .parse()
                        .map_err(|error: analyzer::cell::AddressError| {
                            Error::input(&pointer, format!("{error}."))
                        })?;
                check_sheet(address.sheet.as_deref(), &pointer)?;
                cells.push((address, formula));
            }
        }
    }
    cells.retain(|(_, formula)| !formula.is_empty());
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn cells(body: &Value) -> Vec<String> {
        let input = AuditInput::read(body.to_string().as_bytes(), 100).unwrap();
        input
            .cells
            .iter()
            .map(|(cell, formula)| format!("{cell} {formula}"))
            .collect()
    }

    fn refused(body: &Value) -> String {
        format!(
            "{:?}",
            AuditInput::read(body.to_string().as_bytes(), 100).unwrap_err()
        )
    }

    #[test]
    fn a_list_fills_column_a_downwards() {
        assert_eq!(
            cells(&json!({"formulas": ["=A", "=B"]})),
            ["A1 =A", "A2 =B"]
        );
    }

    #[test]
    fn a_list_fills_its_range_row_by_row_and_empty_texts_keep_their_place() {
        let body = json!({"formulas": ["=A", "", "=C"], "context": {"range": "Data!B2:C9"}});
        assert_eq!(cells(&body), ["Data!B2 =A", "Data!B3 =C"]);
    }

    #[test]
    fn the_older_shape_is_read() {
        let body =
            json!({"range": "B2:C3", "context": {"data": {"formulas": [["=A"], ["=B", "=C"]]}}});
        assert_eq!(cells(&body), ["B2 =A", "B3 =B", "C3 =C"]);
    }

    #[test]
    fn cells_name_themselves() {
        let body = json!({"formulas": [{"cell": "'My Sheet'!B2", "formula": "=A"}]});
        assert_eq!(cells(&body), ["'My Sheet'!B2 =A"]);
    }

    #[test]
    fn a_list_longer_than_its_range_is_refused() {
        let body = json!({"formulas": ["=A", "=B"], "range": "A1"});
        assert!(refused(&body).contains("do not fit"));
    }

    #[test]
    fn a_wrong_entry_is_pointed_at() {
        assert!(refused(&json!({"formulas": ["=A", 7]})).contains("/formulas/1"));
        assert!(refused(&json!({"formulas": ["=A", ["=B"]]})).contains("/formulas/1"));
        assert!(
            refused(&json!({"formulas": [{"cell": "B0", "formula": "=A"}]}))
                .contains("/formulas/0/cell")
        );
    }
}
