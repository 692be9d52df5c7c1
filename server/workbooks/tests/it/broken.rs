//! Files that are no workbooks, damaged ones, and ones that want too much.

use proptest::prelude::*;
use workbooks::{WorkbookError, read};

use crate::made::{
    A1_PLUS_1, COPY, archive, compound, ods, ods_with, xls, xls_password, xlsb, xlsx,
};

#[track_caller]
fn refused(name: &str, bytes: &[u8], words: &str) {
    let error = read(name, bytes).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

fn sheet() -> Vec<u8> {
    xlsx(
        r#"<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1+'x y'!C1</f><v>1</v></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c></row>"#,
    )
}

#[test]
fn what_is_no_workbook_is_refused() {
    refused("a.xlsx", b"", "the file is empty");
    refused("a.xlsx", b"hello", "holds text");
    refused("a.xls", b"<html><table>", "holds a web page");
    refused("a.ods", b"\xff\x00\x01", "holds something else");
    refused(
        "a.xlsx",
        &archive(&[("a.txt", "x")]),
        "an archive of something else",
    );
    refused(
        "a.xls",
        &compound(&[("/WordDocument", b"x")]),
        "another document",
    );
    for name in ["notes.txt", "xlsx", "a.docx"] {
        refused(name, b"hello", ".xlsx, .xlsm, .xlsb, .xls, .ods or .csv");
    }
}

#[test]
fn an_archive_without_its_end_is_damaged() {
    let file = sheet();
    refused(
        "a.xlsx",
        &file[..file.len() / 2],
        "the .xlsx file can not be read: its end is missing",
    );
}

#[test]
fn what_only_a_password_opens_says_so() {
    refused(
        "a.xlsx",
        &compound(&[("/EncryptedPackage", b"x")]),
        "without a password",
    );
    refused("a.xls", &xls(&xls_password(), &[]), "without a password");
    let ods = ods_with("<manifest:encryption-data/>", "");
    refused("a.ods", &ods, "without a password");
}

#[test]
fn a_text_in_another_encoding_says_where() {
    refused("a.csv", b"a,b\nc,\xe9t\xe9", "line 2: byte 3 of the line");
    refused("a.csv", b"\xff\xfea\0", "UTF-16");
    refused("a.csv", b"a\n\n\0", "line 3 has a NUL");
}

#[test]
fn a_cell_that_is_repeated_without_end_is_refused() {
    let file = ods(
        r#"<table:table table:name="Data"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" table:formula="of:=1"/></table:table-row></table:table>"#,
    );
    assert_eq!(read("a.ods", &file), Err(WorkbookError::TooManyFormulas));
}

#[test]
fn an_xls_whose_cells_lie_too_far_apart_is_refused() {
    let file = xls(&[], &[(0, 0, A1_PLUS_1), (65_535, 60_000, A1_PLUS_1)]);
    assert_eq!(read("a.xls", &file), Err(WorkbookError::TooSpread));
}

fn real_files() -> Vec<(&'static str, Vec<u8>)> {
    let tokens = [0x44, 0, 0, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x03];
    vec![
        ("a.xlsx", sheet()),
        (
            "a.ods",
            ods(
                r#"<table:table table:name="Data"><table:table-row><table:table-cell table:formula="of:=SUM([.A1:.B2])"/></table:table-row></table:table>"#,
            ),
        ),
        ("a.xls", xls(&[], &[(1, 1, A1_PLUS_1), (2, 1, COPY)])),
        ("a.xlsb", xlsb(&[(1, 1, &tokens), (2, 1, COPY)])),
        ("a.csv", b"a,\"b\"\n=A1;\t\"=\"\"x\"\"\"\r\n".to_vec()),
    ]
}

proptest! {
    #[test]
    fn a_file_with_other_bytes_is_a_workbook_or_an_error(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        for (name, mut file) in real_files() {
            for (at, byte) in &changes {
                let at = at.index(file.len());
                file[at] = *byte;
            }
            let _ = read(name, &file);
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_a_workbook_or_an_error() {
    for (name, file) in real_files() {
        for end in (0..file.len()).step_by(13) {
            let _ = read(name, &file[..end]);
        }
    }
}
