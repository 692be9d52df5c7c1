//! The only door to the grammar: text in, a [`Tree`] with its errors out. nom stays in here.
//!
//! The parser reads the bytes directly, without a list of tokens: the next byte alone decides
//! which operand begins, and one table ([`operators`]) what a byte means after one. Literals and
//! table references are read with nom; the loop over operators, the decoding of cell references
//! and that of short whole numbers are written by hand, because nearly all of the time goes there
//! and decoding while reading costs half of recognizing first.
//!
//! Only brackets make the parser call itself, and [`MAX_NESTING`] bounds them; signs, percents,
//! calls of results and operators of one precedence are loops. Every loop moves forward, and what
//! is looked at ahead is bounded by the token at hand, so the time is linear in the text.
//!
//! What is wrong is recorded beside the tree and the text is read on. A part that can not be
//! understood becomes one [`NodeKind::Invalid`] that replaces the nodes already made for it, so no
//! node is ever left without a parent.

mod calls;
mod decimal;
mod error;
mod expression;
mod literal;
mod locale;
mod operands;
mod operators;
mod recovery;
mod reference;
mod repair;
pub(crate) mod scan;
mod unbalanced;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use locale::Locale;

use crate::ast::{Node, NodeId, NodeKind, Tree};
use crate::span::Span;
use scan::{byte_at, may_be_space, space_end};

/// How deeply brackets may be nested. Far more than people write; small enough that the parser
/// stays inside of one megabyte of stack, which is what a browser gives it, without optimization.
pub const MAX_NESTING: u32 = 256;

/// Parses `source` into `tree`, whose earlier content is dropped and whose memory is used again.
///
/// Never fails: what could not be read is [`NodeKind::Invalid`] and has an error. The leading `=`
/// may be missing; whether a text without it is a formula is for the caller to say.
pub fn parse_into(tree: &mut Tree, source: &str, locale: Locale) {
    tree.clear();
    if u32::try_from(source.len()).is_err() {
        tree.errors.push(SyntaxError {
            span: Span::default(),
            kind: SyntaxErrorKind::TooLong,
        });
        return;
    }
    // Most formulas have one node for three bytes; a tree that is used again keeps its memory.
    tree.nodes.reserve(source.len() / 3 + 1);
    Parser::new(tree, source, locale).formula();
}

/// Parses `source` into a new tree; see [`parse_into`].
#[must_use]
pub fn parse(source: &str, locale: Locale) -> Tree {
    let mut tree = Tree::default();
    parse_into(&mut tree, source, locale);
    tree
}

/// The state of reading one formula.
struct Parser<'a> {
    source: &'a str,
    bytes: &'a [u8],
    /// The next byte to read. Always a character boundary.
    position: usize,
    /// Where the expression begins, behind the `=` of the formula.
    begin: usize,
    tree: &'a mut Tree,
    /// Between arguments; `;` is one in every locale.
    argument_separator: u8,
    /// Between the columns of an array.
    column_separator: u8,
    /// Before the decimals of a number.
    point: u8,
    /// How many `(` are open around the position.
    open_parentheses: u32,
    /// How many `{` are open around the position.
    open_braces: u32,
    /// Whether a text or a sheet name without its closing quote has taken the rest, in which
    /// case the brackets that are missing may well stand inside it.
    rest_taken: bool,
}

impl<'a> Parser<'a> {
    fn new(tree: &'a mut Tree, source: &'a str, locale: Locale) -> Self {
        let (argument_separator, column_separator, point) = if locale.decimal_comma {
            (b';', b'\\', b',')
        } else {
            (b',', b',', b'.')
        };
        Self {
            source,
            bytes: source.as_bytes(),
            position: 0,
            begin: 0,
            tree,
            argument_separator,
            column_separator,
            point,
            open_parentheses: 0,
            open_braces: 0,
            rest_taken: false,
        }
    }

    #[inline]
    fn byte(&self) -> u8 {
        byte_at(self.bytes, self.position)
    }

    /// Skips white space and gives the byte behind it.
    #[inline]
    fn byte_after_space(&mut self) -> u8 {
        let byte = self.byte();
        if may_be_space(byte) {
            self.skip_space()
        } else {
            byte
        }
    }

    /// The part of [`Self::byte_after_space`] that most calls of it do without.
    #[inline(never)]
    fn skip_space(&mut self) -> u8 {
        self.position = space_end(self.bytes, self.position);
        self.byte()
    }

    fn at_end(&self) -> bool {
        self.position >= self.bytes.len()
    }

    /// Makes the node that ends where the parser stands.
    #[inline]
    fn place(&mut self, kind: NodeKind, start: u32) -> NodeId {
        self.place_at(kind, start, offset(self.position))
    }

    #[inline]
    fn place_at(&mut self, kind: NodeKind, start: u32, end: u32) -> NodeId {
        let id = NodeId(offset(self.tree.nodes.len()));
        self.tree.nodes.push(Node {
            kind,
            span: Span::new(start, end),
        });
        id
    }

    fn kind(&self, id: NodeId) -> NodeKind {
        let node = self.tree.nodes.get(id.index());
        node.map_or(NodeKind::Invalid, |node| node.kind)
    }

    /// Where a node that has been made stands.
    #[inline]
    fn span(&self, id: NodeId) -> Span {
        let node = self.tree.nodes.get(id.index());
        node.map_or(Span::default(), |node| node.span)
    }

    #[cold]
    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.tree.errors.push(SyntaxError { span, kind });
    }
}

/// A position as spans hold it.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a source of 4 GiB and more is refused before it is read"
)]
const fn offset(position: usize) -> u32 {
    position as u32
}
