use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a SUM of a single value: `SUM(A1)`, `SUM(A1+B1)`.*
    ///
    /// **Why** The SUM adds nothing to the calculation. It hides what is calculated, and often a
    /// range was meant.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A1)
    /// =SUM(A1+B1-C1)
    /// =SUM(A1*B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A9)
    /// =A1+B1-C1
    /// =SUM(A1:A9*B1:B9)
    /// =SUM(Sales)
    /// ```
    ///
    /// **Limits** A name or a call inside may stand for many values, so such a SUM is left alone.
    /// SUM reads a text as nothing, so without it a text can give an error: the fix asks first.
    "redundant-sum" {
        category: Complexity,
        severity: Info,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["SUM"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [argument])) = formula.call(call) else {
        return;
    };
    let is_single_part = |kind| match kind {
        NodeKind::Reference(reference) => reference.last.is_none(),
        NodeKind::Number(_) | NodeKind::Group(_) | NodeKind::Prefix(..) | NodeKind::Percent(_) => {
            true
        }
        // `Sheet1!A1:Sheet1!A9` is a range.
        NodeKind::Infix(operator, ..) => operator != InfixOperator::Range,
        _ => false,
    };
    // Most sums are of one range, so the outermost node decides first.
    let is_single = is_single_part(formula.kind(*argument))
        && subtree::descendants(formula, *argument).all(|id| is_single_part(formula.kind(id)));
    if !is_single {
        return;
    }
    let reported = findings.report(
        formula.span(call),
        "This SUM is given a single value, so it adds nothing up. Write the calculation \
         alone, or give it the range that was meant.",
    );
    // A range can end with a call, and not with a number.
    if !is_end_of_range(context, call) {
        reported.unsafe_fix(
            "Remove the SUM",
            vec![Edit {
                span: formula.span(call),
                text: context.written_in_place_of(call, *argument),
            }],
        );
    }
}

/// Whether the node, with the parentheses around it, stands at a `:`.
fn is_end_of_range(context: &Context<'_>, id: NodeId) -> bool {
    let around = std::iter::successors(context.parent(id), |parent| context.parent(*parent));
    let mut kinds = around.map(|id| context.formula.kind(id));
    let behind_groups = kinds.find(|kind| !matches!(kind, NodeKind::Group(_)));
    matches!(
        behind_groups,
        Some(NodeKind::Infix(InfixOperator::Range, ..))
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_calculation_keeps_its_order() {
        assert_eq!(fixed(&RULE, "=SUM(A1+B1)"), "=A1+B1");
        assert_eq!(fixed(&RULE, "=2*SUM(A1+B1)"), "=2*(A1+B1)");
        assert_eq!(fixed(&RULE, "=2*SUM(A1)"), "=2*A1");
    }

    #[test]
    fn the_end_of_a_range_stays_a_call() {
        for formula in ["=A1:SUM(A1:A1:SUM(0))", "=A1:(SUM(0))"] {
            assert_eq!(fixed(&RULE, formula), formula);
        }
    }

    #[test]
    fn a_range_whose_ends_both_name_the_sheet_is_left_alone() {
        assert_eq!(fixed(&RULE, "=SUM(S!A1:S!A9)"), "=SUM(S!A1:S!A9)");
    }
}
