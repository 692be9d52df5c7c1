//! The text of formulas: what is read, printed, hashed and repaired.

mod corpus;
mod formulas;
mod grammar;
mod print;
mod repair;
mod soundness;
mod template;
mod tree;
