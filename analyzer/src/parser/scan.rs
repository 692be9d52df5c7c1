//! Reading single bytes and characters: what they may be part of, and where white space ends.
//!
//! The hot paths of the parser ask one table per byte. Letters beyond ASCII and the no-break
//! spaces are decoded only when such a byte is met.

/// What stands after the last byte. A zero byte in the text itself is told apart by its position.
pub(super) const END: u8 = 0;

/// ASCII white space.
const SPACE: u8 = 1;
/// A byte of a word: of a name, a function name or a sheet name without quotes.
const WORD: u8 = 1 << 1;
/// A byte of a character beyond ASCII.
const HIGH: u8 = 1 << 2;
/// A byte that makes a cell address before it part of something longer: `LOG10(`, `Q1!`, `A2.date`.
const JOINS: u8 = 1 << 3;

static CLASSES: [u8; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, over exactly the 256 values of a byte"
)]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = match index as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => SPACE,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' => WORD | JOINS,
            b'(' | b'!' | b'[' | b'$' => JOINS,
            0x80..=0xFF => HIGH | JOINS,
            _ => 0,
        };
        index += 1;
    }
    table
}

#[inline]
fn has(byte: u8, classes: u8) -> bool {
    CLASSES
        .get(usize::from(byte))
        .is_some_and(|class| class & classes != 0)
}

/// Whether `byte` directly after a cell address makes it part of something longer.
#[inline]
pub(super) fn joins(byte: u8) -> bool {
    has(byte, JOINS)
}

/// Whether `byte` may begin white space.
#[inline]
pub(super) fn may_be_space(byte: u8) -> bool {
    has(byte, SPACE | HIGH)
}

/// The byte at `position`, [`END`] behind the text.
#[inline]
pub(super) fn byte_at(bytes: &[u8], position: usize) -> u8 {
    bytes.get(position).copied().unwrap_or(END)
}

/// Where the white space that begins at `position` ends.
///
/// `space = " " | "\t" | "\r" | "\n" | U+00A0 | U+2007 | U+202F`
#[inline]
pub(super) fn space_end(bytes: &[u8], mut position: usize) -> usize {
    loop {
        let byte = byte_at(bytes, position);
        if !may_be_space(byte) {
            return position;
        }
        let width = space_width(bytes, position);
        if width == 0 {
            return position;
        }
        position += width;
    }
}

/// How many bytes the white-space character at `position` has; 0 if there is none.
fn space_width(bytes: &[u8], position: usize) -> usize {
    match bytes.get(position..) {
        Some([b' ' | b'\t' | b'\n' | b'\r', ..]) => 1,
        Some([0xC2, 0xA0, ..]) => 2,
        Some([0xE2, 0x80, 0x87 | 0xAF, ..]) => 3,
        _ => 0,
    }
}

/// Where the word that begins at `position` ends; `position` itself if there is none.
///
/// `word = { letter | digit | "_" | "." }`
#[inline]
pub(super) fn word_end(source: &str, mut position: usize) -> usize {
    let bytes = source.as_bytes();
    loop {
        let byte = byte_at(bytes, position);
        if has(byte, WORD) {
            position += 1;
        } else if has(byte, HIGH) {
            match character_at(source, position) {
                Some(character) if is_word_character(character) => position += character.len_utf8(),
                _ => return position,
            }
        } else {
            return position;
        }
    }
}

/// Where the name that begins at `position` ends: a word without dots.
pub(super) fn name_end(source: &str, position: usize) -> usize {
    let rest = source.get(position..).unwrap_or_default();
    let belongs = |character: char| character != '.' && is_word_character(character);
    position
        + rest
            .find(|character| !belongs(character))
            .unwrap_or(rest.len())
}

/// The character at `position`, which is a boundary.
pub(super) fn character_at(source: &str, position: usize) -> Option<char> {
    source.get(position..).and_then(|rest| rest.chars().next())
}

/// Whether a word may hold the character: letters and digits of any script, with the marks that
/// some scripts write their words with (which Unicode does not always count as alphabetic).
pub(crate) fn is_word_character(character: char) -> bool {
    let is_mark = matches!(
        character,
        '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{109F}' | '\u{200C}' | '\u{200D}'
    );
    matches!(character, '_' | '.') || is_mark || character.is_alphanumeric()
}
