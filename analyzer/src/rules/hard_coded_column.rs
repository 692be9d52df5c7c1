use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a VLOOKUP or HLOOKUP that names its column or row by a number.*
    ///
    /// **Why** The number is wrong as soon as a column is put into the table, and nothing shows it:
    /// the formula then gives the neighbour's values.
    ///
    /// **Example**
    /// ```formula
    /// =VLOOKUP(A1, Prices!A:F, 5, FALSE)
    /// =HLOOKUP(A1, A1:Z5, 3, FALSE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =XLOOKUP(A1, Prices!A:A, Prices!E:E)
    /// =VLOOKUP(A1, Prices!A:F, MATCH("price", Prices!A1:F1, 0), FALSE)
    /// ```
    ///
    /// **Limits** INDEX is not flagged: its numbers are seldom written out.
    "hard-coded-column" {
        category: Constant,
        severity: Info,
        presets: [Fast],
        sees: Template,
        check: Check::Calls(&["VLOOKUP", "HLOOKUP"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, [_, _, index, ..])) = formula.call(call) else {
        return;
    };
    if let NodeKind::Number(_) = formula.kind_inside(*index) {
        let what = if function.name == "VLOOKUP" {
            "column"
        } else {
            "row"
        };
        findings.report(
            formula.span(*index),
            format!(
                "The {what} is named by a number, which is silently wrong once another {what} is \
                 put in. Use XLOOKUP, or MATCH on the heading."
            ),
        );
    }
}
