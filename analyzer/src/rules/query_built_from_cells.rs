use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a QUERY whose text is put together from the content of cells.*
    ///
    /// **Why** A quote or a keyword in the cell changes what is asked, by accident or on purpose: an
    /// apostrophe in a name makes the query fail, and `' or '1'='1` shows all rows.
    ///
    /// **Example**
    /// ```formula
    /// =QUERY(A:D, "select A where B = '" & F1 & "'")
    /// =QUERY(A:D, CONCATENATE("select A where B = ", F1))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =QUERY(A:D, "select A where B = 'x'")
    /// =FILTER(A:A, B:B=F1)
    /// =QUERY(A:D, F1)
    /// ```
    ///
    /// **Limits** It is not asked whether the cell is checked by data validation.
    "query-built-from-cells" {
        category: Security,
        severity: Low,
        presets: [Security],
        sees: Template,
        check: Check::Calls(&["QUERY"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [_, query, ..])) = formula.call(call) else {
        return;
    };
    let is_joined = match formula.kind_inside(*query) {
        NodeKind::Infix(InfixOperator::Concatenate, ..) => true,
        _ => formula
            .call(formula.inside(*query))
            .is_some_and(|(function, _)| {
                matches!(
                    function.name,
                    "CONCATENATE" | "CONCAT" | "JOIN" | "TEXTJOIN"
                )
            }),
    };
    if is_joined && subtree::reads_cells(formula, *query) {
        findings.report(
            formula.span(*query),
            "This query is put together from cells, so a quote or a keyword in a cell changes \
             what is asked. Use FILTER, or let the cells hold only what a list allows.",
        );
    }
}
