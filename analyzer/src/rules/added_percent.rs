use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a percentage that is added to an amount: `A1+5%`.*
    ///
    /// **Why** On a pocket calculator that raises the amount by a twentieth; here it adds 0.05.
    ///
    /// **Example**
    /// ```formula
    /// =A1+5%
    /// =SUM(A1:A9)-10%
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1*(1+5%)
    /// =SUM(A1:A9)*(1-10%)
    /// =A1*5%
    /// ```
    ///
    /// **Limits** Where the cell itself holds a percentage this is right; what it holds can not be
    /// seen.
    "added-percent" {
        category: Risk,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Infix(InfixOperator::Add | InfixOperator::Subtract, amount, percent) =
        formula.kind(id)
    else {
        return;
    };
    let NodeKind::Percent(number) = formula.kind_inside(percent) else {
        return;
    };
    let is_amount = !matches!(
        formula.kind_inside(amount),
        NodeKind::Number(_) | NodeKind::Percent(_)
    );
    if is_amount && matches!(formula.kind(number), NodeKind::Number(_)) {
        findings.report(
            formula.span(percent),
            format!(
                "{} here is a plain number below one, not a part of the amount beside it. \
                 Multiply the amount by one and the percentage if that was meant.",
                formula.written(percent)
            ),
        );
    }
}
