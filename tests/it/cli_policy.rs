//! `sheetbrain policy compile`: what each sentence and each rule became.

use crate::cli::{EXACT, Outcome, TestFile, run, run_on};

#[tokio::test]
async fn a_policy_is_shown_sentence_by_sentence() {
    let policy = format!("{EXACT}\n\nThe figures must be accurate.\n");
    let shown = run_on(&policy, &["policy", "compile", "-"])
        .await
        .expect(0)
        .out;
    assert!(
        shown.contains(&format!("enforced  high  line 1\n  {EXACT}\n    → ")),
        "{shown}"
    );
    assert!(
        shown.contains("not checkable  line 3\n  The figures must be accurate.\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("1 enforced, 0 partial, 1 not enforced\n"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_policy_as_json_has_its_spans_in_utf16() {
    let policy = format!("😀 {EXACT}");
    let shown = &run_on(&policy, &["policy", "compile", "-", "--format", "json"])
        .await
        .json()[0];
    let sentence = &shown["sentences"].as_array().unwrap().last().unwrap();
    let end = policy.encode_utf16().count();
    assert_eq!(sentence["span"]["end"], end);
    for member in ["text", "status", "paraphrase", "rules", "unread"] {
        assert!(sentence.get(member).is_some(), "{member}");
    }
    for count in ["enforced", "partial", "notEnforced"] {
        assert!(shown[count].is_number(), "{count}");
    }
}

/// Runs `policy compile` on files with these names and texts.
async fn compile_files(files: &[(&str, &str)], format: &str) -> Outcome {
    let files: Vec<TestFile> = files
        .iter()
        .map(|(name, text)| TestFile::new(name, text))
        .collect();
    let mut arguments = vec!["policy", "compile", "--format", format];
    arguments.extend(files.iter().map(TestFile::path));
    run(&arguments).await
}

#[tokio::test]
async fn what_is_wrong_with_a_file_of_rules_is_said_with_its_line() {
    let rules = "rules:\n  - id: A\n    match: NOW(\n  - match: TODAY()\n    level: musst\n";
    let outcome = compile_files(&[("rules.yaml", rules)], "text")
        .await
        .expect(2);
    assert!(
        outcome.err.contains("rules.yaml:5: rules[1].level"),
        "{}",
        outcome.err
    );
    let rules = rules.replace("musst", "must");
    let outcome = compile_files(&[("rules.yaml", &rules)], "text")
        .await
        .expect(2);
    assert!(
        outcome.err.contains("rules.yaml:3: rules[0].match"),
        "{}",
        outcome.err
    );
}

#[tokio::test]
async fn policies_that_contradict_each_other_are_told_with_a_formula() {
    let files = [
        ("one.md", "VLOOKUP must be wrapped in IFERROR."),
        ("two.yaml", "rules:\n  - match: IFERROR(...)\n"),
    ];
    let shown = compile_files(&files, "json").await.expect(0).json();
    let issue = &shown[0]["issues"][0];
    assert_eq!(issue["kind"], "contradiction", "{issue}");
    assert!(
        issue["example"].as_str().unwrap().contains("IFERROR("),
        "{issue}"
    );
    assert_eq!(shown[0]["policies"][1]["enforced"], 1);
    let text = compile_files(&files, "text").await.expect(0).out;
    assert!(text.contains("contradiction"), "{text}");
}

#[tokio::test]
async fn a_policy_is_read_with_words_of_its_own() {
    let policy = TestFile::new("house.md", "House functions must not be used.");
    let terms = TestFile::new(
        "terms.toml",
        "[functions]\n\"house functions\" = [\"SUM\"]\n",
    );
    let compile = ["policy", "compile", "--format", "json", policy.path()];
    assert_eq!(run(&compile).await.json()[0]["enforced"], 0);
    let with = [&compile[..], &["--terms", terms.path()]].concat();
    assert_eq!(run(&with).await.json()[0]["enforced"], 1);
    let audit = [
        "audit",
        "--formulas",
        "-",
        "--preset",
        "none",
        "--policy",
        policy.path(),
    ];
    let audit = [&audit[..], &["--terms", terms.path()]].concat();
    let _ = run_on("=SUM(A1:A2)", &audit).await.expect(1);
}

#[tokio::test]
async fn a_word_that_can_not_be_ones_own_is_named() {
    let policy = TestFile::new("house.md", EXACT);
    let terms = TestFile::new("terms.toml", "[functions]\n\"must\" = [\"SUM\"]\n");
    let outcome = run(&["policy", "compile", "--terms", terms.path(), policy.path()]).await;
    let said = outcome.expect(2).err;
    assert!(
        said.contains("terms.toml") && said.contains("\"must\""),
        "{said}"
    );
}
