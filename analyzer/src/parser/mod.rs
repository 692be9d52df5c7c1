//! The only door to the grammar: text in, a [`Tree`] with its errors out. nom stays in here.

use crate::ast::Tree;
use crate::span::Span;

/// What a formula's text depends on besides itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Locale {
    /// Whether decimals are written `1,5`, arguments are separated by `;` and array columns by `\`.
    pub decimal_comma: bool,
}

/// One thing that is wrong with the text of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The text in question; empty where something is missing.
    pub span: Span,
}

/// Parses `source` into `tree`, whose earlier content is dropped and whose memory is used again.
///
/// Never fails: what could not be read is [`crate::ast::NodeKind::Invalid`] and has an error.
pub fn parse_into(_tree: &mut Tree, _source: &str, _locale: Locale) {}
