//! The whole formula, and operators between operands: precedence climbing over one table.

use super::operators::{Action, Operator, after_operand, power};
use super::scan::byte_at;
use super::{Parser, SyntaxErrorKind, offset};
use crate::ast::{InfixOperator, NodeId, NodeKind, PrefixOperator};
use crate::sort;
use crate::span::Span;

impl Parser<'_> {
    /// `formula = [ "=" ] expression`
    pub(super) fn formula(&mut self) {
        self.equals_sign();
        let array_brace = self.byte() == b'{' && self.excel_array_brace();
        if array_brace {
            self.equals_sign();
        }
        self.begin = self.position;
        if self.at_end() {
            self.error(SyntaxErrorKind::Empty, Span::at(offset(self.position)));
            return;
        }
        let mut whole = self.expression();
        while !self.at_end() {
            if array_brace && self.closes_array_brace() {
                break;
            }
            whole = self.leftover(whole);
        }
        self.tree.root = Some(whole);
        sort::by_key(&mut self.tree.errors, |error| error.span.in_order());
    }

    /// `equals_sign = [ "=" ]`
    fn equals_sign(&mut self) {
        if self.byte_after_space() == b'=' {
            self.position += 1;
            self.byte_after_space();
        }
    }

    /// `expression = operand { operator operand }`
    ///
    /// Ends before a separator, a closing bracket or the end of the text, white space skipped.
    pub(super) fn expression(&mut self) -> NodeId {
        let left = self.operand();
        if after_operand(self.byte_after_space()).action == Action::Stop {
            return left;
        }
        self.climb(left, power::COMPARISON)
    }

    /// Reads on behind `left` for as long as the operators bind at least as tightly as `minimum`.
    ///
    /// ```text
    /// comparison    = concatenation { ( "=" | "<>" | "<" | "<=" | ">" | ">=" ) concatenation }
    /// concatenation = sum { "&" sum }
    /// sum           = product { ( "+" | "-" ) product }
    /// product       = power { ( "*" | "/" ) power }
    /// power         = signed { "^" signed }
    /// signed        = { "+" | "-" } percent
    /// percent       = range { "%" }
    /// range         = result { ":" result }
    /// result        = operand { arguments | property }
    /// ```
    pub(super) fn climb(&mut self, mut left: NodeId, minimum: u8) -> NodeId {
        loop {
            let operator = after_operand(self.byte_after_space());
            if operator.power < minimum {
                return left;
            }
            left = match operator.action {
                Action::Infix(InfixOperator::Range) => self.range(left),
                Action::Infix(infix) => self.infix(left, infix, operator, 1),
                Action::Less => match byte_at(self.bytes, self.position + 1) {
                    b'=' => self.infix(left, InfixOperator::LessOrEqual, operator, 2),
                    b'>' => self.infix(left, InfixOperator::NotEqual, operator, 2),
                    _ => self.infix(left, InfixOperator::Less, operator, 1),
                },
                Action::Greater => match byte_at(self.bytes, self.position + 1) {
                    b'=' => self.infix(left, InfixOperator::GreaterOrEqual, operator, 2),
                    _ => self.infix(left, InfixOperator::Greater, operator, 1),
                },
                Action::Percent => {
                    self.position += 1;
                    self.place(NodeKind::Percent(left), self.span(left).start)
                }
                Action::Parenthesis => self.apply(left),
                Action::Dot => self.property(left),
                Action::Hash => self.hash_after(left),
                Action::Operand => self.juxtaposed(left),
                Action::Unexpected => self.unexpected_after(left),
                Action::Stop => return left,
            };
        }
    }

    #[inline]
    fn infix(
        &mut self,
        left: NodeId,
        infix: InfixOperator,
        operator: Operator,
        width: usize,
    ) -> NodeId {
        self.position += width;
        let mut right = self.operand();
        // Most often nothing tighter follows, and a look is cheaper than a call.
        if after_operand(self.byte_after_space()).power > operator.power {
            right = self.climb(right, operator.power + 1);
        }
        self.place_infix(infix, left, right)
    }

    #[inline]
    fn place_infix(&mut self, infix: InfixOperator, left: NodeId, right: NodeId) -> NodeId {
        let (start, end) = (self.span(left).start, self.span(right).end);
        self.place_at(NodeKind::Infix(infix, left, right), start, end)
    }

    /// A range with at least one end that is not a plain corner.
    ///
    /// `range = result { ":" result }`
    fn range(&mut self, left: NodeId) -> NodeId {
        self.position += 1;
        let right = self.operand();
        let right = self.climb(right, power::RANGE + 1);
        if self.is_three_dimensional(left, right) {
            let span = self.span(left).to(self.span(right));
            self.error(SyntaxErrorKind::ThreeDimensional, span);
            return self.invalid(left, span.end);
        }
        for end in [left, right] {
            if self.can_not_end_a_range(end) {
                self.error(SyntaxErrorKind::InvalidRange, self.span(end));
            }
        }
        self.place_infix(InfixOperator::Range, left, right)
    }

    /// `signed = { "+" | "-" } percent`
    ///
    /// The signs are skipped first and wrapped around the operand from the last one back, so any
    /// number of them is read without recursion.
    pub(super) fn signed(&mut self) -> NodeId {
        let first = self.position;
        while matches!(self.byte_after_space(), b'+' | b'-') {
            self.position += 1;
        }
        let behind_signs = self.position;
        let operand = self.operand();
        let mut signed = self.climb(operand, power::PERCENT);
        let end = self.span(signed).end;
        for position in (first..behind_signs).rev() {
            let operator = match byte_at(self.bytes, position) {
                b'+' => PrefixOperator::Plus,
                b'-' => PrefixOperator::Minus,
                _ => continue,
            };
            let kind = NodeKind::Prefix(operator, signed);
            signed = self.place_at(kind, offset(position), end);
        }
        signed
    }
}
