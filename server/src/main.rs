//! The program sheetbrain.
fn main() {}
