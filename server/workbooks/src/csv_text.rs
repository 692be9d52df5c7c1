//! `.csv`: a text of one sheet, in which what begins with `=` is a formula.

use analyzer::cell::Position;
use csv::{ByteRecord, ReaderBuilder};

use crate::error::WorkbookError;
use crate::{Kind, Reading, Workbook};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(WorkbookError::Utf16);
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    check_is_text(bytes)?;
    let mut reading = Reading::new(Kind::Csv);
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let title = name.rsplit_once('.').map_or(name, |(title, _)| title);
    reading.begin_sheet(title.to_owned())?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(bytes))
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut row = 0_u32;
    loop {
        // Rows without a single separator are no records to the reader, and rows all the same.
        row = row.saturating_add(empty_rows(bytes, reader.position().byte()));
        let read = reader.read_byte_record(&mut record);
        if !read.map_err(|error| WorkbookError::damaged(Kind::Csv, error))? {
            return Ok(reading.finish());
        }
        row = row.saturating_add(1);
        for (column, field) in (1..).zip(&record) {
            if !field.starts_with(b"=") {
                continue;
            }
            let cell = Position::new(column, row).ok_or_else(|| {
                let problem = "it has a formula beyond the last cell of a sheet";
                WorkbookError::damaged(Kind::Csv, problem)
            })?;
            reading.add(cell, String::from_utf8_lossy(field).into_owned())?;
        }
    }
}

fn check_is_text(bytes: &[u8]) -> Result<(), WorkbookError> {
    let line_of = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n');
        (line, at - start.map_or(0, |start| start + 1) + 1)
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let (line, _) = line_of(at);
        return Err(WorkbookError::Binary { line });
    }
    std::str::from_utf8(bytes).map(|_| ()).map_err(|error| {
        let (line, byte) = line_of(error.valid_up_to());
        WorkbookError::NotUtf8 { line, byte }
    })
}

/// What stands between the fields: the one of `,`, `;` and tab that the first line with any of them
/// has most often outside of quotes.
fn separator(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'\n' if counts.iter().any(|(_, count)| *count > 0) => break,
            byte => {
                for (separator, count) in &mut counts {
                    *count += usize::from(separator == byte);
                }
            }
        }
    }
    // Of those that are equally frequent the first one.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| *separator)
}

/// How many empty lines begin where the last record has ended.
fn empty_rows(bytes: &[u8], at: u64) -> u32 {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let mut rest = bytes.get(at..).unwrap_or_default();
    // The reader stops inside of a line's end of two bytes.
    if before == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut rows = 0;
    loop {
        rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..] => rest,
            _ => return rows,
        };
        rows += 1;
    }
}
