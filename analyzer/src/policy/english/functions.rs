//! Functions in a sentence: by name, in lists, as a set that the vocabulary names.

use nom::{Parser, branch::alt, combinator::opt};

use super::terminal::{
    Input, Read, any_class, class, comma, function_item, mark, no, separator, verb,
};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::FunctionSet;

/// Takes functions: `NOW, TODAY and RAND`, `the INDIRECT function`, `functions such as OFFSET`,
/// `volatile functions (NOW, TODAY)`, `calls to INDIRECT`.
pub(super) fn functions(input: Input<'_>) -> Read<'_, FunctionSet> {
    let called = any_class(&[Class::Function, Class::Call]);
    let (input, _) = opt(class(Class::Usage)).parse(input)?;
    let (input, _) = opt((
        called,
        opt(any_class(&[Class::SuchAs, Class::Like, Class::Following])),
        opt(any_class(&[Class::To])),
        opt(mark(':')),
    ))
    .parse(input)?;
    let (input, first) = function_item(input)?;
    let (input, set) = if first.class.is_some() {
        named_members(input, first)?
    } else {
        let (input, listed) = function_list(input, first);
        others_like(input, listed)
    };
    let after = any_class(&[Class::Function, Class::Call, Class::Formula]);
    let (input, _) = opt(after).parse(input)?;
    Ok((input, set))
}

/// Takes the names after the first one of a list.
fn function_list(mut input: Input<'_>, first: FunctionSet) -> (Input<'_>, FunctionSet) {
    let mut set = first;
    while let Ok((rest, ((), _, _, next))) = (
        separator,
        opt(any_class(&[Class::Function, Class::Usage])),
        opt(class(Class::To)),
        function_item,
    )
        .parse(input)
    {
        if next.class.is_some() {
            break;
        }
        for name in next.names {
            if !set.names.contains(&name) {
                set.names.push(name);
            }
        }
        input = rest;
    }
    (input, set)
}

/// Takes `and other volatile functions` after some of them: all of them are meant.
fn others_like(input: Input<'_>, listed: FunctionSet) -> (Input<'_>, FunctionSet) {
    let others = (separator, class(Class::Others), function_item).parse(input);
    match others {
        Ok((rest, (.., set)))
            if set.class.is_some() && listed.names.iter().all(|name| set.names.contains(name)) =>
        {
            (rest, set)
        }
        _ => (input, listed),
    }
}

/// Takes the members that a sentence lists itself: `volatile functions (NOW, TODAY)`. With "such
/// as" they are examples, and the whole set is meant; they must be of the set.
fn named_members(input: Input<'_>, class_set: FunctionSet) -> Read<'_, FunctionSet> {
    let list = |input| {
        let (input, first) = function_item(input)?;
        Ok(function_list(input, first))
    };
    let bracketed = (
        mark('('),
        opt(class(Class::SuchAs)),
        opt(mark(',')),
        list,
        opt(mark(',')),
        mark(')'),
    )
        .parse(input);
    if let Ok((rest, ((), examples, _, listed, ..))) = bracketed {
        return finish(rest, class_set, listed, examples.is_some());
    }
    let examples = (comma, class(Class::SuchAs), opt(mark(',')), list).parse(input);
    if let Ok((rest, (.., listed))) = examples {
        let (rest, ()) = comma(rest)?;
        return finish(rest, class_set, listed, true);
    }
    // "The volatile function NOW" is NOW.
    if let Ok((rest, listed)) = list(input)
        && listed.class.is_none()
    {
        return Ok((rest, listed));
    }
    // "Web data through IMPORTXML" is IMPORTXML.
    let means = alt((class(Class::By), verb(&[Verb::Use], Form::Gerund)));
    if let Ok((rest, ((), listed))) = (means, list).parse(input)
        && listed
            .names
            .iter()
            .all(|name| class_set.names.contains(name))
    {
        return finish(rest, class_set, listed, false);
    }
    let listed = ((mark(':')), list).parse(input);
    if let Ok((rest, ((), listed))) = listed {
        return finish(rest, class_set, listed, false);
    }
    Ok((input, class_set))
}

fn finish(
    rest: Input<'_>,
    class_set: FunctionSet,
    listed: FunctionSet,
    are_examples: bool,
) -> Read<'_, FunctionSet> {
    let all_members = listed
        .names
        .iter()
        .all(|name| class_set.names.contains(name));
    match (are_examples, all_members) {
        (true, true) => Ok((rest, class_set)),
        (true, false) => no(),
        (false, _) => Ok((
            rest,
            FunctionSet {
                class: class_set.class,
                names: listed.names,
            },
        )),
    }
}

/// The lookups that have a choice of how to match.
pub(super) fn lookups() -> FunctionSet {
    set_of(&["VLOOKUP", "HLOOKUP", "LOOKUP", "MATCH", "XLOOKUP", "XMATCH"])
}

pub(super) fn set_of(names: &[&str]) -> FunctionSet {
    FunctionSet {
        class: None,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    }
}
