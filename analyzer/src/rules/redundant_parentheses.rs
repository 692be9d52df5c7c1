use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags parentheses that change nothing: around the whole formula, around a single value, or
    /// doubled.*
    ///
    /// **Why** Parentheses tell readers that the order matters. Where it does not, they mislead.
    ///
    /// **Example**
    /// ```formula
    /// =(A1+B1)
    /// =2*(A1)
    /// =2*((A1+B1))
    /// =SUM((A1:A9))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1+B1
    /// =2*(A1+B1)
    /// =(A1*B1)+C1
    /// =-(2)^2
    /// ```
    ///
    /// **Limits** Parentheses that only make the usual order plain, as in `(A1*B1)+C1`, are left
    /// alone.
    "redundant-parentheses" {
        category: Complexity,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Nodes(NodeKinds::GROUP, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Group(inner) = formula.kind(id) else {
        return;
    };
    let is_single = matches!(
        formula.kind(inner),
        NodeKind::Reference(_)
            | NodeKind::Number(_)
            | NodeKind::Text
            | NodeKind::Call { .. }
            | NodeKind::Boolean(_)
            | NodeKind::Group(_)
    );
    let parent = context.parent(id).map(|parent| formula.kind(parent));
    let is_alone = matches!(parent, None | Some(NodeKind::Call { .. }));
    // After a sign or before a power, `(2)` may be there on purpose.
    let matters = matches!(
        parent,
        Some(
            NodeKind::Prefix(..)
                | NodeKind::Percent(_)
                | NodeKind::Apply { .. }
                | NodeKind::Property { .. }
        )
    );
    if !(is_single && !matters || is_alone) || is_end_of_range(context, id) {
        return;
    }
    // Around a whole formula or argument no pair has a meaning, however many there are.
    let inner = if is_alone { formula.inside(id) } else { inner };
    let (outer, inner) = (formula.span(id), formula.span(inner));
    let edit = |start, end| Edit {
        span: Span::new(start, end),
        text: String::new(),
    };
    findings
        .report(
            outer,
            "These parentheses change nothing, and tell readers that they do. Remove them.",
        )
        .safe_fix(
            "Remove the parentheses",
            vec![edit(outer.start, inner.start), edit(inner.end, outer.end)],
        );
}

/// Whether these parentheses, or those around them, are one end of a range: without them it could be
/// read as another reference, or as none.
fn is_end_of_range(context: &Context<'_>, id: NodeId) -> bool {
    let mut around = context.parent(id);
    while let Some(node) = around {
        match context.formula.kind(node) {
            NodeKind::Group(_) => around = context.parent(node),
            kind => return matches!(kind, NodeKind::Infix(InfixOperator::Range, ..)),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{findings, fixed};

    #[test]
    fn only_the_parentheses_go() {
        assert_eq!(fixed(&RULE, "=2*( A1 )+SUM((B1:B9))"), "=2*A1+SUM(B1:B9)");
    }

    #[test]
    fn every_pair_around_the_whole_goes_at_once() {
        assert_eq!(fixed(&RULE, "=((A1/(A1+B1)*C1))"), "=A1/(A1+B1)*C1");
        assert_eq!(fixed(&RULE, "=(((A1)))"), "=A1");
    }

    #[test]
    fn the_ends_of_a_range_keep_theirs() {
        for formula in ["=A1:(9)", "=A1:((9))", "=(A):(B)"] {
            assert!(findings(&RULE, formula).is_empty(), "{formula}");
        }
    }
}
