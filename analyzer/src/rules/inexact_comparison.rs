use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a test for equality on the result of a division or of a calculation with decimals.*
    ///
    /// **Why** Such results are rounded to the nearest number that the machine can hold, so two that
    /// should be equal can differ in the last digit: `0.1*3=0.3` is false.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1*0.1=B1, "ok", "check")
    /// =IF(A1/B1=C1, 1, 0)
    /// =A1-0.3<>B1
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(ROUND(A1*0.1-B1, 6)=0, "ok", "check")
    /// =IF(ABS(A1/B1-C1)<0.001, 1, 0)
    /// =IF(A1*2=B1, 1, 0)
    /// =IF(A1/B1=0, 1, 0)
    /// ```
    ///
    /// **Limits** What the cells hold is not known: whole numbers compare exactly, and Sheets
    /// itself forgives some differences in the last digit.
    "inexact-comparison" {
        category: Risk,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Infix(InfixOperator::Equal | InfixOperator::NotEqual, left, right) =
        formula.kind(id)
    else {
        return;
    };
    for (side, other) in [(left, right), (right, left)] {
        let is_inexact = is_inexact(formula, side) && constant::number(formula, side).is_none();
        let is_text = matches!(formula.kind_inside(other), NodeKind::Text);
        if is_inexact && !is_text && !constant::is_zero(formula, other) {
            findings.report(
                formula.span(id),
                "The result of a calculation with decimals is tested for equality, and can differ \
                 in its last digit. Round it, or test whether the difference is small.",
            );
            return;
        }
    }
}

/// Whether the outermost operation can give a number that is only near to the exact result.
fn is_inexact(formula: Formula<'_>, id: NodeId) -> bool {
    let is_decimal =
        |id| matches!(formula.kind_inside(id), NodeKind::Number(number) if number.fract() != 0.0);
    match formula.kind_inside(id) {
        NodeKind::Infix(InfixOperator::Divide, ..) => true,
        NodeKind::Infix(
            InfixOperator::Add | InfixOperator::Subtract | InfixOperator::Multiply,
            left,
            right,
        ) => is_decimal(left) || is_decimal(right),
        _ => false,
    }
}
