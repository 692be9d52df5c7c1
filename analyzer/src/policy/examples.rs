//! Formulas that keep and break a rule, made from the rule when a policy is compiled.

use super::form;
use super::message::value;
use super::pattern::{self, Query};
use super::proof::{flags, parses};
use super::rule::{
    Demand, FunctionSet, Metric, PolicyRule, Requirement, Target, Tests, Thing, What,
};
use super::runner::Runner;
use crate::functions;
use crate::parser;

/// How many of a set's functions get an example.
const FUNCTIONS: usize = 2;
/// How deeply brackets can be nested at most: no formula breaks a limit beyond it.
const DEEPEST: usize = parser::MAX_NESTING as usize;
/// The longest limit that is tried out with a formula.
const LONGEST: usize = 20_000;

/// How many formulas of each kind a rule of patterns is tested with.
const TRIED: usize = 2;

/// Adds formulas that are not among the tests yet, before the compiler's own.
pub(super) fn add(tests: &mut Tests, written: Tests) {
    let merged = |written: Vec<String>, own: &mut Vec<String>| {
        let mut all = written;
        own.retain(|formula| !all.contains(formula));
        all.append(own);
        all
    };
    tests.pass = merged(written.pass, &mut tests.pass);
    tests.fail = merged(written.fail, &mut tests.fail);
}

/// Formulas that keep and break the demand.
pub(super) fn of(demand: &Demand) -> Tests {
    let plain = "=A1+B1".to_owned();
    if let Some(candidates) = tried(demand) {
        return trial(demand, candidates);
    }
    match demand {
        Demand::Forbid(target) => Tests {
            pass: vec![if target.what == What::Calculations {
                "=A1".to_owned()
            } else {
                plain_for(target)
            }],
            fail: samples(target),
        },
        Demand::Require(target, requirement) => required(target, requirement),
        Demand::Limit(metric, at_most) => Tests {
            pass: small(metric, *at_most).into_iter().collect(),
            fail: large(metric, usize::try_from(*at_most).unwrap_or(usize::MAX))
                .into_iter()
                .collect(),
        },
        Demand::Prefer(_, avoided) => of(avoided),
        Demand::Builtin(_) => Tests::default(),
        Demand::AllowOnly(set) => {
            let outside = functions::all()
                .map(|function| function.name)
                .find(|name| !set.names.iter().any(|own| own == name));
            Tests {
                pass: set
                    .names
                    .iter()
                    .take(FUNCTIONS)
                    .map(|name| format!("={}", call(name)))
                    .chain([plain])
                    .collect(),
                fail: outside
                    .map(|name| format!("={}", call(name)))
                    .into_iter()
                    .collect(),
            }
        }
    }
}

/// Formulas that are large in every way that can be limited, for limits beyond a page's examples.
fn grown() -> impl Iterator<Item = String> {
    [10, 100, 1_000].into_iter().flat_map(|size: usize| {
        let terms: Vec<String> = (1..=size).map(|row| format!("A{row}")).collect();
        let depth = size.min(60);
        let nested = format!("={}0{}", "IF(A1,1,".repeat(depth), ")".repeat(depth));
        [format!("={}", terms.join("+")), nested]
    })
}

/// Formulas to be tried out, for a demand that says too little for an example to be made of it:
/// patterns, and built-in rules, which have examples on their page.
fn tried(demand: &Demand) -> Option<Vec<String>> {
    let mut candidates = match demand {
        Demand::Builtin(builtin) => {
            let rule = form::find_rule(&builtin.rule).ok()?;
            let page = rule.page();
            let formulas = page.lines().map(str::trim);
            let formulas = formulas.filter(|line| line.starts_with('='));
            formulas.map(str::to_owned).chain(grown()).collect()
        }
        Demand::Forbid(target) | Demand::Require(target, _) => {
            let What::Pattern(query) = &target.what else {
                return None;
            };
            let mut formulas = samples_of(query)?;
            if let Demand::Require(_, Requirement::Matches(patterns)) = demand {
                let with = Query {
                    patterns: patterns.clone(),
                    ..(**query).clone()
                };
                formulas.extend(samples_of(&with)?);
            }
            if let Demand::Require(_, requirement) = demand {
                formulas.extend(with_arguments(query, requirement));
            }
            if let Demand::Require(_, Requirement::Inside(set)) = demand {
                let wrap = |formula: &String| {
                    let name = set.names.first()?;
                    Some(format!("={name}({})", formula.strip_prefix('=')?))
                };
                let wrapped: Vec<String> = formulas.iter().filter_map(wrap).collect();
                formulas.extend(wrapped);
            }
            if let Some(around) = target.within.as_ref().and_then(|set| set.names.first()) {
                let wrap = |formula: String| format!("={around}({})", formula.replacen('=', "", 1));
                formulas = formulas.into_iter().map(wrap).collect();
            }
            formulas
        }
        _ => return None,
    };
    candidates.extend(PLAIN.map(str::to_owned));
    Some(candidates)
}

/// Calls of the functions that the patterns begin with, with the argument in question.
fn with_arguments(query: &Query, requirement: &Requirement) -> Vec<String> {
    let (place, values) = match requirement {
        Requirement::ArgumentGiven(place) => (*place, [].as_slice()),
        Requirement::ArgumentIs(place, values) | Requirement::ArgumentIsNot(place, values) => {
            (*place, values.as_slice())
        }
        _ => return Vec::new(),
    };
    let names = query
        .patterns
        .iter()
        .filter_map(|text| text.split_once('('));
    let calls = names.flat_map(|(name, _)| {
        let given = values.iter().map(value);
        let others = ["A1", "\"another value\""].map(str::to_owned);
        let given = given.chain(others).map(Some).chain([None]);
        given.map(move |given| format!("={}", call_with(name, place, given.as_deref())))
    });
    calls.collect()
}

/// Formulas that most rules pass.
const PLAIN: [&str; 3] = ["=A1+B1", "=A1", "=1"];

fn samples_of(query: &Query) -> Option<Vec<String>> {
    query
        .ready()
        .ok()
        .map(|ready| pattern::samples(query, &ready))
}

/// The first formulas that break and keep the demand.
fn trial(demand: &Demand, candidates: Vec<String>) -> Tests {
    let rule = PolicyRule::bare(demand.clone());
    let runner = Runner::new(0, &rule);
    let mut tests = Tests::default();
    for formula in candidates {
        if parses(&formula).is_err() {
            continue;
        }
        let kept = if flags(&runner, &formula) {
            &mut tests.fail
        } else {
            &mut tests.pass
        };
        if kept.len() < TRIED && !kept.contains(&formula) {
            kept.push(formula);
        }
        if tests.fail.len() >= TRIED && tests.pass.len() >= TRIED {
            break;
        }
    }
    tests
}

/// Formulas that hold what the demand is about and keep it, each in another way that it asks for;
/// none for a demand that only says what must not be there.
pub(super) fn kept(demand: &Demand) -> Vec<String> {
    match demand {
        Demand::Require(target, Requirement::Inside(set)) => {
            let each = set.names.iter().map(|name| {
                let only = FunctionSet {
                    class: None,
                    names: vec![name.clone()],
                };
                let demand = Demand::Require(target.clone(), Requirement::Inside(only));
                of(&demand).pass.into_iter().next()
            });
            each.flatten().collect()
        }
        Demand::Require(..) => {
            let mut pass = of(demand).pass;
            pass.retain(|formula| !PLAIN.contains(&formula.as_str()));
            pass
        }
        Demand::AllowOnly(set) => set
            .names
            .iter()
            .map(|name| format!("={}", call(name)))
            .collect(),
        Demand::Prefer(What::Pattern(query), _) => {
            let formulas = samples_of(query).unwrap_or_default();
            formulas.into_iter().take(1).collect()
        }
        Demand::Prefer(used, _) => samples(&Target::from(used.clone())),
        Demand::Forbid(_) | Demand::Limit(..) | Demand::Builtin(_) => Vec::new(),
    }
}

/// A formula that holds nothing that the target could be.
fn plain_for(target: &Target) -> String {
    match target.what {
        What::Thing(Thing::RelativeReferences | Thing::References) => "=1+1",
        What::Thing(Thing::AbsoluteReferences) => "=A1",
        What::Thing(Thing::Additions) => "=A1*B1",
        _ => "=A1+B1",
    }
    .to_owned()
}

/// Formulas with the target in them.
fn samples(target: &Target) -> Vec<String> {
    let pieces: Vec<String> = match &target.what {
        What::Calls(set) => set
            .names
            .iter()
            .take(FUNCTIONS)
            .map(|name| call(name))
            .collect(),
        // Only an error handler can hide errors.
        What::MaskedErrors(set) => {
            let handlers = set
                .names
                .iter()
                .all(|name| name == "IFERROR" || name == "IFNA");
            let names = set.names.iter().filter(|_| handlers);
            names.map(|name| format!("{name}(A1,0)")).collect()
        }
        What::Numbers(_) => vec!["A1*7.25".to_owned()],
        What::Texts(_) => vec!["A1&\"sample text\"".to_owned()],
        What::OtherSheets(_) => vec!["'Some other sheet'!A1".to_owned()],
        What::Sheets(names) => names
            .iter()
            .map(|name| format!("'{}'!A1", name.replace('\'', "''")))
            .collect(),
        What::ErrorValues(only) => vec![only.first().map_or("#REF!", String::as_str).to_owned()],
        What::Calculations => vec!["A1/B1".to_owned()],
        What::Thing(thing) => vec![sample(*thing).to_owned()],
        // Patterns are tried out.
        What::Pattern(_) => Vec::new(),
    };
    pieces
        .into_iter()
        .map(
            |piece| match target.within.as_ref().and_then(|set| set.names.first()) {
                Some(around) if target.what == What::Thing(Thing::BuiltUrls) => {
                    format!("={around}(\"https://example.test/?q=\"&A1)")
                }
                Some(around) if target.what == What::Thing(Thing::InsecureUrls) => {
                    format!("={around}(\"http://example.test/a\")")
                }
                Some(around) => format!("={around}({piece})"),
                None => format!("={piece}"),
            },
        )
        .collect()
}

/// An expression with the thing in it.
fn sample(thing: Thing) -> &'static str {
    match thing {
        Thing::WholeColumns | Thing::OpenRanges => "SUM(A:A)",
        Thing::WholeRows => "SUM(1:1)",
        Thing::OtherSheets => "Sheet2!A1",
        Thing::NamedRanges => "Some_name",
        Thing::AbsoluteReferences => "$A$1",
        Thing::RelativeReferences | Thing::References => "A1",
        Thing::MixedReferences => "$A1",
        Thing::Ranges | Thing::RelativeRanges => "SUM(A1:B2)",
        Thing::Numbers => "7.25",
        Thing::Texts => "\"text\"",
        Thing::ErrorValues => "#REF!",
        Thing::Divisions => "A1/B1",
        Thing::Multiplications => "A1*B1",
        Thing::Concatenations => "A1&B1",
        Thing::Powers => "A1^B1",
        Thing::Comparisons => "A1=B1",
        Thing::Percents => "A1%",
        Thing::LineBreaks => "A1+\nB1",
        Thing::CustomFunctions => "MY_OWN_FUNCTION(A1)",
        Thing::ApproximateLookups => "VLOOKUP(A1,B1:C9,2)",
        Thing::MaskedErrors => "IFERROR(A1,0)",
        Thing::BuiltUrls => "IMPORTDATA(\"https://example.test/?q=\"&A1)",
        Thing::ArrayLiterals => "{1,2}",
        Thing::EmptyArguments => "IF(A1,,0)",
        Thing::EmptyTexts => "IF(A1,B1,\"\")",
        Thing::Additions => "A1+B1",
        Thing::Subtractions => "A1-B1",
        Thing::NeedlessPluses => "+A1",
        Thing::DoubleNegations => "--A1",
        Thing::LowercaseFunctions => "sum(A1:A9)",
        Thing::Spaces => "A1 * B1",
        Thing::InsecureUrls => "IMPORTDATA(\"http://example.test/a.csv\")",
    }
}

/// A call with as many arguments as the function needs.
fn call(name: &str) -> String {
    let count = functions::find(name).map_or(0, |id| id.function().min_arguments);
    format!("{name}({})", vec!["A1"; usize::from(count)].join(","))
}

/// A call with the argument at `place`, or with none from there on.
fn call_with(name: &str, place: u32, argument: Option<&str>) -> String {
    let before = usize::try_from(place).unwrap_or(1).saturating_sub(1);
    let mut arguments = vec!["A1"; before];
    arguments.extend(argument);
    format!("{name}({})", arguments.join(","))
}

/// A lookup that is exact, or not. `LOOKUP` never is.
fn lookup(name: &str, is_exact: bool) -> String {
    match (name, is_exact) {
        ("VLOOKUP" | "HLOOKUP", true) => format!("{name}(A1,B1:C9,2,FALSE)"),
        ("VLOOKUP" | "HLOOKUP", false) => format!("{name}(A1,B1:C9,2,TRUE)"),
        ("MATCH" | "XMATCH", true) => format!("{name}(A1,B1:B9,0)"),
        ("MATCH" | "XMATCH", false) => format!("{name}(A1,B1:B9,1)"),
        ("XLOOKUP", true) => "XLOOKUP(A1,B1:B9,C1:C9)".to_owned(),
        ("XLOOKUP", false) => "XLOOKUP(A1,B1:B9,C1:C9,,1)".to_owned(),
        (_, true) => "A1".to_owned(),
        (_, false) => call(name),
    }
}

fn required(target: &Target, requirement: &Requirement) -> Tests {
    let names: Vec<&str> = match &target.what {
        What::Calls(set) => set
            .names
            .iter()
            .take(FUNCTIONS)
            .map(String::as_str)
            .collect(),
        _ => Vec::new(),
    };
    let each = |make: &dyn Fn(&str) -> String| -> Vec<String> {
        names
            .iter()
            .map(|name| format!("={}", make(name)))
            .collect()
    };
    match requirement {
        Requirement::ExactMatch => Tests {
            pass: each(&|name| lookup(name, true)),
            fail: each(&|name| lookup(name, false)),
        },
        Requirement::ArgumentGiven(place) => Tests {
            pass: each(&|name| call_with(name, *place, Some("A1"))),
            fail: each(&|name| call_with(name, *place, None)),
        },
        Requirement::ArgumentIs(place, values) => Tests {
            pass: each(&|name| call_with(name, *place, values.first().map(value).as_deref())),
            fail: each(&|name| call_with(name, *place, Some("\"another value\""))),
        },
        Requirement::ArgumentIsNot(place, values) => Tests {
            pass: each(&|name| call_with(name, *place, Some("\"another value\""))),
            fail: each(&|name| call_with(name, *place, values.first().map(value).as_deref())),
        },
        Requirement::Inside(set) => {
            let fail = samples(target);
            let around = set.names.first().map_or("IFERROR", String::as_str);
            let wrapped = |formula: &String| {
                formula
                    .strip_prefix('=')
                    .map(|inner| format!("={around}({inner})"))
            };
            let pass = fail.iter().filter_map(wrapped).collect();
            Tests { pass, fail }
        }
        Requirement::Around(inner) => {
            let pieces = samples(&Target::from(inner.clone()));
            let around = |name: &&str| {
                pieces.first().map(|piece| {
                    let inner = piece.strip_prefix('=').unwrap_or(piece);
                    format!("={name}({inner},B1)")
                })
            };
            Tests {
                pass: names.iter().filter_map(around).collect(),
                fail: each(&|name| format!("{name}(A1,B1)")),
            }
        }
        Requirement::Absolute => {
            let around = target.within.as_ref().and_then(|set| set.names.first());
            let around = around.map_or("SUM", String::as_str);
            Tests {
                pass: vec![format!("={around}($A$1:$B$9)")],
                fail: vec![format!("={around}(A1:B9)")],
            }
        }
        Requirement::FromSpreadsheet(keys) => {
            let key = keys.first().map_or("", String::as_str);
            Tests {
                pass: each(&|name| format!("{name}(\"{key}\",\"A1\")")),
                fail: each(&|name| format!("{name}(\"another-key\",\"A1\")")),
            }
        }
        // Patterns are tried out.
        Requirement::Matches(_) => Tests::default(),
        Requirement::FromHost(hosts) => {
            let host = hosts.first().map_or("", String::as_str);
            Tests {
                pass: each(&|name| format!("{name}(\"https://{host}/a\",\"A1\",1)")),
                fail: each(&|name| format!("{name}(\"https://another.invalid/a\",\"A1\",1)")),
            }
        }
        Requirement::ArgumentNotConstant(place) => Tests {
            pass: each(&|name| call_with(name, *place, Some("A1"))),
            fail: each(&|name| call_with(name, *place, Some("7"))),
        },
    }
}

/// A formula that measures as little as one can; `None` if that is still more than `at_most`.
fn small(metric: &Metric, at_most: u32) -> Option<String> {
    let (formula, measures) = match metric {
        Metric::Length => ("=A1", 3),
        Metric::Lines => ("=A1", 1),
        Metric::References | Metric::DistinctReferences => ("=1", 0),
        _ => ("=A1", 0),
    };
    (measures <= at_most).then(|| formula.to_owned())
}

/// A formula that measures one more than `at_most`; `None` if it would be too long to try.
fn large(metric: &Metric, at_most: usize) -> Option<String> {
    let count = at_most.checked_add(1).filter(|count| *count < LONGEST)?;
    let is_deep = matches!(
        metric,
        Metric::Nesting | Metric::NestingOf(_) | Metric::Parentheses
    );
    if is_deep && count >= DEEPEST {
        return None;
    }
    let deep = |name: &str| {
        format!(
            "={}A1{}",
            format!("{name}(").repeat(count),
            ")".repeat(count)
        )
    };
    let first = |set: &FunctionSet| set.names.first().map_or("SUM", String::as_str).to_owned();
    Some(match metric {
        Metric::Length => format!("=\"{}\"", "x".repeat(count)),
        Metric::Lines => format!("=A1{}", "\n+A1".repeat(count)),
        Metric::Calls => format!("={}", vec!["SUM(A1)"; count].join("+")),
        Metric::CallsOf(set) => format!("={}", vec![call(&first(set)); count].join("+")),
        Metric::References => format!("={}", vec!["A1"; count].join("+")),
        Metric::Operators => format!("=A1{}", "+A1".repeat(count)),
        Metric::Nesting => deep("ABS"),
        Metric::NestingOf(set) => deep(&first(set)),
        Metric::Arguments(set) => {
            let name = set.as_ref().map_or("SUM".to_owned(), first);
            format!("={name}({})", vec!["A1"; count].join(","))
        }
        Metric::Numbers => format!("={}", vec!["7.25"; count].join("+")),
        Metric::DistinctReferences => {
            let all: Vec<String> = (1..=count).map(|row| format!("A{row}")).collect();
            format!("={}", all.join("+"))
        }
        Metric::DistinctCalls => {
            let all: Vec<String> = functions::all()
                .take(count)
                .map(|function| call(function.name))
                .collect();
            (all.len() == count).then(|| format!("={}", all.join("+")))?
        }
        Metric::Parentheses => format!("={}A1{}", "(".repeat(count), ")".repeat(count)),
    })
}
