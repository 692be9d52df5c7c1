//! Plain text and Markdown.

use crate::DocumentError;

/// The text of a file in UTF-8.
pub(crate) fn read(bytes: &[u8]) -> Result<String, DocumentError> {
    let text = std::str::from_utf8(bytes).map_err(|error| DocumentError::NotUtf8 {
        line: line_of(bytes, error.valid_up_to()),
    })?;
    if let Some(at) = text.find('\0') {
        let line = line_of(bytes, at);
        return Err(DocumentError::Binary { line });
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    before.split(|byte| *byte == b'\n').count()
}
