use crate::ast::{NodeId, NodeKind, Reference};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a sum from a fixed first row down to the row of the formula: `SUM($A$1:A9)`.*
    ///
    /// **Why** Copied down a column, each copy adds up all rows above it again: a thousand rows are
    /// half a million additions, and ten times the rows are a hundred times the work.
    ///
    /// **Example**
    /// ```formula
    /// =SUM($A$2:A9)
    /// =COUNTIF(B$2:B9, B9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =C8+A9
    /// =SUM($A$2:$A$9)
    /// =SCAN(0, A2:A99, LAMBDA(total, value, total+value))
    /// ```
    ///
    /// **Limits** Whether and how far the formula is copied is not seen here.
    "running-total" {
        category: Performance,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Calls(&["SUM", "COUNT", "COUNTA", "COUNTIF", "SUMIF", "AVERAGE"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [range, ..])) = formula.call(call) else {
        return;
    };
    if let NodeKind::Reference(reference) = formula.kind_inside(*range)
        && grows(&reference)
    {
        findings.report(
            formula.span(*range),
            "This range begins at a fixed row and grows with each copy, so a column of copies \
             costs the square of its length. Add this row to the total above, or use SCAN.",
        );
    }
}

/// Whether the first row is anchored and the last one is not.
fn grows(reference: &Reference) -> bool {
    reference.last.is_some_and(|last| {
        let first = reference.first;
        first.row > 0 && last.row > 0 && first.row_absolute && !last.row_absolute
    })
}
