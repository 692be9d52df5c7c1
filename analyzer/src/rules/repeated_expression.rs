use crate::ast::{Formula, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a lookup or another long calculation that stands in one formula more than once.*
    ///
    /// **Why** It is calculated each time, and when one of them is changed the others are
    /// forgotten.
    ///
    /// **Example**
    /// ```formula
    /// =IF(VLOOKUP(A1, B:C, 2, FALSE)>9, VLOOKUP(A1, B:C, 2, FALSE), 9)
    /// =SUMIFS(C:C, A:A, F1)/D1 + SUMIFS(C:C, A:A, F1)/E1
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(price, VLOOKUP(A1, B:C, 2, FALSE), IF(price>9, price, 9))
    /// =MAX(A1, 9)+MAX(A1, 9)
    /// ```
    ///
    /// **Limits** Only calls of functions that search or add up ranges count; a short calculation
    /// may well stand twice.
    "repeated-expression" {
        category: Performance,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

/// The most calls of one formula that are compared with each other.
const MOST_COMPARED: usize = 32;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut calls = formula
        .nodes()
        .map(|(id, _)| id)
        .filter(|id| is_costly(formula, *id))
        .take(MOST_COMPARED);
    let Some(first) = calls.next() else {
        return;
    };
    let mut earlier = vec![first];
    for call in calls {
        if earlier
            .iter()
            .any(|other| subtree::same(formula, *other, call))
        {
            findings.report(
                formula.span(call),
                "The same stands in this formula before, so it is calculated twice and can come \
                 to differ. Name it once with LET.",
            );
        } else {
            earlier.push(call);
        }
    }
}

fn is_costly(formula: Formula<'_>, id: NodeId) -> bool {
    const COSTLY: &[&str] = &[
        "VLOOKUP",
        "HLOOKUP",
        "XLOOKUP",
        "LOOKUP",
        "MATCH",
        "XMATCH",
        "FILTER",
        "QUERY",
        "SUMIF",
        "SUMIFS",
        "COUNTIF",
        "COUNTIFS",
        "AVERAGEIF",
        "AVERAGEIFS",
        "SUMPRODUCT",
        "IMPORTRANGE",
    ];
    matches!(formula.kind(id), NodeKind::Call { .. })
        && formula
            .call(id)
            .is_some_and(|(function, _)| COSTLY.contains(&function.name))
}
