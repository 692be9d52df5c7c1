//! Files as programs write them, made here.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(crate) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let bytes: Vec<_> = parts
        .iter()
        .map(|(name, content)| (*name, content.as_bytes()))
        .collect();
    archive_of_bytes(&bytes)
}

fn archive_of_bytes(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationships(links: &[(&str, &str, &str)]) -> String {
    let links: Vec<String> = links
        .iter()
        .map(|(id, kind, target)| {
            format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
        })
        .collect();
    let links = links.concat();
    format!(r#"<?xml version="1.0"?><Relationships>{links}</Relationships>"#)
}

/// An `.xlsx` of one sheet `Data` with these rows, in XML.
pub(crate) fn xlsx(rows: &str) -> Vec<u8> {
    let book = r#"<workbook xmlns:r="x"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    archive(&[
        (
            "_rels/.rels",
            &relationships(&[("rId1", "officeDocument", "xl/workbook.xml")]),
        ),
        ("xl/workbook.xml", book),
        (
            "xl/_rels/workbook.xml.rels",
            &relationships(&[("rId1", "worksheet", "worksheets/sheet1.xml")]),
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// An `.ods` with this inside of its spreadsheet, in XML.
pub(crate) fn ods(spreadsheet: &str) -> Vec<u8> {
    ods_with("", spreadsheet)
}

/// An `.ods` with this in its manifest.
pub(crate) fn ods_with(manifest: &str, spreadsheet: &str) -> Vec<u8> {
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>{spreadsheet}</office:spreadsheet></office:body></office:document-content>"#
    );
    let manifest = format!(
        r#"<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="content.xml">{manifest}</manifest:file-entry></manifest:manifest>"#
    );
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", &manifest),
        ("content.xml", &content),
    ])
}

/// A compound file with these streams.
pub(crate) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()));
    let mut file = file.unwrap();
    for (name, content) in streams {
        file.create_stream(name)
            .unwrap()
            .write_all(content)
            .unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// `A1+1`, seen from B2.
pub(crate) const A1_PLUS_1: &[u8] = &[0x44, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x03];
/// A copy of the formula in the first cell.
pub(crate) const COPY: &[u8] = &[0x01, 0, 0, 0, 0];

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// An `.xls` of one sheet `Data` with formulas at these rows and columns, both from 0, as tokens;
/// `globals` are records of the whole workbook.
pub(crate) fn xls(globals: &[u8], formulas: &[(u16, u16, &[u8])]) -> Vec<u8> {
    let begin = |kind: u8| {
        record(
            0x0809,
            &[0, 6, kind, 0, 0, 0, 0xCC, 7, 0, 0, 0, 0, 6, 0, 0, 0],
        )
    };
    let end = record(0x000A, &[]);
    let sheet = |start: u32| {
        let start = start.to_le_bytes();
        record(0x0085, &[&start[..], &[0, 0, 4, 0], b"Data"].concat())
    };
    let start = begin(5).len() + globals.len() + sheet(0).len() + end.len();
    let start = u32::try_from(start).unwrap();
    let mut stream = [&begin(5), globals, &sheet(start), &end, &begin(0x10)].concat();
    for (row, column, tokens) in formulas {
        let length = u16::try_from(tokens.len()).unwrap().to_le_bytes();
        let place = [row.to_le_bytes(), column.to_le_bytes()].concat();
        stream.extend(record(
            0x0006,
            &[&place[..], &[0; 16], &length, tokens].concat(),
        ));
    }
    stream.extend(end);
    // A shorter one is kept in another way.
    stream.resize(stream.len().max(5_000), 0);
    compound(&[("/Workbook", &stream)])
}

/// The globals of an `.xls` that only a password opens.
pub(crate) fn xls_password() -> Vec<u8> {
    record(0x002F, &[1, 0, 0, 0])
}

/// An `.xlsb` of one sheet `Data` with formulas at these rows and columns, both from 0, as tokens.
pub(crate) fn xlsb(formulas: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let record = |kind: &[u8], data: &[u8]| {
        let length = u8::try_from(data.len()).unwrap();
        [kind, &[length], data].concat()
    };
    let wide = |text: &str| {
        let count = u32::try_from(text.len()).unwrap().to_le_bytes();
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        count.into_iter().chain(units).collect::<Vec<u8>>()
    };
    let entry = [vec![0; 8], wide("rId1"), wide("Data")].concat();
    let book = [
        record(&[0x83, 0x01], &[]),
        record(&[0x8F, 0x01], &[]),
        record(&[0x9C, 0x01], &entry),
        record(&[0x90, 0x01], &[]),
        record(&[0x84, 0x01], &[]),
    ];
    let mut sheet = [
        record(&[0x81, 0x01], &[]),
        record(&[0x94, 0x01], &[0; 16]),
        record(&[0x91, 0x01], &[]),
    ]
    .concat();
    for (row, column, tokens) in formulas {
        sheet.extend(record(
            &[0x00],
            &[&row.to_le_bytes()[..], &[0; 13]].concat(),
        ));
        let length = u32::try_from(tokens.len()).unwrap().to_le_bytes();
        let cell = [
            &column.to_le_bytes()[..],
            &[0; 4],
            &[0; 8],
            &[0; 2],
            &length,
            tokens,
        ];
        sheet.extend(record(&[0x09], &cell.concat()));
    }
    sheet.extend(record(&[0x92, 0x01], &[]));
    let top = relationships(&[("rId1", "officeDocument", "xl/workbook.bin")]);
    let links = relationships(&[("rId1", "worksheet", "worksheets/sheet1.bin")]);
    archive_of_bytes(&[
        ("_rels/.rels", top.as_bytes()),
        ("xl/workbook.bin", &book.concat()),
        ("xl/_rels/workbook.bin.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}
