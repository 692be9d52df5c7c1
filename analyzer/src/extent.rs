//! How large a range is, as far as that is the same in every copy of its formula.

use crate::ast::{Corner, Reference};

/// How many rows the reference covers; `None` if it has no end or only one end is anchored, so
/// that copies cover more or less.
pub(crate) fn rows(reference: &Reference) -> Option<u32> {
    length(reference, |corner| (corner.row, corner.row_absolute))
}

/// How many columns the reference covers; `None` as for [`rows`].
pub(crate) fn columns(reference: &Reference) -> Option<u32> {
    length(reference, |corner| {
        (u32::from(corner.column), corner.column_absolute)
    })
}

fn length(reference: &Reference, axis: impl Fn(Corner) -> (u32, bool)) -> Option<u32> {
    let Some(last) = reference.last else {
        return Some(1);
    };
    let (first, first_absolute) = axis(reference.first);
    let (last, last_absolute) = axis(last);
    let fixed = first > 0 && last > 0 && first_absolute == last_absolute;
    fixed.then(|| first.abs_diff(last) + 1)
}
