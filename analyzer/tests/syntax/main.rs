//! The text of formulas: what is read, printed, hashed and repaired.

mod corpus;
mod format;
mod formulas;
mod grammar;
mod language;
mod print;
mod repair;
#[expect(unreachable_pub, reason = "the fuzz targets are crates of their own")]
#[path = "../../fuzz/promises/sound.rs"]
mod sound;
mod soundness;
mod template;
mod tree;
