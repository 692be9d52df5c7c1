//! A sentence as symbols: the longest phrases of the lexicon, left to right, each with all it can
//! mean. Words of the stop list are left out; a word that no phrase has is unknown, and stays.

use super::lexicon::{Lexicon, Meaning};
use super::memory;
use super::rule::FunctionSet;
use super::words::{Token, TokenKind, Word};
use crate::functions;
use crate::span::Span;

/// One phrase of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub(super) span: Span,
    pub(super) meanings: Vec<Meaning>,
}

impl Symbol {
    pub(super) fn is_unknown(&self) -> bool {
        self.meanings.contains(&Meaning::Unknown)
    }
}

/// A sentence as the grammar sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    pub(super) all: Vec<Symbol>,
    /// Whether a word like "where possible" makes it a guideline.
    pub(super) hedged: bool,
    /// A word that the grammar must not step over, such as "not only".
    pub(super) unreadable: Option<Span>,
    /// Whether the sentence asks.
    pub(super) question: bool,
}

impl Symbols {
    /// The symbols of the same sentence as many bytes further on.
    pub(super) fn moved(&self, by: u32) -> Self {
        let mut moved = self.clone();
        for symbol in &mut moved.all {
            symbol.span = memory::moved(symbol.span, by);
        }
        moved.unreadable = moved.unreadable.map(|span| memory::moved(span, by));
        moved
    }
}

/// A token ready to be looked up.
struct Item {
    span: Span,
    /// Its key in the lexicon; empty for what is never part of a phrase.
    key: String,
    own: Vec<Meaning>,
    /// Whether it is written in small letters, at least in part.
    is_small: bool,
}

impl Item {
    /// Whether it names a function by its capitals.
    fn names_function(&self) -> bool {
        let is_function = |meaning: &Meaning| matches!(meaning, Meaning::Functions(_));
        !self.is_small && self.own.iter().any(is_function)
    }
}

/// The symbols of a sentence.
pub(super) fn read(tokens: &[Token], lexicon: &Lexicon) -> Symbols {
    let items = items(tokens, lexicon);
    let mut result = Symbols {
        question: tokens
            .iter()
            .any(|token| token.kind == TokenKind::Mark("?".to_owned())),
        ..Symbols::default()
    };
    let mut rest = items.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let (symbol, len) = longest_phrase(rest, lexicon);
        rest = if len > 1 {
            rest.get(len..).unwrap_or_default()
        } else {
            after
        };
        let mut symbol = symbol.unwrap_or(Symbol {
            span: first.span,
            meanings: Vec::new(),
        });
        if len <= 1 {
            symbol.meanings.splice(0..0, first.own.iter().cloned());
        }
        if symbol.meanings.contains(&Meaning::Unreadable) {
            result.unreadable = Some(symbol.span);
        }
        let is_hedge = symbol.meanings.contains(&Meaning::Hedge);
        result.hedged |= is_hedge;
        let is_stop = symbol.meanings.contains(&Meaning::Stop) && !names_functions(&symbol);
        if is_hedge || is_stop {
            // The commas that set the words off go with them.
            let sets_off = |symbol: &Symbol| symbol.meanings.contains(&Meaning::Mark(','));
            let comma_before = result.all.last().is_none_or(sets_off);
            let comma_after = rest
                .first()
                .is_none_or(|item| item.own.contains(&Meaning::Mark(',')));
            if comma_before && comma_after {
                result.all.pop();
                rest = rest.get(1..).unwrap_or_default();
            }
            continue;
        }
        let is_only_name = |meaning: &Meaning| matches!(meaning, Meaning::Name(_));
        if symbol.meanings.iter().all(is_only_name) {
            symbol.meanings.push(Meaning::Unknown);
        }
        result.all.push(symbol);
    }
    result
}

fn names_functions(symbol: &Symbol) -> bool {
    symbol
        .meanings
        .iter()
        .any(|meaning| matches!(meaning, Meaning::Functions(_)))
}

/// The longest phrase that starts here, and its number of items.
fn longest_phrase(items: &[Item], lexicon: &Lexicon) -> (Option<Symbol>, usize) {
    let first = items.first().map_or("", |item| item.key.as_str());
    let most = lexicon.longest_from(first);
    let window = items.iter().take_while(|item| !item.key.is_empty());
    let mut key = String::new();
    // Where the phrases end: in the key, and after how many items.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    for (index, item) in window.enumerate() {
        if ends.len() >= most {
            break;
        }
        // "Are strictly forbidden to" is "are forbidden to".
        if index > 0 && lexicon.is_intensifier(&item.key) {
            continue;
        }
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&item.key);
        ends.push((key.len(), index + 1));
    }
    for (end, len) in ends.into_iter().rev() {
        let Some(meanings) = key.get(..end).and_then(|key| lexicon.meanings(key)) else {
            continue;
        };
        let phrase = items.get(..len).unwrap_or_default();
        // `N and OR` names two functions, `MUST NOT` none.
        let names_function = phrase.iter().any(Item::names_function);
        if len > 1 && names_function && phrase.iter().any(|item| item.is_small) {
            continue;
        }
        let spans = phrase.iter().map(|item| item.span);
        let symbol = Symbol {
            span: spans.reduce(Span::to).unwrap_or_default(),
            meanings: meanings.to_vec(),
        };
        return (Some(symbol), len);
    }
    (None, 1)
}

/// The tokens with their keys: contractions spelled out, articles and hyphens left out.
fn items(tokens: &[Token], lexicon: &Lexicon) -> Vec<Item> {
    let shouted = is_shouted(tokens);
    let mut items = Vec::with_capacity(tokens.len());
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        match &token.kind {
            TokenKind::Word(word) => {
                let lower = word.written.to_lowercase();
                let is_article = lexicon.is_article(&lower)
                    && !word.marked
                    && (index == 0 || shouted || word.written == lower);
                if is_article {
                    continue;
                }
                if let Some(words) = lexicon.contraction(&lower) {
                    items.extend(words.split(' ').map(|word| Item {
                        span: token.span,
                        key: lexicon.normal(word),
                        own: Vec::new(),
                        is_small: true,
                    }));
                    continue;
                }
                let key = lexicon.normal(&word.written);
                let known = lexicon.meanings(&key).is_some();
                let function = function_meaning(word, next, lexicon)
                    .filter(|_| !(shouted && known && !word.called));
                items.push(Item {
                    span: token.span,
                    key: if word.called { String::new() } else { key },
                    own: function.into_iter().chain(names(word, index)).collect(),
                    is_small: word.written.contains(|c: char| c.is_lowercase()),
                });
            }
            TokenKind::Mark(mark) if mark == "-" && joins(tokens, index) => {}
            TokenKind::Mark(mark) if mark == "." || mark == "!" || mark == "?" => {}
            kind => items.push(item_of(token.span, kind)),
        }
    }
    items
}

/// A token that means only what the vocabulary says of it.
fn without_meaning(span: Span, key: String) -> Item {
    Item {
        span,
        key,
        own: Vec::new(),
        is_small: false,
    }
}

/// What a word can be as a name: one in quotes is a text too.
fn names(word: &Word, index: usize) -> impl Iterator<Item = Meaning> {
    let written = &word.written;
    let is_name = word.quoted || (index > 0 && written.starts_with(char::is_uppercase));
    let text = word.quoted.then(|| Meaning::Quoted(written.clone()));
    let name = is_name.then(|| Meaning::Name(written.clone()));
    text.into_iter().chain(name)
}

/// A token that is no word.
fn item_of(span: Span, kind: &TokenKind) -> Item {
    let mut key = String::new();
    let other = match kind {
        TokenKind::Columns(name) | TokenKind::Rows(name) => Some(Meaning::Range(name.clone())),
        TokenKind::Quoted(name) => Some(Meaning::Name(name.clone())),
        _ => None,
    };
    let own = match kind {
        TokenKind::Number(value) => Meaning::Number(*value),
        TokenKind::Ordinal(place) => Meaning::Ordinal(*place),
        TokenKind::ErrorValue(name) => Meaning::ErrorValue(name.clone()),
        TokenKind::Key(name) => Meaning::Key(name.clone()),
        TokenKind::Host(name) => Meaning::Host(name.clone()),
        TokenKind::Range(name) => Meaning::Range(name.clone()),
        TokenKind::Columns(_) => Meaning::Columns,
        TokenKind::Rows(_) => Meaning::Rows,
        TokenKind::Quoted(text) => Meaning::Quoted(text.clone()),
        TokenKind::Mark(mark) => {
            key.clone_from(mark);
            match mark.chars().next() {
                Some('-' | '–' | '—') => Meaning::Mark('-'),
                Some(sign) if ",;:()/&".contains(sign) => Meaning::Mark(sign),
                _ => return without_meaning(span, key),
            }
        }
        TokenKind::Word(_) | TokenKind::Opaque => Meaning::Unknown,
    };
    Item {
        span,
        key,
        own: std::iter::once(own).chain(other).collect(),
        is_small: false,
    }
}

/// Whether the hyphen at `index` joins the words around it.
fn joins(tokens: &[Token], index: usize) -> bool {
    let neighbour = |at: Option<usize>| at.and_then(|at| tokens.get(at));
    match (
        neighbour(index.checked_sub(1)),
        tokens.get(index),
        neighbour(Some(index + 1)),
    ) {
        (Some(before), Some(hyphen), Some(after)) => {
            before.span.end == hyphen.span.start && hyphen.span.end == after.span.start
        }
        _ => false,
    }
}

/// The function that a word names: written in capitals, in code marks, with brackets, before the
/// word "function", or in small letters if it is no ordinary word.
fn function_meaning(word: &Word, next: Option<&Token>, lexicon: &Lexicon) -> Option<Meaning> {
    let written = word.written.as_str();
    let functions_of = |names: Vec<String>| Meaning::Functions(FunctionSet { class: None, names });
    if word.starred {
        let names: Vec<String> = functions::all()
            .map(|function| function.name.to_owned())
            .filter(|name| name.starts_with(written))
            .collect();
        return (!names.is_empty()).then(|| functions_of(names));
    }
    let is_capital = !written.contains(|c: char| c.is_lowercase());
    let before_function = next.is_some_and(|token| {
        matches!(&token.kind, TokenKind::Word(next) if lexicon.normal(&next.written) == "function")
    });
    let lower = written.to_lowercase();
    let is_name = is_capital
        || word.marked
        || word.called
        || before_function
        || (written.len() >= 4
            && !lexicon.is_ordinary(&lower)
            && lexicon.meanings(&lexicon.normal(&lower)).is_none());
    if is_name && let Some(id) = functions::find(written) {
        return Some(functions_of(vec![id.function().name.to_owned()]));
    }
    // `VLOOKUPs`
    let plural = written
        .strip_suffix('s')
        .or_else(|| written.strip_suffix('S').filter(|_| is_capital))
        .filter(|stem| stem.len() >= 2);
    if let Some(stem) = plural {
        let stem_is_name = !stem.contains(|c: char| c.is_lowercase())
            || (stem.len() >= 4 && !lexicon.is_ordinary(&stem.to_lowercase()));
        if stem_is_name && let Some(id) = functions::find(stem) {
            return Some(functions_of(vec![id.function().name.to_owned()]));
        }
    }
    let is_known = lexicon.meanings(&lexicon.normal(&lower)).is_some();
    let is_custom =
        word.called || (is_capital && written.len() >= 3 && before_function && !is_known);
    is_custom.then(|| functions_of(vec![written.to_uppercase()]))
}

/// Whether the whole sentence is written in capitals, so that capitals say nothing of functions.
fn is_shouted(tokens: &[Token]) -> bool {
    let mut words = 0;
    for token in tokens {
        if let TokenKind::Word(word) = &token.kind {
            if word.written.contains(|c: char| c.is_lowercase()) {
                return false;
            }
            if functions::find(&word.written).is_none() {
                words += 1;
            }
        }
    }
    words >= 2
}
