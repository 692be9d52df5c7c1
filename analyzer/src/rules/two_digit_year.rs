use crate::ast::NodeId;
use crate::constant;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a DATE with a year of one or two digits.*
    ///
    /// **Why** DATE adds 1900 to such a year, so `DATE(24, 1, 1)` is a day of 1924.
    ///
    /// **Example**
    /// ```formula
    /// =DATE(24, 1, 1)
    /// =A1>DATE(0, 12, 31)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =DATE(2024, 1, 1)
    /// =A1>DATE(2000, 12, 31)
    /// =DATE(A1, 1, 1)
    /// ```
    ///
    /// **Limits** A year that is read from a cell is not judged.
    "two-digit-year" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["DATE"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [year, ..])) = formula.call(call) else {
        return;
    };
    let number = constant::number(formula, *year);
    if number.is_some_and(|year| (0.0..100.0).contains(&year)) {
        findings.report(
            formula.span(*year),
            "DATE adds 1900 to a year of two digits, so this is a day of the last century. Write \
             the year with four digits.",
        );
    }
}
