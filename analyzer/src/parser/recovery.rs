//! What happens when the text is not a formula: the error is recorded, and the parser gets to
//! where it can read on. Nothing here runs for a valid formula.

use super::operators::{Action, after_operand};
use super::reference::corner;
use super::scan::{byte_at, character_at, space_end, word_end};
use super::{Parser, SyntaxErrorKind, offset};
use crate::ast::{InfixOperator, NodeId, NodeKind, Reference};
use crate::span::Span;

impl Parser<'_> {
    /// Replaces `left` and everything made after it by one node that reaches up to `end`.
    #[cold]
    pub(super) fn invalid(&mut self, left: NodeId, end: u32) -> NodeId {
        let start = self.span(left).start;
        let first = self.first_of(left);
        self.tree.nodes.truncate(first.index());
        self.place_at(NodeKind::Invalid, start, end)
    }

    /// The first node of the part of the arena that the tree below `id` fills. Walking there costs
    /// no more than the nodes that the caller is about to drop.
    fn first_of(&self, mut id: NodeId) -> NodeId {
        loop {
            let first = |list: crate::ast::NodeList| {
                self.tree
                    .lists
                    .get(list.start as usize..)
                    .and_then(|rest| rest.first())
                    .filter(|_| !list.is_empty())
                    .copied()
            };
            let kind = self.tree.nodes.get(id.index()).map(|node| node.kind);
            let child = match kind {
                Some(
                    NodeKind::Property { of: inner, .. }
                    | NodeKind::Group(inner)
                    | NodeKind::Prefix(_, inner)
                    | NodeKind::Percent(inner)
                    | NodeKind::Infix(_, inner, _)
                    | NodeKind::Apply { callee: inner, .. },
                ) => Some(inner),
                Some(
                    NodeKind::Call {
                        arguments: list, ..
                    }
                    | NodeKind::Array(list)
                    | NodeKind::ArrayRow(list),
                ) => first(list),
                _ => None,
            };
            match child {
                Some(child) => id = child,
                None => return id,
            }
        }
    }

    /// The end of what has been read, white space before the position left out.
    pub(super) fn content_end(&self) -> u32 {
        let read = self.source.get(..self.position).unwrap_or_default();
        offset(read.trim_end().len())
    }

    /// The span from `start` to the position.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(offset(start), offset(self.position))
    }

    /// Reads what stands where an operand is due and is none.
    #[cold]
    pub(super) fn no_operand(&mut self) -> NodeId {
        let start = offset(self.position);
        let errors = self.tree.errors.len();
        while self.skip_junk() {}
        let found_junk = self.tree.errors.len() > errors;
        let end = self.content_end().max(start);
        let byte = self.byte_after_space();
        let ends = matches!(
            after_operand(byte).action,
            Action::Stop | Action::Infix(_) | Action::Less | Action::Greater | Action::Percent
        );
        if ends || !found_junk {
            if !found_junk {
                self.error(SyntaxErrorKind::MissingOperand, Span::at(start));
            }
            return self.place_at(NodeKind::Invalid, start, end);
        }
        match self.tree.errors.last() {
            Some(link) if link.kind == SyntaxErrorKind::ExternalWorkbook => {
                self.linked_operand(link.span.start)
            }
            _ => self.operand(),
        }
    }

    /// Reads what stands behind the brackets of a link into another workbook, which begins at
    /// `start`. What else is odd about it (a name in quotes: `[1]!'a b'`) needs no error of its own.
    fn linked_operand(&mut self, start: u32) -> NodeId {
        let errors = self.tree.errors.len();
        let operand = self.operand();
        self.tree.errors.truncate(errors);
        let end = self.span(operand).end;
        if let Some(link) = self.tree.errors.last_mut() {
            link.span.end = end;
        }
        self.widen(operand, start);
        self.invalid(operand, end)
    }

    /// Skips one piece of text that can not begin an operand and records what it is.
    fn skip_junk(&mut self) -> bool {
        let byte = self.byte_after_space();
        if self.at_end() {
            return false;
        }
        let start = self.position;
        let kind = match byte {
            b'@' => {
                self.skip_run(|byte| byte == b'@');
                SyntaxErrorKind::ImplicitIntersection
            }
            b'!' if byte_at(self.bytes, start + 1) == b'=' => return self.skip_operator(),
            b'!' => {
                self.skip_run(|byte| byte == b'!');
                SyntaxErrorKind::MissingSheet
            }
            b'|' if byte_at(self.bytes, start + 1) == b'|' => return self.skip_operator(),
            b'[' => return self.skip_bracket(),
            b'=' | b'<' | b'>' | b'*' | b'/' | b'^' | b'&' if self.continues_operator() => {
                return self.skip_operator();
            }
            b'$' | b'"' | b'\'' | b'(' | b'{' | b'#' | b'+' | b'-' | b'_' => return false,
            b'.' if self.point != b'.' || !self.digit_follows() => {
                self.skip_run(|byte| byte == b'.');
                SyntaxErrorKind::UnexpectedCharacter
            }
            0 => {
                self.position += 1;
                SyntaxErrorKind::UnexpectedCharacter
            }
            0x80..=0xFF if word_end(self.source, start) == start => {
                self.skip_characters();
                SyntaxErrorKind::UnexpectedCharacter
            }
            _ if after_operand(byte).action == Action::Unexpected => {
                self.skip_run(|byte| {
                    after_operand(byte).action == Action::Unexpected
                        && !matches!(byte, b'!' | b'[' | b'@')
                });
                SyntaxErrorKind::UnexpectedCharacter
            }
            _ => return false,
        };
        let span = self.span_from(start);
        self.error(kind, span);
        true
    }

    fn digit_follows(&self) -> bool {
        byte_at(self.bytes, self.position + 1).is_ascii_digit()
    }

    fn skip_run(&mut self, belongs: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        self.position += rest.iter().take_while(|byte| belongs(**byte)).count();
    }

    /// Skips one character beyond ASCII and its equals.
    fn skip_characters(&mut self) {
        let first = character_at(self.source, self.position);
        while first.is_some() && character_at(self.source, self.position) == first {
            self.position += first.map_or(1, char::len_utf8);
        }
    }

    /// Whether the byte before the position is part of an operator, too: `=>`, `&&`, `==`.
    fn continues_operator(&self) -> bool {
        self.position > self.begin && is_operator_like(byte_at(self.bytes, self.position - 1))
    }

    /// Skips the rest of an operator that is none; the error covers all of it.
    fn skip_operator(&mut self) -> bool {
        let before = self
            .bytes
            .get(self.begin..self.position)
            .unwrap_or_default();
        let start = self.position
            - before
                .iter()
                .rev()
                .take(2)
                .take_while(|byte| is_operator_like(**byte))
                .count();
        self.skip_run(is_operator_like);
        let span = self.span_from(start);
        self.error(SyntaxErrorKind::InvalidOperator, span);
        true
    }

    /// Skips brackets that no table name stands before: a link into another workbook, or a column.
    fn skip_bracket(&mut self) -> bool {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| *byte == b']') else {
            return self.unclosed_square_bracket(start);
        };
        let end = start + length + 1;
        let next = byte_at(self.bytes, end);
        let is_link = next == b'!' || next == b'\'' || word_end(self.source, end) > end;
        self.position = if next == b'!' { end + 1 } else { end };
        let kind = if is_link {
            SyntaxErrorKind::ExternalWorkbook
        } else {
            SyntaxErrorKind::MissingTable
        };
        let span = self.span_from(start);
        self.error(kind, span);
        true
    }

    /// Reads an operand that stands directly after another one.
    #[cold]
    pub(super) fn juxtaposed(&mut self, left: NodeId) -> NodeId {
        let start = self.position;
        let byte = self.byte();
        if byte >= 0x80 && word_end(self.source, start) == start {
            return self.unexpected_after(left);
        }
        let errors = self.tree.errors.len();
        let right = self.operand();
        self.widen(right, offset(start));
        let new_errors = self.tree.errors.get(errors..).unwrap_or_default();
        let explained = self.kind(left) == NodeKind::Invalid
            || new_errors
                .iter()
                .any(|error| error.span.start == offset(start));
        if !explained {
            let (kind, span) = self.why_juxtaposed(left, right);
            self.error(kind, span);
        }
        self.invalid(left, self.span(right).end)
    }

    /// What is most likely meant by two operands without an operator between them.
    fn why_juxtaposed(&self, left: NodeId, right: NodeId) -> (SyntaxErrorKind, Span) {
        let (first, second) = (self.span(left), self.span(right));
        let attached = first.end == second.start;
        let dollar = attached && byte_at(self.bytes, second.start as usize) == b'$';
        if !attached && let Some(sheet) = self.sheet_with_spaces(left, right) {
            return (SyntaxErrorKind::SheetNeedsQuotes, sheet);
        }
        match (self.kind(left), self.kind(right)) {
            (NodeKind::Name, NodeKind::Reference(_)) if dollar => {
                (SyntaxErrorKind::MissingBang, Span::at(second.start))
            }
            (_, NodeKind::Name)
                if super::repair::condition_joined_by(self.written(second)).is_some() =>
            {
                (SyntaxErrorKind::InvalidOperator, second)
            }
            (NodeKind::Text, _) if attached && self.byte() == b'"' => {
                (SyntaxErrorKind::QuoteInText, second)
            }
            (NodeKind::Reference(_) | NodeKind::Name, NodeKind::Reference(_) | NodeKind::Name)
                if !attached =>
            {
                (SyntaxErrorKind::SpaceIntersection, first.to(second))
            }
            _ => (SyntaxErrorKind::MissingOperator, second),
        }
    }

    fn written(&self, span: Span) -> &str {
        span.of(self.source)
    }

    /// The sheet name that two words are likely part of: a `!` ends them and more words.
    ///
    /// Looks ahead over what is then read as one invalid part, so never twice over the same text.
    fn sheet_with_spaces(&self, first: NodeId, second: NodeId) -> Option<Span> {
        let is_word = match self.kind(first) {
            NodeKind::Name | NodeKind::Number(_) => true,
            NodeKind::Reference(reference) => reference.sheet.is_none() && reference.last.is_none(),
            _ => false,
        };
        if !is_word {
            return None;
        }
        let mut position = self.span(second).start as usize;
        loop {
            let end = word_end(self.source, position);
            if end == position {
                return None;
            }
            if byte_at(self.bytes, end) == b'!' {
                return Some(Span::new(self.span(first).start, offset(end)));
            }
            position = space_end(self.bytes, end);
        }
    }

    /// Reads characters that stand after an operand and mean nothing, and an operand after them.
    #[cold]
    pub(super) fn unexpected_after(&mut self, left: NodeId) -> NodeId {
        let start = self.position;
        let errors = self.tree.errors.len();
        while self.skip_junk() {}
        if self.tree.errors.len() == errors {
            self.position += 1;
            let span = self.span_from(start);
            self.error(SyntaxErrorKind::UnexpectedCharacter, span);
        }
        let end = self.content_end();
        let byte = self.byte_after_space();
        if matches!(
            after_operand(byte).action,
            Action::Operand | Action::Parenthesis | Action::Hash
        ) {
            let operand = self.operand();
            return self.invalid(left, self.span(operand).end);
        }
        self.invalid(left, end)
    }

    /// Reads a `#` after an operand: Excel's spill operator, or an error value out of place.
    #[cold]
    pub(super) fn hash_after(&mut self, left: NodeId) -> NodeId {
        let start = self.span(left);
        let attached = start.end == offset(self.position);
        let letter = byte_at(self.bytes, self.position + 1).is_ascii_alphabetic();
        if !attached || letter {
            return self.juxtaposed(left);
        }
        self.skip_run(|byte| byte == b'#');
        let span = Span::new(start.start, offset(self.position));
        self.error(SyntaxErrorKind::Spill, span);
        self.invalid(left, span.end)
    }

    /// A `!` behind the sheet name and no reference; or the `!=` of other languages.
    #[cold]
    pub(super) fn missing_reference(&mut self, sheet: Span) -> NodeId {
        if self.byte() == b'=' {
            self.position += 1;
            let operator = Span::new(sheet.end, offset(self.position));
            self.error(SyntaxErrorKind::InvalidOperator, operator);
            let right = self.operand();
            self.widen(right, sheet.start);
            return self.invalid(right, self.span(right).end);
        }
        let span = self.span_from(sheet.start as usize);
        self.error(SyntaxErrorKind::MissingReference, span);
        self.place(NodeKind::Invalid, sheet.start)
    }

    /// Takes the rest of the text, which begins with a quote that is never closed.
    #[cold]
    pub(super) fn unterminated(&mut self, kind: SyntaxErrorKind) -> NodeId {
        let start = self.position;
        self.position = self.bytes.len();
        self.rest_taken = true;
        let span = self.span_from(start);
        self.error(kind, span);
        self.place(NodeKind::Invalid, span.start)
    }

    /// `#` and what may be meant as the name of an error value.
    #[cold]
    pub(super) fn unknown_error_value(&mut self) -> NodeId {
        let start = self.position;
        self.position += 1;
        self.skip_run(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
        if matches!(self.byte(), b'!' | b'?') {
            self.position += 1;
        }
        let span = self.span_from(start);
        self.error(SyntaxErrorKind::UnknownErrorValue, span);
        self.place(NodeKind::Invalid, span.start)
    }

    /// A number at `start..end` that runs into a word: `1.2.3`, `2x`.
    #[cold]
    pub(super) fn broken_number(&mut self, start: usize, end: usize, word_end: usize) -> NodeId {
        self.position = word_end;
        let decimals = self.bytes.get(end + 1..word_end).unwrap_or_default();
        let is_decimal_point = self.point == b','
            && byte_at(self.bytes, end) == b'.'
            && !decimals.is_empty()
            && decimals.iter().all(u8::is_ascii_digit);
        if is_decimal_point {
            let point = Span::new(offset(end), offset(end + 1));
            self.error(SyntaxErrorKind::WrongDecimalSeparator, point);
        } else {
            let span = self.span_from(start);
            self.error(SyntaxErrorKind::InvalidNumber, span);
        }
        self.place(NodeKind::Invalid, offset(start))
    }

    /// `$` and what may be meant as a reference.
    #[cold]
    pub(super) fn broken_reference(&mut self, start: usize) -> NodeId {
        self.position = start;
        self.skip_run(|byte| byte == b'$' || byte.is_ascii_alphanumeric());
        let span = self.span_from(start);
        self.error(SyntaxErrorKind::InvalidReference, span);
        self.place(NodeKind::Invalid, span.start)
    }

    /// Whether `left:right` is Excel's reference through several sheets: `Jan:Mar!A1`.
    pub(super) fn is_three_dimensional(&self, left: NodeId, right: NodeId) -> bool {
        let sheet = match self.kind(right) {
            NodeKind::Reference(Reference {
                sheet: Some(sheet), ..
            }) => sheet.of(self.source),
            NodeKind::Name => {
                let written = self.span(right).of(self.source);
                let Some((sheet, _)) = written.rsplit_once('!') else {
                    return false;
                };
                sheet
            }
            _ => return false,
        };
        match self.kind(left) {
            NodeKind::Name | NodeKind::Number(_) => true,
            // `A1:Sheet1!B2` is a range, `Q1:Q4!B2` is meant as one through sheets.
            NodeKind::Reference(Reference {
                sheet: None,
                last: None,
                ..
            }) => corner(sheet.as_bytes(), 0).is_some_and(|(_, end)| end == sheet.len()),
            _ => false,
        }
    }

    /// Whether the node can not give a cell, and so can not stand at an end of a range.
    pub(super) fn can_not_end_a_range(&self, end: NodeId) -> bool {
        matches!(
            self.kind(end),
            NodeKind::Number(_)
                | NodeKind::Text
                | NodeKind::Boolean(_)
                | NodeKind::Array(_)
                | NodeKind::Prefix(..)
                | NodeKind::Percent(_)
        ) || matches!(self.kind(end), NodeKind::Infix(operator, ..) if operator != InfixOperator::Range)
    }
}

/// Whether people write the byte as part of an operator.
const fn is_operator_like(byte: u8) -> bool {
    matches!(
        byte,
        b'=' | b'<' | b'>' | b'*' | b'/' | b'^' | b'&' | b'!' | b'|'
    )
}
