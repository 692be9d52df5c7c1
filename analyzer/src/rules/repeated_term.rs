use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a cell or range that counts twice in one sum, or that is taken from itself.*
    ///
    /// **Why** In `SUM(A1:A5, A1:A5)` or `A1+B1+A1` one of the terms was most likely meant to be
    /// another one; `A1-A1` is always zero.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A1:A5, B1, A1:A5)
    /// =A1+B1+A1
    /// =B1-B1
    /// =AND(A1>0, B1>0, A1>0)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A5, B1, C1:C5)
    /// =2*A1+B1
    /// =B1-C1
    /// =A1*A1
    /// ```
    ///
    /// **Limits** Terms that are written differently and mean the same are not seen.
    "repeated-term" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX.and(NodeKinds::CALL), check),
    }
}

/// The most terms of one sum that are compared with each other.
const MOST_COMPARED: usize = 40;

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    match formula.kind(id) {
        NodeKind::Infix(InfixOperator::Subtract, left, right) if repeats(context, left, right) => {
            findings.report(
                formula.span(id),
                "Something is taken from itself here, which is always zero. Refer to the cell \
                 that was meant.",
            );
        }
        NodeKind::Infix(InfixOperator::Add, ..) if is_top_of_sum(context, id) => {
            report_repeated(context, &terms(context, id), findings);
        }
        NodeKind::Call { .. } => {
            if let Some((function, arguments)) = formula.call(id)
                && matches!(
                    function.name,
                    "SUM" | "COUNT" | "COUNTA" | "AVERAGE" | "AND" | "OR"
                )
            {
                report_repeated(context, arguments, findings);
            }
        }
        _ => {}
    }
}

fn report_repeated(context: &Context<'_>, terms: &[NodeId], findings: &mut Findings<'_>) {
    let terms = terms.get(..MOST_COMPARED).unwrap_or(terms);
    for (place, term) in terms.iter().enumerate() {
        let earlier = terms.get(..place).unwrap_or_default();
        if earlier.iter().any(|other| repeats(context, *other, *term)) {
            findings.report(
                context.formula.span(*term),
                "This stands here a second time, so it counts twice or has no effect. Refer to \
                 what was meant, or remove it.",
            );
        }
    }
}

/// Whether both say the same, and something that cells decide.
fn repeats(context: &Context<'_>, one: NodeId, other: NodeId) -> bool {
    subtree::same(context.formula, one, other)
        && subtree::reads_cells(context.formula, one)
        && subtree::is_steady(context.formula, one)
}

fn is_top_of_sum(context: &Context<'_>, id: NodeId) -> bool {
    let parent = context
        .parent(id)
        .map(|parent| context.formula.kind(parent));
    !matches!(parent, Some(NodeKind::Infix(InfixOperator::Add, left, _)) if left == id)
}

/// The terms of a chain of additions, in the order of the formula.
fn terms(context: &Context<'_>, top: NodeId) -> Vec<NodeId> {
    let mut terms = Vec::new();
    let mut rest = top;
    while let NodeKind::Infix(InfixOperator::Add, left, right) = context.formula.kind(rest)
        && terms.len() < MOST_COMPARED
    {
        terms.push(right);
        rest = left;
    }
    terms.push(rest);
    terms.reverse();
    terms
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_later_term_is_marked() {
        assert_eq!(flagged(&RULE, "=A1+B1+C1+b1"), ["b1"]);
        assert_eq!(flagged(&RULE, "=SUM(A1:A3,A1:A3)"), ["A1:A3"]);
    }

    #[test]
    fn numbers_and_chance_may_repeat() {
        assert!(flagged(&RULE, "=A1+1+1").is_empty());
        assert!(flagged(&RULE, "=RANDBETWEEN(A1,6)+RANDBETWEEN(A1,6)").is_empty());
    }
}
