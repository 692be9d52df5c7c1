//! How the offline commands talk to the person at the terminal: colours where they are wanted,
//! lines that fit, and nothing in a formula that the terminal would obey.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use analyzer::finding::Severity;
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

/// How wide prose is at most: longer lines are hard to read.
const WIDEST_PROSE: usize = 100;

/// For names and headings.
pub(super) const STRONG: Style = Style::new().bold();
/// For what is only there to be found when looked for.
pub(super) const FAINT: Style = Style::new().dimmed();
/// For text that goes.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
/// For text that comes, and for what is well.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
/// For what is half well.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// The colour of a severity.
pub(super) const fn severity_style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Cyan,
        Severity::Info => AnsiColor::Blue,
    };
    colour.on_default().bold()
}

/// What standard output is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    colours: bool,
    /// Its columns, if it is a terminal.
    columns: Option<usize>,
}

impl Terminal {
    /// Asks standard output. Colours only on a terminal, and not with `NO_COLOR`.
    pub(super) fn of_stdout() -> Self {
        let stdout = io::stdout();
        let columns = terminal_size::terminal_size_of(&stdout);
        Self {
            colours: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            columns: columns
                .filter(|_| stdout.is_terminal())
                .map(|(columns, _)| usize::from(columns.0)),
        }
    }

    /// A file: no colours, no end of the line.
    #[cfg(test)]
    pub(super) const fn plain() -> Self {
        Self {
            colours: false,
            columns: None,
        }
    }

    /// `text` in this style.
    pub(super) fn paint<T: AsRef<str>>(self, style: Style, text: T) -> Painted<T> {
        Painted {
            style: self.colours.then_some(style),
            text,
        }
    }

    /// How many columns a line of a formula may take behind `indent`; no limit in a file, where
    /// nothing has to fit and everything can be searched for.
    pub(super) fn room(self, indent: usize) -> usize {
        /// Fewer would show nothing of a formula.
        const LEAST: usize = 20;
        self.columns.map_or(usize::MAX, |columns| {
            columns.saturating_sub(indent).max(LEAST)
        })
    }

    /// Writes `text` broken into lines, each behind `indent` spaces.
    pub(super) fn write_prose(
        self,
        out: &mut impl Write,
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        for line in wrap(&visible(text), self.prose_room(indent)) {
            let words: Vec<&str> = line.into_iter().map(|(_, word)| word).collect();
            writeln!(out, "{:indent$}{}", "", words.join(" "))?;
        }
        Ok(())
    }

    /// How many columns a line of prose may take behind `indent`.
    pub(super) fn prose_room(self, indent: usize) -> usize {
        self.room(indent).min(WIDEST_PROSE - indent)
    }
}

/// A text with its style.
pub(super) struct Painted<T> {
    style: Option<Style>,
    text: T,
}

impl<T: AsRef<str>> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.as_ref();
        match self.style {
            // The text is padded and not the marks around it, so that a table stays straight.
            Some(style) if !text.is_empty() => {
                write!(f, "{style}")?;
                f.pad(text)?;
                write!(f, "{style:#}")
            }
            _ => f.pad(text),
        }
    }
}

/// The text with each character that a terminal would obey replaced by one that it shows.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, |character| match character {
        '\t' | '\n' | '\r' => ' ',
        other => shown(other),
    })
}

/// The text as [`visible`], with its lines: for what breaks them itself.
pub(super) fn visible_lines(text: &str) -> Cow<'_, str> {
    replaced(text, |character| match character {
        '\t' | '\n' | '\r' => character,
        other => shown(other),
    })
}

fn shown(character: char) -> char {
    match character {
        '\0'..='\u{1f}' => char::from_u32(u32::from(character) + 0x2400).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        // Controls of eight bits, and those that turn the direction of the text around.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

fn replaced(text: &str, shown: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.chars().all(|character| shown(character) == character) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(shown).collect())
    }
}

/// The words of the text, each with the byte at which it starts, in lines of at most `room` columns;
/// a longer word has a line to itself.
pub(super) fn wrap(text: &str, room: usize) -> Vec<Vec<(usize, &str)>> {
    let mut lines: Vec<Vec<_>> = Vec::new();
    let mut taken = 0;
    let mut start = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = (start, piece.trim_end());
        start += piece.len();
        let width = word.1.width();
        match lines.last_mut() {
            _ if word.1.is_empty() => {}
            Some(line) if taken + 1 + width <= room => {
                line.push(word);
                taken += 1 + width;
            }
            _ => {
                lines.push(vec![word]);
                taken = width;
            }
        }
    }
    lines
}

/// Standard output for long answers.
pub(super) fn stdout() -> BufWriter<StdoutLock<'static>> {
    const BUFFER: usize = 64 << 10;
    BufWriter::with_capacity(BUFFER, io::stdout().lock())
}

/// Tells the person at the terminal; nobody there is no error.
pub(super) fn notice(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What became of writing, where a reader that has left, such as `head`, has seen enough.
pub(super) fn unless_reader_left(outcome: anyhow::Result<()>) -> anyhow::Result<()> {
    let left = |error: &anyhow::Error| {
        let cause = error.downcast_ref::<io::Error>();
        cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    };
    outcome.or_else(|error| if left(&error) { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_can_not_command_the_terminal() {
        assert_eq!(
            visible("=\"\u{1b}[2J\u{202e}\""),
            "=\"\u{241b}[2J\u{fffd}\""
        );
    }

    #[test]
    fn prose_is_broken_at_spaces_by_columns() {
        assert_eq!(
            wrap("ab 数  de f", 5),
            [vec![(0, "ab"), (3, "数")], vec![(8, "de"), (11, "f")]]
        );
        assert_eq!(wrap("abcdefgh i", 5), [[(0, "abcdefgh")], [(9, "i")]]);
    }
}
