use crate::ast::{Formula, NodeId, NodeKind, PrefixOperator};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula with more operations than a reader can follow: operators and calls.*
    ///
    /// **Why** Each operation can be wrong, and none of the steps between them can be seen in a
    /// cell. Of real formulas one in a hundred has more.
    ///
    /// **Example**
    /// ```formula
    /// =(A1+B1)*C1-(A2+B2)*C2+(A3+B3)*C3-(A4+B4)*C4+(A5+B5)*C5-(A6+B6)*C6
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUMPRODUCT(A1:A6+B1:B6, C1:C6)
    /// =LET(net, A1*B1, tax, net*C1, net+tax)
    /// ```
    ///
    /// **Limits** LET, LAMBDA and ARRAYFORMULA calculate nothing themselves and do not count.
    "many-operations" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        settings: ["max": 16 (Fast: 9) (Icaew: 9) "How many operators and calls a formula may have."],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let formula = context.formula;
    if formula.tree.nodes().len() <= max {
        return;
    }
    let operations = formula
        .nodes()
        .filter(|(id, node)| is_operation(formula, *id, node.kind));
    if operations.take(max + 1).count() > max {
        findings.report(
            formula.whole(),
            format!(
                "The formula has more than {max} operators and calls, and no cell shows the steps \
                 between. Put steps into cells of their own."
            ),
        );
    }
}

fn is_operation(formula: Formula<'_>, id: NodeId, kind: NodeKind) -> bool {
    match kind {
        NodeKind::Infix(..)
        | NodeKind::Percent(_)
        | NodeKind::Apply { .. }
        | NodeKind::Prefix(PrefixOperator::Minus, _)
        | NodeKind::Call { function: None, .. } => true,
        NodeKind::Call { .. } => !formula.call(id).is_some_and(|(function, _)| {
            matches!(function.name, "LET" | "LAMBDA" | "ARRAYFORMULA")
        }),
        _ => false,
    }
}
