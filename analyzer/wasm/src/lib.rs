//! The analyzer for the browser: bindings only, no logic.
//!
//! Formulas come in batches, because a call costs more than a formula; offsets are UTF-16 code
//! units, as JavaScript counts them; findings are plain objects, made without JSON. The TypeScript
//! declarations come from the Rust types.

mod answer;
mod batch;
#[cfg(feature = "enforcement")]
mod enforcement;
#[cfg(feature = "explanations")]
mod explanations;
mod run;

use std::sync::Arc;

use analyzer::ast::Formula;
use analyzer::cell::Position;
use analyzer::parser::{Locale, parse};
use analyzer::print;
use analyzer::rule::Preset;
use analyzer::ruleset::{ENGINE, RuleSet};
use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

pub use answer::{Checked, LocalFinding};
#[cfg(feature = "enforcement")]
pub use enforcement::is_built_in;
pub use run::Run;

/// Where a formula without a cell stands, as the server has it too.
const FIRST_CELL: Position = Position { column: 1, row: 1 };

/// The version of the analyzer, as `engine` of an audit's answer.
#[wasm_bindgen]
#[must_use]
pub fn engine() -> String {
    ENGINE.to_owned()
}

/// Checks formulas with a set of rules.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Analyzer {
    rules: Arc<RuleSet>,
    locale: Locale,
}

#[wasm_bindgen]
impl Analyzer {
    /// An analyzer with the rules of a preset, such as `recommended`, for formulas as written in
    /// the spreadsheet's locale, such as `en-US`. Throws when there is no such preset.
    #[wasm_bindgen(constructor)]
    pub fn new(preset: &str, locale: &str) -> Result<Self, JsError> {
        Ok(Self {
            rules: Arc::new(RuleSet::of(&[preset.parse::<Preset>()?])),
            locale: Locale::from_tag(locale),
        })
    }

    /// The hash of the rules and policies: equal to `ruleset` of an audit's answer when the same
    /// things are found here and there.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn ruleset(&self) -> String {
        self.rules.hash().to_owned()
    }

    /// Checks many formulas; the result has one entry for each, in their order.
    ///
    /// `cells` says where they stand: for each formula its column and its row, from 1. Formulas
    /// that were copied from one another are then checked once, and findings have the fingerprints
    /// that the server gives them there. Without it each formula is taken to stand in A1. `sheet`
    /// is the name of the sheet on which all of them stand, for rules that hold on some sheets
    /// only. Throws when an entry is not a text or a cell is missing.
    #[wasm_bindgen(unchecked_return_type = "Checked[]")]
    pub fn check(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly string[]")] formulas: &Array,
        cells: Option<Vec<u32>>,
        sheet: Option<String>,
    ) -> Result<Array, JsValue> {
        self.begin().check(formulas, cells, sheet)
    }

    /// Begins a check of many formulas in slices: a copy of a formula of an earlier slice is not
    /// checked anew. Goes on with the rules of now, whatever becomes of the analyzer.
    #[must_use]
    pub fn begin(&self) -> Run {
        Run::new(Arc::clone(&self.rules), self.locale)
    }

    /// The formula as the analyzer writes it: upper-case names, no needless spaces. A part that
    /// can not be read stays as it is.
    #[must_use]
    pub fn canonical(&self, formula: &str) -> String {
        let tree = parse(formula, self.locale);
        let parsed = Formula {
            source: formula,
            tree: &tree,
        };
        print::canonical(parsed, self.locale)
    }
}
