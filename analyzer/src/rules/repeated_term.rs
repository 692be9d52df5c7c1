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
            let (terms, count) = terms(context, id);
            report_repeated(context, terms.get(..count).unwrap_or_default(), findings);
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

/// The last terms of a chain of additions, in the order of the formula, and how many they are.
fn terms(context: &Context<'_>, top: NodeId) -> ([NodeId; MOST_COMPARED], usize) {
    let mut terms = [top; MOST_COMPARED];
    let mut count = 0;
    let mut rest = Some(top);
    for slot in &mut terms {
        let Some(node) = rest else {
            break;
        };
        (*slot, rest) = match context.formula.kind(node) {
            NodeKind::Infix(InfixOperator::Add, left, right) => (right, Some(left)),
            _ => (node, None),
        };
        count += 1;
    }
    if let Some(filled) = terms.get_mut(..count) {
        filled.reverse();
    }
    (terms, count)
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
