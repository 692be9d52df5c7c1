//! How formulas come in: as one text with the length of each, since each string that crosses by
//! itself would cost more than it takes to parse it.

use analyzer::cell::Position;
use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::FIRST_CELL;

#[wasm_bindgen(module = "/src/crossing.js")]
extern "C" {
    /// The length of each text in UTF-16 code units; throws if one is no text.
    #[wasm_bindgen(catch)]
    fn lengths(texts: &Array) -> Result<Vec<u32>, JsValue>;
    /// The texts with a line break after each, so that the halves of two broken surrogate pairs
    /// can not become one character.
    fn join(texts: &Array) -> String;
}

/// Formulas as they came in.
pub(crate) struct Batch {
    text: String,
    /// In UTF-16 code units.
    lengths: Vec<u32>,
}

impl Batch {
    pub(crate) fn read(formulas: &Array) -> Result<Self, JsValue> {
        Ok(Self {
            lengths: lengths(formulas)?,
            text: join(formulas),
        })
    }

    /// The formulas, in their order.
    pub(crate) fn formulas(&self) -> impl Iterator<Item = &str> {
        let is_ascii = self.text.is_ascii();
        let mut rest = self.text.as_str();
        self.lengths.iter().map(move |units| {
            let units = *units as usize;
            let bytes = if is_ascii {
                units
            } else {
                bytes_of(rest, units)
            };
            let (formula, after) = rest.split_at_checked(bytes).unwrap_or((rest, ""));
            rest = after.get(1..).unwrap_or_default();
            formula
        })
    }

    /// The cell of each formula, from columns and rows in turn.
    pub(crate) fn cells<'a>(
        &self,
        cells: Option<&'a [u32]>,
    ) -> Result<impl Iterator<Item = Position> + use<'a>, JsError> {
        let wanted = self.lengths.len() * 2;
        if let Some(cells) = cells.filter(|cells| cells.len() != wanted) {
            return Err(JsError::new(&format!(
                "{} formulas have {wanted} columns and rows, and {} were given",
                self.lengths.len(),
                cells.len()
            )));
        }
        let given = cells.unwrap_or_default().chunks_exact(2);
        let given = given.map(|cell| match cell {
            [column, row] => Position {
                column: *column,
                row: *row,
            },
            _ => FIRST_CELL,
        });
        Ok(given.chain(std::iter::repeat(FIRST_CELL)))
    }
}

/// How many bytes the first `units` UTF-16 code units of the text take.
fn bytes_of(text: &str, units: usize) -> usize {
    let mut passed = 0;
    let end = text.char_indices().find(|(_, character)| {
        let is_end = passed >= units;
        passed += character.len_utf16();
        is_end
    });
    end.map_or(text.len(), |(offset, _)| offset)
}
