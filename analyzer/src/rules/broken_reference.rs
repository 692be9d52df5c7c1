use crate::ast::{ErrorValue, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags `#REF!` in a formula: a reference to a cell or sheet that was deleted.*
    ///
    /// **Why** What the formula once referred to is gone, so it can only give an error, or an
    /// alternative that hides one.
    ///
    /// **Example**
    /// ```formula
    /// =A1+#REF!
    /// =SUM(Sheet1!#REF!)
    /// =IFERROR(VLOOKUP(A1, #REF!, 2, FALSE), "")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1+B1
    /// =SUM(Sheet1!A1:A9)
    /// =IF(ERROR.TYPE(A1)=4, "#REF!", "")
    /// ```
    ///
    /// **Limits** A reference inside a text, as INDIRECT reads it, is not seen.
    "broken-reference" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::ERROR, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    if context.formula.kind(id) == NodeKind::Error(ErrorValue::Reference) {
        findings.report(
            context.formula.span(id),
            "#REF! stands where a deleted cell, range or sheet was, so the formula can not give \
             its result. Put back the reference that was meant.",
        );
    }
}
