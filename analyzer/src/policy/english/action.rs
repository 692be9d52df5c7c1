//! Verb phrases: what somebody must do or must not do with a formula.

use nom::{Parser, branch::alt, combinator::opt};

use super::Outcome;
use super::need::{self, Need, handlers, need, spreadsheets, wrapped};
use super::noun::{Noun, functions, lacking, nouns, plain_targets, set_of, target};
use super::quantity::{Bound, Measure, bound, counted, depth, measure, metric_noun};
use super::terminal::{
    Input, Read, any_class, class, function_item, longest, mark, no, pick, thing, verb,
};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, FunctionSet, Metric, Requirement, Target, Thing, What};

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
                &use_nouns(form),
                &exceed(form),
            ],
        )
    }
}

/// `use INDIRECT`, `reference whole columns`, `contain more than 5 function calls`
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
fn import<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Import, Verb::Refer, Verb::Use], form)(input)?;
        let (input, _) = opt(any_class(&[Class::Data, Class::CellData])).parse(input)?;
        let (input, ()) = any_class(&[Class::From])(input)?;
        let (input, nouns) = nouns(input)?;
        match forbidden(nouns) {
            Some(outcome) => Ok((input, outcome)),
            None => no(),
        }
    }
}

/// `import from spreadsheets other than 1Abc…`
fn import_from_others<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Import, Verb::Refer, Verb::Use], form)(input)?;
        let (input, keys) = other_spreadsheets(input)?;
        let target = What::Calls(set_of(&["IMPORTRANGE"])).into();
        match Need::Spreadsheets(keys).of(&target) {
            Some(demand) => Ok((input, Outcome::Demands(vec![demand]))),
            None => no(),
        }
    }
}

/// Takes `data from any spreadsheet other than 1Abc…`, `to files except 1Abc…`.
pub(super) fn other_spreadsheets(input: Input<'_>) -> Read<'_, Vec<String>> {
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
        opt(class(Class::Spreadsheet)),
        class(Class::Except),
        spreadsheets,
    )
        .map(|(.., keys)| keys)
        .parse(input)
}

/// `hard-code numbers`, `type values into formulas`
fn hard_code<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::HardCode], form)(input)?;
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
        let (input, demand) = alt((numbers, values)).parse(input)?;
        let into = (
            any_class(&[Class::In, Class::Into]),
            any_class(&[Class::Formula, Class::Calculation, Class::Model]),
        );
        let (input, _) = opt(into).parse(input)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
}

/// `nest IFs more than 3 deep`, `nest more than 3 IFs`, `nest IFs`, `nest function calls`
fn nest<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Nest], form)(input)?;
        let (input, demand) = nested_object(input)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
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

/// `a length of`, `a depth of` before a quantity.
fn metric_word(input: Input<'_>) -> Read<'_, ()> {
    any_class(&[Class::Length, Class::Depth, Class::Maximum])(input)
}

/// `omit the fourth argument of VLOOKUP`, `leave the match type of MATCH out`
fn omit<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let empty = any_class(&[Class::LeftEmpty, Class::Absent]);
        let (rest, (place, set)) = alt((
            (verb(&[Verb::Omit], form), need::argument, opt(empty))
                .map(|((), argument, _)| argument),
            (verb(&[Verb::Leave], form), need::argument, empty).map(|((), argument, ())| argument),
        ))
        .parse(input)?;
        match Need::Argument(place, None).of_functions(set) {
            Some(demands) => Ok((rest, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// `append cell data to URLs`, `build URLs from cell values`
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
    ))
    .parse(input)
}

/// `hide errors`, `mask errors with IFERROR`
fn hide<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Hide], form)(input)?;
        let (input, ()) = error_words(input)?;
        let with = alt((
            any_class(&[Class::With, Class::By, Class::In]),
            verb(&[Verb::Use], Form::Gerund),
        ));
        let (input, set) = opt((opt(class(Class::By)), with, functions)).parse(input)?;
        let set = set.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |(.., set)| set);
        Ok((input, Outcome::Demands(vec![masked(set)])))
    }
}

/// `use IFERROR to hide errors`, `use IFERROR for masking errors`
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
    let how = alt((
        (class(Class::To), verb(&[Verb::Hide], Form::Base)).map(|_| ()),
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
fn divide<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Divide], form)(input)?;
        let target = Target::from(What::Thing(Thing::Divisions));
        let (input, demand) = lacking(input, &target)?;
        Ok((input, Outcome::Demands(vec![demand])))
    }
}

/// Takes what must be done: `wrap divisions in IFERROR`, `use exact match in VLOOKUP`, `limit
/// nesting to 3 levels`, `anchor the ranges of VLOOKUP`.
pub(super) fn required(form: Form) -> impl Fn(Input<'_>) -> Read<'_, Outcome> {
    move |input| {
        longest(
            input,
            &[
                &wrap(form),
                &surround(form),
                &specify(form),
                &limit(form),
                &anchor(form),
                &read_only(form),
                &contain_at_most(form),
            ],
        )
    }
}

/// `wrap divisions in IFERROR`
fn wrap<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Wrap], form)(input)?;
        let (input, targets) = wrapped_targets(input)?;
        let (input, set) = wrapped(input)?;
        Ok((input, inside(targets, &set)))
    }
}

/// `use IFERROR around divisions`, `use error handling for lookups`, `add IFERROR to divisions`
fn surround<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Use, Verb::Wrap, Verb::Specify, Verb::Append], form)(input)?;
        let (input, set) = error_handlers(input)?;
        let around = alt((
            any_class(&[Class::Around, Class::For, Class::On, Class::To, Class::With]),
            (class(Class::To), verb(&[Verb::Wrap], Form::Base)).map(|_| ()),
        ));
        let (input, ()) = alt((
            (class(Class::To), verb(&[Verb::Wrap], Form::Base)).map(|_| ()),
            around,
        ))
        .parse(input)?;
        let (input, targets) = wrapped_targets(input)?;
        Ok((input, inside(targets, &set)))
    }
}

/// Takes functions that handle errors; another function is not what surrounds something.
pub(super) fn error_handlers(input: Input<'_>) -> Read<'_, FunctionSet> {
    let (rest, set) = handlers(input)?;
    if set
        .names
        .iter()
        .all(|name| matches!(name.as_str(), "IFERROR" | "IFNA"))
    {
        Ok((rest, set))
    } else {
        no()
    }
}

/// Takes targets that can be wrapped.
pub(super) fn wrapped_targets(input: Input<'_>) -> Read<'_, Vec<Target>> {
    let any = any_class(&[Class::Formula, Class::Calculation]);
    if let Ok((rest, ())) = any(input)
        && target(input).is_err()
    {
        return Ok((rest, vec![What::Calculations.into()]));
    }
    plain_targets(input)
}

/// The demand that the targets stand inside the functions.
pub(super) fn inside(targets: Vec<Target>, set: &FunctionSet) -> Outcome {
    let requirement = |target| Demand::Require(target, Requirement::Inside(set.clone()));
    Outcome::Demands(targets.into_iter().map(requirement).collect())
}

/// `use exact match in VLOOKUP`, `set the fourth argument of VLOOKUP to FALSE`, `use VLOOKUP with
/// exact match`, `specify FALSE as the last argument of VLOOKUP`
fn specify<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Specify, Verb::Use, Verb::Make], form)(input)?;
        let (input, _) = opt(class(Class::Only)).parse(input)?;
        let link = any_class(&[
            Class::In,
            Class::With,
            Class::For,
            Class::To,
            Class::On,
            Class::By,
        ]);
        let when = (class(Class::If), verb(&[Verb::Use], Form::Gerund)).map(|_| ());
        let using = verb(&[Verb::Use], Form::Gerund);
        let is = alt((any_class(&[Class::To, Class::As, Class::Be]), mark(':')));
        let (input, (need, set)) = alt((
            (
                need::argument,
                opt(is),
                super::terminal::values,
                opt((link, functions)),
            )
                .map_opt(|((place, set), _, values, within)| {
                    let set = match (set, within) {
                        (Some(_), Some(_)) => return None,
                        (set, within) => set.or(within.map(|((), set)| set)),
                    };
                    Some((Need::Argument(place, Some(values)), set))
                }),
            (need, alt((when, using, link)), functions).map(|(need, (), set)| (need, Some(set))),
            (need, functions).map(|(need, set)| (need, Some(set))),
            (functions, any_class(&[Class::With, Class::In]), need)
                .map(|(set, (), need)| (need, Some(set))),
            need::argument.map(|(place, set)| (Need::Argument(place, None), set)),
            need.map(|need| (need, None)),
        ))
        .parse(input)?;
        match absolute_or(&need, set) {
            Some(demands) => Ok((input, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// The demands of a need on functions; anchors are asked of the ranges that they are given.
pub(super) fn absolute_or(need: &Need, set: Option<FunctionSet>) -> Option<Vec<Demand>> {
    match (need, set) {
        (Need::Absolute, Some(set)) => {
            let target = Target {
                what: What::Thing(Thing::Ranges),
                within: Some(set),
            };
            Some(vec![need.of(&target)?])
        }
        (need, set) => need.of_functions(set),
    }
}

/// `limit nesting to 3 levels`, `keep formulas under 100 characters`, `limit formulas to 3 nested
/// IFs`, `limit the number of arguments to 5`
fn limit<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Limit, Verb::Make], form)(input)?;
        limited(input)
    }
}

/// Takes what is limited and to how much, after the verb.
fn limited(input: Input<'_>) -> Read<'_, Outcome> {
    let at = any_class(&[Class::To, Class::At, Class::In]);
    let brief = |input| {
        (opt(class(Class::VagueLimit)), class(Class::Brief))
            .map(|_| ())
            .parse(input)
    };
    let mut by_metric = (
        metric_noun,
        opt(at),
        bound,
        opt(counted),
        opt(any_class(&[Class::Long, Class::Deep])),
    );
    if let Ok((rest, (metric, _, bound, counted, _))) = by_metric.parse(input) {
        let agrees = counted.is_none_or(|counted| same_scale(&metric, &counted));
        return match bound.limit().filter(|_| agrees) {
            Some(at_most) => Ok((rest, Outcome::Demands(vec![Demand::Limit(metric, at_most)]))),
            None => no(),
        };
    }
    let subject = any_class(&[
        Class::Formula,
        Class::Model,
        Class::Calculation,
        Class::Function,
        Class::Call,
    ]);
    let mut by_formula = (subject, opt(at), measure);
    if let Ok((rest, (_, _, measure))) = by_formula.parse(input) {
        return match measure.limit() {
            Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
            None => no(),
        };
    }
    let mut by_nested = (
        class(Class::Nested),
        functions,
        opt(at),
        bound,
        opt(counted),
        opt(class(Class::Deep)),
    );
    if let Ok((rest, (_, set, _, bound, ..))) = by_nested.parse(input) {
        return match bound.limit() {
            Some(at_most) => Ok((
                rest,
                Outcome::Demands(vec![Demand::Limit(Metric::NestingOf(set), at_most)]),
            )),
            None => no(),
        };
    }
    let vague_metric = (metric_noun, opt(brief)).map(|(metric, _)| metric);
    let vague_formula = (subject, brief).map(|_| Metric::Length);
    let (rest, metric) = alt((vague_metric, vague_formula)).parse(input)?;
    Ok((rest, Outcome::NeedsValue(metric)))
}

/// Whether a limit on the metric can be said in units of the other.
pub(super) fn same_scale(metric: &Metric, counted: &Metric) -> bool {
    metric == counted
        || matches!(
            (metric, counted),
            (Metric::NestingOf(_), Metric::Nesting | Metric::Calls)
                | (Metric::Nesting, Metric::Calls | Metric::NestingOf(_))
        )
}

/// `make ranges in VLOOKUP absolute`, `anchor the ranges of VLOOKUP`, `lock lookup ranges with $`
fn anchor<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let signs = (any_class(&[Class::With, Class::By]), class(Class::Absolute)).map(|_| ());
        let (rest, targets) = alt((
            (verb(&[Verb::Make], form), nouns, need::absolute).map(|((), targets, ())| targets),
            (verb(&[Verb::Anchor], form), nouns, opt(signs)).map(|((), targets, _)| targets),
        ))
        .parse(input)?;
        let demands: Option<Vec<Demand>> = targets
            .into_iter()
            .map(|noun| Need::Absolute.of(&noun.target()?))
            .collect();
        match demands {
            Some(demands) => Ok((rest, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// `read only from spreadsheet 1Abc…` of a call
fn read_only<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let only = class(Class::Only);
        let read = verb(&[Verb::Import, Verb::Refer, Verb::Use], form);
        let data = opt(any_class(&[Class::Data, Class::CellData]));
        let from = opt(any_class(&[Class::From, Class::To]));
        let (input, (.., keys)) = alt((
            (only, read, data, from).map(|_| ()),
            (
                read,
                opt(any_class(&[Class::Data, Class::CellData])),
                only,
                opt(any_class(&[Class::From, Class::To])),
            )
                .map(|_| ()),
            (
                read,
                opt(any_class(&[Class::Data, Class::CellData])),
                opt(any_class(&[Class::From, Class::To])),
                only,
            )
                .map(|_| ()),
        ))
        .and(spreadsheets)
        .parse(input)?;
        let target = What::Calls(set_of(&["IMPORTRANGE"])).into();
        match Need::Spreadsheets(keys).of(&target) {
            Some(demand) => Ok((input, Outcome::Demands(vec![demand]))),
            None => no(),
        }
    }
}

/// `contain at most 5 function calls`, `be at most 100 characters long`, `be shorter than 100
/// characters`, `have no more than 3 nested IFs`
fn contain_at_most<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let holds = alt((
            verb(
                &[
                    Verb::Use,
                    Verb::Refer,
                    Verb::Nest,
                    Verb::Limit,
                    Verb::Specify,
                ],
                form,
            ),
            class(Class::Be),
            (
                class(Class::Be),
                verb(&[Verb::Limit], Form::Participle),
                opt(class(Class::To)),
            )
                .map(|_| ()),
        ));
        let mut limited = (
            class(Class::Be),
            verb(&[Verb::Limit], Form::Participle),
            opt(any_class(&[Class::To, Class::At])),
            measure,
        );
        if let Ok((rest, (.., measure))) = limited.parse(input) {
            return match measure.limit() {
                Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
                None => no(),
            };
        }
        let nests = verb(&[Verb::Nest], form)(input).is_ok();
        let (input, (_, mut measure)) = (holds, measure).parse(input)?;
        if nests && let Metric::CallsOf(set) = measure.metric {
            measure.metric = Metric::NestingOf(set);
        }
        match measure.required() {
            Some(demand) => Ok((input, Outcome::Demands(vec![demand]))),
            None => no(),
        }
    }
}

/// Takes `only SUM and IF` after a verb, `nothing but SUM`, or `only` before the verb.
pub(super) fn only_functions(form: Form) -> impl Fn(Input<'_>) -> Read<'_, FunctionSet> {
    move |input| {
        let used = verb(&[Verb::Use], form);
        let only = any_class(&[Class::Only, Class::NothingBut]);
        let after = (used, only, listed).map(|(.., set)| set);
        let before = (only, used, listed).map(|(.., set)| set);
        alt((after, before)).parse(input)
    }
}

/// Takes a list of functions by name: what "only" can speak of without banning by mistake.
pub(super) fn listed(input: Input<'_>) -> Read<'_, FunctionSet> {
    let _ = function_item;
    functions(input)
}
