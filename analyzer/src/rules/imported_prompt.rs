use crate::ast::NodeId;
use crate::flow;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an AI function that is given what was imported from elsewhere.*
    ///
    /// **Why** A model can not tell data from orders. Whoever writes the page or the file that is
    /// imported can write orders into it, and so decides what the cell says.
    ///
    /// **Example**
    /// ```formula
    /// =AI("Summarize", IMPORTXML("https://example.org/news", "//p"))
    /// =GEMINI("What does this say? " & IMPORTDATA("https://example.org/a.csv"))
    /// =LET(page, IMPORTHTML("https://example.org", "list", 1), AI("Shorten", page))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =AI("Summarize", A1:A9)
    /// =AI("Summarize the figures of " & B1)
    /// ```
    ///
    /// **Limits** What was imported into a cell that the function reads is not seen here.
    "imported-prompt" {
        category: Security,
        severity: Medium,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(&["AI", "GEMINI"], check),
    }
}

const IMPORTS: &[&str] = &[
    "IMPORTDATA",
    "IMPORTFEED",
    "IMPORTHTML",
    "IMPORTRANGE",
    "IMPORTXML",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let Some((function, arguments)) = context.formula.call(call) else {
        return;
    };
    for argument in arguments {
        if !findings.is_full() && flow::takes_in(context, *argument, IMPORTS) {
            findings.report(
                context.formula.span(*argument),
                format!(
                    "{} is given what was imported from elsewhere, so whoever writes that can \
                     give the model orders. Import it into cells, and look at it first.",
                    function.name
                ),
            );
        }
    }
}
