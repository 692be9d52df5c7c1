//! Some of a set, and how often: `of the import functions, only IMPORTRANGE may be used`, `VLOOKUP
//! may be used provided that it uses exact match`, `INDIRECT may be used at most twice`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::exception::condition;
use super::functions::functions;
use super::predicate::{demanding, turned, verdict};
use super::quantity::{Bound, bound};
use super::required::absolute_or;
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, comma, function_item, mark, modal, no,
    verb,
};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Metric, What};

/// Takes what a sentence says of a part of a set, under a condition, or of how often.
pub(super) fn of_functions(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if let Ok(found) = often(input, nobody) {
        return Ok(found);
    }
    if nobody {
        return no();
    }
    alt((
        only_some,
        is_the_only,
        the_only,
        the_only_forbidden,
        provided,
    ))
    .parse(input)
}

/// The functions of the set that are not of the part; `None` if the part is not one of the set, or
/// is all of it.
fn others(mut set: FunctionSet, part: &FunctionSet) -> Option<Vec<Demand>> {
    let is_part = part.names.iter().all(|name| set.names.contains(name));
    set.names.retain(|name| !part.names.contains(name));
    let left = is_part && !set.names.is_empty();
    left.then(|| vec![Demand::Forbid(What::Calls(set).into())])
}

/// Takes `may be used`, `is allowed`.
fn allowed(input: Input<'_>) -> Read<'_, Force> {
    verdict(input, false).and_then(|(rest, force)| match force.points {
        Points::Permit => Ok((rest, force)),
        _ => no(),
    })
}

/// Takes a set that the vocabulary names.
fn named_set(input: Input<'_>) -> Read<'_, FunctionSet> {
    function_item
        .map_opt(|set| set.class.is_some().then_some(set))
        .parse(input)
}

/// `of the import functions, only IMPORTRANGE may be used`
///
/// "Of the import functions, only IMPORTRANGE may be used."
/// flags `=IMPORTDATA(A1)`, not `=IMPORTRANGE(A1,B1)`.
fn only_some(input: Input<'_>) -> Read<'_, Clause> {
    let among = opt(any_class(&[Class::For, Class::In, Class::From]));
    let (rest, (_, set, (), (), part, force)) = (
        among,
        functions,
        mark(','),
        class(Class::Only),
        functions,
        allowed,
    )
        .parse(input)?;
    demanding(rest, force.level, others(set, &part))
}

/// `TODAY is the only volatile function that may be used`
///
/// "TODAY is the only volatile function that may be used." flags `=NOW()`, not `=TODAY()`.
fn is_the_only(input: Input<'_>) -> Read<'_, Clause> {
    let (rest, (part, (), (), set, ())) = (
        functions,
        class(Class::Be),
        class(Class::Only),
        named_set,
        usable,
    )
        .parse(input)?;
    demanding(rest, Level::Must, others(set, &part))
}

/// Takes `allowed`, `that may be used`, `that is allowed`, `we accept`.
fn usable(input: Input<'_>) -> Read<'_, ()> {
    let that = |input| opt(class(Class::That)).parse(input);
    let who = any_class(&[Class::Person, Class::It, Class::Authority]);
    let may = (who, any_class(&[Class::May, Class::Can]));
    alt((
        (that, allowed).map(|_| ()),
        class(Class::Allowed),
        (that, who, class(Class::Permits)).map(|_| ()),
        (that, may, verb(&[Verb::Use], Form::Base)).map(|_| ()),
    ))
    .parse(input)
}

/// `the only volatile function allowed is TODAY`
///
/// "The only volatile function allowed is TODAY." flags `=NOW()`, not `=TODAY()`.
fn the_only(input: Input<'_>) -> Read<'_, Clause> {
    let only = class(Class::Only);
    let is = alt((class(Class::Be), mark(':')));
    let before = (only, class(Class::Allowed), named_set).map(|(.., set)| set);
    let after = (only, named_set, usable).map(|((), set, ())| set);
    let (rest, (set, (), part)) = (alt((before, after)), is, functions).parse(input)?;
    demanding(rest, Level::Must, others(set, &part))
}

/// `the only lookup function that may not be used is HLOOKUP`
///
/// "The only lookup function that may not be used is HLOOKUP."
/// flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=VLOOKUP(A1,B1:C9,2,0)`.
fn the_only_forbidden(input: Input<'_>) -> Read<'_, Clause> {
    let kind = alt((named_set.map(Some), class(Class::Function).map(|()| None)));
    let banned = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Forbid => Ok((rest, force.level)),
            _ => no(),
        })
    };
    let plainly = class(Class::Forbidden).map(|()| Level::Must);
    let (rest, ((), set, _, level, (), part)) = (
        class(Class::Only),
        kind,
        opt(class(Class::That)),
        alt((banned, plainly)),
        class(Class::Be),
        functions,
    )
        .parse(input)?;
    let is_part = set.is_none_or(|set| part.names.iter().all(|name| set.names.contains(name)));
    let demand = Demand::Forbid(What::Calls(part).into());
    demanding(rest, level, is_part.then(|| vec![demand]))
}

/// `VLOOKUP may be used, provided that it uses exact match`
///
/// "You may use VLOOKUP, provided that it uses exact match."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,0)`.
fn provided(input: Input<'_>) -> Read<'_, Clause> {
    let by_actor = (
        actor,
        class(Class::May),
        verb(&[Verb::Use], Form::Base),
        functions,
    )
        .map(|(.., set)| set);
    let judged = (functions, allowed).map(|(set, _)| set);
    let (rest, (set, (), (), need)) = (
        alt((by_actor, judged)),
        comma,
        class(Class::Provided),
        condition,
    )
        .parse(input)?;
    demanding(rest, Level::Must, absolute_or(&need, Some(set)))
}

/// Takes `at most twice`, `more than three times`, at the end.
fn times(input: Input<'_>) -> Read<'_, Bound> {
    let (rest, (bound, _)) = (bound, opt(class(Class::Times))).parse(input)?;
    if rest.is_empty() {
        Ok((rest, bound))
    } else {
        no()
    }
}

/// `INDIRECT may be used at most twice`, `no formula may call INDIRECT more than twice`
///
/// "INDIRECT must not be used more than twice in a formula."
/// flags `=INDIRECT(A1)&INDIRECT(A2)&INDIRECT(A3)`, not `=INDIRECT(A1)`.
fn often(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let used = alt((
        (class(Class::Be), verb(&[Verb::Use], Form::Participle)).map(|_| ()),
        verb(&[Verb::Appear, Verb::Stand], Form::Base),
    ));
    let stated = (functions, modal, used, times).map(|(set, force, (), bound)| (set, force, bound));
    let by_actor = (
        actor,
        modal,
        verb(&[Verb::Use], Form::Base),
        functions,
        times,
    )
        .map(|((), force, (), set, bound)| (set, force, bound));
    let not = any_class(&[Class::DoNot, Class::Not]);
    let must = |points| Force::new(Level::Must, points);
    let ordered = (opt(not), verb(&[Verb::Use], Form::Base), functions, times).map(
        move |(not, (), set, bound)| {
            let points = not.map_or(Points::Demand, |()| Points::Forbid);
            (set, must(points), bound)
        },
    );
    let (rest, (set, force, bound)) = alt((stated, by_actor, ordered)).parse(input)?;
    let Some(force) = turned(force, nobody).filter(|force| !force.able) else {
        return no();
    };
    let at_most = match force.points {
        Points::Forbid => bound.forbidden(),
        Points::Demand | Points::Permit => bound.required(),
    };
    let demand = at_most.map(|at_most| vec![Demand::Limit(Metric::CallsOf(set), at_most)]);
    demanding(rest, force.level, demand)
}
