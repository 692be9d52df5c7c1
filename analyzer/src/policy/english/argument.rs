//! Sentences about an argument: `the fourth argument of VLOOKUP is mandatory`, `the match type of
//! MATCH must be 0`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::need::{self, Need, Place};
use super::predicate::demanding;
use super::terminal::{Input, Points, Read, any_class, class, modal, no, thing, values, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Level, Thing};

/// `the fourth argument of VLOOKUP is mandatory`, `the match type of MATCH must be 0`, `VLOOKUP's
/// last argument must not be omitted`
///
/// "The third argument of IF is mandatory." flags `=IF(A1,B1)`, not `=IF(A1,B1,C1)`.
pub(super) fn of_argument(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, (place, set)) = need::argument(input)?;
    let (rest, (level, need)) = asked(input, place)?;
    let demands = need.of_functions(set).filter(|_| !nobody);
    demanding(rest, level, demands)
}

/// Takes what is asked of the argument: that it is given, or what it is.
fn asked(input: Input<'_>, place: Place) -> Read<'_, (Level, Need)> {
    if let Ok((rest, _)) = (class(Class::Be), class(Class::Required)).parse(input) {
        return Ok((rest, (Level::Must, Need::Argument(place, None))));
    }
    let (input, force) = modal(input)?;
    let value = (is, values).parse(input);
    let (rest, need) = match (force.points, value) {
        (Points::Permit, _) => return no(),
        (Points::Demand, Ok((rest, ((), wanted)))) => (rest, Need::Argument(place, Some(wanted))),
        (Points::Forbid, Ok((rest, ((), refused)))) => (rest, Need::ArgumentNot(place, refused)),
        (Points::Demand, Err(_)) => (given(input)?.0, Need::Argument(place, None)),
        (Points::Forbid, Err(_)) => match constant(input) {
            Ok((rest, ())) => (rest, Need::NotConstant(place)),
            Err(_) => (missing(input)?.0, Need::Argument(place, None)),
        },
    };
    Ok((rest, (force.level, need)))
}

/// Takes `be`, `be set to`, `equal`, before a value.
fn is(input: Input<'_>) -> Read<'_, ()> {
    let set = opt(verb(&[Verb::Specify, Verb::Leave], Form::Participle));
    let to = opt(any_class(&[Class::To, Class::As, Class::At]));
    alt((
        (class(Class::Be), set, to).map(|_| ()),
        verb(&[Verb::Specify, Verb::Refer], Form::Base),
    ))
    .parse(input)
}

/// Takes `be given`, `be present`.
fn given(input: Input<'_>) -> Read<'_, ()> {
    let given = alt((
        verb(&[Verb::Specify, Verb::Use], Form::Participle),
        any_class(&[Class::Required, Class::Present]),
    ));
    alt((
        (class(Class::Be), given).map(|_| ()),
        verb(&[Verb::Appear], Form::Base),
    ))
    .parse(input)
}

/// Takes `be hard-coded`, `be a constant`.
fn constant(input: Input<'_>) -> Read<'_, ()> {
    let numbers = |input| match thing(input) {
        Ok((rest, Thing::Numbers)) => Ok((rest, ())),
        _ => no(),
    };
    let as_one = opt((class(Class::As), numbers));
    let typed = alt((
        (verb(&[Verb::HardCode], Form::Participle), as_one).map(|_| ()),
        numbers,
    ));
    (class(Class::Be), typed).map(|_| ()).parse(input)
}

/// Takes `be omitted`, `be left empty`, `be missing`.
fn missing(input: Input<'_>) -> Read<'_, ()> {
    let omitted = verb(&[Verb::Omit, Verb::Leave], Form::Participle);
    let empty = any_class(&[Class::Absent, Class::LeftEmpty]);
    let left = alt(((omitted, opt(class(Class::LeftEmpty))).map(|_| ()), empty));
    (class(Class::Be), left).map(|_| ()).parse(input)
}
