//! What one sentence says: its rules, or why it has none.

use super::Sentence;
use super::english::{self, Clause, Outcome};
use super::forms;
use super::lexicon::{Class, Form, Meaning, Verb};
use super::lists::joined;
use super::memory;
use super::note;
use super::rule::{Level, PolicyRule};
use super::scoping;
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
    if symbols.question {
        return None;
    }
    if symbols.unreadable.is_some() {
        let said = english::unexplained(&symbols.all)?;
        return english::read(said).map(|clauses| of_clauses(clauses, symbols.hedged));
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
        placed(symbols)
            .or_else(|| ambiguous(symbols))
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
            Outcome::Permission(_) => permits = true,
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
        return Reading::nothing(Status::NotUnderstood, Some(note::allows_and_forbids()));
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

/// A sentence that names where it holds: `on the Inputs sheet, formulas must not use INDIRECT`.
fn placed(symbols: &Symbols) -> Option<Reading> {
    let found = scoping::first(&symbols.all)?;
    let before = symbols.all.get(..found.start)?;
    let mut after = symbols.all.get(found.start + found.len..)?;
    // The commas that set the words off go with them.
    let is_comma = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Mark(','));
    let before = match before.split_last() {
        Some((last, rest)) if is_comma(last) => rest,
        _ => before,
    };
    // `On sheet Inputs: where possible, …` leaves two of them behind.
    while let Some((first, rest)) = after.split_first()
        && (is_comma(first) || first.meanings.contains(&Meaning::Mark(':')))
    {
        after = rest;
    }
    let reading = understood(&Symbols {
        all: [before, after].concat(),
        ..symbols.clone()
    })?;
    if reading.status != Status::Enforced {
        return None;
    }
    let rules = reading.rules.into_iter();
    Some(Reading {
        rules: rules.map(|rule| rule.within(&found.scope)).collect(),
        ..reading
    })
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
        let rest = [before, after].concat();
        let reading = english::read_whole(&rest).map(|clauses| of_clauses(clauses, symbols.hedged));
        if reading.is_none() && english::uses_handler(&rest) {
            return Some(Reading {
                unread: spans(scope),
                ..Reading::nothing(Status::NeedsScope, Some(note::needs_scope()))
            });
        }
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
                        | Class::Purpose
                        | Class::Upkeep
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
    // "Customer data": which data that is, only the author can say.
    let (status, note) = if names_data(&symbols.all) {
        (Status::NeedsScope, note::needs_scope())
    } else {
        (Status::Partial, note::partial())
    };
    (!reading.rules.is_empty()).then(|| Reading {
        status,
        rules: reading.rules,
        unread: spans(&unknown),
        note: Some(note),
    })
}

/// Whether each unknown word stands before a word for data, and so says which data is meant.
fn names_data(symbols: &[Symbol]) -> bool {
    let is_data = |symbol: &Symbol| {
        [Class::Data, Class::CellData]
            .iter()
            .any(|class| symbol.meanings.contains(&Meaning::Class(*class)))
    };
    let mut after_unknown = false;
    for symbol in symbols {
        if after_unknown && !symbol.is_unknown() && !is_data(symbol) {
            return false;
        }
        after_unknown = symbol.is_unknown();
    }
    !after_unknown
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
            let nearest = forms::nearest(symbols);
            (Status::NotUnderstood, Some(note::not_understood(&nearest)))
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
