use crate::ast::NodeId;
use crate::condition::for_each_condition;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a condition or a case that was already asked before, in IFS, SWITCH or nested IFs.*
    ///
    /// **Why** The first of them wins, so the result of the second is never given: one of the two
    /// is not what was meant.
    ///
    /// **Example**
    /// ```formula
    /// =IFS(A1="x", 1, A1="y", 2, A1="x", 3)
    /// =IF(A1>0, "a", IF(A1>0, "b", "c"))
    /// =SWITCH(A1, "x", 1, "y", 2, "x", 3)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IFS(A1="x", 1, A1="y", 2, A1="z", 3)
    /// =IF(A1>0, IF(A1>0, "a", "b"), "c")
    /// =SWITCH(A1, "x", 1, "y", 2, 3)
    /// ```
    ///
    /// **Limits** Conditions that are written differently and mean the same are not seen.
    "duplicate-condition" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF", "IFS", "SWITCH"], check),
    }
}

/// The most cases of a SWITCH that are compared with each other.
const MOST_CASES: usize = 40;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut report_if_repeated = |condition: NodeId, earlier: &[NodeId]| {
        let repeated = earlier
            .iter()
            .any(|before| subtree::same(formula, *before, condition));
        if repeated && subtree::is_steady(formula, condition) {
            findings.report(
                formula.span(condition),
                "The same was asked before in this formula, so what follows here is never given. \
                 Correct one of the two, or remove this one.",
            );
        }
    };
    match formula.call(call) {
        Some((function, arguments)) if function.name == "SWITCH" => {
            let cases = arguments.get(1..).unwrap_or_default().chunks_exact(2);
            let cases: Vec<NodeId> = cases
                .filter_map(|pair| pair.first().copied())
                .take(MOST_CASES)
                .collect();
            for (place, case) in cases.iter().enumerate() {
                report_if_repeated(*case, cases.get(..place).unwrap_or_default());
            }
        }
        _ => for_each_condition(context, call, report_if_repeated),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_later_condition_is_marked() {
        assert_eq!(flagged(&RULE, "=IF(A1,1,IF(B1,2,IF( a1,3,4)))"), ["a1"]);
    }

    #[test]
    fn a_condition_is_asked_again_only_along_the_false_branches() {
        assert!(flagged(&RULE, "=IF(A1,IF(B1,1,2),IF(B1,3,4))").is_empty());
        assert!(flagged(&RULE, "=IF(A1,1,2)+IF(A1,3,4)").is_empty());
    }

    #[test]
    fn chance_may_be_asked_twice() {
        assert!(flagged(&RULE, "=IF(RAND()>0.5,1,IF(RAND()>0.5,2,3))").is_empty());
    }
}
