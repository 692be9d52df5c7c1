//! What sentences said when they were read before: a sentence says the same wherever it stands, so
//! that a document that changes by one word need not be read anew.
//!
//! Holds only what follows from the words themselves; what headings, lists and neighbours make of
//! it is worked out each time.

use std::cell::RefCell;
use std::collections::HashMap;

use super::reading::Reading;
use super::symbols::Symbols;
use crate::span::Span;

/// Readings by the text of the sentence, their spans counted from its begin.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// From before the document at hand.
    old: HashMap<String, Read>,
    /// Of the document at hand.
    new: RefCell<HashMap<String, Read>>,
    old_pairs: HashMap<(String, String), Option<Reading>>,
    new_pairs: RefCell<HashMap<(String, String), Option<Reading>>>,
}

/// What a sentence is as symbols, and what it says by itself if somebody has asked.
#[derive(Clone, Debug)]
struct Read {
    symbols: Symbols,
    reading: Option<Reading>,
}

impl Memory {
    /// Forgets what the last document did not have, and begins another one.
    pub(super) fn turn(&mut self) {
        self.old = std::mem::take(self.new.get_mut());
        self.old_pairs = std::mem::take(self.new_pairs.get_mut());
    }

    /// The symbols of the sentence that begins at `start`.
    pub(super) fn symbols(
        &self,
        sentence: &str,
        start: u32,
        read: impl FnOnce() -> Symbols,
    ) -> Symbols {
        let mut new = self.new.borrow_mut();
        if let Some(known) = new.get(sentence) {
            return known.symbols.moved(start);
        }
        let found = self.old.get(sentence).cloned().unwrap_or_else(|| Read {
            symbols: read(),
            reading: None,
        });
        let symbols = found.symbols.moved(start);
        new.insert(sentence.to_owned(), found);
        symbols
    }

    /// What the sentence that begins at `start` says by itself.
    pub(super) fn reading(
        &self,
        sentence: &str,
        start: u32,
        read: impl FnOnce(&Symbols) -> Reading,
    ) -> Option<Reading> {
        let symbols = match self.new.borrow().get(sentence)? {
            Read {
                reading: Some(known),
                ..
            } => return Some(known.moved(start)),
            Read { symbols, .. } => symbols.clone(),
        };
        let reading = read(&symbols);
        let moved = reading.moved(start);
        if let Some(known) = self.new.borrow_mut().get_mut(sentence) {
            known.reading = Some(reading);
        }
        Some(moved)
    }

    /// What two sentences say together, which has no places in it.
    pub(super) fn pair(
        &self,
        first: &str,
        second: &str,
        read: impl FnOnce() -> Option<Reading>,
    ) -> Option<Reading> {
        let key = (first.to_owned(), second.to_owned());
        if let Some(known) = self.new_pairs.borrow().get(&key) {
            return known.clone();
        }
        let known = self.old_pairs.get(&key).cloned();
        let reading = known.unwrap_or_else(read);
        self.new_pairs.borrow_mut().insert(key, reading.clone());
        reading
    }
}

/// The span as many bytes further on.
pub(super) fn moved(span: Span, by: u32) -> Span {
    Span::new(span.start + by, span.end + by)
}
