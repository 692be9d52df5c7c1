//! Promises of the policy compiler that hold for every text and every rule.

mod given;

use allocation_counter::measure;
use analyzer::ast::Formula;
use analyzer::parser::{Locale, parse};
use analyzer::policy::PolicyRule;
use analyzer::policy::pattern::Pattern;
use analyzer::policy::stored::StoredRules;
use analyzer::policy::{Compiled, Incremental, Lexicon, Status, compile};
use given::{demands, levels, pattern_pieces, pieces, scopes, written_demands};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

fn compiled(text: &str) -> Compiled {
    thread_local! {
        static LEXICON: Lexicon = Lexicon::english();
    }
    LEXICON.with(|lexicon| compile(text, lexicon))
}

fn is_flagged(compiled: &Compiled, source: &str) -> bool {
    let found = compiled.violations(source);
    for violation in &found {
        assert!(violation.span.end as usize <= source.len());
    }
    !found.is_empty()
}

/// What a rule's paraphrase compiles to, which must be that rule alone.
fn read_back(rule: &PolicyRule) -> Result<Compiled, TestCaseError> {
    let read = compiled(&rule.paraphrase);
    let rules: Vec<&PolicyRule> = read.sentences.iter().flat_map(|one| &one.rules).collect();
    prop_assert_eq!(rules, vec![rule], "{}", rule.paraphrase);
    Ok(read)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_paraphrased_is_read_back_to_the_same_rule(demand in demands(), level in levels()) {
        let rule = PolicyRule::new(demand, level);
        let read = read_back(&rule)?;
        prop_assert_eq!(read.enforced(), 1, "{}", rule.paraphrase);
    }

    #[test]
    fn where_a_rule_holds_is_read_back_from_its_paraphrase_and_its_json(
        demand in demands(),
        level in levels(),
        scope in scopes(),
    ) {
        let rule = PolicyRule::new(demand, level).within(&scope);
        let json = serde_json::to_string(&rule).expect("a rule can be written");
        let again: PolicyRule = serde_json::from_str(&json).expect("what is written can be read");
        prop_assert_eq!(&again, &rule);
        let read = read_back(&rule)?;
        prop_assert_eq!(read.enforced(), 1, "{}", rule.paraphrase);
    }

    #[test]
    fn a_rule_of_patterns_is_read_back_from_its_paraphrase_and_its_json(
        demand in written_demands(),
        level in levels(),
    ) {
        let rule = PolicyRule::new(demand, level);
        // What must stand inside of what it is looked for in can not be broken, and is refused.
        prop_assume!(!rule.tests.fail.is_empty());
        prop_assert!(rule.holds(), "{:?} {:?}", rule, rule.proof());
        let json = serde_json::to_string(&rule).expect("a rule can be written");
        let again: PolicyRule = serde_json::from_str(&json).expect("what is written can be read");
        prop_assert_eq!(&again, &rule);
        read_back(&rule)?;
    }

    #[test]
    fn every_rule_is_written_as_it_is_read(demand in demands(), level in levels()) {
        let rule = PolicyRule::new(demand, level);
        let json = serde_json::to_string(&rule).expect("a rule can be written");
        let again: PolicyRule = serde_json::from_str(&json).expect("what is written can be read");
        prop_assert_eq!(again, rule);
    }

    #[test]
    fn every_rule_is_read_from_storage_as_it_was_compiled(
        demand in prop_oneof![demands(), written_demands()],
        level in levels(),
        scope in scopes(),
    ) {
        let rule = PolicyRule::new(demand, level).within(&scope);
        let stored = StoredRules::from_json(&&json!({
            "grammar": 1,
            "lexicon": 1,
            "sentences": [{"text": "", "status": "context", "rules": [&rule]}],
        }));
        let read = stored.map(|stored| stored.sentences.into_iter().flat_map(|one| one.rules).collect());
        prop_assert_eq!(read, Ok(vec![rule]));
    }

    #[test]
    fn no_text_of_a_pattern_makes_the_reader_panic(text in "\\PC{0,60}", signs in vec(pattern_pieces(), 0..12)) {
        for text in [text, signs.concat()] {
            if let Ok(pattern) = Pattern::compile(&text) {
                let source = "=IF(SUM(A1:B2,-5%)>0,VLOOKUP($A$1,B:C,2),{1,\"a\"})&F(1)";
                let tree = parse(source, Locale::default());
                let formula = Formula { source, tree: &tree };
                for found in pattern.matches(formula) {
                    prop_assert!(source.get(found.span.start as usize..found.span.end as usize).is_some());
                }
            }
        }
    }

    #[test]
    fn every_rule_is_right_about_its_own_examples(demand in demands(), level in levels()) {
        let rule = PolicyRule::new(demand, level);
        prop_assert!(rule.holds(), "{:?}", rule);
    }

    #[test]
    fn any_text_compiles(text in "\\PC{0,400}") {
        let compiled = compiled(&text);
        is_flagged(&compiled, "=IF(A1,NOW(),INDIRECT(\"x\"))");
    }

    #[test]
    fn any_row_of_words_compiles_the_same_each_time(words in vec(pieces(), 0..80)) {
        let text = words.join(" ");
        let first = compiled(&text);
        prop_assert_eq!(&first.sentences, &compiled(&text).sentences);
        is_flagged(&first, "=IFERROR(VLOOKUP(A1,B:C,2),\"\")+A1/B1");
    }

    #[test]
    fn what_is_compiled_again_is_compiled_the_same(
        words in vec(pieces(), 1..60),
        edits in vec((0..60_usize, pieces()), 1..6),
    ) {
        let mut incremental = Incremental::new(Lexicon::english());
        let mut words = words;
        for (place, word) in edits {
            let text = words.join(" ");
            let again = incremental.compile(&text);
            let full = compiled(&text);
            prop_assert_eq!(&again.sentences, &full.sentences);
            let formula = "=IFERROR(VLOOKUP(A1,B:C,2),\"\")+A1/B1+NOW()";
            prop_assert_eq!(again.violations(formula), full.violations(formula));
            let place = place % words.len();
            words[place] = word;
        }
    }

    #[test]
    fn sentences_stand_in_order_and_keep_their_text(words in vec(pieces(), 0..80)) {
        let text = words.join(" ");
        let mut end = 0;
        for sentence in &compiled(&text).sentences {
            prop_assert!(sentence.span.start >= end);
            prop_assert_eq!(sentence.span.of(&text), &sentence.text);
            end = sentence.span.end;
            for unread in &sentence.unread {
                prop_assert!(sentence.span.contains(*unread));
            }
        }
        prop_assert!(end as usize <= text.len());
    }
}

#[test]
fn a_word_that_is_not_understood_keeps_a_sentence_from_being_enforced() {
    let labelled = include_str!("../policies/sentences.jsonl");
    for line in labelled.lines() {
        let one: serde_json::Value = serde_json::from_str(line).expect("a line is valid JSON");
        let policy = one["policy"].as_str().expect("a line has a policy");
        // What is only told beside a demand may be in any words.
        let explains = [
            "because",
            "since",
            "–",
            "\n",
            ". ",
            "; ",
            " instead.",
            "As ",
            "To keep ",
            "is outdated and",
            "are too complex and",
        ]
        .iter()
        .any(|sign| policy.contains(sign));
        if one["guidance"] == true || explains {
            continue;
        }
        for (at, _) in policy.match_indices(' ') {
            let mut changed = policy.to_owned();
            changed.insert_str(at, " zorblax");
            let compiled = compiled(&changed);
            let other = compiled
                .sentences
                .iter()
                .find(|one| one.text.contains("zorblax"));
            let status = other.map(|sentence| sentence.status);
            assert_ne!(status, Some(Status::Enforced), "{changed}");
        }
    }
}

#[test]
fn a_text_of_twice_the_length_takes_twice_the_memory() {
    let hostile = [
        "must not ",
        "a-",
        "“",
        "#",
        "1,",
        "(",
        "](",
        "...... ",
        "- x\n",
        "A. ",
        "\"a ",
        "`",
        "# old\n",
        "NOW and ",
        "in x ",
        "unless ",
        "1.1 ",
        "  - a:\n",
        "use INDIRECT, ",
        "IF ",
        "*",
        "of ",
        "Formulas must not use INDIRECT in zorblax in zorblax in zorblax, or NOW and then. ",
    ];
    let allocated = |piece: &str, length: usize| {
        let text = piece.repeat(length / piece.len());
        let info = measure(|| drop(compiled(&text)));
        (info.count_total, info.bytes_total)
    };
    // Reads the vocabulary, which is kept.
    compiled("");
    for piece in hostile {
        let (count, bytes) = allocated(piece, 20_000);
        let (twice_count, twice_bytes) = allocated(piece, 40_000);
        // Lists that grow are copied now and then; a square would give four times as much.
        assert!(
            twice_count <= count * 5 / 2,
            "{piece:?}: {count} and {twice_count}"
        );
        assert!(
            twice_bytes <= bytes * 3,
            "{piece:?}: {bytes} and {twice_bytes}"
        );
    }
}
