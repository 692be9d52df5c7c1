//! The text of formulas: what is read, printed, hashed and repaired.

mod corpus;
mod format;
mod formulas;
mod grammar;
mod print;
mod repair;
mod soundness;
mod template;
mod tree;
