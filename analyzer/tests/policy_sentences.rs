//! Labelled policy sentences: each flags and passes the formulas that it says, and a sentence
//! that only guides enforces nothing.

#![expect(
    clippy::expect_used,
    reason = "a test that can not be prepared has failed"
)]

use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::cell::Position;
use analyzer::parser::Locale;
use analyzer::policy::scope::Scope;
use analyzer::policy::{Compiled, Lexicon, PolicyRule, Status, compile};
use analyzer::ruleset::{Policy, RuleSet};

/// One labelled policy.
#[derive(serde::Deserialize)]
struct Labelled {
    policy: String,
    #[serde(default)]
    flag: Vec<String>,
    #[serde(default)]
    pass: Vec<String>,
    #[serde(default)]
    guidance: bool,
}

/// The policy alone, ready to audit with.
fn rules_of(compiled: &Compiled) -> RuleSet {
    let policy = Policy {
        id: String::new(),
        title: String::new(),
        version: 1,
        compiled: Arc::new(compiled.clone()),
    };
    RuleSet::of(&[]).with_policies(vec![policy])
}

/// Whether the formula breaks the policy in the first cell of a sheet that no policy names.
fn is_flagged(rules: &RuleSet, source: &str) -> bool {
    let cell = Position::new(1, 1).expect("a cell");
    let mut auditor = Auditor::new(rules, Locale::default());
    let audit = auditor.audit_on(source, Some("Elsewhere"), cell);
    !audit.expect("a formula").findings.is_empty()
}

/// What is wrong with each of the labelled policies, one line each.
fn wrong(labelled: &str, lexicon: &Lexicon) -> Result<Vec<String>, serde_json::Error> {
    let mut wrong = Vec::new();
    for line in labelled.lines().filter(|line| !line.trim().is_empty()) {
        let one: Labelled = serde_json::from_str(line)?;
        let compiled = compile(&one.policy, lexicon);
        let rules = rules_of(&compiled);
        let missed: Vec<&String> = one.flag.iter().filter(|f| !is_flagged(&rules, f)).collect();
        let banned: Vec<&String> = one.pass.iter().filter(|f| is_flagged(&rules, f)).collect();
        let enforced = one.guidance && compiled.enforced() > 0;
        if !missed.is_empty() || !banned.is_empty() || enforced {
            let became: Vec<_> = compiled
                .sentences
                .iter()
                .filter(|sentence| {
                    sentence.status != Status::Context || compiled.sentences.len() == 1
                })
                .map(|sentence| (sentence.status, sentence.paraphrase.as_deref()))
                .collect();
            let kind = if banned.is_empty() && !enforced {
                "missed"
            } else {
                "WRONG BAN"
            };
            wrong.push(format!(
                "{kind}: {:?}\n    missed {missed:?} banned {banned:?} {became:?}",
                one.policy
            ));
        }
    }
    Ok(wrong)
}

#[test]
fn every_labelled_sentence_flags_and_passes_what_it_says() {
    let labelled = include_str!("policies/sentences.jsonl");
    let wrong = wrong(labelled, &Lexicon::english()).expect("each line is a labelled policy");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the design says of known sentences.
#[test]
fn known_sentences_have_their_status() {
    let lexicon = Lexicon::english();
    for (sentence, wanted) in [
        ("VLOOKUP must use exact match.", Status::Enforced),
        ("Do not use volatile functions.", Status::Enforced),
        ("No formula may nest more than 3 IFs.", Status::Enforced),
        (
            "Avoid volatile functions (NOW, TODAY, RAND) in static reports.",
            Status::NeedsScope,
        ),
        (
            "Use named ranges instead of absolute references when possible.",
            Status::Enforced,
        ),
        (
            "Limit nesting depth to three levels for maintainability.",
            Status::Enforced,
        ),
        (
            "Wrap external data references with error handling.",
            Status::Enforced,
        ),
        (
            "Prefer SUMIF/COUNTIF over array formulas for performance.",
            Status::Enforced,
        ),
        (
            "No circular references allowed without approvals.",
            Status::NotCheckable,
        ),
        (
            "Always include IFERROR for user-facing outputs.",
            Status::NeedsScope,
        ),
        (
            "Never use VOLATILE functions like TODAY() or NOW() in static reports.",
            Status::Ambiguous,
        ),
        (
            "Always wrap calculations with error handling using IFERROR.",
            Status::Enforced,
        ),
        ("Keep formulae short and simple.", Status::NeedsValue),
        (
            "Perform a calculation once and then refer back to it.",
            Status::NotUnderstood,
        ),
        ("Do not write multi-line formulas.", Status::Enforced),
        ("Never use nested IFs.", Status::Enforced),
        (
            "No formula should take more than 24 seconds to explain.",
            Status::NotCheckable,
        ),
        (
            "Have a system of backup and version control.",
            Status::NotCheckable,
        ),
        ("The figures must be accurate.", Status::NotCheckable),
        (
            "Formulas must not send customer data to external websites.",
            Status::NeedsScope,
        ),
        (
            "VLOOKUP is forbidden in production models.",
            Status::NeedsScope,
        ),
    ] {
        let compiled = compile(sentence, &lexicon);
        let statuses: Vec<Status> = compiled.sentences.iter().map(|one| one.status).collect();
        assert_eq!(statuses, [wanted], "{sentence}");
    }
}

/// The scope of the only rule that the sentence becomes.
fn scope(sentence: &str) -> Scope {
    let compiled = compile(sentence, &Lexicon::english());
    let mut scopes = compiled.enforced_rules().map(|rule| rule.scope.clone());
    let scope = scopes.next().unwrap_or_default();
    assert!(scopes.next().is_none(), "{sentence}");
    scope
}

#[test]
fn a_sentence_says_where_it_holds() {
    let named = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    for sentence in [
        "On the Inputs sheet, formulas must not use INDIRECT.",
        "INDIRECT must not be used on the Inputs sheet.",
        "INDIRECT is forbidden on sheet \"Inputs\".",
    ] {
        assert_eq!(scope(sentence).sheets, named(&["Inputs"]), "{sentence}");
    }
    let columns = scope("INDIRECT must not be used in columns D to F.");
    assert_eq!(columns.ranges, named(&["D:F"]));
    let finance = scope("For the Finance department, VLOOKUP is forbidden.");
    assert_eq!(finance.departments, named(&["Finance"]));
    let spared = scope("VLOOKUP is forbidden, except on the 'Scratch' sheet.");
    assert_eq!(spared.exclude.sheets, named(&["Scratch"]));
}

#[test]
fn a_scope_that_is_said_back_is_read_back() {
    let lexicon = Lexicon::english();
    let compiled = compile("INDIRECT must not be used in column D.", &lexicon);
    let rules: Vec<&PolicyRule> = compiled.enforced_rules().collect();
    let said = rules.first().map_or("", |rule| rule.paraphrase.as_str());
    let again = compile(said, &lexicon);
    assert_eq!(again.enforced_rules().collect::<Vec<_>>(), rules, "{said}");
}

/// Runs over the labelled sentences that lie beside the corpus, where there is one.
#[test]
fn the_sentences_beside_the_corpus_are_right() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the corpus is named by the environment"
    )]
    let folder = std::env::var_os("SHEETBRAIN_CORPUS");
    let file = folder.map(|folder| std::path::PathBuf::from(folder).join("../policies/dev.jsonl"));
    let Some(labelled) = file.and_then(|file| std::fs::read_to_string(file).ok()) else {
        announce("SHEETBRAIN_CORPUS is not set, or has no policies beside it: nothing measured");
        return;
    };
    let wrong = wrong(&labelled, &Lexicon::english()).expect("each line is a labelled policy");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[expect(clippy::print_stderr, reason = "a test that measures nothing says so")]
fn announce(message: &str) {
    eprintln!("{message}");
}
