use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::kind::is_arithmetic;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a rounded value that the formula calculates with further.*
    ///
    /// **Why** Each rounding loses up to half a unit, and what is calculated with it afterwards
    /// carries that on: totals no longer meet the sum of their exact parts.
    ///
    /// **Example**
    /// ```formula
    /// =ROUND(A1*B1, 2)*C1
    /// =ROUND(A1, 2)+ROUND(A2, 2)
    /// =SUM(ROUND(A1, 2), B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =ROUND(A1*B1*C1, 2)
    /// =ROUND(A1+A2, 2)
    /// =ROUND(A1*100, 0)/100
    /// =IF(ROUND(A1-B1, 2)=0, "ok", "check")
    /// ```
    ///
    /// **Limits** Where each part is rounded by law or by contract, as on an invoice, this is right
    /// and can be allowed.
    "early-rounding" {
        category: Risk,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Calls(&["ROUND", "ROUNDUP", "ROUNDDOWN"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut value = call;
    let parent = loop {
        match context.parent(value) {
            Some(parent) if matches!(formula.kind(parent), NodeKind::Group(_)) => value = parent,
            Some(parent) => break parent,
            None => return,
        }
    };
    let goes_on = match formula.kind(parent) {
        // A rounding to a multiple: the value is scaled up before and down again after.
        NodeKind::Infix(InfixOperator::Multiply | InfixOperator::Divide, _, right)
            if matches!(formula.kind_inside(right), NodeKind::Number(_)) =>
        {
            false
        }
        NodeKind::Infix(operator, ..) => is_arithmetic(operator),
        NodeKind::Call { .. } => formula.call(parent).is_some_and(|(function, _)| {
            matches!(function.name, "SUM" | "PRODUCT" | "AVERAGE" | "SUMPRODUCT")
        }),
        _ => false,
    };
    if goes_on {
        findings.report(
            formula.span(call),
            "What is rounded here is calculated with further, so the rounding is carried on. Round \
             the result.",
        );
    }
}
