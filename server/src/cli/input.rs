//! What the offline commands read: whole documents, and formulas line by line. Knows nothing of
//! what is done with them.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use analyzer::parser::Locale;
use anyhow::Context;
use serde::Deserialize;

use super::terminal;

/// What Excel and Notepad write in front of UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file, or standard input for `-`.
#[derive(Clone, Debug)]
pub(super) enum Source {
    StandardInput,
    File(PathBuf),
}

impl From<OsString> for Source {
    fn from(name: OsString) -> Self {
        if name == "-" {
            Self::StandardInput
        } else {
            Self::File(name.into())
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Source {
    /// The whole text, a byte-order mark left out.
    pub(super) fn read_text(&self) -> anyhow::Result<String> {
        let text = String::from_utf8(self.read_bytes()?).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..valid).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            anyhow::anyhow!("{self}:{line}: the text is not UTF-8; save the file as UTF-8")
        })?;
        Ok(text
            .strip_prefix(BYTE_ORDER_MARK)
            .map(str::to_owned)
            .unwrap_or(text))
    }

    /// The file's path; `None` for standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::StandardInput => None,
        }
    }

    /// What the source holds, byte by byte.
    pub(super) fn read_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.open()?.read_to_end(&mut bytes);
        read.with_context(|| self.unreadable())?;
        Ok(bytes)
    }

    /// The file's name without its ending.
    pub(super) fn title(&self) -> String {
        match self {
            Self::File(path) => match path.file_stem() {
                Some(stem) => stem.to_string_lossy().into_owned(),
                None => self.to_string(),
            },
            Self::StandardInput => self.to_string(),
        }
    }

    /// Opens the source. Says so when it waits for somebody to type.
    fn open(&self) -> anyhow::Result<Box<dyn Read>> {
        match self {
            Self::StandardInput => {
                let stdin = io::stdin();
                if stdin.is_terminal() {
                    terminal::notice("reading from the terminal; Ctrl-D ends");
                }
                Ok(Box::new(stdin))
            }
            Self::File(path) => {
                let file = File::open(path).with_context(|| self.unreadable())?;
                Ok(Box::new(file))
            }
        }
    }

    fn unreadable(&self) -> String {
        format!("{self} can not be read")
    }
}

/// Reads the lines of a source one after another, so that a long list needs no memory.
pub(super) struct Lines {
    source: Source,
    reader: BufReader<Box<dyn Read>>,
    bytes: Vec<u8>,
    number: usize,
}

impl Lines {
    pub(super) fn open(source: Source) -> anyhow::Result<Self> {
        let reader = BufReader::new(source.open()?);
        Ok(Self {
            source,
            reader,
            bytes: Vec::new(),
            number: 0,
        })
    }

    /// The next line; `None` behind the last one.
    pub(super) fn read(&mut self) -> anyhow::Result<Option<Line<'_>>> {
        self.bytes.clear();
        let read = self.reader.read_until(b'\n', &mut self.bytes);
        if read.with_context(|| self.source.unreadable())? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut line = Line {
            source: &self.source,
            number: self.number,
            text: "",
        };
        let mut bytes = self.bytes.as_slice();
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if self.number == 1 {
            bytes = bytes
                .strip_prefix(BYTE_ORDER_MARK.as_bytes())
                .unwrap_or(bytes);
        }
        line.text = std::str::from_utf8(bytes).map_err(|error| {
            let byte = error.valid_up_to() + 1;
            line.error(format_args!(
                "byte {byte} of the line is not UTF-8; save the file as UTF-8"
            ))
        })?;
        Ok(Some(line))
    }

    /// Whether the next line may have to be waited for.
    pub(super) fn may_wait(&self) -> bool {
        self.reader.buffer().is_empty()
    }
}

/// One line of a source, without its end.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    source: &'a Source,
    /// Counted from 1.
    pub(super) number: usize,
    /// As written.
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// The formula that the line holds: the line itself, or the JSON string that it is when it
    /// starts with `"`.
    pub(super) fn formula(&self) -> anyhow::Result<Cow<'a, str>> {
        if !self.text.starts_with('"') {
            return Ok(Cow::Borrowed(self.text));
        }
        self.json("a line that starts with a quote must be one JSON string")
            .map(Cow::Owned)
    }

    /// The line as JSON; `expected` says in an error what it should have been.
    pub(super) fn json<T: Deserialize<'a>>(&self, expected: &str) -> anyhow::Result<T> {
        serde_json::from_str(self.text).map_err(|error| {
            // The line that the error names is that of the text, which has only one.
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or_default();
            self.error(format_args!(
                "{expected}: {what} at column {}",
                error.column()
            ))
        })
    }

    /// An error that says in which line it is.
    pub(super) fn error(&self, what: impl fmt::Display) -> anyhow::Error {
        anyhow::anyhow!("{}:{}: {what}", self.source, self.number)
    }
}

/// Reads the value of `--locale`.
pub(super) fn parse_locale(tag: &str) -> Result<Locale, String> {
    Locale::for_tag(tag)
        .ok_or_else(|| "not a locale that spreadsheets have, such as en-US or de-DE".to_owned())
}
