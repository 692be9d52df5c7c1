//! The analyzer for the browser: bindings only, no logic.
