//! The one table of operators: how tightly each binds, and what the parser does when it meets a
//! byte after a complete operand.

use crate::ast::InfixOperator;

/// How tightly an operator binds; larger is tighter. Every operator groups from left to right.
pub(super) mod power {
    /// `= <> < <= > >=`; also the power with which a whole expression is read.
    pub(in crate::parser) const COMPARISON: u8 = 1;
    /// `&`
    pub(in crate::parser) const CONCATENATION: u8 = 2;
    /// `+ -` between operands.
    pub(in crate::parser) const SUM: u8 = 3;
    /// `* /`
    pub(in crate::parser) const PRODUCT: u8 = 4;
    /// `^`. Looser than a sign before an operand: `-2^2` is 4, as in Excel (unconfirmed for Sheets).
    pub(in crate::parser) const POWER: u8 = 5;
    /// `%`
    pub(in crate::parser) const PERCENT: u8 = 7;
    /// `:`
    pub(in crate::parser) const RANGE: u8 = 8;
    /// A call of a result, and everything that must not stand there: never left to an outer level.
    pub(in crate::parser) const TIGHTEST: u8 = 9;
}

/// What a byte after an operand means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The expression ends here: the text's end, a closing bracket or a separator.
    Stop,
    /// An operator of one byte between two operands.
    Infix(InfixOperator),
    /// `<`, `<=` or `<>`.
    Less,
    /// `>` or `>=`.
    Greater,
    /// `%`
    Percent,
    /// `(`: the operand is called, or an operator is missing.
    Parenthesis,
    /// `.`: a property, or a number without an operator before it.
    Dot,
    /// `#`: Excel's spill operator, or an error value without an operator before it.
    Hash,
    /// Another operand begins, so an operator is missing.
    Operand,
    /// Nothing that can stand in a formula here.
    Unexpected,
}

/// What stands after an operand, and how tightly it binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator {
    pub(super) power: u8,
    pub(super) action: Action,
}

static OPERATORS: [Operator; 256] = operators();

/// What `byte` means after an operand.
#[inline]
pub(super) fn after_operand(byte: u8) -> Operator {
    const STOP: Operator = Operator {
        power: 0,
        action: Action::Stop,
    };
    OPERATORS.get(usize::from(byte)).copied().unwrap_or(STOP)
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, over exactly the 256 values of a byte"
)]
const fn operators() -> [Operator; 256] {
    use InfixOperator as I;

    const fn operator(power: u8, action: Action) -> Operator {
        Operator { power, action }
    }
    let mut table = [operator(power::TIGHTEST, Action::Unexpected); 256];
    let mut index = 0;
    while index < 256 {
        table[index] = match index as u8 {
            0 | b')' | b'}' | b',' | b';' | b'\\' => operator(0, Action::Stop),
            b'=' => operator(power::COMPARISON, Action::Infix(I::Equal)),
            b'<' => operator(power::COMPARISON, Action::Less),
            b'>' => operator(power::COMPARISON, Action::Greater),
            b'&' => operator(power::CONCATENATION, Action::Infix(I::Concatenate)),
            b'+' => operator(power::SUM, Action::Infix(I::Add)),
            b'-' => operator(power::SUM, Action::Infix(I::Subtract)),
            b'*' => operator(power::PRODUCT, Action::Infix(I::Multiply)),
            b'/' => operator(power::PRODUCT, Action::Infix(I::Divide)),
            b'^' => operator(power::POWER, Action::Infix(I::Power)),
            b'%' => operator(power::PERCENT, Action::Percent),
            b':' => operator(power::RANGE, Action::Infix(I::Range)),
            b'(' => operator(power::TIGHTEST, Action::Parenthesis),
            b'#' => operator(power::TIGHTEST, Action::Hash),
            b'.' => operator(power::TIGHTEST, Action::Dot),
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'_'
            | b'$'
            | b'"'
            | b'\''
            | b'{'
            | b'@'
            | 0x80..=0xFF => operator(power::TIGHTEST, Action::Operand),
            _ => operator(power::TIGHTEST, Action::Unexpected),
        };
        index += 1;
    }
    table
}
