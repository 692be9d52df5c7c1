use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a function that is only kept for old spreadsheets.*
    ///
    /// **Why** It has a successor that says more clearly what it calculates.
    ///
    /// **Example**
    /// ```formula
    /// =STDEVP(A1:A9)
    /// =RANK(A1, A1:A9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =STDEV.P(A1:A9)
    /// =RANK.EQ(A1, A1:A9)
    /// ```
    ///
    /// **Limits** The arguments of a successor can differ, so there is no fix.
    "legacy-function" {
        category: Complexity,
        severity: Info,
        presets: [Fast],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let NodeKind::Call { name, .. } = context.formula.kind(id) else {
        return;
    };
    let Some((function, _)) = context
        .formula
        .call(id)
        .filter(|(function, _)| function.legacy)
    else {
        return;
    };
    let advice = match function.replaced_by {
        Some(successor) => format!("Use {}.", successor.function().name),
        None => "Look for its successor in Google's list of functions.".to_owned(),
    };
    findings.report(
        name,
        format!(
            "{} is only kept for old spreadsheets. {advice}",
            function.name
        ),
    );
}
