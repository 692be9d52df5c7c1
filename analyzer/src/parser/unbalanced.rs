//! What happens when brackets and separators do not fit: one is missing, one too many, of the
//! wrong kind, or nested too deeply. Like [`super::recovery`], idle for a valid formula.

use super::calls::Step;
use super::operators::{Action, after_operand, power};
use super::scan::{byte_at, space_end};
use super::{Parser, SyntaxErrorKind, offset};
use crate::ast::{NodeId, NodeKind};
use crate::span::Span;

impl Parser<'_> {
    /// Reads the `{` that the parser stands on, if an `=` makes it that of an Excel array formula.
    pub(super) fn excel_array_brace(&mut self) -> bool {
        let open = self.position;
        let is_one = byte_at(self.bytes, space_end(self.bytes, open + 1)) == b'=';
        if is_one {
            self.position = open + 1;
            self.error(
                SyntaxErrorKind::ArrayBraces,
                Span::new(offset(open), offset(open + 1)),
            );
        }
        is_one
    }

    /// Reads the `}` at the end of an Excel array formula, if the parser stands on it.
    pub(super) fn closes_array_brace(&mut self) -> bool {
        let is_last =
            self.byte() == b'}' && space_end(self.bytes, self.position + 1) >= self.bytes.len();
        if is_last {
            self.position = self.bytes.len();
        }
        is_last
    }

    /// Reads what no bracket holds and no operator continues: a closing bracket, a separator.
    pub(super) fn leftover(&mut self, whole: NodeId) -> NodeId {
        let start = self.position;
        let byte = self.byte();
        while !self.at_end() && self.byte() == byte {
            self.position += 1;
        }
        let kind = match byte {
            b')' | b'}' => SyntaxErrorKind::UnopenedBracket,
            b',' | b';' | b'\\' => SyntaxErrorKind::SeparatorOutside,
            _ => SyntaxErrorKind::UnexpectedCharacter,
        };
        let span = self.span_from(start);
        self.error(kind, span);
        let mut end = span.end;
        if kind == SyntaxErrorKind::SeparatorOutside {
            end = self.item_after(end);
        }
        let whole = self.invalid(whole, end);
        self.climb(whole, power::COMPARISON)
    }

    /// Reads an expression whose nodes the caller drops, if one begins here; gives where it ends.
    fn item_after(&mut self, end: u32) -> u32 {
        self.byte_after_space();
        let begins = after_operand(self.byte()).action != Action::Stop;
        if begins && !self.at_end() {
            let expression = self.expression();
            self.span(expression).end
        } else {
            end
        }
    }

    /// Takes the rest of the text behind a `[` that is never closed.
    pub(super) fn unclosed_square_bracket(&mut self, open: usize) -> bool {
        let kind = SyntaxErrorKind::UnclosedBracket {
            end: offset(self.source.trim_end().len()),
        };
        self.error(kind, Span::new(offset(open), offset(open + 1)));
        self.position = self.bytes.len();
        self.rest_taken = true;
        true
    }

    /// Decides what to do at a byte that neither continues nor closes the list begun at `open`.
    #[cold]
    pub(super) fn list_trouble(&mut self, open: usize, closer: u8) -> Step {
        let here = Span::new(offset(self.position), offset(self.position + 1));
        if self.at_end() {
            if !self.rest_taken {
                self.unclosed(open);
            }
            return Step::End;
        }
        let byte = self.byte();
        let kind = match byte {
            b')' if self.open_parentheses > 0 && closer != b')' => {
                self.unclosed(open);
                return Step::End;
            }
            b'}' if self.open_braces > 0 && closer != b'}' => {
                self.unclosed(open);
                return Step::End;
            }
            b')' | b'}' => SyntaxErrorKind::MismatchedBracket { expected: closer },
            b',' | b';' | b'\\' if closer == b'}' => SyntaxErrorKind::WrongSeparator {
                expected: self.column_separator,
            },
            b',' | b';' | b'\\' => SyntaxErrorKind::WrongSeparator {
                expected: self.argument_separator,
            },
            _ => SyntaxErrorKind::UnexpectedCharacter,
        };
        self.error(kind, here);
        self.position += 1;
        if matches!(kind, SyntaxErrorKind::MismatchedBracket { .. }) {
            Step::End
        } else {
            Step::Next
        }
    }

    fn unclosed(&mut self, open: usize) {
        let end = self.content_end();
        let bracket = Span::new(offset(open), offset(open + 1));
        self.error(SyntaxErrorKind::UnclosedBracket { end }, bracket);
    }

    /// Reads a group on behind its first expression, where its `)` should stand.
    #[cold]
    pub(super) fn rest_of_group(&mut self, mut inner: NodeId, open: usize) -> NodeId {
        let mut is_union = false;
        loop {
            if matches!(self.byte(), b',' | b';' | b'\\') {
                if !is_union {
                    let separator = Span::new(offset(self.position), offset(self.position + 1));
                    self.error(SyntaxErrorKind::Union, separator);
                }
                is_union = true;
                self.position += 1;
            } else if self.byte() == b')' {
                self.position += 1;
                return inner;
            } else if self.list_trouble(open, b')') == Step::End {
                return inner;
            }
            let next = self.item();
            inner = self.invalid(inner, self.span(next).end);
        }
    }

    /// A table reference whose brackets can not be read.
    #[cold]
    pub(super) fn broken_table(&mut self, start: usize, open: usize) -> NodeId {
        self.position = open;
        let rest = self.bytes.get(open..).unwrap_or_default();
        let mut depth = 0_usize;
        let length = rest.iter().position(|byte| {
            match byte {
                b'[' => depth += 1,
                b']' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some(length) = length else {
            self.unclosed_square_bracket(open);
            return self.place(NodeKind::Invalid, offset(start));
        };
        self.position = open + length + 1;
        let inside = self.source.get(open..self.position).unwrap_or_default();
        let kind = if inside.contains('@') || inside.to_ascii_lowercase().contains("#this row") {
            SyntaxErrorKind::ThisRow
        } else {
            SyntaxErrorKind::InvalidTableReference
        };
        let span = self.span_from(start);
        self.error(kind, span);
        self.place(NodeKind::Invalid, span.start)
    }

    /// Skips a bracket that opens too deeply, up to the one that closes it, without recursion.
    #[cold]
    pub(super) fn skip_nested(&mut self, open: usize) -> NodeId {
        self.position = open;
        let mut depth = 0_u32;
        let mut in_text = false;
        while !self.at_end() {
            match self.byte() {
                b'"' => in_text = !in_text,
                b'(' | b'{' if !in_text => depth += 1,
                b')' | b'}' if !in_text => depth -= 1,
                _ => {}
            }
            self.position += 1;
            if depth == 0 {
                break;
            }
        }
        let bracket = Span::new(offset(open), offset(open + 1));
        self.error(SyntaxErrorKind::TooDeep, bracket);
        if self.at_end() && depth > 0 {
            self.rest_taken = true;
        }
        self.place(NodeKind::Invalid, bracket.start)
    }
}
