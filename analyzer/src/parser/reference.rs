//! The corners of references, decoded by hand: they are most of what a formula consists of, and
//! one pass that decodes while it reads is about twice as fast as recognizing first.

use super::scan::{byte_at, joins, may_be_space, space_end, word_end};
use crate::ast::Corner;

impl Corner {
    /// Whether the corner has a column and a row, and so names a cell.
    #[inline]
    pub(super) const fn is_cell(self) -> bool {
        self.column != 0 && self.row != 0
    }
}

/// The corner at `start`, with the position behind it. What follows is not looked at.
///
/// ```text
/// corner = [ "$" ] column [ [ "$" ] row ] | [ "$" ] row
/// column = letter [ letter ] [ letter ]
/// row    = digit { digit }        from 1 to 4294967295
/// ```
#[inline]
pub(super) fn corner(bytes: &[u8], start: usize) -> Option<(Corner, usize)> {
    let mut position = start;
    let mut byte = byte_at(bytes, position);
    let mut dollar = byte == b'$';
    if dollar {
        position += 1;
        byte = byte_at(bytes, position);
    }

    let mut column: u32 = 0;
    while byte.is_ascii_alphabetic() {
        if column > LAST_OF_TWO_LETTERS {
            return None;
        }
        column = column * 26 + u32::from(byte & 0x1F);
        position += 1;
        byte = byte_at(bytes, position);
    }
    let column_absolute = dollar && column != 0;
    let column_end = position;
    if column != 0 {
        dollar = byte == b'$';
        if dollar {
            position += 1;
            byte = byte_at(bytes, position);
        }
    }

    let mut row: u64 = 0;
    let digits = position;
    while byte.is_ascii_digit() {
        row = row.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        position += 1;
        byte = byte_at(bytes, position);
    }
    let corner = Corner {
        column: narrow(column),
        column_absolute,
        row_absolute: dollar,
        row: u32::try_from(row).ok()?,
    };
    if position == digits {
        // `$A$` and `$` are no corners; `A` and `$A` are.
        return (column != 0 && !dollar).then_some((corner, column_end));
    }
    // Ten digits do not overflow; more are no row that a spreadsheet has.
    (row != 0 && position - digits <= 10).then_some((corner, position))
}

/// `ZZ`: a column beyond it has three letters already.
const LAST_OF_TWO_LETTERS: u32 = 702;

#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "three letters count to 18,278 at most"
)]
const fn narrow(column: u32) -> u16 {
    column as u16
}

/// The second corner of a range whose first corner ends at `position`, with the position behind
/// it; `None` if there is no `:` or what follows it is more than a corner.
///
/// `range = corner ":" corner`
#[inline]
pub(super) fn last_corner(source: &str, position: usize) -> Option<(Corner, usize)> {
    let bytes = source.as_bytes();
    if byte_at(bytes, position) == b':'
        && let Some((last, end)) = corner(bytes, position + 1)
    {
        let next = byte_at(bytes, end);
        if !joins(next) && (last.is_cell() || !may_be_space(next)) {
            return Some((last, end));
        }
    }
    spaced_last_corner(source, position)
}

#[cold]
fn spaced_last_corner(source: &str, position: usize) -> Option<(Corner, usize)> {
    let bytes = source.as_bytes();
    let colon = space_end(bytes, position);
    if byte_at(bytes, colon) != b':' {
        return None;
    }
    let (last, end) = corner(bytes, space_end(bytes, colon + 1))?;
    // `A1:IF (B1,C1,D1)` is a call, although `IF` could be a column.
    let called = !last.is_cell() && byte_at(bytes, space_end(bytes, end)) == b'(';
    (stands_alone(source, end) && !called).then_some((last, end))
}

/// Whether a corner that ends at `end` is all of an operand: no longer word, no call, no sheet
/// name. A property may follow it: `A1:A3.date`.
#[inline]
pub(super) fn stands_alone(source: &str, end: usize) -> bool {
    !joins(byte_at(source.as_bytes(), end)) || stands_alone_after_all(source, end)
}

#[cold]
fn stands_alone_after_all(source: &str, end: usize) -> bool {
    let bytes = source.as_bytes();
    let next = byte_at(bytes, end);
    if next == b'.' {
        let property = byte_at(bytes, end + 1);
        let after = byte_at(bytes, word_end(source, end));
        return property == b'[' || (!property.is_ascii_digit() && !matches!(after, b'(' | b'!'));
    }
    word_end(source, end) == end && !matches!(next, b'$' | b'!' | b'[' | b'(')
}
