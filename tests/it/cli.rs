//! The offline commands, run as a user runs them: no server, no database.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tests::database::random_id;
use tests::program::program;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A lookup that a default audit finds fault with, and what it says.
pub(crate) const LOOKUP: &str = "=VLOOKUP(B2, Sheet1!A:B, 2)";
/// A policy of one sentence.
pub(crate) const EXACT: &str = "VLOOKUP must use exact match.";

/// What a call did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// The JSON values of standard output, one a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(parse).collect()
    }

    /// The outcome, whose exit code must be this one.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }
}

/// Runs the program with these arguments and this standard input.
pub(crate) async fn run_on(input: impl AsRef<[u8]>, arguments: &[&str]) -> Outcome {
    let mut command = program();
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_owned();
    let feed = tokio::spawn(async move {
        // A call that refuses its arguments does not read.
        let _ = stdin.write_all(&input).await;
    });
    let output = child.wait_with_output().await.unwrap();
    feed.await.unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command on a database.
pub(crate) async fn run_with(database: &PgConnectOptions, arguments: &[&str]) -> Outcome {
    let mut command = program();
    command
        .args(arguments)
        .env("DATABASE_URL", database.to_url_lossy().as_str());
    finished(command).await
}

/// Waits for the end of a command.
pub(crate) async fn finished(mut command: Command) -> Outcome {
    let output = command.stderr(Stdio::piped()).output().await.unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) async fn run(arguments: &[&str]) -> Outcome {
    run_on("", arguments).await
}

/// Audits a list of formulas.
pub(crate) async fn audit(formulas: &str, arguments: &[&str]) -> Outcome {
    run_on(
        formulas,
        &[&["audit", "--formulas", "-"], arguments].concat(),
    )
    .await
}

/// The findings in a list of formulas, one JSON object each.
pub(crate) async fn findings(formulas: &str, arguments: &[&str]) -> Vec<Value> {
    audit(formulas, &[&["--format", "jsonl"], arguments].concat())
        .await
        .json()
}

/// A file that is gone after the test.
pub(crate) struct TestFile(PathBuf);

impl TestFile {
    pub(crate) fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = std::env::temp_dir().join(format!("sheetbrain-cli-{}", random_id()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

#[tokio::test]
async fn each_line_is_answered_by_one_line() {
    let input = "=sum( a1:a3 )\n\n\"=LET(\\n  x, 1,\\n  x)\"\r\n=A1+";
    let answers = run_on(input, &["parse"]).await.expect(0).json();
    assert_eq!(answers.len(), 4);
    assert_eq!(
        answers[0],
        json!({"ok": true, "canonical": "=SUM(A1:A3)", "errors": []})
    );
    assert_eq!(answers[1]["ok"], false);
    assert_eq!(answers[2]["canonical"], "=LET(x,1,x)");
    assert_eq!(answers[3]["canonical"], Value::Null);
    assert_eq!(
        answers[3]["errors"][0]["span"],
        json!({"start": 4, "end": 4})
    );
}

#[tokio::test]
async fn spans_of_errors_count_utf16_code_units() {
    let written = "=\"😀\"+(A1";
    let answer = &run_on(written, &["parse", "-"]).await.json()[0];
    assert_eq!(answer["errors"][0]["span"], json!({"start": 6, "end": 7}));
    let decoded = serde_json::to_string("=\"😀\n\"+(A1").unwrap();
    let answer = &run_on(decoded, &["parse", "-"]).await.json()[0];
    assert_eq!(answer["errors"][0]["span"], json!({"start": 7, "end": 8}));
}

#[tokio::test]
async fn the_locale_decides_about_separators() {
    let answer = &run_on("=SUM(1,5;A1)", &["parse", "--locale", "de-DE"])
        .await
        .json()[0];
    assert_eq!(answer["canonical"], "=SUM(1,5;A1)");
    let refused = run_on("=A1", &["parse", "--locale", "klingon"])
        .await
        .expect(2);
    assert!(refused.err.contains("klingon"), "{}", refused.err);
}

#[tokio::test]
async fn the_tree_is_nested() {
    let answer = &run_on("=-A1+SUM(2)", &["parse", "--tree"]).await.json()[0];
    let tree = &answer["tree"];
    assert_eq!(
        (&tree["kind"], &tree["operator"]),
        (&json!("infix"), &json!("+"))
    );
    assert_eq!(tree["span"], json!({"start": 1, "end": 11}));
    let call = &tree["children"][1];
    assert_eq!(
        (&call["kind"], &call["name"]),
        (&json!("call"), &json!("SUM"))
    );
    assert_eq!(call["children"][0]["text"], "2");
}

#[tokio::test]
async fn a_tree_as_deep_as_its_formula_is_written() {
    let sum = format!("=1{}\n", "+1".repeat(50_000));
    let out = run_on(sum, &["parse", "--tree"]).await.expect(0).out;
    assert_eq!(out.matches("\"infix\"").count(), 50_000);
}

#[tokio::test]
async fn input_that_can_not_be_read_is_named_with_its_line() {
    for command in [&["parse"][..], &["audit", "--formulas"]] {
        for (content, line, what) in [
            (&b"=A1\n=\xff\n"[..], 2, "UTF-8"),
            (b"=A1\n=A2\n\"=A\n", 3, "JSON string"),
        ] {
            let file = TestFile::new("list.txt", content);
            let refused = run(&[command, &[file.path()]].concat()).await.expect(2);
            let place = format!("{}:{line}: ", file.path());
            assert!(
                refused.err.contains(&place) && refused.err.contains(what),
                "{}",
                refused.err
            );
        }
        let refused = run(&[command, &["no-such-file"]].concat()).await.expect(2);
        assert!(refused.err.contains("no-such-file"), "{}", refused.err);
    }
}

#[tokio::test]
async fn a_reader_that_leaves_ends_the_call_without_an_error() {
    for command in [
        &["parse"][..],
        &["audit", "--format", "jsonl", "--formulas", "-"],
    ] {
        let mut child = program()
            .args(command)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin
            .write_all(format!("{LOOKUP}\n").repeat(20_000).as_bytes())
            .await;
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code < 2), "{err}");
        assert!(!err.contains("panicked") && !err.contains("pipe"), "{err}");
    }
}

#[tokio::test]
async fn plain_lines_stand_in_column_a_and_copies_are_one_finding() {
    let list = format!("{LOOKUP}\n\n=VLOOKUP(B4, Sheet1!A:B, 2)\n");
    let found = findings(&list, &[]).await;
    let lookup = found
        .iter()
        .find(|finding| finding["rule"] == "approximate-lookup")
        .unwrap();
    assert_eq!(
        (&lookup["sheet"], &lookup["cells"]),
        (&json!("Sheet1"), &json!(["A1", "A3"]))
    );
    assert_eq!(lookup["workbook"], Value::Null);
    assert_eq!(lookup["expected"], Value::Null);
    assert_eq!(lookup["policy"], Value::Null);
    assert_eq!(lookup["severity"], "high");
    assert_eq!(lookup["category"], "risk");
    assert_eq!(lookup["formula"], LOOKUP);
    assert_eq!(lookup["span"], json!({"start": 1, "end": 27}));
    assert_eq!(
        lookup["fix"]["formula"],
        "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)"
    );
    assert!(lookup["fingerprint"].is_string());
}

#[tokio::test]
async fn a_line_can_name_its_cell() {
    let list = r#"{"cell":"'My Sheet'!B2","formula":"=#REF!+1"}"#;
    let found = findings(list, &[]).await;
    assert_eq!(
        (&found[0]["sheet"], &found[0]["cells"]),
        (&json!("My Sheet"), &json!(["B2"]))
    );
    let elsewhere = findings("=#REF!+1", &["--sheet", "Data"]).await;
    assert_eq!(elsewhere[0]["sheet"], "Data");
    let refused = audit("=A1\n{\"cell\":\"B0\",\"formula\":\"=A1\"}", &[])
        .await
        .expect(2);
    assert!(
        refused.err.contains("standard input:2: `B0`"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn the_json_report_is_the_answer_of_the_route() {
    let list = format!("=SUM(A1:A3)\n{LOOKUP}\nhello\n");
    let audit = audit(&list, &["--format", "json"]).await.expect(1);
    let report = &audit.json()[0];
    let mut members: Vec<&str> = report
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    let expected = [
        "audits",
        "compliant",
        "count",
        "duration",
        "engine",
        "inputHash",
        "ruleset",
        "skipped",
        "summary",
        "timestamp",
    ];
    assert_eq!(members, expected);
    assert_eq!(
        (&report["count"], &report["compliant"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(report["audits"][0]["cellAddress"], "A1");
    assert_eq!(
        report["audits"][1]["findings"][0]["rule"],
        "approximate-lookup"
    );
    assert_eq!(report["skipped"][0]["cellAddress"], "A3");
    assert!(
        audit.err.contains("in 2 formulas; 1 skipped; "),
        "{}",
        audit.err
    );
}

#[tokio::test]
async fn the_exit_code_follows_the_severity_asked_for() {
    let _ = audit("=SUM(A1:A3)", &[]).await.expect(0);
    let _ = audit(LOOKUP, &[]).await.expect(1);
    // Worth knowing, and no more.
    let _ = audit("=A1*1.19", &[]).await.expect(0);
    let _ = audit("=A1*1.19", &["--fail-on", "info"]).await.expect(1);
    // Worth changing some day.
    let _ = audit("=NOW()", &[]).await.expect(1);
    let _ = audit("=NOW()", &["--fail-on", "high"]).await.expect(0);
    let _ = audit("=A1", &["--fail-on", "often"]).await.expect(2);
}

#[tokio::test]
async fn what_is_not_a_list_of_formulas_is_refused() {
    let refused = run(&["audit", "book.xlsx"]).await.expect(2);
    assert!(refused.err.contains("book.xlsx"), "{}", refused.err);
    let refused = run(&["audit"]).await.expect(2);
    assert!(refused.err.contains("--formulas"), "{}", refused.err);
}

#[tokio::test]
async fn presets_choose_the_rules() {
    assert!(
        findings("=NOW()", &["--preset", "security"])
            .await
            .is_empty()
    );
    assert!(findings(LOOKUP, &["--preset", "none"]).await.is_empty());
    assert_eq!(
        findings("=A1+", &["--preset", "none"]).await[0]["rule"],
        "syntax-error"
    );
    let _ = audit(LOOKUP, &["--preset", "none", "--preset", "strict"])
        .await
        .expect(2);
    let refused = audit(LOOKUP, &["--preset", "recomended"]).await.expect(2);
    assert!(refused.err.contains("recommended"), "{}", refused.err);
}

#[tokio::test]
async fn a_finding_names_the_policy_and_the_sentence_that_asks_for_it() {
    let policy = TestFile::new(
        "lookups.md",
        format!("# Rules\n\n{EXACT} The figures must be accurate.\n"),
    );
    let only_policy = ["--preset", "none", "--policy", policy.path()];
    let found = findings(LOOKUP, &only_policy).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["policy"]["title"], "lookups");
    assert_eq!(found[0]["policy"]["sentence"], EXACT);
    let text = audit(LOOKUP, &only_policy).await.expect(1);
    assert!(
        text.out.contains(&format!("policy lookups: “{EXACT}”")),
        "{}",
        text.out
    );
    assert!(
        text.err.contains("1 of 2 sentences enforced"),
        "{}",
        text.err
    );
}

#[tokio::test]
async fn a_policy_of_which_nothing_is_enforced_is_a_warning() {
    let policy = TestFile::new("vague.txt", "The figures must be accurate.");
    let warned = audit("=SUM(A1:A3)", &["--policy", policy.path()])
        .await
        .expect(0);
    assert!(
        warned.err.contains("warning") && warned.err.contains(policy.path()),
        "{}",
        warned.err
    );
    let _ = audit("=A1", &["--policy", "no-such-policy.md"])
        .await
        .expect(2);
}

#[tokio::test]
async fn the_text_report_shows_formula_caret_reason_and_fix() {
    let list = "{\"cell\":\"B2\",\"formula\":\"=\\\"数字\\\"&VLOOKUPP(A1, D:E, 2, FALSE)\"}";
    let report = audit(list, &[]).await.expect(1);
    let expected = "\
high  unknown-function  B2
  =\"数字\"&VLOOKUPP(A1, D:E, 2, FALSE)
          ^^^^^^^^
  There is no function VLOOKUPP, so the cell shows #NAME?. Did you mean VLOOKUP?
  fix: Change VLOOKUPP to VLOOKUP (may change the result)
  - =\"数字\"&VLOOKUPP(A1, D:E, 2, FALSE)
  + =\"数字\"&VLOOKUP(A1, D:E, 2, FALSE)
";
    assert!(report.out.contains(expected), "{}", report.out);
}

#[tokio::test]
async fn there_are_no_colours_and_no_controls_in_a_file() {
    let report = audit("=FOO(\"\u{1b}[31m\"", &[]).await.expect(1);
    assert!(
        report.out.contains('\u{241b}') && !report.out.contains('\u{1b}'),
        "{}",
        report.out
    );
}

#[tokio::test]
async fn what_was_skipped_is_said_with_its_cells() {
    let skipped = audit("hello\nworld\n=A1\n42", &[]).await.expect(0);
    assert!(
        skipped.err.contains("skipped A1:A2, A4: "),
        "{}",
        skipped.err
    );
    assert!(
        skipped.err.contains("0 info in 1 formula; 3 skipped"),
        "{}",
        skipped.err
    );
}

#[tokio::test]
async fn a_formula_is_explained_with_pointers_to_what_an_audit_finds() {
    let text = run(&["explain", LOOKUP]).await.expect(0).out;
    assert!(
        text.starts_with("=VLOOKUP(B2,Sheet1!A:B,2)\n\n1. Look up B2"),
        "{text}"
    );
    assert!(text.contains("sheetbrain audit"), "{text}");
    let answer = &run_on(
        "=A1*1,5\n",
        &["explain", "-", "--locale", "de-DE", "--format", "json"],
    )
    .await
    .expect(0)
    .json()[0];
    assert_eq!(answer["canonical"], "=A1*1,5");
    assert_eq!(
        answer["steps"],
        json!([{"text": "Multiply A1 by 1,5.", "span": {"start": 1, "end": 7}}])
    );
    let refused = run(&["explain", "A1"]).await.expect(2);
    assert!(
        refused.err.contains("does not start with"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn rules_are_listed_and_each_has_a_page() {
    let list = &run(&["rules", "--format", "json"]).await.expect(0).json()[0];
    let rules = list["rules"].as_array().unwrap();
    let text = run(&["rules"]).await.expect(0).out;
    for rule in rules {
        let name = rule["name"].as_str().unwrap();
        assert!(text.contains(name), "{name}");
        let page = run(&["rules", name]).await.expect(0).out;
        assert!(page.starts_with(name) && page.contains("Why: "), "{page}");
    }
}

#[tokio::test]
async fn a_rule_that_does_not_exist_is_answered_with_the_nearest() {
    let refused = run(&["rules", "nested-ifs"]).await.expect(2);
    assert!(refused.err.contains("'nested-if'"), "{}", refused.err);
}

#[tokio::test]
async fn offline_commands_run_beside_a_broken_env_file() {
    let file = TestFile::new(".env", "this is no setting");
    let mut command = program();
    command
        .args(["rules"])
        .current_dir(file.0.parent().unwrap())
        .stderr(Stdio::piped());
    let output = command.output().await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn every_line_of_the_corpus_is_answered() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the test command says where things are"
    )]
    let corpus = std::env::var("SHEETBRAIN_CORPUS");
    let Ok(corpus) = corpus else {
        println!("SHEETBRAIN_CORPUS is not set: no corpus was read");
        return;
    };
    let mut lists = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        lists += 1;
        let path = path.to_str().unwrap();
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        assert_eq!(
            run(&["parse", "--tree", path])
                .await
                .expect(0)
                .out
                .lines()
                .count(),
            lines
        );
        let audit = run(&[
            "audit",
            "--preset",
            "strict",
            "--formulas",
            path,
            "--format",
            "json",
        ])
        .await;
        assert!(audit.code < 2, "{}", audit.err);
        let report = &audit.json()[0];
        let audited = report["count"].as_u64().unwrap();
        let skipped = report["skipped"].as_array().unwrap().len();
        assert_eq!(
            audited + u64::try_from(skipped).unwrap(),
            u64::try_from(lines).unwrap()
        );
    }
    assert!(lists > 0, "the corpus has no lists of formulas");
}
