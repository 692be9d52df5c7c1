//! A check in slices, so that a page can stay responsive and stop in between.

use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::parser::Locale;
use analyzer::ruleset::RuleSet;
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Answer, Checked};
use crate::batch::Batch;

/// Checks slices of formulas, and remembers what it has checked.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Run {
    rules: Arc<RuleSet>,
    auditor: Auditor<'static>,
}

impl Run {
    pub(crate) fn new(rules: Arc<RuleSet>, locale: Locale) -> Self {
        Self {
            auditor: Auditor::sharing(Arc::clone(&rules), locale),
            rules,
        }
    }
}

#[wasm_bindgen]
impl Run {
    /// Checks a slice, as `Analyzer.check` does.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen gives what may be left out by value"
    )]
    #[wasm_bindgen(unchecked_return_type = "Checked[]")]
    pub fn check(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "readonly string[]")] formulas: &Array,
        cells: Option<Vec<u32>>,
        sheet: Option<String>,
    ) -> Result<Array, JsValue> {
        let batch = Batch::read(formulas)?;
        let cells = batch.cells(cells.as_deref())?;
        let mut answer = Answer::default();
        for (formula, cell) in batch.formulas().zip(cells) {
            let audit = self.auditor.audit_on(formula, sheet.as_deref(), cell);
            answer.add(&Checked::new(&self.rules, formula, audit));
        }
        Ok(answer.into_objects())
    }
}
