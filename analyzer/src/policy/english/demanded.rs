//! What is demanded of things in formulas: `VLOOKUP must use exact match`, `divisions must be
//! wrapped in IFERROR`, `MATCH requires match type 0`.
//!
//! What they must not do, and what they may only do, is in `restricted`.

use nom::{Parser, branch::alt, combinator::opt};

use super::need::{self, Need, Place, handlers, need, sources, wrapped};
use super::noun::Noun;
use super::predicate::{clause_of, demanding, turned};
use super::required::{absolute_or, error_handlers};
use super::terminal::{Input, Points, Read, any_class, class, modal, no, values, verb};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Level, Target, What};

/// `VLOOKUP must use exact match`, `divisions must be wrapped in IFERROR`, `ranges passed to
/// VLOOKUP must be absolute`, `MATCH requires match type 0`
///
/// "VLOOKUP must use exact match." flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,FALSE)`.
pub(super) fn demanded<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    let said = |input| {
        let of_modal = modal.map_opt(|force| {
            turned(force, nobody)
                .filter(|force| force.points == Points::Demand)
                .map(|force| (force.level, false))
        });
        let requires = class(Class::Requires).map(|()| (Level::Must, true));
        alt((requires, of_modal)).parse(input)
    };
    if nobody {
        return no();
    }
    if let ([Noun::Target(target)], Ok((rest, ()))) = (nouns, exact_label(input)) {
        let demand = Need::Exact.of(target).map(|demand| vec![demand]);
        return demanding(rest, Level::Must, demand);
    }
    let (input, (level, requires)) = said(input)?;
    let (input, needs) = needed(input, requires)?;
    // "Ranges must be absolute in VLOOKUP."
    let within = (
        any_class(&[Class::In, Class::For, Class::With]),
        super::functions::functions,
    );
    let (input, within) = match needs {
        Need::Absolute => opt(within).parse(input)?,
        _ => (input, None),
    };
    let within = within.map(|((), set)| set);
    let mut demands = Vec::new();
    for noun in nouns {
        let target = match noun {
            Noun::Target(target) if within.is_some() && target.within.is_some() => return no(),
            Noun::Target(target) => Target {
                what: target.what.clone(),
                within: within.clone().or_else(|| target.within.clone()),
            },
            Noun::AnyCall | Noun::Broken(_) | Noun::Measured(_) | Noun::TooMuch(_) => return no(),
        };
        let demand = match &needs {
            Need::Absolute => match &target.what {
                What::Calls(set) => {
                    absolute_or(&needs, Some(set.clone())).and_then(|mut all| all.pop())
                }
                _ => needs.of(&target),
            },
            Need::Argument(..) | Need::ArgumentNot(..) => match &target.what {
                What::Calls(set) => match needs.of_functions(Some(set.clone())) {
                    Some(mut several) if several.len() == 1 => several.pop(),
                    Some(several) => {
                        demands.extend(several);
                        continue;
                    }
                    None => None,
                },
                _ => None,
            },
            _ => needs.of(&target),
        };
        match demand {
            Some(demand) => demands.push(demand),
            None => return no(),
        }
    }
    Ok((input, clause_of(level, Outcome::Demands(demands))))
}

/// Takes `: always exact match`, `- exact match only`, at the end.
fn exact_label(input: Input<'_>) -> Read<'_, ()> {
    let sign = alt((super::terminal::mark(':'), super::terminal::mark('-')));
    let only = |input| opt(class(Class::Only)).parse(input);
    let required = opt((opt(class(Class::Be)), class(Class::Required)));
    let (rest, _) = (sign, only, need::exact, only, required).parse(input)?;
    if rest.is_empty() {
        Ok((rest, ()))
    } else {
        no()
    }
}

/// Takes what the subject must do or be.
fn needed(input: Input<'_>, requires: bool) -> Read<'_, Need> {
    if requires {
        return alt((
            need,
            (
                error_handlers,
                opt((
                    class(Class::Around),
                    opt(any_class(&[Class::It, Class::Them])),
                )),
            )
                .map(|(set, _)| Need::Inside(set)),
        ))
        .parse(input);
    }
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    let specify = verb(&[Verb::Use, Verb::Specify], Form::Base);
    let inside = any_class(&[Class::In, Class::By]);
    let with = any_class(&[Class::With, Class::In, Class::As, Class::To]);
    let only = |input| opt(class(Class::Only)).parse(input);
    let be = class(Class::Be);
    let made = verb(&[Verb::Make, Verb::Anchor], Form::Participle);
    // "Must be nested in IFERROR", "must read FALSE as the last argument", "must point to an absolute range"
    let otherwise = alt((
        (verb(&[Verb::Nest], Form::Base), inside, handlers).map(|(.., set)| Need::Inside(set)),
        (be, made, need).map_opt(|((), (), need)| (need == Need::Absolute).then_some(need)),
        (
            verb(&[Verb::Refer], Form::Base),
            opt(class(Class::To)),
            need::absolute,
        )
            .map(|_| Need::Absolute),
        (class(Class::Only), need::exact).map(|_| Need::Exact),
        (specify, only, class(Class::With), need::exact).map(|_| Need::Exact),
    ));
    alt((
        otherwise,
        (be, wrapped).map(|((), set)| Need::Inside(set)),
        (verb(&[Verb::Stand], Form::Base), inside, handlers).map(|(.., set)| Need::Inside(set)),
        (be, opt(used), with, need).map(|(.., need)| need),
        (be, need).map(|((), need)| need),
        (be, used, need).map(|(.., need)| need),
        need::exact.map(|()| Need::Exact),
        (
            class(Class::EndWith),
            values,
            opt((
                any_class(&[Class::As, Class::In]),
                class(Class::Last),
                class(Class::Argument),
            )),
        )
            .map(|((), values, _)| Need::Argument(Place::Last, Some(values))),
        (only, specify, only, need).map(|(.., need)| need),
        (
            specify,
            error_handlers,
            opt((
                class(Class::Around),
                opt(any_class(&[Class::It, Class::Them])),
            )),
        )
            .map(|((), set, _)| Need::Inside(set)),
        only_sources,
    ))
    .parse(input)
}

/// Takes `only read from spreadsheet 1Abc…`, `refer to spreadsheet 1Abc… only`.
fn only_sources(input: Input<'_>) -> Read<'_, Need> {
    let only = |input| opt(class(Class::Only)).parse(input);
    let read = verb(&[Verb::Import, Verb::Refer, Verb::Use], Form::Base);
    let data = opt(any_class(&[Class::Data, Class::CellData]));
    let link = opt(any_class(&[Class::From, Class::To]));
    (only, read, only, data, only, link, sources, only)
        .map(|all| all.6)
        .parse(input)
}
