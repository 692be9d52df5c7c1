//! Sentences with a subject: `INDIRECT must not be used`, `no formula may exceed 100 characters`,
//! `formulas longer than 100 characters are not permitted`.

use nom::{Parser, branch::alt, combinator::opt};

use super::argument::of_argument;
use super::demanded::demanded;
use super::functions::functions;
use super::manner::of_manner;
use super::metric::{of_metric, of_quantity};
use super::noun::{Noun, lacking, nouns};
use super::prohibited::{forbidden, prohibited};
use super::quantity::{depth, measure};
use super::required::{only_functions, required};
use super::restricted::restricted;
use super::source::of_data;
use super::subject::{of_address, of_errors, of_match, of_sheet};
use super::subset::of_functions;
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, count, longest, modal, no, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, Level, Metric, What};
use crate::policy::symbols::Symbol;

/// Takes a clause with a subject.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let (input, negated) = opt(alt((class(Class::No), class(Class::Nobody)))).parse(input)?;
    let nobody = negated.is_some();
    longest(
        input,
        &[
            &|input| by_actor(input, nobody),
            &|input| of_argument(input, nobody),
            &|input| of_metric(input, nobody),
            &|input| of_quantity(input, nobody),
            &|input| of_match(input, nobody),
            &|input| of_address(input, nobody),
            &|input| of_errors(input, nobody),
            &|input| of_data(input, nobody),
            &|input| of_sheet(input, nobody),
            &|input| of_manner(input, nobody),
            &|input| of_functions(input, nobody),
            &|input| of_nouns(input, nobody),
        ],
    )
}

/// The force of a modal verb, turned round by a "no" before the subject.
pub(super) fn turned(force: Force, nobody: bool) -> Option<Force> {
    if nobody {
        force.of_nothing()
    } else {
        Some(force)
    }
}

pub(super) fn clause_of(level: Level, outcome: Outcome) -> Clause {
    Clause { level, outcome }
}

/// A clause that makes the demands; none, if they do not go together.
pub(super) fn demanding(
    rest: Input<'_>,
    level: Level,
    demands: Option<Vec<Demand>>,
) -> Read<'_, Clause> {
    match demands {
        Some(demands) => Ok((rest, clause_of(level, Outcome::Demands(demands)))),
        None => no(),
    }
}

/// `formulas must not use INDIRECT`, `you may not hard-code numbers`, `nobody may use NOW`, `a
/// formula may contain at most 5 calls`, `authors must wrap divisions in IFERROR`
///
/// "You may not use NOW." flags `=NOW()`, not `=A1`.
fn by_actor(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let input = match actor(input) {
        Ok((rest, ())) => rest,
        Err(_) if nobody => input,
        Err(error) => return Err(error),
    };
    let limited = verb(&[Verb::Limit], Form::Participle);
    let mut limited = (class(Class::Be), limited, opt(class(Class::To)), measure);
    if let Ok((rest, (.., measure))) = limited.parse(input) {
        let demand = measure.limit().filter(|_| !nobody);
        return demanding(rest, Level::Must, demand.map(|demand| vec![demand]));
    }
    // "Formulas are allowed up to 100 characters."
    let mut allowed = (class(Class::Be), class(Class::Allowed), measure);
    if let Ok((rest, (.., measure))) = allowed.parse(input) {
        let demand = measure.required().filter(|_| !nobody);
        return demanding(rest, Level::Must, demand.map(|demand| vec![demand]));
    }
    // "Authors are advised against using INDIRECT", "are barred from using INDIRECT"
    let kept = (
        class(Class::Be),
        alt((
            verb(&[Verb::Discourage], Form::Participle).map(|()| Level::Should),
            verb(&[Verb::Ban], Form::Participle).map(|()| Level::Must),
        )),
        opt(any_class(&[Class::From, Class::Against])),
        prohibited(Form::Gerund),
    );
    if let Ok((rest, ((), level, _, outcome))) = { kept }.parse(input)
        && !nobody
    {
        return Ok((rest, clause_of(level, outcome)));
    }
    let (input, force) = modal(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let (rest, outcome) = match force.points {
        // "Are prohibited from using" is followed by the other form.
        Points::Forbid => alt((prohibited(Form::Base), prohibited(Form::Gerund))).parse(input)?,
        Points::Demand => {
            let avoid = (verb(&[Verb::Avoid, Verb::Ban], Form::Base), avoided_object);
            let avoid = avoid.map(|((), outcome)| outcome);
            alt((held_without, held_only, avoid, required(Form::Base))).parse(input)?
        }
        Points::Permit => {
            let up_to = |input| up_to(input, force.able);
            alt((held_without, held_only, all_but, up_to)).parse(input)?
        }
    };
    Ok((rest, clause_of(force.level, outcome)))
}

/// Takes `use only SUM and IF`, `be limited to SUM and IF`.
fn held_only(input: Input<'_>) -> Read<'_, Outcome> {
    let limited = verb(&[Verb::Limit], Form::Participle);
    let limited = (class(Class::Be), limited, class(Class::To), functions);
    // "Use SUM and IF, but no other functions."
    let alone = (
        verb(&[Verb::Use], Form::Base),
        functions,
        opt(super::terminal::mark(',')),
        class(Class::Only),
        opt(class(Class::Function)),
    );
    alt((
        only_functions(Form::Base),
        limited.map(|(.., set)| set),
        alone.map(|((), set, ..)| set),
    ))
    .map(|set| Outcome::Demands(vec![Demand::AllowOnly(set)]))
    .parse(input)
}

/// Takes `use anything but INDIRECT` after "may".
fn all_but(input: Input<'_>) -> Read<'_, Outcome> {
    let held = verb(&[Verb::Use, Verb::Refer], Form::Base);
    let (rest, (.., found)) = (held, class(Class::AnythingBut), nouns).parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((rest, outcome)),
        None => no(),
    }
}

/// Takes `contain at most 5 calls` after "may": what permits up to a limit limits. After "can" it
/// may only say what is possible.
fn up_to(input: Input<'_>, able: bool) -> Read<'_, Outcome> {
    // "You may nest functions at most 3 deep."
    if let Ok((rest, ((), metric, bound))) =
        (verb(&[Verb::Nest], Form::Base), nested_metric, depth).parse(input)
        && let Some(at_most) = bound.required().filter(|_| !able)
    {
        let demand = Demand::Limit(metric, at_most);
        return Ok((rest, Outcome::Demands(vec![demand])));
    }
    let verbs: &[Verb] = &[
        Verb::Use,
        Verb::Refer,
        Verb::Nest,
        Verb::Specify,
        Verb::Fit,
        Verb::Make,
    ];
    let held = alt((verb(verbs, Form::Base), class(Class::Be)));
    let (rest, ((), measure)) = (held, measure).parse(input)?;
    match measure.required().filter(|_| !able) {
        Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
        None => no(),
    }
}

/// Takes what is nested: `IFs`, `functions`.
pub(super) fn nested_metric(input: Input<'_>) -> Read<'_, Metric> {
    let any = any_class(&[Class::Function, Class::Call, Class::Formula]);
    alt((
        functions.map(Metric::NestingOf),
        any.map(|()| Metric::Nesting),
    ))
    .parse(input)
}

/// Takes `contain no constants`, `use neither NOW nor TODAY`, `be free of hard-coded numbers`.
fn held_without(input: Input<'_>) -> Read<'_, Outcome> {
    let held = verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Base);
    let none = any_class(&[Class::No, Class::Neither]);
    let made = verb(&[Verb::Use, Verb::Append], Form::Participle);
    let without = alt((
        (held, none).map(|_| ()),
        (class(Class::Be), made, class(Class::Without)).map(|_| ()),
        (
            verb(&[Verb::Stand, Verb::Specify], Form::Base),
            class(Class::Without),
        )
            .map(|_| ()),
        (class(Class::Be), class(Class::FreeOf)).map(|_| ()),
    ));
    let (input, ((), found)) = (without, nouns).parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((input, outcome)),
        None => no(),
    }
}

/// Takes what is avoided: `INDIRECT`, `using INDIRECT`, `hard-coding numbers`.
pub(super) fn avoided_object(input: Input<'_>) -> Read<'_, Outcome> {
    let by_noun = nouns.map_opt(forbidden);
    alt((prohibited(Form::Gerund), by_noun)).parse(input)
}

/// Takes that something is allowed, or not: `is forbidden`, `are not allowed`, `must not be
/// used`, `should be avoided`, `has no place`, and the force with which it is said.
pub(super) fn verdict(input: Input<'_>, nobody: bool) -> Read<'_, Force> {
    if let Ok((rest, level)) = is_forbidden(input) {
        // "No function is forbidden" forbids nothing.
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(level, Points::Forbid)))
        };
    }
    if let Ok((rest, _)) = (class(Class::Be), class(Class::Allowed)).parse(input) {
        let points = if nobody {
            Points::Forbid
        } else {
            Points::Permit
        };
        return Ok((rest, Force::new(Level::Must, points)));
    }
    // "SUM has been approved"
    if let Ok((rest, _)) =
        (class(Class::Have), class(Class::Be), class(Class::Allowed)).parse(input)
        && !nobody
    {
        return Ok((rest, Force::new(Level::Must, Points::Permit)));
    }
    let (input, force) = modal(input)?;
    let appears = alt((
        (
            class(Class::Be),
            class(Class::Allowed),
            opt(class(Class::AtReview)),
        )
            .map(|_| ()),
        (class(Class::Be), verb(&[Verb::Appear], Form::Participle)).map(|_| ()),
        (class(Class::Be), opt(used)).map(|_| ()),
        verb(&[Verb::Appear], Form::Base),
    ));
    let mut appears = appears;
    let (rest, ()) = appears.parse(input)?;
    // "Must not enter our models" names the place once more.
    let place = (
        opt(any_class(&[Class::In, Class::Into])),
        any_class(&[Class::Model, Class::Formula, Class::Calculation]),
    );
    let (rest, _) = opt(place).parse(rest)?;
    match turned(force, nobody) {
        Some(force) => Ok((rest, force)),
        None => no(),
    }
}

/// Takes `used`, `hard-coded`, `present`: what can be said of something that is in a formula.
fn used(input: Input<'_>) -> Read<'_, ()> {
    let verbs: &[Verb] = &[
        Verb::Use,
        Verb::Refer,
        Verb::Import,
        Verb::HardCode,
        Verb::Append,
        Verb::Specify,
        Verb::Nest,
        Verb::Leave,
        Verb::Make,
    ];
    alt((verb(verbs, Form::Participle), class(Class::Present))).parse(input)
}

/// Takes `is forbidden`, `must be avoided`, `is not allowed`, `is banned from all workbooks`, `has
/// no place`.
fn is_forbidden(input: Input<'_>) -> Read<'_, Level> {
    let kind = |input| opt(any_class(&[Class::Function, Class::Call])).parse(input);
    let forbidden = alt((
        (class(Class::Forbidden), kind).map(|_| Level::Must),
        (class(Class::Discouraged), kind).map(|_| Level::Should),
        class(Class::Fault).map(|()| Level::Must),
        verb(&[Verb::Avoid, Verb::Ban], Form::Participle).map(|()| Level::Must),
        verb(&[Verb::Discourage], Form::Participle).map(|()| Level::Should),
    ));
    let review = |input| opt(class(Class::AtReview)).parse(input);
    let stated = (opt(modal), class(Class::Be), forbidden, review).map_opt(
        |(said, (), level, _)| match said {
            Some(force) if force.points == Points::Demand => Some(force.level.max(level)),
            Some(_) => None,
            None => Some(level),
        },
    );
    let not = any_class(&[Class::Not, Class::NoLonger]);
    // The vocabulary takes "is banned from" as one phrase.
    let everywhere = any_class(&[Class::Model, Class::Formula, Class::Calculation]);
    alt((
        stated,
        (class(Class::Be), not, class(Class::Allowed), kind).map(|_| Level::Must),
        (
            class(Class::Have),
            class(Class::Be),
            alt((
                class(Class::Forbidden),
                verb(&[Verb::Avoid, Verb::Ban], Form::Participle),
            )),
        )
            .map(|_| Level::Must),
        (class(Class::MustNot), everywhere).map(|_| Level::Must),
        has_no_place,
        class(Class::Breaches).map(|()| Level::Must),
        to_avoid,
        stays_out,
    ))
    .parse(input)
}

/// Takes `must stay out of formulas`, `should be kept to zero`, `must be absent`, `must be
/// replaced` at the end.
fn stays_out(input: Input<'_>) -> Read<'_, Level> {
    let kept = verb(&[Verb::Limit, Verb::Make, Verb::Leave], Form::Participle);
    let away = |input| {
        let out = any_class(&[Class::OutOfFormulas, Class::PutAway]);
        (out, opt(class(Class::OutOfFormulas)))
            .map(|_| ())
            .parse(input)
    };
    let none = count.map_opt(|count| (count == 0).then_some(()));
    let to_none = (class(Class::To), none).map(|_| ());
    // "Must be replaced by XLOOKUP" says more.
    let replaced = |input| {
        let (rest, ()) = verb(&[Verb::Replace], Form::Participle)(input)?;
        let says_more = any_class(&[
            Class::With,
            Class::By,
            Class::To,
            Class::Into,
            Class::As,
            Class::For,
            Class::In,
        ])(rest);
        if says_more.is_ok() || verb(&[Verb::Use], Form::Gerund)(rest).is_ok() {
            return no();
        }
        // "Rewritten without it"
        let without = (class(Class::Without), any_class(&[Class::It, Class::Them]));
        let (rest, _) = opt(without).parse(rest)?;
        Ok((rest, ()))
    };
    let gone = alt((
        (opt(kept), away).map(|_| ()),
        (kept, to_none).map(|_| ()),
        class(Class::Absent),
        replaced,
    ));
    (modal, class(Class::Be), gone)
        .map_opt(|(force, ..)| (force.points == Points::Demand).then_some(force.level))
        .parse(input)
}

/// Takes `has no place`, `should have no place`.
fn has_no_place(input: Input<'_>) -> Read<'_, Level> {
    let (rest, (said, ..)) = (
        opt(modal),
        alt((class(Class::Have), verb(&[Verb::Use], Form::Base))),
        class(Class::No),
        class(Class::Place),
    )
        .parse(input)?;
    match said {
        None => Ok((rest, Level::Must)),
        Some(force) if force.points == Points::Demand => Ok((rest, force.level)),
        Some(_) => no(),
    }
}

/// Takes `is to avoid` at the end: what is to be avoided.
fn to_avoid(input: Input<'_>) -> Read<'_, Level> {
    let avoid = verb(&[Verb::Avoid, Verb::Ban], Form::Base);
    let avoid = alt((avoid, class(Class::Gone)));
    let (rest, force) = (modal, avoid).map(|(force, ())| force).parse(input)?;
    if rest.is_empty() && force.points == Points::Demand {
        Ok((rest, force.level))
    } else {
        no()
    }
}

/// A sentence about things in formulas, by what is said of them.
fn of_nouns(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, nouns) = nouns(input)?;
    alt((
        |input| demanded(input, &nouns, nobody),
        |input| restricted(input, &nouns, nobody),
        |input| judged(input, &nouns, nobody),
        |input| alone(input, &nouns, nobody),
    ))
    .parse(input)
}

/// `INDIRECT must not be used`, `formulas longer than 100 characters are not permitted`
///
/// "OFFSET is forbidden." flags `=OFFSET(A1,1,1)`, not `=INDEX(A1:A9,1)`.
fn judged<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    // "A formula of more than 100 characters is too long."
    let is_measured = |noun: &Noun| matches!(noun, Noun::Measured(_));
    let mut too_many = (class(Class::Be), class(Class::TooMany));
    if nouns.iter().all(is_measured)
        && !nobody
        && let Ok((rest, _)) = too_many.parse(input)
        && let Some(outcome) = forbidden(nouns.to_vec())
    {
        return Ok((rest, clause_of(Level::Must, outcome)));
    }
    let (after, force) = verdict(input, nobody)?;
    let said = input.get(..input.len() - after.len()).unwrap_or_default();
    // Data that must not be typed in is no call of what could fetch it.
    let is_named_set = |noun: &Noun| {
        matches!(noun, Noun::Target(target)
            if matches!(&target.what, What::Calls(set) if set.class.is_some()))
    };
    if nouns.iter().any(is_named_set) && said.iter().any(hard_codes) {
        return no();
    }
    let input = after;
    // "Divisions are not allowed outside IFERROR."
    if force.points == Points::Forbid
        && let [Noun::Target(target)] = nouns
        && let Ok((rest, demand)) = lacking(input, target)
    {
        return demanding(rest, force.level, Some(vec![demand]));
    }
    // "Approximate match is allowed in no lookup."
    let nowhere = (
        any_class(&[Class::In, Class::With, Class::For]),
        class(Class::No),
    );
    let nowhere = (nowhere, functions).map(|(_, set)| set).parse(input);
    if let Ok((rest, set)) = nowhere
        && force.points == Points::Permit
    {
        let within: Option<Vec<Noun>> = nouns.iter().map(|noun| noun.within(&set)).collect();
        return match within.and_then(forbidden) {
            Some(outcome) => Ok((rest, clause_of(force.level, outcome))),
            None => no(),
        };
    }
    let (input, within) = opt((
        any_class(&[
            Class::In,
            Class::With,
            Class::For,
            Class::To,
            Class::Into,
            Class::By,
        ]),
        functions,
    ))
    .parse(input)?;
    let nouns = match within {
        None => Some(nouns.to_vec()),
        Some(((), set)) => nouns.iter().map(|noun| noun.within(&set)).collect(),
    };
    let Some(nouns) = nouns else {
        return no();
    };
    let outcome = match force.points {
        Points::Forbid => forbidden(nouns),
        Points::Permit | Points::Demand => Some(super::granted::permission(nouns)),
    };
    match outcome {
        Some(outcome) => Ok((input, clause_of(force.level, outcome))),
        None => no(),
    }
}

fn hard_codes(symbol: &Symbol) -> bool {
    let hard_codes = |meaning: &Meaning| matches!(meaning, Meaning::Verb(Verb::HardCode, _));
    symbol.meanings.iter().any(hard_codes)
}

/// `No volatile functions.`: the subject after "no" is all that is said.
///
/// "No volatile functions." flags `=RAND()`, not `=SUM(A1)`.
fn alone<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    if !nobody {
        return no();
    }
    match forbidden(nouns.to_vec()) {
        Some(outcome) => Ok((input, clause_of(Level::Must, outcome))),
        None => no(),
    }
}
