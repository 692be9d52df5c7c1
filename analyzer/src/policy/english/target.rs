//! What a rule is about, without what narrows it: functions, references, numbers, error values.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::terminal::{
    Input, Read, any_class, class, comma, function_item, mark, no, pick, separator, thing, verb,
};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Target, Thing, What};

/// Takes a list of targets, each without what could narrow it: before `in IFERROR` or `with
/// XLOOKUP` that belong to the verb.
pub(super) fn plain_targets(input: Input<'_>) -> Read<'_, Vec<Target>> {
    let (mut input, first) = target(input)?;
    let mut targets = vec![first];
    while let Ok((rest, next)) = (separator, target).parse(input) {
        targets.push(next.1);
        input = rest;
    }
    Ok((input, targets))
}

/// Takes a target: functions, a thing, error values, columns.
pub(super) fn target(input: Input<'_>) -> Read<'_, Target> {
    alt((
        (referring, sheets).map(|((), names)| What::Sheets(names).into()),
        (referring, other_place).map(|((), what)| what.into()),
        functions.map(|set| What::Calls(set).into()),
        text_words.map(|()| What::Texts(Vec::new()).into()),
        (opt(class(Class::Usage)), plain_target).map(|(_, what)| what.into()),
    ))
    .parse(input)
}

/// Takes sheets by name: `sheet "Archive"`, `the sheets "Old" and "Older"`, `the Archive sheet`.
fn sheets(input: Input<'_>) -> Read<'_, Vec<String>> {
    let word = class(Class::SheetName);
    let quoted = |input| {
        pick(input, |meaning| match meaning {
            Meaning::Quoted(name) => Some(name.clone()),
            _ => None,
        })
    };
    let name = |input| {
        pick(input, |meaning| match meaning {
            Meaning::Name(name) => Some(name.clone()),
            _ => None,
        })
    };
    if let Ok((rest, (name, ()))) = (name, word).parse(input) {
        return Ok((rest, vec![name]));
    }
    let (mut input, ((), first)) = (word, quoted).parse(input)?;
    let mut names = vec![first];
    while let Ok((rest, ((), name))) = (separator, quoted).parse(input) {
        names.push(name);
        input = rest;
    }
    Ok((input, names))
}

/// Takes `text`, `text, that is string literals`.
fn text_words(input: Input<'_>) -> Read<'_, ()> {
    let (input, ()) = class(Class::PlainText)(input)?;
    let texts = |input| match thing(input) {
        Ok((rest, Thing::Texts)) => Ok((rest, ())),
        _ => no(),
    };
    let (input, _) = opt((comma, class(Class::SuchAs), texts)).parse(input)?;
    Ok((input, ()))
}

/// Whether the text is the address of a cell: `A1`.
fn is_cell(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (1..=3).contains(&letters.len())
        && letters.len() < text.len()
        && letters.chars().all(|c| c.is_ascii_uppercase())
}

/// Takes `references to`, `links to`, `ranges that cover`, before the name of a place.
fn referring(input: Input<'_>) -> Read<'_, ()> {
    let thing_word = |input| {
        let (rest, found) = thing(input)?;
        if matches!(found, Thing::References | Thing::Ranges) {
            Ok((rest, ()))
        } else {
            no()
        }
    };
    let noun = alt((
        thing_word,
        any_class(&[Class::Url, Class::CellData, Class::Data, Class::Usage]),
    ));
    let link = alt((
        any_class(&[
            Class::To,
            Class::From,
            Class::In,
            Class::Into,
            Class::On,
            Class::Around,
        ]),
        verb(&[Verb::Refer, Verb::Use], Form::Gerund),
        (
            class(Class::That),
            verb(&[Verb::Refer, Verb::Use], Form::Base),
        )
            .map(|_| ()),
    ));
    let linking = verb(&[Verb::Refer], Form::Base);
    // "Of" is left out of sentences: "cells of other sheets".
    let cells_of = |input| {
        let (rest, ()) = class(Class::CellData)(input)?;
        match thing(rest) {
            Ok((_, Thing::OtherSheets)) => Ok((rest, ())),
            _ => no(),
        }
    };
    alt(((noun, link).map(|_| ()), linking, cells_of)).parse(input)
}

/// Takes a place that a reference can go to.
fn other_place(input: Input<'_>) -> Read<'_, What> {
    let place = plain_target.map_opt(|what| {
        let is_place = matches!(
            what,
            What::OtherSheets(_)
                | What::ErrorValues(_)
                | What::Thing(
                    Thing::WholeColumns | Thing::WholeRows | Thing::OpenRanges | Thing::NamedRanges
                )
        );
        is_place.then_some(what)
    });
    // "References to other spreadsheets" are functions; "ranges in VLOOKUP" are not.
    let source = function_item.map_opt(|set| set.class.is_some().then_some(What::Calls(set)));
    alt((place, source)).parse(input)
}

/// Takes a thing by name, `A:A`, `#REF!`, `calculations`.
fn plain_target(input: Input<'_>) -> Read<'_, What> {
    let errors = |input| {
        pick(input, |meaning| match meaning {
            Meaning::ErrorValue(name) => Some(name.clone()),
            _ => None,
        })
    };
    let example = |input| {
        let columns = |input| {
            pick(input, |meaning| match meaning {
                Meaning::Columns => Some(Thing::WholeColumns),
                Meaning::Rows => Some(Thing::WholeRows),
                _ => None,
            })
        };
        let cell = |input| {
            pick(input, |meaning| match meaning {
                Meaning::Range(_) => Some(None),
                Meaning::Name(name) => is_cell(name).then_some(None),
                _ => None,
            })
        };
        let one = |input| alt((columns.map(Some), cell)).parse(input);
        let words = any_class(&[Class::SuchAs, Class::Like]);
        let (rest, (bracket, first)) = alt((
            (mark('('), opt(words), one).map(|((), _, thing)| (true, thing)),
            (comma, opt(mark('-')), words, one).map(|(.., thing)| (false, thing)),
        ))
        .parse(input)?;
        let mut rest = rest;
        while let Ok((after, _)) = (separator, one).parse(rest) {
            rest = after;
        }
        if bracket {
            rest = mark(')')(rest)?.0;
        }
        Ok((rest, first))
    };
    if let Ok((mut rest, first)) = errors(input) {
        let mut names = vec![first];
        while let Ok((after, ((), name))) = (separator, errors).parse(rest) {
            names.push(name);
            rest = after;
        }
        let (rest, _) = opt(thing_error_word).parse(rest)?;
        return Ok((rest, What::ErrorValues(names)));
    }
    if let Ok((rest, what)) = pick(input, |meaning| match meaning {
        Meaning::Columns => Some(What::Thing(Thing::WholeColumns)),
        Meaning::Rows => Some(What::Thing(Thing::WholeRows)),
        Meaning::Class(Class::Calculation) => Some(What::Calculations),
        _ => None,
    }) {
        let word = |input| thing(input).map(|(rest, _)| (rest, ()));
        let (rest, _) = opt(word).parse(rest)?;
        return Ok((rest, what));
    }
    let named_errors = (comma, any_class(&[Class::SuchAs, Class::Like]), errors);
    let listed_errors = (
        mark('('),
        opt(any_class(&[Class::SuchAs, Class::Like])),
        errors,
    );
    let (input, found) = thing(input)?;
    if found == Thing::ErrorValues
        && let Ok((mut rest, _)) = { named_errors }.parse(input)
    {
        while let Ok((after, _)) = (separator, errors).parse(rest) {
            rest = after;
        }
        return Ok((rest, what_of(found)));
    }
    if found == Thing::ErrorValues
        && let Ok((mut rest, (.., first))) = { listed_errors }.parse(input)
    {
        let mut names = vec![first];
        while let Ok((after, ((), name))) = (separator, errors).parse(rest) {
            names.push(name);
            rest = after;
        }
        let (rest, ()) = mark(')')(rest)?;
        return Ok((rest, What::ErrorValues(names)));
    }
    let (input, example) = opt(example).parse(input)?;
    let found = match (found, example) {
        (Thing::References | Thing::Ranges, Some(Some(example))) => example,
        (Thing::References | Thing::Ranges, Some(None)) => return no(),
        (found, _) => found,
    };
    let (input, _) = opt(thing_repeated(found)).parse(input)?;
    Ok((input, what_of(found)))
}

/// Takes the word "error values" after the names of some.
fn thing_error_word(input: Input<'_>) -> Read<'_, ()> {
    let (rest, found) = thing(input)?;
    if found == Thing::ErrorValues {
        Ok((rest, ()))
    } else {
        no()
    }
}

/// Takes a word that only repeats what kind of thing it is: `whole-column references`.
fn thing_repeated<'s>(first: Thing) -> impl Fn(Input<'s>) -> Read<'s, ()> {
    move |input| {
        let (rest, next) = thing(input)?;
        let repeats = matches!(next, Thing::References | Thing::Ranges)
            && !matches!(
                first,
                Thing::References | Thing::Ranges | Thing::Numbers | Thing::Texts
            );
        if repeats { Ok((rest, ())) } else { no() }
    }
}

/// What a thing is in a rule.
fn what_of(thing: Thing) -> What {
    match thing {
        // 0 and 1 say nothing that could change: they are exempt unless the sentence has its own
        // exceptions.
        Thing::Numbers => What::Numbers(vec![0.0, 1.0]),
        Thing::Texts => What::Texts(Vec::new()),
        Thing::OtherSheets => What::OtherSheets(Vec::new()),
        Thing::ErrorValues => What::ErrorValues(Vec::new()),
        other => What::Thing(other),
    }
}

/// Whether the target is one that functions are given: `the ranges of VLOOKUP`.
pub(super) fn names_ranges(target: &Target) -> bool {
    matches!(target.what, What::Thing(Thing::Ranges | Thing::References))
}
