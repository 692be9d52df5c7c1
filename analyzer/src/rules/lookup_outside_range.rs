use crate::ast::{NodeId, NodeKind, Reference};
use crate::constant;
use crate::extent;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a lookup that asks for a column or row that its range does not have.*
    ///
    /// **Why** The result is always `#REF!` or `#NUM!`: the range is too small, or the number was
    /// not changed when a column went.
    ///
    /// **Example**
    /// ```formula
    /// =VLOOKUP(A1, C:E, 4, FALSE)
    /// =HLOOKUP(A1, C1:F2, 3, FALSE)
    /// =INDEX(A1:C9, 10, 1)
    /// =VLOOKUP(A1, C:E, 0, FALSE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =VLOOKUP(A1, C:F, 4, FALSE)
    /// =HLOOKUP(A1, C1:F3, 3, FALSE)
    /// =INDEX(A1:C9, 9, 1)
    /// =INDEX(A1:C9, 0, 2)
    /// ```
    ///
    /// **Limits** The range must be written out, and so must the number.
    "lookup-outside-range" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["VLOOKUP", "HLOOKUP", "INDEX"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let range = |index: usize| match formula.kind_inside(*arguments.get(index)?) {
        NodeKind::Reference(reference) => Some(reference),
        _ => None,
    };
    let mut judge = |index: usize, least: f64, size: Option<u32>, what: &str| {
        let (Some(argument), Some(size)) = (arguments.get(index), size) else {
            return;
        };
        let asked = constant::number(formula, *argument).map(f64::trunc);
        if asked.is_some_and(|asked| asked < least || asked > f64::from(size)) {
            findings.report(
                formula.span(*argument),
                format!(
                    "The range has {size} {what}{}, and this {} asks for another one, so the \
                     result is always an error. Correct the number or the range.",
                    if size == 1 { "" } else { "s" },
                    function.name
                ),
            );
        }
    };
    match function.name {
        "VLOOKUP" => judge(
            2,
            1.0,
            range(1).as_ref().and_then(extent::columns),
            "column",
        ),
        "HLOOKUP" => judge(2, 1.0, range(1).as_ref().and_then(extent::rows), "row"),
        _ => {
            let range = range(0);
            let (rows, columns) = (
                range.as_ref().and_then(extent::rows),
                range.as_ref().and_then(extent::columns),
            );
            // With one number only, INDEX counts along a range of a single row.
            if range.as_ref().is_some_and(is_single_row) && arguments.len() == 2 {
                judge(1, 0.0, columns, "cell");
            } else {
                judge(1, 0.0, rows, "row");
                judge(2, 0.0, columns, "column");
            }
        }
    }
}

fn is_single_row(reference: &Reference) -> bool {
    extent::rows(reference) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_number_is_marked() {
        assert_eq!(flagged(&RULE, "=VLOOKUP(A1,C:E,4,0)"), ["4"]);
        assert_eq!(flagged(&RULE, "=INDEX(A1:C9,3,4)"), ["4"]);
    }

    #[test]
    fn a_single_row_is_counted_along() {
        assert!(flagged(&RULE, "=INDEX(A1:F1,5)").is_empty());
        assert_eq!(flagged(&RULE, "=INDEX(A1:F1,7)"), ["7"]);
        assert!(flagged(&RULE, "=INDEX(1:1,7)").is_empty());
    }

    #[test]
    fn a_range_that_grows_when_copied_is_not_judged() {
        assert!(flagged(&RULE, "=INDEX(A$1:A2,3)").is_empty());
        assert!(flagged(&RULE, "=VLOOKUP(A1,$C:E,9,0)").is_empty());
    }
}
