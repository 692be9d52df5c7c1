//! Verb phrases of what must not be done: `use INDIRECT`, `nest IFs more than 3 deep`, `hard-code
//! numbers`, `append cell data to URLs`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Outcome;
use super::functions::{functions, set_of};
use super::need::{self, Need, sources};
use super::noun::{Noun, lacking, nouns};
use super::quantity::{Bound, Measure, depth, measure};
use super::terminal::{Input, Read, any_class, by_means, class, longest, no, pick, thing, verb};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, FunctionSet, Metric, Target, Thing, What};

/// The demands that forbidding all the nouns makes; a vague quantity needs a value.
pub(super) fn forbidden(nouns: Vec<Noun>) -> Option<Outcome> {
    let vague = nouns.iter().find_map(|noun| match noun {
        Noun::TooMuch(metric) => Some(metric.clone()),
        _ => None,
    });
    if let Some(metric) = vague {
        return Some(Outcome::NeedsValue(metric));
    }
    let demands: Option<Vec<Demand>> = nouns.into_iter().map(Noun::forbidden).collect();
    demands.map(Outcome::Demands)
}

/// Takes what must not be done: `use INDIRECT`, `nest IFs more than 3 deep`, `hard-code numbers`,
/// `omit the fourth argument of VLOOKUP`, `append cell data to URLs`, `hide errors`.
pub(super) fn prohibited(form: Form) -> impl Fn(Input<'_>) -> Read<'_, Outcome> {
    move |input| {
        longest(
            input,
            &[
                &nest(form),
                &hard_code(form),
                &omit(form),
                &append(form),
                &hide(form),
                &divide(form),
                &use_to_hide(form),
                &import(form),
                &import_from_others(form),
                &use_with_others(form),
                &use_nouns(form),
                &exceed(form),
            ],
        )
    }
}

/// `use INDIRECT`, `reference whole columns`, `contain more than 5 function calls`
///
/// "Do not use INDIRECT." flags `=INDIRECT(A1)`, not `=SUM(A1:A3)`.
fn use_nouns<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Use, Verb::Refer, Verb::Import, Verb::Return], form)(input)
            .and_then(|(rest, ())| match pick(input, only_return) {
                Ok(_) => no(),
                Err(_) => Ok((rest, ())),
            })?;
        let (input, _) = opt(class(Class::To)).parse(input)?;
        let (input, nouns) = nouns(input)?;
        match forbidden(nouns) {
            Some(outcome) => Ok((input, outcome)),
            None => no(),
        }
    }
}

/// A verb that means nothing but to return: what a formula returns is not seen in it.
fn only_return(meaning: &Meaning) -> Option<()> {
    matches!(meaning, Meaning::Verb(Verb::Return, _)).then_some(())
}

/// `import data from the web`, `fetch external data`
///
/// "Do not import data from the web." flags `=IMPORTDATA(A1)`, not `=Sheet2!A1`.
fn import<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Import, Verb::Refer, Verb::Use], form)(input)?;
        let (input, _) = opt(any_class(&[Class::Data, Class::CellData])).parse(input)?;
        let (input, from) = opt(any_class(&[Class::From])).parse(input)?;
        let (input, nouns) = nouns(input)?;
        // "From outside the workbook" is a phrase of its own.
        let is_source = |noun: &Noun| {
            matches!(noun, Noun::Target(target)
                if matches!(&target.what, What::Calls(set) if set.class.is_some()))
        };
        if from.is_none() && !nouns.iter().all(is_source) {
            return no();
        }
        match forbidden(nouns) {
            Some(outcome) => Ok((input, outcome)),
            None => no(),
        }
    }
}

/// `import from spreadsheets other than 1Abc…`
///
/// "Do not import from spreadsheets other than 1AbcDefGhiJklMnoPqrStuV0."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn import_from_others<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Import, Verb::Refer, Verb::Use], form)(input)?;
        let (input, need) = other_sources(input)?;
        match need.of_functions(None) {
            Some(demands) => Ok((input, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// `use IMPORTRANGE with spreadsheets other than 1Abc…`
///
/// "Do not use IMPORTRANGE with any file other than 1AbcDefGhiJklMnoPqrStuV0."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn use_with_others<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (rest, ((), set, need)) =
            (verb(&[Verb::Use], form), functions, other_sources).parse(input)?;
        match need.of_functions(Some(set)) {
            Some(demands) => Ok((rest, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// Takes `data from any spreadsheet other than 1Abc…`, `to files except 1Abc…`.
pub(super) fn other_sources(input: Input<'_>) -> Read<'_, Need> {
    let data = opt(any_class(&[Class::Data, Class::CellData]));
    let link = opt(any_class(&[
        Class::From,
        Class::To,
        Class::With,
        Class::For,
        Class::On,
    ]));
    (
        data,
        link,
        opt(any_class(&[Class::Spreadsheet, Class::Host, Class::Url])),
        any_class(&[Class::Except, Class::But]),
        sources,
    )
        .map(|(.., need)| need)
        .parse(input)
}

/// `hard-code numbers`, `type values into formulas`
///
/// "Do not hard-code numbers." flags `=A1*1.19`, not `=A1*B1`.
pub(super) fn hard_code<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::HardCode], form)(input)?;
        if let Ok((rest, (place, set))) = need::argument(input)
            && let Some(demands) = Need::NotConstant(place).of_functions(set)
        {
            return Ok((rest, Outcome::Demands(demands)));
        }
        let numbers = |input| {
            let (rest, found) = thing(input)?;
            let (rest, exception) = opt(super::exception::attached).parse(rest)?;
            let demand = match found {
                Thing::Numbers => Demand::Forbid(What::Numbers(vec![0.0, 1.0]).into()),
                Thing::Texts => Demand::Forbid(What::Texts(Vec::new()).into()),
                _ => return no(),
            };
            match exception {
                None => Ok((rest, demand)),
                Some(exception) => match exception.apply(demand) {
                    Some(demand) => Ok((rest, demand)),
                    None => no(),
                },
            }
        };
        let values = |input| {
            let data = any_class(&[Class::Data, Class::CellData]);
            data.map(|()| Demand::Forbid(What::Numbers(vec![0.0, 1.0]).into()))
                .parse(input)
        };
        let texts = class(Class::Text).map(|()| Demand::Forbid(What::Texts(Vec::new()).into()));
        let (input, demand) = alt((numbers, values, texts)).parse(input)?;
        let into = (
            any_class(&[Class::In, Class::Into]),
            any_class(&[Class::Formula, Class::Calculation, Class::Model]),
        );
        let (input, _) = opt(into).parse(input)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
}

/// `nest IFs more than 3 deep`, `nest more than 3 IFs`, `nest IFs`, `nest function calls`
///
/// "Do not nest IFs more than 2 deep."
/// flags `=IF(A1,1,IF(A2,2,IF(A3,3,4)))`, not `=IF(A1,1,IF(A2,2,3))`.
fn nest<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Nest], form)(input)?;
        let inside = (functions, class(Class::In), functions);
        if let Ok((rest, (inner, (), outer))) = { inside }.parse(input) {
            return Ok((rest, Outcome::Demands(vec![nested_in(inner, outer)])));
        }
        let (input, demand) = nested_object(input)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
}

/// The demand that the first functions do not stand in the others.
pub(super) fn nested_in(inner: FunctionSet, outer: FunctionSet) -> Demand {
    if inner == outer {
        return Demand::Limit(Metric::NestingOf(inner), 1);
    }
    Demand::Forbid(Target {
        what: What::Calls(inner),
        within: Some(outer),
    })
}

/// Takes what is nested too deeply, after the verb.
fn nested_object(input: Input<'_>) -> Read<'_, Demand> {
    let limit = |metric, bound: Bound| Demand::Limit(metric, bound.forbidden().unwrap_or(1));
    let nested = |metric| match metric {
        Metric::CallsOf(set) | Metric::NestingOf(set) => Some(Metric::NestingOf(set)),
        Metric::Calls | Metric::Nesting => Some(Metric::Nesting),
        _ => None,
    };
    let any = any_class(&[Class::Function, Class::Call, Class::Formula]);
    alt((
        measure.map_opt(move |measure: Measure| {
            measure
                .bound
                .forbidden()
                .and_then(|at_most| Some(Demand::Limit(nested(measure.metric)?, at_most)))
        }),
        (functions, depth).map_opt(move |(set, bound): (FunctionSet, Bound)| {
            bound
                .forbidden()
                .map(|_| limit(Metric::NestingOf(set), bound))
        }),
        (any, depth).map_opt(move |((), bound): ((), Bound)| {
            bound.forbidden().map(|_| limit(Metric::Nesting, bound))
        }),
        depth.map_opt(move |bound| bound.forbidden().map(|_| limit(Metric::Nesting, bound))),
        functions.map(|set| Demand::Limit(Metric::NestingOf(set), 1)),
        any.map(|()| Demand::Limit(Metric::Nesting, 1)),
    ))
    .parse(input)
}

/// `exceed 100 characters`, `be longer than 100 characters`, `be more than 3 levels deep`
///
/// "Formulas must not exceed 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
fn exceed<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, measure) = alt((
            (verb(&[Verb::Exceed], form), opt(metric_word), measure).map_opt(
                |((), _, measure): (_, _, Measure)| {
                    let bound = match measure.bound {
                        Bound::Plain(count) => Bound::MoreThan(count),
                        other => other,
                    };
                    Some(Measure { bound, ..measure })
                },
            ),
            (class(Class::Be), measure).map(|((), measure)| measure),
            // "Do not combine more than 4 functions."
            (verb(&[Verb::Append, Verb::Make], form), measure).map(|((), measure)| measure),
            (
                class(Class::Be),
                verb(&[Verb::Nest], Form::Participle),
                depth,
            )
                .map(|(.., bound)| Measure {
                    bound,
                    metric: Metric::Nesting,
                }),
        ))
        .parse(input)?;
        match measure.forbidden() {
            Some(demand) => Ok((input, Outcome::Demands(vec![demand]))),
            None => no(),
        }
    }
}

/// Takes `a length of`, `a depth of`, before a quantity.
fn metric_word(input: Input<'_>) -> Read<'_, ()> {
    any_class(&[Class::Length, Class::Depth, Class::Maximum])(input)
}

/// `omit the fourth argument of VLOOKUP`, `leave the match type of MATCH out`
///
/// "Do not omit the fourth argument of VLOOKUP."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,FALSE)`.
fn omit<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let empty = any_class(&[Class::LeftEmpty, Class::Absent]);
        let (rest, (place, set)) = alt((
            (verb(&[Verb::Omit], form), need::argument, opt(empty))
                .map(|((), argument, _)| argument),
            (verb(&[Verb::Leave], form), need::argument, empty).map(|((), argument, ())| argument),
            // "Do not rely on the default match type."
            (
                verb(&[Verb::Use], form),
                class(Class::LeftEmpty),
                need::argument,
            )
                .map(|((), (), argument)| argument),
        ))
        .parse(input)?;
        match Need::Argument(place, None).of_functions(set) {
            Some(demands) => Ok((rest, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// `append cell data to URLs`, `build URLs from cell values`
///
/// "Do not append cell data to URLs."
/// flags `=IMAGE("https://x.test/"&A1)`, not `=IMAGE("https://x.test/a.png")`.
fn append<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Append, Verb::Use, Verb::Refer], form)(input)?;
        let (input, ()) = built_address(input)?;
        Ok((input, Outcome::Demands(vec![built_urls()])))
    }
}

/// The demand that no address is put together from cells.
pub(super) fn built_urls() -> Demand {
    Demand::Forbid(What::Thing(Thing::BuiltUrls).into())
}

/// Takes `cell data to URLs`, `URLs from cell data`, `URLs by concatenating cell values`.
fn built_address(input: Input<'_>) -> Read<'_, ()> {
    let link = any_class(&[
        Class::To,
        Class::Into,
        Class::In,
        Class::With,
        Class::As,
        Class::On,
        Class::Around,
        Class::From,
        Class::By,
        Class::For,
    ]);
    let joining = verb(&[Verb::Append, Verb::Use], Form::Gerund);
    alt((
        (
            class(Class::CellData),
            link,
            opt(class(Class::CellData)),
            class(Class::Url),
        )
            .map(|_| ()),
        (
            class(Class::Url),
            link,
            opt(joining),
            class(Class::CellData),
        )
            .map(|_| ()),
        (class(Class::Url), joining, class(Class::CellData)).map(|_| ()),
        (class(Class::CellData), class(Class::And), class(Class::Url)).map(|_| ()),
        // "Out of cells"
        (class(Class::Url), class(Class::OutOfFormulas)).map(|_| ()),
    ))
    .parse(input)
}

/// `hide errors`, `mask errors with IFERROR`
///
/// "Do not hide errors." flags `=IFERROR(A1,0)`, not `=IFERROR(A1,B1)`.
fn hide<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let hides = (verb(&[Verb::Hide], form), error_words).map(|_| ());
        let whole = class(Class::HidesErrors);
        let (input, ()) = alt((hides, whole)).parse(input)?;
        let (input, set) = opt((by_means, functions)).parse(input)?;
        let set = set.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |(.., set)| set);
        Ok((input, Outcome::Demands(vec![masked(set)])))
    }
}

/// `use IFERROR to hide errors`, `use IFERROR for masking errors`
///
/// "Do not use IFERROR to mask errors." flags `=IFERROR(A1,0)`, not `=IFERROR(A1,B1)`.
fn use_to_hide<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Use], form)(input)?;
        let (input, set) = functions(input)?;
        let (input, ()) = to_hide(input)?;
        Ok((input, Outcome::Demands(vec![masked(set)])))
    }
}

/// The demand that the functions do not hide errors.
pub(super) fn masked(set: FunctionSet) -> Demand {
    Demand::Forbid(What::MaskedErrors(set).into())
}

/// Takes `to hide errors`, `for masking errors`, `as a way of hiding errors`.
pub(super) fn to_hide(input: Input<'_>) -> Read<'_, ()> {
    // "To make errors disappear"
    if let Ok((rest, _)) = (
        any_class(&[Class::To, Class::Purpose]),
        class(Class::HidesErrors),
    )
        .parse(input)
    {
        return Ok((rest, ()));
    }
    let how = alt((
        (
            any_class(&[Class::To, Class::Purpose]),
            verb(&[Verb::Hide], Form::Base),
        )
            .map(|_| ()),
        (
            any_class(&[Class::For, Class::By, Class::As]),
            verb(&[Verb::Hide], Form::Gerund),
        )
            .map(|_| ()),
    ));
    (how, error_words).map(|_| ()).parse(input)
}

fn error_words(input: Input<'_>) -> Read<'_, ()> {
    let errors = |input| {
        let (rest, found) = thing(input)?;
        if found == Thing::ErrorValues {
            Ok((rest, ()))
        } else {
            no()
        }
    };
    alt((class(Class::Error), errors)).parse(input)
}

/// `divide without IFERROR`
///
/// "Do not divide without IFERROR." flags `=A1/B1`, not `=IFERROR(A1/B1,C1)`.
fn divide<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Divide], form)(input)?;
        let target = Target::from(What::Thing(Thing::Divisions));
        // "Never divide unless inside IFERROR."
        if let Ok((rest, super::exception::Exception::Need(need))) =
            super::exception::attached(input)
            && let Some(demand) = need.of(&target)
        {
            return Ok((rest, Outcome::Demands(vec![demand])));
        }
        let (input, demand) = lacking(input, &target)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
}
