//! Reports of `sheetbrain audit` for programs and for browsers: SARIF and HTML.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{EXACT, LOOKUP, Outcome, TestFile, audit, run};

/// Fails unless the text is SARIF; gives the one run of the log.
///
/// `sarif-schema.json` is the schema that the OASIS committee publishes with the standard, in its
/// repository oasis-tcs/sarif-spec as Schemata/sarif-schema-2.1.0.json; copies of it may be
/// published. Copyright OASIS Open, all rights reserved.
#[track_caller]
pub(crate) fn sarif(outcome: &Outcome) -> Value {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/sarif-schema.json");
    let schema = std::fs::read_to_string(schema).unwrap();
    // A bracket too many in a pattern of the published schema, which only some readers of regular
    // expressions take for itself.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let log: Value = serde_json::from_str(&outcome.out).unwrap();
    let validator = jsonschema::options().should_validate_formats(true);
    let validator = validator.build(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

/// The one result of this rule.
#[track_caller]
pub(crate) fn result_of(run: &Value, rule: &str) -> Value {
    let mut results = run["results"].as_array().unwrap().iter();
    let found = results.find(|result| result["ruleId"] == rule);
    found.unwrap_or_else(|| panic!("{rule}: {run}")).clone()
}

/// Audits a file with these lines.
async fn audit_file(lines: &str, arguments: &[&str]) -> (TestFile, Outcome) {
    let file = TestFile::new("list of formulas.txt", lines);
    let start = ["audit", "--formulas", file.path(), "--format", "sarif"];
    let outcome = run(&[&start, arguments].concat()).await;
    (file, outcome)
}

#[tokio::test]
async fn a_result_says_what_where_and_how_much_it_matters() {
    let lines = format!("=A1\n{LOOKUP}\n=VLOOKUP(B3, Sheet1!A:B, 2)\n");
    let (file, outcome) = audit_file(&lines, &[]).await;
    let run = sarif(&outcome);
    let result = result_of(&run, "approximate-lookup");
    assert_eq!(result["level"], "error");
    assert_eq!(result["occurrenceCount"], 2);
    assert!(result["message"]["text"].is_string());
    let location = &result["locations"][0];
    assert_eq!(
        location["physicalLocation"]["region"],
        json!({"startLine": 2, "startColumn": 2, "endLine": 2, "endColumn": 28})
    );
    let uri = format!("file://{}", file.path().replace(' ', "%20"));
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], uri);
    assert_eq!(run["artifacts"][0]["location"]["uri"], uri);
    let logical = &location["logicalLocations"][0];
    assert_eq!(logical["fullyQualifiedName"], "Sheet1!A2:A3");
    assert!(result["partialFingerprints"]["finding"].is_string());
    assert_eq!(result["properties"]["severity"], "high");
    assert_eq!(result["properties"]["category"], "risk");
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["exitCode"], 1);
}

#[tokio::test]
async fn a_rule_is_described_where_its_index_says() {
    let run = sarif(&audit(LOOKUP, &["--format", "sarif"]).await);
    let result = result_of(&run, "approximate-lookup");
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    let rule = &run["tool"]["driver"]["rules"][index];
    assert_eq!(rule["id"], "approximate-lookup");
    assert_eq!(rule["name"], "ApproximateLookup");
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    let address = rule["helpUri"].as_str().unwrap();
    assert!(address.ends_with("/rules/approximate-lookup"), "{address}");
    for text in [
        &rule["shortDescription"],
        &rule["fullDescription"],
        &rule["help"],
    ] {
        assert!(text["text"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert!(
        rule["help"]["markdown"]
            .as_str()
            .unwrap()
            .contains("**Why**")
    );
}

#[tokio::test]
async fn every_severity_has_its_level() {
    let list = format!("{LOOKUP}\n=NOW()\n=A1*1.19");
    let run = sarif(&audit(&list, &["--format", "sarif"]).await);
    for result in run["results"].as_array().unwrap() {
        let level = match result["properties"]["severity"].as_str().unwrap() {
            "high" => "error",
            "info" => "note",
            _ => "warning",
        };
        assert_eq!(result["level"], level, "{result}");
    }
}

#[tokio::test]
async fn a_fix_mends_every_copy_in_the_file() {
    let lines = format!("{LOOKUP}\n=VLOOKUP(B3, Sheet1!A:B, 2)\n");
    let (_file, outcome) = audit_file(&lines, &[]).await;
    let result = result_of(&sarif(&outcome), "approximate-lookup");
    let fix = &result["fixes"][0];
    assert_eq!(fix["properties"]["safe"], false);
    let replacements = fix["artifactChanges"][0]["replacements"]
        .as_array()
        .unwrap();
    let inserted = |line: usize| {
        json!({
            "deletedRegion": {"startLine": line, "startColumn": 27, "endLine": line, "endColumn": 27},
            "insertedContent": {"text": ", FALSE"},
        })
    };
    assert_eq!(replacements, &[inserted(1), inserted(2)]);
}

#[tokio::test]
async fn a_line_of_json_is_marked_and_replaced_as_a_whole() {
    let line = json!({"cell": "'My Sheet'!B2", "formula": LOOKUP}).to_string();
    let (_file, outcome) = audit_file(&line, &[]).await;
    let result = result_of(&sarif(&outcome), "approximate-lookup");
    let location = &result["locations"][0];
    assert_eq!(
        location["logicalLocations"][0]["fullyQualifiedName"],
        "'My Sheet'!B2"
    );
    let whole =
        json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": line.len() + 1});
    assert_eq!(location["physicalLocation"]["region"], whole);
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"], whole);
    let text = replacement["insertedContent"]["text"].as_str().unwrap();
    let mended: Value = serde_json::from_str(text).unwrap();
    assert_eq!(mended["cell"], "'My Sheet'!B2");
    assert_eq!(mended["formula"], "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)");
}

#[tokio::test]
async fn standard_input_is_no_file() {
    let run = sarif(&audit(LOOKUP, &["--format", "sarif"]).await);
    assert_eq!(run["artifacts"], json!([]));
    let result = result_of(&run, "approximate-lookup");
    let location = &result["locations"][0];
    assert_eq!(location["physicalLocation"], Value::Null);
    assert_eq!(
        location["logicalLocations"][0]["fullyQualifiedName"],
        "Sheet1!A1"
    );
    assert_eq!(result["fixes"], Value::Null);
}

#[tokio::test]
async fn a_baseline_tells_new_known_and_gone_apart() {
    let known = TestFile::new("known.json", "");
    let old = format!("{LOOKUP}\n=#REF!+1");
    let _ = audit(&old, &["--write-baseline", known.path()]).await;
    let new = format!("{LOOKUP}\n=NOW()");
    let arguments = [
        "--format",
        "sarif",
        "--baseline",
        known.path(),
        "--fail-on",
        "high",
    ];
    let run = sarif(&audit(&new, &arguments).await.expect(0));
    for (rule, state) in [
        ("approximate-lookup", "unchanged"),
        ("volatile-function", "new"),
        ("broken-reference", "absent"),
    ] {
        assert_eq!(result_of(&run, rule)["baselineState"], state, "{rule}");
    }
}

#[tokio::test]
async fn the_sentence_of_a_policy_stands_with_its_result() {
    let policy = TestFile::new("lookups.md", EXACT);
    let arguments = [
        "--format",
        "sarif",
        "--preset",
        "none",
        "--policy",
        policy.path(),
    ];
    let run = sarif(&audit(LOOKUP, &arguments).await.expect(1));
    let result = &run["results"][0];
    assert_eq!(result["properties"]["policy"]["sentence"], EXACT);
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(
        run["tool"]["driver"]["rules"][index]["id"],
        result["ruleId"]
    );
}

#[tokio::test]
async fn what_was_skipped_is_a_notification_and_nothing_found_is_no_result() {
    let run = sarif(
        &audit("hello\n=SUM(A1:A3)", &["--format", "sarif"])
            .await
            .expect(0),
    );
    assert_eq!(run["results"], json!([]));
    let notes = &run["invocations"][0]["toolExecutionNotifications"];
    assert!(notes[0]["message"]["text"].as_str().unwrap().contains("A1"));
}

#[tokio::test]
async fn a_page_escapes_what_formulas_and_policies_hold() {
    let policy = TestFile::new("<b>.md", EXACT);
    let list = "{\"cell\":\"'<i>'!A1\",\"formula\":\"=VLOOKUP(\\\"<script>alert(1)</script>\\u202e\\\", A:B, 2)\"}";
    let arguments = ["--format", "html", "--policy", policy.path()];
    let page = audit(list, &arguments).await.expect(1).out;
    for text in [
        "<script", "<i>", "<b>", "\u{202e}", " src=", "http:", "https:",
    ] {
        assert!(!page.contains(text), "{text}: {page}");
    }
    for text in [
        "&lt;script&gt;",
        "&lt;i&gt;: A1",
        EXACT,
        "<!DOCTYPE html>",
        "lang=\"en\"",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn a_page_marks_the_part_in_question_and_shows_the_fix() {
    let page = audit(LOOKUP, &["--format", "html"]).await.expect(1).out;
    assert!(
        page.contains("=<mark>VLOOKUP(B2, Sheet1!A:B, 2)</mark>"),
        "{page}"
    );
    assert!(page.contains("<ins>, FALSE</ins>)"), "{page}");
    let clean = audit("=SUM(A1:A3)", &["--format", "html"]).await.expect(0);
    assert!(clean.out.contains("Nothing was found."), "{}", clean.out);
}
