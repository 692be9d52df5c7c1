//! The grammar of policy sentences documents itself: each function that reads a form of sentence
//! has, in its comment, a sentence with a formula that it flags and one that it does not.

use analyzer::policy::{Lexicon, compile};

const GRAMMAR: [&str; 16] = [
    include_str!("../src/policy/english/conditional.rs"),
    include_str!("../src/policy/english/manner.rs"),
    include_str!("../src/policy/english/argument.rs"),
    include_str!("../src/policy/english/metric.rs"),
    include_str!("../src/policy/english/required.rs"),
    include_str!("../src/policy/english/source.rs"),
    include_str!("../src/policy/english/demanded.rs"),
    include_str!("../src/policy/english/restricted.rs"),
    include_str!("../src/policy/english/imperative.rs"),
    include_str!("../src/policy/english/only.rs"),
    include_str!("../src/policy/english/predicate.rs"),
    include_str!("../src/policy/english/preference.rs"),
    include_str!("../src/policy/english/prohibited.rs"),
    include_str!("../src/policy/english/remedy.rs"),
    include_str!("../src/policy/english/subject.rs"),
    include_str!("../src/policy/english/subset.rs"),
];

/// A documented example of a form of sentence.
struct Example {
    sentence: String,
    flagged: String,
    clean: String,
}

/// The comment and the first line of each function that has a comment.
fn documented_functions(source: &str) -> Vec<(String, String)> {
    let mut functions = Vec::new();
    let mut comment = String::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
        } else if line.starts_with("fn ") || line.starts_with("pub(super) fn ") {
            functions.push((std::mem::take(&mut comment), line.to_owned()));
        } else {
            comment.clear();
        }
    }
    functions
}

/// The example in a comment: `"Sentence." flags `=A`, not `=B`.`
fn example(comment: &str) -> Option<Example> {
    let (before, after) = comment.split_once("\" flags `")?;
    let (flagged, rest) = after.split_once("`, not `")?;
    let (clean, _) = rest.split_once("`.")?;
    Some(Example {
        sentence: before.rsplit_once('"')?.1.to_owned(),
        flagged: flagged.to_owned(),
        clean: clean.to_owned(),
    })
}

fn is_flagged(lexicon: &Lexicon, policy: &str, source: &str) -> bool {
    !compile(policy, lexicon).violations(source).is_empty()
}

#[test]
fn every_documented_sentence_flags_what_its_comment_says() {
    let lexicon = Lexicon::english();
    let mut run = 0;
    for source in GRAMMAR {
        for one in documented_functions(source)
            .iter()
            .filter_map(|(doc, _)| example(doc))
        {
            assert!(
                is_flagged(&lexicon, &one.sentence, &one.flagged),
                "{} {}",
                one.sentence,
                one.flagged
            );
            assert!(
                !is_flagged(&lexicon, &one.sentence, &one.clean),
                "{} {}",
                one.sentence,
                one.clean
            );
            run += 1;
        }
    }
    assert!(run >= 50, "only {run} examples were found");
}

#[test]
fn every_form_of_sentence_has_an_example() {
    for source in GRAMMAR {
        for (comment, line) in documented_functions(source) {
            let is_form = comment.trim_start().starts_with('`');
            assert!(
                !is_form || example(&comment).is_some(),
                "{line} has no example"
            );
        }
    }
}

#[test]
fn a_demand_on_an_argument_that_no_call_can_have_is_not_enforced() {
    let lexicon = Lexicon::english();
    for policy in [
        "When VLOOKUP is used, the 3333333rd argument must be FALSE.",
        "When VLOOKUP is used, the 5th argument must be FALSE.",
        "When SUM is used, the 256th argument must be given.",
    ] {
        assert_eq!(compile(policy, &lexicon).enforced(), 0, "{policy}");
    }
    let possible = "When VLOOKUP is used, the 4th argument must be FALSE.";
    assert_eq!(compile(possible, &lexicon).enforced(), 1);
}
