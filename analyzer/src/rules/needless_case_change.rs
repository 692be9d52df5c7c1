use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags an UPPER or LOWER on a side of `=`, which does not look at letter case.*
    ///
    /// **Why** It does nothing, and tells readers that case mattered here. Where it should, EXACT
    /// compares it.
    ///
    /// **Example**
    /// ```formula
    /// =IF(UPPER(A1)="YES", 1, 0)
    /// =LOWER(A1)<>LOWER(B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1="yes", 1, 0)
    /// =EXACT(A1, UPPER(A1))
    /// =REGEXMATCH(LOWER(A1), "yes")
    /// ```
    ///
    /// **Limits** UPPER and LOWER also make a text of a number, so the fix asks first.
    "needless-case-change" {
        category: Complexity,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Infix(InfixOperator::Equal | InfixOperator::NotEqual, left, right) =
        formula.kind(id)
    else {
        return;
    };
    for side in [left, right] {
        let call = formula.inside(side);
        let Some((function, [text])) = formula.call(call) else {
            continue;
        };
        let name = function.name;
        if matches!(name, "UPPER" | "LOWER") {
            findings
                .report(
                    formula.span(call),
                    format!(
                        "A comparison with = does not look at letter case, so this {name} does \
                         nothing. Remove it, or use EXACT."
                    ),
                )
                .unsafe_fix(
                    format!("Remove {name}"),
                    vec![Edit {
                        span: formula.span(call),
                        text: context.written_in_place_of(call, *text),
                    }],
                );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_text_stays() {
        assert_eq!(fixed(&RULE, "=upper( A1&B1 )=LOWER(C1)"), "=(A1&B1)=C1");
    }
}
