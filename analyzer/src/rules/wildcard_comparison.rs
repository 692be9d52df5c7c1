use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a text with a `*` at its end or its begin that something is compared with by `=`.*
    ///
    /// **Why** COUNTIF, MATCH and their like take the star for any letters; `=` takes it for a star,
    /// so the condition is false for all that it was meant for.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1="north*", 1, 0)
    /// =SUMPRODUCT((A1:A9="*gmbh")*B1:B9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(LEFT(A1, 5)="north", 1, 0)
    /// =IF(COUNTIF(A1, "north*"), 1, 0)
    /// =REGEXMATCH(A1, "gmbh$")
    /// =A1="*"
    /// =A1="5 * 3"
    /// ```
    ///
    /// **Limits** A cell may hold a star, as a mark for a note. A question mark is left alone, since
    /// it ends many a sentence.
    "wildcard-comparison" {
        category: Risk,
        severity: Low,
        presets: [Fast, Icaew],
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
        let side = formula.inside(side);
        if formula.text(side).is_some_and(|text| has_wildcard(&text)) {
            findings.report(
                formula.span(side),
                "A comparison with = takes this * for a star, not for any letters. Use LEFT, \
                 RIGHT, REGEXMATCH or COUNTIF.",
            );
        }
    }
}

fn has_wildcard(text: &str) -> bool {
    let inner = text.trim_matches('*');
    inner.len() < text.len() && inner.chars().any(char::is_alphanumeric)
}
