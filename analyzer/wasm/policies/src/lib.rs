//! The compiler of policies for the browser, in one module with all that `analyzer-wasm` binds:
//! bindings only, no logic.
//!
//! A package of its own, because policies are several times as large as all else, and most pages
//! only check formulas with the built-in rules.

pub use analyzer_wasm::{Analyzer, Run, engine, is_built_in};

use analyzer::policy::{Incremental, Lexicon};
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

/// Compiles policies. Keeps the vocabulary, and what the sentences of the text before said: use one
/// for a text that somebody writes, and call it at every change.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PolicyCompiler {
    compiler: Incremental,
}

#[wasm_bindgen]
impl PolicyCompiler {
    /// A compiler of English sentences.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::new_without_default,
        reason = "JavaScript calls it, and knows no default"
    )]
    #[must_use]
    pub fn new() -> Self {
        Self {
            compiler: Incremental::new(Lexicon::english()),
        }
    }

    /// Compiles a policy in plain text or Markdown: every sentence with what became of it. The
    /// result is what `Analyzer.usePolicies` takes as `compiled`.
    #[wasm_bindgen(unchecked_return_type = "CompiledPolicy")]
    pub fn compile(&mut self, text: &str) -> Result<JsValue, JsError> {
        let compiled = self.compiler.compile(text);
        // What is missing is null, as in JSON.
        let serializer = Serializer::json_compatible();
        Ok(compiled.to_wire(text).serialize(&serializer)?)
    }
}
