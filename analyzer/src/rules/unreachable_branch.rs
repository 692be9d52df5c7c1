use crate::ast::NodeId;
use crate::condition::{Comparison, for_each_condition, same_operand};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a condition that can not hold where it is asked, because an earlier one covers it.*
    ///
    /// **Why** In IFS and nested IFs the first condition that holds wins. When limits are asked in
    /// the wrong order, the later ones are never reached and their results never given.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>50, "pass", IF(A1>80, "honours", "fail"))
    /// =IFS(A1<100, "small", A1<10, "tiny", TRUE, "large")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>80, "honours", IF(A1>50, "pass", "fail"))
    /// =IFS(A1<10, "tiny", A1<100, "small", TRUE, "large")
    /// ```
    ///
    /// **Limits** Only comparisons of one expression with numbers written out are followed.
    "unreachable-branch" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF", "IFS"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    for_each_condition(context, call, |condition: NodeId, earlier: &[NodeId]| {
        let Some(comparison) = Comparison::of(formula, condition) else {
            return;
        };
        let covered = earlier.iter().any(|before| {
            // The very same condition is what `duplicate-condition` looks for.
            Comparison::of(formula, *before).is_some_and(|before| {
                comparison.implies(before) && same_operand(formula, comparison, before)
            }) && !subtree::same(formula, *before, condition)
        });
        if covered {
            findings.report(
                formula.span(condition),
                "Whatever meets this condition meets an earlier one, so what follows here is \
                 never given. Ask for the narrower limit first.",
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn limits_in_order_are_reached() {
        assert!(flagged(&RULE, "=IFS(A1>=90,1,A1>=80,2,80<A1,3,A1>0,4)").len() == 1);
        assert!(flagged(&RULE, "=IF(A1>10,1,IF(B1>20,2,3))").is_empty());
        assert!(flagged(&RULE, "=IF(A1<>0,1,IF(A1=0,2,3))").is_empty());
    }

    #[test]
    fn a_single_value_can_be_covered() {
        assert_eq!(flagged(&RULE, "=IF(A1>=10,1,IF(A1=10,2,3))"), ["A1=10"]);
        assert!(flagged(&RULE, "=IF(A1>10,1,IF(A1=10,2,3))").is_empty());
    }

    #[test]
    fn a_limit_of_the_same_number_can_be_covered() {
        assert_eq!(flagged(&RULE, "=IF(A1>=10,1,IF(A1>10,2,3))"), ["A1>10"]);
        assert!(flagged(&RULE, "=IF(A1>10,1,IF(A1>=10,2,3))").is_empty());
    }
}
