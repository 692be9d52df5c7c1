//! Nouns of a sentence: targets with what narrows them, things that break a demand, quantities.

use nom::{Parser, branch::alt, combinator::opt};

use super::exception::{self, Exception};
use super::functions::{functions, lookups, set_of};
use super::need::{self, Need, handlers, need};
use super::quantity::{Measure, depth, measure};
use super::required::error_handlers;
use super::target::{names_ranges, target};
use super::terminal::{Input, Read, any_class, class, no, separator, thing, values, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Metric, Requirement, Target, Thing, Value, What};

/// One thing that a sentence can forbid or demand something of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Noun {
    /// Something that stands in formulas.
    Target(Target),
    /// Something that breaks a demand: `VLOOKUP without a fourth argument`.
    Broken(Demand),
    /// Something with a quantity: `more than 3 nested IFs`.
    Measured(Measure),
    /// `deeply nested IFs`, `long formulas`: too much of it, and it is not said how much.
    TooMuch(Metric),
    /// `functions`, `calls`, without saying which.
    AnyCall,
}

impl Noun {
    /// What forbidding the noun demands.
    pub(super) fn forbidden(self) -> Option<Demand> {
        match self {
            // Nobody means to forbid every calculation or every reference.
            Self::TooMuch(_)
            | Self::AnyCall
            | Self::Target(Target {
                what: What::Calculations | What::Thing(Thing::References | Thing::Ranges),
                within: None,
            }) => None,
            Self::Target(target) => Some(forbid(target)),
            Self::Broken(demand) => Some(demand),
            Self::Measured(measure) => measure.forbidden(),
        }
    }

    /// The noun where it is an argument of the functions; `None` if it can not be one.
    pub(super) fn within(&self, set: &FunctionSet) -> Option<Self> {
        match self {
            Self::Target(target) if target.within.is_none() => Some(Self::Target(Target {
                what: target.what.clone(),
                within: Some(set.clone()),
            })),
            Self::Broken(Demand::Require(target, Requirement::ExactMatch))
                if target.what == What::Calls(lookups()) =>
            {
                Need::Exact
                    .of(&What::Calls(set.clone()).into())
                    .map(Self::Broken)
            }
            _ => None,
        }
    }

    pub(super) fn target(self) -> Option<Target> {
        match self {
            Self::Target(target) => Some(target),
            _ => None,
        }
    }
}

/// Forbids a target; a lookup that is approximate is a lookup that is not exact.
fn forbid(target: Target) -> Demand {
    match target.what {
        What::Thing(Thing::ApproximateLookups) => {
            let what = What::Calls(target.within.unwrap_or_else(lookups));
            Demand::Require(what.into(), Requirement::ExactMatch)
        }
        _ => Demand::Forbid(target),
    }
}

/// Parts a sentence into what it begins with, if that is nouns, and what is told of them.
pub(super) fn subject(sentence: Input<'_>) -> Option<(Input<'_>, Input<'_>)> {
    let (told, _) = nouns(sentence).ok()?;
    sentence.split_at_checked(sentence.len() - told.len())
}

/// Takes a list of nouns: `INDIRECT, whole columns or hard-coded numbers`.
pub(super) fn nouns(input: Input<'_>) -> Read<'_, Vec<Noun>> {
    let (mut input, first) = noun(input)?;
    let mut nouns = vec![first];
    while let Ok((rest, next)) = (separator, noun).parse(input) {
        nouns.push(next.1);
        input = rest;
    }
    Ok((input, nouns))
}

/// Takes one noun with what follows it: `whole columns in VLOOKUP`, `divisions outside IFERROR`,
/// `formulas that use INDIRECT`, `numbers other than 0 and 1`.
pub(super) fn noun(input: Input<'_>) -> Read<'_, Noun> {
    // "The use of nested IFs" is said of nested IFs.
    let input = match class(Class::Usage)(input) {
        Ok((rest, ())) if functions(input).is_err() => rest,
        _ => input,
    };
    let (input, noun) = alt((
        formulas_that,
        unguarded,
        vague,
        measure.map(Noun::Measured),
        approximate,
        nested,
        hiding,
        masked_errors,
        built_urls,
        ranges_of,
        target.map(Noun::Target),
        any_class(&[Class::Function, Class::Call]).map(|()| Noun::AnyCall),
    ))
    .parse(input)?;
    Ok(followed(input, noun))
}

/// Takes `formulas that use INDIRECT`, `cells with constants`, `formulas longer than 100
/// characters`, `formulas nested more than 3 levels deep`.
fn formulas_that(input: Input<'_>) -> Read<'_, Noun> {
    let formulas = any_class(&[Class::Formula, Class::Model, Class::Calculation]);
    let (input, names_formulas) = alt((
        formulas.map(|()| true),
        class(Class::Anything).map(|()| false),
    ))
    .parse(input)?;
    if let Ok((rest, ())) = (class(Class::In), class(Class::That))
        .map(|_| ())
        .parse(input)
    {
        return in_which(rest);
    }
    let (input, _) = opt(class(Class::That)).parse(input)?;
    let divide = alt((
        verb(&[Verb::Divide], Form::Base),
        verb(&[Verb::Divide], Form::Gerund),
    ));
    if let Ok((rest, ())) = { divide }.parse(input) {
        return Ok((rest, Noun::Target(What::Thing(Thing::Divisions).into())));
    }
    let holding = |input| {
        alt((
            verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Base),
            verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Gerund),
            any_class(&[Class::With, Class::Requires]),
        ))
        .parse(input)
    };
    let long = |input| {
        (
            opt(alt((
                verb(&[Verb::Exceed], Form::Gerund),
                verb(&[Verb::Exceed], Form::Base),
                class(Class::Be),
                class(Class::With),
            ))),
            measure,
        )
            .parse(input)
    };
    if let Ok((rest, (exceeds, measure))) = long(input) {
        let measure = match measure.bound {
            super::quantity::Bound::Plain(count) if exceeds.is_some() => Measure {
                bound: super::quantity::Bound::MoreThan(count),
                ..measure
            },
            _ => measure,
        };
        return Ok((rest, Noun::Measured(measure)));
    }
    let mut nested = (
        opt(class(Class::Be)),
        alt((class(Class::Nested), verb(&[Verb::Nest], Form::Base))),
        depth,
    );
    if let Ok((rest, (.., bound))) = nested.parse(input) {
        return Ok((
            rest,
            Noun::Measured(Measure {
                bound,
                metric: Metric::Nesting,
            }),
        ));
    }
    // "Anything that uses INDIRECT" could be a script.
    if !names_formulas {
        return no();
    }
    let (input, ()) = holding(input)?;
    noun(input)
}

/// Takes `INDIRECT is used`, `MATCH lacks a third argument`, after `formulas in which`.
fn in_which(input: Input<'_>) -> Read<'_, Noun> {
    let (input, noun) = noun(input)?;
    let used = verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Participle);
    let stands = alt((
        (class(Class::Be), used).map(|_| ()),
        (class(Class::Be), class(Class::Present)).map(|_| ()),
        verb(&[Verb::Appear], Form::Base),
    ));
    if let Ok((rest, ())) = { stands }.parse(input) {
        return Ok((rest, noun));
    }
    let omits = (verb(&[Verb::Omit], Form::Base), need::place);
    let lacks = (class(Class::Without), need::place);
    let (rest, place) = alt((omits, lacks)).map(|((), place)| place).parse(input)?;
    let demand = noun
        .target()
        .and_then(|target| Need::Argument(place, None).of(&target));
    match demand {
        Some(demand) => Ok((rest, Noun::Broken(demand))),
        None => no(),
    }
}

/// Takes `VLOOKUP ranges`: the ranges that a function is given.
fn ranges_of(input: Input<'_>) -> Read<'_, Noun> {
    let (input, set) = functions(input)?;
    let (input, found) = thing(input)?;
    if !matches!(found, Thing::Ranges | Thing::References) {
        return no();
    }
    let what = What::Thing(found);
    let within = Some(set);
    Ok((input, Noun::Target(Target { what, within })))
}

/// Takes `unguarded divisions`.
fn unguarded(input: Input<'_>) -> Read<'_, Noun> {
    let (input, ()) = class(Class::Unguarded)(input)?;
    let (input, target) = target(input)?;
    let handlers = Requirement::Inside(set_of(&["IFERROR", "IFNA"]));
    Ok((input, Noun::Broken(Demand::Require(target, handlers))))
}

/// Takes `long formulas`, `deeply nested IFs`, `too many references`.
fn vague(input: Input<'_>) -> Read<'_, Noun> {
    let vague = any_class(&[Class::VagueLimit]);
    let (input, metric) = alt((
        (vague, any_class(&[Class::Long]), class(Class::Formula)).map(|_| Metric::Length),
        (any_class(&[Class::Long]), class(Class::Formula)).map(|_| Metric::Length),
        (vague, super::quantity::counted).map(|((), metric)| metric),
        (vague, super::quantity::metric_noun).map(|((), metric)| metric),
        (
            vague,
            any_class(&[Class::Nested]),
            opt(any_class(&[Class::Formula, Class::Call])),
        )
            .map(|_| Metric::Nesting),
    ))
    .parse(input)?;
    Ok((input, Noun::TooMuch(metric)))
}

/// Takes `approximate match in VLOOKUP`.
fn approximate(input: Input<'_>) -> Read<'_, Noun> {
    let (input, ()) = class(Class::ApproximateMatch)(input)?;
    let within = (any_class(&[Class::In, Class::With, Class::For]), functions);
    let (input, within) = opt(within).parse(input)?;
    let set = within.map_or_else(lookups, |((), set)| set);
    let demand = Demand::Require(What::Calls(set).into(), Requirement::ExactMatch);
    Ok((input, Noun::Broken(demand)))
}

/// Takes `nested IFs`, `IFs nested more than 3 deep`, `nesting`.
fn nested(input: Input<'_>) -> Read<'_, Noun> {
    let limit = |metric, at_most| Noun::Broken(Demand::Limit(metric, at_most));
    let deep = |input| {
        let nest = alt((class(Class::Nested), verb(&[Verb::Nest], Form::Participle)));
        (functions, nest, depth).parse(input)
    };
    if let Ok((rest, (set, (), bound))) = deep(input) {
        let measure = Measure {
            bound,
            metric: Metric::NestingOf(set),
        };
        return Ok((rest, Noun::Measured(measure)));
    }
    let deeper = |input| (any_class(&[Class::Nested]), functions, depth).parse(input);
    if let Ok((rest, ((), set, bound))) = deeper(input) {
        let measure = Measure {
            bound,
            metric: Metric::NestingOf(set),
        };
        return Ok((rest, Noun::Measured(measure)));
    }
    if let Ok((rest, crate::policy::lexicon::Unit::Parentheses)) = super::terminal::unit(input) {
        return Ok((rest, limit(Metric::Parentheses, 1)));
    }
    let (input, ()) = any_class(&[Class::Nested])(input)?;
    alt((
        functions.map(|set| limit(Metric::NestingOf(set), 1)),
        any_class(&[Class::Function, Class::Call, Class::Formula])
            .map(|()| limit(Metric::Nesting, 1)),
    ))
    .parse(input)
}

/// Takes `the use of IFERROR to hide errors`.
fn hiding(input: Input<'_>) -> Read<'_, Noun> {
    let (rest, (set, ())) = (functions, super::prohibited::to_hide).parse(input)?;
    Ok((rest, Noun::Target(What::MaskedErrors(set).into())))
}

/// Takes `error masking with IFERROR`.
fn masked_errors(input: Input<'_>) -> Read<'_, Noun> {
    let (input, found) = thing(input)?;
    if found != Thing::MaskedErrors {
        return no();
    }
    let with = (any_class(&[Class::With, Class::By, Class::In]), functions);
    let (input, with) = opt(with).parse(input)?;
    let set = with.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |((), set)| set);
    Ok((input, Noun::Target(What::MaskedErrors(set).into())))
}

/// Takes `URLs built from cell values`, `cell data in URLs`, `URLs that contain cell data`.
fn built_urls(input: Input<'_>) -> Read<'_, Noun> {
    let joined = alt((
        verb(&[Verb::Append, Verb::Use], Form::Participle),
        verb(&[Verb::Append, Verb::Use], Form::Base),
        verb(&[Verb::Append, Verb::Use], Form::Gerund),
        class(Class::With),
    ));
    let link = any_class(&[
        Class::From,
        Class::With,
        Class::To,
        Class::By,
        Class::Into,
        Class::In,
    ]);
    let (input, ()) = alt((
        (
            class(Class::Url),
            opt(class(Class::That)),
            opt(class(Class::Be)),
            joined,
            opt(link),
            class(Class::CellData),
        )
            .map(|_| ()),
        (
            class(Class::CellData),
            opt(verb(&[Verb::Append], Form::Participle)),
            link,
            class(Class::Url),
        )
            .map(|_| ()),
    ))
    .parse(input)?;
    Ok((input, Noun::Target(What::Thing(Thing::BuiltUrls).into())))
}

/// Takes what follows a noun and narrows it: `in VLOOKUP`, `passed to VLOOKUP`, `without exact
/// match`, `not wrapped in IFERROR`, `other than 0 and 1`.
fn followed(input: Input<'_>, noun: Noun) -> (Input<'_>, Noun) {
    let (input, noun) = match noun {
        Noun::Target(target) => narrowed(input, target),
        other => (input, other),
    };
    // An exception that does not fit the noun belongs to someone else.
    if let Noun::Target(target) = &noun
        && let Ok((rest, exception)) = exception::attached(input)
        && let Some(noun) = excepted(target, &exception)
    {
        return (rest, noun);
    }
    (input, noun)
}

fn excepted(target: &Target, exception: &Exception) -> Option<Noun> {
    let demand = exception.apply(Demand::Forbid(target.clone()))?;
    Some(match demand {
        Demand::Forbid(target) => Noun::Target(target),
        other => Noun::Broken(other),
    })
}

/// What is left, and the target with the functions that it is given to or with what it lacks.
fn narrowed(input: Input<'_>, mut target: Target) -> (Input<'_>, Noun) {
    let is_call = matches!(target.what, What::Calls(_));
    let passed = |input| {
        let used = alt((
            verb(&[Verb::Use, Verb::Specify, Verb::Append], Form::Participle),
            verb(&[Verb::Import], Form::Participle),
        ));
        let argument = (opt(class(Class::As)), opt(class(Class::Argument)));
        let to = any_class(&[Class::In, Class::To, Class::Into, Class::By, Class::For]);
        (opt(used), argument, opt(to), functions).parse(input)
    };
    // `IF inside IFERROR` narrows as well, but `VLOOKUP, IF` is a list and `VLOOKUP IF` nothing.
    if let Ok((rest, (used, (as_, _), to, set))) = passed(input)
        && (used.is_some()
            || (!is_call && (to.is_some() || as_.is_some() || names_ranges(&target))))
        && target.within.is_none()
        && set.class.as_deref() != Some("error-handling functions")
    {
        target.within = Some(set);
        // "In VLOOKUP ranges" says no more than "in VLOOKUP".
        let rest = match thing(rest) {
            Ok((after, Thing::Ranges | Thing::References)) => {
                if target.what == What::Thing(Thing::RelativeReferences) {
                    target.what = What::Thing(Thing::RelativeRanges);
                }
                after
            }
            _ => rest,
        };
        return (rest, Noun::Target(target));
    }
    if let Ok((rest, demand)) = lacking(input, &target) {
        return (rest, Noun::Broken(demand));
    }
    (input, Noun::Target(target))
}

/// Takes what a target lacks: `without exact match`, `outside IFERROR`, `that is not wrapped in
/// IFERROR`, `with approximate match`, `used without a fourth argument`.
pub(super) fn lacking<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let used = (
        opt(class(Class::That)),
        opt(class(Class::Be)),
        opt(verb(&[Verb::Use], Form::Participle)),
    );
    let approximate = class(Class::ApproximateMatch);
    let is_approximate = alt((
        (any_class(&[Class::With, Class::In]), approximate).map(|_| ()),
        (verb(&[Verb::Use], Form::Gerund), approximate).map(|_| ()),
        (verb(&[Verb::Use], Form::Base), approximate).map(|_| ()),
    ));
    let as_place = (any_class(&[Class::As, Class::For]), need::place).map(|((), place)| place);
    let wrong_value = (class(Class::With), values, as_place);
    let is = opt(any_class(&[Class::Be, Class::As, Class::To]));
    let named_value = (
        any_class(&[Class::Whose, Class::With]),
        need::place,
        is,
        values,
    );
    // "VLOOKUP with TRUE" and "VLOOKUP without FALSE" can only mean how to match.
    let is_matched = matches!(&target.what, What::Calls(set)
        if set.names.iter().all(|name| name == "VLOOKUP" || name == "HLOOKUP"));
    let truth = |input| {
        values
            .map_opt(|values| {
                let only_truth = values.iter().all(|one| matches!(one, Value::Boolean(_)));
                (only_truth && is_matched).then_some(values)
            })
            .parse(input)
    };
    let with_truth = (any_class(&[Class::With, Class::EndWith]), truth);
    let without_truth = (class(Class::Without), truth);
    let not_using = (
        class(Class::Not),
        verb(&[Verb::Specify, Verb::Use], Form::Gerund),
        need,
    );
    let lacking = alt((
        unguarded_by.map(Need::Inside),
        (class(Class::Unguarded), class(Class::By), handlers).map(|(.., set)| Need::Inside(set)),
        class(Class::Unguarded).map(|()| Need::Inside(set_of(&["IFERROR", "IFNA"]))),
        without,
        is_approximate.map(|()| Need::Exact),
        not_using.map(|(.., need)| need),
        wrong_value.map(|((), values, place)| Need::ArgumentNot(place, values)),
        named_value.map(|((), place, _, values)| Need::ArgumentNot(place, values)),
        with_truth.map(|((), values)| Need::ArgumentNot(need::Place::Last, values)),
        without_truth.map(|((), values)| Need::Argument(need::Place::Last, Some(values))),
        super::restricted::returned.map(|values| Need::ArgumentNot(need::Place::Nth(2), values)),
    ));
    let (rest, need) = alt((omits, (used, lacking).map(|(_, need)| need))).parse(input)?;
    match need.of(target) {
        Some(demand) => Ok((rest, demand)),
        None => no(),
    }
}

/// Takes `that omits its fourth argument`, `omitting the fourth argument`.
fn omits(input: Input<'_>) -> Read<'_, Need> {
    let omit = alt((
        (class(Class::That), verb(&[Verb::Omit], Form::Base)).map(|_| ()),
        verb(&[Verb::Omit], Form::Gerund),
    ));
    (omit, need::place)
        .map(|((), place)| Need::Argument(place, None))
        .parse(input)
}

/// Takes `not wrapped in IFERROR`, `outside IFERROR`, `without IFERROR`, `without being wrapped in
/// IFERROR`.
fn unguarded_by(input: Input<'_>) -> Read<'_, FunctionSet> {
    let wrapped = verb(&[Verb::Wrap, Verb::Nest], Form::Participle);
    let inside = any_class(&[Class::In, Class::By, Class::With]);
    let being = opt(verb(&[Verb::Stand, Verb::Wrap], Form::Gerund));
    let being_wrapped = (being, opt(class(Class::It)), opt(wrapped), inside);
    // "Without an enclosing IFERROR", "without using IFERROR", "without IFERROR around it"
    let enclosing = verb(&[Verb::Wrap, Verb::Use], Form::Gerund);
    let around = opt((
        class(Class::Around),
        opt(any_class(&[Class::It, Class::Them])),
    ));
    alt((
        (
            class(Class::Without),
            opt(enclosing),
            error_handlers,
            around,
        )
            .map(|((), _, set, _)| set),
        (class(Class::Not), opt(wrapped), inside, handlers).map(|(.., set)| set),
        (class(Class::Outside), handlers).map(|((), set)| set),
        (class(Class::Without), opt(being_wrapped), handlers).map(|(.., set)| set),
    ))
    .parse(input)
}

/// Takes `without exact match`, `without using a fourth argument`.
fn without(input: Input<'_>) -> Read<'_, Need> {
    let using = opt(verb(&[Verb::Wrap, Verb::Use], Form::Gerund));
    (class(Class::Without), using, need)
        .map(|(.., need)| need)
        .parse(input)
}
