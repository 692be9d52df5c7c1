//! The built-in rules, one file each: docs, check, tests. What several rules ask of a tree stands
//! beside this folder (`condition.rs`, `constant.rs`, `extent.rs`, `link.rs`, `subtree.rs`); rules
//! never call one another.

use crate::rule::Rule;

mod approximate_lookup;
mod broken_reference;
mod constant_condition;
mod contradictory_condition;
mod division_by_zero;
mod duplicate_condition;
mod external_import;
mod hard_coded_number;
mod identical_branches;
mod insecure_url;
mod lookup_outside_range;
mod misleading_link;
mod needless_sign;
mod nested_if;
mod obscure_host;
mod overlapping_ranges;
mod personal_data;
mod query_built_from_cells;
mod redundant_sum;
mod repeated_term;
mod script_link;
mod secret_in_formula;
mod self_comparison;
mod syntax_error;
mod unequal_ranges;
mod unknown_function;
mod unreachable_branch;
mod url_built_from_cells;
mod volatile_function;
mod whole_column_range;
mod wrong_argument_count;

#[cfg(test)]
mod testing;

/// Every rule, sorted by name.
pub static ALL: &[&Rule] = &[
    &approximate_lookup::RULE,
    &broken_reference::RULE,
    &constant_condition::RULE,
    &contradictory_condition::RULE,
    &division_by_zero::RULE,
    &duplicate_condition::RULE,
    &external_import::RULE,
    &hard_coded_number::RULE,
    &identical_branches::RULE,
    &insecure_url::RULE,
    &lookup_outside_range::RULE,
    &misleading_link::RULE,
    &needless_sign::RULE,
    &nested_if::RULE,
    &obscure_host::RULE,
    &overlapping_ranges::RULE,
    &personal_data::RULE,
    &query_built_from_cells::RULE,
    &redundant_sum::RULE,
    &repeated_term::RULE,
    &script_link::RULE,
    &secret_in_formula::RULE,
    &self_comparison::RULE,
    &syntax_error::RULE,
    &unequal_ranges::RULE,
    &unknown_function::RULE,
    &unreachable_branch::RULE,
    &url_built_from_cells::RULE,
    &volatile_function::RULE,
    &whole_column_range::RULE,
    &wrong_argument_count::RULE,
];

/// The rule of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name).copied()
}
