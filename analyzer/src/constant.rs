//! The value of an expression that is written out in the formula, without any reference.

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind, PrefixOperator};

/// How many operators below one another are looked at. An expression of constants that is deeper
/// counts as unknown, so that a hostile formula can not make every rule read all of it.
const DEPTH: u32 = 6;

/// The number that the expression always has; `None` if that depends on a cell, a function or a
/// name, or is not a number.
pub(crate) fn number(formula: Formula<'_>, id: NodeId) -> Option<f64> {
    number_within(formula, id, DEPTH).filter(|value| value.is_finite())
}

/// Whether the expression is always 0.
pub(crate) fn is_zero(formula: Formula<'_>, id: NodeId) -> bool {
    number(formula, id).is_some_and(|value| value == 0.0)
}

fn number_within(formula: Formula<'_>, id: NodeId, depth: u32) -> Option<f64> {
    let depth = depth.checked_sub(1)?;
    let value = |id| number_within(formula, id, depth);
    match formula.kind_inside(id) {
        NodeKind::Number(number) => Some(number),
        NodeKind::Boolean(boolean) => Some(f64::from(u8::from(boolean))),
        NodeKind::Percent(inner) => Some(value(inner)? / 100.0),
        NodeKind::Prefix(PrefixOperator::Plus, inner) => value(inner),
        NodeKind::Prefix(PrefixOperator::Minus, inner) => Some(-value(inner)?),
        NodeKind::Infix(operator, left, right) => {
            let (left, right) = (value(left)?, value(right)?);
            match operator {
                InfixOperator::Add => Some(left + right),
                InfixOperator::Subtract => Some(left - right),
                InfixOperator::Multiply => Some(left * right),
                InfixOperator::Divide => Some(left / right),
                InfixOperator::Power => Some(left.powf(right)),
                _ => None,
            }
        }
        _ => None,
    }
}
