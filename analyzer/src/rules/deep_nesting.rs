use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags calls that are nested in one another more than a few levels deep.*
    ///
    /// **Why** A reader has to keep every open level in mind, and an error can be in any of them
    /// without a cell that shows the step before.
    ///
    /// **Example**
    /// ```formula
    /// =ROUND(SUM(IF(ABS(LEN(TRIM(A1)))>2, 1, 0)), 2)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =ROUND(SUM(IF(ABS(A1)>2, 1, 0)), 2)
    /// ```
    ///
    /// **Limits** LET and LAMBDA, which name steps rather than hide them, do not count.
    "deep-nesting" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        settings: ["max": 5 "How many calls may stand inside one another, the outermost counted."],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let formula = context.formula;
    let named = formula.call(call).map(|(function, _)| function.name);
    if matches!(named, Some("LET" | "LAMBDA")) {
        return;
    }
    let mut outermost = call;
    let mut levels = 1;
    for place in context.enclosing_calls(call) {
        if !place.is_call_of(&["LET", "LAMBDA"]) {
            outermost = place.call;
            levels += 1;
        }
    }
    // The first call that is one level too deep speaks for all that are deeper or beside it.
    if levels > max && !findings.has_reported_at(formula.span(outermost)) {
        findings.report(
            formula.span(outermost),
            format!(
                "More than {max} calls are nested in one another, so no cell shows the steps \
                 between. Put steps into cells of their own, or name them with LET."
            ),
        );
    }
}
