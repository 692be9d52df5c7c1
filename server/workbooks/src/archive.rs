//! The parts of a workbook that is a ZIP archive, each read as a stream and all of them together
//! within [`LARGEST_UNFOLDED`].

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use crate::LARGEST_UNFOLDED;
use crate::error::WorkbookError;
use crate::kind::Kind;
use crate::xml::Xml;

/// A workbook's archive.
pub(crate) struct Archive<'b> {
    kind: Kind,
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// The names of the parts, by their numbers.
    parts: Vec<String>,
    /// How many bytes may still be unfolded.
    left: u64,
}

impl<'b> Archive<'b> {
    pub(crate) fn open(kind: Kind, bytes: &'b [u8]) -> Result<Self, WorkbookError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| {
            let problem = "its end is missing, as after a download that was interrupted";
            WorkbookError::damaged(kind, problem)
        })?;
        let parts = zip.file_names().map(Result::unwrap_or_default);
        let parts = parts.map(Cow::into_owned).collect();
        Ok(Self {
            kind,
            zip,
            parts,
            left: LARGEST_UNFOLDED,
        })
    }

    /// The names of the parts.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(String::as_str)
    }

    /// Reads a part as XML; `None` if there is none of this name.
    pub(crate) fn read<T>(
        &mut self,
        part: &str,
        read: impl FnOnce(&mut Xml<'_>) -> Result<T, WorkbookError>,
    ) -> Result<Option<T>, WorkbookError> {
        let kind = self.kind;
        // Some programs write the names of parts in other letter case than they refer to them.
        let exact = self.parts.iter().position(|name| name == part);
        let index = exact.or_else(|| {
            let mut names = self.parts.iter();
            names.position(|name| name.eq_ignore_ascii_case(part))
        });
        let Some(index) = index else {
            return Ok(None);
        };
        let file = self
            .zip
            .by_index(index)
            .map_err(|error| WorkbookError::damaged(kind, error))?;
        let mut bounded = Bounded {
            inner: file,
            left: self.left,
            spent: false,
        };
        let outcome = read(&mut Xml::new(kind, &mut bounded));
        self.left = bounded.left;
        if bounded.spent {
            return Err(WorkbookError::Unfolds);
        }
        outcome.map(Some)
    }

    /// Fails if all parts together unfold to more than is read: for readers that unfold by
    /// themselves.
    pub(crate) fn check_size(&mut self) -> Result<(), WorkbookError> {
        for index in 0..self.zip.len() {
            let file = self
                .zip
                .by_index(index)
                .map_err(|error| WorkbookError::damaged(self.kind, error))?;
            let mut bounded = Bounded {
                inner: file,
                left: self.left,
                spent: false,
            };
            let copied = io::copy(&mut bounded, &mut io::sink());
            self.left = bounded.left;
            if bounded.spent {
                return Err(WorkbookError::Unfolds);
            }
            copied.map_err(|error| WorkbookError::damaged(self.kind, error))?;
        }
        Ok(())
    }
}

/// Reads so many bytes and then fails.
struct Bounded<R> {
    inner: R,
    left: u64,
    /// Whether there would have been more.
    spent: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(left) = self.left.checked_sub(read as u64) {
            self.left = left;
            Ok(read)
        } else {
            self.spent = true;
            Err(io::Error::other("there is more than is read"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn all_parts_together_unfold_to_so_much_and_no_more() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in ["a", "b"] {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(part, options).unwrap();
            writer.write_all("<a/>".repeat(10).as_bytes()).unwrap();
        }
        let bytes = writer.finish().unwrap().into_inner();
        let read = |left: u64| {
            let mut archive = Archive::open(Kind::Xlsx, &bytes).unwrap();
            archive.left = left;
            let mut both = || {
                for part in ["a", "b"] {
                    archive.read(part, |xml| xml.each(|_| Ok(())))?;
                }
                Ok(())
            };
            both()
        };
        assert_eq!(read(80), Ok(()));
        assert_eq!(read(79), Err(WorkbookError::Unfolds));
        let mut archive = Archive::open(Kind::Xlsx, &bytes).unwrap();
        archive.left = 79;
        assert_eq!(archive.check_size(), Err(WorkbookError::Unfolds));
    }
}
