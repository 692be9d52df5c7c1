//! The text of policy documents: plain text and Markdown as they are, Word and PDF as text in which
//! headings, bullets and numbered clauses are written as in Markdown. What is stored, shown and
//! compiled is this text, so that a place in it is a place in what people see.
//!
//! Files are untrusted: what they unfold to is bounded, a parser that panics is caught, and what
//! can not be read is an error that says what to do. Does no I/O and knows nothing of policies.

mod pdf;
mod text;
mod word;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most bytes that a file is read with.
pub const LARGEST_FILE: usize = 50 * 1024 * 1024;
/// The most bytes that a compressed part of a file may unfold to, and the most text of a document.
pub const LARGEST_TEXT: usize = 50 * 1024 * 1024;

/// Why a document has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Nothing is in it.
    #[error("The file is empty.")]
    Empty,
    /// Its name ends in nothing that is known.
    #[error("\"{0}\" is no .txt, .md, .docx or .pdf file. Save the document as one of these.")]
    UnknownKind(String),
    /// It is larger than [`LARGEST_FILE`].
    #[error("The file has {0} bytes; 50 MiB are read at most. Split it into several documents.")]
    TooLarge(usize),
    /// A text that is not UTF-8.
    #[error(
        "The file is not text in UTF-8: line {line} has a byte that does not fit. Save it as UTF-8."
    )]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// A text with characters that no text has.
    #[error(
        "The file is not text: line {line} has a NUL. If it is a Word or PDF document, give it the ending .docx or .pdf."
    )]
    Binary {
        /// The line, from 1.
        line: usize,
    },
    /// A Word or PDF document that only a password opens.
    #[error("The document is encrypted. Save it without a password.")]
    Encrypted,
    /// A Word document of before 2007.
    #[error(
        "The file is an encrypted or an old Word document (.doc). Save it as .docx without a password."
    )]
    OldWord,
    /// A file whose content is not what its name says.
    #[error(
        "The file is no {kind} document: {problem}. Save it again from the program that made it."
    )]
    Damaged {
        /// `Word` or `PDF`.
        kind: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// It unfolds to more than [`LARGEST_TEXT`].
    #[error(
        "The document unfolds to more than 50 MiB, so it is not read. Save it without pictures, or as text."
    )]
    Unfolds,
    /// A PDF of pictures.
    #[error(
        "The PDF has {pages} pages and no text: it was scanned. Run text recognition over it, or save the text as .docx or .md."
    )]
    Scanned {
        /// How many pages it has.
        pages: usize,
    },
    /// It holds nothing but white space.
    #[error("The document has no text.")]
    NoText,
    /// Reading it took too long.
    #[error("The document is too complicated to be read. Save its text as .docx or .md.")]
    TooComplicated,
}

/// What kind of document a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Plain text or Markdown.
    Text,
    /// `.docx`
    Word,
    /// `.pdf`
    Pdf,
}

impl Kind {
    /// The kind that a file's name tells; `None` for one that is not read.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "txt" | "md" | "markdown" | "text" | "yaml" | "yml" | "json" => Some(Self::Text),
            "docx" => Some(Self::Word),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// The text of the file, in UTF-8 with `\n` at the end of each line, a byte-order mark left out.
///
/// # Errors
/// Says why the file has no text, and what to do.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<String, DocumentError> {
    if bytes.is_empty() {
        return Err(DocumentError::Empty);
    }
    if bytes.len() > LARGEST_FILE {
        return Err(DocumentError::TooLarge(bytes.len()));
    }
    let read = || match kind {
        Kind::Text => text::read(bytes),
        Kind::Word => word::read(bytes),
        Kind::Pdf => pdf::read(bytes),
    };
    // The readers of others are not known never to panic, and the file is from anyone.
    let text = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(DocumentError::Damaged {
            kind: if kind == Kind::Pdf { "PDF" } else { "Word" },
            problem: "its parts do not fit together".to_owned(),
        })
    })?;
    if text.trim().is_empty() {
        return Err(DocumentError::NoText);
    }
    Ok(text)
}
