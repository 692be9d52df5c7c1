//! From a document to sentences with their rules: reads each sentence by itself or with the line
//! that leads into its list, and says what became of it.

use super::Sentence;
use super::document::{self, Document, PartKind};
use super::english::{self, Clause, Outcome};
use super::lexicon::{Class, Lexicon, Meaning};
use super::note;
use super::rule::{Level, PolicyRule};
use super::status::Status;
use super::symbols::{self, Symbol, Symbols};
use super::words;
use std::collections::BTreeMap;

use crate::span::Span;

/// Compiles every part of the document that is text.
pub(super) fn sentences(text: &str, lexicon: &Lexicon) -> Vec<Sentence> {
    let document = document::read(text);
    let reader = Reader::new(text, lexicon, &document);
    let mut readings: Vec<Reading> = (0..document.parts.len())
        .map(|index| reader.alone(index))
        .collect();
    reader.lists(&mut readings);
    document
        .parts
        .iter()
        .zip(readings)
        .filter(|(part, _)| part.kind != PartKind::Structure)
        .map(|(part, reading)| reading.into_sentence(text, part.span))
        .collect()
}

/// What became of one part.
struct Reading {
    status: Status,
    rules: Vec<PolicyRule>,
    unread: Vec<Span>,
    note: Option<String>,
}

impl Reading {
    fn nothing(status: Status, note: Option<String>) -> Self {
        Self {
            status,
            rules: Vec::new(),
            unread: Vec::new(),
            note,
        }
    }

    fn into_sentence(self, text: &str, span: Span) -> Sentence {
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
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    lexicon: &'a Lexicon,
    document: &'a Document,
    symbols: Vec<Symbols>,
    /// For each part, whether it is a heading that takes back what stands under it.
    taken_back: Vec<bool>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, lexicon: &'a Lexicon, document: &'a Document) -> Self {
        let symbols = document
            .parts
            .iter()
            .map(|part| match part.kind {
                PartKind::Heading(_) | PartKind::Sentence { .. } => {
                    symbols::read(&words::read(text, part.span), lexicon)
                }
                PartKind::Structure | PartKind::Aside => Symbols::default(),
            })
            .collect();
        Self {
            text,
            lexicon,
            document,
            symbols,
            taken_back: taken_back(text, lexicon, document),
        }
    }

    /// What a part says by itself.
    fn alone(&self, index: usize) -> Reading {
        let context = || Reading::nothing(Status::Context, None);
        let (Some(part), Some(symbols)) = (self.document.parts.get(index), self.symbols.get(index))
        else {
            return context();
        };
        let PartKind::Sentence { heading, .. } = part.kind else {
            return context();
        };
        if let Some(heading) = heading.filter(|heading| self.is_taken_back(*heading)) {
            let title = self.written(heading);
            return Reading::nothing(Status::Context, Some(note::under_heading(title)));
        }
        read(symbols)
    }

    fn written(&self, index: usize) -> &'a str {
        self.document
            .parts
            .get(index)
            .map_or("", |part| part.span.of(self.text))
    }

    /// Whether the heading, or one above it, says that what stands under it is not in force.
    fn is_taken_back(&self, heading: usize) -> bool {
        self.taken_back.get(heading).copied() == Some(true)
    }

    /// Reads the items of lists with the lines that lead into them.
    fn lists(&self, readings: &mut [Reading]) {
        let mut lists: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, part) in self.document.parts.iter().enumerate() {
            if let PartKind::Sentence {
                lead: Some(lead), ..
            } = part.kind
            {
                lists.entry(lead).or_default().push(index);
            }
        }
        for (lead, items) in lists {
            self.list(lead, &items, readings);
        }
    }

    fn list(&self, lead: usize, items: &[usize], readings: &mut [Reading]) {
        let Some(lead_symbols) = self.symbols.get(lead) else {
            return;
        };
        if self.is_suspended(lead) {
            return;
        }
        let restricts = lead_symbols.symbols.iter().any(restricts);
        if restricts && let Some(reading) = self.merged(lead_symbols, items) {
            if let Some(slot) = readings.get_mut(lead) {
                *slot = reading;
            }
            for item in items {
                if let Some(slot) = readings.get_mut(*item) {
                    *slot = Reading::nothing(Status::Context, Some(note::read_with_lead()));
                }
            }
            return;
        }
        let mut any = false;
        let taken_back = takes_back(self.written(lead), self.lexicon, false);
        for item in items {
            let (Some(symbols), Some(slot)) = (self.symbols.get(*item), readings.get_mut(*item))
            else {
                continue;
            };
            let together = (!restricts || items.len() == 1)
                .then(|| joined(&lead_symbols.symbols, &symbols.symbols))
                .into_iter()
                .flatten()
                .map(|joined| Symbols {
                    symbols: joined,
                    hedged: lead_symbols.hedged || symbols.hedged,
                    unreadable: lead_symbols.unreadable.or(symbols.unreadable),
                    question: symbols.question,
                })
                .find_map(|symbols| understood(&symbols));
            if let Some(reading) = together {
                *slot = reading;
                any = true;
            } else if taken_back {
                let why = note::under_heading(self.written(lead));
                *slot = Reading::nothing(Status::Context, Some(why));
            }
        }
        if any && let Some(slot) = readings.get_mut(lead) {
            *slot = Reading::nothing(Status::Context, Some(note::leads_in()));
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

    /// All items of a list as one: "only these", "except these".
    fn merged(&self, lead: &Symbols, items: &[usize]) -> Option<Reading> {
        let mut all: Vec<Symbol> = Vec::new();
        let mut hedged = lead.hedged;
        let mut unreadable = lead.unreadable;
        for item in items {
            let symbols = self.symbols.get(*item)?;
            hedged |= symbols.hedged;
            unreadable = unreadable.or(symbols.unreadable);
            if !all.is_empty() {
                all.push(comma());
            }
            all.extend_from_slice(without_explanation(&symbols.symbols));
        }
        joined(&lead.symbols, &all)
            .into_iter()
            .map(|symbols| Symbols {
                symbols,
                hedged,
                unreadable,
                question: false,
            })
            .find_map(|symbols| understood(&symbols))
    }
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

/// Whether a lead-in with the symbol speaks of all items of its list at once.
fn restricts(symbol: &Symbol) -> bool {
    symbol.meanings.iter().any(|meaning| {
        matches!(
            meaning,
            Meaning::Class(
                Class::Only
                    | Class::NothingBut
                    | Class::Except
                    | Class::Unless
                    | Class::UnlessInside
            )
        )
    })
}

fn comma() -> Symbol {
    Symbol {
        span: Span::default(),
        meanings: vec![Meaning::Mark(',')],
    }
}

/// The ways in which an item can follow its lead-in: in the place of "the following functions",
/// or after it; whole, or without the explanation that follows a dash.
fn joined(lead: &[Symbol], item: &[Symbol]) -> Vec<Vec<Symbol>> {
    let is = |symbol: &Symbol, class| symbol.meanings.contains(&Meaning::Class(class));
    let mut lead = lead;
    if let Some((last, rest)) = lead.split_last()
        && last.meanings.contains(&Meaning::Mark(':'))
    {
        lead = rest;
    }
    let mut item = item;
    while let Some((last, rest)) = item.split_last()
        && last.meanings.iter().any(|meaning| {
            matches!(
                meaning,
                Meaning::Mark(';' | ',') | Meaning::Class(Class::And | Class::Or)
            )
        })
        && !last
            .meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Functions(_)))
    {
        item = rest;
    }
    let short = without_explanation(item);
    let mut ways = Vec::new();
    for item in [item, short] {
        if let Some(at) = lead.iter().position(|symbol| is(symbol, Class::Following)) {
            let (before, after) = lead.split_at(at);
            let after = after.get(1..).unwrap_or_default();
            let names_kind = after.first().is_some_and(|symbol| {
                [Class::Function, Class::Call, Class::Formula]
                    .iter()
                    .any(|class| is(symbol, *class))
                    || symbol
                        .meanings
                        .iter()
                        .any(|meaning| matches!(meaning, Meaning::Thing(_)))
            });
            let after = after.get(usize::from(names_kind)..).unwrap_or_default();
            ways.push([before, item, after].concat());
            if before.is_empty() && after.is_empty() {
                ways.pop();
            }
        } else {
            ways.push([lead, item].concat());
            let colon = Symbol {
                span: Span::default(),
                meanings: vec![Meaning::Mark(':')],
            };
            ways.push([lead, &[colon], item].concat());
        }
    }
    ways
}

/// An item up to the dash, colon or bracket that starts its explanation.
fn without_explanation(item: &[Symbol]) -> &[Symbol] {
    let at = item.iter().position(|symbol| {
        symbol
            .meanings
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Mark('-' | ':' | '(')))
    });
    match at {
        Some(at)
            if at > 0
                && item
                    .get(at..)
                    .is_some_and(|rest| rest.iter().all(english::can_explain)) =>
        {
            item.get(..at).unwrap_or(item)
        }
        _ => item,
    }
}

/// What the symbols say, if the grammar can read all of them as rules or as a permission.
fn understood(symbols: &Symbols) -> Option<Reading> {
    if symbols.question || symbols.unreadable.is_some() {
        return None;
    }
    english::read(&symbols.symbols)
        .or_else(|| inline_list(&symbols.symbols))
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
fn read(symbols: &Symbols) -> Reading {
    if symbols.question {
        return Reading::nothing(Status::Context, None);
    }
    if let Some(reading) = understood(symbols) {
        return reading;
    }
    if symbols.unreadable.is_none()
        && symbols.symbols.len() <= english::LONGEST_SENTENCE
        && let Some(reading) = scoped(symbols).or_else(|| partial(symbols))
    {
        return reading;
    }
    not_read(symbols)
}

/// The rules of clauses that were read.
fn of_clauses(clauses: Vec<Clause>, hedged: bool) -> Reading {
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
    if rules.is_empty() || permits {
        return Reading::nothing(Status::Context, Some(note::permission()));
    }
    if !rules.iter().all(PolicyRule::holds) {
        return Reading::nothing(Status::NotUnderstood, Some(note::fails_examples()));
    }
    Reading {
        status: Status::Enforced,
        rules,
        unread: Vec::new(),
        note: None,
    }
}

/// How many parts of a sentence are tried as the words that say where it holds.
const SCOPES: usize = 4;

/// A sentence that would be understood without the words that say where it holds.
fn scoped(symbols: &Symbols) -> Option<Reading> {
    let all = &symbols.symbols;
    let mut tried = 0;
    for (start, symbol) in all.iter().enumerate() {
        let opens = symbol.meanings.iter().any(|meaning| {
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
        });
        if !opens {
            continue;
        }
        let scope_len = all
            .iter()
            .skip(start + 1)
            .take_while(|symbol| {
                !symbol.meanings.iter().any(|meaning| {
                    matches!(
                        meaning,
                        Meaning::Mark(_)
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
                            )
                            | Meaning::Functions(_)
                    )
                })
            })
            .count();
        let end = start + 1 + scope_len;
        let scope = all.get(start..end).unwrap_or_default();
        if !scope.iter().any(Symbol::is_unknown) || tried == SCOPES {
            continue;
        }
        tried += 1;
        let mut rest = all.get(..start).unwrap_or_default().to_vec();
        let after = all.get(end..).unwrap_or_default();
        let drops_comma = rest.is_empty()
            && after
                .first()
                .is_some_and(|s| s.meanings.contains(&Meaning::Mark(',')));
        rest.extend_from_slice(after.get(usize::from(drops_comma)..).unwrap_or_default());
        let reading = english::read_whole(&rest).map(|clauses| of_clauses(clauses, symbols.hedged));
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

/// A sentence that would be understood without its unknown words.
fn partial(symbols: &Symbols) -> Option<Reading> {
    let (unknown, known): (Vec<Symbol>, Vec<Symbol>) = symbols
        .symbols
        .iter()
        .cloned()
        .partition(Symbol::is_unknown);
    if unknown.is_empty() || known.is_empty() {
        return None;
    }
    let reading = understood(&Symbols {
        symbols: known,
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
    let topic = symbols
        .symbols
        .iter()
        .flat_map(|symbol| &symbol.meanings)
        .find_map(|meaning| match meaning {
            Meaning::Topic(topic) => Some(topic.clone()),
            _ => None,
        });
    let demands = symbols
        .symbols
        .iter()
        .flat_map(|symbol| &symbol.meanings)
        .any(|meaning| {
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
                    super::lexicon::Verb::Avoid
                        | super::lexicon::Verb::Ban
                        | super::lexicon::Verb::Prefer
                        | super::lexicon::Verb::Limit,
                    super::lexicon::Form::Base
                )
            )
        });
    let unread = symbols
        .symbols
        .iter()
        .filter(|symbol| symbol.is_unknown())
        .map(|symbol| symbol.span)
        .collect();
    let (status, note) = match (topic, demands) {
        (Some(topic), _) => (Status::NotCheckable, Some(note::not_checkable(&topic))),
        (None, true) => (Status::NotUnderstood, Some(note::not_understood())),
        (None, false) => (Status::Context, None),
    };
    Reading {
        status,
        rules: Vec::new(),
        unread,
        note,
    }
}

#[cfg(test)]
mod debug_scratch {
    #[test]
    fn print_symbols() {
        let lexicon = super::Lexicon::english();
        for line in std::fs::read_to_string("/tmp/pol/q.txt").unwrap().lines() {
            let s = super::sentences(line, &lexicon);
            for one in &s {
                println!(
                    "{:?} {} => {:?} {:?}",
                    one.status, one.text, one.paraphrase, one.note
                );
            }
            let span = crate::span::Span::new(0, line.len() as u32);
            let symbols = super::symbols::read(&super::words::read(line, span), &lexicon);
            for x in symbols.symbols {
                println!(
                    "      {:?} {:?}",
                    x.span.of(line),
                    x.meanings
                        .iter()
                        .map(|m| {
                            let t = format!("{m:?}");
                            t.chars().take(40).collect::<String>()
                        })
                        .collect::<Vec<_>>()
                );
            }
        }
    }
}
