use crate::ast::{NodeId, NodeKind, PrefixOperator};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a plus sign that does nothing: `=+A1`, `A1*+B1`.*
    ///
    /// **Why** It is left over from other programs or from a formula that was put together by
    /// hand, and makes readers look for what it does.
    ///
    /// **Example**
    /// ```formula
    /// =+A1
    /// =+SUM(A1:A9)*+B1
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1
    /// =-A1
    /// =SUM(A1:A9)*B1
    /// =SUMPRODUCT(--(A1:A9>0))
    /// ```
    ///
    /// **Limits** Two minus signs turn a text or a truth value into a number, so they are left
    /// alone.
    "needless-sign" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::PREFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let (NodeKind::Prefix(PrefixOperator::Plus, _), Some(sign)) =
        (formula.kind(id), formula.sign(id))
    else {
        return;
    };
    findings
        .report(
            sign,
            "This plus sign has no effect, and readers look for one. Remove it.",
        )
        .safe_fix(
            "Remove the plus sign",
            vec![Edit {
                span: sign,
                text: String::new(),
            }],
        );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn only_plus_signs_go() {
        assert_eq!(fixed(&RULE, "=+ A1-+B1+-C1"), "=A1-B1+-C1");
        assert_eq!(fixed(&RULE, "=++A1"), "=A1");
    }
}
