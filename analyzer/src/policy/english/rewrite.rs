//! Sentences in another order or with words beside what they demand, put into the plain order that
//! the forms of the grammar have. A rewritten sentence says what the written one says.

use super::terminal::Input;
use super::{aside, can_explain, granted, is_class, noun, prohibited, terminal};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::symbols::Symbol;

/// How many commas are tried as the end of what stands before the clause.
const COMMAS: usize = 4;

/// The sentences in plain order that say what this one says, most likely first.
pub(super) fn plain(symbols: Input<'_>) -> Vec<Vec<Symbol>> {
    let mut all = Vec::new();
    for rewrite in [
        leading,
        shared,
        explained,
        also,
        replaced,
        advised,
        granted::elliptic,
        granted::but_not,
        granted::not_only,
        granted::while_first,
        expected,
        repeated,
        others,
        aside::apposed,
        aside::instances,
        aside::no_further,
        aside::inverted,
        aside::turned,
        aside::both,
        aside::meant,
        aside::twice,
        aside::told_first,
        aside::nor,
    ] {
        rewrite(symbols, &mut all);
    }
    all
}

pub(super) fn is_mark(symbol: &Symbol, mark: char) -> bool {
    symbol.meanings.contains(&Meaning::Mark(mark))
}

/// Where the first commas stand.
fn commas(symbols: Input<'_>) -> impl Iterator<Item = usize> + '_ {
    let places = symbols
        .iter()
        .enumerate()
        .filter(|(_, symbol)| is_mark(symbol, ','));
    places.map(|(at, _)| at).take(COMMAS)
}

/// `Unless it is wrapped in IFERROR, VLOOKUP is forbidden`, `in place of nested IF, use IFS`: what
/// stands first goes to the end.
fn leading(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let moves = [
        Class::Unless,
        Class::UnlessInside,
        Class::Except,
        Class::Instead,
    ];
    let Some(first) = symbols.first() else {
        return;
    };
    if !moves.iter().any(|class| is_class(first, *class)) {
        return;
    }
    for at in commas(symbols) {
        let (before, after) = symbols.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        all.push([after, before].concat());
        all.push([after, std::slice::from_ref(&comma()), before].concat());
    }
}

fn comma() -> Symbol {
    Symbol {
        span: crate::span::Span::default(),
        meanings: vec![Meaning::Mark(',')],
    }
}

/// `CONCATENATE is outdated and must be replaced by TEXTJOIN`: what is told of the subject before
/// what is demanded of it goes.
fn shared(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let done = |input| prohibited::prohibited(Form::Gerund)(input).map(|(rest, _)| rest);
    let Ok(rest) = noun::nouns(symbols)
        .map(|(rest, _)| rest)
        .or_else(|_| done(symbols))
    else {
        return;
    };
    let subject = symbols
        .get(..symbols.len() - rest.len())
        .unwrap_or_default();
    let tells = rest.first().is_some_and(|symbol| {
        let verb = |meaning: &Meaning| matches!(meaning, Meaning::Verb(_, Form::Base));
        is_class(symbol, Class::Be)
            || is_class(symbol, Class::That)
            || is_class(symbol, Class::Can)
            || is_class(symbol, Class::Tells)
            || symbol.meanings.iter().any(verb)
    });
    if !tells {
        return;
    }
    let joins = |symbol: &Symbol| {
        is_class(symbol, Class::And) || is_mark(symbol, ',') || is_mark(symbol, ';')
    };
    let places = rest.iter().enumerate().filter(|(_, symbol)| joins(symbol));
    for (at, _) in places.take(COMMAS) {
        let (told, after) = rest.split_at(at);
        if !told.iter().all(can_explain) || told.iter().any(names_functions) {
            return;
        }
        let mut after = after.get(1..).unwrap_or_default();
        while let Some((first, rest)) = after.split_first()
            && [Class::And, Class::Therefore, Class::It]
                .iter()
                .any(|class| is_class(first, *class))
        {
            after = rest;
        }
        let demands = after.first().is_some_and(|symbol| {
            [
                Class::Must,
                Class::MustNot,
                Class::Should,
                Class::ShouldNot,
                Class::Be,
            ]
            .iter()
            .any(|class| is_class(symbol, *class))
        });
        if demands {
            all.push([subject, after].concat());
        }
    }
}

pub(super) fn names_functions(symbol: &Symbol) -> bool {
    let is_functions = |meaning: &Meaning| matches!(meaning, Meaning::Functions(_));
    symbol.meanings.iter().any(is_functions)
}

/// `As volatile functions are slow, they are not permitted`: the reason goes, and what it is about
/// takes the place of "they".
fn explained(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((first, reason)) = symbols.split_first() else {
        return;
    };
    if !is_class(first, Class::Because)
        && !is_class(first, Class::Upkeep)
        && !is_class(first, Class::Purpose)
        && !is_class(first, Class::As)
        && !is_class(first, Class::If)
    {
        return;
    }
    for at in commas(reason) {
        let (reason, after) = reason.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let Some((pronoun, demand)) = after.split_first() else {
            return;
        };
        // "Since OFFSET is volatile, use INDEX instead."
        if let Some((last, used)) = after.split_last()
            && is_class(last, Class::InItsPlace)
            && !is_class(first, Class::If)
            && is_advice(after)
            && let Ok((told, _)) = noun::nouns(reason)
            && !told.is_empty()
            && told.iter().all(can_explain)
        {
            let subject = reason.get(..reason.len() - told.len()).unwrap_or_default();
            let instead = Symbol {
                span: last.span,
                meanings: vec![Meaning::Class(Class::Instead)],
            };
            all.push([used, &[instead], subject].concat());
        }
        let is_pronoun = is_class(pronoun, Class::It) || is_class(pronoun, Class::Following);
        let Ok((told, _)) = noun::nouns(reason) else {
            return;
        };
        let is_reason = !is_class(first, Class::If) && !told.is_empty();
        if is_pronoun && is_reason && told.iter().all(can_explain) {
            let subject = reason.get(..reason.len() - told.len()).unwrap_or_default();
            all.push([subject, demand].concat());
        }
    }
}

/// `RAND is outlawed, as are NOW and TODAY`, `RAND is banned and so is NOW`: what is told of the
/// first is told of both.
fn also(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((subject, predicate)) = noun::subject(symbols) else {
        return;
    };
    for (at, symbol) in predicate.iter().enumerate() {
        let starts = [Class::As, Class::So]
            .iter()
            .any(|class| is_class(symbol, *class));
        let Some(others) = predicate.get(at + 1..).filter(|_| starts) else {
            continue;
        };
        let Some((be, others)) = others.split_first() else {
            return;
        };
        let mut said = predicate.get(..at).unwrap_or_default();
        while let Some((last, rest)) = said.split_last()
            && (is_mark(last, ',') || is_mark(last, ';') || is_class(last, Class::And))
        {
            said = rest;
        }
        let is_whole = noun::nouns(others).is_ok_and(|(rest, _)| rest.is_empty());
        if is_class(be, Class::Be) && is_whole {
            let and = Symbol {
                span: symbol.span,
                meanings: vec![Meaning::Class(Class::And)],
            };
            all.push([subject, &[and], others, said].concat());
        }
        return;
    }
}

/// `VLOOKUP is forbidden; use XLOOKUP instead`, `no nested IFs, IFS should be used instead`: what
/// is advised in place of what is forbidden demands nothing more.
fn advised(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    for (at, symbol) in symbols.iter().enumerate().rev() {
        let joins = [',', ';', '-', ':', '(']
            .iter()
            .any(|mark| is_mark(symbol, *mark))
            || is_class(symbol, Class::And);
        let (before, after) = symbols.split_at(at);
        if joins && !before.is_empty() && is_advice(after.get(1..).unwrap_or_default()) {
            let before = match before.split_last() {
                Some((last, rest)) if is_mark(last, ',') => rest,
                _ => before,
            };
            all.push(before.to_vec());
            return;
        }
    }
}

/// `VLOOKUP is deprecated; use XLOOKUP instead`: what is told of is not to be used.
fn replaced(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((subject, told)) = noun::subject(symbols) else {
        return;
    };
    let joins = |symbol: &Symbol| {
        [',', ';', '-', ':']
            .iter()
            .any(|mark| is_mark(symbol, *mark))
            || is_class(symbol, Class::And)
    };
    let Some(at) = told.iter().rposition(joins) else {
        return;
    };
    let (statement, advice) = told.split_at(at);
    let advice = advice.get(1..).unwrap_or_default();
    let Some((last, used)) = advice.split_last() else {
        return;
    };
    // A word right after the subject could narrow it.
    let is_statement = statement.first().is_some_and(|first| {
        is_class(first, Class::Be) || !first.is_unknown() && !is_class(first, Class::That)
    }) && statement.iter().all(can_explain)
        && !statement.iter().any(names_functions);
    if is_statement && is_class(last, Class::InItsPlace) && is_advice(advice) {
        let instead = Symbol {
            span: last.span,
            meanings: vec![Meaning::Class(Class::Instead)],
        };
        all.push([used, &[instead], subject].concat());
    }
}

/// `We expect all lookups to use an exact match`: what is expected to do something must do it.
fn expected(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    demanded_for(symbols, all);
    let institution = terminal::any_class(&[Class::It, Class::Authority]);
    let Ok((rest, ())) = terminal::actor(symbols).or_else(|_| institution(symbols)) else {
        return;
    };
    let Some((expect, rest)) = rest.split_first() else {
        return;
    };
    if !is_class(expect, Class::Expect) && !is_class(expect, Class::Requires) {
        return;
    }
    // "We expect authors to avoid INDIRECT."
    if let Some(at) = rest
        .iter()
        .position(|symbol| is_class(symbol, Class::ToAvoid))
    {
        let (subject, avoided) = rest.split_at(at);
        let words = [
            Meaning::Class(Class::Must),
            Meaning::Verb(Verb::Avoid, Form::Base),
        ];
        let must_avoid = words.map(|meaning| Symbol {
            span: expect.span,
            meanings: vec![meaning],
        });
        all.push([subject, &must_avoid, avoided.get(1..).unwrap_or_default()].concat());
        return;
    }
    let Some(at) = rest.iter().position(|symbol| is_class(symbol, Class::To)) else {
        return;
    };
    let (subject, said) = rest.split_at(at);
    let not = subject
        .last()
        .is_some_and(|symbol| is_class(symbol, Class::Not));
    let subject = if not {
        subject.get(..subject.len() - 1).unwrap_or_default()
    } else {
        subject
    };
    let modal = if not { Class::MustNot } else { Class::Must };
    let must = Symbol {
        span: expect.span,
        meanings: vec![Meaning::Class(modal)],
    };
    all.push([subject, &[must], said.get(1..).unwrap_or_default()].concat());
}

/// `It is mandatory for every VLOOKUP to use exact match`, `it is not allowed for formulas to use
/// INDIRECT`: what it is said for must do it, or must not.
fn demanded_for(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let it =
        terminal::class(Class::It)(symbols).and_then(|(rest, ())| terminal::class(Class::Be)(rest));
    let Ok((rest, ())) = it else {
        return;
    };
    let (modal, said) = match rest {
        [word, said @ ..] if is_class(word, Class::Required) => (Class::Must, said),
        [word, said @ ..] if is_class(word, Class::Forbidden) => (Class::MustNot, said),
        [not, word, said @ ..] if is_class(not, Class::Not) && is_class(word, Class::Allowed) => {
            (Class::MustNot, said)
        }
        _ => return,
    };
    let Some((for_, said)) = said
        .split_first()
        .filter(|(word, _)| is_class(word, Class::For))
    else {
        return;
    };
    let Some(at) = said.iter().position(|symbol| is_class(symbol, Class::To)) else {
        return;
    };
    let (subject, done) = said.split_at(at);
    let modal = Symbol {
        span: for_.span,
        meanings: vec![Meaning::Class(modal)],
    };
    if !subject.is_empty() {
        all.push([subject, &[modal], done.get(1..).unwrap_or_default()].concat());
    }
}

/// `the fourth argument must be given, and it must be FALSE`: "it" is what the sentence begins with.
fn repeated(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Ok((rest, _)) = super::need::argument(symbols) else {
        return;
    };
    let subject = symbols
        .get(..symbols.len() - rest.len())
        .unwrap_or_default();
    let Some(at) = rest.iter().position(|symbol| is_class(symbol, Class::It)) else {
        return;
    };
    let (before, after) = rest.split_at(at);
    let joins = before
        .last()
        .is_some_and(|symbol| is_class(symbol, Class::And));
    if joins && !subject.is_empty() {
        let after = after.get(1..).unwrap_or_default();
        all.push([subject, before, subject, after].concat());
    }
}

/// `You may use SUM and IF, but no other functions`: nothing else may be used.
fn others(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((last, rest)) = symbols.split_last() else {
        return;
    };
    let Some((no, rest)) = rest.split_last() else {
        return;
    };
    if !is_class(last, Class::Others) || !is_class(no, Class::No) {
        return;
    }
    let mut said = rest;
    while let Some((join, before)) = said.split_last()
        && (is_mark(join, ',') || is_class(join, Class::But) || is_class(join, Class::And))
    {
        said = before;
    }
    let Ok((after, ())) = terminal::actor(said) else {
        return;
    };
    // "You may use SUM" becomes "you may use only SUM".
    let Some((may, after)) = after.split_first() else {
        return;
    };
    if let Ok((names, ())) = terminal::verb(&[Verb::Use], Form::Base)(after)
        && is_class(may, Class::May)
    {
        let only = Symbol {
            span: last.span,
            meanings: vec![Meaning::Class(Class::Only)],
        };
        let start = said.get(..said.len() - names.len()).unwrap_or_default();
        all.push([start, &[only], names].concat());
    }
}

/// Whether the symbols say what is to be used, and nothing else: `use XLOOKUP instead`, `IFS is to
/// be used`, `IFS is preferred`.
pub(super) fn is_advice(symbols: Input<'_>) -> bool {
    let mut symbols = symbols;
    while let Some((last, rest)) = symbols.split_last()
        && (is_class(last, Class::InItsPlace) || is_mark(last, ')'))
    {
        symbols = rest;
    }
    while let Some((first, rest)) = symbols.split_first()
        && (is_class(first, Class::InItsPlace)
            || is_class(first, Class::And)
            || is_mark(first, ','))
    {
        symbols = rest;
    }
    let used: &'static [Verb] = &[Verb::Use, Verb::Prefer, Verb::Migrate];
    if let Ok((rest, ())) = terminal::verb(used, Form::Base)(symbols) {
        let rest = match rest.split_first() {
            Some((to, rest)) if is_class(to, Class::To) => rest,
            _ => rest,
        };
        return noun::nouns(rest).is_ok_and(|(rest, _)| rest.is_empty());
    }
    let Ok((rest, _)) = noun::nouns(symbols) else {
        return false;
    };
    let modal = [Class::Must, Class::Should, Class::May];
    let rest = match rest.split_first() {
        Some((first, rest)) if modal.iter().any(|class| is_class(first, *class)) => rest,
        _ => rest,
    };
    let Ok((rest, ())) = terminal::class(Class::Be)(rest) else {
        return false;
    };
    rest.len() == 1
        && (terminal::verb(used, Form::Participle)(rest).is_ok()
            || terminal::class(Class::Preferred)(rest).is_ok())
}
