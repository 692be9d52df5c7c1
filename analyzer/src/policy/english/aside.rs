//! What a sentence says beside its demand, left out or put into the plain order: asides between
//! commas, examples before "and other", a limit said twice, two demands with one subject.
//!
//! Nothing is left out that could limit, allow or forbid something.

use super::rewrite::{is_mark, names_functions};
use super::terminal::{self, Input};
use super::{can_explain, explains, is_class, noun};
use crate::policy::lexicon::{Class, Form, Meaning};
use crate::policy::rule::Thing;
use crate::policy::symbols::Symbol;

/// How many places are tried at which two demands could meet.
const JOINS: usize = 4;

/// `Ranges such as A:A, which cover whole columns, are forbidden`: what is told of the subject
/// between commas goes.
pub(super) fn apposed(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some(start) = symbols.iter().position(|symbol| is_mark(symbol, ',')) else {
        return;
    };
    let (subject, rest) = symbols.split_at(start);
    let rest = rest.get(1..).unwrap_or_default();
    let tells = |class| rest.first().is_some_and(|symbol| is_class(symbol, class));
    if !tells(Class::That) && !tells(Class::Because) {
        return;
    }
    let Some(end) = rest.iter().position(|symbol| is_mark(symbol, ',')) else {
        return;
    };
    let (told, said) = rest.split_at(end);
    let said = said.get(1..).unwrap_or_default();
    let is_subject = noun::nouns(subject).is_ok_and(|(rest, _)| rest.is_empty());
    if is_subject && told.iter().all(can_explain) && !told.iter().any(names_functions) {
        all.push([subject, said].concat());
    }
}

/// `Tax rates and other constants do not belong in formulas`: of examples and what they are
/// examples of, only the latter says something.
pub(super) fn instances(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some(at) = symbols
        .iter()
        .position(|symbol| is_class(symbol, Class::Others))
    else {
        return;
    };
    let (before, after) = symbols.split_at(at);
    let after = after.get(1..).unwrap_or_default();
    let names_all = matches!(
        terminal::thing(after),
        Ok((_, Thing::Numbers | Thing::Texts | Thing::ErrorValues))
    );
    let Some((join, examples)) = before.split_last() else {
        return;
    };
    let is_join = is_class(join, Class::And) || is_class(join, Class::Or);
    if !is_join || !names_all {
        return;
    }
    let start = examples
        .iter()
        .rposition(|symbol| !is_example(symbol))
        .map_or(0, |at| at + 1);
    let (said, examples) = examples.split_at(start);
    if !examples.is_empty() {
        all.push([said, after].concat());
    }
}

/// Whether the symbol can be part of an example of data: `tax rates`, `thresholds,`.
fn is_example(symbol: &Symbol) -> bool {
    symbol.is_unknown()
        || is_mark(symbol, ',')
        || is_class(symbol, Class::Data)
        || is_class(symbol, Class::CellData)
}

/// `IFs can be nested up to three deep, but no deeper`: what is possible up to a limit and no
/// further is limited.
pub(super) fn no_further(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let but = symbols.windows(2).position(|pair| {
        matches!(pair, [but, bound]
            if is_class(but, Class::But) && is_class(bound, Class::AtMost))
    });
    if let Some(at) = but {
        let (before, after) = symbols.split_at(at);
        let before = match before.split_last() {
            Some((last, rest)) if is_mark(last, ',') => rest,
            _ => before,
        };
        let after = after.get(1..).unwrap_or_default();
        all.push(permitted(&[before, after].concat()));
    }
    let Some((last, mut rest)) = symbols.split_last() else {
        return;
    };
    if !is_class(last, Class::NoFurther) {
        return;
    }
    let len = rest.len();
    while let Some((join, before)) = rest.split_last()
        && (is_mark(join, ',')
            || is_mark(join, ';')
            || is_mark(join, '-')
            || is_class(join, Class::But)
            || is_class(join, Class::And))
    {
        rest = before;
    }
    if rest.len() == len {
        return;
    }
    all.push(permitted(rest));
}

/// The symbols with "may" for "can".
fn permitted(symbols: Input<'_>) -> Vec<Symbol> {
    let said = symbols.iter().map(|symbol| {
        if is_class(symbol, Class::Can) {
            word(symbol, Class::May)
        } else {
            symbol.clone()
        }
    });
    said.collect()
}

/// `Should a formula exceed 100 characters, split it`: the condition said with "if".
pub(super) fn inverted(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((first, rest)) = symbols.split_first() else {
        return;
    };
    let is_subject = terminal::actor(rest).is_ok() || noun::nouns(rest).is_ok();
    let goes_on = rest.iter().any(|symbol| is_mark(symbol, ','));
    if is_class(first, Class::Should) && is_subject && goes_on {
        all.push([&[word(first, Class::If)], rest].concat());
    }
}

/// `At no point may IF be nested more than twice`: what comes after the subject must not be.
pub(super) fn turned(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let [not, may, rest @ ..] = symbols else {
        return;
    };
    let modal = [Class::May, Class::Can, Class::Must, Class::Should]
        .iter()
        .any(|class| is_class(may, *class));
    if !is_class(not, Class::Not) || !modal {
        return;
    }
    let after = terminal::actor(rest)
        .map(|(after, ())| after)
        .or_else(|_| noun::nouns(rest).map(|(after, _)| after));
    if let Ok(after) = after {
        let subject = rest.get(..rest.len() - after.len()).unwrap_or_default();
        all.push([subject, &[word(may, Class::MustNot)], after].concat());
    }
}

/// `URLs must be literal and never assembled from cells`: each demand with the subject of both.
pub(super) fn both(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    // A reason before the subject is one of both.
    let reason = symbols
        .first()
        .filter(|first| is_class(first, Class::ForQuality))
        .and_then(|_| symbols.get(1))
        .filter(|second| is_mark(second, ','))
        .map(|_| 1);
    let symbols = symbols
        .get(reason.map_or(0, |at| at + 1)..)
        .unwrap_or_default();
    let Some(modal) = symbols.iter().position(is_predicate) else {
        return;
    };
    let (subject, said) = symbols.split_at(modal);
    let Some((force, first)) = said.split_first() else {
        return;
    };
    if subject.is_empty() || subject.iter().any(|symbol| is_mark(symbol, ',')) {
        return;
    }
    let joins = |symbol: &Symbol| is_class(symbol, Class::And) || is_class(symbol, Class::But);
    let places = first
        .iter()
        .enumerate()
        .filter(|(_, symbol)| joins(symbol) || is_mark(symbol, ','));
    for (at, _) in places.take(JOINS) {
        let (before, mut after) = first.split_at(at);
        while let Some((join, rest)) = after.split_first()
            && (joins(join) || is_mark(join, ','))
        {
            after = rest;
        }
        let semicolon = Symbol {
            span: force.span,
            meanings: vec![Meaning::Mark(';')],
        };
        let start = [subject, std::slice::from_ref(force), before, &[semicolon]].concat();
        for second in said_again(subject, force, before, after) {
            all.push([start.as_slice(), &second].concat());
        }
    }
}

/// `Formulas must not exceed 99 characters, nor may they use INDIRECT`: "they" must not either.
pub(super) fn nor(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some(at) = symbols.windows(3).position(|three| {
        matches!(three, [or, may, it] if is_class(or, Class::Or)
            && [Class::May, Class::Can, Class::Must, Class::Should]
                .iter()
                .any(|class| is_class(may, *class))
            && is_class(it, Class::It))
    }) else {
        return;
    };
    let (before, after) = symbols.split_at(at);
    let rest = terminal::actor(before)
        .map(|(rest, ())| rest)
        .or_else(|_| noun::nouns(before).map(|(rest, _)| rest));
    let (Ok(rest), Some(or)) = (rest, after.first()) else {
        return;
    };
    let subject = before.get(..before.len() - rest.len()).unwrap_or_default();
    let before = match before.split_last() {
        Some((last, rest)) if is_mark(last, ',') => rest,
        _ => before,
    };
    let semicolon = Symbol {
        span: or.span,
        meanings: vec![Meaning::Mark(';')],
    };
    let said = after.get(3..).unwrap_or_default();
    all.push(
        [
            before,
            &[semicolon],
            subject,
            &[word(or, Class::MustNot)],
            said,
        ]
        .concat(),
    );
}

/// What is left of a sentence without the reason at its end, if words that turn a sentence stand
/// nowhere but in that reason: `LET is banned, because most people do not know it`.
pub(super) fn unexplained(symbols: Input<'_>) -> Option<Input<'_>> {
    let turns = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Unreadable);
    let first = symbols.iter().position(turns)?;
    let starts = |at: usize| {
        let is = |at: usize, class| {
            symbols
                .get(at)
                .is_some_and(|symbol| is_class(symbol, class))
        };
        let joins = symbols
            .get(at)
            .is_some_and(|symbol| is_mark(symbol, ';') || is_mark(symbol, '-'));
        is(at, Class::Because) || joins && is(at + 1, Class::It)
    };
    let at = (1..first).rev().find(|at| starts(*at))?;
    let (said, reason) = symbols.split_at(at);
    let plain: Vec<Symbol> = reason
        .iter()
        .map(|symbol| {
            let mut plain = symbol.clone();
            plain
                .meanings
                .retain(|meaning| *meaning != Meaning::Unreadable);
            plain
        })
        .collect();
    let said = match said.split_last() {
        Some((last, rest)) if is_mark(last, ',') => rest,
        _ => said,
    };
    explains(&plain).then_some(said)
}

/// The second demand with its subject and its force.
fn said_again(
    subject: Input<'_>,
    force: &Symbol,
    before: Input<'_>,
    after: Input<'_>,
) -> Vec<Vec<Symbol>> {
    let Some((first, rest)) = after.split_first() else {
        return Vec::new();
    };
    if is_predicate(first) {
        return vec![[subject, after].concat()];
    }
    if !is_modal(force) {
        // "Approximate match is forbidden in VLOOKUP but allowed in MATCH."
        let judges = [
            Class::Allowed,
            Class::Forbidden,
            Class::Discouraged,
            Class::Not,
        ];
        return if judges.iter().any(|class| is_class(first, *class)) {
            vec![[subject, std::slice::from_ref(force), after].concat()]
        } else {
            Vec::new()
        };
    }
    let is_base = |symbol: &Symbol| {
        is_class(symbol, Class::Be)
            || symbol
                .meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Verb(_, Form::Base)))
    };
    let be = before.first().filter(|symbol| is_class(symbol, Class::Be));
    let with_be = |force: Symbol, said: Input<'_>| {
        let be: Vec<Symbol> = be.into_iter().cloned().collect();
        [subject, &[force], &be, said].concat()
    };
    if is_class(first, Class::Not) || is_class(first, Class::DoNot) {
        let must_not = word(first, Class::MustNot);
        let mut ways = vec![with_be(must_not.clone(), rest)];
        if rest.first().is_some_and(is_base) {
            ways.push([subject, &[must_not], rest].concat());
        } else if let Some(verb) = before.first().filter(|symbol| is_base(symbol)) {
            // "Must read FALSE, never TRUE."
            ways.push([subject, &[must_not, verb.clone()], rest].concat());
        }
        return ways;
    }
    if is_base(first) {
        return vec![[subject, std::slice::from_ref(force), after].concat()];
    }
    if be.is_some() {
        return vec![with_be(force.clone(), after)];
    }
    Vec::new()
}

fn is_modal(symbol: &Symbol) -> bool {
    [Class::Must, Class::MustNot, Class::Should, Class::ShouldNot]
        .iter()
        .any(|class| is_class(symbol, *class))
}

/// Whether a predicate begins with the symbol: a modal verb, "is", "has".
fn is_predicate(symbol: &Symbol) -> bool {
    is_modal(symbol) || is_class(symbol, Class::Be) || is_class(symbol, Class::Have)
}

/// `RAND makes results vary; leave it out of formulas`: "it" is what the sentence begins with.
pub(super) fn meant(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((subject, told)) = noun::subject(symbols) else {
        return;
    };
    let joins = |symbol: &Symbol| {
        [',', ';', '-', ':']
            .iter()
            .any(|mark| is_mark(symbol, *mark))
            || is_class(symbol, Class::And)
            || is_class(symbol, Class::Therefore)
    };
    let places = told.iter().enumerate().filter(|(_, symbol)| joins(symbol));
    for (at, _) in places.take(JOINS) {
        let (statement, mut order) = told.split_at(at);
        while let Some((join, rest)) = order.split_first()
            && (joins(join) || is_class(join, Class::So))
        {
            order = rest;
        }
        let is_statement = statement
            .first()
            .is_some_and(|first| !is_class(first, Class::That) && !joins(first))
            && statement.iter().all(can_explain)
            && !statement.iter().any(names_functions);
        let pronoun =
            |symbol: &Symbol| is_class(symbol, Class::It) || is_class(symbol, Class::Them);
        let Some(place) = order.iter().position(pronoun).filter(|_| is_statement) else {
            continue;
        };
        let (before, after) = order.split_at(place);
        let after = after.get(1..).unwrap_or_default();
        if !after.iter().any(pronoun) {
            all.push([before, subject, after].concat());
        }
    }
}

/// `No division may go unprotected: wrap it in IFERROR`: both demands are of what the first names.
pub(super) fn twice(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let bare = match symbols.split_first() {
        Some((no, rest)) if is_class(no, Class::No) => rest,
        _ => symbols,
    };
    let Some((subject, said)) = noun::subject(bare) else {
        return;
    };
    let joins = |symbol: &Symbol| {
        [';', '-', ':', ',']
            .iter()
            .any(|mark| is_mark(symbol, *mark))
            || is_class(symbol, Class::And)
    };
    let start = symbols.len() - said.len();
    let places = said.iter().enumerate().filter(|(_, symbol)| joins(symbol));
    for (at, join) in places.take(JOINS) {
        let first = symbols.get(..start + at).unwrap_or_default();
        let order = said.get(at + 1..).unwrap_or_default();
        let pronoun =
            |symbol: &Symbol| is_class(symbol, Class::It) || is_class(symbol, Class::Them);
        let Some(place) = order.iter().position(pronoun) else {
            continue;
        };
        let (before, after) = order.split_at(place);
        let after = after.get(1..).unwrap_or_default();
        let semicolon = Symbol {
            span: join.span,
            meanings: vec![Meaning::Mark(';')],
        };
        if !after.iter().any(pronoun) {
            all.push([first, &[semicolon], before, subject, after].concat());
        }
    }
}

/// `Rates go in the Rates sheet; formulas must not contain constants`: what is told first demands
/// nothing of formulas.
pub(super) fn told_first(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some(at) = symbols.iter().position(|symbol| is_mark(symbol, ';')) else {
        return;
    };
    let (told, said) = symbols.split_at(at);
    let opens_place = |symbol: &Symbol| {
        [
            Class::In,
            Class::On,
            Class::For,
            Class::At,
            Class::From,
            Class::With,
            Class::By,
            Class::No,
            Class::Not,
        ]
        .iter()
        .any(|class| is_class(symbol, *class))
    };
    let is_verb = |symbol: &Symbol| {
        is_class(symbol, Class::Be)
            || symbol
                .meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Verb(_, Form::Base)))
    };
    let tells = told
        .first()
        .is_some_and(|first| !opens_place(first) && !is_verb(first))
        && told.iter().skip(1).any(is_verb)
        && told.iter().all(is_plain)
        && !told.iter().any(names_functions);
    if tells {
        all.push(said.get(1..).unwrap_or_default().to_vec());
    }
}

/// Whether the symbol is known, or a name, and limits nothing: a word that is not known could say
/// that what follows is only a proposal.
fn is_plain(symbol: &Symbol) -> bool {
    let is_name = |meaning: &Meaning| matches!(meaning, Meaning::Name(_));
    can_explain(symbol) && (!symbol.is_unknown() || symbol.meanings.iter().any(is_name))
}

/// The word of that class in the place of another.
fn word(symbol: &Symbol, class: Class) -> Symbol {
    Symbol {
        span: symbol.span,
        meanings: vec![Meaning::Class(class)],
    }
}
