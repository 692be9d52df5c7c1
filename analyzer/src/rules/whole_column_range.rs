use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a range of whole columns or rows, or one without an end.*
    ///
    /// **Why** Such a range takes in whatever is written below or beside the data later, totals and
    /// notes too, and is calculated to the last row of the sheet.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A:A)
    /// =SUM(Data!A2:A)
    /// =COUNTA(1:1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A2:A500)
    /// =COUNTA(A1:Z1)
    /// ```
    ///
    /// **Limits** In Sheets a column without an end is often meant, since new rows are then taken
    /// in; so this is for information.
    "whole-column-range" {
        category: Reference,
        severity: Info,
        presets: [Recommended],
        sees: Template,
        check: Check::Nodes(NodeKinds::REFERENCE, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    if let NodeKind::Reference(reference) = context.formula.kind(id)
        && reference.is_open()
    {
        findings.report(
            context.formula.span(id),
            "This range has no end, so it takes in whatever is added to the sheet later and is \
             calculated to its last row or column. Give it the end of the data, or keep the rest \
             of the column free.",
        );
    }
}
