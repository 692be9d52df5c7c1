use crate::ast::{InfixOperator, NodeId, NodeKind, PrefixOperator};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags two signs between two terms: `A1--B1`, `A1+-B1`.*
    ///
    /// **Why** One of them is easily overlooked, and with it whether the term is added or taken
    /// away.
    ///
    /// **Example**
    /// ```formula
    /// =A1--B1
    /// =A1+-B1*C1
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1+B1
    /// =A1-B1*C1
    /// =A1*-B1
    /// =A1-(-B1)
    /// =SUMPRODUCT(--(A1:A9>0))
    /// ```
    ///
    /// **Limits** Two signs before a single value turn a text or a truth value into a number, so
    /// they are left alone.
    "double-sign" {
        category: Complexity,
        severity: Low,
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
    let (written, meant) = match operator {
        InfixOperator::Add => ("added as a negative", "-"),
        InfixOperator::Subtract => ("taken away as a negative", "+"),
        _ => return,
    };
    let Some(sign) = leading_minus(context, right) else {
        return;
    };
    let NodeKind::Prefix(_, operand) = formula.kind(sign) else {
        return;
    };
    // A third sign would stand where the second one goes.
    if matches!(formula.kind(operand), NodeKind::Prefix(..)) {
        return;
    }
    let signs = Span::new(formula.span(left).end, formula.span(operand).start);
    let between = signs.of(formula.source);
    let plain = between.trim_start();
    let Some(after_operator) = plain.get(1..) else {
        return;
    };
    let space = between.len() - plain.len();
    let before = between.get(..space).unwrap_or_default();
    let blank = after_operator.split(['-', '+']).next().unwrap_or_default();
    findings
        .report(
            signs,
            format!(
                "This term is {written}, and one of the two signs is easily overlooked. Write \
                 {meant} alone."
            ),
        )
        .safe_fix(
            format!("Write {meant}"),
            vec![Edit {
                span: signs,
                text: format!("{before}{meant}{blank}"),
            }],
        );
}

/// The minus sign that the term begins with, if that sign is one of the whole term: of the term
/// itself or of its first factor.
fn leading_minus(context: &Context<'_>, term: NodeId) -> Option<NodeId> {
    let mut first = term;
    loop {
        match context.formula.kind(first) {
            NodeKind::Infix(InfixOperator::Multiply | InfixOperator::Divide, left, _) => {
                first = left;
            }
            NodeKind::Prefix(PrefixOperator::Minus, _) => return Some(first),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn the_value_and_the_spaces_stay() {
        assert_eq!(fixed(&RULE, "=A1--B1"), "=A1+B1");
        assert_eq!(fixed(&RULE, "=A1 - -B1*C1"), "=A1 + B1*C1");
        assert_eq!(fixed(&RULE, "=(A1)+ - 5%"), "=(A1)- 5%");
    }

    #[test]
    fn a_power_keeps_its_sign() {
        assert!(flagged(&RULE, "=A1--B1^2").is_empty());
    }

    #[test]
    fn three_signs_are_left_to_their_author() {
        assert!(flagged(&RULE, "=A1---B1").is_empty());
    }
}
