use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::condition::is_comparison;
use crate::constant;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a date or a year written into a calculation: `A1>DATE(2024, 12, 31)`,
    /// `YEAR(A1)=2024`.*
    ///
    /// **Why** Next year every formula that holds it must be found and changed, and one that is
    /// forgotten goes on giving figures of the year before.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>DATE(2024, 12, 31), B1, 0)
    /// =A1-DATEVALUE("2024-01-01")
    /// =SUMPRODUCT((YEAR(A1:A9)=2024)*B1:B9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>Inputs!$B$1, B1, 0)
    /// =DATE(2024, 12, 31)
    /// =DATE(YEAR(A1), 12, 31)
    /// =MONTH(A1)=12
    /// ```
    ///
    /// **Limits** A formula that is nothing but a date is an input and left alone. So is a date in
    /// the text of a criterion.
    "hard-coded-date" {
        category: Constant,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL.and(NodeKinds::INFIX), check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let date = match formula.kind(id) {
        NodeKind::Infix(operator, left, right) => compared_year(formula, operator, left, right)
            .or(compared_year(formula, operator, right, left)),
        _ => is_written_date(formula, id).then_some(id),
    };
    let Some(date) = date else {
        return;
    };
    let reads = || {
        let mut nodes = formula.tree.nodes().iter();
        nodes.any(|node| subtree::is_read(node.kind))
    };
    if !findings.is_full() && reads() {
        findings.report(
            formula.span(date),
            "This date is written into the formula, and must be changed in every formula that \
             holds it when its time is over. Put it into a labelled input cell and refer to that.",
        );
    }
}

/// The year that is written out, if the other side is the YEAR of something.
fn compared_year(
    formula: Formula<'_>,
    operator: InfixOperator,
    side: NodeId,
    other: NodeId,
) -> Option<NodeId> {
    let (function, _) = formula.call(formula.inside(side))?;
    let is_year = matches!(formula.kind_inside(other), NodeKind::Number(year)
        if (1900.0..2200.0).contains(&year));
    (function.name == "YEAR" && is_comparison(operator) && is_year).then_some(other)
}

fn is_written_date(formula: Formula<'_>, id: NodeId) -> bool {
    match formula.call(id) {
        Some((function, [year, month, day])) if function.name == "DATE" => [year, month, day]
            .into_iter()
            .all(|part| constant::number(formula, *part).is_some()),
        Some((function, [text])) if function.name == "DATEVALUE" => {
            formula.text(formula.inside(*text)).is_some()
        }
        _ => false,
    }
}
