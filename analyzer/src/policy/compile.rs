//! From a document to sentences with their rules: reads each sentence by itself, then with the
//! sentences around it, and says what became of it.

use std::collections::BTreeMap;

use super::blocks;
use super::document::{self, Document, PartKind};
use super::english;
use super::lexicon::Lexicon;
use super::lists;
use super::memory::Memory;
use super::note;
use super::quoted;
use super::reading::{self, Reading};
use super::rule_file;
use super::status::Status;
use super::symbols::{self, Symbols};
use super::tables::{self, Head};
use super::words;
use super::{Compiled, GRAMMAR_VERSION, Sentence};
use crate::span::Span;

/// Compiles a policy in plain text or Markdown, in which fenced blocks of YAML can hold rules, or a
/// file of rules. Depends on nothing but its arguments and takes
/// time linear in the text.
#[must_use]
pub fn compile(text: &str, lexicon: &Lexicon) -> Compiled {
    let sentences = sentences(text, lexicon, &Memory::default());
    Compiled::of(sentences, GRAMMAR_VERSION, lexicon.version())
}

/// Compiles a policy again and again while it is written: what a sentence said before, it is not
/// asked again. Gives exactly what [`compile`] gives.
#[derive(Debug)]
pub struct Incremental {
    lexicon: Lexicon,
    memory: Memory,
}

impl Incremental {
    /// A compiler that has read nothing yet.
    #[must_use]
    pub fn new(lexicon: Lexicon) -> Self {
        Self {
            lexicon,
            memory: Memory::default(),
        }
    }

    /// Compiles the policy as it is now.
    pub fn compile(&mut self, text: &str) -> Compiled {
        self.memory.turn();
        let sentences = sentences(text, &self.lexicon, &self.memory);
        Compiled::of(sentences, GRAMMAR_VERSION, self.lexicon.version())
    }
}

/// Compiles every part of the text: a document, in which blocks can hold rules, or a file of rules.
fn sentences(text: &str, lexicon: &Lexicon, memory: &Memory) -> Vec<Sentence> {
    let blocks = blocks::of(text);
    if blocks.is_empty() {
        return sentences_of_document(text, lexicon, memory);
    }
    let others = if rule_file::is_rule_file(text) {
        blocks::lines(text)
    } else {
        sentences_of_document(text, lexicon, memory)
    };
    blocks::put_in(text, &blocks, others)
}

/// Compiles every part of the document that is text.
fn sentences_of_document(text: &str, lexicon: &Lexicon, memory: &Memory) -> Vec<Sentence> {
    let document = document::read(text);
    let reader = Reader::new(text, lexicon, memory, &document);
    let mut readings: Vec<Reading> = (0..document.parts.len())
        .map(|index| reader.alone(index))
        .collect();
    reader.lists(&mut readings);
    reader.exceptions(&mut readings);
    reader.references(&mut readings);
    document
        .parts
        .iter()
        .zip(readings)
        .filter(|(part, _)| part.kind != PartKind::Structure)
        .map(|(part, reading)| reading.into_sentence(text, part.span))
        .collect()
}

/// A document with its parts as symbols.
struct Reader<'a> {
    text: &'a str,
    lexicon: &'a Lexicon,
    memory: &'a Memory,
    document: &'a Document,
    symbols: Vec<Symbols>,
    /// The heads of tables, by their parts.
    heads: BTreeMap<usize, Head>,
    /// For each part, whether it is a heading that takes back what stands under it.
    taken_back: Vec<bool>,
}

impl<'a> Reader<'a> {
    fn new(
        text: &'a str,
        lexicon: &'a Lexicon,
        memory: &'a Memory,
        document: &'a Document,
    ) -> Self {
        let symbols = document
            .parts
            .iter()
            .map(|part| match part.kind {
                PartKind::Heading(_) | PartKind::Sentence { .. } => {
                    let written = part.span.of(text);
                    let read = || symbols::read(&words::read(written, whole(written)), lexicon);
                    memory.symbols(written, part.span.start, read)
                }
                PartKind::Structure | PartKind::Aside | PartKind::Row { .. } => Symbols::default(),
            })
            .collect();
        Self {
            text,
            lexicon,
            memory,
            document,
            symbols,
            heads: heads(text, lexicon, document),
            taken_back: taken_back(text, lexicon, document),
        }
    }

    /// What a part says by itself.
    fn alone(&self, index: usize) -> Reading {
        let context = || Reading::nothing(Status::Context, None);
        let Some(part) = self.document.parts.get(index) else {
            return context();
        };
        let heading = match part.kind {
            PartKind::Sentence { heading, .. } | PartKind::Row { heading, .. } => heading,
            PartKind::Structure | PartKind::Aside | PartKind::Heading(_) => return context(),
        };
        if let Some(heading) = heading.filter(|heading| self.is_taken_back(*heading)) {
            let title = self.written(heading);
            return Reading::nothing(Status::Context, Some(note::under_heading(title)));
        }
        if let PartKind::Row { head, .. } = part.kind
            && let Some(head) = self.heads.get(&head)
        {
            return tables::read(self.text, head, part.span, self.lexicon);
        }
        let written = self.written(index);
        let read = |symbols: &Symbols| {
            self.quoted(written)
                .unwrap_or_else(|| reading::read(symbols))
        };
        self.memory
            .reading(written, part.span.start, read)
            .unwrap_or_else(context)
    }

    /// What a part says that speaks of a pattern or of a built-in rule.
    fn quoted(&self, written: &str) -> Option<Reading> {
        if !quoted::is_quoting(written) {
            return None;
        }
        let read_plain = |sentence: &str| {
            let words = words::read(sentence, whole(sentence));
            let symbols = symbols::read(&words, self.lexicon);
            let reading = reading::read(&symbols);
            (reading.status == Status::Enforced).then_some(reading.rules)
        };
        Some(match quoted::read(written, read_plain)? {
            Ok(rules) => reading::of_rules(rules),
            Err(wrong) => {
                Reading::nothing(Status::NotUnderstood, Some(note::wrong_pattern(&wrong)))
            }
        })
    }

    fn written(&self, index: usize) -> &'a str {
        self.document
            .parts
            .get(index)
            .map_or("", |part| part.span.of(self.text))
    }

    /// Reads the items of lists with the lines that lead into them.
    fn lists(&self, readings: &mut [Reading]) {
        for (lead, items) in &lists::of(self.document) {
            if self.is_suspended(*lead) {
                continue;
            }
            let title = self.written(*lead);
            let list = lists::List {
                symbols: &self.symbols,
                lead: *lead,
                items,
                taken_back: takes_back(title, self.lexicon, false).then_some(title),
            };
            list.read(readings);
        }
    }

    /// Reads exceptions with the sentences that they follow.
    fn exceptions(&self, readings: &mut [Reading]) {
        let sentences: Vec<usize> = (0..self.document.parts.len())
            .filter(|index| {
                self.document
                    .parts
                    .get(*index)
                    .is_some_and(|part| matches!(part.kind, PartKind::Sentence { .. }))
            })
            .collect();
        for pair in sentences.windows(2) {
            let [first, second] = *pair else {
                continue;
            };
            let is_rule = |index: usize, readings: &[Reading]| {
                readings
                    .get(index)
                    .is_some_and(|one| one.status == Status::Enforced)
            };
            if !is_rule(first, readings) || is_rule(second, readings) {
                continue;
            }
            let (Some(rule), Some(exception)) = (self.symbols.get(first), self.symbols.get(second))
            else {
                continue;
            };
            let read = || lists::with_exception(rule, exception);
            let (before, after) = (self.written(first), self.written(second));
            let Some(rule_slot) = readings.get_mut(first) else {
                continue;
            };
            if let Some(reading) = self.memory.pair(before, after, read) {
                *rule_slot = reading;
                if let Some(slot) = readings.get_mut(second) {
                    *slot = Reading::nothing(Status::Context, Some(note::read_with_sentence()));
                }
            } else if lists::is_lost_exception(exception) {
                rule_slot.status = Status::Partial;
                rule_slot.note = Some(note::exception_not_read());
            }
        }
    }

    /// Reads sentences that speak of what the sentence before them names: "it", "instead", "all
    /// others".
    fn references(&self, readings: &mut [Reading]) {
        let mut before: Option<usize> = None;
        let mut allowed: Vec<usize> = Vec::new();
        for (index, part) in self.document.parts.iter().enumerate() {
            let (PartKind::Sentence { .. } | PartKind::Heading(_)) = part.kind else {
                continue;
            };
            let Some(symbols) = self.symbols.get(index) else {
                continue;
            };
            let is_sentence = matches!(part.kind, PartKind::Sentence { .. });
            let is_open = readings
                .get(index)
                .is_some_and(|one| one.status != Status::Enforced);
            if is_sentence && is_open && !self.is_suspended(index) {
                self.refer(index, before, &allowed, readings);
            }
            if english::allows(&symbols.all) {
                allowed.push(index);
            } else {
                allowed.clear();
            }
            before = is_sentence.then_some(index);
        }
    }

    /// Reads the sentence with the one before it, or with what is allowed right before it.
    fn refer(
        &self,
        index: usize,
        before: Option<usize>,
        allowed: &[usize],
        readings: &mut [Reading],
    ) {
        let Some(symbols) = self.symbols.get(index) else {
            return;
        };
        let mut found = None;
        if lists::speaks_of_others(symbols) {
            let permitted: Vec<&Symbols> = allowed
                .iter()
                .filter_map(|index| self.symbols.get(*index))
                .collect();
            found = lists::with_others(&permitted, symbols);
        }
        if let Some(before) = before.and_then(|before| self.symbols.get(before)) {
            found = found
                .or_else(|| lists::with_subject(before, symbols))
                .or_else(|| lists::with_replacement(before, symbols));
        }
        if let (Some(reading), Some(slot)) = (found, readings.get_mut(index)) {
            *slot = reading;
        }
    }

    /// Whether the part stands under a heading that takes back what stands under it.
    fn is_suspended(&self, index: usize) -> bool {
        match self.document.parts.get(index).map(|part| part.kind) {
            Some(PartKind::Sentence {
                heading: Some(heading),
                ..
            }) => self.is_taken_back(heading),
            Some(PartKind::Heading(_)) => self.is_taken_back(index),
            _ => false,
        }
    }

    /// Whether the heading, or one above it, says that what stands under it is not in force.
    fn is_taken_back(&self, heading: usize) -> bool {
        self.taken_back.get(heading).copied() == Some(true)
    }
}

/// The span of the whole text.
fn whole(text: &str) -> Span {
    Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX))
}

/// The head of each table that has rows, by its part.
fn heads(text: &str, lexicon: &Lexicon, document: &Document) -> BTreeMap<usize, Head> {
    let mut heads = BTreeMap::new();
    for part in &document.parts {
        if let PartKind::Row { head, .. } = part.kind
            && let Some(line) = document.parts.get(head)
        {
            heads
                .entry(head)
                .or_insert_with(|| Head::read(text, line.span, lexicon));
        }
    }
    heads
}

/// For each part, whether it is a heading that takes back what stands under it, or stands under
/// one itself.
fn taken_back(text: &str, lexicon: &Lexicon, document: &Document) -> Vec<bool> {
    let mut above: Vec<(u8, bool)> = Vec::new();
    document
        .parts
        .iter()
        .map(|part| {
            let PartKind::Heading(level) = part.kind else {
                return false;
            };
            above.retain(|(other, _)| *other < level);
            let inherited = above.last().is_some_and(|(_, back)| *back);
            let back = inherited || takes_back(part.span.of(text), lexicon, true);
            above.push((level, back));
            back
        })
        .collect()
}

/// Whether a heading or a lead-in says that what stands under it is not in force.
fn takes_back(written: &str, lexicon: &Lexicon, is_heading: bool) -> bool {
    let words: Vec<String> = written
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| lexicon.normal(word))
        .collect();
    (1..=3).any(|len| {
        words
            .windows(len)
            .any(|window| lexicon.withdraws(&window.join(" "), is_heading))
    })
}
