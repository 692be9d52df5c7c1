use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that is longer than a reader can take in.*
    ///
    /// **Why** What does not fit on a line or two is not checked by anyone. Of real formulas one in
    /// a hundred is longer.
    ///
    /// **Example**
    /// ```formula
    /// =IF(Inputs!A1="north",Inputs!B1*Inputs!C1,0)+IF(Inputs!A2="north",Inputs!B2*Inputs!C2,0)+IF(Inputs!A3="north",Inputs!B3*Inputs!C3,0)+IF(Inputs!A4="north",Inputs!B4*Inputs!C4,0)+IF(Inputs!A5="north",Inputs!B5*Inputs!C5,0)+IF(Inputs!A6="north",Inputs!B6*Inputs!C6,0)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUMPRODUCT((Inputs!A1:A6="north")*Inputs!B1:B6*Inputs!C1:C6)
    /// ```
    ///
    /// **Limits** Spaces and line breaks count, for they are there to be read.
    "long-formula" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        settings: ["max": 250 "How many characters a formula may have."],
        sees: Text,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let max = context.setting(0);
    let source = context.formula.source;
    // A text has no more characters than bytes, so most need not be counted.
    if source.len() <= max as usize || source.chars().count() <= max as usize {
        return;
    }
    findings.report(
        context.formula.whole(),
        format!(
            "The formula has more than {max} characters, so few will check it. Put steps into \
             cells of their own, or name them with LET."
        ),
    );
}
