//! Positions in a formula. Bytes inside the analyzer, UTF-16 code units outside; this module is
//! the one place that converts.

use std::ops::Range;

/// A half-open range of bytes in the source of a formula or of a policy document.
///
/// Both ends lie on character boundaries of the source that the span was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to `end`, in bytes.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty span at `offset`.
    #[must_use]
    pub const fn at(offset: u32) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// The length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// A number by which spans are sorted: by their starts, and then by their ends.
    pub(crate) const fn in_order(self) -> u64 {
        (self.start as u64) << 32 | self.end as u64
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of `source` that the span covers; empty if the span is not one of `source`.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        source.get(Range::<usize>::from(self)).unwrap_or_default()
    }

    /// The same span in UTF-16 code units of `source`.
    ///
    /// One pass over the text before the span's end; for the many spans of one long text use
    /// [`Utf16Map`].
    #[must_use]
    pub fn to_utf16(self, source: &str) -> Self {
        let units = |text: &str| {
            let count = if text.is_ascii() {
                text.len()
            } else {
                text.chars().map(char::len_utf16).sum()
            };
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let start = units(Self::new(0, self.start).of(source));
        Self {
            start,
            end: start + units(self.of(source)),
        }
    }
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start as usize..span.end as usize
    }
}

/// Converts many byte spans of one text to UTF-16 code units without reading the text each time.
#[derive(Debug)]
pub struct Utf16Map {
    /// Byte offset after each character that is longer in UTF-8 than in UTF-16, and by how much
    /// the two offsets differ from there on.
    shifts: Vec<(u32, u32)>,
}

impl Utf16Map {
    /// Reads `source` once.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let mut shifts = Vec::new();
        let mut shift = 0;
        for (offset, character) in source.char_indices().filter(|(_, c)| !c.is_ascii()) {
            shift += character.len_utf8() - character.len_utf16();
            let after = u32::try_from(offset + character.len_utf8()).unwrap_or(u32::MAX);
            shifts.push((after, u32::try_from(shift).unwrap_or(u32::MAX)));
        }
        Self { shifts }
    }

    /// The span in UTF-16 code units.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        Span {
            start: self.offset(span.start),
            end: self.offset(span.end),
        }
    }

    fn offset(&self, byte: u32) -> u32 {
        let passed = self.shifts.partition_point(|(after, _)| *after <= byte);
        let shift = passed
            .checked_sub(1)
            .and_then(|last| self.shifts.get(last))
            .map_or(0, |(_, shift)| *shift);
        byte - shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_counts_a_surrogate_pair_as_two_units() {
        let source = "=\"é😀\"&A1";
        let span = Span::new(10, 12);
        assert_eq!(span.of(source), "A1");
        assert_eq!(span.to_utf16(source), Span::new(7, 9));
        assert_eq!(Utf16Map::new(source).span(span), span.to_utf16(source));
    }
}
