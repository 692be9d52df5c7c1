//! What a formula computes, in plain words.

use analyzer::report::{ReportedStep, explained};
use js_sys::Array;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Analyzer;

#[wasm_bindgen(module = "/src/crossing.js")]
extern "C" {
    /// The objects of steps with these texts; `spans` has the start and the end of each in turn.
    fn steps(texts: Vec<String>, spans: &[u32]) -> Array;
}

#[wasm_bindgen]
impl Analyzer {
    /// What the formula computes, step by step, the inner parts first. A formula with syntax
    /// errors is explained as far as it could be read, and then the errors. Throws when the text
    /// is no formula or too long.
    #[wasm_bindgen(unchecked_return_type = "ReportedStep[]")]
    pub fn explain(&self, formula: &str) -> Result<Array, JsError> {
        let explained = explained(formula, self.locale)?;
        let bounds = |step: &ReportedStep| [step.span.start, step.span.end];
        let spans: Vec<u32> = explained.iter().flat_map(bounds).collect();
        let texts = explained.into_iter().map(|step| step.text);
        Ok(steps(texts.collect(), &spans))
    }
}
