use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, Place, declare_rule};

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
    /// =VLOOKUP(A1, Prices!A:B, 2, FALSE)
    /// ```
    ///
    /// **Limits** In Sheets a column without an end is often meant, since new rows are then taken
    /// in; so this is for information. A lookup takes no harm from what else stands in the column
    /// and is left alone.
    "whole-column-range" {
        category: Reference,
        severity: Info,
        presets: [Recommended],
        sees: Template,
        check: Check::Nodes(NodeKinds::REFERENCE, check),
    }
}

/// Functions that look for something in their ranges.
const LOOKUPS: &[&str] = &[
    "VLOOKUP", "HLOOKUP", "XLOOKUP", "LOOKUP", "MATCH", "XMATCH", "INDEX",
];

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let looks_up = |place: Place| place.is_call_of(LOOKUPS);
    if let NodeKind::Reference(reference) = context.formula.kind(id)
        && reference.is_open()
        && !context.enclosing_call(id).is_some_and(looks_up)
    {
        findings.report(
            context.formula.span(id),
            "This range has no end, so it takes in whatever is added to the sheet later and is \
             calculated to its last row or column. Give it the end of the data, or keep the rest \
             of the column free.",
        );
    }
}
