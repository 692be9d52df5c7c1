//! Orders, and sentences whose subject is no part of a formula: `do not use INDIRECT`, `avoid
//! nested IFs`, `it is forbidden to hard-code numbers`, `forbidden functions: INDIRECT, OFFSET`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::noun::{Noun, nouns};
use super::predicate::{avoided_object, verdict};
use super::prohibited::{forbidden, prohibited};
use super::quantity::measure;
use super::required::required;
use super::terminal::{
    Input, Points, Read, actor, any_class, class, function_item, mark, modal, no, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, What};

/// Takes an order.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    alt((
        super::conditional::conditional,
        do_not,
        avoid,
        ban,
        it_is_forbidden,
        there_must_be_no,
        doing_is_forbidden,
        keep_out,
        super::remedy::clause,
        label,
        judged_list,
        all_but_allowed,
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
    let who = any_class(&[Class::Person, Class::It, Class::Authority, Class::There]);
    let has = opt((who, opt(any_class(&[Class::Have, Class::Be]))));
    if let Ok((rest, (_, (), outcome))) = (has, class(Class::NoUse), avoided_object).parse(input) {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    // "Pull nothing from other sheets."
    let nothing = (
        verb(&[Verb::Import, Verb::Refer, Verb::Use], Form::Base),
        class(Class::BlankValue),
        class(Class::From),
        nouns,
    );
    if let Ok((rest, (.., found))) = { nothing }.parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let not = alt((
        any_class(&[Class::DoNot, Class::Not]),
        (class(Class::Do), class(Class::Not)).map(|_| ()),
    ));
    // "We never use INDIRECT" is a rule of one's own; what others never do is a story.
    let (input, (_, ())) = (opt(class(Class::We)), not).parse(input)?;
    if let Ok((rest, ((), found))) = (verb(&[Verb::Leave], Form::Base), nouns).parse(input)
        && found.iter().all(|noun| matches!(noun, Noun::Broken(_)))
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    // "Never let a formula exceed 100 characters."
    let (input, _) = opt((class(Class::Let), actor)).parse(input)?;
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
    let who = any_class(&[Class::Person, Class::It, Class::Authority]);
    let (input, _) = opt(alt((who, actor))).parse(input)?;
    let not = any_class(&[Class::DoNot, Class::Not]);
    let (input, level) = alt((
        verb(&[Verb::Ban], Form::Base).map(|()| Level::Must),
        (class(Class::Have), verb(&[Verb::Ban], Form::Participle)).map(|_| Level::Must),
        verb(&[Verb::Discourage], Form::Base).map(|()| Level::Should),
        (not, class(Class::Allowed)).map(|_| Level::Must),
    ))
    .parse(input)?;
    // "Do not allow formulas to exceed 100 characters."
    let to_do = (actor, class(Class::To), prohibited(Form::Base)).map(|(.., outcome)| outcome);
    alt((to_do, avoided_object))
        .map(clause_of(level))
        .parse(input)
}

/// `it is forbidden to use INDIRECT`, `it is not allowed to hard-code numbers`
///
/// "It is forbidden to use NOW." flags `=NOW()`, not `=A1`.
fn it_is_forbidden(input: Input<'_>) -> Read<'_, Clause> {
    let be = class(Class::Be);
    let it = |input| opt(class(Class::It)).parse(input);
    let must = |input| opt(class(Class::Must)).parse(input);
    let banned = any_class(&[Class::Forbidden, Class::Fault]);
    if let Ok(found) = verdict_first(input) {
        return Ok(found);
    }
    // "It is better to avoid INDIRECT."
    let avoiding = (
        class(Class::It),
        be,
        any_class(&[Class::Advised, Class::Required]),
        class(Class::ToAvoid),
    );
    if let Ok((rest, (_, outcome))) = (avoiding, avoided_object).parse(input) {
        return Ok((rest, clause_of(Level::Should)(outcome)));
    }
    let (input, level) = alt((
        (it, class(Class::MustNot)).map(|_| Level::Must),
        (
            class(Class::It),
            be,
            any_class(&[Class::Advised, Class::Preferred]),
            class(Class::Not),
            class(Class::To),
        )
            .map(|_| Level::Should),
        (it, must, be, banned, class(Class::To)).map(|_| Level::Must),
        (class(Class::Forbidden), class(Class::To)).map(|_| Level::Must),
        (
            class(Class::It),
            be,
            class(Class::Discouraged),
            class(Class::To),
        )
            .map(|_| Level::Should),
        (
            it,
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

/// `it is forbidden the use of INDIRECT`, `must be avoided the volatile functions`
///
/// "It is forbidden the use of NOW." flags `=NOW()`, not `=A1`.
fn verdict_first(input: Input<'_>) -> Read<'_, Clause> {
    let (input, _) = opt(class(Class::It)).parse(input)?;
    let (input, force) = verdict(input, false)?;
    let (rest, found) = nouns(input)?;
    match forbidden(found) {
        Some(outcome) if force.points == Points::Forbid && rest.is_empty() => {
            Ok((rest, clause_of(force.level)(outcome)))
        }
        _ => no(),
    }
}

/// `there must be no INDIRECT`, `there is no place for INDIRECT`
///
/// "There must be no error values." flags `=#REF!+A1`, not `=A1`.
fn there_must_be_no(input: Input<'_>) -> Read<'_, Clause> {
    let (input, ()) = class(Class::There)(input)?;
    let be = class(Class::Be);
    // "There is a limit of 2 references on every formula."
    let on_formulas = |input| {
        let on = any_class(&[Class::On, Class::For, Class::In]);
        let formula = any_class(&[
            Class::Formula,
            Class::Model,
            Class::Length,
            Class::Calculation,
        ]);
        opt((on, formula)).parse(input)
    };
    if let Ok((rest, ((), measure, _))) = (be, measure, on_formulas).parse(input)
        && let Some(demand) = measure.required()
    {
        return Ok((rest, clause_of(Level::Must)(Outcome::Demands(vec![demand]))));
    }
    // "There may be at most 2 references."
    let mut at_most = (modal, be, measure);
    if let Ok((rest, (force, (), measure))) = at_most.parse(input)
        && force.points != Points::Forbid
        && let Some(demand) = measure.required()
    {
        let outcome = Outcome::Demands(vec![demand]);
        return Ok((rest, clause_of(force.level)(outcome)));
    }
    let no_word = class(Class::No);
    let (input, level) = alt((
        (modal, be, no_word)
            .map_opt(|(force, ..)| (force.points == Points::Demand).then_some(force.level)),
        (modal, be).map_opt(|(force, ())| (force.points == Points::Forbid).then_some(force.level)),
        (be, no_word, class(Class::Place), class(Class::For)).map(|_| Level::Must),
    ))
    .parse(input)?;
    let (input, outcome) = avoided_object(input)?;
    Ok((input, clause_of(level)(outcome)))
}

/// `using INDIRECT is forbidden`, `hard-coding numbers must be avoided`
///
/// "Hard-coding numbers is forbidden." flags `=A1*1.19`, not `=A1*B1`.
fn doing_is_forbidden(input: Input<'_>) -> Read<'_, Clause> {
    // "Whoever uses INDIRECT breaches this policy."
    let who = (class(Class::Person), opt(class(Class::That)));
    let does = alt((prohibited(Form::Base), prohibited(Form::Gerund)));
    let it = opt(any_class(&[Class::It, Class::Them, Class::Formula]));
    let demand = modal.map_opt(|force| (force.points == Points::Demand).then_some(()));
    let undo = (
        demand,
        verb(&[Verb::Avoid, Verb::Ban, Verb::Replace], Form::Base),
        it,
    );
    let wrong = alt((class(Class::Breaches), undo.map(|_| ())));
    if let Ok((rest, (_, outcome, ()))) = (who, does, wrong).parse(input) {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    // "We deem INDIRECT unacceptable."
    let judged = alt((
        class(Class::Forbidden).map(|()| Level::Must),
        class(Class::Discouraged).map(|()| Level::Should),
        (class(Class::Not), class(Class::Allowed)).map(|_| Level::Must),
    ));
    if let Ok((rest, ((), found, _, level))) =
        (class(Class::Deems), nouns, opt(class(Class::As)), judged).parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(level)(outcome)));
    }
    // "Avoidance of INDIRECT is mandatory."
    let required = (opt(modal), class(Class::Be), class(Class::Required));
    if let Ok((rest, ((), found, _))) = (class(Class::Avoidance), nouns, required).parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let (input, outcome) = prohibited(Form::Gerund)(input)?;
    // "Nesting beyond three levels is too deep."
    let is_limit = |demand: &Demand| matches!(demand, Demand::Limit(..));
    if let Ok((rest, _)) = (class(Class::Be), class(Class::TooMany)).parse(input)
        && matches!(&outcome, Outcome::Demands(demands) if demands.iter().all(is_limit))
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let (input, force) = verdict(input, false)?;
    match force.points {
        Points::Forbid => Ok((input, clause_of(force.level)(outcome))),
        Points::Demand | Points::Permit => Ok((
            input,
            clause_of(force.level)(super::granted::granted(outcome)),
        )),
    }
}

/// `keep INDIRECT out of formulas`, `write formulas without INDIRECT`
///
/// "Keep INDIRECT out of formulas." flags `=INDIRECT(A1)`, not `=SUM(A1)`.
fn keep_out(input: Input<'_>) -> Read<'_, Clause> {
    let keep = verb(&[Verb::Limit, Verb::Make, Verb::Leave], Form::Base);
    let write = verb(&[Verb::Use, Verb::Append, Verb::Prefer], Form::Base);
    // "We insist on formulas without INDIRECT."
    let wanted = (
        any_class(&[Class::Person, Class::It, Class::Authority]),
        alt((
            any_class(&[Class::Expect, Class::Permits, Class::Requires]),
            verb(&[Verb::Specify, Verb::Use], Form::Base),
        )),
        opt(class(Class::Only)),
    );
    let write = alt((write, wanted.map(|_| ())));
    let put = verb(
        &[
            Verb::Limit,
            Verb::Make,
            Verb::Leave,
            Verb::Avoid,
            Verb::Specify,
        ],
        Form::Base,
    );
    let (input, found) = alt((
        (keep, nouns, class(Class::OutOfFormulas)).map(|((), found, ())| found),
        (
            put,
            nouns,
            class(Class::PutAway),
            opt(class(Class::OutOfFormulas)),
        )
            .map(|((), found, ..)| found),
        (write, actor, class(Class::Without), nouns).map(|(.., found)| found),
    ))
    .parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((input, clause_of(Level::Must)(outcome))),
        None => no(),
    }
}

/// `forbidden functions: INDIRECT, OFFSET`, `not allowed: INDIRECT`, `banned are NOW and TODAY`
///
/// "Forbidden functions: NOW, RAND." flags `=RAND()`, not `=A1`.
fn label(input: Input<'_>) -> Read<'_, Clause> {
    // "The ban on INDIRECT remains in force", "there is a ban on INDIRECT"
    let in_force = (
        class(Class::BanOn),
        nouns,
        class(Class::Be),
        class(Class::Yes),
    )
        .map(|((), found, ..)| found);
    let there_is = (
        class(Class::There),
        class(Class::Be),
        class(Class::BanOn),
        nouns,
    )
        .map(|(.., found)| found);
    if let Ok((rest, found)) = alt((in_force, there_is)).parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    // "Functions that must not be used: INDIRECT", "functions we do not allow: INDIRECT"
    let banned = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Forbid => Ok((rest, ())),
            _ => no(),
        })
    };
    let refused = (
        any_class(&[Class::Person, Class::It, Class::Authority]),
        verb(&[Verb::Ban], Form::Base),
    )
        .map(|_| ());
    let kept_out = (
        class(Class::Function),
        opt(class(Class::That)),
        alt((banned, refused, class(Class::Forbidden))),
        mark(':'),
        nouns,
    )
        .map(|(.., found)| found);
    let never = (any_class(&[Class::DoNot, Class::Not]), mark(':'), nouns).map(|(.., found)| found);
    if let Ok((rest, found)) = alt((kept_out, never)).parse(input)
        && let Some(outcome) = forbidden(found)
    {
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    let (input, level) = alt((
        any_class(&[Class::Forbidden, Class::MustNot]).map(|()| Level::Must),
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

/// `every function except NOW is allowed`
///
/// "Every function except NOW is allowed." flags `=NOW()`, not `=SUM(A1)`.
fn all_but_allowed(input: Input<'_>) -> Read<'_, Clause> {
    // "You may use any function except NOW."
    let may = (
        actor,
        class(Class::May),
        verb(&[Verb::Use], Form::Base),
        class(Class::Function),
        class(Class::Except),
        functions,
    );
    if let Ok((rest, (.., set))) = { may }.parse(input) {
        let outcome = Outcome::Demands(vec![Demand::Forbid(What::Calls(set).into())]);
        return Ok((rest, clause_of(Level::Must)(outcome)));
    }
    // "Any lookup function may be used except LOOKUP."
    if let Ok(found) = allowed_except(input) {
        return Ok(found);
    }
    let (input, ((), (), set)) =
        (class(Class::Function), class(Class::Except), functions).parse(input)?;
    let (rest, force) = verdict(input, false)?;
    if force.points == Points::Forbid {
        return no();
    }
    let outcome = Outcome::Demands(vec![Demand::Forbid(What::Calls(set).into())]);
    Ok((rest, clause_of(force.level)(outcome)))
}

/// `all functions may be used except NOW`, `any volatile function is allowed except NOW`
///
/// "All functions may be used except NOW." flags `=NOW()`, not `=TODAY()`.
fn allowed_except(input: Input<'_>) -> Read<'_, Clause> {
    let named = function_item.map_opt(|set| set.class.is_some().then_some(Some(set)));
    let subject = alt((named, class(Class::Function).map(|()| None)));
    let except = (opt(mark(',')), class(Class::Except));
    let (rest, (of, force, _, set)) =
        (subject, |input| verdict(input, false), except, functions).parse(input)?;
    let is_of = of.is_none_or(|of| set.names.iter().all(|name| of.names.contains(name)));
    if force.points == Points::Forbid || !is_of || !rest.is_empty() {
        return no();
    }
    let outcome = Outcome::Demands(vec![Demand::Forbid(What::Calls(set).into())]);
    Ok((rest, clause_of(Level::Must)(outcome)))
}

/// `volatile functions are forbidden: NOW, TODAY`
///
/// "Volatile functions are forbidden: NOW, TODAY." flags `=NOW()`, not `=RAND()`.
fn judged_list(input: Input<'_>) -> Read<'_, Clause> {
    let named = |input| {
        let (rest, set) = function_item(input)?;
        if set.class.is_some() {
            Ok((rest, set))
        } else {
            no()
        }
    };
    let (input, (_, set)) = (opt(class(Class::Usage)), named).parse(input)?;
    let (input, force) = verdict(input, false)?;
    let (input, ((), listed)) = (mark(':'), functions).parse(input)?;
    if force.points != Points::Forbid || listed.class.is_some() {
        return no();
    }
    let what = What::Calls(FunctionSet {
        class: set.class,
        names: listed.names,
    });
    let outcome = Outcome::Demands(vec![Demand::Forbid(what.into())]);
    Ok((input, clause_of(force.level)(outcome)))
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
        if let Ok((rest, ())) = class(Class::Cross)(input) {
            return Ok((rest, found));
        }
        // "INDIRECT (forbidden)"
        let not_allowed = (class(Class::Not), class(Class::Allowed)).map(|_| ());
        let verdict = alt((class(Class::Forbidden), not_allowed));
        if let Ok((rest, _)) = (mark('('), verdict, mark(')')).parse(input)
            && rest.is_empty()
        {
            return Ok((rest, found));
        }
        let (input, ()) = alt((mark(':'), mark('-'))).parse(input)?;
        let (input, ()) = alt((
            any_class(&[Class::Forbidden]),
            (class(Class::Not), class(Class::Allowed)).map(|_| ()),
            (
                any_class(&[Class::DoNot, Class::Not]),
                verb(&[Verb::Use], Form::Base),
            )
                .map(|_| ()),
            any_class(&[Class::DoNot, Class::Not, Class::No, Class::Cross]),
            verb(&[Verb::Avoid, Verb::Ban], Form::Participle),
            verb(&[Verb::Avoid, Verb::Ban], Form::Base),
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
    // "Wrapping divisions in IFERROR is mandatory."
    let how = |input| {
        alt((
            class(Class::Required).map(|()| Level::Must),
            class(Class::Advised).map(|()| Level::Should),
        ))
        .parse(input)
    };
    let is_required = (class(Class::Be), how).map(|((), level)| level);
    if let Ok((rest, (outcome, level))) = (required(Form::Gerund), is_required).parse(input) {
        return Ok((rest, clause_of(level)(outcome)));
    }
    let it_is_required = (class(Class::It), class(Class::Be), how, class(Class::To))
        .map(|((), (), level, ())| level);
    let (input, level) = opt(it_is_required).parse(input)?;
    required(Form::Base)
        .map(clause_of(level.unwrap_or(Level::Must)))
        .parse(input)
}
