use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a reference that is made from text or numbers: INDIRECT, OFFSET.*
    ///
    /// **Why** No audit, no trace and no search shows which cells such a formula reads, and it goes
    /// on reading the old place when rows are inserted or a sheet is renamed.
    ///
    /// **Example**
    /// ```formula
    /// =INDIRECT("Sheet" & A1 & "!B2")
    /// =SUM(OFFSET(A1, 0, 0, B1, 1))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =INDEX(B:B, A1)
    /// =SUM(A1:INDEX(A:A, B1))
    /// ```
    ///
    /// **Limits** ADDRESS alone only writes a text, so it is not flagged.
    "hidden-reference" {
        category: Risk,
        severity: Low,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["INDIRECT", "OFFSET"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    if let NodeKind::Call { name, .. } = context.formula.kind(call)
        && let Some((function, _)) = context.formula.call(call)
    {
        findings.report(
            name,
            format!(
                "{} hides which cells are read, so neither people nor an audit can follow it. \
                 Use INDEX, a lookup or a range.",
                function.name
            ),
        );
    }
}
