//! Promises of the policy compiler that hold for every text and every rule.

use allocation_counter::measure;
use analyzer::ast::Formula;
use analyzer::parser::{Locale, parse};
use analyzer::policy::pattern::{Condition, ExpressionKind, Pattern, Query, Test};
use analyzer::policy::rule::{
    Builtin, Demand, FunctionSet, Level, Metric, PolicyRule, Requirement, Target, Thing, Value,
    What,
};
use analyzer::policy::scope::{Places, Scope};
use analyzer::policy::{Compiled, Incremental, Lexicon, Status, compile};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

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

/// Functions by name.
fn names() -> impl Strategy<Value = FunctionSet> {
    let some = [
        "INDIRECT", "NOW", "SUM", "IF", "VALUE", "N", "STDEV.S", "OR", "MY_OWN",
    ];
    subsequence(some.to_vec(), 1..4).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions that can hide errors.
fn handlers() -> impl Strategy<Value = FunctionSet> {
    subsequence(vec!["IFERROR", "IFNA"], 1..3).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions that stand around others.
fn wrappers() -> impl Strategy<Value = FunctionSet> {
    let some = ["IFERROR", "IFNA", "ROUND"];
    subsequence(some.to_vec(), 1..3).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions by name, or part of a set that the vocabulary names.
fn functions() -> impl Strategy<Value = FunctionSet> {
    let volatile = ["NOW", "TODAY", "RAND"];
    let class = subsequence(volatile.to_vec(), 1..3).prop_map(|names| FunctionSet {
        class: Some("volatile functions".to_owned()),
        names: names.into_iter().map(str::to_owned).collect(),
    });
    prop_oneof![names(), class]
}

fn things() -> impl Strategy<Value = Thing> {
    select(vec![
        Thing::WholeColumns,
        Thing::WholeRows,
        Thing::OpenRanges,
        Thing::NamedRanges,
        Thing::AbsoluteReferences,
        Thing::RelativeReferences,
        Thing::RelativeRanges,
        Thing::MixedReferences,
        Thing::Divisions,
        Thing::Multiplications,
        Thing::Concatenations,
        Thing::Powers,
        Thing::Comparisons,
        Thing::Percents,
        Thing::LineBreaks,
        Thing::CustomFunctions,
        Thing::BuiltUrls,
        Thing::ArrayLiterals,
        Thing::EmptyArguments,
        Thing::EmptyTexts,
        Thing::Additions,
        Thing::Subtractions,
        Thing::NeedlessPluses,
        Thing::DoubleNegations,
        Thing::LowercaseFunctions,
        Thing::Spaces,
        Thing::InsecureUrls,
    ])
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-z]{1,8} [A-Za-z0-9 ]{0,8}[a-z]"
}

fn whats() -> impl Strategy<Value = What> {
    let numbers = vec(select(vec![0.0, 1.0, -1.0, 12.0, 0.5, 100.0, 1000.0]), 1..4);
    let errors = subsequence(vec!["#REF!", "#N/A", "#DIV/0!"], 0..3);
    prop_oneof![
        functions().prop_map(What::Calls),
        things().prop_map(What::Thing),
        numbers.prop_map(What::Numbers),
        vec(text(), 0..3).prop_map(What::Texts),
        vec(text(), 0..3).prop_map(What::OtherSheets),
        vec(text(), 1..3).prop_map(What::Sheets),
        errors.prop_map(|only| What::ErrorValues(only.into_iter().map(str::to_owned).collect())),
        handlers().prop_map(What::MaskedErrors),
    ]
}

fn targets() -> impl Strategy<Value = Target> {
    (whats(), proptest::option::of(names())).prop_map(|(what, within)| {
        // A set in a set, or an exception before "in", has no words.
        let whole = [
            Thing::LineBreaks,
            Thing::BuiltUrls,
            Thing::Spaces,
            Thing::InsecureUrls,
            Thing::LowercaseFunctions,
        ];
        let plain = matches!(&what, What::Thing(thing) if !whole.contains(thing));
        Target {
            within: within.filter(|_| plain),
            what,
        }
    })
}

fn values() -> impl Strategy<Value = Vec<Value>> {
    let value = prop_oneof![
        (0..9_u32).prop_map(|number| Value::Number(f64::from(number))),
        any::<bool>().prop_map(Value::Boolean),
        text().prop_map(Value::Text),
    ];
    vec(value, 1..3)
}

fn requirements() -> impl Strategy<Value = Demand> {
    let calls = |set| Target::from(What::Calls(set));
    let lookups = subsequence(vec!["VLOOKUP", "HLOOKUP", "MATCH", "XLOOKUP"], 1..4);
    let keys = vec("[A-Z]{4}[0-9]{20,24}[a-z]", 1..3);
    prop_oneof![
        lookups.prop_map(|names| {
            let names = names.into_iter().map(str::to_owned).collect();
            let set = FunctionSet { class: None, names };
            Demand::Require(Target::from(What::Calls(set)), Requirement::ExactMatch)
        }),
        (names(), 1..6_u32).prop_map(move |(set, place)| {
            Demand::Require(calls(set), Requirement::ArgumentGiven(place))
        }),
        (names(), 1..6_u32, values()).prop_map(move |(set, place, values)| {
            Demand::Require(calls(set), Requirement::ArgumentIs(place, values))
        }),
        (names(), 1..6_u32, values()).prop_map(move |(set, place, values)| {
            Demand::Require(calls(set), Requirement::ArgumentIsNot(place, values))
        }),
        (
            prop_oneof![
                functions().prop_map(What::Calls),
                things()
                    .prop_filter("it stands in the whole formula", |thing| {
                        !matches!(thing, Thing::LineBreaks | Thing::Spaces)
                    })
                    .prop_map(What::Thing)
            ],
            wrappers()
        )
            .prop_map(|(what, set)| Demand::Require(what.into(), Requirement::Inside(set))),
        names().prop_map(|set| {
            let what = What::Thing(Thing::Ranges);
            let within = Some(set);
            Demand::Require(Target { what, within }, Requirement::Absolute)
        }),
        vec("[a-z]{3,8}\\.(com|org|example)", 1..3).prop_map(move |hosts| {
            let names = vec!["IMPORTDATA".to_owned()];
            let set = FunctionSet { class: None, names };
            Demand::Require(calls(set), Requirement::FromHost(hosts))
        }),
        (names(), 1..6_u32).prop_map(move |(set, place)| {
            Demand::Require(calls(set), Requirement::ArgumentNotConstant(place))
        }),
        (handlers(), names()).prop_map(move |(set, inner)| {
            Demand::Require(calls(set), Requirement::Around(What::Calls(inner)))
        }),
        keys.prop_map(move |keys| {
            let names = vec!["IMPORTRANGE".to_owned()];
            let set = FunctionSet { class: None, names };
            Demand::Require(calls(set), Requirement::FromSpreadsheet(keys))
        }),
    ]
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        select(vec![
            Metric::Length,
            Metric::Calls,
            Metric::References,
            Metric::Operators,
            Metric::Nesting,
            Metric::Arguments(None),
            Metric::Lines,
            Metric::Numbers,
            Metric::DistinctReferences,
            Metric::DistinctCalls,
            Metric::Parentheses,
        ]),
        names().prop_map(Metric::CallsOf),
        names().prop_map(Metric::NestingOf),
        names().prop_map(|set| Metric::Arguments(Some(set))),
    ]
}

fn demands() -> impl Strategy<Value = Demand> {
    let preferred = prop_oneof![
        Just(What::Thing(Thing::NamedRanges)),
        Just(What::Calls(FunctionSet {
            class: None,
            names: vec!["XLOOKUP".to_owned()],
        })),
    ];
    let avoided = prop_oneof![
        functions().prop_map(|set| Demand::Forbid(What::Calls(set).into())),
        names().prop_map(|set| Demand::Limit(Metric::NestingOf(set), 1)),
        Just(Demand::Forbid(
            What::Thing(Thing::AbsoluteReferences).into()
        )),
    ];
    prop_oneof![
        targets().prop_map(Demand::Forbid),
        requirements(),
        (metrics(), 1..200_u32).prop_map(|(metric, most)| Demand::Limit(metric, most)),
        (preferred, avoided).prop_map(|(used, avoided)| Demand::Prefer(used, Box::new(avoided))),
        names().prop_map(Demand::AllowOnly),
    ]
}

/// Patterns that rules are made of, with what must hold of their holes.
fn queries() -> impl Strategy<Value = Query> {
    let patterns = [
        "VLOOKUP($KEY, $RANGE, $COLUMN)",
        "IF($X=\"\", \"\", $X)",
        "$X*#N",
        "&F(..., @R:range, ...)",
        "INDEX($A, MATCH(...))",
        "\"$T\"&$X",
        "{$X,1}",
        "-$X",
    ];
    let pattern = subsequence(patterns.to_vec(), 1..3);
    let inside = select(vec![None, Some("SUM(...)"), Some("IFERROR($MATCH, ...)")]);
    let not_inside = select(vec![None, Some("LET(...)")]);
    let test = select(vec![
        None,
        Some(Test::NotKind(vec![
            ExpressionKind::Error,
            ExpressionKind::Array,
        ])),
        Some(Test::NotIn(vec![
            Value::Number(0.0),
            Value::Text("a `b`".to_owned()),
        ])),
        Some(Test::NotHost(vec!["example.com".to_owned()])),
        Some(Test::NotContains("NOW(...)".to_owned())),
    ]);
    (pattern, inside, not_inside, test).prop_map(|(patterns, inside, not_inside, test)| {
        let conditions = test.filter(|_| patterns.iter().all(|text| text.contains("$X")));
        let texts = |one: Option<&str>| one.map(str::to_owned).into_iter().collect();
        Query {
            patterns: patterns.into_iter().map(str::to_owned).collect(),
            inside: texts(inside),
            not_inside: texts(not_inside),
            conditions: conditions
                .map(|test| Condition {
                    hole: "$X".to_owned(),
                    test,
                })
                .into_iter()
                .collect(),
        }
    })
}

/// Demands of patterns and links to built-in rules.
fn written_demands() -> impl Strategy<Value = Demand> {
    let what = || queries().prop_map(|query| What::Pattern(Box::new(query)));
    let rules = [
        "approximate-lookup",
        "nested-if",
        "volatile-function",
        "whole-column-range",
        "error-masking",
    ];
    prop_oneof![
        what().prop_map(|what| Demand::Forbid(what.into())),
        (what(), names())
            .prop_map(|(what, set)| Demand::Require(what.into(), Requirement::Inside(set))),
        what().prop_map(|what| {
            let used = What::Calls(FunctionSet {
                class: None,
                names: vec!["XLOOKUP".to_owned()],
            });
            Demand::Prefer(used, Box::new(Demand::Forbid(what.into())))
        }),
        select(rules.to_vec()).prop_map(|rule| Demand::Builtin(Builtin {
            rule: rule.to_owned(),
            settings: std::collections::BTreeMap::new(),
        })),
    ]
}

/// Where a rule can hold, as one sentence says it: a kind of place, or what is left out of all.
fn scopes() -> impl Strategy<Value = Scope> {
    let ranges = subsequence(vec!["D:D", "5:5", "B2:F40", "B2:B"], 1..4);
    // A department that is also a word of the vocabulary, as Legal is, is not read as one.
    let departments = subsequence(vec!["Finance", "Sales", "Treasury"], 1..3);
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let places = prop_oneof![
        vec(text(), 1..3).prop_map(|sheets| Places {
            sheets,
            ..Places::default()
        }),
        ranges.prop_map(move |ranges| Places {
            ranges: owned(ranges),
            ..Places::default()
        }),
        departments.prop_map(move |departments| Places {
            departments: owned(departments),
            ..Places::default()
        }),
    ];
    (places, any::<bool>()).prop_map(|(places, leaves_out)| {
        if leaves_out {
            return Scope {
                exclude: places,
                ..Scope::default()
            };
        }
        Scope {
            sheets: places.sheets,
            ranges: places.ranges,
            departments: places.departments,
            exclude: Places::default(),
        }
    })
}

fn levels() -> impl Strategy<Value = Level> {
    select(vec![Level::Must, Level::Should, Level::May])
}

/// Pieces that patterns are made of.
fn pattern_pieces() -> impl Strategy<Value = String> {
    select(vec![
        "$X", "$_", "...", "...$R", "#N", "\"$T\"", "\"...\"", "@R", "@R:abs", ":", "&F", "(", ")",
        ",", "+", "-", "%", "SUM", "IF", "A1", "$A$1", "{", "}", "1", "=", "é", "'S'!", "$", "@",
        "#",
    ])
    .prop_map(str::to_owned)
}

/// Words that policies are made of, and signs that could upset a reader.
fn pieces() -> impl Strategy<Value = String> {
    select(vec![
        "formulas",
        "must",
        "not",
        "must not",
        "use",
        "INDIRECT",
        "NOW",
        "volatile functions",
        "only",
        "except",
        "unless",
        "wrapped in",
        "IFERROR",
        "more than",
        "3",
        "nested",
        "IFs",
        "and",
        "or",
        ",",
        ".",
        ";",
        ":",
        "(",
        ")",
        "-",
        "\n",
        "\n- ",
        "\n1. ",
        "# ",
        "**",
        "`",
        "\"",
        "“",
        "the",
        "fourth",
        "argument",
        "of",
        "VLOOKUP",
        "is",
        "are",
        "forbidden",
        "allowed",
        "no",
        "prefer",
        "over",
        "instead of",
        "limit",
        "to",
        "characters",
        "|",
        "<!--",
        "-->",
        "```",
        "É😀",
        "A:A",
        "#REF!",
        "1AllowedKey0000000000000",
        "https://x.test/",
        "~~",
        "[",
        "](",
        "'s",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_paraphrased_is_read_back_to_the_same_rule(demand in demands(), level in levels()) {
        let rule = PolicyRule::new(demand, level);
        let read = compiled(&rule.paraphrase);
        let rules: Vec<&PolicyRule> = read.sentences.iter().flat_map(|one| &one.rules).collect();
        prop_assert_eq!(rules, vec![&rule], "{}", rule.paraphrase);
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
        let read = compiled(&rule.paraphrase);
        let rules: Vec<&PolicyRule> = read.sentences.iter().flat_map(|one| &one.rules).collect();
        prop_assert_eq!(rules, vec![&rule], "{}", rule.paraphrase);
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
        let read = compiled(&rule.paraphrase);
        let rules: Vec<&PolicyRule> = read.sentences.iter().flat_map(|one| &one.rules).collect();
        prop_assert_eq!(rules, vec![&rule], "{}", rule.paraphrase);
    }

    #[test]
    fn every_rule_is_written_as_it_is_read(demand in demands(), level in levels()) {
        let rule = PolicyRule::new(demand, level);
        let json = serde_json::to_string(&rule).expect("a rule can be written");
        let again: PolicyRule = serde_json::from_str(&json).expect("what is written can be read");
        prop_assert_eq!(again, rule);
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
    let labelled = include_str!("policies/sentences.jsonl");
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
