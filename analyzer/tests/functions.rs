//! What the function catalogue promises to the rules that read it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use analyzer::ast::Formula;
use analyzer::functions::{
    Category, Function, FunctionId, Volatility, all, excel_only, find, similar,
};
use analyzer::parser::{self, Locale};
use proptest::prelude::*;

#[track_caller]
#[expect(clippy::panic, reason = "fails the test that asks")]
fn function(name: &str) -> &'static Function {
    find(name)
        .unwrap_or_else(|| panic!("{name} is not in the catalogue"))
        .function()
}

/// The numbers of arguments from 0 to 9 that a call may have.
#[track_caller]
fn accepted(name: &str) -> Vec<usize> {
    let function = function(name);
    (0..=9).filter(|count| function.accepts(*count)).collect()
}

fn nearest(name: &str) -> Option<&'static str> {
    similar(name).map(|function| function.name)
}

#[test]
fn every_name_is_found_in_any_case() {
    for expected in all() {
        let name = expected.name;
        let mixed = name.to_lowercase().replacen('a', "A", 1);
        for written in [name, &name.to_lowercase(), &mixed] {
            assert_eq!(function(written), expected, "{written}");
        }
    }
}

#[test]
fn an_unknown_name_is_not_found() {
    let long = "A".repeat(9000);
    for name in [
        "",
        "SUMM",
        "SU",
        "SUM ",
        "Straße",
        "A",
        "ﬁnd",
        "_xlfn.SUM",
        &long,
    ] {
        assert_eq!(find(name), None, "{name}");
    }
}

#[test]
fn the_catalogue_is_sorted_by_name_without_doubles() {
    let names = all().map(|function| function.name);
    assert!(names.is_sorted_by(|one, next| one < next));
}

#[test]
fn functions_that_the_documentation_list_lacks_are_known() {
    for name in [
        "SHEET",
        "SHEETS",
        "GEMINI",
        "ARRAY_LITERAL",
        "SINGLE",
        "SUM.LEGACY",
        "COINFLIP",
    ] {
        assert!(find(name).is_some(), "{name}");
    }
}

/// Name, fewest arguments, most arguments.
const ARITIES: &[(&str, u16, Option<u16>)] = &[
    ("ACCRINT", 6, Some(7)),
    ("ADDRESS", 2, Some(5)),
    ("AI", 1, Some(2)),
    ("AMORLINC", 6, Some(7)),
    ("AND", 1, None),
    ("ARRAYFORMULA", 1, Some(1)),
    ("ARRAY_CONSTRAIN", 3, Some(3)),
    ("AVERAGEIF", 2, Some(3)),
    ("BETA.DIST", 3, Some(6)),
    ("BITAND", 2, Some(2)),
    ("CEILING.MATH", 1, Some(3)),
    ("CHOOSE", 2, None),
    ("COLUMN", 0, Some(1)),
    ("COMPLEX", 2, Some(3)),
    ("CONCAT", 2, Some(2)),
    ("CONVERT", 3, Some(3)),
    ("COUNTIF", 2, Some(2)),
    ("CUMIPMT", 6, Some(6)),
    ("DATEDIF", 3, Some(3)),
    ("DB", 4, Some(5)),
    ("DSUM", 3, Some(3)),
    ("ERF", 1, Some(2)),
    ("F.DIST.RT", 3, Some(3)),
    ("FILTER", 2, None),
    ("GOOGLEFINANCE", 1, Some(5)),
    ("GOOGLETRANSLATE", 1, Some(3)),
    ("HLOOKUP", 3, Some(4)),
    ("HYPERLINK", 1, Some(2)),
    ("IF", 2, Some(3)),
    ("IFERROR", 1, Some(2)),
    ("IFNA", 1, Some(2)),
    ("IMAGE", 1, Some(4)),
    ("IMPORTRANGE", 2, Some(2)),
    ("IMPORTXML", 2, Some(3)),
    ("INDEX", 1, Some(3)),
    ("INDIRECT", 1, Some(2)),
    ("IPMT", 4, Some(6)),
    ("IRR", 1, Some(2)),
    ("ISBETWEEN", 3, Some(5)),
    ("LAMBDA", 1, None),
    ("LEFT", 1, Some(2)),
    ("LINEST", 1, Some(4)),
    ("LOG", 1, Some(2)),
    ("LOOKUP", 2, Some(3)),
    ("MAKEARRAY", 3, Some(3)),
    ("MAP", 2, None),
    ("MATCH", 2, Some(3)),
    ("NETWORKDAYS.INTL", 2, Some(4)),
    ("NORM.S.DIST", 1, Some(2)),
    ("NOW", 0, Some(0)),
    ("NPV", 2, None),
    ("OFFSET", 3, Some(5)),
    ("PI", 0, Some(0)),
    ("PMT", 3, Some(5)),
    ("PRICE", 6, Some(7)),
    ("PROB", 3, Some(4)),
    ("QUERY", 2, Some(3)),
    ("RAND", 0, Some(0)),
    ("RANDARRAY", 0, Some(2)),
    ("RANK", 2, Some(3)),
    ("RATE", 3, Some(6)),
    ("REDUCE", 3, Some(3)),
    ("REGEXREPLACE", 3, Some(3)),
    ("ROUND", 1, Some(2)),
    ("SEQUENCE", 1, Some(4)),
    ("SHEETS", 0, Some(1)),
    ("SORT", 1, None),
    ("SPARKLINE", 1, Some(2)),
    ("SPLIT", 2, Some(4)),
    ("SUBSTITUTE", 3, Some(4)),
    ("SUBTOTAL", 2, None),
    ("SUM", 1, None),
    ("SUMIF", 2, Some(3)),
    ("T.TEST", 4, Some(4)),
    ("TEXTJOIN", 3, None),
    ("TODAY", 0, Some(0)),
    ("TRUE", 0, Some(0)),
    ("UNIQUE", 1, Some(3)),
    ("VDB", 5, Some(7)),
    ("VLOOKUP", 3, Some(4)),
    ("WEEKDAY", 1, Some(2)),
    ("WORKDAY.INTL", 2, Some(4)),
    ("XIRR", 2, Some(3)),
    ("XLOOKUP", 3, Some(6)),
    ("XMATCH", 2, Some(4)),
    ("Z.TEST", 2, Some(3)),
];

#[test]
fn arities_are_those_of_google_sheets() {
    for &(name, min, max) in ARITIES {
        let function = function(name);
        let found = (function.min_arguments, function.max_arguments);
        assert_eq!(found, (min, max), "{name}");
    }
}

#[test]
fn groups_of_arguments_are_given_whole() {
    assert_eq!(accepted("COUNTIFS"), [2, 4, 6, 8]);
    assert_eq!(accepted("SUMIFS"), [3, 5, 7, 9]);
    assert_eq!(accepted("IFS"), [2, 4, 6, 8]);
    assert_eq!(accepted("LET"), [3, 5, 7, 9]);
    assert_eq!(accepted("GETPIVOTDATA"), [2, 4, 6, 8]);
    assert_eq!(accepted("AVERAGE.WEIGHTED"), [2, 4, 6, 8]);
}

#[test]
fn what_may_stand_before_or_after_a_group_makes_other_counts_legal() {
    assert_eq!(accepted("SWITCH"), [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(accepted("SORT"), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(accepted("SORTN"), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(accepted("MAP"), [2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn no_call_is_accepted_outside_of_the_limits() {
    for function in all() {
        let (min, max) = (function.min_arguments, function.max_arguments);
        assert!(max.is_none_or(|max| min <= max), "{}", function.name);
        assert!(function.accepts(min.into()), "{}", function.name);
        assert!(
            max.is_none_or(|max| function.accepts(max.into())),
            "{}",
            function.name
        );
        let outside = |count: usize| {
            count < usize::from(min) || max.is_some_and(|max| count > usize::from(max))
        };
        assert!(
            (0..300).all(|count| !(outside(count) && function.accepts(count))),
            "{}",
            function.name
        );
    }
}

#[test]
fn parameters_are_found_by_position_and_by_name() {
    let vlookup = function("VLOOKUP");
    assert_eq!(vlookup.parameter(0), Some("search_key"));
    assert_eq!(vlookup.parameter(3), Some("is_sorted"));
    assert_eq!(vlookup.parameter(4), None);
    assert_eq!(vlookup.parameter_position("is_sorted"), Some(3));
    assert_eq!(vlookup.parameter_position("sorted"), None);
    assert_eq!(function("PI").parameter(0), None);
    assert_eq!(function("PI").parameter_position(""), None);
}

#[test]
fn parameters_that_repeat_give_their_names_over_and_over() {
    let sumifs = function("SUMIFS");
    let names: Vec<_> = (0..5).filter_map(|index| sumifs.parameter(index)).collect();
    assert_eq!(
        names,
        [
            "sum_range",
            "criteria_range",
            "criterion",
            "criteria_range",
            "criterion"
        ]
    );
    assert_eq!(sumifs.parameter_position("criterion"), Some(2));
    assert_eq!(function("SUM").parameter(200), Some("value"));
}

#[test]
fn a_parameter_after_a_group_has_no_position() {
    assert_eq!(
        function("LET").parameter_position("formula_expression"),
        None
    );
    assert_eq!(function("LET").parameter(4), Some("name"));
}

#[test]
fn every_parameter_without_a_group_before_it_is_found_where_it_stands() {
    for function in all() {
        let before_group = function.max_arguments.unwrap_or(function.min_arguments);
        for index in 0..usize::from(before_group) {
            let name = function.parameter(index).unwrap_or_default();
            assert!(!name.is_empty(), "{} {index}", function.name);
            let position = function.parameter_position(name);
            assert!(
                position.is_some_and(|position| position <= index),
                "{} {name}",
                function.name
            );
        }
    }
}

#[test]
fn exactly_the_volatile_functions_are_volatile() {
    let of = |volatility: Volatility| -> Vec<&str> {
        let volatile = all().filter(|function| function.volatility == volatility);
        volatile.map(|function| function.name).collect()
    };
    assert_eq!(
        of(Volatility::Always),
        [
            "COINFLIP",
            "NOW",
            "RAND",
            "RANDARRAY",
            "RANDBETWEEN",
            "TODAY",
            "WHATTHEFOXSAY"
        ]
    );
    assert_eq!(of(Volatility::Reference), ["INDIRECT", "OFFSET"]);
    for function in all() {
        assert_eq!(function.volatile, function.volatility == Volatility::Always);
    }
}

#[test]
fn functions_that_leave_the_spreadsheet_are_external() {
    let external: Vec<_> = all().filter(|function| function.external).collect();
    let names: Vec<_> = external.iter().map(|function| function.name).collect();
    assert_eq!(
        names,
        [
            "AI",
            "DETECTLANGUAGE",
            "GEMINI",
            "GOOGLEFINANCE",
            "GOOGLETRANSLATE",
            "IMAGE",
            "IMPORTDATA",
            "IMPORTFEED",
            "IMPORTHTML",
            "IMPORTRANGE",
            "IMPORTXML"
        ]
    );
}

#[test]
fn a_legacy_function_names_a_successor_that_is_not_legacy() {
    let successor = |name| function(name).replaced_by.map(FunctionId::function);
    assert_eq!(successor("STDEV"), Some(function("STDEV.S")));
    assert_eq!(successor("RANK"), Some(function("RANK.EQ")));
    assert_eq!(successor("SUM"), None);
    for function in all() {
        let successor = function.replaced_by.map(FunctionId::function);
        assert!(successor.is_none() || function.legacy, "{}", function.name);
        assert!(
            successor.is_none_or(|successor| !successor.legacy),
            "{}",
            function.name
        );
    }
}

#[test]
fn categories_have_the_names_of_the_data() {
    assert_eq!(function("VLOOKUP").category, Category::Lookup);
    assert_eq!(function("IMPORTXML").category.name(), "web");
    for function in all() {
        let variant = format!("{:?}", function.category);
        assert_eq!(function.category.name(), variant.to_lowercase());
    }
}

#[test]
fn no_function_of_excel_alone_is_in_the_catalogue() {
    for function in all() {
        assert_eq!(excel_only(function.name), None, "{}", function.name);
    }
}

#[test]
fn a_function_of_excel_alone_names_the_way_of_sheets_in_any_case() {
    assert_eq!(excel_only("regextest"), Some("use REGEXMATCH"));
    assert_eq!(excel_only("TEXTSPLIT"), Some("use SPLIT"));
    assert!(excel_only("Bessel.J").is_none());
}

#[test]
fn a_name_with_a_typing_error_has_a_similar_one() {
    for (typed, meant) in [
        ("VLOKUP", "VLOOKUP"),
        ("vlookupp", "VLOOKUP"),
        ("SUMM", "SUM"),
        ("COUTN", "COUNT"),
        ("AVARAGE", "AVERAGE"),
        ("CONCATINATE", "CONCATENATE"),
        ("IFEROR", "IFERROR"),
        ("ARRAYFORUMLA", "ARRAYFORMULA"),
        ("IMPORTRANG", "IMPORTRANGE"),
        ("STDEVS", "STDEVA"),
    ] {
        assert_eq!(nearest(typed), Some(meant), "{typed}");
    }
}

#[test]
fn a_name_of_its_own_has_no_similar_one() {
    let long = "VLOOKUP".repeat(1000);
    for name in [
        "",
        "X",
        "PET",
        "QWERTYUIOP",
        "MYTAX",
        "CALCULATE_COMMISSION",
        "ÄÖÜ",
        &long,
    ] {
        assert_eq!(nearest(name), None, "{name}");
    }
}

#[test]
fn easter_eggs_are_never_proposed() {
    assert_ne!(nearest("COINFLIPS"), Some("COINFLIP"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn look_ups_take_any_text(name in ".{0,40}") {
        let _ = (find(&name), similar(&name), excel_only(&name));
    }

    #[test]
    fn a_swapped_pair_of_letters_is_forgiven(index in 0..500_usize, at in 0..40_usize) {
        let name = all().nth(index).map_or("SUM", |function| function.name);
        let mut typed: Vec<char> = name.chars().collect();
        if name.len() >= 4 {
            let at = at % (name.len() - 1);
            typed.swap(at, at + 1);
            let typed: String = typed.iter().collect();
            let undocumented = function(name).category == Category::Undocumented;
            prop_assert!(undocumented || nearest(&typed).is_some(), "{}", typed);
        }
    }
}

/// Calls in the documentation with too few or too many arguments, by the number given: they are
/// slips, for the syntax on the same page says otherwise.
const DOCUMENTED_SLIPS: &[(&str, usize)] = &[("ATAN2", 1), ("COVARIANCE.S", 1), ("GAMMA", 2)];

#[test]
#[expect(
    clippy::print_stdout,
    reason = "says how much was looked at, or that nothing was"
)]
fn no_documented_call_is_refused() {
    let Some(path) = corpus() else {
        println!("SHEETBRAIN_CORPUS is not set: no documented call was looked at");
        return;
    };
    let corpus = fs::read_to_string(path).expect("the corpus has documented formulas");
    let mut looked_at = 0;
    for line in corpus.lines() {
        let source = serde_json::from_str(line).unwrap_or_else(|_| line.to_owned());
        let tree = parser::parse(&source, Locale::default());
        let formula = Formula {
            source: &source,
            tree: &tree,
        };
        for (function, arguments) in formula.nodes().filter_map(|(id, _)| formula.call(id)) {
            let given = arguments.len();
            let slip = DOCUMENTED_SLIPS.contains(&(function.name, given));
            assert!(
                slip || function.accepts(given),
                "{given} for {}: {source}",
                function.name
            );
            looked_at += 1;
        }
    }
    println!("{looked_at} documented calls looked at");
    assert!(looked_at > 500);
}

#[expect(clippy::disallowed_methods, reason = "says where the corpus lies")]
fn corpus() -> Option<PathBuf> {
    env::var_os("SHEETBRAIN_CORPUS").map(|folder| Path::new(&folder).join("sheets-dev.txt"))
}
