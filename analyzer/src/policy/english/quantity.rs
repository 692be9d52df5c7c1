//! Limits: what is counted, and how many there may be.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::terminal::{Input, Read, any_class, class, count, function_item, no, thing, unit, verb};
use crate::policy::lexicon::{Class, Form, Unit, Verb};
use crate::policy::rule::{Demand, Metric, Thing};

/// How a quantity is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// `more than 3`
    MoreThan(u32),
    /// `at least 3`, `3 or more`
    AtLeast(u32),
    /// `at most 3`, `3 or fewer`
    AtMost(u32),
    /// `fewer than 3`
    LessThan(u32),
    /// `3`
    Plain(u32),
}

impl Bound {
    /// The most that may be there if what is bounded like this is forbidden.
    pub(super) fn forbidden(self) -> Option<u32> {
        match self {
            Self::MoreThan(count) => Some(count),
            Self::AtLeast(count) => count.checked_sub(1),
            Self::AtMost(_) | Self::LessThan(_) | Self::Plain(_) => None,
        }
    }

    /// The most that may be there if it must be bounded like this.
    pub(super) fn required(self) -> Option<u32> {
        match self {
            Self::AtMost(count) => Some(count),
            Self::LessThan(count) => count.checked_sub(1),
            Self::MoreThan(_) | Self::AtLeast(_) | Self::Plain(_) => None,
        }
    }

    /// The most that may be there if the number, however bounded, is a limit.
    pub(super) fn limit(self) -> Option<u32> {
        match self {
            Self::Plain(count) | Self::MoreThan(count) => Some(count),
            other => other.required(),
        }
    }
}

/// Takes a bound before its number: `more than 3`, `3 or more`, `at most 3`.
pub(super) fn bound(input: Input<'_>) -> Read<'_, Bound> {
    let over = any_class(&[Class::MoreThan, Class::Longer, Class::Deeper]);
    let under = any_class(&[Class::LessThan, Class::Shorter]);
    alt((
        (over, count).map(|((), count)| Bound::MoreThan(count)),
        (class(Class::AtMost), count).map(|((), count)| Bound::AtMost(count)),
        (class(Class::AtLeast), count).map(|((), count)| Bound::AtLeast(count)),
        (under, count).map(|((), count)| Bound::LessThan(count)),
        (count, class(Class::OrMore)).map(|(count, ())| Bound::AtLeast(count)),
        (count, class(Class::OrLess)).map(|(count, ())| Bound::AtMost(count)),
        count.map(Bound::Plain),
    ))
    .parse(input)
}

/// A quantity with what it counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    pub(super) bound: Bound,
    pub(super) metric: Metric,
}

impl Measure {
    pub(super) fn forbidden(self) -> Option<Demand> {
        Some(Demand::Limit(self.metric, self.bound.forbidden()?))
    }

    pub(super) fn required(self) -> Option<Demand> {
        Some(Demand::Limit(self.metric, self.bound.required()?))
    }

    pub(super) fn limit(self) -> Option<Demand> {
        Some(Demand::Limit(self.metric, self.bound.limit()?))
    }
}

/// Takes a bound and what it counts: `more than 3 nested IFs`, `at most 100 characters long`,
/// `5 arguments or fewer`.
pub(super) fn measure(input: Input<'_>) -> Read<'_, Measure> {
    let (input, bound) = bound(input)?;
    let (input, metric) = counted(input)?;
    let (input, ()) = opt(any_class(&[Class::Long, Class::Deep]))
        .map(|_| ())
        .parse(input)?;
    let (input, bound) = postponed(bound, input);
    Ok((input, Measure { bound, metric }))
}

/// A bound that stands after what it counts: `5 arguments or fewer`.
fn postponed(bound: Bound, input: Input<'_>) -> (Input<'_>, Bound) {
    match bound {
        Bound::Plain(count) => {
            if let Ok((rest, ())) = class(Class::OrMore)(input) {
                (rest, Bound::AtLeast(count))
            } else if let Ok((rest, ())) = class(Class::OrLess)(input) {
                (rest, Bound::AtMost(count))
            } else {
                (input, bound)
            }
        }
        _ => (input, bound),
    }
}

/// Takes what is counted: `nested IFs`, `levels of nested IFs`, `function calls`, `IFs`.
pub(super) fn counted(input: Input<'_>) -> Read<'_, Metric> {
    alt((
        nested_calls,
        (unit, functions, any_class(&[Class::Nested, Class::Depth]))
            .map_opt(|(unit, set, ())| (unit == Unit::Nesting).then_some(Metric::NestingOf(set))),
        (unit, opt(class(Class::In)), functions).map_opt(|(unit, _, set)| match unit {
            Unit::Arguments => Some(Metric::Arguments(Some(set))),
            Unit::Calls => Some(Metric::CallsOf(set)),
            Unit::Nesting => Some(Metric::NestingOf(set)),
            _ => None,
        }),
        (function_item, unit).map_opt(|(set, unit)| match unit {
            Unit::Arguments => Some(Metric::Arguments(Some(set))),
            Unit::Nesting => Some(Metric::NestingOf(set)),
            Unit::Calls => Some(Metric::CallsOf(set)),
            _ => None,
        }),
        (unit, opt(unit)).map_opt(|(first, second)| metric(first, second)),
        (class(Class::Usage), functions).map(|((), set)| Metric::CallsOf(set)),
        functions.map(Metric::CallsOf),
        thing.map_opt(|thing| {
            Thing::COUNTED
                .contains(&thing)
                .then_some(Metric::OperatorsOf(thing))
        }),
    ))
    .parse(input)
}

/// Takes `nested IFs`, `levels of nested IF statements`, `nested levels of IF`.
fn nested_calls(input: Input<'_>) -> Read<'_, Metric> {
    let levels = |input| opt(unit).parse(input);
    let (input, _) = levels(input)?;
    let (input, ()) = any_class(&[Class::Nested])(input)?;
    let (input, _) = levels(input)?;
    let (input, set) = functions(input)?;
    Ok((input, Metric::NestingOf(set)))
}

/// The metric of a unit; a second unit after it only repeats it: `calls deep`.
fn metric(first: Unit, second: Option<Unit>) -> Option<Metric> {
    let metric = match first {
        Unit::Length => Metric::Length,
        Unit::Calls if second == Some(Unit::Nesting) => Metric::Nesting,
        Unit::Calls => Metric::Calls,
        Unit::References => Metric::References,
        Unit::Operators => Metric::Operators,
        Unit::Arguments => Metric::Arguments(None),
        Unit::Nesting => Metric::Nesting,
        Unit::IfNesting => Metric::NestingOf(crate::policy::rule::FunctionSet {
            class: None,
            names: vec!["IF".to_owned()],
        }),
        Unit::Lines => Metric::Lines,
        Unit::Numbers => Metric::Numbers,
        Unit::DistinctReferences => Metric::DistinctReferences,
        Unit::DistinctCalls => Metric::DistinctCalls,
        Unit::Parentheses => Metric::Parentheses,
    };
    let fits = second.is_none_or(|second| second == Unit::Nesting || second == first);
    fits.then_some(metric)
}

/// Takes `passed to a function`, after what is counted.
fn given_to(input: Input<'_>) -> Read<'_, ()> {
    (
        verb(&[Verb::Use, Verb::Specify, Verb::Append], Form::Participle),
        any_class(&[Class::To, Class::In, Class::By, Class::Into]),
        any_class(&[Class::Function, Class::Call]),
    )
        .map(|_| ())
        .parse(input)
}

/// Takes `to a depth of three levels`, `up to a depth of three`.
fn to_depth(input: Input<'_>) -> Read<'_, Bound> {
    let (input, before) = alt((
        class(Class::AtMost).map(|()| Bound::AtMost as fn(u32) -> Bound),
        any_class(&[Class::MoreThan, Class::Deeper, Class::Longer])
            .map(|()| Bound::MoreThan as fn(u32) -> Bound),
        any_class(&[Class::To, Class::With]).map(|()| Bound::Plain as fn(u32) -> Bound),
    ))
    .parse(input)?;
    let (input, ()) = class(Class::Depth)(input)?;
    let (input, count) = count(input)?;
    let (input, _) = opt(unit).parse(input)?;
    Ok((input, before(count)))
}

/// Takes how deep something is nested: `more than 3 levels deep`, `at most 3 deep`, `deeper than
/// 3 levels`, `over 3 times`. The unit may be missing.
pub(super) fn depth(input: Input<'_>) -> Read<'_, Bound> {
    if let Ok((rest, bound)) = to_depth(input) {
        return Ok(postponed(bound, rest));
    }
    let (input, bound) = bound(input)?;
    // "Nested more than three times"
    if let Ok((rest, ())) = class(Class::Times)(input) {
        return Ok((rest, bound));
    }
    let (input, unit) = opt(unit).parse(input)?;
    if unit.is_some_and(|unit| !matches!(unit, Unit::Nesting | Unit::Calls)) {
        return no();
    }
    let (input, _) = opt(any_class(&[Class::Deep])).parse(input)?;
    let (input, bound) = postponed(bound, input);
    Ok((input, bound))
}

/// Takes a metric as a noun: `nesting depth`, `the length of a formula`, `the number of function
/// calls`, `IF nesting`, `the depth of nested IFs`.
pub(super) fn metric_noun(input: Input<'_>) -> Read<'_, Metric> {
    let formula = |input| {
        let place = any_class(&[Class::Formula, Class::Model, Class::Calculation]);
        opt((opt(any_class(&[Class::In, Class::For])), place))
            .map(|_| ())
            .parse(input)
    };
    let (input, _) = opt(class(Class::Maximum)).parse(input)?;
    let (input, ()) = opt(any_class(&[Class::Formula])).map(|_| ()).parse(input)?;
    let (input, metric) = alt((
        (class(Class::NumberOf), counted, opt(given_to)).map(|((), metric, _)| metric),
        (class(Class::Length), formula).map(|_| Metric::Length),
        (
            class(Class::Depth),
            opt(any_class(&[Class::Nested])),
            opt(class(Class::In)),
            functions,
        )
            .map(|(.., set)| Metric::NestingOf(set)),
        (functions, any_class(&[Class::Depth, Class::Nested]))
            .map(|(set, ())| Metric::NestingOf(set)),
        (
            class(Class::Depth),
            opt(any_class(&[Class::Call, Class::Function])),
            formula,
        )
            .map(|_| Metric::Nesting),
        (verb(&[Verb::Nest], Form::Gerund), functions).map(|((), set)| Metric::NestingOf(set)),
        (class(Class::Nested), functions).map(|((), set)| Metric::NestingOf(set)),
    ))
    .parse(input)?;
    Ok((input, metric))
}
