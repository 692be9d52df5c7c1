//! What is allowed in a sentence that also forbids: `SUMIFS may be used, but INDIRECT may not`.
//! What is allowed demands nothing, but it could be an exception to what is forbidden: a demand that
//! has nothing to do with it stands, one that can be without it is made so, and of all others the
//! sentence says nothing.

use nom::{Parser, branch::alt, combinator::opt};

use super::exception::Exception;
use super::noun::nouns;
use super::prohibited::{forbidden, prohibited};
use super::rewrite::is_mark;
use super::terminal::{Input, Read, actor, any_class, class, mark, verb};
use super::{Clause, Outcome, can_explain, is_class, noun};
use crate::policy::lexicon::{Class, Form, Meaning, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Metric, Thing, What};
use crate::policy::symbols::Symbol;

/// How many places are tried at which a shortened clause could begin.
const JOINS: usize = 4;

/// The clauses without what they allow, if it has nothing to do with what they demand; as they are
/// otherwise.
pub(super) fn settled(clauses: Vec<Clause>) -> Vec<Clause> {
    let is_permission = |clause: &Clause| matches!(clause.outcome, Outcome::Permission(_));
    if !clauses.iter().any(is_permission) || clauses.iter().all(is_permission) {
        return clauses;
    }
    settle(&clauses).unwrap_or(clauses)
}

fn settle(clauses: &[Clause]) -> Option<Vec<Clause>> {
    let mut settled: Vec<Clause> = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        let demands = match &clause.outcome {
            Outcome::Permission(_) => continue,
            Outcome::NeedsValue(_) => return None,
            Outcome::Demands(demands) => demands,
        };
        let mut kept = demands.clone();
        for (other_at, other) in clauses.iter().enumerate() {
            let Outcome::Permission(allowed) = &other.outcome else {
                continue;
            };
            if allowed.is_empty() {
                return None;
            }
            for grant in allowed {
                kept = kept
                    .into_iter()
                    .map(|demand| without(demand, grant, other_at < at))
                    .collect::<Option<_>>()?;
            }
        }
        settled.push(Clause {
            level: clause.level,
            outcome: Outcome::Demands(kept),
        });
    }
    Some(settled)
}

/// The demand without what is allowed, which is given as what forbidding it would demand; `None` if
/// it is not clear what is left.
fn without(demand: Demand, grant: &Demand, is_before: bool) -> Option<Demand> {
    if are_apart(&demand, grant, is_before) {
        return Some(demand);
    }
    match (grant, &demand) {
        (Demand::Forbid(granted), Demand::Forbid(target))
            if granted.within.is_none() && target.within.is_none() =>
        {
            let What::Calls(set) = &granted.what else {
                return None;
            };
            Exception::Functions(set.clone()).apply(demand)
        }
        _ => None,
    }
}

/// Whether what is allowed leaves the demand as it is.
fn are_apart(demand: &Demand, grant: &Demand, is_before: bool) -> bool {
    let called = |what: &What| match what {
        What::Calls(set) | What::MaskedErrors(set) => Some(set.clone()),
        _ => None,
    };
    let disjoint = |one: &FunctionSet, other: &FunctionSet| {
        !one.names.iter().any(|name| other.names.contains(name))
    };
    match (demand, grant) {
        (Demand::Prefer(_, avoided), grant) => are_apart(avoided, grant, is_before),
        (Demand::AllowOnly(set), Demand::Forbid(granted)) => match &granted.what {
            What::Calls(own) => own.names.iter().all(|name| set.names.contains(name)),
            _ => false,
        },
        (Demand::Forbid(target), Demand::Forbid(granted)) => {
            match (called(&target.what), called(&granted.what)) {
                (Some(one), Some(other)) => disjoint(&one, &other),
                // "Numbers in ROUND" are numbers too.
                _ => !are_related(&target.what, &granted.what),
            }
        }
        // "Divisions are allowed, but must be wrapped in IFERROR."
        (Demand::Require(target, _), Demand::Forbid(granted)) => {
            match (called(&target.what), called(&granted.what)) {
                (Some(one), Some(other)) if disjoint(&one, &other) => true,
                _ => is_before && granted.within.is_none() && granted.what == target.what,
            }
        }
        (Demand::Require(target, one), Demand::Require(granted, other)) if one == other => {
            match (called(&target.what), called(&granted.what)) {
                (Some(one), Some(other)) => disjoint(&one, &other),
                _ => false,
            }
        }
        // "IF is fine, but nested IFs are not."
        (Demand::Limit(metric, _), Demand::Forbid(granted)) => match (metric, &granted.what) {
            (Metric::NestingOf(_) | Metric::Nesting, What::Calls(_)) => {
                granted.within.is_none() && is_before
            }
            (Metric::Length, What::Calls(_)) => true,
            _ => false,
        },
        _ => false,
    }
}

/// Whether one thing can be part of the other.
fn are_related(one: &What, other: &What) -> bool {
    let group = |what: &What| match what {
        What::Calls(_) | What::MaskedErrors(_) => Some(0),
        What::Numbers(_) => Some(1),
        What::Texts(_) => Some(2),
        What::Thing(Thing::WholeColumns) => Some(3),
        What::Thing(Thing::WholeRows) => Some(4),
        What::OtherSheets(_) => Some(5),
        What::Thing(Thing::NamedRanges) => Some(6),
        What::Thing(Thing::Divisions) => Some(7),
        What::Thing(Thing::Concatenations) => Some(8),
        What::Thing(Thing::ArrayLiterals) => Some(9),
        _ => None,
    };
    match (group(one), group(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The permission of what these nouns name.
pub(super) fn permission(found: Vec<noun::Noun>) -> Outcome {
    match forbidden(found) {
        Some(Outcome::Demands(demands)) => Outcome::Permission(demands),
        _ => Outcome::Permission(Vec::new()),
    }
}

/// `you may use QUERY`, `feel free to use QUERY`, `it is not forbidden to use OFFSET`, `OFFSET is
/// not forbidden`, `the use of LET is encouraged`
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let used: &'static [Verb] = &[Verb::Use, Verb::Refer, Verb::Import];
    let may = any_class(&[Class::May, Class::Can]);
    let be = class(Class::Be);
    let by_actor =
        (opt(actor), may, verb(used, Form::Base), nouns).map(|(.., found)| permission(found));
    let not_forbidden = (
        class(Class::It),
        be,
        class(Class::Not),
        any_class(&[Class::Forbidden, Class::Discouraged]),
        class(Class::To),
        prohibited(Form::Base),
    )
        .map(|(.., outcome)| granted(outcome));
    let allowed_to = (
        class(Class::It),
        be,
        class(Class::Allowed),
        class(Class::To),
        prohibited(Form::Base),
    )
        .map(|(.., outcome)| granted(outcome));
    let judged = (
        nouns,
        be,
        alt((
            (
                class(Class::Not),
                any_class(&[Class::Forbidden, Class::Discouraged]),
            )
                .map(|_| ()),
            any_class(&[Class::Advised, Class::Preferred]),
        )),
    )
        .map(|(found, ..)| permission(found));
    let (rest, outcome) = alt((by_actor, not_forbidden, allowed_to, judged)).parse(input)?;
    Ok((
        rest,
        Clause {
            level: Level::Must,
            outcome,
        },
    ))
}

/// The permission of what is not forbidden.
pub(super) fn granted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Demands(demands) => Outcome::Permission(demands),
        _ => Outcome::Permission(Vec::new()),
    }
}

/// Which way a clause points, by its words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Forbidden,
    NotAllowed,
    Allowed,
}

fn said(symbols: Input<'_>) -> Option<Said> {
    let says = |class| symbols.iter().any(|symbol| is_class(symbol, class));
    let bans = symbols.iter().any(|symbol| {
        let is_ban = |meaning: &Meaning| {
            matches!(
                meaning,
                Meaning::Verb(Verb::Ban | Verb::Avoid | Verb::Discourage, Form::Participle)
            )
        };
        symbol.meanings.iter().any(is_ban)
    });
    let allows = says(Class::Allowed) || says(Class::May) || says(Class::Can);
    if says(Class::MustNot) || (says(Class::Not) || says(Class::NoLonger)) && allows {
        Some(Said::NotAllowed)
    } else if says(Class::Not) {
        None
    } else if says(Class::Forbidden) || says(Class::Discouraged) || bans {
        Some(Said::Forbidden)
    } else {
        allows.then_some(Said::Allowed)
    }
}

fn words(span: crate::span::Span, classes: &[Class]) -> Vec<Symbol> {
    let word = |class: &Class| Symbol {
        span,
        meanings: vec![Meaning::Class(*class)],
    };
    classes.iter().map(word).collect()
}

const SEMICOLON: char = ';';

/// `INDIRECT is not allowed, but OFFSET is`, `IF is fine, nested IFs are not`, `you may use IFS, but
/// not IF`: the verdict that is left out is the one before, or its contrary.
pub(super) fn elliptic(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let joins = |symbol: &Symbol| {
        [',', SEMICOLON, '-']
            .iter()
            .any(|mark| is_mark(symbol, *mark))
            || is_class(symbol, Class::But)
            || is_class(symbol, Class::And)
    };
    let places = symbols.iter().enumerate().rev();
    for (at, _) in places.filter(|(_, symbol)| joins(symbol)).take(JOINS) {
        let (mut before, after) = symbols.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        while let Some((last, rest)) = before.split_last()
            && joins(last)
        {
            before = rest;
        }
        let (negated, after) = match after.split_first() {
            Some((not, rest)) if is_class(not, Class::Not) => (true, rest),
            _ => (false, after),
        };
        let Ok((tail, _)) = noun::nouns(after) else {
            continue;
        };
        let subject = after.get(..after.len() - tail.len()).unwrap_or_default();
        let Some(span) = subject.first().map(|symbol| symbol.span) else {
            continue;
        };
        let is = |class| matches!(tail, [one] if is_class(one, class));
        let be_not = matches!(tail, [be, not]
            if is_class(be, Class::Be) && is_class(not, Class::Not));
        let verdict = match (negated, said(before)) {
            (true, Some(Said::Forbidden)) if tail.is_empty() => Class::Allowed,
            (true, Some(Said::Allowed)) if tail.is_empty() => Class::Forbidden,
            (false, Some(Said::NotAllowed | Said::Allowed))
                if is(Class::Be) || is(Class::May) || is(Class::Can) =>
            {
                Class::Allowed
            }
            (false, Some(Said::Forbidden)) if is(Class::May) || is(Class::Can) => Class::Allowed,
            (false, Some(Said::Forbidden)) if be_not => Class::Allowed,
            (false, Some(Said::Allowed)) if be_not || is(Class::MustNot) => Class::Forbidden,
            _ => continue,
        };
        let semicolon = Symbol {
            span,
            meanings: vec![Meaning::Mark(SEMICOLON)],
        };
        let told = words(span, &[Class::Be, verdict]);
        all.push([before, &[semicolon], subject, &told].concat());
        // What is only allowed need not be read: "merged conditions are fine, nested IFs are not".
        let allows = matches!(before, [first, .., be, allowed]
            if is_class(be, Class::Be)
                && is_class(allowed, Class::Allowed)
                && ![Class::In, Class::On, Class::For, Class::If, Class::From]
                    .iter()
                    .any(|class| is_class(first, *class)));
        if verdict == Class::Forbidden && allows && !negated {
            all.push([subject, &told].concat());
        }
        return;
    }
}

/// `INDIRECT, but not OFFSET, is prohibited`: what is not meant is the contrary.
pub(super) fn but_not(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((subject, rest)) = noun::subject(symbols) else {
        return;
    };
    // The vocabulary takes "but not" as one phrase.
    let but = (
        opt(mark(',')),
        alt((
            (any_class(&[Class::But, Class::And]), class(Class::Not)).map(|_| ()),
            class(Class::Except),
        )),
    );
    let Ok((after, _)) = { but }.parse(rest) else {
        return;
    };
    let Ok((told, _)) = (nouns, opt(mark(','))).parse(after) else {
        return;
    };
    let taken = after.get(..after.len() - told.len()).unwrap_or_default();
    let other = match taken.split_last() {
        Some((last, rest)) if is_mark(last, ',') => rest,
        _ => taken,
    };
    let verdict = match said(told) {
        Some(Said::Forbidden | Said::NotAllowed) => Class::Allowed,
        Some(Said::Allowed) => Class::Forbidden,
        None => return,
    };
    let Some(span) = subject.first().map(|symbol| symbol.span) else {
        return;
    };
    let semicolon = Symbol {
        span,
        meanings: vec![Meaning::Mark(SEMICOLON)],
    };
    let contrary = words(span, &[Class::Be, verdict]);
    all.push([subject, told, &[semicolon], other, &contrary].concat());
}

/// `not only INDIRECT but also OFFSET is forbidden`: both are.
pub(super) fn not_only(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some(at) = symbols
        .iter()
        .position(|symbol| is_class(symbol, Class::NotOnly))
    else {
        return;
    };
    let (before, after) = symbols.split_at(at);
    let after = after.get(1..).unwrap_or_default();
    let Some(but) = after.iter().position(|symbol| is_class(symbol, Class::But)) else {
        return;
    };
    let (first, second) = after.split_at(but);
    let first = match first.split_last() {
        Some((last, rest)) if is_mark(last, ',') => rest,
        _ => first,
    };
    let Some((join, second)) = second.split_first() else {
        return;
    };
    let is_noun = |words| noun::nouns(words).is_ok_and(|(rest, _)| rest.is_empty());
    if is_noun(first) && noun::nouns(second).is_ok() {
        let and = words(join.span, &[Class::And]);
        all.push([before, first, &and, second].concat());
    }
}

/// `while VLOOKUP is permitted, HLOOKUP is prohibited`: two clauses.
pub(super) fn while_first(symbols: Input<'_>, all: &mut Vec<Vec<Symbol>>) {
    let Some((first, rest)) = symbols.split_first() else {
        return;
    };
    if !is_class(first, Class::But) {
        return;
    }
    for (at, comma) in rest.iter().enumerate().filter(|(_, one)| is_mark(one, ',')) {
        let (before, after) = rest.split_at(at);
        let semicolon = Symbol {
            span: comma.span,
            meanings: vec![Meaning::Mark(SEMICOLON)],
        };
        let after = after.get(1..).unwrap_or_default();
        if after.iter().all(|one| !is_mark(one, ',')) || before.iter().all(can_explain) {
            all.push([before, &[semicolon], after].concat());
            return;
        }
    }
}

/// Whether nothing but a list of what may be used stands here: `use XLOOKUP`.
pub(super) fn advised(symbols: Input<'_>) -> Option<Vec<Clause>> {
    let used: &'static [Verb] = &[Verb::Use, Verb::Prefer];
    let (rest, ((), found)) = (verb(used, Form::Base), nouns).parse(symbols).ok()?;
    rest.is_empty().then(|| {
        vec![Clause {
            level: Level::Must,
            outcome: permission(found),
        }]
    })
}
