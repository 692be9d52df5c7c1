//! Sentences that are read with another one: the items of a list with the line that leads into
//! it, an exception with the sentence before it.

use std::collections::BTreeMap;

use super::document::{Document, PartKind};
use super::english;
use super::lexicon::{Class, Meaning};
use super::note;
use super::reading::{Reading, understood};
use super::status::Status;
use super::symbols::{Symbol, Symbols};
use crate::span::Span;

/// Where the items of each list stand, by the part that leads into it.
pub(super) fn of(document: &Document) -> BTreeMap<usize, Vec<usize>> {
    let mut lists: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, part) in document.parts.iter().enumerate() {
        if let PartKind::Sentence {
            lead: Some(lead), ..
        } = part.kind
        {
            lists.entry(lead).or_default().push(index);
        }
    }
    lists
}

/// A list with its lead-in.
pub(super) struct List<'a> {
    pub(super) symbols: &'a [Symbols],
    pub(super) lead: usize,
    pub(super) items: &'a [usize],
    /// The lead-in as written, if it takes back what stands under it.
    pub(super) taken_back: Option<&'a str>,
}

impl List<'_> {
    /// Reads each item with the lead-in, or all at once where the lead-in speaks of all.
    pub(super) fn read(&self, readings: &mut [Reading]) {
        let Some(lead) = self.symbols.get(self.lead) else {
            return;
        };
        let restricts = lead.all.iter().any(restricts);
        if restricts && let Some(reading) = self.merged(lead) {
            set(readings, self.lead, reading);
            for item in self.items {
                let note = Some(note::read_with_lead());
                set(readings, *item, Reading::nothing(Status::Context, note));
            }
            return;
        }
        let mut any = false;
        let mut exception_lost = false;
        for item in self.items {
            let Some(symbols) = self.symbols.get(*item) else {
                continue;
            };
            let alone = !restricts || self.items.len() == 1;
            if let Some(reading) = alone.then(|| together(lead, symbols)).flatten() {
                set(readings, *item, reading);
                any = true;
                continue;
            }
            exception_lost |= symbols.all.first().is_some_and(excepts);
            if let Some(title) = self.taken_back {
                let note = Some(note::under_heading(title));
                set(readings, *item, Reading::nothing(Status::Context, note));
            }
        }
        if any {
            let reading = Reading::nothing(Status::Context, Some(note::leads_in()));
            set(readings, self.lead, reading);
        } else if exception_lost
            && let Some(lead) = readings.get_mut(self.lead)
            && lead.status == Status::Enforced
        {
            lead.status = Status::Partial;
            lead.note = Some(note::exception_lost());
        }
    }

    /// All items of a list as one: "only these", "except these".
    fn merged(&self, lead: &Symbols) -> Option<Reading> {
        let mut all: Vec<Symbol> = Vec::new();
        let mut items = Symbols::default();
        for item in self.items {
            let symbols = self.symbols.get(*item)?;
            items.hedged |= symbols.hedged;
            items.unreadable = items.unreadable.or(symbols.unreadable);
            if !all.is_empty() {
                all.push(mark(','));
            }
            all.extend_from_slice(without_explanation(without_end(&symbols.all)));
        }
        items.all = all;
        together(lead, &items)
    }
}

fn set(readings: &mut [Reading], index: usize, reading: Reading) {
    if let Some(slot) = readings.get_mut(index) {
        *slot = reading;
    }
}

/// What an item says after its lead-in.
fn together(lead: &Symbols, item: &Symbols) -> Option<Reading> {
    joined(&lead.all, &item.all)
        .into_iter()
        .find_map(|all| understood(&with(lead, item, all)))
}

fn with(first: &Symbols, second: &Symbols, all: Vec<Symbol>) -> Symbols {
    Symbols {
        all,
        hedged: first.hedged || second.hedged,
        unreadable: first.unreadable.or(second.unreadable),
        question: first.question || second.question,
    }
}

/// A sentence with the exception that the next sentence makes: `Volatile functions are banned.
/// TODAY is allowed.` Read as one sentence; `None` if the second is no such exception.
pub(super) fn with_exception(sentence: &Symbols, next: &Symbols) -> Option<Reading> {
    let first = next.all.first()?;
    if !names_something(first) && !excepts(first) {
        return None;
    }
    let all = [&sentence.all, [mark(';')].as_slice(), &next.all].concat();
    let clauses = english::read_excepted(&all)?;
    let hedged = sentence.hedged || next.hedged;
    let is_readable = sentence.unreadable.or(next.unreadable).is_none() && !next.question;
    is_readable.then(|| super::reading::of_clauses(clauses, hedged))
}

/// Whether the sentence is an exception, to judge by its words, though of what it can not be told:
/// `Exempt from this are the numbers of the calendar: 7, 12 and 365.` Who may grant exceptions is
/// another matter.
pub(super) fn is_lost_exception(sentence: &Symbols) -> bool {
    let excuses = |symbol: &Symbol| {
        [Class::Except, Class::Excepted, Class::UnlessInside]
            .iter()
            .any(|class| is(symbol, *class))
    };
    let is_told = |symbol: &Symbol| {
        is(symbol, Class::Approval)
            || symbol
                .meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Topic(_)))
    };
    let all = &sentence.all;
    all.iter().any(excuses) && all.iter().any(names_something) && !all.iter().any(is_told)
}

/// Whether the symbol names a function, a number or another thing that formulas hold.
fn names_something(symbol: &Symbol) -> bool {
    symbol.meanings.iter().any(|meaning| {
        matches!(
            meaning,
            Meaning::Functions(_) | Meaning::Thing(_) | Meaning::Number(_)
        )
    })
}

/// The sentence with what it says of "they" or "these functions" said of what the sentence before
/// it begins with: `INDIRECT is fragile. It must not be used.`
pub(super) fn with_subject(before: &Symbols, sentence: &Symbols) -> Option<Reading> {
    let (pronoun, said) = sentence.all.split_first()?;
    if !is(pronoun, Class::It) && !is(pronoun, Class::Following) {
        return with_object(before, sentence);
    }
    let kind = usize::from(is(pronoun, Class::Following) && said.first().is_some_and(names_kind));
    let said = said.get(kind..)?;
    let subject = english::subject(&before.all)?;
    understood(&with(before, sentence, [subject, said].concat()))
        .filter(|reading| reading.status == Status::Enforced)
}

/// `VLOOKUP is fragile. Do not use it.`
fn with_object(before: &Symbols, sentence: &Symbols) -> Option<Reading> {
    let stands_for = |symbol: &Symbol| is(symbol, Class::It) || is(symbol, Class::Them);
    let at = sentence.all.iter().position(stands_for)?;
    let (said, rest) = sentence.all.split_at(at);
    let rest = rest.get(1..)?;
    if at == 0 || rest.iter().any(stands_for) {
        return None;
    }
    let subject = english::subject(&before.all)?;
    understood(&with(before, sentence, [said, subject, rest].concat()))
        .filter(|reading| reading.status == Status::Enforced)
}

/// `VLOOKUP breaks when columns move. Use XLOOKUP instead.`: what the sentence before tells of is
/// not to be used.
pub(super) fn with_replacement(before: &Symbols, advice: &Symbols) -> Option<Reading> {
    let (last, rest) = advice.all.split_last()?;
    if !is(last, Class::InItsPlace) || !english::is_advice(&advice.all) {
        return None;
    }
    let subject = english::subject(&before.all)?;
    let instead = Symbol {
        span: last.span,
        meanings: vec![Meaning::Class(Class::Instead)],
    };
    understood(&with(before, advice, [rest, &[instead], subject].concat()))
        .filter(|reading| reading.status == Status::Enforced)
}

/// Whether the sentence begins with "all others", "no other function".
pub(super) fn speaks_of_others(sentence: &Symbols) -> bool {
    let first = sentence.all.iter().find(|symbol| !is(symbol, Class::No));
    first.is_some_and(|symbol| is(symbol, Class::Others))
}

/// A list of what is allowed with the sentence after it that forbids all else: `Allowed functions:
/// SUM, IF. All others are forbidden.`
pub(super) fn with_others(allowed: &[&Symbols], others: &Symbols) -> Option<Reading> {
    let (first, said) = others.all.split_first()?;
    let none = is(first, Class::No);
    let said = if none { said.split_first()?.1 } else { said };
    let subject = if none { others.all.get(1)? } else { first };
    if !is(subject, Class::Others) {
        return None;
    }
    let function = Symbol {
        span: subject.span,
        meanings: vec![Meaning::Class(Class::Function)],
    };
    let except = Symbol {
        span: subject.span,
        meanings: vec![Meaning::Class(Class::Except)],
    };
    let names = english::allowed_functions(allowed)?;
    let start: Vec<Symbol> = if none {
        vec![first.clone(), function, except]
    } else {
        vec![function, except]
    };
    let all = [start, names, said.to_vec()].concat();
    understood(&Symbols {
        all,
        hedged: others.hedged,
        unreadable: others.unreadable,
        question: others.question,
    })
    .filter(|reading| reading.status == Status::Enforced)
}

fn mark(mark: char) -> Symbol {
    Symbol {
        span: Span::default(),
        meanings: vec![Meaning::Mark(mark)],
    }
}

fn is(symbol: &Symbol, class: Class) -> bool {
    symbol.meanings.contains(&Meaning::Class(class))
}

/// Whether the symbol starts an exception.
fn excepts(symbol: &Symbol) -> bool {
    [
        Class::Except,
        Class::Excepted,
        Class::Unless,
        Class::UnlessInside,
        Class::Only,
    ]
    .iter()
    .any(|class| is(symbol, *class))
}

/// Whether a lead-in with the symbol speaks of all items of its list at once.
fn restricts(symbol: &Symbol) -> bool {
    excepts(symbol) || is(symbol, Class::NothingBut)
}

/// The ways in which an item can follow its lead-in: in the place of "the following functions",
/// or after it; whole, or without the explanation that follows a dash.
pub(super) fn joined(lead: &[Symbol], item: &[Symbol]) -> Vec<Vec<Symbol>> {
    let colon = mark(':');
    let lead = match lead.split_last() {
        Some((last, rest)) if last.meanings == colon.meanings => rest,
        _ => lead,
    };
    let item = without_end(item);
    let place = lead.iter().position(|symbol| is(symbol, Class::Following));
    let mut ways = Vec::new();
    for item in [item, without_explanation(item)] {
        let Some(at) = place else {
            ways.push([lead, item].concat());
            ways.push([lead, std::slice::from_ref(&colon), item].concat());
            continue;
        };
        let (before, after) = lead.split_at(at);
        let after = after.get(1..).unwrap_or_default();
        let kind = usize::from(after.first().is_some_and(names_kind));
        let after = after.get(kind..).unwrap_or_default();
        if !before.is_empty() || !after.is_empty() {
            ways.push([before, item, after].concat());
        }
    }
    ways
}

/// Whether the word after "the following" only says what kind of items follow.
fn names_kind(symbol: &Symbol) -> bool {
    [Class::Function, Class::Call, Class::Formula]
        .iter()
        .any(|class| is(symbol, *class))
        || symbol
            .meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Thing(_)))
}

/// An item without the `;` or `and` that leads to the next one.
fn without_end(mut item: &[Symbol]) -> &[Symbol] {
    while let Some((last, rest)) = item.split_last()
        && last.meanings.iter().all(|meaning| {
            matches!(
                meaning,
                Meaning::Mark(';' | ',') | Meaning::Class(Class::And | Class::Or)
            )
        })
    {
        item = rest;
    }
    item
}

/// An item up to the dash, colon or bracket that starts its explanation.
fn without_explanation(item: &[Symbol]) -> &[Symbol] {
    let starts = |symbol: &Symbol| {
        symbol
            .meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Mark('-' | ':' | '(')))
    };
    let at = item.iter().position(starts).unwrap_or(item.len());
    let (item_alone, explanation) = item.split_at(at);
    if at > 0 && explanation.iter().all(english::can_explain) {
        item_alone
    } else {
        item
    }
}
