//! The built-in rules, one file each: docs, check, tests. What several rules ask of a tree stands
//! beside this folder (`condition.rs`, `constant.rs`, `extent.rs`, `flow.rs`, `kind.rs`,
//! `link.rs`, `scope.rs`, `subtree.rs`, `written.rs`); rules
//! never call one another.

use crate::rule::Rule;

mod added_percent;
mod ambiguous_date;
mod ambiguous_number;
mod approximate_lookup;
mod approximate_year;
mod array_conditional_sum;
mod broken_reference;
mod constant_condition;
mod constant_formula;
mod contradictory_condition;
mod deep_nesting;
mod division_by_zero;
mod double_sign;
mod duplicate_condition;
mod early_name;
mod early_rounding;
mod encoded_url_data;
mod error_masking;
mod external_import;
mod hard_coded_column;
mod hard_coded_criterion;
mod hard_coded_date;
mod hard_coded_number;
mod hidden_reference;
mod identical_branches;
mod if_iserror;
mod imported_prompt;
mod inexact_comparison;
mod insecure_url;
mod invalid_option;
mod legacy_function;
mod long_formula;
mod lookup_outside_range;
mod many_imports;
mod many_lines;
mod many_operations;
mod many_references;
mod misleading_link;
mod needless_case_change;
mod needless_sign;
mod nested_arrayformula;
mod nested_if;
mod no_effect_operation;
mod obscure_host;
mod overlapping_ranges;
mod personal_data;
mod personal_data_in_url;
mod query_built_from_cells;
mod query_column_letter;
mod quoted_date;
mod quoted_number;
mod random_looking_text;
mod range_to_script;
mod redundant_boolean;
mod redundant_parentheses;
mod redundant_sum;
mod repeated_expression;
mod repeated_lookup;
mod repeated_term;
mod row_level_import;
mod running_total;
mod script_link;
mod secret_in_formula;
mod self_comparison;
mod shadowed_name;
mod stray_space;
mod syntax_error;
mod two_digit_year;
mod type_mismatch;
mod unequal_ranges;
mod unknown_function;
mod unknown_name;
mod unlisted_host;
mod unlisted_spreadsheet;
mod unreachable_branch;
mod unused_name;
mod unused_parameter;
mod url_built_from_cells;
mod volatile_function;
mod whole_column_range;
mod wildcard_comparison;
mod wrong_argument_count;

#[cfg(test)]
mod testing;

/// Every rule, sorted by name.
pub static ALL: &[&Rule] = &[
    &added_percent::RULE,
    &ambiguous_date::RULE,
    &ambiguous_number::RULE,
    &approximate_lookup::RULE,
    &approximate_year::RULE,
    &array_conditional_sum::RULE,
    &broken_reference::RULE,
    &constant_condition::RULE,
    &constant_formula::RULE,
    &contradictory_condition::RULE,
    &deep_nesting::RULE,
    &division_by_zero::RULE,
    &double_sign::RULE,
    &duplicate_condition::RULE,
    &early_name::RULE,
    &early_rounding::RULE,
    &encoded_url_data::RULE,
    &error_masking::RULE,
    &external_import::RULE,
    &hard_coded_column::RULE,
    &hard_coded_criterion::RULE,
    &hard_coded_date::RULE,
    &hard_coded_number::RULE,
    &hidden_reference::RULE,
    &identical_branches::RULE,
    &if_iserror::RULE,
    &imported_prompt::RULE,
    &inexact_comparison::RULE,
    &insecure_url::RULE,
    &invalid_option::RULE,
    &legacy_function::RULE,
    &long_formula::RULE,
    &lookup_outside_range::RULE,
    &many_imports::RULE,
    &many_lines::RULE,
    &many_operations::RULE,
    &many_references::RULE,
    &misleading_link::RULE,
    &needless_case_change::RULE,
    &needless_sign::RULE,
    &nested_arrayformula::RULE,
    &nested_if::RULE,
    &no_effect_operation::RULE,
    &obscure_host::RULE,
    &overlapping_ranges::RULE,
    &personal_data::RULE,
    &personal_data_in_url::RULE,
    &query_built_from_cells::RULE,
    &query_column_letter::RULE,
    &quoted_date::RULE,
    &quoted_number::RULE,
    &random_looking_text::RULE,
    &range_to_script::RULE,
    &redundant_boolean::RULE,
    &redundant_parentheses::RULE,
    &redundant_sum::RULE,
    &repeated_expression::RULE,
    &repeated_lookup::RULE,
    &repeated_term::RULE,
    &row_level_import::RULE,
    &running_total::RULE,
    &script_link::RULE,
    &secret_in_formula::RULE,
    &self_comparison::RULE,
    &shadowed_name::RULE,
    &stray_space::RULE,
    &syntax_error::RULE,
    &two_digit_year::RULE,
    &type_mismatch::RULE,
    &unequal_ranges::RULE,
    &unknown_function::RULE,
    &unknown_name::RULE,
    &unlisted_host::RULE,
    &unlisted_spreadsheet::RULE,
    &unreachable_branch::RULE,
    &unused_name::RULE,
    &unused_parameter::RULE,
    &url_built_from_cells::RULE,
    &volatile_function::RULE,
    &whole_column_range::RULE,
    &wildcard_comparison::RULE,
    &wrong_argument_count::RULE,
];

/// The rule of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name).copied()
}
