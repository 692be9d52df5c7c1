use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a division by something that is always zero.*
    ///
    /// **Why** The result is always `#DIV/0!`, in this cell and in every cell that reads it.
    ///
    /// **Example**
    /// ```formula
    /// =A1/0
    /// =A1/(2-2)
    /// =MOD(A1, 0)
    /// =QUOTIENT(A1, 0%)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(B1=0, "", A1/B1)
    /// =MOD(A1, 2)
    /// =IFERROR(1/0)
    /// ```
    ///
    /// **Limits** A divisor that is read from a cell is not judged. A division right inside IFERROR
    /// or a test for errors is taken for meant: `IFERROR(1/0)` is a way to write an empty result. So
    /// is `1/0` as a result of IF, a way to write an error.
    "division-by-zero" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX.and(NodeKinds::CALL), check),
    }
}

/// Functions that are given an error on purpose.
const TAKE_ERRORS: &[&str] = &["IFERROR", "ISERROR", "ISERR", "ERROR.TYPE"];

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let (dividend, divisor) = match formula.kind(id) {
        NodeKind::Infix(InfixOperator::Divide, dividend, divisor) => (dividend, divisor),
        NodeKind::Call { .. } => match formula.call(id) {
            Some((function, [dividend, divisor]))
                if matches!(function.name, "MOD" | "QUOTIENT" | "DIVIDE") =>
            {
                (*dividend, *divisor)
            }
            _ => return,
        },
        _ => return,
    };
    if !constant::is_zero(formula, divisor) {
        return;
    }
    let meant = context.enclosing_call(id).is_some_and(|place| {
        let is_result = place.argument > 0 && place.is_call_of(&["IF", "IFS", "SWITCH", "CHOOSE"]);
        place.is_call_of(TAKE_ERRORS) || is_result && constant::number(formula, dividend).is_some()
    });
    if !meant {
        findings.report(
            formula.span(divisor),
            "The divisor is always zero, so the result is always #DIV/0!. Divide by the cell \
             that was meant.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_divisor_is_marked() {
        assert_eq!(flagged(&RULE, "=(A1+1)/(1-1)"), ["(1-1)"]);
    }

    #[test]
    fn an_error_made_on_purpose_is_left_alone() {
        assert!(flagged(&RULE, "=IFERROR(1/0)").is_empty());
        assert!(flagged(&RULE, "=ISERROR(A1/0)").is_empty());
        assert!(flagged(&RULE, "=IF(A1>0,B1,1/0)").is_empty());
        assert_eq!(flagged(&RULE, "=IF(A1>0,B1,C1/0)"), ["0"]);
    }
}
