use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that Google Sheets would refuse or could not read.*
    ///
    /// **Why** A formula that does not parse gives no result, and nothing else in it can be
    /// checked: no other rule and no policy looks at it.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A1:A3
    /// =A1 B1
    /// =A1)
    /// ="text
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A3)
    /// =A1*B1
    /// =(A1)
    /// ="text"
    /// ```
    ///
    /// **Limits** What Sheets accepts in a locale other than the one that the audit was given is
    /// reported here too.
    "syntax-error" {
        category: Error,
        severity: High,
        presets: [Recommended, Security, Fast, Icaew],
        sees: Text,
        check: Check::Broken(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let source = context.formula.source;
    for error in context.formula.tree.errors() {
        let reported = findings.report(error.span, error.message(source));
        if let Some(repair) = error.repair(source) {
            reported.fix(repair);
        }
    }
}
