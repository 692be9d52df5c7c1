//! The built-in rules, one file each: docs, check, tests. What several rules ask of a tree stands
//! beside this folder (`constant.rs`); rules never call one another.

use crate::rule::Rule;

mod approximate_lookup;
mod broken_reference;
mod division_by_zero;
mod hard_coded_number;
mod nested_if;
mod syntax_error;
mod unknown_function;
mod volatile_function;
mod whole_column_range;
mod wrong_argument_count;

#[cfg(test)]
mod testing;

/// Every rule, sorted by name.
pub static ALL: &[&Rule] = &[
    &approximate_lookup::RULE,
    &broken_reference::RULE,
    &division_by_zero::RULE,
    &hard_coded_number::RULE,
    &nested_if::RULE,
    &syntax_error::RULE,
    &unknown_function::RULE,
    &volatile_function::RULE,
    &whole_column_range::RULE,
    &wrong_argument_count::RULE,
];

/// The rule of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name).copied()
}
