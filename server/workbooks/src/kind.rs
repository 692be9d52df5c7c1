//! What kind of file it is: its content says so, whatever its name claims, but for texts, which look
//! like anything.

use std::fmt;
use std::io::Cursor;

use crate::archive::Archive;
use crate::error::WorkbookError;

/// The endings that are read, for messages.
pub(crate) const KNOWN_ENDINGS: &str = ".xlsx, .xlsm, .xlsb, .xls, .ods or .csv";
/// How a file in Microsoft's compound format begins: `.xls`, and anything that is encrypted.
const COMPOUND_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const ZIP_MAGIC: &[u8] = b"PK";

/// What kind of workbook a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `.xlsx`, `.xlsm` and their templates.
    Xlsx,
    /// `.xlsb`
    Xlsb,
    /// `.xls` of 1993 and later.
    Xls,
    /// `.ods`
    Ods,
    /// `.csv`, `.tsv`
    Csv,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xlsx => ".xlsx",
            Self::Xlsb => ".xlsb",
            Self::Xls => ".xls",
            Self::Ods => ".ods",
            Self::Csv => ".csv",
        })
    }
}

impl Kind {
    /// The kind that the content of the file has; the kind that its name says for a text.
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Result<Self, WorkbookError> {
        let named = Self::of_name(name);
        if bytes.is_empty() && named.is_some() {
            return Err(WorkbookError::Empty);
        }
        if bytes.starts_with(ZIP_MAGIC) && named != Some(Self::Csv) {
            return Self::of_archive(named, bytes);
        }
        if bytes.starts_with(COMPOUND_MAGIC) {
            return Self::of_compound(named, bytes);
        }
        match named {
            Some(Self::Csv) => Ok(Self::Csv),
            Some(_) => Err(WorkbookError::NotWhatItsNameSays(looks_like(bytes))),
            None => Err(WorkbookError::UnknownKind),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "xlsx" | "xlsm" | "xltx" | "xltm" => Some(Self::Xlsx),
            "xlsb" => Some(Self::Xlsb),
            "xls" | "xlt" => Some(Self::Xls),
            "ods" | "ots" => Some(Self::Ods),
            "csv" | "tsv" => Some(Self::Csv),
            _ => None,
        }
    }

    fn of_archive(named: Option<Self>, bytes: &[u8]) -> Result<Self, WorkbookError> {
        let archive = match Archive::open(named.unwrap_or(Self::Xlsx), bytes) {
            Err(_) if named.is_none() => return Err(WorkbookError::UnknownKind),
            opened => opened?,
        };
        let has = |part: &str| archive.parts().any(|name| name == part);
        if has("xl/workbook.bin") {
            Ok(Self::Xlsb)
        } else if has("_rels/.rels") && archive.parts().any(|name| name.starts_with("xl/")) {
            Ok(Self::Xlsx)
        } else if has("content.xml") && has("mimetype") {
            Ok(Self::Ods)
        } else if named.is_some() {
            Err(WorkbookError::NotWhatItsNameSays(
                "an archive of something else",
            ))
        } else {
            Err(WorkbookError::UnknownKind)
        }
    }

    fn of_compound(named: Option<Self>, bytes: &[u8]) -> Result<Self, WorkbookError> {
        let opened = cfb::CompoundFile::open(Cursor::new(bytes));
        let file = match (opened, named) {
            (Ok(file), _) => file,
            (Err(_), None) => return Err(WorkbookError::UnknownKind),
            (Err(error), Some(_)) => return Err(WorkbookError::damaged(Self::Xls, error)),
        };
        if file.exists("/EncryptedPackage") {
            Err(WorkbookError::Encrypted)
        } else if file.exists("/Workbook") || file.exists("/Book") {
            Ok(Self::Xls)
        } else if named.is_some() {
            Err(WorkbookError::NotWhatItsNameSays("another document"))
        } else {
            Err(WorkbookError::UnknownKind)
        }
    }
}

/// What a file that is no workbook seems to hold.
fn looks_like(bytes: &[u8]) -> &'static str {
    let start = String::from_utf8_lossy(bytes.get(..512).unwrap_or(bytes)).to_lowercase();
    if start.contains("<html") || start.contains("<table") {
        "a web page"
    } else if start.trim_start().starts_with("<?xml") {
        "XML"
    } else if std::str::from_utf8(bytes).is_ok() {
        "text"
    } else {
        "something else"
    }
}
