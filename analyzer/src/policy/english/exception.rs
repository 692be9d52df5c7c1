//! Exceptions: what a rule leaves out, before or after what it limits.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::need::{self, Need, exact, need, sources, wrapped};
use super::terminal::{Input, Read, any_class, class, mark, no, number, pick, separator, verb};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, FunctionSet, Requirement, What};

/// What is left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Exception {
    Functions(FunctionSet),
    Numbers(Vec<f64>),
    Texts(Vec<String>),
    /// What meets the need.
    Need(Need),
    /// What is approved: it is still found, and its finding can be approved.
    Approved,
}

impl Exception {
    /// The demand with the exception; `None` if the exception does not fit it, and so would be
    /// lost.
    pub(super) fn apply(&self, demand: Demand) -> Option<Demand> {
        match (self, demand) {
            (Self::Approved, demand) => Some(demand),
            (Self::Functions(spared), Demand::Forbid(mut target)) => match &mut target.what {
                What::Calls(set) => {
                    without(set, spared)?;
                    Some(Demand::Forbid(target))
                }
                // "Constants are forbidden except in ROUND" comes as a need.
                _ => None,
            },
            (Self::Functions(spared), Demand::Require(mut target, requirement)) => {
                match &mut target.what {
                    What::Calls(set) => {
                        without(set, spared)?;
                        Some(Demand::Require(target, requirement))
                    }
                    _ => None,
                }
            }
            (Self::Numbers(spared), Demand::Forbid(mut target)) => match &mut target.what {
                What::Numbers(allowed) => {
                    allowed.clone_from(spared);
                    Some(Demand::Forbid(target))
                }
                _ => None,
            },
            (Self::Texts(spared), Demand::Forbid(mut target)) => match &mut target.what {
                What::Texts(allowed) | What::OtherSheets(allowed) => {
                    allowed.clone_from(spared);
                    Some(Demand::Forbid(target))
                }
                _ => None,
            },
            (Self::Need(need), Demand::Forbid(target)) => need.of(&target),
            // A wrapper excuses a call from a demand only if the wrapper is the demand.
            (Self::Need(Need::Inside(set)), Demand::Require(target, Requirement::Inside(own))) => {
                let mut all = own;
                for name in &set.names {
                    if !all.names.contains(name) {
                        all.names.push(name.clone());
                    }
                }
                all.class = None;
                Some(Demand::Require(target, Requirement::Inside(all)))
            }
            _ => None,
        }
    }
}

/// Takes members out of a set; `None` if one is no member, or none would be left.
fn without(set: &mut FunctionSet, spared: &FunctionSet) -> Option<()> {
    if !spared.names.iter().all(|name| set.names.contains(name)) {
        return None;
    }
    set.names.retain(|name| !spared.names.contains(name));
    (!set.names.is_empty()).then_some(())
}

/// Takes an exception after what it limits, with the comma or bracket that may set it off.
pub(super) fn attached(input: Input<'_>) -> Read<'_, Exception> {
    if let Ok((input, ())) = mark('(')(input) {
        let (input, exception) = exception(input)?;
        let (input, ()) = mark(')')(input)?;
        return Ok((input, exception));
    }
    let start = any_class(&[Class::But]);
    let (input, _) = opt(alt((mark(','), mark(';'), mark('-')))).parse(input)?;
    let (input, _) = opt(start).parse(input)?;
    let (rest, exception) = exception(input)?;
    // `, except TODAY, ` in the middle of a sentence ends with a comma of its own.
    let goes_on = |input| alt((class(Class::Be), super::terminal::modal.map(|_| ()))).parse(input);
    match mark(',')(rest) {
        Ok((after, ())) if goes_on(after).is_ok() => Ok((after, exception)),
        _ => Ok((rest, exception)),
    }
}

/// Takes an exception: `except TODAY`, `other than 0 and 1`, `unless wrapped in IFERROR`, `except
/// in SUM`, `without approval`, `TODAY excepted`, `only TODAY is allowed`.
pub(super) fn exception(input: Input<'_>) -> Read<'_, Exception> {
    let excused = alt((
        (class(Class::Be), class(Class::Allowed)).map(|_| ()),
        (
            super::terminal::modal,
            class(Class::Be),
            verb(&[Verb::Use], Form::Participle),
        )
            .map(|_| ()),
    ));
    alt((
        approved,
        (class(Class::UnlessInside), functions).map(|((), set)| Exception::Need(Need::Inside(set))),
        (class(Class::Unless), condition).map(|((), need)| Exception::Need(need)),
        (class(Class::Except), opt(class(Class::Function)), functions)
            .map(|(.., set)| Exception::Functions(set)),
        (numbers, excused_numbers).map(|(numbers, ())| Exception::Numbers(numbers)),
        (
            class(Class::Except),
            opt(class(Class::To)),
            class(Class::EmptyText),
        )
            .map(|_| Exception::Texts(vec![String::new()])),
        (class(Class::Except), numbers).map(|((), numbers)| Exception::Numbers(numbers)),
        (class(Class::Except), opt(class(Class::To)), texts)
            .map(|(.., texts)| Exception::Texts(texts)),
        (class(Class::Except), condition).map(|((), need)| Exception::Need(need)),
        (class(Class::Unless), to_sheets).map(|((), texts)| Exception::Texts(texts)),
        (functions, opt(class(Class::Be)), class(Class::Excepted))
            .map(|(set, ..)| Exception::Functions(set)),
        (
            opt(class(Class::Only)),
            class(Class::Excepted),
            opt(alt((mark(':'), class(Class::Be)))),
            functions,
        )
            .map(|(.., set)| Exception::Functions(set)),
        // "The only exceptions are 0 and 1", "exempt from this are 0 and 1"
        (
            opt(class(Class::Only)),
            class(Class::Excepted),
            opt((
                class(Class::From),
                any_class(&[Class::It, Class::Following]),
            )),
            opt(alt((mark(':'), class(Class::Be)))),
            excepted_values,
        )
            .map(|(.., exception)| exception),
        (opt(class(Class::Only)), functions, permitted(excused))
            .map(|(_, set, ())| Exception::Functions(set)),
    ))
    .parse(input)
}

/// Takes functions, numbers or texts that are left out.
fn excepted_values(input: Input<'_>) -> Read<'_, Exception> {
    alt((
        functions.map(Exception::Functions),
        numbers.map(Exception::Numbers),
        texts.map(Exception::Texts),
    ))
    .parse(input)
}

/// Takes `is allowed`, `may be used`: only a permission, never a ban.
fn permitted<'s>(
    excused: impl Parser<Input<'s>, Output = (), Error = ()>,
) -> impl Parser<Input<'s>, Output = (), Error = ()> {
    let mut excused = excused;
    move |input: Input<'s>| {
        if let Ok((_, force)) = super::terminal::modal(input)
            && force.points != super::terminal::Points::Permit
        {
            return no();
        }
        excused.parse(input)
    }
}

/// Takes `without approval`, `unless approved by the owner`.
fn approved(input: Input<'_>) -> Read<'_, Exception> {
    let (mut input, ()) = class(Class::Approval)(input)?;
    // Who approves is no business of a formula.
    if let Ok((rest, ())) = any_class(&[Class::By, Class::From])(input) {
        input = rest;
        let mut words = 0;
        while let Some((first, rest)) = input.split_first() {
            let is_free = first.meanings.iter().all(|meaning| {
                matches!(
                    meaning,
                    Meaning::Unknown
                        | Meaning::Topic(_)
                        | Meaning::Name(_)
                        | Meaning::Class(
                            Class::Person | Class::It | Class::Authority | Class::Department
                        )
                )
            });
            if !is_free || words == 5 {
                break;
            }
            words += 1;
            input = rest;
        }
        if words == 0 {
            return no();
        }
    }
    Ok((input, Exception::Approved))
}

/// Takes a condition that excuses: `wrapped in IFERROR`, `it is inside IFERROR`, `exact match is
/// used`, `the fourth argument is FALSE`, `from spreadsheet 1Abc…`.
pub(super) fn condition(input: Input<'_>) -> Read<'_, Need> {
    let subject = |input| {
        let (input, _) = opt(alt((
            class(Class::It),
            any_class(&[Class::Person, Class::Formula, Class::Call]),
        )))
        .parse(input)?;
        let (input, _) = opt(class(Class::Be)).parse(input)?;
        let (input, _) = opt(verb(&[Verb::Use], Form::Participle)).parse(input)?;
        Ok((input, ()))
    };
    let is_used = (
        class(Class::Be),
        verb(&[Verb::Use, Verb::Specify], Form::Participle),
    );
    let uses = alt((
        verb(&[Verb::Use, Verb::Specify], Form::Base),
        verb(&[Verb::Use, Verb::Specify], Form::Gerund),
        class(Class::With),
    ));
    alt((
        (subject, wrapped).map(|((), set)| Need::Inside(set)),
        (
            subject,
            opt(any_class(&[
                Class::From,
                Class::With,
                Class::For,
                Class::To,
                Class::On,
            ])),
            sources,
        )
            .map(|(.., need)| need),
        (subject, verb(&[Verb::Stand], Form::Base), wrapped).map(|(.., set)| Need::Inside(set)),
        (
            subject,
            verb(&[Verb::Refer, Verb::Import, Verb::Use], Form::Base),
            opt(class(Class::From)),
            sources,
        )
            .map(|(.., need)| need),
        (exact, is_used).map(|_| Need::Exact),
        (need, is_used).map(|(need, _)| need),
        (need::argument, class(Class::Be), super::terminal::values)
            .map(|((place, _), (), values)| Need::Argument(place, Some(values))),
        (subject, uses, need).map(|(.., need)| need),
        (subject, need).map(|((), need)| need),
    ))
    .parse(input)
}

/// Takes `it goes to "Inputs"`, `they point to the sheet "Inputs"`.
fn to_sheets(input: Input<'_>) -> Read<'_, Vec<String>> {
    let goes = verb(&[Verb::Refer, Verb::Use, Verb::Stand], Form::Base);
    (
        opt(class(Class::It)),
        opt(alt((goes, class(Class::Be)))),
        opt(any_class(&[Class::To, Class::On, Class::In])),
        texts,
    )
        .map(|(.., texts)| texts)
        .parse(input)
}

/// Takes `are ok`, `may be used`, after numbers.
fn excused_numbers(input: Input<'_>) -> Read<'_, ()> {
    let allowed = (class(Class::Be), class(Class::Allowed)).map(|_| ());
    let used = (
        super::terminal::modal,
        class(Class::Be),
        verb(&[Verb::Use], Form::Participle),
    )
        .map_opt(|(force, ..)| (force.points == super::terminal::Points::Permit).then_some(()));
    alt((allowed, used, class(Class::Excepted))).parse(input)
}

/// Takes `0, 1 and 100`.
pub(super) fn numbers(input: Input<'_>) -> Read<'_, Vec<f64>> {
    let (mut input, first) = number(input)?;
    let mut numbers = vec![first];
    while let Ok((rest, next)) = (separator, number).parse(input) {
        numbers.push(next.1);
        input = rest;
    }
    Ok((input, numbers))
}

/// Takes quoted texts: values, or the names of sheets.
fn texts(input: Input<'_>) -> Read<'_, Vec<String>> {
    let text = |input| {
        let (input, _) = opt(class(Class::SheetName)).parse(input)?;
        pick(input, |meaning| match meaning {
            Meaning::Quoted(text) => Some(text.clone()),
            _ => None,
        })
    };
    let (mut input, first) = text(input)?;
    let mut texts = vec![first];
    while let Ok((rest, next)) = (separator, text).parse(input) {
        texts.push(next.1);
        input = rest;
    }
    Ok((input, texts))
}
