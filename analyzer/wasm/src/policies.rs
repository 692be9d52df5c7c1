//! How compiled policies come in: as objects, since they are few.

use analyzer::policy::stored::StoredPolicy;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::Analyzer;

#[wasm_bindgen]
impl Analyzer {
    /// Checks formulas against these compiled policies too, in place of those before. Throws, and
    /// leaves those before in force, when one of them is of another version or can not be read.
    #[wasm_bindgen(js_name = usePolicies)]
    pub fn use_policies(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "readonly StoredPolicy[]")] policies: JsValue,
    ) -> Result<(), JsError> {
        let policies: Vec<StoredPolicy> = serde_wasm_bindgen::from_value(policies)?;
        let loaded: Result<Vec<_>, _> = policies.into_iter().map(StoredPolicy::load).collect();
        self.rules = self.rules.clone().with_policies(loaded?);
        Ok(())
    }
}
