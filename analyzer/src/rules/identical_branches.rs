use crate::ast::{NodeId, NodeKind};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags an IF that gives the same result whether its condition holds or not.*
    ///
    /// **Why** The condition has no effect, so one of the branches is not what was meant.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>0, B1*C1, B1*C1)
    /// =IF(A1="x", "yes", "yes")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>0, B1*C1, 0)
    /// =B1*C1
    /// =IF(,,)
    /// ```
    ///
    /// **Limits** Branches that are written differently and come to the same are not seen.
    "identical-branches" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [_, one, other])) = formula.call(call) else {
        return;
    };
    let empty = formula.kind(*one) == NodeKind::Missing;
    if empty || !subtree::same(formula, *one, *other) {
        return;
    }
    findings
        .report(
            formula.span(call),
            "Both branches of this IF are the same, so its condition has no effect. Correct one \
             of them, or write the result without the IF.",
        )
        .unsafe_fix(
            "Keep the result without the IF",
            vec![Edit {
                span: formula.span(call),
                text: context.written_in_place_of(call, *one),
            }],
        );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_fix_keeps_the_branch() {
        assert_eq!(fixed(&RULE, "=2*IF(A1,(B1+1),b1+1)"), "=2*(B1+1)");
        assert_eq!(fixed(&RULE, "=2*IF(A1,B1+1,b1+1)"), "=2*(B1+1)");
        assert_eq!(fixed(&RULE, "=IF(A1,B1+1,b1+1)"), "=B1+1");
    }
}
