//! Lists of what is allowed: `only SUM and IF may be used`, `no functions other than SUM`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::predicate::verdict;
use super::required::only_functions;
use super::terminal::{Input, Points, Read, actor, any_class, class, comma, mark, modal, no, verb};
use super::{Clause, Outcome, is_class};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level};

/// Takes a list of the only functions allowed, in any of its forms.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let (rest, (level, set)) = alt((
        only_first,
        only_functions(Form::Base).map(|set| (Level::Must, set)),
        limited,
        stuck_to,
        the_only_functions,
        built_from,
        allowed_only,
        are_the_only,
        others_forbidden,
        unlisted_forbidden,
        and_no_others,
        no_others,
    ))
    .parse(input)?;
    let outcome = Outcome::Demands(vec![Demand::AllowOnly(set)]);
    Ok((rest, Clause { level, outcome }))
}

/// `only SUM and IF may be used`, `nothing but SUM is allowed`
///
/// "Only SUM and IF may be used." flags `=MAX(A1)`, not `=IF(A1,SUM(B1),0)`.
fn only_first(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let only = any_class(&[Class::Only, Class::NothingBut]);
    let (input, ((), _, set)) = (only, opt(class(Class::Following)), functions).parse(input)?;
    let (input, force) = verdict(input, false)?;
    if force.points == Points::Forbid {
        return no();
    }
    Ok((input, (force.level, set)))
}

/// `formulas are limited to SUM and IF`, `limit yourself to SUM and IF`
///
/// "Formulas are limited to SUM and IF." flags `=MAX(A1)`, not `=SUM(A1)`.
fn limited(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let to = |input| {
        let (rest, (.., set)) = (
            class(Class::To),
            opt(class(Class::Function)),
            opt(class(Class::Following)),
            opt(mark(':')),
            functions,
        )
            .parse(input)?;
        Ok((opt(others_out).parse(rest)?.0, set))
    };
    let any_function = |input| (opt(class(Class::Usage)), class(Class::Function)).parse(input);
    let usable = |input| {
        let used = alt((
            (actor, modal, verb(&[Verb::Use], Form::Base)).map(|_| ()),
            (
                modal,
                class(Class::Be),
                verb(&[Verb::Use], Form::Participle),
            )
                .map(|_| ()),
        ));
        (class(Class::Function), opt(class(Class::That)), used)
            .map(|_| ())
            .parse(input)
    };
    // "The approved functions are limited to SUM and IF."
    let approved = alt((
        (class(Class::Allowed), class(Class::Function)).map(|_| ()),
        (class(Class::Function), class(Class::Allowed)).map(|_| ()),
    ));
    let subject = alt((usable, approved, actor, any_function.map(|_| ())));
    let used_by = (
        verb(&[Verb::Limit], Form::Base),
        class(Class::Function),
        opt(class(Class::That)),
        actor,
        verb(&[Verb::Use], Form::Base),
        to,
    );
    if let Ok((rest, (.., set))) = { used_by }.parse(input) {
        return Ok((rest, (Level::Must, set)));
    }
    alt((
        (
            subject,
            class(Class::Be),
            verb(&[Verb::Limit], Form::Participle),
            to,
        )
            .map(|(.., set)| (Level::Must, set)),
        (verb(&[Verb::Limit], Form::Base), actor, to).map(|(.., set)| (Level::Must, set)),
        (actor, modal, verb(&[Verb::Limit], Form::Base), actor, to).map_opt(
            |((), force, (), (), set)| {
                (force.points == Points::Demand).then_some((force.level, set))
            },
        ),
        (verb(&[Verb::Limit], Form::Base), any_function, to).map(|(.., set)| (Level::Must, set)),
    ))
    .parse(input)
}

/// `stick to SUM and IF; no other functions are allowed`, `authors must stick to SUM and IF`
///
/// One function that is not said to be the only one may be meant in place of another.
///
/// "Stick to SUM and IF." flags `=MAX(A1)`, not `=SUM(A1)`.
fn stuck_to(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let ordered = (actor, modal)
        .map_opt(|((), force)| (force.points == Points::Demand).then_some(force.level));
    let (input, level) = opt(ordered).parse(input)?;
    let (input, ((), _, set)) = (
        class(Class::StickTo),
        opt(class(Class::Following)),
        functions,
    )
        .parse(input)?;
    let (input, alone) = opt(alt((others_out, class(Class::Only)))).parse(input)?;
    if alone.is_none() && (set.class.is_some() || set.names.len() < 2) {
        return no();
    }
    Ok((input, (level.unwrap_or(Level::Must), set)))
}

/// `formulas must be built from SUM and IF only`, `build formulas with nothing but SUM`
///
/// "Formulas must be built from SUM and IF only." flags `=MAX(A1)`, not `=SUM(A1)`.
fn built_from(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let built: &'static [Verb] = &[Verb::Append, Verb::Use];
    let demand = |input| {
        modal
            .map_opt(|force| (force.points != Points::Forbid).then_some(force.level))
            .parse(input)
    };
    let stated = (
        actor,
        demand,
        class(Class::Be),
        verb(built, Form::Participle),
    )
        .map(|((), level, ..)| level);
    let phrase = (actor, demand, verb(built, Form::Base)).map(|((), level, ())| level);
    let ordered = (verb(built, Form::Base), actor).map(|_| Level::Must);
    let link = opt(alt((
        any_class(&[Class::From, Class::With, Class::By, Class::Into]),
        verb(&[Verb::Use], Form::Gerund),
    )));
    let only = any_class(&[Class::Only, Class::NothingBut]);
    let (rest, (level, _, before, set, after)) = (
        alt((stated, phrase, ordered)),
        link,
        opt(only),
        functions,
        opt(class(Class::Only)),
    )
        .parse(input)?;
    if before.is_none() && after.is_none() {
        return no();
    }
    Ok((rest, (level, set)))
}

/// Takes that nothing else is allowed, after a list: `; no other functions are allowed`, `, all
/// others are forbidden`.
fn others_out(input: Input<'_>) -> Read<'_, ()> {
    let both = any_class(&[Class::And, Class::But]);
    let joined = alt((mark(','), mark(';'), mark('-'), both));
    let and = opt(any_class(&[Class::And, Class::But]));
    let others = alt((
        (opt(class(Class::No)), class(Class::Others)).map(|(none, ())| none.is_some()),
        class(Class::NothingElse).map(|()| true),
    ));
    let (input, ((), _, none)) = (joined, and, others).parse(input)?;
    match verdict(input, none) {
        Ok((rest, force)) if force.points == Points::Forbid => Ok((rest, ())),
        // "No other functions are."
        _ if none
            && matches!(input, [last] if is_class(last, Class::Be) || is_class(last, Class::May)) =>
        {
            Ok((input.get(1..).unwrap_or_default(), ()))
        }
        // "SUM may be used, no other function."
        Err(_) if none && input.is_empty() => Ok((input, ())),
        _ => no(),
    }
}

/// `the only functions allowed are SUM and IF`, `the only functions that may be used are SUM`
///
/// "The only functions allowed are SUM and IF." flags `=MAX(A1)`, not `=SUM(A1)`.
fn the_only_functions(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let allowed = alt((
        any_class(&[Class::Allowed]),
        (
            class(Class::That),
            modal,
            class(Class::Be),
            verb(&[Verb::Use], Form::Participle),
        )
            .map(|_| ()),
        (
            class(Class::That),
            class(Class::Be),
            any_class(&[Class::Allowed]),
        )
            .map(|_| ()),
        (
            class(Class::That),
            actor,
            modal,
            verb(&[Verb::Use], Form::Base),
        )
            .map(|_| ()),
        (actor, modal, verb(&[Verb::Use], Form::Base)).map(|_| ()),
        (
            opt(class(Class::That)),
            any_class(&[Class::Person, Class::It, Class::Authority]),
            class(Class::Permits),
        )
            .map(|_| ()),
    ));
    let before = (
        class(Class::Only),
        opt(any_class(&[Class::Allowed])),
        class(Class::Function),
    );
    let be = alt((class(Class::Be), mark(':')));
    let (input, (.., set)) = (before, opt(allowed), be, functions).parse(input)?;
    Ok((input, (Level::Must, set)))
}

/// `permitted functions are SUM and IF only`, `allowed functions: only SUM and IF`, `permitted are
/// only SUM and IF`
///
/// "Permitted functions are SUM and IF only." flags `=MAX(A1)`, not `=SUM(A1)`.
fn allowed_only(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let be = alt((class(Class::Be), mark(':')));
    let only = class(Class::Only);
    let (input, (.., before, set, after)) = (
        class(Class::Allowed),
        opt(class(Class::Function)),
        be,
        opt(only),
        functions,
        opt(alt((only, others_out))),
    )
        .parse(input)?;
    if before.is_none() && after.is_none() {
        return no();
    }
    Ok((input, (Level::Must, set)))
}

/// `SUM and IF are the only functions allowed`, `SUM and IF are the only permitted functions`
///
/// "SUM and IF are the only functions allowed." flags `=MAX(A1)`, not `=SUM(A1)`.
fn are_the_only(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let usable = |input| {
        let used = alt((
            (
                modal,
                class(Class::Be),
                verb(&[Verb::Use], Form::Participle),
            )
                .map(|_| ()),
            (actor, modal, verb(&[Verb::Use], Form::Base)).map(|_| ()),
        ));
        let who = any_class(&[Class::Person, Class::It, Class::Authority]);
        alt((
            class(Class::Allowed),
            (opt(class(Class::That)), used).map(|_| ()),
            (opt(class(Class::That)), who, class(Class::Permits)).map(|_| ()),
        ))
        .parse(input)
    };
    let only = (class(Class::Be), class(Class::Only));
    let kinds = alt((
        (class(Class::Function), usable).map(|_| ()),
        (class(Class::Allowed), opt(class(Class::Function))).map(|_| ()),
    ));
    let (input, (set, _, ())) = (functions, only, kinds).parse(input)?;
    Ok((input, (Level::Must, set)))
}

/// `functions other than SUM and IF are forbidden`, `all functions except SUM must not be used`
///
/// "Functions other than SUM are forbidden." flags `=MAX(A1)`, not `=SUM(A1)`.
fn others_forbidden(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let except = any_class(&[Class::Except, Class::But]);
    let (input, (.., set)) = (class(Class::Function), except, functions).parse(input)?;
    let (input, force) = verdict(input, false)?;
    if force.points != Points::Forbid {
        return no();
    }
    Ok((input, (force.level, set)))
}

/// `any function that is not on this list is prohibited: SUM, IF`
///
/// "Any function that is not on this list is prohibited: SUM, IF."
/// flags `=MAX(A1)`, not `=SUM(A1)`.
fn unlisted_forbidden(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let (input, (none, ())) = (opt(class(Class::No)), class(Class::OthersListed)).parse(input)?;
    let (input, force) = verdict(input, none.is_some())?;
    let (input, ((), set)) = (mark(':'), functions).parse(input)?;
    if force.points != Points::Forbid {
        return no();
    }
    Ok((input, (force.level, set)))
}

/// `SUM and IF are allowed, and nothing else`, `SUM and IF may be used; all other functions are
/// forbidden`
///
/// "SUM and IF are allowed; all other functions are forbidden."
/// flags `=MAX(A1)`, not `=SUM(A1)`.
fn and_no_others(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let (input, set) = functions(input)?;
    // "SUM and IF are all you need; other functions must not be used."
    let end = input
        .iter()
        .position(|symbol| symbol.meanings.contains(&Meaning::Mark(';')));
    if let Some((told, after)) = end.and_then(|end| input.split_at_checked(end))
        && told.iter().all(super::can_explain)
        && let Ok((rest, ())) = others_out(after)
        && rest.is_empty()
    {
        return Ok((rest, (Level::Must, set)));
    }
    let (input, force) = verdict(input, false)?;
    if force.points == Points::Forbid {
        return no();
    }
    if let Ok((rest, _)) = (comma, class(Class::Only)).parse(input) {
        return Ok((rest, (force.level, set)));
    }
    let (rest, ()) = others_out(input)?;
    Ok((rest, (force.level, set)))
}

/// `no functions other than SUM and IF may be used`, `no function may be used except SUM`, `do not
/// use functions other than SUM`, `formulas must not use any function except SUM`
///
/// "No functions other than SUM may be used." flags `=MAX(A1)`, not `=SUM(A1)`.
fn no_others(input: Input<'_>) -> Read<'_, (Level, FunctionSet)> {
    let others = (class(Class::Function), class(Class::Except), functions).map(|(.., set)| set);
    let after_no = (class(Class::No), others).map(|((), set)| set);
    let nothing_but = (class(Class::NothingBut), functions).map(|((), set)| set);
    if let Ok((rest, set)) = alt((after_no, nothing_but)).parse(input) {
        let (rest, force) = opt(|input| verdict(input, true)).parse(rest)?;
        let level = force.map_or(Level::Must, |force| force.level);
        return Ok((rest, (level, set)));
    }
    let except = |input| {
        (comma, class(Class::Except), functions)
            .map(|(.., set)| set)
            .parse(input)
    };
    // "Functions must not be used, except SUM", "nothing is allowed except SUM"
    let banned = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Forbid => Ok((rest, force)),
            _ => no(),
        })
    };
    let mut all_but = (class(Class::Function), banned, except);
    if let Ok((rest, ((), force, set))) = all_but.parse(input)
        && rest.is_empty()
    {
        return Ok((rest, (force.level, set)));
    }
    let allowed = |input| verdict(input, true);
    let function = any_class(&[Class::Function, Class::Others]);
    let mut none_but = (class(Class::No), function, allowed, except);
    if let Ok((rest, ((), (), force, set))) = none_but.parse(input) {
        return Ok((rest, (force.level, set)));
    }
    let forbid = |input| {
        let (input, _) = opt(actor).parse(input)?;
        alt((
            any_class(&[Class::DoNot, Class::Not]).map(|()| Level::Must),
            modal.map_opt(|force| (force.points == Points::Forbid).then_some(force.level)),
        ))
        .parse(input)
    };
    let others = |input| {
        alt((
            (
                any_class(&[Class::Function, Class::Others]),
                any_class(&[Class::Except, Class::MoreThan, Class::But]),
                functions,
            )
                .map(|(.., set)| set),
            (
                class(Class::AnythingBut),
                opt(class(Class::Function)),
                functions,
            )
                .map(|(.., set)| set),
        ))
        .parse(input)
    };
    let used = verb(&[Verb::Use], Form::Base);
    let avoid = verb(&[Verb::Avoid], Form::Base).map(|()| Level::Should);
    alt((
        (forbid, used, others).map(|(level, (), set)| (level, set)),
        (avoid, others),
    ))
    .parse(input)
}
