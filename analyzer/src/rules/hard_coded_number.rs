use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a number written into a calculation: a rate, a price, a limit.*
    ///
    /// **Why** A number inside a formula has no name and no source, and when it changes, every
    /// formula that holds it must be found.
    ///
    /// **Example**
    /// ```formula
    /// =A1*1.19
    /// =IF(A1>37.5, B1, 0)
    /// =MAX(A1, 35000)
    /// =IF(B1="DE", 0.19, C1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1*(1+VatRate)
    /// =A1*Inputs!$B$1
    /// =A1/12
    /// =ROUND(A1*100, 3)
    /// =VLOOKUP(A1, B:H, 6, FALSE)
    /// =DATE(YEAR(A1), 9, 30)
    /// =A1^3
    /// =MID(A1, 5, FIND("-", A1)+3)
    /// =IF(MONTH(A1)=9, B1, 0)
    /// ```
    ///
    /// **Limits** Numbers that nobody would make an input are left out: 0, 1, 2, powers of ten,
    /// numbers of the calendar and the clock (7, 12, 24, 60, 365, …), exponents, and arguments that
    /// say where or how rather than how much. A formula of numbers alone is an input, not flagged
    /// here.
    "hard-coded-number" {
        category: Constant,
        severity: Info,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut numbers = formula
        .nodes()
        .filter(|(id, node)| {
            matches!(node.kind, NodeKind::Number(value) if !is_unremarkable(value))
                && is_a_quantity(context, *id)
        })
        .peekable();
    if numbers.peek().is_none() || is_only_numbers(formula) {
        return;
    }
    for (_, node) in numbers {
        findings.report(
            node.span,
            format!(
                "{} is written into the formula, where nobody sees what it stands for and it must \
                 be changed in every formula that holds it. Put it into a labelled input cell and \
                 refer to that.",
                node.span.of(formula.source)
            ),
        );
    }
}

/// Halves and doubles; days, weeks, quarters and months; hours, minutes and seconds; degrees;
/// bytes.
const EVERYWHERE: &[f64] = &[
    0.0, 0.5, 2.0, 4.0, 7.0, 12.0, 24.0, 30.0, 52.0, 60.0, 180.0, 360.0, 365.0, 365.25, 366.0,
    1024.0, 1440.0, 3600.0, 86400.0,
];

/// Whether the number is one of those that are the same everywhere and always.
fn is_unremarkable(value: f64) -> bool {
    let value = value.abs();
    EVERYWHERE.contains(&value) || is_power_of_ten(value)
}

fn is_power_of_ten(value: f64) -> bool {
    let exponent = value.log10().round();
    (-9.0..=12.0).contains(&exponent) && (value - 10_f64.powf(exponent)).abs() <= value * 1e-12
}

/// Whether the number says how much, rather than where, how many characters or how precisely.
fn is_a_quantity(context: &Context<'_>, number: NodeId) -> bool {
    let formula = context.formula;
    let operand = signed(context, number);
    let Some(parent) = context.parent(operand) else {
        return false;
    };
    let counted_in = context.enclosing_call(operand);
    match formula.kind(parent) {
        NodeKind::Infix(operator, left, right) => {
            let other = if left == operand { right } else { left };
            let calculates = match operator {
                InfixOperator::Power => left == operand,
                InfixOperator::Concatenate | InfixOperator::Range => false,
                _ => true,
            };
            let positional = counted_in.is_some_and(|place| {
                place
                    .function
                    .is_some_and(|function| is_positional(function.name, place.argument))
            });
            calculates && !positional && !counts(context, other)
        }
        NodeKind::Call { .. } => counted_in.is_some_and(|place| {
            place
                .function
                .is_some_and(|function| takes_quantity(function.name, place.argument))
        }),
        _ => false,
    }
}

/// The number with its signs, percent signs and parentheses.
fn signed(context: &Context<'_>, number: NodeId) -> NodeId {
    let mut operand = number;
    while let Some(parent) = context.parent(operand)
        && let NodeKind::Group(_) | NodeKind::Prefix(..) | NodeKind::Percent(_) =
            context.formula.kind(parent)
    {
        operand = parent;
    }
    operand
}

/// Whether the argument (from 0) of the function is an amount.
fn takes_quantity(function: &str, argument: usize) -> bool {
    match function {
        "SUM" | "PRODUCT" | "MAX" | "MIN" => true,
        "IF" => argument > 0,
        "IFS" => argument % 2 == 1,
        _ => false,
    }
}

/// Whether calculations in the argument (from 0) of the function work out a place, a count, a date
/// part or a number of digits.
fn is_positional(function: &str, argument: usize) -> bool {
    match function {
        "DATE" | "TIME" | "ADDRESS" | "CHAR" | "UNICHAR" | "REPT" | "SEQUENCE" | "OFFSET"
        | "INDIRECT" | "ROW" | "COLUMN" | "CHOOSECOLS" | "CHOOSEROWS" | "RANDBETWEEN" => true,
        "INDEX" | "LEFT" | "RIGHT" | "MID" | "VLOOKUP" | "HLOOKUP" | "ROUND" | "ROUNDUP"
        | "ROUNDDOWN" | "TRUNC" | "FIXED" | "EDATE" | "EOMONTH" | "WORKDAY" | "LARGE" | "SMALL"
        | "REPLACE" | "SUBSTITUTE" | "FIND" | "SEARCH" | "WEEKDAY" | "WEEKNUM" | "MOD"
        | "ARRAY_CONSTRAIN" => argument > 0,
        "CHOOSE" => argument == 0,
        _ => false,
    }
}

/// Whether the expression is a count, a place or a part of a date, which a number next to it only
/// shifts or names.
fn counts(context: &Context<'_>, id: NodeId) -> bool {
    const COUNTING: &[&str] = &[
        "ROW",
        "ROWS",
        "COLUMN",
        "COLUMNS",
        "LEN",
        "LENB",
        "FIND",
        "SEARCH",
        "MATCH",
        "XMATCH",
        "CODE",
        "UNICODE",
        "TYPE",
        "YEAR",
        "MONTH",
        "DAY",
        "WEEKDAY",
        "WEEKNUM",
        "ISOWEEKNUM",
        "HOUR",
        "MINUTE",
        "SECOND",
        "COUNT",
        "COUNTA",
        "COUNTIF",
        "COUNTIFS",
        "COUNTBLANK",
        "MOD",
    ];
    let inside = context.formula.inside(id);
    let call = context.formula.call(inside);
    call.is_some_and(|(function, _)| COUNTING.contains(&function.name))
}

/// Whether the formula refers to nothing at all.
fn is_only_numbers(formula: Formula<'_>) -> bool {
    let refers = |kind| {
        NodeKinds::REFERENCE
            .and(NodeKinds::NAME)
            .and(NodeKinds::TABLE_REFERENCE)
            .and(NodeKinds::CALL)
            .contains(NodeKinds::of(kind))
    };
    !formula.tree.nodes().iter().any(|node| refers(&node.kind))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn signs_and_percent_signs_belong_to_the_number() {
        assert_eq!(flagged(&RULE, "=A1*-(19%)"), ["19"]);
        assert!(flagged(&RULE, "=A1*-100%").is_empty());
    }

    #[test]
    fn a_calculation_inside_a_sum_counts() {
        assert_eq!(flagged(&RULE, "=SUM(A1:A9)+ROUND(A1*1.19,2)"), ["1.19"]);
    }

    #[test]
    fn arguments_that_say_where_do_not_count() {
        for formula in [
            "=INDEX(A:A,B1+3)",
            "=ROW()-5",
            "=LEFT(A1,LEN(A1)-3)",
            "=A1&3",
            "=CHOOSE(3,A1,B1,C1)",
        ] {
            assert!(flagged(&RULE, formula).is_empty(), "{formula}");
        }
    }

    #[test]
    fn a_formula_of_numbers_alone_is_an_input() {
        assert!(flagged(&RULE, "=1200+350").is_empty());
    }
}
