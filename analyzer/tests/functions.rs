//! What the function catalogue promises to the rules that read it.

use analyzer::functions::{Function, all, excel_only, find, similar};

#[track_caller]
#[expect(clippy::panic, reason = "fails the test that asks")]
fn function(name: &str) -> &'static Function {
    find(name)
        .unwrap_or_else(|| panic!("{name} is not in the catalogue"))
        .function()
}

/// The numbers of arguments from 0 to 9 that a call may have.
fn accepted(name: &str) -> Vec<usize> {
    (0..=9)
        .filter(|count| function(name).accepts(*count))
        .collect()
}

#[test]
fn every_name_is_found_in_any_case() {
    for expected in all() {
        let name = expected.name;
        let mixed = name.to_lowercase().replacen('a', "A", 1);
        for written in [name, &name.to_lowercase(), &mixed] {
            assert_eq!(function(written), expected, "{written}");
        }
    }
}

#[test]
fn an_unknown_name_is_not_found() {
    for name in [
        "",
        "SUMM",
        "SU",
        "VLOOKUP ",
        "Straße",
        "A",
        "_xlfn.SUM",
        &"A".repeat(9000),
    ] {
        assert_eq!(find(name), None, "{name}");
    }
}

#[test]
fn the_catalogue_is_sorted_by_name_without_doubles() {
    assert!(
        all()
            .map(|function| function.name)
            .is_sorted_by(|one, next| one < next)
    );
}

#[test]
fn groups_that_repeat_are_given_whole() {
    assert_eq!(accepted("LET"), [3, 5, 7, 9]);
    assert_eq!(accepted("IFS"), [2, 4, 6, 8]);
}

#[test]
fn a_name_with_a_typing_error_has_a_similar_one() {
    assert_eq!(
        similar("VLOKUP").map(|function| function.name),
        Some("VLOOKUP")
    );
    assert_eq!(similar("QWERTYUIOP"), None);
}

#[test]
fn no_function_of_excel_alone_is_in_the_catalogue() {
    assert!(all().all(|function| excel_only(function.name).is_none()));
}
