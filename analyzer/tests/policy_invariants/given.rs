//! What the promises are tried on: rules of every kind, and pieces of texts.

use analyzer::functions;
use analyzer::policy::pattern::{Condition, ExpressionKind, Query, Test};
use analyzer::policy::rule::{
    Builtin, Demand, FunctionSet, Level, Metric, Requirement, Target, Thing, Value, What,
};
use analyzer::policy::scope::{Places, Scope};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Functions by name.
pub(crate) fn names() -> impl Strategy<Value = FunctionSet> {
    let some = [
        "INDIRECT", "NOW", "SUM", "IF", "VALUE", "N", "STDEV.S", "OR", "MY_OWN",
    ];
    subsequence(some.to_vec(), 1..4).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions that can hide errors.
pub(crate) fn handlers() -> impl Strategy<Value = FunctionSet> {
    subsequence(vec!["IFERROR", "IFNA"], 1..3).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions that stand around others.
pub(crate) fn wrappers() -> impl Strategy<Value = FunctionSet> {
    let some = ["IFERROR", "IFNA", "ROUND"];
    subsequence(some.to_vec(), 1..3).prop_map(|names| FunctionSet {
        class: None,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Functions by name, or part of a set that the vocabulary names.
pub(crate) fn functions() -> impl Strategy<Value = FunctionSet> {
    let volatile = ["NOW", "TODAY", "RAND"];
    let class = subsequence(volatile.to_vec(), 1..3).prop_map(|names| FunctionSet {
        class: Some("volatile functions".to_owned()),
        names: names.into_iter().map(str::to_owned).collect(),
    });
    prop_oneof![names(), class]
}

pub(crate) fn things() -> impl Strategy<Value = Thing> {
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

pub(crate) fn text() -> impl Strategy<Value = String> {
    "[A-Za-z]{1,8} [A-Za-z0-9 ]{0,8}[a-z]"
}

pub(crate) fn whats() -> impl Strategy<Value = What> {
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

pub(crate) fn targets() -> impl Strategy<Value = Target> {
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

pub(crate) fn values() -> impl Strategy<Value = Vec<Value>> {
    let value = prop_oneof![
        (0..9_u32).prop_map(|number| Value::Number(f64::from(number))),
        any::<bool>().prop_map(Value::Boolean),
        text().prop_map(Value::Text),
    ];
    vec(value, 1..3)
}

/// Functions, and the place of an argument that calls of all of them can have.
fn with_place() -> impl Strategy<Value = (FunctionSet, u32)> {
    let most = |set: &FunctionSet| {
        let known = set.names.iter().filter_map(|name| functions::find(name));
        let most = known.filter_map(|id| id.function().max_arguments).min();
        most.map_or(5, |most| u32::from(most).min(5))
    };
    names()
        .prop_filter("calls have arguments", move |set| most(set) > 0)
        .prop_flat_map(move |set| {
            let places = 1..=most(&set);
            (Just(set), places)
        })
}

pub(crate) fn requirements() -> impl Strategy<Value = Demand> {
    let calls = |set| Target::from(What::Calls(set));
    let lookups = subsequence(vec!["VLOOKUP", "HLOOKUP", "MATCH", "XLOOKUP"], 1..4);
    let keys = vec("[A-Z]{4}[0-9]{20,24}[a-z]", 1..3);
    prop_oneof![
        lookups.prop_map(|names| {
            let names = names.into_iter().map(str::to_owned).collect();
            let set = FunctionSet { class: None, names };
            Demand::Require(Target::from(What::Calls(set)), Requirement::ExactMatch)
        }),
        with_place().prop_map(move |(set, place)| {
            Demand::Require(calls(set), Requirement::ArgumentGiven(place))
        }),
        (with_place(), values()).prop_map(move |((set, place), values)| {
            Demand::Require(calls(set), Requirement::ArgumentIs(place, values))
        }),
        (with_place(), values()).prop_map(move |((set, place), values)| {
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
        with_place().prop_map(move |(set, place)| {
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

pub(crate) fn metrics() -> impl Strategy<Value = Metric> {
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
        select(Thing::COUNTED).prop_map(Metric::OperatorsOf),
        names().prop_map(Metric::CallsOf),
        names().prop_map(Metric::NestingOf),
        names().prop_map(|set| Metric::Arguments(Some(set))),
    ]
}

pub(crate) fn demands() -> impl Strategy<Value = Demand> {
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
pub(crate) fn queries() -> impl Strategy<Value = Query> {
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
pub(crate) fn written_demands() -> impl Strategy<Value = Demand> {
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
pub(crate) fn scopes() -> impl Strategy<Value = Scope> {
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

pub(crate) fn levels() -> impl Strategy<Value = Level> {
    select(vec![Level::Must, Level::Should, Level::May])
}

/// Pieces that patterns are made of.
pub(crate) fn pattern_pieces() -> impl Strategy<Value = String> {
    select(vec![
        "$X", "$_", "...", "...$R", "#N", "\"$T\"", "\"...\"", "@R", "@R:abs", ":", "&F", "(", ")",
        ",", "+", "-", "%", "SUM", "IF", "A1", "$A$1", "{", "}", "1", "=", "é", "'S'!", "$", "@",
        "#",
    ])
    .prop_map(str::to_owned)
}

/// Words that policies are made of, and signs that could upset a reader.
pub(crate) fn pieces() -> impl Strategy<Value = String> {
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
