//! Baselines of `sheetbrain audit`: what is known is left out, whatever its cell, and nothing else.

use serde_json::{Value, json};

use crate::cli::{LOOKUP, TestFile, audit, findings};

/// A file in which a call has written what it found in the formulas.
async fn baseline_of(formulas: &str) -> TestFile {
    let file = TestFile::new("known.json", "");
    let _ = audit(formulas, &["--write-baseline", file.path()]).await;
    file
}

fn content(file: &TestFile) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap()
}

#[tokio::test]
async fn what_is_known_is_left_out_of_every_format_and_of_the_exit_code() {
    let file = baseline_of(LOOKUP).await;
    for format in ["text", "jsonl"] {
        let known = audit(LOOKUP, &["--baseline", file.path(), "--format", format]).await;
        let known = known.expect(0);
        assert_eq!(known.out, "", "{format}");
        assert!(known.err.contains(" known; "), "{}", known.err);
    }
    let known = audit(LOOKUP, &["--baseline", file.path(), "--format", "json"]).await;
    let report = &known.expect(0).json()[0];
    assert_eq!(report["audits"][0]["findings"], json!([]));
    assert_eq!(report["audits"][0]["compliant"], true);
    assert_eq!(report["summary"]["high"], 0);
}

#[tokio::test]
async fn a_copy_of_a_formula_in_another_cell_is_known() {
    let file = baseline_of(LOOKUP).await;
    let moved = "=A9\n\n=VLOOKUP(B4, Sheet1!A:B, 2)\n=VLOOKUP(B5, Sheet1!A:B, 2)";
    let found = findings(moved, &["--baseline", file.path()]).await;
    assert_eq!(found, Vec::<Value>::new());
}

#[tokio::test]
async fn another_finding_of_the_same_rule_is_new() {
    let file = baseline_of(LOOKUP).await;
    let list = format!("{LOOKUP}\n=VLOOKUP(B3, Other!A:B, 2)");
    let found = audit(&list, &["--baseline", file.path(), "--format", "jsonl"]).await;
    let found = found.expect(1).json();
    assert!(
        found
            .iter()
            .all(|finding| finding["cells"] == json!(["A2"]))
    );
    assert!(
        found
            .iter()
            .any(|finding| finding["rule"] == "approximate-lookup")
    );
}

#[tokio::test]
async fn what_no_longer_occurs_is_told() {
    let file = baseline_of(LOOKUP).await;
    let clean = audit("=A9", &["--baseline", file.path()]).await.expect(0);
    assert!(
        clean.err.contains("no longer found: approximate-lookup: "),
        "{}",
        clean.err
    );
}

#[tokio::test]
async fn a_baseline_is_sorted_and_written_anew() {
    let file = baseline_of(&format!("=NOW()\n{LOOKUP}\n=#REF!+1")).await;
    let known = content(&file);
    let rules = known["findings"].as_array().unwrap().iter();
    let rules: Vec<&str> = rules.map(|known| known["rule"].as_str().unwrap()).collect();
    assert!(rules.is_sorted() && rules.len() >= 3, "{rules:?}");
    let _ = audit(
        "=NOW()",
        &["--baseline", file.path(), "--write-baseline", file.path()],
    )
    .await
    .expect(0);
    let known = content(&file);
    assert_eq!(known["findings"].as_array().unwrap().len(), 1, "{known}");
}

#[tokio::test]
async fn what_is_no_baseline_stops_the_audit() {
    let fingerprint = "0".repeat(31);
    let short = json!({"findings": [{"rule": "x", "message": "", "severity": "low", "fingerprint": fingerprint}]});
    for content in [
        "",
        "{",
        "{}",
        "[]",
        "{\"findings\":{}}",
        "{\"findings\":[],\"all\":true}",
        &short.to_string(),
    ] {
        let file = TestFile::new("known.json", content);
        let refused = audit(LOOKUP, &["--baseline", file.path()]).await.expect(2);
        assert_eq!(refused.out, "", "{content}");
        assert!(
            refused.err.contains(file.path()) && refused.err.contains("--write-baseline"),
            "{content}: {}",
            refused.err
        );
    }
    let _ = audit(LOOKUP, &["--baseline", "no-such-file"])
        .await
        .expect(2);
    let _ = audit(LOOKUP, &["--write-baseline", "no/such/folder/known.json"])
        .await
        .expect(2);
}
