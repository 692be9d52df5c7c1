//! Applies fixes to the text of a formula. Decides nothing about whether a fix should be applied.

use crate::finding::{Edit, Fix};
use crate::sort;

/// The formula after the fixes.
///
/// A fix is applied whole or not at all: one of which an edit touches an edit of an earlier fix
/// is left out, and so is one whose spans are not spans of `source`. Two fixes that ask for the
/// very same edits count as one.
#[must_use]
pub fn apply<'a>(source: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> String {
    let mut accepted: Vec<&Edit> = Vec::new();
    for fix in fixes {
        let fits =
            |edit: &Edit| is_span_of(source, edit) && !accepted.iter().any(|e| touch(e, edit));
        if fix.edits.iter().all(fits) {
            accepted.extend(&fix.edits);
        }
    }
    sort::by_key(&mut accepted, |edit| edit.span.in_order());
    let mut result = String::with_capacity(source.len() + 16);
    let mut copied = 0;
    for edit in accepted {
        let Some(between) = source.get(copied..edit.span.start as usize) else {
            continue;
        };
        result.push_str(between);
        result.push_str(&edit.text);
        copied = edit.span.end as usize;
    }
    result.push_str(source.get(copied..).unwrap_or_default());
    result
}

fn is_span_of(source: &str, edit: &Edit) -> bool {
    source
        .get(std::ops::Range::<usize>::from(edit.span))
        .is_some()
}

/// Whether the order of two edits would matter: they overlap, or one inserts at an end of the
/// other.
fn touch(one: &Edit, other: &Edit) -> bool {
    if one.span.is_empty() || other.span.is_empty() {
        one.span.start <= other.span.end && other.span.start <= one.span.end
    } else {
        one.span.start < other.span.end && other.span.start < one.span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edits = edits.iter().map(|(start, end, text)| Edit {
            span: Span::new(*start, *end),
            text: (*text).to_owned(),
        });
        Fix {
            title: String::new(),
            safe: true,
            edits: edits.collect(),
        }
    }

    #[test]
    fn edits_are_applied_in_the_order_of_the_source() {
        let fixes = [fix(&[(4, 5, "C")]), fix(&[(1, 2, "X"), (6, 6, ")")])];
        assert_eq!(apply("=A1+B1", &fixes), "=X1+C1)");
    }

    #[test]
    fn the_first_of_two_overlapping_fixes_wins() {
        let fixes = [fix(&[(1, 3, "Z9")]), fix(&[(0, 1, ""), (2, 4, "?")])];
        assert_eq!(apply("=A1+B1", &fixes), "=Z9+B1");
    }

    #[test]
    fn two_insertions_at_one_place_conflict() {
        let fixes = [fix(&[(6, 6, "a")]), fix(&[(6, 6, "b")])];
        assert_eq!(apply("=A1+B1", &fixes), "=A1+B1a");
    }

    #[test]
    fn a_fix_of_another_text_is_left_out() {
        assert_eq!(apply("=é", [&fix(&[(2, 3, "e")])]), "=é");
        assert_eq!(apply("=é", [&fix(&[(9, 12, "e")])]), "=é");
    }
}
