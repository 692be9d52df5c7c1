use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags days that are divided by 365 or 360 to get years: `(TODAY()-A1)/365`.*
    ///
    /// **Why** Years have 365 or 366 days, so an age is wrong around the birthday, and the further
    /// back the more.
    ///
    /// **Example**
    /// ```formula
    /// =INT((TODAY()-A1)/365)
    /// =DAYS(B1, A1)/365.25
    /// =DATEDIF(A1, B1, "D")/365
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =DATEDIF(A1, TODAY(), "Y")
    /// =YEARFRAC(A1, B1)
    /// =A1/365
    /// ```
    ///
    /// **Limits** Only days that a function for dates gives are seen; a difference of two cells may
    /// be of anything. Interest by a convention of 360 or 365 days is better said by YEARFRAC.
    "approximate-year" {
        category: Risk,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    const YEARS: [f64; 4] = [360.0, 365.0, 365.25, 366.0];

    let formula = context.formula;
    let NodeKind::Infix(InfixOperator::Divide, days, year) = formula.kind(id) else {
        return;
    };
    let NodeKind::Number(year) = formula.kind_inside(year) else {
        return;
    };
    if YEARS.contains(&year) && is_number_of_days(formula, days) {
        findings.report(
            formula.span(id),
            format!(
                "A year does not always have {year} days, so this is only near to a number of \
                 years. Use YEARFRAC, or DATEDIF with \"Y\"."
            ),
        );
    }
}

fn is_number_of_days(formula: Formula<'_>, id: NodeId) -> bool {
    let id = formula.inside(id);
    if let NodeKind::Infix(InfixOperator::Subtract, one, other) = formula.kind(id) {
        return is_date(formula, one) || is_date(formula, other);
    }
    match formula.call(id) {
        Some((function, _)) if function.name == "DAYS" => true,
        Some((function, [_, _, unit])) if function.name == "DATEDIF" => formula
            .text(formula.inside(*unit))
            .is_some_and(|unit| unit.eq_ignore_ascii_case("D")),
        _ => false,
    }
}

fn is_date(formula: Formula<'_>, id: NodeId) -> bool {
    let call = formula.call(formula.inside(id));
    call.is_some_and(|(function, _)| {
        matches!(
            function.name,
            "TODAY" | "NOW" | "DATE" | "DATEVALUE" | "EDATE" | "EOMONTH"
        )
    })
}
