//! What `analyzer-wasm` binds with its feature `enforcement`, in a module of its own.
//!
//! A package of its own, because most pages only check formulas with the built-in rules, and few of
//! the others compile policies.

pub use analyzer_wasm::{Analyzer, Run, engine, is_built_in};
