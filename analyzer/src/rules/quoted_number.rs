use crate::ast::{NodeId, NodeKind};
use crate::finding::Edit;
use crate::kind;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a number in quotes that something is compared with by size: `A1>"10"`.*
    ///
    /// **Why** In quotes it is a text, and to Sheets every text is larger than every number: the
    /// comparison does not look at the value.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>"10", "high", "low")
    /// =IF("0.5"<=B1, 1, 0)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>10, "high", "low")
    /// =COUNTIF(A1:A9, ">10")
    /// =IF(A1="10", 1, 0)
    /// =IF(TEXT(A1, "0")>"10", 1, 0)
    /// ```
    ///
    /// **Limits** `A1="10"` is left alone: codes are often texts. So is a comparison with a function
    /// that gives a text.
    "quoted-number" {
        category: Error,
        severity: Medium,
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
    if !kind::compares_sizes(operator) {
        return;
    }
    for (quoted, other) in [(left, right), (right, left)] {
        let quoted = formula.inside(quoted);
        let Some(number) = formula.text(quoted).filter(|text| is_number(text)) else {
            continue;
        };
        if kind::may_be_number(formula, other) {
            findings
                .report(
                    formula.span(quoted),
                    "A number in quotes is a text, and every text is larger than every number, \
                     so this comparison does not look at the value. Remove the quotes.",
                )
                .unsafe_fix(
                    "Remove the quotes",
                    vec![Edit {
                        span: formula.span(quoted),
                        text: number.trim().to_owned(),
                    }],
                );
        }
    }
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'))
        && text.parse::<f64>().is_ok()
}
