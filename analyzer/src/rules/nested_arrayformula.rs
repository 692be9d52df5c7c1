use crate::ast::NodeId;
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags an ARRAYFORMULA inside another one.*
    ///
    /// **Why** The outer one already makes everything inside it work on whole ranges, so the inner
    /// one does nothing.
    ///
    /// **Example**
    /// ```formula
    /// =ARRAYFORMULA(IF(A1:A9="", "", ARRAYFORMULA(B1:B9*2)))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =ARRAYFORMULA(IF(A1:A9="", "", B1:B9*2))
    /// ```
    ///
    /// **Limits** One inside a LAMBDA is left alone.
    "nested-arrayformula" {
        category: Performance,
        severity: Low,
        presets: [Recommended],
        sees: Template,
        check: Check::Calls(&["ARRAYFORMULA"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut around = context.enclosing_calls(call);
    let outer = around.find(|place| place.is_call_of(&["ARRAYFORMULA", "LAMBDA"]));
    let Some((_, [inner])) = formula.call(call) else {
        return;
    };
    if outer.is_some_and(|place| place.is_call_of(&["ARRAYFORMULA"])) {
        let (whole, inner) = (formula.span(call), formula.span(*inner));
        // Its parentheses stay, so that the order of the calculation does.
        let open = Span::new(whole.start, inner.start);
        findings
            .report(
                whole,
                "An ARRAYFORMULA around this one already works on whole ranges. Remove the inner \
                 one.",
            )
            .safe_fix(
                "Remove the inner ARRAYFORMULA",
                vec![Edit {
                    span: open,
                    text: "(".to_owned(),
                }],
            );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_fix_keeps_the_order_of_the_calculation() {
        assert_eq!(
            fixed(&RULE, "=ARRAYFORMULA(2*arrayformula( A1:A9+1))"),
            "=ARRAYFORMULA(2*(A1:A9+1))"
        );
    }
}
