//! The built-in rules, one file each: docs, check, tests. What several rules ask of a tree stands
//! beside this folder (`constant.rs`, `link.rs`); rules never call one another.
