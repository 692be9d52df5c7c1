use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a name that is looked for and written into the formula: `SUMIF(A:A, "North", B:B)`.*
    ///
    /// **Why** When the name in the data changes or is spelled otherwise, the formula silently finds
    /// nothing, and what it looks for is seen nowhere in the sheet.
    ///
    /// **Example**
    /// ```formula
    /// =SUMIF(A1:A9, "North", B1:B9)
    /// =COUNTIFS(A1:A9, F1, B1:B9, "open")
    /// =VLOOKUP("VAT", A1:B9, 2, FALSE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUMIF(A1:A9, F1, B1:B9)
    /// =COUNTIF(A1:A9, ">0")
    /// =COUNTIF(A1:A9, "*")
    /// =VLOOKUP(F1, A1:B9, 2, FALSE)
    /// ```
    ///
    /// **Limits** Whether the data holds the name is not known here. Comparisons with numbers and
    /// wildcards without a letter are left alone.
    "hard-coded-criterion" {
        category: Constant,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Calls(
            &[
                "AVERAGEIF", "AVERAGEIFS", "COUNTIF", "COUNTIFS", "HLOOKUP", "MATCH", "MAXIFS",
                "MINIFS", "SUMIF", "SUMIFS", "VLOOKUP", "XLOOKUP", "XMATCH",
            ],
            check,
        ),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let (first, step) = match function.name {
        "COUNTIF" | "SUMIF" | "AVERAGEIF" => (1, usize::MAX),
        "COUNTIFS" => (1, 2),
        "SUMIFS" | "AVERAGEIFS" | "MAXIFS" | "MINIFS" => (2, 2),
        _ => (0, usize::MAX),
    };
    for criterion in arguments.iter().skip(first).step_by(step) {
        let criterion = formula.inside(*criterion);
        let is_name = matches!(formula.kind(criterion), NodeKind::Text)
            && formula.written(criterion).contains(char::is_alphabetic);
        if is_name {
            findings.report(
                formula.span(criterion),
                "What is looked for is written into the formula, which finds nothing once the data \
                 says it otherwise. Put it into a labelled cell and refer to that.",
            );
        }
    }
}
