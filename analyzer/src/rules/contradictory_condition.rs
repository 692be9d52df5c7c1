use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::condition::{Comparison, same_operand};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags an AND that can never hold, or an OR that always does.*
    ///
    /// **Why** `OR(A1<>"x", A1<>"y")` is always true, since nothing is equal to both; AND was
    /// meant. `AND(A1="x", A1="y")` is never true; OR was meant.
    ///
    /// **Example**
    /// ```formula
    /// =IF(OR(A1<>"x", A1<>"y"), 1, 0)
    /// =IF(AND(A1="x", A1="y"), 1, 0)
    /// =AND(A1>10, A1<5)
    /// =OR(A1>5, A1<10)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(AND(A1<>"x", A1<>"y"), 1, 0)
    /// =IF(OR(A1="x", A1="y"), 1, 0)
    /// =AND(A1>5, A1<10)
    /// =OR(A1<5, A1>10)
    /// ```
    ///
    /// **Limits** Only comparisons of one expression with numbers and texts written out are
    /// followed.
    "contradictory-condition" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["AND", "OR"], check),
    }
}

/// The most arguments of a call that are compared with each other.
const MOST_COMPARED: usize = 20;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let all = function.name == "AND";
    let compared = arguments.get(..MOST_COMPARED).unwrap_or(arguments);
    let settles = |one: &NodeId, other: &NodeId| {
        numbers_settle(context, all, *one, *other) || texts_settle(context, all, *one, *other)
    };
    let settled = compared.iter().enumerate().any(|(place, one)| {
        let later = compared.get(place + 1..).unwrap_or_default();
        later.iter().any(|other| settles(one, other))
    });
    if settled {
        let (name, result, instead) = if all {
            ("AND", "never true", "Use OR if one of them is enough")
        } else {
            ("OR", "always true", "Use AND if all of them are needed")
        };
        findings.report(
            formula.span(call),
            format!(
                "This {name} is {result}, whatever the cells say, because two of its conditions \
                 are about the same. {instead}, or correct one of them."
            ),
        );
    }
}

/// Whether no number meets both comparisons (`all`), or every number meets one of them.
fn numbers_settle(context: &Context<'_>, all: bool, one: NodeId, other: NodeId) -> bool {
    let formula = context.formula;
    let comparison = |id| Comparison::of(formula, id);
    let (Some(one), Some(other)) = (comparison(one), comparison(other)) else {
        return false;
    };
    let settled = if all {
        one.implies(other.negated())
    } else {
        one.negated().implies(other)
    };
    settled && same_operand(formula, one, other)
}

/// The same for comparisons with texts, which can only be equal or not.
fn texts_settle(context: &Context<'_>, all: bool, one: NodeId, other: NodeId) -> bool {
    let formula = context.formula;
    let wanted = if all {
        InfixOperator::Equal
    } else {
        InfixOperator::NotEqual
    };
    let parts = |id| match formula.kind_inside(id) {
        NodeKind::Infix(operator, operand, text) if operator == wanted => formula
            .text(formula.inside(text))
            .map(|text| (operand, text)),
        _ => None,
    };
    match (parts(one), parts(other)) {
        (Some((one, first)), Some((other, second))) => {
            // Sheets compares texts without their letter case.
            first.to_lowercase() != second.to_lowercase()
                && subtree::same(formula, one, other)
                && subtree::is_steady(formula, one)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn conditions_about_different_cells_settle_nothing() {
        assert!(flagged(&RULE, "=OR(A1<>\"x\",B1<>\"y\")").is_empty());
        assert!(flagged(&RULE, "=AND(A1>10,B1<5)").is_empty());
    }

    #[test]
    fn touching_limits_count_only_if_a_number_is_left() {
        assert!(flagged(&RULE, "=AND(A1>=5,A1<=5)").is_empty());
        assert_eq!(flagged(&RULE, "=AND(A1>5,A1<=5)").len(), 1);
        assert_eq!(flagged(&RULE, "=OR(A1>5,A1<=5)").len(), 1);
        assert!(flagged(&RULE, "=OR(A1>5,A1<5)").is_empty());
    }

    #[test]
    fn texts_are_equal_in_any_case() {
        assert!(flagged(&RULE, "=AND(A1=\"x\",A1=\"X\")").is_empty());
    }
}
