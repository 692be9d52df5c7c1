//! The part of a text that somebody should look at: a few lines, cut to the width there is, with
//! the marked part told apart. Knows nothing of findings or sentences.

use std::io::{self, Write};
use std::ops::Range;

use analyzer::report::Utf16Span;
use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::terminal::{STRONG, Terminal, visible};

/// The most lines of one excerpt.
const MOST_LINES: usize = 8;
/// What stands for text that is left out.
const ELLIPSIS: char = '…';

/// A line in three parts, of which the middle one is marked; each can be shown as it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExcerptLine {
    before: String,
    /// Empty on lines around the marked ones, and where something is missing.
    marked: String,
    after: String,
    /// Whether the mark touches the line.
    is_marked: bool,
}

/// The lines of `text` that `mark`, a range of its bytes, touches, and `around` more on both sides,
/// none wider than `room` columns.
pub(super) fn excerpt(
    text: &str,
    mark: &Range<usize>,
    around: usize,
    room: usize,
) -> Vec<ExcerptLine> {
    let lines = lines_with_start(text);
    let touches = |(start, line): &(usize, &str)| {
        // An empty mark touches the line that it stands in.
        mark.start <= start + line.len() && *start < mark.end.max(mark.start + 1)
    };
    let first = lines.iter().position(touches).unwrap_or(0);
    let last = lines.iter().rposition(touches).unwrap_or(0);
    let from = first.saturating_sub(around);
    let shown = (last + around + 1).min(lines.len()).saturating_sub(from);
    let mut excerpt: Vec<ExcerptLine> = lines
        .iter()
        .skip(from)
        .take(shown.min(MOST_LINES))
        .map(|found| {
            let (start, line) = found;
            let part = if touches(found) {
                Some(part_of_line(line, *start, mark))
            } else {
                None
            };
            ExcerptLine::new(line, part, room)
        })
        .collect();
    if shown > MOST_LINES {
        excerpt.push(ExcerptLine::new("…", None, room));
    }
    excerpt
}

/// Each line without its end, with the byte at which it starts.
fn lines_with_start(text: &str) -> Vec<(usize, &str)> {
    let mut start = 0;
    let lines = text.split('\n').map(|line| {
        let found = (start, line.strip_suffix('\r').unwrap_or(line));
        start += line.len() + 1;
        found
    });
    lines.collect()
}

/// The part of the mark that lies on a line, in bytes of the line, without the space around it.
fn part_of_line(line: &str, start: usize, mark: &Range<usize>) -> Range<usize> {
    let from = mark.start.saturating_sub(start).min(line.len());
    let to = mark.end.saturating_sub(start).min(line.len());
    let part = line.get(from..to).unwrap_or_default();
    let from = from + part.len() - part.trim_start().len();
    from..from + part.trim().len()
}

impl ExcerptLine {
    fn new(line: &str, part: Option<Range<usize>>, room: usize) -> Self {
        let is_marked = part.is_some();
        let part = part.unwrap_or(line.len()..line.len());
        // Without a mark, the beginning of the line says most.
        let focus = if is_marked { part.clone() } else { 0..0 };
        let window = window(line, &focus, room);
        let (from, to) = (
            part.start.clamp(window.start, window.end),
            part.end.min(window.end),
        );
        let piece = |range: Range<usize>| visible(line.get(range).unwrap_or_default()).into_owned();
        let mut before = piece(window.start..from);
        let mut after = piece(to.max(from)..window.end);
        if window.start > 0 {
            before.insert(0, ELLIPSIS);
        }
        if window.end < line.len() {
            after.push(ELLIPSIS);
        }
        Self {
            before,
            marked: piece(from..to.max(from)),
            after,
            is_marked,
        }
    }

    /// Writes the line behind `margin`, and carets under its marked part.
    pub(super) fn write_with_carets(
        &self,
        out: &mut impl Write,
        terminal: Terminal,
        margin: &str,
        style: Style,
    ) -> io::Result<()> {
        let Self {
            before,
            marked,
            after,
            ..
        } = self;
        writeln!(
            out,
            "{margin}{before}{}{after}",
            terminal.paint(STRONG, marked)
        )?;
        if self.is_marked {
            let carets = "^".repeat(marked.width().max(1));
            let indent = before.width();
            writeln!(
                out,
                "{margin}{:indent$}{}",
                "",
                terminal.paint(style, carets)
            )?;
        }
        Ok(())
    }

    /// Writes the line as one that goes or comes, behind `margin` with its sign.
    pub(super) fn write_as_change(
        &self,
        out: &mut impl Write,
        terminal: Terminal,
        margin: &str,
        style: Style,
    ) -> io::Result<()> {
        let Self {
            before,
            marked,
            after,
            ..
        } = self;
        let paint = |part| terminal.paint(style, part);
        let changed = terminal.paint(style.bold().underline(), marked);
        writeln!(
            out,
            "{}{}{changed}{}",
            paint(margin),
            paint(before),
            paint(after)
        )
    }
}

/// The bytes of a line that are shown where there is room for so many columns: from its start if
/// the focus is seen then, else from shortly before the focus.
fn window(line: &str, focus: &Range<usize>, room: usize) -> Range<usize> {
    if room == usize::MAX || line.width() <= room {
        return 0..line.len();
    }
    let width_of = |range: Range<usize>| line.get(range).map_or(0, UnicodeWidthStr::width);
    let wanted = width_of(focus.clone()).clamp(1, room / 2);
    let mut start = 0;
    if width_of(0..focus.start) + wanted + 1 > room {
        let mut left = room / 4;
        let characters = line
            .get(..focus.start)
            .unwrap_or_default()
            .char_indices()
            .rev();
        start = focus.start;
        for (at, character) in characters {
            let Some(rest) = left.checked_sub(character.width().unwrap_or(1)) else {
                break;
            };
            left = rest;
            start = at;
        }
    }
    // One column is for what is left out behind, and one for what is left out before.
    let mut left = room - 1 - usize::from(start > 0);
    let mut end = start;
    for (at, character) in line.get(start..).unwrap_or_default().char_indices() {
        let Some(rest) = left.checked_sub(character.width().unwrap_or(1)) else {
            break;
        };
        left = rest;
        end = start + at + character.len_utf8();
    }
    start..end
}

/// The bytes of `text` that a span in UTF-16 code units covers.
pub(super) fn bytes_of(text: &str, span: Utf16Span) -> Range<usize> {
    let byte_of = |offset: u32| {
        let mut units = 0;
        for (at, character) in text.char_indices() {
            if units >= offset {
                return at;
            }
            units += if character.len_utf16() == 2 { 2 } else { 1 };
        }
        text.len()
    };
    byte_of(span.start)..byte_of(span.end)
}

/// Where two texts differ: the bytes of each between what they begin and what they end with alike.
pub(super) fn difference(before: &str, after: &str) -> (Range<usize>, Range<usize>) {
    let alike = |(one, other): &(char, char)| one == other;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs
            .take_while(alike)
            .map(|(character, _)| character.len_utf8())
            .sum::<usize>()
    };
    let start = length(&mut before.chars().zip(after.chars()));
    let ends = (
        before.get(start..).unwrap_or_default(),
        after.get(start..).unwrap_or_default(),
    );
    let end = length(&mut ends.0.chars().rev().zip(ends.1.chars().rev()));
    (start..before.len() - end, start..after.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt with carets, without colours.
    fn shown(text: &str, mark: Range<usize>, around: usize, room: usize) -> String {
        let mut out = Vec::new();
        for line in excerpt(text, &mark, around, room) {
            line.write_with_carets(&mut out, Terminal::plain(), "|", STRONG)
                .unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn carets_stand_below_wide_characters() {
        assert_eq!(
            shown("=\"数字\"+A1", 10..12, 0, 80),
            "|=\"数字\"+A1\n|        ^^\n"
        );
    }

    #[test]
    fn what_is_missing_has_one_caret() {
        assert_eq!(shown("=A1+", 4..4, 0, 80), "|=A1+\n|    ^\n");
    }

    #[test]
    fn only_the_lines_around_the_mark_are_shown() {
        let text = "=LET(\n  a, 1,\n  b, 2,\n  c, 3,\n  a)";
        let mark = text.find("b, 2").map(|at| at..at + 4).unwrap();
        assert_eq!(
            shown(text, mark, 1, 80),
            "|  a, 1,\n|  b, 2,\n|  ^^^^\n|  c, 3,\n"
        );
    }

    #[test]
    fn a_mark_of_several_lines_leaves_out_their_indent() {
        assert_eq!(
            shown("=A(\n  1)", 1..8, 0, 80),
            "|=A(\n| ^^\n|  1)\n|  ^^\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("={}NOW(){}", "A1+".repeat(40), "+A1".repeat(40));
        let shown = shown(&text, 121..126, 0, 30);
        assert_eq!(shown, "|…+A1+A1+NOW()+A1+A1+A1+A1+A1+…\n|        ^^^^^\n");
    }

    #[test]
    fn a_mark_is_cut_to_the_text() {
        assert_eq!(shown("=é", 1..90, 0, 80), "|=é\n| ^\n");
        assert_eq!(
            bytes_of("=\"😀\"+A1", Utf16Span { start: 6, end: 8 }),
            8..10
        );
        assert_eq!(bytes_of("=A1", Utf16Span { start: 9, end: 99 }), 3..3);
    }

    #[test]
    fn two_texts_differ_between_what_they_have_in_common() {
        assert_eq!(difference("=F(A,2)", "=F(A,2,FALSE)"), (6..6, 6..12));
        assert_eq!(difference("=aa", "=a"), (2..3, 2..2));
    }
}
