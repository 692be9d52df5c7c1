//! How an organization's rules come in: as objects, which are read where they are, since they are few.

use std::sync::Arc;

use analyzer::json::Json;
use analyzer::parser::Locale;
use analyzer::policy::stored::{StoredPolicy, StoredRuleSet};
use analyzer::rule::Preset;
use analyzer::rules;
use analyzer::ruleset::RuleSet;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::Analyzer;

/// Whether a built-in rule has this name. Findings of policies have such names too, where a sentence
/// demands what a rule checks.
#[wasm_bindgen(js_name = isBuiltIn)]
#[must_use]
pub fn is_built_in(rule: &str) -> bool {
    rules::find(rule).is_some()
}

#[wasm_bindgen]
impl Analyzer {
    /// An analyzer with the rules of several presets. Where two give a setting different values,
    /// the later one wins. Throws when there is no such preset.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "wasm-bindgen gives lists by value"
    )]
    #[wasm_bindgen(js_name = ofPresets)]
    pub fn of_presets(
        #[wasm_bindgen(unchecked_param_type = "readonly string[]")] presets: Vec<String>,
        locale: &str,
    ) -> Result<Self, JsError> {
        let presets: Result<Vec<Preset>, _> = presets.iter().map(|name| name.parse()).collect();
        Ok(Self {
            rules: Arc::new(RuleSet::of(&presets?)),
            locale: Locale::from_tag(locale),
        })
    }

    /// An analyzer with an organization's rules: what `GET /api/rulesets` answers. Throws when a
    /// rule is not known here, a policy was compiled by a newer version or something can not be
    /// read: rules are enforced whole or not at all.
    #[wasm_bindgen(js_name = ofRuleSet)]
    pub fn of_rule_set(
        #[wasm_bindgen(unchecked_param_type = "OrganizationRules")] rules: JsValue,
        locale: &str,
    ) -> Result<Self, JsError> {
        let rules = StoredRuleSet::from_json(&Held(rules))?.load()?;
        Ok(Self {
            rules: Arc::new(rules),
            locale: Locale::from_tag(locale),
        })
    }

    /// Checks formulas against these compiled policies too, in place of those before. Throws, and
    /// leaves those before in force, when one of them is of another version or can not be read.
    #[wasm_bindgen(js_name = usePolicies)]
    pub fn use_policies(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "readonly StoredPolicy[]")] policies: JsValue,
    ) -> Result<(), JsError> {
        let policies = StoredPolicy::all_from_json(&Held(policies))?;
        let loaded: Result<Vec<_>, _> = policies.into_iter().map(StoredPolicy::load).collect();
        self.rules = Arc::new(RuleSet::clone(&self.rules).with_policies(loaded?));
        Ok(())
    }
}

/// JSON that JavaScript holds.
#[derive(Clone)]
struct Held(JsValue);

impl Json for Held {
    fn is_null(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let items = self.0.dyn_ref::<Array>()?;
        Some(items.iter().map(Self).collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        if self.0.is_object() && !Array::is_array(&self.0) {
            let names = Object::keys(self.0.unchecked_ref::<Object>());
            return Some(names.iter().filter_map(|name| name.as_string()).collect());
        }
        None
    }

    fn member(&self, name: &str) -> Option<Self> {
        Reflect::get(&self.0, &name.into()).ok().map(Self)
    }
}
