//! Comma-separated values, and those that are not.

use crate::formulas;

#[test]
fn fields_are_separated_by_commas_semicolons_or_tabs() {
    for separator in [",", ";", "\t"] {
        let text = ["a", "=B1", "\"=SUM(A1,B1;2)\"", "x"].join(separator);
        assert_eq!(
            formulas("my list.csv", text.as_bytes()),
            ["my list!B1 =B1", "my list!C1 =SUM(A1,B1;2)"],
            "{separator:?}"
        );
    }
}

#[test]
fn a_separator_in_quotes_is_none() {
    let text = "\"a,b,c,d\";=A1\n1;=A2";
    assert_eq!(formulas("a.csv", text.as_bytes()), ["a!B1 =A1", "a!B2 =A2"]);
}

#[test]
fn rows_of_all_lengths_and_empty_ones_are_counted() {
    for end in ["\n", "\r\n"] {
        let text = ["", "title", "", "", "a,b,=A1", "\"two\nlines\"", "", "=A2"].join(end);
        assert_eq!(
            formulas("a.csv", text.as_bytes()),
            ["a!C5 =A1", "a!A8 =A2"],
            "{end:?}"
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_cell() {
    let text = "\u{feff}=\"é\",1";
    assert_eq!(formulas("a.csv", text.as_bytes()), ["a!A1 =\"é\""]);
}
