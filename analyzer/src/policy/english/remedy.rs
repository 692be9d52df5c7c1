//! What is to be done about something that should not be there: `split formulas longer than 100
//! characters`, `if you find INDIRECT, remove it`, `replace OFFSET`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::noun::{Noun, nouns};
use super::predicate::clause_of;
use super::prohibited::forbidden;
use super::terminal::{Input, Points, Read, actor, any_class, class, mark, modal, no, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Level, What};

/// Takes a remedy.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    alt((shorten, replace, repair, found_and_removed)).parse(input)
}

/// `replace INDIRECT`, at the end: by what, is not said.
///
/// "Replace INDIRECT." flags `=INDIRECT(A1)`, not `=SUM(A1)`.
fn replace(input: Input<'_>) -> Read<'_, Clause> {
    let (rest, ((), found)) = (verb(&[Verb::Replace], Form::Base), nouns).parse(input)?;
    match forbidden(found) {
        Some(outcome) if rest.is_empty() => Ok((rest, clause_of(Level::Must, outcome))),
        _ => no(),
    }
}

/// Takes what is ordered to be done with things: `repair X`, `X must be repaired`.
fn ordered<'s>(
    done: &'static [Verb],
) -> impl Parser<Input<'s>, Output = (Level, Vec<Noun>), Error = ()> {
    let order = (verb(done, Form::Base), nouns).map(|((), found)| (Level::Must, found));
    let stated = (nouns, modal, class(Class::Be), verb(done, Form::Participle)).map_opt(
        |(found, force, ..)| (force.points == Points::Demand).then_some((force.level, found)),
    );
    alt((order, stated))
}

/// `repair #REF!`, `VLOOKUP without a fourth argument must be corrected`
///
/// "Repair #REF!." flags `=#REF!+A1`, not `=A1`.
fn repair(input: Input<'_>) -> Read<'_, Clause> {
    let (rest, (level, found)) = ordered(&[Verb::Repair]).parse(input)?;
    let is_fault = |noun: &Noun| match noun {
        Noun::Broken(_) => true,
        // "Errors must be fixed" is said of results.
        Noun::Target(target) => {
            matches!(&target.what, What::ErrorValues(named) if !named.is_empty())
        }
        _ => false,
    };
    let are_faults = found.iter().all(is_fault);
    match forbidden(found).filter(|_| are_faults) {
        Some(outcome) => Ok((rest, clause_of(level, outcome))),
        None => no(),
    }
}

/// `split formulas longer than 100 characters`, `formulas of more than 100 characters must be
/// shortened`
///
/// "Split formulas longer than 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
fn shorten(input: Input<'_>) -> Read<'_, Clause> {
    let ordered = ordered(&[Verb::Shorten]);
    let when = any_class(&[Class::If, Class::Whenever]);
    let it = any_class(&[Class::It, Class::Them, Class::Formula]);
    let ways: &[Verb] = &[Verb::Shorten, Verb::Replace, Verb::Ban, Verb::Avoid];
    let particle = |input| opt(class(Class::Particle)).parse(input);
    let conditional = (
        when,
        nouns,
        opt(mark(',')),
        opt(class(Class::Then)),
        verb(ways, Form::Base),
        opt(it),
        particle,
    )
        .map(|((), found, ..)| (Level::Must, found));
    let conditional_stated = (
        when,
        nouns,
        opt(mark(',')),
        opt(class(Class::Then)),
        it,
        modal,
        class(Class::Be),
        verb(ways, Form::Participle),
        particle,
    )
        .map_opt(|((), found, _, _, (), force, ..)| {
            (force.points == Points::Demand).then_some((force.level, found))
        });
    let (input, (level, found)) = alt((ordered, conditional, conditional_stated)).parse(input)?;
    let is_measured = found.iter().all(|noun| matches!(noun, Noun::Measured(_)));
    match forbidden(found).filter(|_| is_measured) {
        Some(outcome) => Ok((input, clause_of(level, outcome))),
        None => no(),
    }
}

/// `if you find INDIRECT in a formula, remove it`, `where NOW appears, it must be removed`
///
/// "If you find INDIRECT in a formula, remove it." flags `=INDIRECT(A1)`, not `=A1`.
fn found_and_removed(input: Input<'_>) -> Read<'_, Clause> {
    let when = any_class(&[Class::If, Class::Whenever]);
    let found = verb(&[Verb::Use, Verb::Refer], Form::Base);
    let seen = alt((
        verb(&[Verb::Appear], Form::Base),
        (
            class(Class::Be),
            verb(&[Verb::Use, Verb::Refer], Form::Participle),
        )
            .map(|_| ()),
    ));
    let (input, found) = alt((
        (when, opt(actor), found, nouns).map(|(.., nouns)| nouns),
        (when, nouns, seen).map(|((), nouns, ())| nouns),
    ))
    .parse(input)?;
    let removing: &[Verb] = &[Verb::Avoid, Verb::Ban, Verb::Replace, Verb::Repair];
    let it = |input| opt(any_class(&[Class::It, Class::Them, Class::Following])).parse(input);
    let must = modal.map_opt(|force| (force.points == Points::Demand).then_some(force.level));
    let (rest, (_, _, level)) = (
        opt(mark(',')),
        opt(class(Class::Then)),
        alt((
            (verb(removing, Form::Base), it).map(|_| Level::Must),
            (it, must, class(Class::Be), verb(removing, Form::Participle))
                .map(|(_, level, ..)| level),
        )),
    )
        .parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((rest, clause_of(level, outcome))),
        None => no(),
    }
}
