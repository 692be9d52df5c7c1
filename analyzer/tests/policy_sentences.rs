//! Labelled policy sentences: each flags and passes the formulas that it says, and a sentence
//! that only guides enforces nothing.

use analyzer::policy::{Compiled, Lexicon, Status, compile};

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

fn is_flagged(compiled: &Compiled, source: &str) -> bool {
    !compiled.violations(source).is_empty()
}

/// What is wrong with each of the labelled policies, one line each.
fn wrong(labelled: &str, lexicon: &Lexicon) -> Result<Vec<String>, serde_json::Error> {
    let mut wrong = Vec::new();
    for line in labelled.lines().filter(|line| !line.trim().is_empty()) {
        let one: Labelled = serde_json::from_str(line)?;
        let compiled = compile(&one.policy, lexicon);
        let missed: Vec<&String> = one
            .flag
            .iter()
            .filter(|f| !is_flagged(&compiled, f))
            .collect();
        let banned: Vec<&String> = one
            .pass
            .iter()
            .filter(|f| is_flagged(&compiled, f))
            .collect();
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
