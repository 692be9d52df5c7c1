use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a condition that is always true or always false, whatever the cells say.*
    ///
    /// **Why** One of the branches is never used: a test left over, or a comparison gone wrong.
    ///
    /// **Example**
    /// ```formula
    /// =IF(TRUE, A1, B1)
    /// =IF(1>2, A1, B1)
    /// =IFS(TRUE, A1, B1>0, C1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>2, A1, B1)
    /// =IFS(B1>0, C1, TRUE, A1)
    /// =SUM(N(IF(1, A1:A3)))
    /// ```
    ///
    /// **Limits** Only conditions made of numbers and truth values are judged. TRUE as the last
    /// condition of IFS means "otherwise", and `N(IF(1, …))` is an idiom: both are left alone.
    "constant-condition" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF", "IFS"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let conditions = match function.name {
        // The last condition of IFS, which stands before the last value, may be "otherwise".
        "IFS" => arguments.get(..arguments.len().saturating_sub(2)),
        _ => arguments.get(..1),
    };
    let idiom = context
        .enclosing_call(call)
        .is_some_and(|place| place.is_call_of(&["N", "T"]));
    if idiom {
        return;
    }
    for condition in conditions.unwrap_or_default().iter().step_by(2) {
        if let Some(value) = truth(context, *condition) {
            let (always, never) = if value {
                ("TRUE", "false")
            } else {
                ("FALSE", "true")
            };
            findings.report(
                formula.span(*condition),
                format!(
                    "This condition is always {always}, so what should happen when it is {never} \
                     never does. Compare with the cell that was meant, or remove the condition."
                ),
            );
        }
    }
}

/// The truth value that the expression always has.
fn truth(context: &Context<'_>, id: NodeId) -> Option<bool> {
    let formula = context.formula;
    let number = |id| constant::number(formula, id);
    if let NodeKind::Infix(operator, left, right) = formula.kind_inside(id)
        && let (Some(left), Some(right)) = (number(left), number(right))
    {
        let ordering = left.total_cmp(&right);
        return match operator {
            InfixOperator::Equal => Some(ordering.is_eq()),
            InfixOperator::NotEqual => Some(ordering.is_ne()),
            InfixOperator::Less => Some(ordering.is_lt()),
            InfixOperator::LessOrEqual => Some(ordering.is_le()),
            InfixOperator::Greater => Some(ordering.is_gt()),
            InfixOperator::GreaterOrEqual => Some(ordering.is_ge()),
            _ => number(id).map(|value| value != 0.0),
        };
    }
    number(id).map(|value| value != 0.0)
}
