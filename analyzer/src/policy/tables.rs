//! Rows of tables as sentences: what a cell says of another one is told by the head of its column.

use super::document::offset;
use super::lexicon::{Class, Lexicon, Meaning, Verb};
use super::reading::{self, Reading};
use super::status::Status;
use super::symbols::{self, Symbol, Symbols};
use super::words;
use crate::span::Span;

/// The most cells of a row that are read.
const MOST_CELLS: usize = 12;

/// What the cells of a column say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// What the row is about.
    Subject,
    /// Whether it is allowed.
    Verdict,
    /// What is not to be used.
    Avoided,
    /// What is to be used in its place.
    Used,
    /// How much is allowed of it.
    Limit,
    /// A rule, as a sentence or as what follows the subject.
    Rule,
    /// A number, a reason, a name: nothing that is demanded.
    Remark,
}

/// The head of a table: what the cells of each column say.
#[derive(Clone, Debug)]
pub(super) struct Head(Vec<Role>);

impl Head {
    pub(super) fn read(text: &str, line: Span, lexicon: &Lexicon) -> Self {
        Self(symbols_of(text, line, lexicon).iter().map(role).collect())
    }
}

fn symbols_of(text: &str, line: Span, lexicon: &Lexicon) -> Vec<Symbols> {
    cells(text, line)
        .into_iter()
        .take(MOST_CELLS)
        .map(|cell| symbols::read(&words::read(text, cell), lexicon))
        .collect()
}

/// What a row says under the head of its table.
pub(super) fn read(text: &str, head: &Head, row: Span, lexicon: &Lexicon) -> Reading {
    let Head(roles) = head;
    let row = symbols_of(text, row, lexicon);
    let cell = |wanted: Role| {
        let at = roles.iter().position(|role| *role == wanted)?;
        row.get(at).filter(|cell| !cell.all.is_empty())
    };
    // A rule that its row calls a draft, or withdrawn, is not in force.
    if let (Some(_), Some(verdict)) = (cell(Role::Rule), cell(Role::Verdict))
        && cell(Role::Subject).is_none()
        && answer(verdict) != Some(true)
    {
        return Reading::nothing(Status::Context, None);
    }
    let sentences = sentences(&cell);
    let read = sentences
        .iter()
        .filter_map(reading::understood)
        .find(|reading| matches!(reading.status, Status::Enforced | Status::Context));
    match read {
        Some(reading) => reading,
        None => {
            cell(Role::Rule).map_or_else(|| Reading::nothing(Status::Context, None), reading::read)
        }
    }
}

/// The sentences that a row can stand for, most likely first.
fn sentences<'a>(cell: &impl Fn(Role) -> Option<&'a Symbols>) -> Vec<Symbols> {
    let word = |class| Symbols {
        all: vec![Symbol {
            span: Span::default(),
            meanings: vec![Meaning::Class(class)],
        }],
        ..Symbols::default()
    };
    let colon = Symbols {
        all: vec![Symbol {
            span: Span::default(),
            meanings: vec![Meaning::Mark(':')],
        }],
        ..Symbols::default()
    };
    let mut all = Vec::new();
    let mut say = |parts: &[&Symbols]| all.push(joined(parts));
    if let (Some(avoided), Some(used)) = (cell(Role::Avoided), cell(Role::Used)) {
        say(&[used, &word(Class::Instead), avoided]);
    }
    let subject = cell(Role::Subject);
    if let (Some(subject), Some(verdict)) = (subject, cell(Role::Verdict)) {
        match answer(verdict) {
            Some(true) => say(&[subject, &word(Class::Be), &word(Class::Allowed)]),
            Some(false) => {
                say(&[subject, &colon, &word(Class::Forbidden)]);
            }
            None => {
                say(&[subject, &colon, verdict]);
                say(&[subject, &word(Class::Be), verdict]);
                say(&[subject, verdict]);
            }
        }
    } else if let Some(avoided) = cell(Role::Avoided) {
        say(&[avoided, &colon, &word(Class::Forbidden)]);
    }
    if let (Some(subject), Some(limit)) = (subject, cell(Role::Limit)) {
        say(&[&word(Class::Maximum), subject, &colon, limit]);
        say(&[subject, &colon, &word(Class::Maximum), limit]);
    }
    if let Some(rule) = cell(Role::Rule) {
        say(&[rule]);
        if let Some(subject) = subject {
            say(&[subject, rule]);
            say(&[subject, &colon, rule]);
        }
    }
    all
}

fn joined(parts: &[&Symbols]) -> Symbols {
    let mut all = Symbols::default();
    for part in parts {
        all.all.extend_from_slice(&part.all);
        all.hedged |= part.hedged;
        all.question |= part.question;
        all.unreadable = all.unreadable.or(part.unreadable);
    }
    all
}

/// What the head of a column says of its cells.
fn role(head: &Symbols) -> Role {
    let has = |class: Class| {
        head.all
            .iter()
            .any(|symbol| symbol.meanings.contains(&Meaning::Class(class)))
    };
    let verb = |wanted: &[Verb]| {
        head.all.iter().any(|symbol| {
            symbol
                .meanings
                .iter()
                .any(|meaning| matches!(meaning, Meaning::Verb(verb, _) if wanted.contains(verb)))
        })
    };
    let replaces = has(Class::InItsPlace)
        || has(Class::Preferred)
        || verb(&[Verb::Prefer, Verb::Replace])
        || has(Class::ColumnUsed);
    let not = has(Class::Not) || has(Class::DoNot) || has(Class::No);
    if not && head.all.len() > 1 {
        Role::Avoided
    } else if has(Class::ColumnVerdict) {
        Role::Verdict
    } else if replaces {
        Role::Used
    } else if has(Class::Forbidden)
        || has(Class::Instead)
        || verb(&[Verb::Avoid, Verb::Ban])
        || has(Class::Discouraged)
    {
        Role::Avoided
    } else if has(Class::Allowed) {
        Role::Verdict
    } else if has(Class::Maximum) || verb(&[Verb::Limit]) {
        Role::Limit
    } else if has(Class::ColumnRule) || has(Class::Required) {
        Role::Rule
    } else if has(Class::ColumnSubject) || has(Class::Function) || has(Class::FunctionName) {
        Role::Subject
    } else {
        Role::Remark
    }
}

/// Whether a cell that answers says yes or no.
fn answer(cell: &Symbols) -> Option<bool> {
    let [symbol] = cell.all.as_slice() else {
        return None;
    };
    let is = |class| symbol.meanings.contains(&Meaning::Class(class));
    if is(Class::Yes) || is(Class::Allowed) {
        Some(true)
    } else if is(Class::No) || is(Class::Never) {
        Some(false)
    } else {
        None
    }
}

/// The cells of a line, without the white space around them.
fn cells(text: &str, line: Span) -> Vec<Span> {
    let written = line.of(text);
    let inner = written.strip_prefix('|').unwrap_or(written);
    let mut at = written.len() - inner.len();
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = Vec::new();
    for cell in inner.split('|') {
        let blank = cell.len() - cell.trim_start().len();
        let start = at + blank;
        let end = start + cell.trim().len();
        cells.push(Span::new(
            line.start + offset(start),
            line.start + offset(end.max(start)),
        ));
        at += cell.len() + 1;
    }
    cells
}
