use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a comparison of something with itself.*
    ///
    /// **Why** The result is always the same, so one of the sides is not what was meant.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1=A1, "same", "different")
    /// =SUM(B1:B9)>SUM(B1:B9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1=A2, "same", "different")
    /// =RAND()=RAND()
    /// ```
    ///
    /// **Limits** Sides that are written differently and come to the same are not seen.
    "self-comparison" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Infix(operator, left, right) = formula.kind(id) else {
        return;
    };
    let result = match operator {
        InfixOperator::Equal | InfixOperator::LessOrEqual | InfixOperator::GreaterOrEqual => "TRUE",
        InfixOperator::NotEqual | InfixOperator::Less | InfixOperator::Greater => "FALSE",
        _ => return,
    };
    let always = subtree::same(formula, left, right)
        && subtree::reads_cells(formula, left)
        && subtree::is_steady(formula, left);
    if always {
        findings.report(
            formula.span(id),
            format!(
                "Both sides of this comparison are the same, so it is always {result}. Correct \
                 the side that is not what was meant."
            ),
        );
    }
}
