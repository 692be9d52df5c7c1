//! Documents as people and programs make them, and files that are none.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can not be prepared has failed"
)]

use std::io::{Cursor, Write};

use documents::{DocumentError, Kind, read};
use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A Word document with this body and these other parts.
fn word(body: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    archive(&[&[("word/document.xml", document.as_str())], others].concat())
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A page is lines of text with the size of their type and where they stand.
type Page<'t> = &'t [(&'t str, i64, i64)];

/// A PDF document with these pages.
fn pdf(pages: &[Page<'_>]) -> Document {
    let mut document = Document::with_version("1.5");
    let pages_id = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    });
    let resources = document.add_object(dictionary! {
        "Font" => dictionary! { "F1" => font },
    });
    let kids: Vec<Object> = pages
        .iter()
        .map(|lines| {
            let mut operations = Vec::new();
            for (text, size, y) in *lines {
                operations.extend([
                    Operation::new("BT", vec![]),
                    Operation::new("Tf", vec!["F1".into(), (*size).into()]),
                    Operation::new("Td", vec![72.into(), (*y).into()]),
                    Operation::new("Tj", vec![Object::string_literal(*text)]),
                    Operation::new("ET", vec![]),
                ]);
            }
            let content = Content { operations }.encode().unwrap();
            let content = document.add_object(Stream::new(dictionary! {}, content));
            let page = document.add_object(dictionary! {
                "Type" => "Page", "Parent" => pages_id, "Contents" => content,
            });
            page.into()
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    document.objects.insert(
        pages_id,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages_id });
    document.trailer.set("Root", catalog);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn headings_lists_and_clauses_of_word_become_markdown() {
    let body = r#"
        <w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Policy</w:t></w:r></w:p>
        <w:p><w:r><w:t xml:space="preserve">Do not use </w:t></w:r><w:r><w:t>INDIRECT &amp; OFFSET.</w:t></w:r>
             <w:del><w:r><w:delText>Or NOW.</w:delText></w:r></w:del></w:p>
        <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>First</w:t></w:r></w:p>
        <w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Below</w:t></w:r></w:p>
        <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr></w:pPr><w:r><w:t>Bullet</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>In a table.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let styles = r#"<w:styles><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
    let numbering = r#"<w:numbering>
        <w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
            <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
        </w:numbering>"#;
    let file = word(
        body,
        &[
            ("word/styles.xml", styles),
            ("word/numbering.xml", numbering),
        ],
    );
    assert_eq!(
        read(Kind::Word, &file).unwrap(),
        "# Policy\n\nDo not use INDIRECT & OFFSET.\n\n1. First\n1.1 Below\n- Bullet\n\nIn a table.\n"
    );
}

#[test]
fn footnotes_of_word_come_last() {
    let notes = "<w:footnotes><w:footnote><w:p><w:r><w:t>Never use NOW.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let body = "<w:p><w:r><w:t>Text.</w:t></w:r></w:p>";
    let file = word(body, &[("word/footnotes.xml", notes)]);
    assert_eq!(
        read(Kind::Word, &file).unwrap(),
        "Text.\n\nNever use NOW.\n"
    );
}

#[test]
fn lines_and_headings_of_a_pdf_are_read() {
    let page: Page<'_> = &[
        ("Policy", 20, 780),
        ("Do not use volatile functions in hard-", 11, 740),
        ("coded reports.", 11, 726),
        ("1.2 VLOOKUP must use exact match.", 11, 690),
    ];
    let file = saved(pdf(&[page, &[("Do not use NOW.", 11, 780)]]));
    assert_eq!(
        read(Kind::Pdf, &file).unwrap(),
        "# Policy\n\nDo not use volatile functions in hard-coded reports.\n\n\
         1.2 VLOOKUP must use exact match.\n\nDo not use NOW.\n"
    );
}

#[track_caller]
fn refused(kind: Kind, bytes: &[u8], words: &str) {
    let error = read(kind, bytes).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_pdf_without_text_was_scanned() {
    let file = saved(pdf(&[&[], &[]]));
    assert_eq!(
        read(Kind::Pdf, &file),
        Err(DocumentError::Scanned { pages: 2 })
    );
}

#[test]
fn files_that_are_no_documents_are_refused() {
    refused(Kind::Text, b"", "empty");
    refused(Kind::Text, b"a\nb\0c", "line 2 has a NUL");
    refused(Kind::Text, b"a\n\xff", "line 2 has a byte");
    refused(Kind::Text, b" \n", "no text");
    refused(Kind::Word, b"Hello", "no Word document");
    refused(Kind::Word, b"\xD0\xCF\x11\xE0 old", "encrypted or an old");
    refused(
        Kind::Word,
        &archive(&[("a.txt", "x")]),
        "no word/document.xml",
    );
    refused(Kind::Word, &word("<w:p>", &[]), "no Word document");
    refused(Kind::Pdf, b"Hello", "does not begin with %PDF");
    refused(Kind::Pdf, b"%PDF-1.7\nnothing", "no PDF document");
}

#[test]
fn what_unfolds_without_end_is_refused() {
    let body = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a".repeat(60 << 20));
    refused(Kind::Word, &word(&body, &[]), "unfolds to more than 50 MiB");
}

#[test]
fn a_document_cut_anywhere_is_an_error_or_a_text() {
    let body = "<w:p><w:r><w:t>Text.</w:t></w:r></w:p>";
    let page: Page<'_> = &[("Do not use NOW.", 11, 780)];
    for (kind, file) in [
        (Kind::Word, word(body, &[])),
        (Kind::Pdf, saved(pdf(&[page]))),
    ] {
        for end in (0..file.len()).step_by(7) {
            let _ = read(kind, &file[..end]);
            let mut changed = file.clone();
            changed[end] ^= 0x55;
            let _ = read(kind, &changed);
        }
    }
}

#[test]
fn a_text_loses_its_byte_order_mark_only() {
    let text = "\u{feff}# A\r\n\r\nB".as_bytes();
    assert_eq!(read(Kind::Text, text).unwrap(), "# A\r\n\r\nB");
}
