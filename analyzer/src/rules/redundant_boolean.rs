use crate::ast::{NodeId, NodeKind};
use crate::condition::is_comparison;
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an IF that turns a truth value into the same truth value: `IF(A1>0, TRUE, FALSE)`.*
    ///
    /// **Why** The condition already is the result, so the IF only makes the formula longer.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>0, TRUE, FALSE)
    /// =IF(AND(A1>0, B1>0), TRUE, FALSE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1>0
    /// =AND(A1>0, B1>0)
    /// =IF(A1, TRUE, FALSE)
    /// =IF(A1>0, FALSE, TRUE)
    /// ```
    ///
    /// **Limits** A condition that need not be a truth value, such as a cell, is left alone.
    "redundant-boolean" {
        category: Complexity,
        severity: Info,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [condition, yes, no])) = formula.call(call) else {
        return;
    };
    let is_truth = match formula.kind_inside(*condition) {
        NodeKind::Infix(operator, ..) => is_comparison(operator),
        _ => formula
            .call(formula.inside(*condition))
            .is_some_and(|(function, _)| matches!(function.name, "AND" | "OR" | "NOT" | "XOR")),
    };
    let keeps = formula.kind_inside(*yes) == NodeKind::Boolean(true)
        && formula.kind_inside(*no) == NodeKind::Boolean(false);
    if !(is_truth && keeps) {
        return;
    }
    findings
        .report(
            formula.span(call),
            "The condition already is TRUE or FALSE, so this IF changes nothing. Write the \
             condition alone.",
        )
        .safe_fix(
            "Write the condition alone",
            vec![Edit {
                span: formula.span(call),
                text: context.written_in_place_of(call, *condition),
            }],
        );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_fix_keeps_the_order_of_the_calculation() {
        assert_eq!(fixed(&RULE, "=1*IF(A1>0,TRUE,FALSE)"), "=1*(A1>0)");
        assert_eq!(fixed(&RULE, "=NOT(IF(A1>0,TRUE,FALSE))"), "=NOT(A1>0)");
    }
}
