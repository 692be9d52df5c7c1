//! Sentences with a subject: `INDIRECT must not be used`, `no formula may exceed 100 characters`,
//! `formulas longer than 100 characters are not permitted`.

use nom::{Parser, branch::alt, combinator::opt};

use super::demanded::{demanded, restricted};
use super::functions::functions;
use super::noun::{Noun, nouns};
use super::prohibited::{forbidden, prohibited};
use super::quantity::measure;
use super::required::{only_functions, required};
use super::subject::{
    of_address, of_argument, of_data, of_errors, of_match, of_metric, of_quantity, of_sheet,
};
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, comma, longest, modal, no, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, Level};

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

/// `formulas must not use INDIRECT`, `you may not hard-code numbers`, `nobody may use NOW`, `a
/// formula may contain at most 5 calls`, `authors must wrap divisions in IFERROR`
///
/// "You may not use NOW." flags `=NOW()`, not `=A1`.
fn by_actor(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, _) = if nobody {
        let (input, found) = opt(actor).parse(input)?;
        (input, found.is_some())
    } else {
        let (input, ()) = actor(input)?;
        (input, true)
    };
    if let Ok((rest, ((), (), measure))) = (
        class(Class::Be),
        verb(&[Verb::Limit], Form::Participle),
        (opt(class(Class::To)), measure).map(|(_, m)| m),
    )
        .parse(input)
    {
        return match measure.limit().filter(|_| !nobody) {
            Some(demand) => Ok((rest, clause_of(Level::Must, Outcome::Demands(vec![demand])))),
            None => no(),
        };
    }
    let (input, force) = modal(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let done = |input| {
        alt((prohibited(Form::Base), |input| {
            prohibited(Form::Participle)(input)
        }))
        .parse(input)
    };
    match force.points {
        Points::Forbid => {
            let (input, outcome) = done(input)?;
            Ok((input, clause_of(force.level, outcome)))
        }
        Points::Demand | Points::Permit => {
            if let Ok((rest, outcome)) = held_without(input) {
                return Ok((rest, clause_of(force.level, outcome)));
            }
            if let Ok((rest, set)) = only_functions(Form::Base)(input) {
                return Ok((
                    rest,
                    clause_of(force.level, Outcome::Demands(vec![Demand::AllowOnly(set)])),
                ));
            }
            let mut limited = (
                class(Class::Be),
                verb(&[Verb::Limit], Form::Participle),
                class(Class::To),
                functions,
            );
            if let Ok((rest, (.., set))) = limited.parse(input) {
                return Ok((
                    rest,
                    clause_of(force.level, Outcome::Demands(vec![Demand::AllowOnly(set)])),
                ));
            }
            if force.points == Points::Demand {
                let avoided =
                    (verb(&[Verb::Avoid], Form::Base), avoided_object).map(|((), outcome)| outcome);
                let (rest, outcome) = alt((avoided, required(Form::Base))).parse(input)?;
                return Ok((rest, clause_of(force.level, outcome)));
            }
            // "A formula may contain at most 5 calls" permits up to a limit, and so limits.
            let held = alt((
                verb(
                    &[Verb::Use, Verb::Refer, Verb::Nest, Verb::Specify],
                    Form::Base,
                ),
                class(Class::Be),
            ));
            let (rest, ((), measure)) = (held, measure).parse(input)?;
            match measure.required().filter(|_| !force.able) {
                Some(demand) => Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand])))),
                None => no(),
            }
        }
    }
}

/// Takes `contain no constants`, `use neither NOW nor TODAY`, `be free of hard-coded numbers`.
fn held_without(input: Input<'_>) -> Read<'_, Outcome> {
    let held = verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Base);
    let none = any_class(&[Class::No, Class::Neither]);
    let without = alt((
        (held, none).map(|_| ()),
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
    let used = |input| {
        let verbs: &[Verb] = &[
            Verb::Use,
            Verb::Refer,
            Verb::Import,
            Verb::HardCode,
            Verb::Append,
            Verb::Specify,
            Verb::Nest,
        ];
        alt((verb(verbs, Form::Participle), class(Class::Present))).parse(input)
    };
    let forbidden = |input| {
        alt((
            class(Class::Forbidden).map(|()| Force::new(Level::Must, Points::Forbid)),
            class(Class::Discouraged).map(|()| Force::new(Level::Should, Points::Forbid)),
            verb(&[Verb::Avoid, Verb::Ban], Form::Participle)
                .map(|()| Force::new(Level::Must, Points::Forbid)),
            verb(&[Verb::Discourage], Form::Participle)
                .map(|()| Force::new(Level::Should, Points::Forbid)),
        ))
        .parse(input)
    };
    let appears = |input| {
        alt((
            (class(Class::Be), opt(used)).map(|_| ()),
            verb(&[Verb::Appear], Form::Base),
        ))
        .parse(input)
    };
    let mut allowed = (class(Class::Be), class(Class::Allowed)).map(|_| ());
    // `is forbidden`, `must be avoided`
    if let Ok((rest, (said, (), force))) = (opt(modal), class(Class::Be), forbidden).parse(input) {
        let level = said.map_or(force.level, |said| said.level.max(force.level));
        let demands = said.is_none_or(|said| said.points == Points::Demand);
        return if demands && !nobody {
            Ok((rest, Force::new(level, Points::Forbid)))
        } else {
            no()
        };
    }
    // `is not allowed`, `is no longer permitted`, `no … is allowed`
    let mut denied = (
        class(Class::Be),
        any_class(&[Class::Not, Class::NoLonger]),
        any_class(&[Class::Allowed, Class::Preferred]),
    );
    if let Ok((rest, _)) = denied.parse(input) {
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(Level::Must, Points::Forbid)))
        };
    }
    if let Ok((rest, ())) = allowed.parse(input) {
        let points = if nobody {
            Points::Forbid
        } else {
            Points::Permit
        };
        return Ok((rest, Force::new(Level::Must, points)));
    }
    // `is banned from all workbooks`: the vocabulary takes "is banned from" as one phrase.
    let everywhere = any_class(&[Class::Model, Class::Formula, Class::Calculation]);
    if let Ok((rest, _)) = (class(Class::MustNot), everywhere).parse(input) {
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(Level::Must, Points::Forbid)))
        };
    }
    // `has no place`
    let mut placeless = (class(Class::Have), class(Class::No), class(Class::Place));
    if let Ok((rest, _)) = placeless.parse(input) {
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(Level::Must, Points::Forbid)))
        };
    }
    // `must not be used`, `may not appear`, `must not be allowed`
    let (input, force) = modal(input)?;
    let tail = |input| {
        alt((
            (class(Class::Be), class(Class::Allowed)).map(|_| ()),
            appears,
        ))
        .parse(input)
    };
    let (input, ()) = tail(input)?;
    match turned(force, nobody) {
        Some(force) => Ok((input, force)),
        None => no(),
    }
}

/// A sentence about things in formulas, by what is said of them.
fn of_nouns(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, nouns) = nouns(input)?;
    let (input, _) = opt(alt((
        (comma, class(Class::That), class(Class::Be)).map(|_| ()),
        class(Class::That),
    )))
    .parse(input)
    .map(|(rest, found)| {
        if found.is_some() && rest.is_empty() {
            (input, None)
        } else {
            (input, found)
        }
    })?;
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
    let (input, force) = verdict(input, nobody)?;
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
        Points::Permit | Points::Demand => Some(Outcome::Permission),
    };
    match outcome {
        Some(outcome) => Ok((input, clause_of(force.level, outcome))),
        None => no(),
    }
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
