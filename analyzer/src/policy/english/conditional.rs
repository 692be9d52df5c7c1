//! What must hold where something is used: `if VLOOKUP is used, exact match must be used`, `when
//! dividing, wrap the division in IFERROR`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::need::{self, Need, exact, need, wrapped};
use super::required::{absolute_or, error_handlers};
use super::target::target;
use super::terminal::{
    Input, Points, Read, actor, any_class, class, comma, mark, modal, no, thing, values, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Level, Target, Thing, What};

/// `if VLOOKUP is used, exact match must be used`, `when using VLOOKUP, set the fourth argument to
/// FALSE`, `where a formula uses VLOOKUP, it must be wrapped in IFERROR`, `if a formula divides, it
/// must be guarded with IFERROR`
///
/// "If VLOOKUP is used, exact match must be used."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,0)`.
pub(super) fn conditional(input: Input<'_>) -> Read<'_, Clause> {
    let (input, (used, needs_comma)) = condition(input)?;
    let (input, ()) = if needs_comma {
        mark(',')(input)?
    } else {
        comma(input)?
    };
    let (input, _) = opt(class(Class::Then)).parse(input)?;
    let (input, (level, need)) = alt((needed_subject, needed_order, needed_not)).parse(input)?;
    let demands = match (&need, &used.what) {
        (Need::Inside(_), _) => need.of(&used).map(|demand| vec![demand]),
        (_, What::Calls(set)) => absolute_or(&need, Some(set.clone())),
        _ => need.of(&used).map(|demand| vec![demand]),
    };
    match demands {
        Some(demands) => {
            let outcome = Outcome::Demands(demands);
            Ok((input, Clause { level, outcome }))
        }
        None => no(),
    }
}

/// Takes `if VLOOKUP is used`, `when using VLOOKUP`, `where a formula uses VLOOKUP`, `with VLOOKUP`,
/// `when dividing`; and whether a comma must follow.
fn condition(input: Input<'_>) -> Read<'_, (Target, bool)> {
    let when = any_class(&[Class::If, Class::Whenever]);
    let dividing = alt((
        verb(&[Verb::Divide], Form::Gerund),
        verb(&[Verb::Divide], Form::Base),
    ))
    .map(|()| Target::from(What::Thing(Thing::Divisions)));
    let used = verb(&[Verb::Use, Verb::Refer], Form::Participle);
    let used = alt((
        (class(Class::Be), used).map(|_| ()),
        (class(Class::Be), class(Class::Present)).map(|_| ()),
        verb(&[Verb::Appear], Form::Base),
    ));
    let using = verb(&[Verb::Use], Form::Gerund);
    let calls = verb(&[Verb::Use], Form::Base);
    let in_call = (
        any_class(&[Class::With, Class::For, Class::In, Class::On]),
        functions,
    )
        .map(|((), set)| Target::from(What::Calls(set)));
    alt((
        (when, target, used).map(|((), target, ())| (target, false)),
        (when, using, target).map(|(.., target)| (target, false)),
        (when, class(Class::There), class(Class::Be), target).map(|(.., target)| (target, false)),
        (when, actor, calls, target).map(|(.., target)| (target, false)),
        (when, opt((actor, opt(class(Class::Be)))), dividing).map(|(.., target)| (target, false)),
        (
            in_call,
            // "In VLOOKUP the fourth argument must be FALSE" has no comma.
            |input| {
                Ok((
                    input,
                    mark(',')(input).is_ok() || need::place(input).is_err(),
                ))
            },
        ),
    ))
    .parse(input)
}

/// Takes `it must use exact match`, `exact match must be used`, `the fourth argument must be FALSE`.
fn needed_subject(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let demand = |input| {
        modal
            .map_opt(|force| (force.points == Points::Demand).then_some(force.level))
            .parse(input)
    };
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    let it = |input| {
        let division = |input| match thing(input) {
            Ok((rest, Thing::Divisions)) => Ok((rest, ())),
            _ => no(),
        };
        let words = any_class(&[Class::It, Class::Following, Class::Formula, Class::Call]);
        (opt(class(Class::Following)), alt((words, division)))
            .map(|_| ())
            .parse(input)
    };
    let is_required = |input| {
        alt((
            (class(Class::Be), class(Class::Required)).map(|_| Level::Must),
            (demand, class(Class::Be), used).map(|(level, ..)| level),
        ))
        .parse(input)
    };
    let ranges = |input| match thing(input) {
        Ok((rest, Thing::Ranges | Thing::References)) => Ok((rest, ())),
        _ => no(),
    };
    let link = opt(any_class(&[Class::To, Class::As, Class::On]));
    let has = verb(&[Verb::Use, Verb::Specify], Form::Base);
    alt((
        (ranges, demand, class(Class::Be), need::absolute)
            .map(|((), level, ..)| (level, Need::Absolute)),
        (it, demand, class(Class::Be), wrapped)
            .map(|((), level, (), set)| (level, Need::Inside(set))),
        (it, demand, has, need).map(|((), level, (), need)| (level, need)),
        (it, demand, class(Class::Be), need).map(|((), level, (), need)| (level, need)),
        (exact, is_required).map(|((), level)| (level, Need::Exact)),
        (error_handlers, is_required).map(|(set, level)| (level, Need::Inside(set))),
        (
            need::place,
            demand,
            class(Class::Be),
            opt(used),
            link,
            values,
        )
            .map(|(place, level, .., values)| (level, Need::Argument(place, Some(values)))),
        (need::place, demand, has, values)
            .map(|(place, level, (), values)| (level, Need::Argument(place, Some(values)))),
        (need::place, is_required).map(|(place, level)| (level, Need::Argument(place, None))),
    ))
    .parse(input)
}

/// Takes `the fourth argument must not be TRUE`, `the fourth argument must not be omitted`.
fn needed_not(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let forbid = modal.map_opt(|force| (force.points == Points::Forbid).then_some(force.level));
    let omitted = alt((
        verb(&[Verb::Omit], Form::Participle),
        any_class(&[Class::Absent, Class::LeftEmpty]),
    ));
    let wrong = values.map(Some);
    let (rest, (place, level, (), value)) = (
        need::place,
        forbid,
        class(Class::Be),
        alt((wrong, omitted.map(|()| None))),
    )
        .parse(input)?;
    let need = match value {
        Some(values) => Need::ArgumentNot(place, values),
        None => Need::Argument(place, None),
    };
    Ok((rest, (level, need)))
}

/// Takes `use exact match`, `set the fourth argument to FALSE`, `wrap it in IFERROR`, `do not omit
/// the fourth argument`.
fn needed_order(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let specify = verb(&[Verb::Specify, Verb::Use, Verb::Make], Form::Base);
    let to = any_class(&[Class::To, Class::As]);
    let (input, _) = opt((actor, modal))
        .parse(input)
        .and_then(|(rest, said)| match said {
            Some(((), force)) if force.points != Points::Demand => no(),
            other => Ok((rest, other)),
        })?;
    let omit = verb(&[Verb::Omit], Form::Base);
    // "Wrap the division in IFERROR" names once more what it is about.
    let division = |input| match thing(input) {
        Ok((rest, Thing::Divisions)) => Ok((rest, ())),
        _ => no(),
    };
    let it = |input| {
        let words = any_class(&[Class::It, Class::Formula, Class::Call, Class::Following]);
        let one = |input| opt(alt((division, words))).parse(input);
        (one, one).map(|_| ()).parse(input)
    };
    let around_it = (class(Class::Around), it);
    let sure = opt((class(Class::Ensure), class(Class::It)));
    alt((
        (
            verb(&[Verb::Specify, Verb::Use, Verb::Wrap], Form::Base),
            error_handlers,
            around_it,
        )
            .map(|((), set, _)| (Level::Must, Need::Inside(set))),
        // "Set it to exact match", "make sure it uses exact match"
        (specify, class(Class::It), opt(to), need).map(|(.., need)| (Level::Must, need)),
        (sure, verb(&[Verb::Use, Verb::Specify], Form::Base), exact)
            .map(|_| (Level::Must, Need::Exact)),
        (specify, need::place, opt(to), values)
            .map(|((), place, _, values)| (Level::Must, Need::Argument(place, Some(values)))),
        (specify, need).map(|((), need)| (Level::Must, need)),
        (specify, error_handlers).map(|((), set)| (Level::Must, Need::Inside(set))),
        (verb(&[Verb::Wrap], Form::Base), it, wrapped)
            .map(|(.., set)| (Level::Must, Need::Inside(set))),
        (any_class(&[Class::DoNot, Class::Not]), omit, need::place)
            .map(|((), (), place)| (Level::Must, Need::Argument(place, None))),
    ))
    .parse(input)
}
