//! Orders, and sentences whose subject is no part of a formula: `do not use INDIRECT`, `avoid
//! nested IFs`, `it is forbidden to hard-code numbers`, `forbidden functions: INDIRECT, OFFSET`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::need::{self, Need, exact, need, wrapped};
use super::noun::{Noun, nouns};
use super::predicate::{avoided_object, verdict};
use super::prohibited::{forbidden, prohibited};
use super::required::{absolute_or, required};
use super::terminal::{
    Input, Points, Read, actor, any_class, class, comma, mark, modal, no, thing, values, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{FunctionSet, Level, Thing, What};

/// Takes an order.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    alt((
        conditional,
        do_not,
        avoid,
        ban,
        it_is_forbidden,
        there_must_be_no,
        doing_is_forbidden,
        keep_out,
        shorten,
        label,
        none_of,
        must_do,
        not_allowed,
    ))
    .parse(input)
}

fn clause_of(level: Level) -> impl Fn(Outcome) -> Clause {
    move |outcome| Clause { level, outcome }
}

/// `do not use INDIRECT`, `never nest IFs`
///
/// "Never nest IFs." flags `=IF(A1,1,IF(A2,2,3))`, not `=IF(A1,1,2)`.
fn do_not(input: Input<'_>) -> Read<'_, Clause> {
    if let Ok((rest, ((), found))) = (class(Class::NoUse), nouns).parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let not = alt((
        any_class(&[Class::DoNot, Class::Not]),
        (class(Class::Do), class(Class::Not)).map(|_| ()),
    ));
    let mut not = not;
    let (input, ()) = not.parse(input)?;
    // "Never allow INDIRECT" is said with the verb of a ban.
    prohibited(Form::Base)
        .map(clause_of(Level::Must))
        .parse(input)
}

/// `avoid INDIRECT`, `refrain from using INDIRECT`
///
/// "Avoid using OFFSET." flags `=OFFSET(A1,1,1)`, not `=INDEX(A1:A9,1)`.
fn avoid(input: Input<'_>) -> Read<'_, Clause> {
    let (input, ()) = verb(&[Verb::Avoid], Form::Base)(input)?;
    let (input, _) = opt(any_class(&[Class::From])).parse(input)?;
    avoided_object.map(clause_of(Level::Should)).parse(input)
}

/// `we prohibit INDIRECT`, `this policy forbids the use of INDIRECT`, `ban INDIRECT`
///
/// "We prohibit NOW." flags `=NOW()`, not `=A1`.
fn ban(input: Input<'_>) -> Read<'_, Clause> {
    let (input, _) = opt(alt((any_class(&[Class::Person, Class::It]), actor))).parse(input)?;
    let not = any_class(&[Class::DoNot, Class::Not]);
    let (input, level) = alt((
        verb(&[Verb::Ban], Form::Base).map(|()| Level::Must),
        (class(Class::Have), verb(&[Verb::Ban], Form::Participle)).map(|_| Level::Must),
        verb(&[Verb::Discourage], Form::Base).map(|()| Level::Should),
        (not, class(Class::Allowed)).map(|_| Level::Must),
    ))
    .parse(input)?;
    avoided_object.map(clause_of(level)).parse(input)
}

/// `it is forbidden to use INDIRECT`, `it is not allowed to hard-code numbers`
///
/// "It is forbidden to use NOW." flags `=NOW()`, not `=A1`.
fn it_is_forbidden(input: Input<'_>) -> Read<'_, Clause> {
    let be = class(Class::Be);
    let (input, level) = alt((
        (class(Class::It), class(Class::MustNot)).map(|_| Level::Must),
        (
            class(Class::It),
            be,
            class(Class::Forbidden),
            class(Class::To),
        )
            .map(|_| Level::Must),
        (
            class(Class::It),
            be,
            class(Class::Discouraged),
            class(Class::To),
        )
            .map(|_| Level::Should),
        (
            class(Class::It),
            be,
            any_class(&[Class::Not, Class::NoLonger]),
            class(Class::Allowed),
            class(Class::To),
        )
            .map(|_| Level::Must),
    ))
    .parse(input)?;
    prohibited(Form::Base).map(clause_of(level)).parse(input)
}

/// `there must be no INDIRECT`, `there is no place for INDIRECT`
///
/// "There must be no error values." flags `=#REF!+A1`, not `=A1`.
fn there_must_be_no(input: Input<'_>) -> Read<'_, Clause> {
    let (input, ()) = class(Class::There)(input)?;
    let be = class(Class::Be);
    let no_word = class(Class::No);
    let (input, level) = alt((
        (modal, be, no_word)
            .map_opt(|(force, ..)| (force.points == Points::Demand).then_some(force.level)),
        (modal, be).map_opt(|(force, ())| (force.points == Points::Forbid).then_some(force.level)),
        (be, no_word, class(Class::Place), class(Class::For)).map(|_| Level::Must),
    ))
    .parse(input)?;
    let (input, found) = nouns(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((input, clause_of(level)(outcome))),
        None => no(),
    }
}

/// `using INDIRECT is forbidden`, `hard-coding numbers must be avoided`
///
/// "Hard-coding numbers is forbidden." flags `=A1*1.19`, not `=A1*B1`.
fn doing_is_forbidden(input: Input<'_>) -> Read<'_, Clause> {
    let (input, outcome) = prohibited(Form::Gerund)(input)?;
    let (input, force) = verdict(input, false)?;
    match force.points {
        Points::Forbid => Ok((input, clause_of(force.level)(outcome))),
        Points::Demand | Points::Permit => Ok((input, clause_of(force.level)(Outcome::Permission))),
    }
}

/// `keep INDIRECT out of formulas`, `write formulas without INDIRECT`
///
/// "Keep INDIRECT out of formulas." flags `=INDIRECT(A1)`, not `=SUM(A1)`.
fn keep_out(input: Input<'_>) -> Read<'_, Clause> {
    let keep = verb(&[Verb::Limit, Verb::Make, Verb::Leave], Form::Base);
    let write = verb(&[Verb::Use, Verb::Append], Form::Base);
    let (input, found) = alt((
        (keep, nouns, class(Class::OutOfFormulas)).map(|((), found, ())| found),
        (write, actor, class(Class::Without), nouns).map(|(.., found)| found),
    ))
    .parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((input, clause_of(Level::Must)(outcome))),
        None => no(),
    }
}

/// `split formulas longer than 100 characters`, `formulas of more than 100 characters must be
/// shortened`
///
/// "Split formulas longer than 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
fn shorten(input: Input<'_>) -> Read<'_, Clause> {
    let order = (verb(&[Verb::Shorten], Form::Base), nouns).map(|((), found)| (Level::Must, found));
    let stated = (
        nouns,
        modal,
        class(Class::Be),
        verb(&[Verb::Shorten], Form::Participle),
    )
        .map_opt(|(found, force, ..)| {
            (force.points == Points::Demand).then_some((force.level, found))
        });
    let (input, (level, found)) = alt((order, stated)).parse(input)?;
    let is_measured = found.iter().all(|noun| matches!(noun, Noun::Measured(_)));
    match forbidden(found).filter(|_| is_measured) {
        Some(outcome) => Ok((input, clause_of(level)(outcome))),
        None => no(),
    }
}

/// `forbidden functions: INDIRECT, OFFSET`, `not allowed: INDIRECT`, `banned are NOW and TODAY`
///
/// "Forbidden functions: NOW, RAND." flags `=RAND()`, not `=A1`.
fn label(input: Input<'_>) -> Read<'_, Clause> {
    let (input, level) = alt((
        any_class(&[Class::Forbidden]).map(|()| Level::Must),
        verb(&[Verb::Avoid, Verb::Ban], Form::Participle).map(|()| Level::Must),
        (class(Class::Not), class(Class::Allowed)).map(|_| Level::Must),
        any_class(&[Class::Discouraged]).map(|()| Level::Should),
    ))
    .parse(input)?;
    let (input, _) =
        opt(any_class(&[Class::Function, Class::Formula, Class::Call])).parse(input)?;
    let (input, ()) = alt((mark(':'), class(Class::Be), mark('-'))).parse(input)?;
    let (input, found) = nouns(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((input, clause_of(level)(outcome))),
        None => no(),
    }
}

/// `neither NOW nor TODAY may be used`, `none of NOW, TODAY and RAND is allowed`
///
/// "Neither NOW nor TODAY may be used." flags `=TODAY()`, not `=RAND()`.
fn none_of(input: Input<'_>) -> Read<'_, Clause> {
    let (input, ()) = any_class(&[Class::Neither, Class::No, Class::Nobody])(input)?;
    let (input, _) = opt((class(Class::Following), opt(class(Class::Function)))).parse(input)?;
    let (input, found) = nouns(input)?;
    let (input, force) = verdict(input, true)?;
    match forbidden(found) {
        Some(outcome) if force.points == Points::Forbid => {
            Ok((input, clause_of(force.level)(outcome)))
        }
        _ => no(),
    }
}

/// `under no circumstances may INDIRECT be used`, `INDIRECT: not allowed`
///
/// "Under no circumstances may NOW be used." flags `=NOW()`, not `=A1`.
fn not_allowed(input: Input<'_>) -> Read<'_, Clause> {
    let inverted = |input| {
        let (input, ()) = class(Class::Not)(input)?;
        let (input, ()) = any_class(&[
            Class::May,
            Class::Can,
            Class::Must,
            Class::Should,
            Class::Be,
        ])(input)?;
        let (input, found) = nouns(input)?;
        let (input, ()) = alt((
            (class(Class::Be), verb(&[Verb::Use], Form::Participle)).map(|_| ()),
            (class(Class::Be), class(Class::Allowed)).map(|_| ()),
            any_class(&[Class::Allowed]),
            verb(&[Verb::Appear], Form::Base),
        ))
        .parse(input)?;
        Ok((input, found))
    };
    let active = |input| {
        let (input, ()) = class(Class::Not)(input)?;
        let (input, ()) = any_class(&[Class::May, Class::Can, Class::Must, Class::Should])(input)?;
        let (input, ()) = actor(input)?;
        prohibited(Form::Base)(input)
    };
    if let Ok((rest, outcome)) = active(input) {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let labelled = |input| {
        let (input, found) = nouns(input)?;
        let (input, ()) = alt((mark(':'), mark('-'))).parse(input)?;
        let (input, ()) = alt((
            any_class(&[Class::Forbidden]),
            (class(Class::Not), class(Class::Allowed)).map(|_| ()),
            (
                any_class(&[Class::DoNot, Class::Not]),
                verb(&[Verb::Use], Form::Base),
            )
                .map(|_| ()),
            verb(&[Verb::Avoid, Verb::Ban], Form::Participle),
        ))
        .parse(input)?;
        Ok((input, found))
    };
    let (rest, found) = alt((inverted, labelled)).parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((rest, clause_of(Level::Must)(outcome))),
        None => no(),
    }
}

/// `wrap divisions in IFERROR`, `it is mandatory to wrap divisions in IFERROR`
///
/// "It is mandatory to wrap divisions in IFERROR." flags `=A1/B1`, not `=IFERROR(A1/B1,C1)`.
fn must_do(input: Input<'_>) -> Read<'_, Clause> {
    let it_is_required = (
        class(Class::It),
        class(Class::Be),
        class(Class::Required),
        class(Class::To),
    );
    let (input, _) = opt(it_is_required).parse(input)?;
    required(Form::Base)
        .map(clause_of(Level::Must))
        .parse(input)
}

/// `if VLOOKUP is used, exact match must be used`, `when using VLOOKUP, set the fourth argument to
/// FALSE`, `where a formula uses VLOOKUP, it must be wrapped in IFERROR`
///
/// "If VLOOKUP is used, exact match must be used."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,0)`.
fn conditional(input: Input<'_>) -> Read<'_, Clause> {
    let (input, set) = used_condition(input)?;
    let (input, ()) = comma(input)?;
    let (input, _) = opt(class(Class::Then)).parse(input)?;
    let (input, (level, need)) = alt((|input| needed_subject(input), needed_order)).parse(input)?;
    let demands = match &need {
        Need::Inside(_) => need.of(&What::Calls(set).into()).map(|demand| vec![demand]),
        _ => absolute_or(&need, Some(set)),
    };
    match demands {
        Some(demands) => Ok((input, clause_of(level)(Outcome::Demands(demands)))),
        None => no(),
    }
}

/// Takes `if VLOOKUP is used`, `when using VLOOKUP`, `where a formula uses VLOOKUP`, `with VLOOKUP`.
fn used_condition(input: Input<'_>) -> Read<'_, FunctionSet> {
    let when = any_class(&[Class::If, Class::Whenever]);
    alt((
        (
            when,
            functions,
            class(Class::Be),
            verb(&[Verb::Use], Form::Participle),
        )
            .map(|((), set, ..)| set),
        (when, verb(&[Verb::Use], Form::Gerund), functions).map(|(.., set)| set),
        (when, actor, verb(&[Verb::Use], Form::Base), functions).map(|(.., set)| set),
        (
            any_class(&[Class::With, Class::For, Class::In]),
            functions,
            comma_required,
        )
            .map(|((), set, ())| set),
    ))
    .parse(input)
}

fn comma_required(input: Input<'_>) -> Read<'_, ()> {
    mark(',')(input)
}

/// Takes `it must use exact match`, `exact match must be used`, `the fourth argument must be FALSE`.
fn needed_subject(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let demand = |input| {
        modal
            .map_opt(|force| (force.points == Points::Demand).then_some(force.level))
            .parse(input)
    };
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    let it = any_class(&[Class::It, Class::Following]);
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
    alt((
        (ranges, demand, class(Class::Be), need::absolute)
            .map(|((), level, ..)| (level, Need::Absolute)),
        (it, demand, class(Class::Be), wrapped)
            .map(|((), level, (), set)| (level, Need::Inside(set))),
        (
            it,
            demand,
            verb(&[Verb::Use, Verb::Specify], Form::Base),
            need,
        )
            .map(|((), level, (), need)| (level, need)),
        (it, demand, class(Class::Be), need).map(|((), level, (), need)| (level, need)),
        (exact, is_required).map(|((), level)| (level, Need::Exact)),
        (
            need::place,
            demand,
            class(Class::Be),
            opt(used),
            opt(class(Class::To)),
            values,
        )
            .map(|(place, level, .., values)| (level, Need::Argument(place, Some(values)))),
        (need::place, is_required).map(|(place, level)| (level, Need::Argument(place, None))),
    ))
    .parse(input)
}

/// Takes `use exact match`, `set the fourth argument to FALSE`, `wrap it in IFERROR`.
fn needed_order(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let specify = verb(&[Verb::Specify, Verb::Use], Form::Base);
    let to = any_class(&[Class::To, Class::As]);
    let (input, _) = opt((actor, modal))
        .parse(input)
        .and_then(|(rest, said)| match said {
            Some(((), force)) if force.points != Points::Demand => no(),
            other => Ok((rest, other)),
        })?;
    alt((
        (specify, need::place, opt(to), values)
            .map(|((), place, _, values)| (Level::Must, Need::Argument(place, Some(values)))),
        (specify, need).map(|((), need)| (Level::Must, need)),
        (verb(&[Verb::Wrap], Form::Base), class(Class::It), wrapped)
            .map(|(.., set)| (Level::Must, Need::Inside(set))),
    ))
    .parse(input)
}
