//! Audits of workbooks by `sheetbrain audit`, as a user runs them. How each form of file is read is
//! tested beside the reader.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::cli::{LOOKUP, Outcome, TestFile, run};
use crate::reports::{result_of, sarif};

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// An `.xlsx` with a name `Rate` and these sheets, each with its name and its rows in XML.
fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = vec![(
        "_rels/.rels".to_owned(),
        format!(
            r#"<x><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></x>"#
        ),
    )];
    let (mut entries, mut links) = (Vec::new(), Vec::new());
    for (number, (name, rows)) in (1..).zip(sheets) {
        entries.push(format!(
            r#"<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>"#
        ));
        links.push(format!(
            r#"<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        ));
        let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet));
    }
    let (entries, links) = (entries.concat(), links.concat());
    let book = format!(
        r#"<workbook xmlns:r="{OFFICE}"><sheets>{entries}</sheets><definedNames><definedName name="Rate">Data!$A$1</definedName></definedNames></workbook>"#
    );
    parts.push(("xl/workbook.xml".to_owned(), book));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<x>{links}</x>"),
    ));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Copies of a lookup in C2 to C4, a sum that is well, and a cell that can not be read.
const ROWS: &str = r#"<row r="1"><c r="A1"><f>SUM(B1:B9)*Rate</f></c></row>
    <row r="2"><c r="C2"><f t="shared" ref="C2:C4" si="0">VLOOKUP(B2,Data!A:B,2)</f></c></row>
    <row r="3"><c r="C3"><f t="shared" si="0"/></c></row>
    <row r="4"><c r="C4"><f t="shared" si="0"/></c></row>
    <row r="5"><c r="D5"><f t="dataTable" ref="D5:D6" r1="A1"/></c></row>"#;
/// A sheet in which nothing is found.
const CLEAN: &str = r#"<row r="1"><c r="A1"><f>Data!A1</f></c></row>"#;

fn budget() -> TestFile {
    TestFile::new("budget.xlsx", xlsx(&[("Data", ROWS), ("My totals", CLEAN)]))
}

/// Audits files with these arguments.
async fn audit(files: &[&TestFile], arguments: &[&str]) -> Outcome {
    let paths: Vec<&str> = files.iter().map(|file| file.path()).collect();
    run(&[&["audit"], &paths[..], arguments].concat()).await
}

/// The findings of a rule.
fn of_rule<'f>(findings: &'f [Value], rule: &str) -> Vec<&'f Value> {
    let findings = findings.iter();
    findings.filter(|finding| finding["rule"] == rule).collect()
}

#[tokio::test]
async fn a_line_names_workbook_sheet_and_all_copies_of_a_formula() {
    let found = audit(&[&budget()], &["--format", "jsonl"]).await.expect(1);
    let lines = found.json();
    let lookups = of_rule(&lines, "approximate-lookup");
    assert_eq!(lookups.len(), 1);
    assert_eq!(lookups[0]["workbook"], "budget.xlsx");
    assert_eq!(lookups[0]["sheet"], "Data");
    assert_eq!(lookups[0]["cells"], json!(["C2:C4"]));
    assert_eq!(lookups[0]["formula"], "=VLOOKUP(B2,Data!A:B,2)");
    assert!(lookups[0]["fix"]["formula"].is_string());
}

#[tokio::test]
async fn one_object_tells_of_one_workbook() {
    let file = budget();
    let found = audit(&[&file], &["--format", "json"]).await.expect(1);
    let mut reports = found.json();
    assert_eq!(reports.len(), 1);
    let report = reports[0].as_object_mut().unwrap();
    let lines = audit(&[&file], &["--format", "jsonl"]).await.json();
    assert_eq!(report.remove("findings"), Some(Value::Array(lines)));
    assert!(report.remove("duration").unwrap().is_f64());
    let reason = "it belongs to a what-if data table, which Google Sheets does not have";
    assert_eq!(
        Value::Object(report.clone()),
        json!({
            "workbook": "budget.xlsx", "sheets": 2, "formulas": 5, "templates": 3,
            "skipped": [{"sheet": "Data", "cell": "D5", "reason": reason}],
        })
    );
}

#[tokio::test]
async fn what_the_workbook_defines_is_known_and_nothing_else() {
    let rows = r#"<row r="1"><c r="A1"><f>Rate*Rat+Dta!A1</f></c></row>"#;
    let file = TestFile::new("names.xlsx", xlsx(&[("Data", rows)]));
    let lines = audit(&[&file], &["--format", "jsonl"])
        .await
        .expect(1)
        .json();
    let unknown = of_rule(&lines, "unknown-name");
    let spans: Vec<_> = unknown.iter().map(|finding| &finding["span"]).collect();
    assert_eq!(
        spans,
        [
            &json!({"start": 6, "end": 9}),
            &json!({"start": 10, "end": 13})
        ]
    );
}

#[tokio::test]
async fn several_workbooks_are_audited_and_a_broken_one_does_not_stop_them() {
    let (budget, broken) = (budget(), TestFile::new("broken.xlsx", "text"));
    let csv = TestFile::new("list.csv", format!("a,\"{LOOKUP}\"\n"));
    let files = [&broken, &budget, &csv];
    let found = audit(&files, &["--format", "json"]).await.expect(2);
    let names: Vec<_> = found
        .json()
        .iter()
        .map(|report| report["workbook"].clone())
        .collect();
    assert_eq!(names, ["budget.xlsx", "list.csv"]);
    assert!(found.err.contains("broken.xlsx: "), "{}", found.err);
    assert!(found.err.contains("1 workbook not read"), "{}", found.err);
    let sarif = sarif(&audit(&files, &["--format", "sarif"]).await.expect(2));
    assert_eq!(sarif["invocations"][0]["executionSuccessful"], false);
}

#[tokio::test]
async fn what_is_no_workbook_says_what_to_do() {
    let list = TestFile::new("list.txt", "=A1");
    let refused = audit(&[&list], &[]).await.expect(2);
    let advice = format!("--formulas {}", list.path());
    assert!(refused.err.contains(&advice), "{}", refused.err);
    assert!(refused.err.contains(".ods or .csv"), "{}", refused.err);
    let folder = std::path::Path::new(list.path()).parent().unwrap();
    let refused = run(&["audit", folder.to_str().unwrap()]).await.expect(2);
    assert!(refused.err.contains("is a folder"), "{}", refused.err);
    let refused = run(&["audit"]).await.expect(2);
    assert!(refused.err.contains("name workbooks"), "{}", refused.err);
    let both = ["audit", "a.xlsx", "--formulas", "b.txt"];
    let refused = run(&both).await.expect(2);
    assert!(
        refused.err.contains("cannot be used with"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn only_the_sheet_that_is_named_is_audited() {
    let file = budget();
    let found = audit(&[&file], &["--sheet", "my TOTALS", "--format", "json"]).await;
    let report = &found.expect(0).json()[0];
    assert_eq!(
        (&report["sheets"], &report["formulas"]),
        (&json!(1), &json!(1))
    );
    let csv = TestFile::new("list.csv", "=A2");
    let found = audit(&[&file, &csv], &["--sheet", "Data", "--format", "json"]).await;
    let found = found.expect(1);
    assert_eq!(found.json().len(), 1);
    assert!(found.err.contains("list.csv has no sheet"), "{}", found.err);
    let refused = audit(&[&file], &["--sheet", "Other"]).await.expect(2);
    assert!(
        refused.err.contains("no workbook has a sheet \"Other\""),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn the_text_report_names_workbook_sheet_and_skipped_cells() {
    let found = audit(&[&budget()], &[]).await.expect(1);
    let place = "high  approximate-lookup  budget.xlsx  Data!C2:C4 (3 cells)\n";
    assert!(found.out.contains(place), "{}", found.out);
    let skipped = "skipped budget.xlsx  Data!D5: it belongs to a what-if data table";
    assert!(found.err.contains(skipped), "{}", found.err);
    assert!(
        found.err.contains(" in 5 formulas; 1 skipped"),
        "{}",
        found.err
    );
}

#[tokio::test]
async fn sarif_names_file_sheet_and_area() {
    let (one, other) = (budget(), TestFile::new("a b.csv", format!("\"{LOOKUP}\"")));
    let run = sarif(
        &audit(&[&one, &other], &["--format", "sarif"])
            .await
            .expect(1),
    );
    let result = result_of(&run, "approximate-lookup");
    let location = &result["locations"][0];
    let uri = format!("file://{}", one.path());
    let expected = json!({"artifactLocation": {"uri": uri, "index": 0}});
    assert_eq!(location["physicalLocation"], expected);
    let logical = &location["logicalLocations"][0];
    assert_eq!(logical["fullyQualifiedName"], "Data!C2:C4");
    assert_eq!(result["occurrenceCount"], 3);
    assert!(result["fixes"].is_null());
    let results = run["results"].as_array().unwrap().iter();
    let in_other = results.filter(|result| {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        place["index"] == 1 && place["uri"].as_str().unwrap().ends_with("a%20b.csv")
    });
    assert!(in_other.count() > 0);
}

#[tokio::test]
async fn a_page_shows_where_it_is_in_which_workbook_and_what_was_left_out() {
    let found = audit(&[&budget()], &["--format", "html"]).await.expect(1);
    for part in [
        "budget.xlsx, Data: C2:C4",
        "budget.xlsx, Data, D5",
        "5 formulas",
    ] {
        assert!(found.out.contains(part), "{part}: {}", found.out);
    }
}

#[tokio::test]
async fn a_baseline_knows_a_finding_in_whichever_cell() {
    let (file, known) = (budget(), TestFile::new("known.json", ""));
    let _ = audit(&[&file], &["--write-baseline", known.path()])
        .await
        .expect(1);
    let moved = r#"<row r="8"><c r="C8"><f>VLOOKUP(B8,Data!A:B,2)</f></c></row>"#;
    let moved = TestFile::new("moved.xlsx", xlsx(&[("Data", moved)]));
    for file in [&file, &moved] {
        let found = audit(&[file], &["--baseline", known.path(), "--format", "jsonl"]).await;
        assert_eq!(found.expect(0).out, "");
    }
}

#[tokio::test]
async fn a_baseline_is_not_written_without_a_workbook_that_could_not_be_read() {
    let (file, broken) = (budget(), TestFile::new("broken.xlsx", "text"));
    let known = TestFile::new("known.json", "");
    let arguments = ["--write-baseline", known.path()];
    let found = audit(&[&file, &broken], &arguments).await.expect(2);
    assert!(found.err.contains("was not written"), "{}", found.err);
    assert_eq!(std::fs::read_to_string(known.path()).unwrap(), "");
}

#[tokio::test]
async fn only_what_is_severe_enough_fails() {
    let rows = r#"<row r="1"><c r="A1"><f>NOW()</f></c></row>"#;
    let file = TestFile::new("now.xlsx", xlsx(&[("Data", rows)]));
    let _ = audit(&[&file], &["--preset", "strict"]).await.expect(1);
    let _ = audit(&[&file], &["--preset", "strict", "--fail-on", "high"])
        .await
        .expect(0);
}

#[tokio::test]
async fn the_locale_is_that_of_texts_and_not_of_workbooks() {
    let csv = TestFile::new("de.csv", "\"=SUMME(A1;1,5)\"\t=B2*1,5\n");
    let report = audit(
        &[&csv, &budget()],
        &["--locale", "de-DE", "--format", "jsonl"],
    )
    .await;
    let errors = of_rule(&report.json(), "syntax-error").len();
    assert_eq!(errors, 0, "{}", report.out);
}
