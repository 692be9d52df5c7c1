//! The analyzer for the browser: bindings only, no logic.
//!
//! Formulas come in batches, because a call costs more than a formula; offsets are UTF-16 code
//! units, as JavaScript counts them; findings are plain objects, made without JSON. The TypeScript
//! declarations come from the Rust types.

mod answer;
mod batch;
#[cfg(feature = "policies")]
mod policies;

use analyzer::ast::Formula;
use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::parser::{Locale, parse};
use analyzer::print;
use analyzer::rule::Preset;
use analyzer::ruleset::{ENGINE, RuleSet};
use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

pub use answer::{Checked, LocalFinding};

use answer::Answer;
use batch::Batch;

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
    rules: RuleSet,
    locale: Locale,
}

#[wasm_bindgen]
impl Analyzer {
    /// An analyzer with the rules of a preset, such as `recommended`, for formulas as written in
    /// the spreadsheet's locale, such as `en-US`. Throws when there is no such preset.
    #[wasm_bindgen(constructor)]
    pub fn new(preset: &str, locale: &str) -> Result<Self, JsError> {
        Ok(Self {
            rules: RuleSet::of(&[preset.parse::<Preset>()?]),
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
    /// that the server gives them there. Without it each formula is taken to stand in A1. Throws
    /// when an entry is not a text or a cell is missing.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen gives optional numbers by value"
    )]
    #[wasm_bindgen(unchecked_return_type = "Checked[]")]
    pub fn check(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly string[]")] formulas: &Array,
        cells: Option<Vec<u32>>,
    ) -> Result<Array, JsValue> {
        let batch = Batch::read(formulas)?;
        let cells = batch.cells(cells.as_deref())?;
        let mut auditor = Auditor::new(&self.rules, self.locale);
        let mut answer = Answer::default();
        for (formula, cell) in batch.formulas().zip(cells) {
            let audit = auditor.audit(formula, cell);
            answer.add(&Checked::new(&self.rules, formula, audit));
        }
        Ok(answer.into_objects())
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
