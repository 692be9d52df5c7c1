//! The grammar of policy sentences: symbols in, demands out. One sentence form is one function
//! that carries the form as its comment.
//!
//! A sentence is read only if every symbol of it was taken. The grammar never guesses: what fits
//! no form is for the caller to report.

mod argument;
mod aside;
mod conditional;
mod demanded;
mod exception;
mod functions;
mod granted;
mod imperative;
mod manner;
mod metric;
mod need;
mod noun;
mod only;
mod predicate;
mod preference;
mod prohibited;
mod quantity;
mod remedy;
mod required;
mod restricted;
mod rewrite;
mod source;
mod subject;
mod subset;
mod target;
mod terminal;

use nom::{Parser, branch::alt, combinator::opt};

use super::lexicon::{Class, Form, Meaning, Verb};
use super::rule::{Demand, Level, Metric};
use super::symbols::{Symbol, Symbols};
use exception::Exception;
use terminal::{Input, Read, any_class, class, comma, mark, no};

/// The most symbols of a sentence that are read; a longer one fits no form.
pub(super) const LONGEST_SENTENCE: usize = 96;

/// How many places are tried at which a sentence could fall into two.
const JOINS: usize = 8;

/// How often a sentence is put into another order.
const REWRITES: usize = 1;

/// How many orders of a sentence are tried.
const WAYS: usize = 8;

/// What a clause says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    Demands(Vec<Demand>),
    /// It allows something, and so demands nothing: what forbidding it would demand; empty if that
    /// is not known.
    Permission(Vec<Demand>),
    /// It limits something, and does not say to how much.
    NeedsValue(Metric),
}

/// A clause with the force it is said with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub(super) level: Level,
    pub(super) outcome: Outcome,
}

/// What a sentence says, if the grammar can read all of it.
pub(super) fn read(symbols: &[Symbol]) -> Option<Vec<Clause>> {
    if symbols.is_empty() || symbols.len() > LONGEST_SENTENCE {
        return None;
    }
    let plain = plainly(symbols).map(granted::settled);
    let says = |wanted: fn(&Outcome) -> bool| {
        let clauses = plain.as_deref().unwrap_or_default();
        clauses.iter().any(|clause| wanted(&clause.outcome))
    };
    // What is advised in place of something reads as a permission of its own.
    let is_permission = |outcome: &Outcome| matches!(outcome, Outcome::Permission(_));
    let is_mixed =
        says(is_permission) && says(|outcome| !matches!(outcome, Outcome::Permission(_)));
    if is_mixed || plain.is_none() {
        return rewritten(symbols, REWRITES).or(plain);
    }
    plain
}

/// What a sentence says as it stands, or taken apart.
fn plainly(symbols: Input<'_>) -> Option<Vec<Clause>> {
    whole(symbols)
        .or_else(|| ensured(symbols))
        .or_else(|| split(symbols))
}

/// What a sentence says when it is put into plain order.
fn rewritten(symbols: Input<'_>, times: usize) -> Option<Vec<Clause>> {
    let mut ways = rewrite::plain(symbols);
    ways.truncate(WAYS);
    let read = ways.iter().find_map(|way| match times.checked_sub(1) {
        Some(times) => plainly(way).or_else(|| rewritten(way, times)),
        // What was put into another order twice is read as it stands, or not at all.
        None => whole(way),
    });
    read.map(granted::settled)
}

/// The sentence without the reason at its end, if that is where words stand that no sentence is read
/// with.
pub(super) fn unexplained(symbols: &[Symbol]) -> Option<&[Symbol]> {
    aside::unexplained(symbols)
}

/// What a sentence begins with, if that is something that formulas hold.
pub(super) fn subject(symbols: &[Symbol]) -> Option<&[Symbol]> {
    let (rest, found) = noun::nouns(symbols).ok()?;
    let is_target = |noun: &noun::Noun| matches!(noun, noun::Noun::Target(_));
    let subject = symbols.get(..symbols.len() - rest.len())?;
    (found.iter().all(is_target) && !rest.is_empty()).then_some(subject)
}

/// Whether the sentence only says that errors are to be handled, and not of what.
pub(super) fn uses_handler(symbols: &[Symbol]) -> bool {
    let using: &'static [Verb] = &[Verb::Use, Verb::Wrap, Verb::Specify];
    terminal::verb(using, Form::Base)(symbols)
        .and_then(|(rest, ())| required::error_handlers(rest))
        .is_ok_and(|(rest, _)| rest.is_empty())
}

/// Whether the sentence only says what is to be used in place of something.
pub(super) fn is_advice(symbols: &[Symbol]) -> bool {
    rewrite::is_advice(symbols)
}

/// The names of functions in sentences that allow them: `Allowed functions: SUM, IF`, `SUM and IF
/// are allowed`, the items of a list. At least one of the sentences must say that they are.
pub(super) fn allowed_functions(sentences: &[&Symbols]) -> Option<Vec<Symbol>> {
    let all = || sentences.iter().flat_map(|sentence| &sentence.all);
    let allowed = [Class::Allowed, Class::May, Class::Can];
    if !all().any(|symbol| allowed.iter().any(|class| is_class(symbol, *class))) {
        return None;
    }
    let mut names: Vec<Symbol> = Vec::new();
    let is_name = |symbol: &&Symbol| {
        let is_functions = |meaning: &Meaning| matches!(meaning, Meaning::Functions(_));
        symbol.meanings.iter().any(is_functions)
    };
    for symbol in all().filter(is_name) {
        if !names.is_empty() {
            names.push(Symbol {
                span: symbol.span,
                meanings: vec![Meaning::Mark(',')],
            });
        }
        names.push(symbol.clone());
    }
    (!names.is_empty()).then_some(names)
}

/// Whether the sentence does nothing but name functions or say that some are allowed, as the lines
/// of a list of allowed functions do.
pub(super) fn allows(symbols: &[Symbol]) -> bool {
    let is_word = |symbol: &Symbol| {
        symbol.meanings.iter().any(|meaning| {
            matches!(
                meaning,
                Meaning::Mark(_)
                    | Meaning::Functions(_)
                    | Meaning::Class(
                        Class::Allowed
                            | Class::Function
                            | Class::Following
                            | Class::And
                            | Class::Or
                            | Class::Be
                            | Class::May
                            | Class::Can
                    )
                    | Meaning::Verb(Verb::Use, Form::Participle)
            )
        })
    };
    !symbols.is_empty() && symbols.iter().all(is_word)
}

/// Whether the symbol is a word of the class.
fn is_class(symbol: &Symbol, class: Class) -> bool {
    symbol.meanings.contains(&Meaning::Class(class))
}

/// `Make sure that VLOOKUP uses exact match`: what is to be made sure of, said with "must".
///
/// "Make sure that VLOOKUP uses exact match."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,0)`.
fn ensured(symbols: Input<'_>) -> Option<Vec<Clause>> {
    let is = |symbol: &Symbol, class| symbol.meanings.contains(&Meaning::Class(class));
    let (first, rest) = symbols.split_first()?;
    if !is(first, Class::Ensure) {
        return None;
    }
    let modal = |class| Symbol {
        span: first.span,
        meanings: vec![Meaning::Class(class)],
    };
    for (at, symbol) in rest.iter().enumerate().skip(1).take(JOINS) {
        let (before, after) = rest.split_at(at);
        let is_verb = is(symbol, Class::Be)
            || symbol
                .meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Verb(_, Form::Base)));
        let said = if is(symbol, Class::DoNot) {
            [before, &[modal(Class::MustNot)], after.get(1..)?].concat()
        } else if is(symbol, Class::Be) && after.get(1).is_some_and(|next| is(next, Class::Not)) {
            let (be, after) = (after.get(..1)?, after.get(2..)?);
            [before, &[modal(Class::MustNot)], be, after].concat()
        } else if is_verb {
            [before, &[modal(Class::Must)], after].concat()
        } else {
            continue;
        };
        if let Some(clauses) = whole(&said) {
            return Some(clauses);
        }
    }
    None
}

/// One clause with the exceptions after it, and nothing else.
pub(super) fn read_excepted(symbols: &[Symbol]) -> Option<Vec<Clause>> {
    let clauses = read_whole(symbols)?;
    (clauses.len() == 1).then_some(clauses)
}

/// What a sentence says, if the grammar can read all of it as it stands, without taking it apart.
pub(super) fn read_whole(symbols: &[Symbol]) -> Option<Vec<Clause>> {
    (symbols.len() <= LONGEST_SENTENCE)
        .then(|| whole(symbols))
        .flatten()
}

/// The clauses of a sentence that are told apart by the grammar alone.
fn whole(symbols: Input<'_>) -> Option<Vec<Clause>> {
    let (rest, clauses) = sentence(symbols).ok()?;
    rest.is_empty().then_some(clauses)
}

/// Two sentences joined by "and", "but", a semicolon or a dash, each of which can stand alone.
fn split(symbols: Input<'_>) -> Option<Vec<Clause>> {
    let joins = |symbol: &Symbol| {
        symbol.meanings.iter().any(|meaning| {
            matches!(
                meaning,
                Meaning::Class(Class::And | Class::But) | Meaning::Mark(';' | ':' | ',' | '-')
            )
        })
    };
    let places = symbols
        .iter()
        .enumerate()
        .filter(|(_, symbol)| joins(symbol));
    for (index, _) in places.take(JOINS) {
        let (before, after) = symbols.split_at(index);
        let after = after.get(1..).unwrap_or_default();
        let before = match before.split_last() {
            Some((last, rest)) if last.meanings.contains(&Meaning::Mark(',')) => rest,
            _ => before,
        };
        if let Some(mut first) = whole(before).or_else(|| granted::advised(before))
            && let Some(second) = whole(after).or_else(|| split(after))
        {
            first.extend(second);
            return Some(first);
        }
    }
    None
}

/// Takes a sentence: exceptions and reasons before it, clauses, exceptions and reasons after it.
fn sentence(symbols: Input<'_>) -> Read<'_, Vec<Clause>> {
    let (input, before) = leading(symbols)?;
    // "SUM is allowed, and nothing else" begins with no exception.
    let (before, (mut input, first)) = match clause(input) {
        Ok(found) => (before, found),
        Err(_) if before.is_some() => (None, clause(symbols)?),
        Err(error) => return Err(error),
    };
    let mut clauses = vec![first];
    while !takes_exception(&clauses, input) {
        let joined = (terminal::separator, clause).parse(input);
        let Ok((rest, ((), next))) = joined else {
            break;
        };
        clauses.push(next);
        input = rest;
    }
    let taken = symbols.get(..symbols.len() - input.len());
    let negates = taken.unwrap_or_default().iter().any(denies);
    let (input, after) = trailing(input, negates)?;
    let exceptions: Vec<Exception> = before.into_iter().chain(after).collect();
    let last = clauses.len() - 1;
    for exception in exceptions {
        // An exception at the end of two clauses could belong to either.
        if last > 0 && exception != Exception::Approved {
            return no();
        }
        for clause in &mut clauses {
            let Outcome::Demands(demands) = &mut clause.outcome else {
                return no();
            };
            let applied: Option<Vec<Demand>> = demands
                .drain(..)
                .map(|demand| exception.apply(demand))
                .collect();
            match applied {
                Some(applied) => *demands = applied,
                None => return no(),
            }
        }
    }
    Ok((input, clauses))
}

/// Whether what follows is an exception of the last clause: `; TODAY is allowed` could be a
/// clause of its own.
fn takes_exception(clauses: &[Clause], input: Input<'_>) -> bool {
    let Some(Outcome::Demands(demands)) = clauses.last().map(|clause| &clause.outcome) else {
        return false;
    };
    exception::attached(input).is_ok_and(|(_, exception)| {
        demands
            .iter()
            .all(|demand| exception.apply(demand.clone()).is_some())
    })
}

/// Takes a clause in any form: of the forms that fit, the one that takes the most.
fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let (input, _) = opt(any_class(&[Class::Ensure])).parse(input)?;
    let forms: [fn(Input<'_>) -> Read<'_, Clause>; 5] = [
        preference::clause,
        only::clause,
        imperative::clause,
        predicate::clause,
        granted::clause,
    ];
    let mut best: Option<(Input<'_>, Clause)> = None;
    for form in forms {
        if let Ok((rest, clause)) = form(input)
            && best
                .as_ref()
                .is_none_or(|(shortest, _)| rest.len() < shortest.len())
        {
            best = Some((rest, clause));
        }
    }
    best.ok_or(nom::Err::Error(()))
}

/// Takes what stands before the clause: `except for TODAY,`, `for performance,`.
fn leading(input: Input<'_>) -> Read<'_, Option<Exception>> {
    let excepted = (exception::exception, mark(',')).map(|(exception, ())| Some(exception));
    let reason = (quality, mark(',')).map(|_| None);
    let because = (any_class(REASONS), reason_until_comma).map(|_| None);
    let (input, _) = opt((any_class(&[Class::Therefore, Class::So]), comma)).parse(input)?;
    let (input, found) = opt(alt((excepted, reason, because))).parse(input)?;
    Ok((input, found.flatten()))
}

/// Takes what stands after the clause: exceptions, approval, reasons. A purpose after a clause that
/// `negates` can be what is not to be done.
fn trailing(input: Input<'_>, negates: bool) -> Read<'_, Vec<Exception>> {
    let mut exceptions = Vec::new();
    let mut input = input;
    loop {
        if let Ok((rest, exception)) = exception::attached(input) {
            exceptions.push(exception);
            input = rest;
        } else if let Ok((rest, ())) = quality_after(input) {
            input = rest;
        } else if let Ok((rest, ())) = reason(input).and_then(|found| {
            if negates && limits(input) {
                no()
            } else {
                Ok(found)
            }
        }) {
            return Ok((rest, exceptions));
        } else {
            return Ok((input, exceptions));
        }
    }
}

fn quality_after(input: Input<'_>) -> Read<'_, ()> {
    (comma, quality).map(|_| ()).parse(input)
}

/// Takes `for performance`, `for performance and readability`.
fn quality(input: Input<'_>) -> Read<'_, ()> {
    let (mut input, ()) = class(Class::ForQuality)(input)?;
    while let Ok((rest, _)) = (opt(terminal::separator), class(Class::Quality)).parse(input) {
        input = rest;
    }
    Ok((input, ()))
}

/// Words that a reason begins with.
const REASONS: &[Class] = &[Class::Because, Class::Upkeep, Class::Purpose];

/// Whether the word turns what is said round, so that a purpose after it is one of what is not to
/// be done: `do not use IFERROR to avoid errors`.
fn denies(symbol: &Symbol) -> bool {
    [
        Class::DoNot,
        Class::Not,
        Class::MustNot,
        Class::ShouldNot,
        Class::No,
        Class::Nobody,
        Class::Neither,
    ]
    .iter()
    .any(|class| is_class(symbol, *class))
}

/// Whether the reason that begins here limits what is not to be done: it is no reason then. "To keep
/// models fast" says what is won by leaving something alone.
fn limits(input: Input<'_>) -> bool {
    let Some((first, rest)) = input.split_first() else {
        return false;
    };
    let is_won = |symbol: &Symbol| {
        [
            Class::Model,
            Class::Formula,
            Class::Calculation,
            Class::Person,
            Class::Quality,
        ]
        .iter()
        .any(|class| is_class(symbol, *class))
    };
    is_class(first, Class::Purpose) || is_class(first, Class::Upkeep) && !rest.iter().any(is_won)
}

/// Takes a reason up to the end: `because they are slow`, `, which is volatile`, `; it is slow`. A
/// reason that limits what it explains is no reason.
fn reason(input: Input<'_>) -> Read<'_, ()> {
    let starts = alt((
        (
            opt(alt((mark(','), mark('-'), mark(';'), mark('(')))),
            any_class(REASONS),
        )
            .map(|_| ()),
        (
            alt((mark(','), mark('-'), mark(';'), mark(':'))),
            alt((
                any_class(&[Class::It, Class::That, Class::Following]),
                // "Nobody can trace it" says what can not be done, and not what must not.
                (class(Class::Nobody), class(Class::Can)).map(|_| ()),
            )),
        )
            .map(|_| ()),
    ));
    let mut starts = starts;
    let (input, ()) = starts.parse(input)?;
    let is_end = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Mark(';'));
    let end = input.iter().position(is_end).unwrap_or(input.len());
    let (reason, rest) = input.split_at(end);
    if !reason.is_empty() && explains(reason) {
        Ok((rest, ()))
    } else {
        no()
    }
}

/// Whether the symbols can be a reason: what something can or must not do is one where it names no
/// function of its own.
pub(super) fn explains(reason: Input<'_>) -> bool {
    let is_modal = |symbol: &Symbol| {
        [
            Class::Can,
            Class::May,
            Class::MustNot,
            Class::Must,
            Class::Should,
            Class::DoNot,
        ]
        .iter()
        .any(|class| is_class(symbol, *class))
    };
    let names = |symbol: &Symbol| {
        symbol
            .meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Functions(_) | Meaning::Thing(_)))
    };
    reason.iter().all(can_explain)
        || (!reason.iter().any(names)
            && reason
                .iter()
                .all(|symbol| is_modal(symbol) || can_explain(symbol)))
}

/// Takes a reason up to its comma.
fn reason_until_comma(input: Input<'_>) -> Read<'_, ()> {
    let at = input
        .iter()
        .position(|symbol| symbol.meanings.contains(&Meaning::Mark(',')));
    let Some(at) = at else {
        return no();
    };
    let (reason, rest) = input.split_at(at);
    if reason.iter().all(can_explain) {
        Ok((rest.get(1..).unwrap_or_default(), ()))
    } else {
        no()
    }
}

/// Whether the symbol can stand in a reason: a word that could limit, allow or forbid something
/// can not.
pub(super) fn can_explain(symbol: &Symbol) -> bool {
    !symbol.meanings.iter().any(|meaning| {
        matches!(
            meaning,
            Meaning::Unreadable
                | Meaning::Key(_)
                | Meaning::Class(
                    Class::Except
                        | Class::Excepted
                        | Class::Unless
                        | Class::UnlessInside
                        | Class::Only
                        | Class::If
                        | Class::But
                        | Class::Must
                        | Class::MustNot
                        | Class::Should
                        | Class::ShouldNot
                        | Class::May
                        | Class::Can
                        | Class::DoNot
                        | Class::Optional
                        | Class::Allowed
                        | Class::Forbidden
                        | Class::Approval
                        | Class::Without
                        | Class::Outside
                        | Class::NotOnly
                )
        )
    })
}
