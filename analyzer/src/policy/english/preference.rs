//! One thing rather than another: `use XLOOKUP instead of HLOOKUP`, `prefer SUMIFS over array
//! formulas`, `replace VLOOKUP with XLOOKUP`.

use nom::{Parser, branch::alt, combinator::opt};

use super::noun::{Noun, nouns};
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, comma, mark, modal, no, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, What};

/// Takes a preference in any of its forms.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let over = any_class(&[Class::Instead, Class::To, Class::Around]);
    let instead = class(Class::Instead);
    let by = any_class(&[Class::With, Class::By]);
    let choose = verb(&[Verb::Use, Verb::Prefer], Form::Base);
    let chosen = |input| {
        let verbs: &[Verb] = &[Verb::Use, Verb::Prefer];
        alt((verb(verbs, Form::Participle), class(Class::Preferred))).parse(input)
    };
    let should = Force::new(Level::Should, Points::Demand);
    let anyone = |input| {
        opt((actor, modal))
            .map(move |said| said.map_or(should, |(_, force)| force))
            .parse(input)
    };
    let not = any_class(&[Class::Not, Class::DoNot]);
    let (rest, (force, used, avoided)) = alt((
        // `prefer A over B`
        (
            anyone,
            verb(&[Verb::Prefer], Form::Base),
            nouns,
            over,
            nouns,
        )
            .map(|(force, (), used, (), avoided)| (force, used, avoided)),
        // `we prefer A over B`
        (actor, verb(&[Verb::Prefer], Form::Base), nouns, over, nouns)
            .map(|((), (), used, (), avoided)| (should, used, avoided)),
        // `use A instead of B`
        (
            anyone,
            choose,
            nouns,
            instead,
            opt(verb(&[Verb::Use], Form::Gerund)),
            nouns,
        )
            .map(|(force, (), used, (), _, avoided)| (force, used, avoided)),
        // `use A, not B`
        (
            anyone,
            choose,
            nouns,
            comma,
            opt(class(Class::And)),
            not,
            nouns,
        )
            .map(|(force, (), used, (), _, (), avoided)| (force, used, avoided)),
        // `instead of B, use A`
        (
            instead,
            opt(verb(&[Verb::Use], Form::Gerund)),
            nouns,
            opt(mark(',')),
            anyone,
            choose,
            nouns,
        )
            .map(|((), _, avoided, _, force, (), used)| (force, used, avoided)),
        // `instead of B, A should be used`
        (
            instead,
            opt(verb(&[Verb::Use], Form::Gerund)),
            nouns,
            opt(mark(',')),
            nouns,
            modal,
            class(Class::Be),
            chosen,
        )
            .map(|((), _, avoided, _, used, force, (), ())| (force, used, avoided)),
        // `A should be used instead of B`, `A must be preferred to B`
        (nouns, modal, class(Class::Be), chosen, over, nouns)
            .map(|(used, force, (), (), (), avoided)| (force, used, avoided)),
        // `A is preferred to B`, `A is to be preferred over B`
        (nouns, class(Class::Be), chosen, over, nouns)
            .map(|(used, (), (), (), avoided)| (should, used, avoided)),
        // `A should replace B`
        (nouns, modal, verb(&[Verb::Replace], Form::Base), nouns)
            .map(|(used, force, (), avoided)| (force, used, avoided)),
        // `A should be substituted for B`
        (
            nouns,
            modal,
            class(Class::Be),
            verb(&[Verb::Replace], Form::Participle),
            class(Class::For),
            nouns,
        )
            .map(|(used, force, (), (), (), avoided)| (force, used, avoided)),
        // `replace B with A`, `B must be replaced by A`
        (
            anyone,
            verb(&[Verb::Replace], Form::Base),
            nouns,
            alt((
                by,
                any_class(&[Class::To, Class::Into, Class::As, Class::For]),
            )),
            nouns,
        )
            .map_opt(|(force, (), avoided, (), used)| Some((force, used, avoided))),
        (
            nouns,
            modal,
            class(Class::Be),
            verb(&[Verb::Replace], Form::Participle),
            alt((by, any_class(&[Class::To, Class::Into, Class::As]))),
            nouns,
        )
            .map(|(avoided, force, (), (), (), used)| (force, used, avoided)),
        // `migrate from B to A`
        (
            anyone,
            verb(&[Verb::Migrate], Form::Base),
            opt(class(Class::From)),
            nouns,
            class(Class::To),
            nouns,
        )
            .map(|(force, (), _, avoided, (), used)| (force, used, avoided)),
        // `where you would use B, use A` is a condition, and not here.
    ))
    .parse(input)?;
    let points = force.points;
    if points != Points::Demand {
        return no();
    }
    match preference(used, avoided) {
        Some(demands) => Ok((
            rest,
            Clause {
                level: force.level,
                outcome: Outcome::Demands(demands),
            },
        )),
        None => no(),
    }
}

/// The demands that the first nouns are used rather than the others; `None` if the same function
/// stands on both sides.
fn preference(used: Vec<Noun>, avoided: Vec<Noun>) -> Option<Vec<Demand>> {
    let used = preferred(used)?;
    avoided
        .into_iter()
        .map(|noun| {
            let demand = noun.forbidden()?;
            let is_same = matches!(
                (&demand, &used),
                (Demand::Forbid(target), used) if target.what == *used
            );
            (!is_same && !matches!(demand, Demand::Prefer(..)))
                .then(|| Demand::Prefer(used.clone(), Box::new(demand)))
        })
        .collect()
}

/// What is preferred, as one thing: the names of several functions become one set.
fn preferred(nouns: Vec<Noun>) -> Option<What> {
    let mut all: Option<What> = None;
    for noun in nouns {
        let what = noun.target().filter(|target| target.within.is_none())?.what;
        all = Some(match (all, what) {
            (None, what) => what,
            (Some(What::Calls(mut set)), What::Calls(more)) => {
                set.names.extend(more.names);
                What::Calls(FunctionSet {
                    class: None,
                    names: set.names,
                })
            }
            (Some(_), _) => return None,
        });
    }
    all
}
