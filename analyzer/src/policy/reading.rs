//! What one sentence says: its rules, or why it has none.

use super::Sentence;
use super::english::{self, Clause, Outcome};
use super::lexicon::{Class, Form, Meaning, Verb};
use super::lists::joined;
use super::memory;
use super::note;
use super::rule::{Level, PolicyRule};
use super::status::Status;
use super::symbols::{Symbol, Symbols};
use crate::span::Span;

/// What became of one part.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) status: Status,
    pub(super) rules: Vec<PolicyRule>,
    pub(super) unread: Vec<Span>,
    pub(super) note: Option<String>,
}

impl Reading {
    pub(super) fn nothing(status: Status, note: Option<String>) -> Self {
        Self {
            status,
            rules: Vec::new(),
            unread: Vec::new(),
            note,
        }
    }

    /// The reading of the same part as many bytes further on.
    pub(super) fn moved(&self, by: u32) -> Self {
        let mut moved = self.clone();
        for span in &mut moved.unread {
            *span = memory::moved(*span, by);
        }
        moved
    }

    pub(super) fn into_sentence(self, text: &str, span: Span) -> Sentence {
        let said: Vec<&str> = self
            .rules
            .iter()
            .map(|rule| rule.paraphrase.as_str())
            .collect();
        Sentence {
            text: span.of(text).to_owned(),
            span,
            status: self.status,
            paraphrase: (!said.is_empty()).then(|| said.join(" ")),
            rules: self.rules,
            unread: self.unread,
            note: self.note,
            is_rule: false,
        }
    }
}

/// What the symbols say, if the grammar can read all of them as rules or as a permission.
pub(super) fn understood(symbols: &Symbols) -> Option<Reading> {
    if symbols.question || symbols.unreadable.is_some() {
        return None;
    }
    english::read(&symbols.all)
        .or_else(|| inline_list(&symbols.all))
        .map(|clauses| of_clauses(clauses, symbols.hedged))
}

/// A sentence with its list in it: `the use of these functions is prohibited: NOW, TODAY`.
fn inline_list(symbols: &[Symbol]) -> Option<Vec<Clause>> {
    let is_colon = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Mark(':'));
    let at = symbols.iter().position(is_colon)?;
    let (lead, item) = symbols.split_at(at);
    let item = item.get(1..).filter(|item| !item.is_empty())?;
    joined(lead, item)
        .into_iter()
        .find_map(|symbols| english::read_whole(&symbols))
}

/// What the symbols of one sentence say.
pub(super) fn read(symbols: &Symbols) -> Reading {
    if symbols.question {
        return Reading::nothing(Status::Context, None);
    }
    if let Some(reading) = understood(symbols) {
        return reading;
    }
    let is_readable =
        symbols.unreadable.is_none() && symbols.all.len() <= english::LONGEST_SENTENCE;
    let in_part = || {
        ambiguous(symbols)
            .or_else(|| scoped(symbols))
            .or_else(|| partial(symbols))
    };
    is_readable
        .then(in_part)
        .flatten()
        .unwrap_or_else(|| not_read(symbols))
}

/// The rules of clauses that were read.
pub(super) fn of_clauses(clauses: Vec<Clause>, hedged: bool) -> Reading {
    let mut rules = Vec::new();
    let mut permits = false;
    for clause in clauses {
        match clause.outcome {
            Outcome::Demands(demands) => {
                let level = if hedged { Level::May } else { clause.level };
                rules.extend(
                    demands
                        .into_iter()
                        .map(|demand| PolicyRule::new(demand, level)),
                );
            }
            Outcome::Permission => permits = true,
            Outcome::NeedsValue(metric) => {
                return Reading::nothing(Status::NeedsValue, Some(note::needs_value(&metric)));
            }
        }
    }
    if rules.is_empty() {
        return Reading::nothing(Status::Context, Some(note::permission()));
    }
    if permits {
        // What is allowed could be an exception to what is forbidden.
        return Reading::nothing(Status::NotUnderstood, Some(note::not_understood()));
    }
    of_rules(rules)
}

/// Rules that are enforced if they are right about their own examples.
pub(super) fn of_rules(rules: Vec<PolicyRule>) -> Reading {
    if let Some(error) = rules.iter().find_map(|rule| rule.proof().err()) {
        return Reading::nothing(Status::NotUnderstood, Some(note::fails_examples(&error)));
    }
    Reading {
        status: Status::Enforced,
        rules,
        unread: Vec::new(),
        note: None,
    }
}

/// `volatile functions like NOW`: the whole set, or only what is named?
fn ambiguous(symbols: &Symbols) -> Option<Reading> {
    let is_like = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Class(Class::Like));
    let at = symbols.all.iter().position(is_like)?;
    let (before, after) = symbols.all.split_at(at);
    let such_as = Symbol {
        span: Span::default(),
        meanings: vec![Meaning::Class(Class::SuchAs)],
    };
    let (_, before_set) = before.split_last()?;
    let after = after.get(1..)?;
    let examples = [before, &[such_as], after].concat();
    let named = [before_set, after].concat();
    let readings: Vec<String> = [examples, named]
        .into_iter()
        .filter_map(|all| {
            let variant = Symbols {
                all,
                ..symbols.clone()
            };
            let reading = understood(&variant)
                .or_else(|| scoped(&variant))
                .filter(|reading| !reading.rules.is_empty())?;
            let said = reading.rules.iter().map(|rule| rule.paraphrase.as_str());
            Some(said.collect::<Vec<_>>().join(" "))
        })
        .collect();
    (readings.len() == 2)
        .then(|| Reading::nothing(Status::Ambiguous, Some(note::ambiguous(&readings))))
}

/// How many parts of a sentence are tried as the words that say where it holds.
const SCOPES: usize = 4;

/// A sentence that would be understood without the words that say where it holds.
fn scoped(symbols: &Symbols) -> Option<Reading> {
    let all = &symbols.all;
    let scopes = (0..all.len()).filter_map(|start| {
        let scope = scope_at(all, start)?;
        scope
            .iter()
            .any(Symbol::is_unknown)
            .then_some((start, scope))
    });
    for (start, scope) in scopes.take(SCOPES) {
        let before = all.get(..start).unwrap_or_default();
        let mut after = all.get(start + scope.len()..).unwrap_or_default();
        if let Some((first, rest)) = after.split_first()
            && before.is_empty()
            && first.meanings.contains(&Meaning::Mark(','))
        {
            after = rest;
        }
        let reading = english::read_whole(&[before, after].concat())
            .map(|clauses| of_clauses(clauses, symbols.hedged));
        if let Some(reading) = reading.filter(|reading| !reading.rules.is_empty()) {
            return Some(Reading {
                status: Status::NeedsScope,
                rules: reading.rules,
                unread: spans(scope),
                note: Some(note::needs_scope()),
            });
        }
    }
    None
}

/// The words from `start` on that can say where a sentence holds: `in static reports`.
fn scope_at(all: &[Symbol], start: usize) -> Option<&[Symbol]> {
    let opens = |meaning: &Meaning| {
        matches!(
            meaning,
            Meaning::Class(
                Class::In
                    | Class::On
                    | Class::For
                    | Class::At
                    | Class::From
                    | Class::If
                    | Class::Outside
            )
        )
    };
    let ends = |meaning: &Meaning| {
        matches!(
            meaning,
            Meaning::Mark(_)
                | Meaning::Functions(_)
                | Meaning::Class(
                    Class::Must
                        | Class::MustNot
                        | Class::Should
                        | Class::ShouldNot
                        | Class::May
                        | Class::Can
                        | Class::Be
                        | Class::DoNot
                        | Class::Because
                        | Class::Instead
                        | Class::Except
                        | Class::Unless
                )
        )
    };
    let rest = all.get(start..)?;
    let (first, after) = rest.split_first()?;
    if !first.meanings.iter().any(opens) {
        return None;
    }
    let len = after
        .iter()
        .position(|symbol| symbol.meanings.iter().any(ends))
        .unwrap_or(after.len());
    rest.get(..=len)
}

/// A sentence that would be understood without its unknown words.
fn partial(symbols: &Symbols) -> Option<Reading> {
    let (unknown, known): (Vec<Symbol>, Vec<Symbol>) =
        symbols.all.iter().cloned().partition(Symbol::is_unknown);
    if unknown.is_empty() || known.is_empty() {
        return None;
    }
    let reading = understood(&Symbols {
        all: known,
        ..symbols.clone()
    })?;
    (!reading.rules.is_empty()).then(|| Reading {
        status: Status::Partial,
        rules: reading.rules,
        unread: spans(&unknown),
        note: Some(note::partial()),
    })
}

fn spans(symbols: &[Symbol]) -> Vec<Span> {
    symbols.iter().map(|symbol| symbol.span).collect()
}

/// A sentence that fits no form: a topic that no formula shows, a demand in other words, or no
/// demand at all.
fn not_read(symbols: &Symbols) -> Reading {
    let meanings = || symbols.all.iter().flat_map(|symbol| &symbol.meanings);
    let topic = meanings().find_map(|meaning| match meaning {
        Meaning::Topic(topic) => Some(topic.as_str()),
        _ => None,
    });
    let (status, note) = match topic {
        Some(topic) => (Status::NotCheckable, Some(note::not_checkable(topic))),
        None if meanings().any(demands) || is_order(symbols) => {
            (Status::NotUnderstood, Some(note::not_understood()))
        }
        None => (Status::Context, None),
    };
    let unknown = symbols.all.iter().filter(|symbol| symbol.is_unknown());
    Reading {
        status,
        rules: Vec::new(),
        unread: unknown.map(|symbol| symbol.span).collect(),
        note,
    }
}

/// Whether the sentence starts with a verb, as orders do.
fn is_order(symbols: &Symbols) -> bool {
    let is_verb = |meaning: &Meaning| matches!(meaning, Meaning::Verb(_, Form::Base));
    let first = symbols.all.first();
    first.is_some_and(|symbol| symbol.meanings.iter().any(is_verb))
}

/// Whether the word is one that demands are made with.
fn demands(meaning: &Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Class(
            Class::Must
                | Class::MustNot
                | Class::Should
                | Class::ShouldNot
                | Class::DoNot
                | Class::Forbidden
                | Class::Discouraged
                | Class::No
                | Class::Not
                | Class::Only
                | Class::Required
                | Class::Ensure
        ) | Meaning::Verb(
            Verb::Avoid | Verb::Ban | Verb::Prefer | Verb::Limit,
            Form::Base
        )
    )
}
