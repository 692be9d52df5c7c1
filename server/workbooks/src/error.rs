//! Why a file can not be read, and what to do about it. Begins each message so that it can stand
//! behind the file's name.

use crate::kind::{KNOWN_ENDINGS, Kind};

/// Why a file has no formulas to read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// Neither its name nor its content is that of a workbook.
    #[error("this is no workbook: those end in {KNOWN_ENDINGS}")]
    UnknownKind,
    /// Its name is that of a workbook and its content is something else.
    #[error(
        "the file can not be read: it is named like a workbook and holds {0}. Save it again as \
         .xlsx from the program that made it"
    )]
    NotWhatItsNameSays(&'static str),
    /// It is larger than [`crate::LARGEST_FILE`].
    #[error("the file has {0} bytes; 256 MiB are read at most. Split the workbook")]
    TooLarge(usize),
    /// It unfolds to more than [`crate::LARGEST_UNFOLDED`].
    #[error(
        "the file unfolds to more than 1 GiB, so it is not read. Split the workbook, or save it \
         without the cells and pictures that nobody needs"
    )]
    Unfolds,
    /// It has more formulas than [`crate::MOST_FORMULAS`].
    #[error("the workbook has more than 2,000,000 formulas, so it is not read. Split it")]
    TooManyFormulas,
    /// Its formulas are longer than [`crate::LARGEST_FORMULAS`] together.
    #[error(
        "the formulas of the workbook have more than 256 MiB of text, so it is not read. Split it"
    )]
    TooMuchText,
    /// It has more sheets than [`crate::MOST_SHEETS`].
    #[error("the workbook has more than 5,000 sheets, so it is not read. Split it")]
    TooManySheets,
    /// The cells of an `.xls` lie too far apart.
    #[error(
        "the cells of the .xls file lie so far apart that reading them takes too much memory. \
         Save it as .xlsx"
    )]
    TooSpread,
    /// Only a password opens it.
    #[error("the workbook is encrypted. Save it without a password")]
    Encrypted,
    /// Its content is not what it should be.
    #[error(
        "the {kind} file can not be read: {problem}. Open it in the program that made it and save \
         it again"
    )]
    Damaged {
        /// What kind of file its beginning says it is.
        kind: Kind,
        /// What is wrong with it.
        problem: String,
    },
    /// A text that is not UTF-8.
    #[error("line {line}: byte {byte} of the line is not UTF-8. Save the file as CSV UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        byte: usize,
    },
    /// A text in UTF-16.
    #[error("the file is text in UTF-16. Save it as CSV UTF-8")]
    Utf16,
    /// A text with characters that no text has.
    #[error("line {line} has a NUL, so the file is no text. If it is a workbook, name it so")]
    Binary {
        /// The line, from 1.
        line: usize,
    },
}

impl WorkbookError {
    /// The file is of this kind and broken.
    pub(crate) fn damaged(kind: Kind, problem: impl std::fmt::Display) -> Self {
        Self::Damaged {
            kind,
            problem: problem.to_string().trim_end_matches('.').to_owned(),
        }
    }
}
