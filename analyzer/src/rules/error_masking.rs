use crate::ast::{NodeId, NodeKind};
use crate::functions::Category;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags an IFERROR around a plain calculation that turns every error into nothing or zero.*
    ///
    /// **Why** A missing value, a deleted column and a typing error then all look like a result.
    /// A wrong total that looks right is worse than an error that is seen.
    ///
    /// **Example**
    /// ```formula
    /// =IFERROR(A1/B1, 0)
    /// =IFERROR(SUM(A1:A9)*C1, "")
    /// =IFERROR(A1-B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(B1=0, 0, A1/B1)
    /// =IFERROR(VLOOKUP(A1, B:C, 2, FALSE), 0)
    /// =IFERROR(IMPORTDATA("https://example.org/rates.csv"), "")
    /// =IFERROR(A1/B1, "no data yet")
    /// ```
    ///
    /// **Limits** An IFERROR around a lookup, a search or an import is left alone, since not to find
    /// something is no mistake there. A text that tells what happened is left alone too.
    "error-masking" {
        category: Risk,
        severity: Low,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IFERROR"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [value, fallback @ ..])) = formula.call(call) else {
        return;
    };
    let hides = match fallback.first().map(|id| formula.inside(*id)) {
        None => true,
        Some(id) => match formula.kind(id) {
            NodeKind::Missing => true,
            NodeKind::Number(number) => number == 0.0,
            NodeKind::Text => formula.text(id).is_some_and(|text| text.trim().is_empty()),
            _ => false,
        },
    };
    let calculates = subtree::reads_cells(formula, *value)
        && subtree::descendants(formula, *value).all(|id| !may_fail_rightly(context, id));
    if hides && calculates {
        findings.report(
            formula.span(call),
            "This IFERROR hides every error of a plain calculation, also those that come from a \
             mistake. Test for the case that is meant, such as a divisor of zero.",
        );
    }
}

/// Whether the node is a call for which an error can be an ordinary answer.
fn may_fail_rightly(context: &Context<'_>, id: NodeId) -> bool {
    let formula = context.formula;
    match formula.kind(id) {
        NodeKind::Call { function: None, .. } | NodeKind::Apply { .. } => true,
        NodeKind::Call { .. } => formula.call(id).is_some_and(|(function, _)| {
            let kind = function.category;
            let searches = matches!(
                kind,
                Category::Lookup | Category::Filter | Category::Google | Category::Web
            );
            searches || function.external || matches!(kind, Category::Text | Category::Parser)
        }),
        _ => false,
    }
}
