//! Where cells stand in a file, as SARIF says it: in a list of formulas with lines, columns and what
//! replaces them.

use std::fmt::Write as _;
use std::path::Path;

use analyzer::finding::Fix;
use analyzer::fix;
use analyzer::report::CellAudit;
use analyzer::span::Span;

use super::format::{Artifact, ArtifactLocation, Region, Replacement, Text};
use crate::cli::audit::cells::{Form, ListLine};
use crate::cli::input::Source;

/// A file with the lines of a list; a workbook has none.
pub(super) struct Places<'a> {
    /// The file's address; `None` for standard input, in which nobody can look anything up.
    uri: Option<String>,
    lines: &'a [ListLine],
    /// Its number among the files of the run.
    index: usize,
}

impl<'a> Places<'a> {
    pub(super) fn new(source: &Source, lines: &'a [ListLine], index: usize) -> Self {
        Self {
            uri: source.path().map(uri_of),
            lines,
            index,
        }
    }

    /// The file as one that the results refer to.
    pub(super) fn artifact(&self) -> Option<Artifact> {
        let uri = self.uri.clone()?;
        let location = ArtifactLocation { uri, index: None };
        Some(Artifact { location })
    }

    pub(super) fn artifact_location(&self) -> Option<ArtifactLocation> {
        let uri = self.uri.clone()?;
        let index = Some(self.index);
        Some(ArtifactLocation { uri, index })
    }

    /// The part of the list that a span of the formula in the cell of this index covers: the whole
    /// line where the formula is written as JSON, in which its characters may be escaped.
    pub(super) fn region(&self, cell: usize, formula: &str, span: Span) -> Option<Region> {
        let line = self.lines.get(cell)?;
        Some(match line.form {
            Form::Plain => part_of_line(line, formula, span),
            Form::Text | Form::Object => whole_line(line),
        })
    }

    /// What the fix writes into the list for the cell of this index.
    pub(super) fn replacements(
        &self,
        index: usize,
        cell: &CellAudit,
        fix: &Fix,
    ) -> Vec<Replacement> {
        let Some(line) = self.lines.get(index) else {
            return Vec::new();
        };
        let has_break = fix
            .edits
            .iter()
            .any(|edit| edit.text.contains(['\n', '\r']));
        if line.form == Form::Plain && !has_break {
            let edits = fix.edits.iter().map(|edit| Replacement {
                deleted_region: part_of_line(line, &cell.formula, edit.span),
                inserted_content: Text::of(edit.text.clone()),
            });
            return edits.collect();
        }
        let mended = fix::apply(&cell.formula, [fix]);
        let written = if line.form == Form::Object {
            let cell = cell.address.to_string();
            serde_json::json!({ "cell": cell, "formula": mended }).to_string()
        } else {
            serde_json::json!(mended).to_string()
        };
        vec![Replacement {
            deleted_region: whole_line(line),
            inserted_content: Text::of(written),
        }]
    }
}

fn whole_line(line: &ListLine) -> Region {
    Region {
        start_line: line.number,
        start_column: 1,
        end_line: line.number,
        end_column: line.length + 1,
    }
}

fn part_of_line(line: &ListLine, formula: &str, span: Span) -> Region {
    let span = span.to_utf16(formula);
    Region {
        start_line: line.number,
        start_column: span.start as usize + 1,
        end_line: line.number,
        end_column: span.end as usize + 1,
    }
}

/// The address of a file: relative as it was given, or with its scheme.
fn uri_of(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::new();
    if path.is_absolute() {
        uri.push_str("file://");
        if !text.starts_with('/') {
            uri.push('/');
        }
    }
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_may_have_and_an_address_not_is_escaped() {
        assert_eq!(
            uri_of(Path::new("my lists/a%b.txt")),
            "my%20lists/a%25b.txt"
        );
        assert_eq!(uri_of(Path::new("/tmp/é.txt")), "file:///tmp/%C3%A9.txt");
        assert_eq!(uri_of(Path::new("a:b.txt")), "a%3Ab.txt");
    }

    #[test]
    fn columns_count_utf16_code_units_from_one() {
        let line = ListLine {
            number: 7,
            length: 9,
            form: Form::Plain,
        };
        let region = part_of_line(&line, "=\"😀\"+A1", Span::new(8, 10));
        assert_eq!(
            (region.start_line, region.start_column, region.end_column),
            (7, 7, 9)
        );
    }
}
