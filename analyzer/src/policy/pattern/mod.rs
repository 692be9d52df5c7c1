//! Patterns: formulas with holes. `VLOOKUP($KEY, $RANGE, $COLUMN)` is found wherever such a call
//! stands, whatever its arguments are.
//!
//! A pattern is compared with trees, never with text: letter case, white space, the choice between
//! `,` and `;` and needless parentheses play no part. It is read by the formula parser itself, with
//! stand-ins for its holes, so it has the operators and the precedence of a formula.
//!
//! | written | stands for |
//! |---|---|
//! | `$X` | any expression; the same name again stands for an equal one, `$_` for any each time |
//! | `...` | any arguments, also none; `...$REST` gives them a name |
//! | `#N` | a number that is written out, with its sign or percent |
//! | `"..."`, `"$T"` | a text that is written out |
//! | `@R` | a reference; `@R:range`, `@R:cell`, `@R:abs`, … only one of that kind |
//! | `&F(...)` | a call of any function |
//!
//! Everything else stands for itself. Knows nothing of policies.

mod condition;
mod matcher;
mod query;
mod read;
mod rewrite;
#[cfg(feature = "policies")]
mod sample;

use std::fmt;

pub use condition::{Condition, ExpressionKind, Test};
pub use query::{Query, QueryError};
pub use rewrite::Rewrite;

pub(super) use matcher::STEPS;
pub(super) use query::{Matched, Ready};
pub(super) use rewrite::ReadyRewrite;
#[cfg(feature = "policies")]
pub(super) use sample::samples;

use crate::ast::{Corner, ErrorValue, Formula, InfixOperator, PrefixOperator};
use crate::functions::FunctionId;
use crate::rule::NodeKinds;
use crate::span::Span;

/// The most holes that a pattern and its conditions can have.
pub const MOST_HOLES: usize = 16;
/// The longest pattern, in bytes.
pub const LONGEST_PATTERN: usize = 2_000;

/// A formula with holes, ready to be looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    shapes: Vec<Shape>,
    lists: Vec<u16>,
    root: u16,
    holes: Holes,
}

/// What is wrong with a pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (character {} of `{pattern}`)", self.column())]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// Where it is wrong, in bytes.
    pub span: Span,
    /// What is wrong, and what to do.
    pub message: String,
}

impl PatternError {
    pub(super) fn new(pattern: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            pattern: pattern.to_owned(),
            span,
            message: message.into(),
        }
    }

    /// The character at which it is wrong, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        let before = Span::new(0, self.span.start).of(&self.pattern);
        before.chars().count() + 1
    }
}

/// A place in a formula that a pattern stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The part of the formula, in bytes.
    pub span: Span,
    /// What each hole stands for, in the order in which the pattern names them; arguments behind
    /// `...$REST` from the first to the last, and nothing for a hole that was not used.
    pub bindings: Vec<(String, Span)>,
}

impl Pattern {
    /// Reads a pattern, with or without `=` before it. The error says where it is wrong.
    pub fn compile(text: &str) -> Result<Self, PatternError> {
        read::pattern(text, &mut Holes::default())
    }

    /// The names of its holes, in the order in which they first occur.
    #[must_use]
    pub fn holes(&self) -> &[String] {
        &self.holes.names
    }

    /// Every place in the formula that the pattern stands for, inner ones first; none in a formula
    /// that has syntax errors.
    #[must_use]
    pub fn matches(&self, formula: Formula<'_>) -> Vec<Match> {
        if !formula.tree.errors().is_empty() {
            return Vec::new();
        }
        let names = &self.holes.names;
        let found = |id| {
            let bindings = matcher::find(self, formula, id)?;
            let bound = |(name, bound): (&String, &matcher::Bound)| {
                Some((name.clone(), bound.span(formula)?))
            };
            Some(Match {
                span: formula.span(id),
                bindings: names.iter().zip(&bindings).filter_map(bound).collect(),
            })
        };
        let nodes = formula.nodes().map(|(id, _)| id);
        nodes.filter_map(found).collect()
    }

    fn shape(&self, id: u16) -> Option<&Shape> {
        self.shapes.get(usize::from(id))
    }

    fn list(&self, list: List) -> &[u16] {
        let start = usize::from(list.start);
        let end = start + usize::from(list.len);
        self.lists.get(start..end).unwrap_or_default()
    }

    /// Whether it has the hole of this number.
    fn uses(&self, hole: u8) -> bool {
        self.shapes.iter().any(|shape| match shape {
            Shape::Any(own)
            | Shape::Rest(own)
            | Shape::Number(own)
            | Shape::Text(own)
            | Shape::Reference(own, _)
            | Shape::AnyCall(own, _) => *own == Some(hole),
            _ => false,
        })
    }

    /// What a node must be for the pattern to stand for it.
    pub(super) fn start(&self) -> Start {
        match self.shape(self.root) {
            None | Some(Shape::Rest(_) | Shape::Missing | Shape::Row(_)) => {
                Start::Kinds(NodeKinds::INVALID)
            }
            Some(Shape::Any(_)) => Start::Kinds(
                NodeKinds::NUMBER
                    .and(NodeKinds::TEXT)
                    .and(NodeKinds::BOOLEAN)
                    .and(NodeKinds::ERROR)
                    .and(NodeKinds::REFERENCE)
                    .and(NodeKinds::NAME)
                    .and(NodeKinds::TABLE_REFERENCE)
                    .and(NodeKinds::PROPERTY)
                    .and(NodeKinds::PREFIX)
                    .and(NodeKinds::PERCENT)
                    .and(NodeKinds::INFIX)
                    .and(NodeKinds::CALL)
                    .and(NodeKinds::APPLY)
                    .and(NodeKinds::ARRAY),
            ),
            Some(Shape::Number(_)) => Start::Kinds(
                NodeKinds::NUMBER
                    .and(NodeKinds::PREFIX)
                    .and(NodeKinds::PERCENT),
            ),
            Some(Shape::NumberIs(_)) => Start::Kinds(NodeKinds::NUMBER),
            Some(Shape::Text(_) | Shape::TextIs(_)) => Start::Kinds(NodeKinds::TEXT),
            Some(Shape::BooleanIs(_)) => Start::Kinds(NodeKinds::BOOLEAN),
            Some(Shape::ErrorIs(_)) => Start::Kinds(NodeKinds::ERROR),
            Some(Shape::Reference(..) | Shape::ReferenceIs { .. }) => {
                Start::Kinds(NodeKinds::REFERENCE)
            }
            Some(Shape::NameIs(_)) => Start::Kinds(NodeKinds::NAME),
            Some(Shape::TableIs(_)) => Start::Kinds(NodeKinds::TABLE_REFERENCE),
            Some(Shape::Property(..)) => Start::Kinds(NodeKinds::PROPERTY),
            Some(Shape::Prefix(..)) => Start::Kinds(NodeKinds::PREFIX),
            Some(Shape::Percent(_)) => Start::Kinds(NodeKinds::PERCENT),
            Some(Shape::Infix(..)) => Start::Kinds(NodeKinds::INFIX),
            Some(Shape::Call {
                function: Some(function),
                ..
            }) => Start::Function(*function),
            Some(Shape::Call { .. } | Shape::AnyCall(..)) => Start::Kinds(NodeKinds::CALL),
            Some(Shape::Apply(..)) => Start::Kinds(NodeKinds::APPLY),
            Some(Shape::Array(_)) => Start::Kinds(NodeKinds::ARRAY),
        }
    }

    /// Whether it names cells by where they stand, so that the copies of a formula can differ in
    /// whether the pattern stands for them.
    pub(super) fn sees_text(&self) -> bool {
        let is_relative = |corner: &Corner| {
            (corner.column != 0 && !corner.column_absolute)
                || (corner.row != 0 && !corner.row_absolute)
        };
        self.shapes.iter().any(|shape| match shape {
            Shape::ReferenceIs { first, last, .. } => {
                is_relative(first) || last.as_ref().is_some_and(is_relative)
            }
            _ => false,
        })
    }
}

/// Where a pattern begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// At calls of one built-in function.
    Function(FunctionId),
    /// At nodes of these kinds.
    Kinds(NodeKinds),
}

/// The holes of a pattern by number, shared with the patterns that it is looked for together with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holes {
    names: Vec<String>,
}

impl Holes {
    /// The number of a hole, given at its first use; `None` if there are too many.
    fn number(&mut self, name: &str) -> Option<u8> {
        if let Some(known) = self.find(name) {
            return Some(known);
        }
        if self.names.len() >= MOST_HOLES {
            return None;
        }
        self.names.push(name.to_owned());
        self.find(name)
    }

    fn find(&self, name: &str) -> Option<u8> {
        let place = self.names.iter().position(|own| own == name)?;
        u8::try_from(place).ok()
    }
}

/// A node of a pattern. A hole without a number has no name.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Any(Option<u8>),
    /// Any arguments.
    Rest(Option<u8>),
    Number(Option<u8>),
    Text(Option<u8>),
    Reference(Option<u8>, ReferenceKind),
    NumberIs(f64),
    TextIs(String),
    BooleanIs(bool),
    ErrorIs(ErrorValue),
    Missing,
    ReferenceIs {
        sheet: Option<String>,
        first: Corner,
        last: Option<Corner>,
    },
    /// In lower case.
    NameIs(String),
    TableIs(String),
    Property(u16, String),
    Prefix(PrefixOperator, u16),
    Percent(u16),
    Infix(InfixOperator, u16, u16),
    Call {
        function: Option<FunctionId>,
        /// In lower case.
        name: String,
        arguments: List,
    },
    AnyCall(Option<u8>, List),
    Apply(u16, List),
    Array(List),
    Row(List),
}

/// A range of [`Pattern::lists`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct List {
    start: u16,
    len: u16,
}

/// What a reference is, behind the colon of `@R:range`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReferenceKind {
    Any,
    Cell,
    Range,
    Absolute,
    Relative,
    Mixed,
    Column,
    Row,
    Open,
    OtherSheet,
}

impl ReferenceKind {
    /// The kinds as they are written.
    const NAMES: [(&'static str, Self); 9] = [
        ("cell", Self::Cell),
        ("range", Self::Range),
        ("abs", Self::Absolute),
        ("rel", Self::Relative),
        ("mixed", Self::Mixed),
        ("column", Self::Column),
        ("row", Self::Row),
        ("open", Self::Open),
        ("sheet", Self::OtherSheet),
    ];

    fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(own, _)| *own == name);
        found.map(|(_, kind)| *kind)
    }
}

/// Shows a list of words as in a sentence: `a, b or c`.
fn one_of<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
