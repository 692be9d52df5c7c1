//! Written policies: sentences become rules that formulas are checked against.
