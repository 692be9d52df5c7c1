use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that fetches from outside of the spreadsheet more than a few times.*
    ///
    /// **Why** Each call is fetched anew and counts against the limits that Google sets, and one
    /// that fails takes the whole formula with it.
    ///
    /// **Example**
    /// ```formula
    /// =GOOGLEFINANCE("GOOG")+GOOGLEFINANCE("MSFT")+GOOGLEFINANCE("AAPL")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =GOOGLEFINANCE("GOOG")+GOOGLEFINANCE("MSFT")
    /// =SUM(B1:B9)
    /// ```
    ///
    /// **Limits** How often the formula itself is copied is not counted.
    "many-imports" {
        category: Performance,
        severity: Low,
        presets: [],
        settings: ["max": 2 "How many such calls a formula may have."],
        sees: Template,
        check: Check::Calls(IMPORTS, check),
    }
}

const IMPORTS: &[&str] = &[
    "GOOGLEFINANCE",
    "IMPORTDATA",
    "IMPORTFEED",
    "IMPORTHTML",
    "IMPORTRANGE",
    "IMPORTXML",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let formula = context.formula;
    // The first call that is one too many speaks for the rest.
    if findings.is_full() || findings.has_reported_within(whole(context)) {
        return;
    }
    let is_import = |id| {
        matches!(formula.kind(id), NodeKind::Call { .. })
            && formula
                .call(id)
                .is_some_and(|(function, _)| IMPORTS.contains(&function.name))
    };
    let earlier = formula.nodes().take(call.index());
    let before = earlier
        .filter(|(id, _)| is_import(*id))
        .take(max + 1)
        .count();
    if before == max {
        findings.report(
            formula.span(call),
            format!(
                "This formula fetches from outside more than {max} times, which is slow and fails \
                 if one of them does. Import once into cells, and calculate with those."
            ),
        );
    }
}

fn whole(context: &Context<'_>) -> crate::span::Span {
    let root = context.formula.tree.root();
    root.map(|root| context.formula.span(root))
        .unwrap_or_default()
}
