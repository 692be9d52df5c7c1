//! Sentences about what can be counted: `nesting must not exceed 3 levels`, `at most 5 function
//! calls are allowed`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::predicate::{demanding, turned, verdict};
use super::quantity::{Bound, Measure, bound, counted, measure, metric_noun};
use super::required::same_scale;
use super::terminal::{Force, Input, Points, Read, any_class, class, count, mark, modal, no, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, Level, Metric};

/// `nesting must not exceed 3 levels`, `the length of a formula is limited to 100 characters`, `the
/// maximum nesting depth is 3`
///
/// "The length of a formula must not exceed 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
pub(super) fn of_metric(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let is_maximum = class(Class::Maximum)(input).is_ok();
    let (input, metric) = metric_noun(input)?;
    let (input, _) = opt(permitted).parse(input)?;
    let named = |input| {
        let demand = modal.map_opt(|force| (force.points == Points::Demand).then_some(force.level));
        let is = opt(alt((mark(':'), class(Class::Be))));
        (opt(demand), is, bound)
            .map_opt(|(level, _, bound)| Some((level.unwrap_or(Level::Must), bound.limit()?)))
            .parse(input)
    };
    let labelled = |input| {
        let sign = alt((mark(':'), mark('-')));
        let limit = (sign, bound).map_opt(|((), bound)| match bound {
            Bound::MoreThan(_) => None,
            bound => bound.limit(),
        });
        limit.map(|at_most| (Level::Must, at_most)).parse(input)
    };
    let (rest, (level, at_most)) = if is_maximum && let Ok(found) = named(input) {
        found
    } else if let Ok(found) = labelled(input) {
        found
    } else {
        alt((limited, is_at_most, must_be_at_most)).parse(input)?
    };
    let (rest, unit) = opt(counted).parse(rest)?;
    let (rest, _) = opt(any_class(&[Class::Long, Class::Deep, Class::OrLess])).parse(rest)?;
    let agrees = unit.is_none_or(|unit| same_scale(&metric, &unit));
    let demands = (agrees && !nobody).then(|| vec![Demand::Limit(metric, at_most)]);
    demanding(rest, level, demands)
}

/// Takes `allowed`, `we accept`, `that a formula may contain`: that a maximum is one of what may be.
fn permitted(input: Input<'_>) -> Read<'_, ()> {
    let who = any_class(&[
        Class::Person,
        Class::It,
        Class::Authority,
        Class::Formula,
        Class::Model,
    ]);
    let may = modal.map_opt(|force| (force.points == Points::Permit).then_some(()));
    let verbs: &[Verb] = &[Verb::Use, Verb::Refer, Verb::Specify];
    let does = alt((verb(verbs, Form::Base), class(Class::Be)));
    let used = opt(verb(verbs, Form::Participle));
    let that = |input| opt(class(Class::That)).parse(input);
    alt((
        class(Class::Allowed),
        (that, class(Class::Be), class(Class::Allowed)).map(|_| ()),
        (that, who, class(Class::Permits)).map(|_| ()),
        (that, opt(who), may, does, used).map(|_| ()),
    ))
    .parse(input)
}

/// `the longest formula we accept has 100 characters`: a longest one that just happens to be there
/// limits nothing.
///
/// "The longest formula we accept has 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
fn longest_allowed(input: Input<'_>) -> Read<'_, Clause> {
    let formula = class(Class::Formula);
    let plain = (opt(class(Class::Allowed)), formula);
    let may_have = |input| {
        let may = modal.map_opt(|force| (force.points == Points::Permit).then_some(()));
        let has = alt((
            class(Class::Be),
            class(Class::Have),
            verb(&[Verb::Use, Verb::Specify, Verb::Fit], Form::Base),
        ));
        (may, has).map(|_| ()).parse(input)
    };
    let has = |input| {
        alt((
            class(Class::Be),
            class(Class::Have),
            verb(&[Verb::Use, Verb::Specify, Verb::Fit], Form::Base),
        ))
        .parse(input)
    };
    let longest = any_class(&[Class::Longest, Class::Maximum]);
    let (rest, measure) = alt((
        (longest, plain, permitted, has, measure).map(|(.., measure)| measure),
        (longest, class(Class::Allowed), formula, has, measure).map(|(.., measure)| measure),
        (class(Class::Maximum), formula, has, measure).map(|(.., measure)| measure),
        (longest, formula, may_have, measure).map(|(.., measure)| measure),
    ))
    .parse(input)?;
    demanding(
        rest,
        Level::Must,
        measure.limit().map(|demand| vec![demand]),
    )
}

/// `three is the maximum number of IFs`
///
/// "Two is the maximum number of function calls." flags `=ABS(SUM(MAX(A1)))`, not `=ABS(SUM(A1))`.
fn count_is_maximum(input: Input<'_>) -> Read<'_, Clause> {
    let (maximum, (at_most, ())) = (count, class(Class::Be)).parse(input)?;
    // "The largest number of IFs in the model" limits nothing.
    let (rest, metric) = alt((
        (class(Class::Longest), metric_noun, permitted).map(|((), metric, ())| metric),
        |input| {
            class(Class::Maximum)(input)?;
            (metric_noun, opt(permitted))
                .map(|(metric, _)| metric)
                .parse(input)
        },
    ))
    .parse(maximum)?;
    demanding(
        rest,
        Level::Must,
        Some(vec![Demand::Limit(metric, at_most)]),
    )
}

/// Takes `is limited to 3`, `must be capped at 3`.
fn limited(input: Input<'_>) -> Read<'_, (Level, u32)> {
    let by = opt(any_class(&[Class::To, Class::At, Class::By]));
    let limited = verb(&[Verb::Limit], Form::Participle);
    (opt(modal), class(Class::Be), limited, by, bound)
        .map_opt(|(said, .., bound)| match said {
            Some(force) if force.points == Points::Forbid => None,
            Some(force) => Some((force.level, bound.limit()?)),
            None => Some((Level::Must, bound.limit()?)),
        })
        .parse(input)
}

/// Takes `is at most 3`, `is 3`.
fn is_at_most(input: Input<'_>) -> Read<'_, (Level, u32)> {
    (any_class(&[Class::Be, Class::Have]), bound)
        .map_opt(|((), bound)| match bound {
            Bound::MoreThan(_) => None,
            bound => Some((Level::Must, bound.limit()?)),
        })
        .parse(input)
}

/// Takes `must not exceed 3`, `must be at most 3`, `should stay below 100`.
fn must_be_at_most(input: Input<'_>) -> Read<'_, (Level, u32)> {
    let (input, force) = modal(input)?;
    let exceeds = (
        verb(&[Verb::Exceed], Form::Base),
        opt(class(Class::To)),
        bound,
    );
    let exceeds = exceeds.map_opt(|((), _, bound)| match bound {
        Bound::Plain(count) => Some(count),
        other => other.forbidden(),
    });
    let stays = |input| {
        alt((
            class(Class::Be),
            verb(
                &[Verb::Exceed, Verb::Stand, Verb::Use, Verb::Limit],
                Form::Base,
            ),
        ))
        .parse(input)
    };
    let (rest, at_most) = match force.points {
        Points::Forbid => {
            let stays = (stays, bound).map_opt(|((), bound)| bound.forbidden());
            alt((exceeds, stays)).parse(input)?
        }
        Points::Demand | Points::Permit => {
            let plain =
                (stays, bound).map_opt(|((), bound)| bound.required().filter(|_| !force.able));
            // "Must be 80 characters or less": the unit is taken by who asked.
            let or_less = |input| {
                let (rest, ((), at_most)) = (stays, count).parse(input)?;
                (opt(counted), class(Class::OrLess)).parse(rest)?;
                Ok((rest, at_most))
            };
            // "Has to stay within three levels"
            let within = (class(Class::StickTo), bound).map_opt(|((), bound)| match bound {
                Bound::Plain(count) => Some(count),
                bound => bound.required(),
            });
            alt((plain, or_less, within)).parse(input)?
        }
    };
    Ok((rest, (force.level, at_most)))
}

/// `at most 5 function calls are allowed`, `no more than 3 IFs may be nested`, `more than 5
/// references are forbidden`, `a maximum of 3 levels of nesting`, `3 levels is the maximum`
///
/// "At most 2 function calls are allowed." flags `=ABS(SUM(MAX(A1)))`, not `=ABS(SUM(A1))`.
pub(super) fn of_quantity(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if !nobody && let Ok(found) = alt((longest_allowed, count_is_maximum)).parse(input) {
        return Ok(found);
    }
    let (input, mut measure) = measure(input)?;
    let nested = verb(&[Verb::Nest], Form::Participle);
    let nested = alt((
        (class(Class::Be), nested).map(|_| ()),
        verb(&[Verb::Nest], Form::Base),
    ));
    if let Ok((rest, (force, ()))) = (modal, nested).parse(input) {
        if let Metric::CallsOf(set) = measure.metric {
            measure.metric = Metric::NestingOf(set);
        }
        return judged(rest, measure, turned(force, nobody));
    }
    if let Ok((rest, force)) = verdict(input, nobody) {
        return judged(rest, measure, Some(force));
    }
    if nobody {
        return no();
    }
    // "More than 3 levels of nesting is too many."
    if let Ok((rest, _)) = (class(Class::Be), class(Class::TooMany)).parse(input) {
        let force = Force::new(Level::Must, Points::Forbid);
        return judged(rest, measure, Some(force));
    }
    if let Ok((rest, metric)) = is_maximum(input) {
        let agrees = metric.is_none_or(|metric| same_scale(&metric, &measure.metric));
        let demand = measure.limit().filter(|_| agrees);
        return demanding(rest, Level::Must, demand.map(|demand| vec![demand]));
    }
    // Without a verb: "No more than 5 references in a formula."
    let permit = Force::new(Level::Must, Points::Permit);
    judged(input, measure, input.is_empty().then_some(permit))
}

/// Takes `is the maximum`, `is the maximum length of a formula`.
fn is_maximum(input: Input<'_>) -> Read<'_, Option<Metric>> {
    let (input, ()) = class(Class::Be)(input)?;
    let (after, ()) = any_class(&[Class::Maximum, Class::AtMost])(input)?;
    if let Ok((rest, metric)) = metric_noun(input) {
        return Ok((rest, Some(metric)));
    }
    // "The limit for a formula", "the most a formula may have"
    let formula = (
        opt(any_class(&[Class::For, Class::On])),
        class(Class::Formula),
    );
    let (rest, _) = opt(alt((permitted, formula.map(|_| ())))).parse(after)?;
    Ok((rest, None))
}

/// The limit that a quantity sets by being allowed or forbidden.
fn judged(rest: Input<'_>, measure: Measure, force: Option<Force>) -> Read<'_, Clause> {
    let Some(force) = force.filter(|force| !force.able) else {
        return no();
    };
    let demand = match force.points {
        Points::Forbid => measure.forbidden(),
        Points::Demand | Points::Permit => measure.required(),
    };
    demanding(rest, force.level, demand.map(|demand| vec![demand]))
}
