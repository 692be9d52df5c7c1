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
    let names_functions = first
        .meanings
        .iter()
        .any(|meaning| matches!(meaning, Meaning::Functions(_)));
    if !names_functions && !excepts(first) {
        return None;
    }
    let all = [&sentence.all, [mark(';')].as_slice(), &next.all].concat();
    let clauses = english::read_excepted(&all)?;
    let hedged = sentence.hedged || next.hedged;
    let is_readable = sentence.unreadable.or(next.unreadable).is_none() && !next.question;
    is_readable.then(|| super::reading::of_clauses(clauses, hedged))
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
