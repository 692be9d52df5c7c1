//! Rules that are written by hand: patterns, conditions, rewrites, scopes, and what is said of
//! rules that are wrong.

#![expect(
    clippy::expect_used,
    reason = "a test that can not be prepared has failed"
)]

use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::fix;
use analyzer::parser::Locale;
use analyzer::policy::form::Form;
use analyzer::policy::{Compiled, Lexicon, PolicyRule, Status, compile, rule_file};
use analyzer::ruleset::{Policy, RuleSet};

fn compiled(text: &str) -> Compiled {
    compile(text, &Lexicon::english())
}

/// The rule of some lines of YAML.
#[track_caller]
fn rule(yaml: &str) -> PolicyRule {
    let mut rules = rules_of(yaml).expect("the rule can be read");
    assert_eq!(rules.len(), 1);
    rules.remove(0)
}

fn rules_of(yaml: &str) -> Result<Vec<PolicyRule>, Vec<rule_file::RuleFileError>> {
    let mut text = String::from("rules:\n");
    for (index, line) in yaml.lines().enumerate() {
        text.push_str(if index == 0 { "  - " } else { "    " });
        text.push_str(line);
        text.push('\n');
    }
    rule_file::read(&text)
}

/// The parts of the formula that the rule of some lines of YAML flags.
#[track_caller]
fn flagged<'f>(yaml: &str, formula: &'f str) -> Vec<&'f str> {
    let text = serde_json::json!({ "rules": [rule(yaml)] }).to_string();
    let found = compiled(&text).violations(formula);
    found.iter().map(|one| one.span.of(formula)).collect()
}

/// Checks that the pattern is found in some formulas and not in others.
#[track_caller]
fn case(pattern: &str, found: &[&str], not_found: &[&str]) {
    let yaml = format!("match: {}", serde_json::json!(pattern));
    for formula in found {
        assert!(
            !flagged(&yaml, formula).is_empty(),
            "{pattern} in {formula}"
        );
    }
    for formula in not_found {
        assert!(
            flagged(&yaml, formula).is_empty(),
            "{pattern} not in {formula}"
        );
    }
}

/// What is wrong with the rule: line, path and message.
#[track_caller]
fn wrong(yaml: &str, line: usize, path: &str, message: &str) {
    let errors = rules_of(yaml).expect_err("the rule is wrong");
    let error = errors.first().expect("there is an error");
    assert_eq!((error.line, error.path.as_str()), (line, path), "{error}");
    assert!(error.message.contains(message), "{error}");
}

#[test]
fn case_spaces_separators_and_parentheses_do_not_count() {
    case(
        "VLOOKUP($K, $R, $C)",
        &["=vlookup( A1 ; B:C ; 2 )", "=1+(VLOOKUP((A1),B:C,2))"],
        &[
            "=VLOOKUP(A1,B:C,2,FALSE)",
            "=\"VLOOKUP(A1,B:C,2)\"",
            "=HLOOKUP(A1,B:C,2)",
        ],
    );
}

#[test]
fn the_same_hole_stands_for_the_same_tree() {
    case(
        "IF($X=\"\", \"\", $X)",
        &[
            "=IF(A1=\"\",\"\",A1)",
            "=IF(SUM(A1, B1)=\"\",\"\",(sum((A1),B1)))",
        ],
        &["=IF(A1=\"\",\"\",B1)"],
    );
}

#[test]
fn arguments_can_stand_before_between_and_behind() {
    case(
        "SUM(..., 0, ...)",
        &["=SUM(0)", "=SUM(A1,0,B1)"],
        &["=SUM(A1)"],
    );
    case(
        "IFS(..., TRUE, $X)",
        &["=IFS(A1,1,TRUE,2)"],
        &["=IFS(TRUE,2,A1,1)"],
    );
    case("F(...$A, 1, ...$A)", &["=F(B1,1,B1)"], &["=F(B1,1,C1)"]);
}

#[test]
fn holes_stand_for_what_their_sign_says() {
    case("$X*#N", &["=A1*1.19", "=A1*-5", "=A1*5%"], &["=A1*B1"]);
    case(
        "INDIRECT(\"...\")",
        &["=INDIRECT(\"A1\")"],
        &["=INDIRECT(A1)"],
    );
    case("SUM(@R:range)", &["=SUM(A1:B2)"], &["=SUM(A1)"]);
    case("SUM(@R:abs)", &["=SUM($A$1:$B$2)"], &["=SUM(A1:B2)"]);
    case("&F(&F(...))", &["=ABS(abs(A1))"], &["=ABS(ROUND(A1))"]);
    case("1&F(A1)", &["=1&F(A1)"], &["=1&G(A1)"]);
    case("#N/A", &["=IF(A1,#N/A,1)"], &["=A1/B1"]);
}

#[test]
fn a_number_is_found_once_with_its_sign() {
    assert_eq!(flagged("match: \"#N\"", "=A1*-5%"), ["-5%"]);
}

#[test]
fn what_reads_as_a_reference_is_one() {
    case("SUM($A:$A)", &["=SUM($A:$A)"], &["=SUM($B:$B)", "=SUM(C1)"]);
    case("SUM(A$1)", &["=SUM(A$1)"], &["=SUM(B$1)"]);
}

#[test]
fn what_stands_around_counts() {
    let yaml = "match: $A/$B\nnotInside: IFERROR($MATCH, ...)";
    assert_eq!(flagged(yaml, "=IFERROR(A1/B1,C1/D1)"), ["C1/D1"]);
    let yaml = "match: NOW()\ninside: [\"IF($C, ...)\", \"SUM(...)\"]";
    assert_eq!(flagged(yaml, "=SUM(IF(NOW(),1))+IF(NOW(),1)"), ["NOW()"]);
}

#[test]
fn conditions_decide_which_way_to_match() {
    let yaml = "match: SUM(..., $X, ...)\nwhere: [{hole: $X, kind: number, notIn: [0, 1]}]";
    assert!(!flagged(yaml, "=SUM(A1,0,7)").is_empty());
    assert!(flagged(yaml, "=SUM(A1,0,1)").is_empty());
}

#[test]
fn hosts_are_read_from_what_is_written_out() {
    let yaml = "match: IMPORTDATA($U)\nwhere: [{hole: $U, notHost: example.com}]";
    assert!(flagged(yaml, "=IMPORTDATA(\"https://data.example.com/a.csv\")").is_empty());
    assert!(flagged(yaml, "=IMPORTDATA(\"https://example.com/?q=\"&A1)").is_empty());
    for elsewhere in [
        "=IMPORTDATA(\"https://example.com.evil.test/\")",
        "=IMPORTDATA(A1)",
        "=IMPORTDATA(\"https://example.com\"&A1)",
    ] {
        assert!(!flagged(yaml, elsewhere).is_empty(), "{elsewhere}");
    }
}

#[test]
fn a_requirement_can_be_a_pattern() {
    let yaml = "match: VLOOKUP($K, $R, ...)\nrequire: {matches: [\"VLOOKUP($K, $R, $C, FALSE)\"]}";
    assert!(flagged(yaml, "=VLOOKUP(A1,B:C,2,FALSE)").is_empty());
    assert!(!flagged(yaml, "=VLOOKUP(A1,B:C,2,TRUE)").is_empty());
}

/// The formula with the rule's fix.
#[track_caller]
fn fixed(yaml: &str, formula: &str, locale: Locale) -> String {
    let text = serde_json::json!({ "rules": [rule(yaml)] }).to_string();
    let rules = rules_with(&text);
    let cell = Position::new(1, 1).expect("a cell");
    let audit = Auditor::new(&rules, locale)
        .audit(formula, cell)
        .expect("a formula");
    let fixes = audit.findings.iter().filter_map(|one| one.fix.as_ref());
    fix::apply(formula, fixes)
}

fn rules_with(policy: &str) -> RuleSet {
    RuleSet::of(&[]).with_policies(vec![Policy {
        id: "p".to_owned(),
        title: "P".to_owned(),
        version: 1,
        compiled: Arc::new(compiled(policy)),
    }])
}

#[test]
fn a_rewrite_becomes_the_fix() {
    let yaml =
        "match: $A/$B\nnotInside: IFERROR($MATCH, ...)\nfix: {rewrite: \"IFERROR($A/$B, 0.5)\"}";
    assert_eq!(
        fixed(yaml, "=A1+(B1+1)/C1", Locale::default()),
        "=A1+IFERROR((B1+1)/C1, 0.5)"
    );
    assert_eq!(
        fixed(yaml, "=A1/C1", Locale::from_tag("de-DE")),
        "=IFERROR(A1/C1; 0,5)"
    );
}

#[test]
fn a_rewrite_keeps_operators_together() {
    let yaml = "match: MULTIPLY($A, $B)\nfix: {rewrite: \"$A*$B\"}";
    assert_eq!(
        fixed(yaml, "=2^MULTIPLY(A1+1,B1)", Locale::default()),
        "=2^((A1+1)*B1)"
    );
}

#[test]
fn arguments_that_are_not_there_leave_no_separator() {
    let yaml = "match: CONCAT($A, ...$REST)\nfix: {rewrite: \"JOIN(\\\"\\\", $A, ...$REST)\"}";
    assert_eq!(
        fixed(yaml, "=CONCAT(A1)", Locale::default()),
        "=JOIN(\"\", A1)"
    );
    assert_eq!(
        fixed(yaml, "=CONCAT(A1,B1,C1)", Locale::default()),
        "=JOIN(\"\", A1, B1,C1)"
    );
}

#[test]
fn a_rule_holds_where_its_scope_says() {
    let policy =
        "rules:\n  - match: NOW(...)\n    scope: {sheets: [\"Report*\"], ranges: [\"B:B\"]}\n";
    let rules = rules_with(policy);
    let mut auditor = Auditor::new(&rules, Locale::default());
    let mut is_flagged = |sheet, column| {
        let cell = Position::new(column, 3).expect("a cell");
        let audit = auditor.audit_on("=NOW()", sheet, cell).expect("a formula");
        !audit.findings.is_empty()
    };
    assert!(!is_flagged(Some("Data"), 2));
    assert!(is_flagged(Some("Report 1"), 2));
    assert!(!is_flagged(Some("Report 1"), 3));
    assert!(is_flagged(Some("report 2"), 2));
    assert!(!is_flagged(None, 2));
}

#[test]
fn a_line_break_is_seen_in_each_copy_of_a_formula() {
    let rules = rules_with("Formulas must not use line breaks.");
    let mut auditor = Auditor::new(&rules, Locale::default());
    let cell = Position::new(1, 1).expect("a cell");
    for (formula, findings) in [("=A5+B5", 0), ("=A5+\nB5", 1), ("=A5+B5", 0)] {
        let audit = auditor.audit(formula, cell).expect("a formula");
        assert_eq!(audit.findings.len(), findings, "{formula:?}");
    }
}

#[test]
fn a_rule_holds_for_its_departments() {
    let policy = "rules:\n  - match: NOW(...)\n    scope: {departments: [Finance]}\n";
    let compiled = compiled(policy);
    let flags = |department| {
        !compiled
            .for_department(department)
            .violations("=NOW()")
            .is_empty()
    };
    assert!(flags(None));
    assert!(flags(Some("FINANCE")));
    assert!(!flags(Some("Sales")));
}

#[test]
fn a_built_in_rule_runs_with_its_settings() {
    let yaml = "builtin: {rule: long-formula, settings: {max: 20}}";
    assert!(!flagged(yaml, "=A1+B1+C1+D1+E1+F1+G1").is_empty());
    assert!(flagged(yaml, "=A1+B1").is_empty());
}

#[test]
fn rules_in_a_document_stand_beside_its_sentences() {
    let text = "# Policy\n\nDo not use INDIRECT.\n\n```yaml\nrules:\n  # Why.\n  - id: ORG-1\n    match: NOW(...)\n  - match: TODAY()\n```\n\nDo not use OFFSET.\n";
    let compiled = compiled(text);
    assert_eq!(compiled.enforced(), 4);
    let mut end = 0;
    for sentence in &compiled.sentences {
        assert!(sentence.span.start >= end, "{sentence:?}");
        assert_eq!(sentence.span.of(text), sentence.text);
        end = sentence.span.end;
    }
    let found = compiled.violations("=NOW()");
    assert_eq!(found.first().map(|one| one.rule.as_ref()), Some("ORG-1"));
    assert_eq!(
        compiled
            .violations("=INDIRECT(A1)+OFFSET(A1,1,1)+TODAY()")
            .len(),
        3
    );
}

#[test]
fn a_block_that_holds_no_rules_is_an_aside() {
    let compiled = compiled("```yaml\nmatch: NOW()\n```\n");
    let statuses: Vec<Status> = compiled.sentences.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Status::Context; 3]);
}

#[test]
fn a_wrong_rule_in_a_document_is_said_and_the_others_run() {
    let compiled = compiled("```yaml\nrules:\n  - match: NOW(\n  - match: TODAY()\n```\n");
    assert_eq!(compiled.enforced(), 1);
    let wrong = compiled
        .sentences
        .iter()
        .find(|one| one.status == Status::NotUnderstood)
        .and_then(|one| one.note.as_deref())
        .expect("it is said");
    assert!(wrong.contains("line 3: rules[0].match"), "{wrong}");
}

#[test]
fn json_is_read_as_well() {
    let rules = rule_file::read(r#"{"rules": [{"match": "NOW()", "level": "should"}]}"#);
    let rules = rules.expect("the rule can be read");
    assert_eq!(
        rules[0].paraphrase,
        "Formulas should not use the pattern `NOW()`."
    );
}

#[test]
fn errors_say_line_path_and_what_to_do() {
    wrong("id: X\nmatch: NOW(", 3, "rules[0].match", "character 4");
    wrong("match: $A1X()", 2, "rules[0].match", "");
    wrong("match: F($RATE1)", 2, "rules[0].match", "letters and `_`");
    wrong("match: SUM(@R:big)", 2, "rules[0].match", "cell, range");
    wrong("match: \"...\"", 2, "rules[0].match", "between separators");
    wrong("level: must", 2, "rules[0].match", "needs one of");
    wrong(
        "match: NOW()\nlimit: {metric: length, atMost: 3}",
        3,
        "rules[0].limit",
        "not both",
    );
    wrong(
        "match: A+$B\nwhere:\n  - hole: $C\n    kind: number",
        3,
        "rules[0].where",
        "no pattern",
    );
    wrong(
        "match: NOW()\nfix: {rewrite: \"F($X)\"}",
        3,
        "rules[0].fix.rewrite",
        "no hole",
    );
    wrong(
        "builtin: nested-iff",
        2,
        "rules[0].builtin",
        "sheetbrain rules",
    );
    wrong(
        "match: NOW()\nscope: {ranges: [X]}",
        3,
        "rules[0].scope.ranges[0]",
        "no range",
    );
    wrong(
        "match: [\"$X\", NOW()]\nwhere: [{hole: $X, kind: number}]",
        3,
        "rules[0].where",
        "two rules",
    );
    wrong(
        "match: NOW()\nrequre: {}",
        3,
        "rules[0].requre",
        "unknown field",
    );
    wrong("match: NOW()\nlevel: musst", 3, "rules[0].level", "must");
}

#[test]
fn a_rule_that_is_wrong_about_its_tests_is_refused() {
    wrong(
        "match: NOW()\ntests:\n  pass: [\"=NOW()\"]",
        3,
        "rules[0].tests.pass[0]",
        "the rule flags `=NOW()`",
    );
    wrong(
        "match: NOW()\ntests:\n  fail: [\"=TODAY()\"]",
        3,
        "rules[0].tests.fail[0]",
        "does not flag",
    );
    wrong(
        "match: $X\nwhere: [{hole: $X, kind: number, in: [\"a\"]}]",
        2,
        "rules[0].tests.fail",
        "no formula was found",
    );
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    for yaml in [
        "id: A\nmatch: [\"ABS($X)\", \"$X+0\"]\ninside: SUM(...)\nnotInside: [MAX(...), INT(...)]\nwhere: [{hole: $X, in: [1, true, \"a\"], kind: constant}]\ntests: {fail: [\"=SUM(ABS(1))\"]}",
        "match: {functions: {class: volatile functions, names: [NOW]}}\nwithin: [SUM]\nlevel: may\nseverity: info",
        "match: {numbers: {except: [0, 1]}}",
        "limit: {metric: nesting, of: [IF], atMost: 3}",
        "allowOnly: [SUM]\nscope: {sheets: [\"A*\"], exclude: {departments: [X]}}",
        "match: {functions: [VLOOKUP]}\nprefer: {functions: [XLOOKUP]}",
        "builtin: {rule: long-formula, settings: {max: 200}}\nmessage: Too long.",
        "match: F($A)\nrequire: {matches: [\"F(#A)\", F(@A)]}\nfix: {rewrite: G($A), safe: true}",
        "match: {functions: [VLOOKUP]}\nrequire: {argument: 4, is: [false, 0]}",
        "match: {functions: [VLOOKUP]}\nrequire: {argument: 2, notConstant: true}",
        "match: {functions: [IFERROR]}\nrequire: {around: VLOOKUP(...)}",
        "match: {functions: [IMPORTDATA]}\nrequire: {hosts: Example.com}",
        "match: {sheets: [Archive]}\nscope: {sheets: [A], ranges: [\"D:D\"], exclude: {sheets: [B]}}",
        "match: {thing: lowercase-functions}",
        "limit: {metric: distinctReferences, atMost: 4}",
    ] {
        let rule = rule(yaml);
        let json = serde_json::to_string(&rule).expect("a rule can be written");
        let again: PolicyRule = serde_json::from_str(&json).expect(&json);
        assert_eq!(again, rule, "{json}");
        let form: Form = serde_json::from_str(&json).expect("a form");
        assert_eq!(serde_json::to_string(&form).expect("a form"), json);
    }
}

#[test]
fn a_paraphrase_is_read_back_to_the_same_rule() {
    for yaml in [
        "match: VLOOKUP($K, $R, $C)",
        "match: [\"ABS($X)\", \"$X+0\"]\ninside: SUM(...)\nnotInside: [MAX(...), INT(...)]\nwhere: [{hole: $X, in: [1, true, \"a\"], kind: constant}]\ntests: {fail: [\"=SUM(ABS(1))\"]}",
        "match: INDEX($A, MATCH(...))\nprefer: {functions: [XLOOKUP]}",
        "match: VLOOKUP($K, ...)\nrequire: {matches: \"VLOOKUP($K, $R, $C, FALSE)\"}",
        "match: IMPORTDATA($U)\nwhere: [{hole: $U, notHost: example.com}]\nrequire: {inside: [IFERROR, IFNA]}",
        "match: MYFUN($K, ...)\nrequire: {argument: 2, isNot: [5]}\nlevel: may",
        "match: F(\"a `code` b\")",
        "builtin: {rule: long-formula, settings: {max: 200}}",
        "builtin: nested-if\nlevel: may",
    ] {
        let mut rule = rule(yaml);
        let read = compiled(&rule.paraphrase);
        let rules: Vec<&PolicyRule> = read.sentences.iter().flat_map(|one| &one.rules).collect();
        // Tests of its author's own are not part of what a sentence says.
        if yaml.contains("tests:") {
            rule.tests = rules.first().expect(&rule.paraphrase).tests.clone();
        }
        assert_eq!(rules, [&rule], "{}", rule.paraphrase);
        assert_eq!(read.enforced(), 1, "{}", rule.paraphrase);
    }
}

/// The fenced blocks of a language in the page about rules.
fn blocks(language: &str) -> Vec<String> {
    let page = include_str!("../src/policy/README.md");
    let opening = format!("```{language}\n");
    let after = page.split(opening.as_str()).skip(1);
    after
        .filter_map(|rest| rest.split_once("```"))
        .map(|(block, _)| block.to_owned())
        .collect()
}

#[test]
fn the_rules_on_the_page_about_rules_are_right() {
    let blocks = blocks("yaml");
    assert!(blocks.len() >= 3);
    for block in blocks {
        if let Err(errors) = rule_file::read(&block) {
            panic!("{errors:?}");
        }
    }
}

#[test]
fn the_sentences_on_the_page_about_rules_are_enforced() {
    for block in blocks("policy") {
        for line in block.lines() {
            assert_eq!(compiled(line).enforced(), 1, "{line}");
        }
    }
}

#[test]
fn the_page_about_rules_names_every_field() {
    let page = include_str!("../src/policy/README.md");
    let schema = include_str!("../src/policy/rules.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("the schema is JSON");
    let definitions = &schema["$defs"];
    for form in [
        "Form",
        "Conditions",
        "Require",
        "Limit",
        "Scope",
        "Rewrite",
        "Tests",
    ] {
        let fields = definitions[form]["properties"].as_object();
        for field in fields.expect(form).keys() {
            assert!(page.contains(field.as_str()), "{form} has {field}");
        }
    }
}
