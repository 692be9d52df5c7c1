//! How formulas are to be written: capitals, encrypted addresses, bounded or relative ranges,
//! nothing but built-in functions, error handlers around what they are meant for.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::exception::numbers as spared_numbers;
use super::functions::{functions, set_of};
use super::noun::nouns;
use super::predicate::{demanding, turned, verdict};
use super::prohibited::forbidden;
use super::target::target;
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, modal, no, thing, verb,
};
use crate::link::WITH_ADDRESS;
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Requirement, Target, Thing, What};

/// What can hold or be written in a manner.
const HOLDING: &[Verb] = &[Verb::Use, Verb::Specify, Verb::Refer, Verb::Import];

/// Takes what a sentence demands of the manner in which formulas are written.
pub(super) fn of_manner(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    alt((
        capitals,
        encrypted,
        ranged,
        built_in_only,
        only_around,
        repaired,
        kept_apart,
        only_numbers,
        one_line,
        only_handlers,
    ))
    .parse(input)
}

/// Takes `must`, `shall`, `should`: a demand with its level.
fn must(input: Input<'_>) -> Read<'_, Force> {
    modal
        .map_opt(|force| (force.points == Points::Demand).then_some(force))
        .parse(input)
}

fn forbid<'s>(
    rest: Input<'s>,
    level: Level,
    things: &[Thing],
    within: Option<&FunctionSet>,
) -> Read<'s, Clause> {
    let demands = things.iter().map(|thing| {
        Demand::Forbid(Target {
            what: What::Thing(*thing),
            within: within.cloned(),
        })
    });
    demanding(rest, level, Some(demands.collect()))
}

/// `function names must be written in capitals`, `write function names in upper case`
///
/// "Function names must be written in capitals." flags `=sum(A1)`, not `=SUM(A1)`.
fn capitals(input: Input<'_>) -> Read<'_, Clause> {
    let names = any_class(&[Class::FunctionName, Class::Function]);
    let link = |input| opt(any_class(&[Class::In, Class::With, Class::As])).parse(input);
    let written = |input| {
        opt(verb(
            &[Verb::Use, Verb::Append, Verb::Specify, Verb::HardCode],
            Form::Participle,
        ))
        .parse(input)
    };
    let write = verb(
        &[Verb::Use, Verb::Append, Verb::Specify, Verb::Make],
        Form::Base,
    );
    let upper = class(Class::UpperCase);
    let stated = (names, must, class(Class::Be), written, link, upper).map(|((), force, ..)| force);
    let ordered = (write, names, link, upper).map(|_| Force::new(Level::Must, Points::Demand));
    let used = (
        write,
        upper,
        any_class(&[Class::For, Class::In, Class::On]),
        names,
    )
        .map(|_| Force::new(Level::Must, Points::Demand));
    let (rest, force) = alt((stated, ordered, used)).parse(input)?;
    forbid(rest, force.level, &[Thing::LowercaseFunctions], None)
}

/// `URLs must use https`, `only https addresses may be passed to IMPORTDATA`
///
/// "URLs must use https." flags `=IMPORTDATA("http://x.test/a")`, not `=IMPORTDATA("https://x.test/a")`.
fn encrypted(input: Input<'_>) -> Read<'_, Clause> {
    let url = any_class(&[Class::Url, Class::Host]);
    let only = |input| opt(class(Class::Only)).parse(input);
    let hold = |input| {
        alt((
            verb(HOLDING, Form::Base),
            any_class(&[Class::Be, Class::StartWith]),
        ))
        .parse(input)
    };
    let https = |input| {
        let by = opt(any_class(&[Class::With, Class::By, Class::On, Class::As]));
        (by, class(Class::Https), opt(url)).map(|_| ()).parse(input)
    };
    let within = |input| {
        let used = opt(verb(
            &[Verb::Use, Verb::Specify, Verb::Append],
            Form::Participle,
        ));
        let link = any_class(&[Class::In, Class::To, Class::For, Class::With, Class::By]);
        (used, link, functions).map(|(.., set)| set).parse(input)
    };
    let permitted = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Forbid => no(),
            _ => Ok((rest, force)),
        })
    };
    let of_urls = (url, opt(within), must, only, hold, only, https)
        .map(|((), within, force, ..)| (force.level, within));
    let of_calls = (functions, modal, only, hold, only, https, only).map_opt(
        |(set, force, first, (), second, (), third)| {
            let is_only = [first, second, third].iter().any(Option::is_some);
            let demands =
                force.points == Points::Demand || force.points == Points::Permit && is_only;
            demands.then_some((force.level, Some(set)))
        },
    );
    let required =
        (functions, class(Class::Requires), https).map(|(set, (), ())| (Level::Must, Some(set)));
    let only_https = (class(Class::Only), https, permitted, opt(within))
        .map(|((), (), force, within)| (force.level, within));
    let ordered = (verb(HOLDING, Form::Base), only, https, opt(within))
        .map(|((), _, (), within)| (Level::Must, within));
    let (rest, (level, within)) =
        alt((of_urls, of_calls, required, only_https, ordered)).parse(input)?;
    // Of a named set those are meant that have an address.
    let within = within.map(with_address);
    forbid(rest, level, &[Thing::InsecureUrls], within.as_ref())
}

/// The functions of a named set that have an address.
pub(super) fn with_address(mut set: FunctionSet) -> FunctionSet {
    if set.class.take().is_some() {
        set.names
            .retain(|name| WITH_ADDRESS.contains(&name.as_str()));
    }
    set
}

/// `ranges must be bounded`, `references have to be relative`
///
/// "Ranges must be bounded." flags `=SUM(A2:A)`, not `=SUM(A2:A9)`.
fn ranged(input: Input<'_>) -> Read<'_, Clause> {
    let ranges = |input| match thing(input) {
        Ok((rest, Thing::Ranges | Thing::References)) => Ok((rest, ())),
        _ => no(),
    };
    let within = opt((any_class(&[Class::In, Class::To, Class::For]), functions));
    let kept = opt(verb(&[Verb::Use, Verb::Make], Form::Participle));
    let bounded = class(Class::Bounded).map(|()| &[Thing::OpenRanges][..]);
    let relative =
        class(Class::Relative).map(|()| &[Thing::AbsoluteReferences, Thing::MixedReferences][..]);
    let (rest, ((), within, force, (), _, things)) = (
        ranges,
        within,
        must,
        class(Class::Be),
        kept,
        alt((bounded, relative)),
    )
        .parse(input)?;
    let within = within.map(|((), set)| set);
    forbid(rest, force.level, things, within.as_ref())
}

/// `only built-in functions may be used`, `use only built-in functions`
///
/// "Only built-in functions may be used." flags `=MY_OWN(A1)`, not `=SUM(A1)`.
fn built_in_only(input: Input<'_>) -> Read<'_, Clause> {
    let only = any_class(&[Class::Only, Class::NothingBut]);
    let built_in = class(Class::BuiltIn);
    let used = verb(&[Verb::Use], Form::Base);
    let stated = (only, built_in, |input| verdict(input, false))
        .map_opt(|((), (), force)| (force.points != Points::Forbid).then_some(force.level));
    let limited = (
        actor,
        opt(modal),
        class(Class::Be),
        verb(&[Verb::Limit], Form::Participle),
        class(Class::To),
        built_in,
    )
        .map(|_| Level::Must);
    let ordered = (
        opt((actor, modal)),
        alt(((used, only).map(|_| ()), (only, used).map(|_| ()))),
        built_in,
    )
        .map_opt(|(said, (), ())| match said {
            Some(((), force)) => (force.points != Points::Forbid).then_some(force.level),
            None => Some(Level::Must),
        });
    let (rest, level) = alt((stated, limited, ordered)).parse(input)?;
    forbid(rest, level, &[Thing::CustomFunctions], None)
}

/// `IFERROR may only be used around VLOOKUP`, `use IFERROR only around divisions`
///
/// "IFERROR may only be used around VLOOKUP."
/// flags `=IFERROR(A1/B1,C1)`, not `=IFERROR(VLOOKUP(A1,B1:C9,2,0),C1)`.
fn only_around(input: Input<'_>) -> Read<'_, Clause> {
    let around = class(Class::Around);
    let for_ = any_class(&[Class::Around, Class::For, Class::On, Class::With]);
    let used = |input| opt(verb(&[Verb::Use, Verb::Wrap], Form::Participle)).parse(input);
    let allowed = |input| opt(class(Class::Allowed)).parse(input);
    let be = class(Class::Be);
    let only = class(Class::Only);
    let except = any_class(&[Class::Except, Class::Unless]);
    let stated = (
        functions,
        modal,
        opt(only),
        be,
        opt(only),
        used,
        opt(only),
        for_,
        target,
    )
        .map_opt(|(set, force, first, (), second, _, third, (), inner)| {
            let is_only = [first, second, third].iter().any(Option::is_some);
            let demands = force.points != Points::Forbid && is_only;
            demands.then_some((force.level, set, inner))
        });
    let plain = (functions, be, opt(only), allowed, opt(only), for_, target).map_opt(
        |(set, (), first, _, second, (), inner)| {
            (first.is_some() || second.is_some()).then_some((Level::Must, set, inner))
        },
    );
    // "IFERROR may wrap lookups only."
    let active = (
        functions,
        modal,
        opt(only),
        verb(&[Verb::Wrap], Form::Base),
        opt(only),
        target,
        opt(only),
    )
        .map_opt(|(set, force, first, (), second, inner, third)| {
            let is_only = [first, second, third].iter().any(Option::is_some);
            let demands = force.points != Points::Forbid && is_only;
            demands.then_some((force.level, set, inner))
        });
    let ordered = (
        verb(&[Verb::Use], Form::Base),
        functions,
        only,
        for_,
        target,
    )
        .map(|((), set, (), (), inner)| (Level::Must, set, inner));
    let otherwise = (
        functions,
        |input| verdict(input, false),
        except,
        around,
        target,
    )
        .map_opt(|(set, force, (), (), inner)| {
            (force.points == Points::Forbid).then_some((force.level, set, inner))
        });
    let not_otherwise = (
        any_class(&[Class::DoNot, Class::Not]),
        verb(&[Verb::Use], Form::Base),
        functions,
        except,
        around,
        target,
    )
        .map(|((), (), set, (), (), inner)| (Level::Must, set, inner));
    let (rest, (level, set, inner)) =
        alt((stated, plain, active, ordered, otherwise, not_otherwise)).parse(input)?;
    let handles = set
        .names
        .iter()
        .all(|name| name == "IFERROR" || name == "IFNA");
    if !handles || inner.within.is_some() {
        return no();
    }
    let requirement = Requirement::Around(inner.what);
    let demand = Demand::Require(What::Calls(set).into(), requirement);
    demanding(rest, level, Some(vec![demand]))
}

/// `the only numbers allowed are 0 and 1`, `numbers are limited to 0 and 1`, `only 0 and 1 may be
/// hard-coded`
///
/// "The only literal numbers allowed are 0 and 1." flags `=A1*7`, not `=A1+1`.
fn only_numbers(input: Input<'_>) -> Read<'_, Clause> {
    let words = |input| match thing(input) {
        Ok((rest, Thing::Numbers)) => Ok((rest, ())),
        _ => no(),
    };
    let only = any_class(&[Class::Only, Class::NothingBut]);
    let permitted = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Forbid => no(),
            _ => Ok((rest, force.level)),
        })
    };
    let allowed = (
        opt(class(Class::That)),
        alt((permitted.map(|_| ()), class(Class::Allowed))),
    );
    let is = alt((class(Class::Be), super::terminal::mark(':')));
    let limited = (
        opt(must),
        class(Class::Be),
        verb(&[Verb::Limit], Form::Participle),
        class(Class::To),
    );
    let (rest, (level, spared)) = alt((
        (only, words, opt(allowed), is, spared_numbers).map(|(.., numbers)| (Level::Must, numbers)),
        (words, limited, spared_numbers).map(|((), _, numbers)| (Level::Must, numbers)),
        (only, opt(words), spared_numbers, permitted)
            .map(|((), _, numbers, level)| (level, numbers)),
    ))
    .parse(input)?;
    let demand = Demand::Forbid(What::Numbers(spared).into());
    demanding(rest, level, Some(vec![demand]))
}

/// Takes `formulas must be written on one line`, `keep formulas on a single line`.
fn one_line(input: Input<'_>) -> Read<'_, Clause> {
    let on = |input| {
        opt(any_class(&[
            Class::On,
            Class::In,
            Class::To,
            Class::Into,
            Class::With,
        ]))
        .parse(input)
    };
    let written = opt(verb(
        &[
            Verb::Use,
            Verb::Append,
            Verb::Limit,
            Verb::Make,
            Verb::Specify,
        ],
        Form::Participle,
    ));
    let stated = (
        actor,
        must,
        alt((
            (class(Class::Be), written).map(|_| ()),
            verb(&[Verb::Fit, Verb::Stand, Verb::Use], Form::Base),
        )),
        on,
    )
        .map(|((), force, ..)| force.level);
    let keeping: &[Verb] = &[Verb::Make, Verb::Use, Verb::Append, Verb::Limit];
    let ordered = (verb(keeping, Form::Base), actor, on).map(|_| Level::Must);
    let (rest, (level, ())) = (alt((stated, ordered)), class(Class::OneLine)).parse(input)?;
    forbid(rest, level, &[Thing::LineBreaks], None)
}

/// `only IFERROR may be used to handle errors`
///
/// "Only IFERROR may be used to handle errors." flags `=IFNA(A1,B1)`, not `=IFERROR(A1,B1)`.
fn only_handlers(input: Input<'_>) -> Read<'_, Clause> {
    const HANDLERS: [&str; 2] = ["IFERROR", "IFNA"];
    let (rest, ((), set, force, ())) = (
        class(Class::Only),
        functions,
        |input| verdict(input, false),
        class(Class::ToHandleErrors),
    )
        .parse(input)?;
    let is_handler = |name: &String| HANDLERS.contains(&name.as_str());
    if force.points == Points::Forbid || !set.names.iter().all(is_handler) {
        return no();
    }
    let others: Vec<&str> = HANDLERS
        .into_iter()
        .filter(|name| !set.names.iter().any(|own| own == name))
        .collect();
    let what = What::Calls(set_of(&others));
    let demand = (!others.is_empty()).then(|| vec![Demand::Forbid(what.into())]);
    demanding(rest, force.level, demand)
}

/// `rates must be kept in their own cells`, `constants belong in input cells, not in formulas`
///
/// "Constants must be kept in their own cells." flags `=A1*1.19`, not `=A1*B1`.
fn kept_apart(input: Input<'_>) -> Read<'_, Clause> {
    let numbers = |input| match thing(input) {
        Ok((rest, Thing::Numbers)) => Ok((rest, true)),
        _ => class(Class::Data).map(|()| false).parse(input),
    };
    let one = |input| {
        (opt(class(Class::Others)), numbers)
            .map(|(_, is_number)| is_number)
            .parse(input)
    };
    let (mut input, mut are_numbers) = one(input)?;
    while let Ok((rest, ((), is_number))) = (super::terminal::separator, one).parse(input) {
        are_numbers |= is_number;
        input = rest;
    }
    let but = (class(Class::Except), spared_numbers).map(|((), spared)| spared);
    let (input, spared) = opt(but).parse(input)?;
    let placed = opt(verb(
        &[
            Verb::Use,
            Verb::Specify,
            Verb::Limit,
            Verb::Make,
            Verb::HardCode,
        ],
        Form::Participle,
    ));
    let stands = alt((
        (class(Class::Be), placed).map(|_| ()),
        verb(&[Verb::Stand, Verb::Appear], Form::Base),
    ));
    let in_cells = (
        opt(any_class(&[Class::In, Class::Into, Class::On])),
        alt((
            class(Class::OwnCells).map(|()| true),
            any_class(&[Class::Formula, Class::CellData]).map(|()| false),
        )),
    );
    let (rest, (said, (), (_, is_own))) = (opt(must), stands, in_cells).parse(input)?;
    let (rest, never) = opt(not_in_formulas).parse(rest)?;
    // "Inputs must be on a separate sheet" says how a workbook is laid out, and nothing of
    // formulas; "constants must be in cells" could be said of formulas too.
    if never.is_none() && !(are_numbers && is_own) {
        return no();
    }
    let level = said.map_or(Level::Must, |force| force.level);
    let spared = spared.unwrap_or_else(|| vec![0.0, 1.0]);
    let demand = Demand::Forbid(What::Numbers(spared).into());
    demanding(rest, level, Some(vec![demand]))
}

/// Takes `, not in formulas`, `and must not be embedded in formulas`, `rather than hard-coded`.
fn not_in_formulas(input: Input<'_>) -> Read<'_, ()> {
    let not = any_class(&[Class::Not, Class::Instead, Class::MustNot, Class::DoNot]);
    let verbs: &'static [Verb] = &[Verb::HardCode, Verb::Append, Verb::Use];
    let typed = alt((
        verb(verbs, Form::Participle),
        (verb(&[Verb::HardCode], Form::Base), class(Class::Them)).map(|_| ()),
        (verb(&[Verb::HardCode], Form::Base), class(Class::It)).map(|_| ()),
    ));
    (
        opt(super::terminal::mark(',')),
        opt(any_class(&[Class::And, Class::But])),
        not,
        opt(class(Class::Be)),
        opt(typed),
    )
        .map(|_| ())
        .parse(input)
}

/// `formulas with #REF! must be repaired`
///
/// "Formulas with #REF! must be repaired." flags `=#REF!+A1`, not `=A1`.
fn repaired(input: Input<'_>) -> Read<'_, Clause> {
    let (rest, (found, force, (), ())) = (
        nouns,
        modal,
        class(Class::Be),
        verb(
            &[Verb::Repair, Verb::Replace, Verb::Avoid],
            Form::Participle,
        ),
    )
        .parse(input)?;
    // "INDIRECT must be replaced by values."
    let by_values = (
        any_class(&[Class::With, Class::By]),
        class(Class::StaticValues),
    );
    let (rest, by_values) = opt(by_values).parse(rest)?;
    let is_error = |demand: &Demand| {
        matches!(demand, Demand::Forbid(target)
            if matches!(&target.what, What::ErrorValues(named) if !named.is_empty()))
    };
    match (turned(force, false), forbidden(found)) {
        (Some(force), Some(super::Outcome::Demands(demands)))
            if force.points == Points::Demand
                && (by_values.is_some() || demands.iter().all(is_error)) =>
        {
            demanding(rest, force.level, Some(demands))
        }
        _ => no(),
    }
}
