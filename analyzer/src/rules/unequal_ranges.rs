use crate::ast::{NodeId, NodeKind, Reference};
use crate::condition::is_comparison;
use crate::extent;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a call whose ranges must be equally long and are not.*
    ///
    /// **Why** SUMIFS, COUNTIFS, XLOOKUP, FILTER and their like pair the ranges cell by cell. With
    /// ranges of different length the result is an error, or belongs to other rows.
    ///
    /// **Example**
    /// ```formula
    /// =SUMIFS(C2:C99, A2:A98, "x")
    /// =COUNTIFS(A2:A99, "x", B3:B99, "y")
    /// =XLOOKUP(A1, B2:B99, C2:C98)
    /// =FILTER(A2:B99, C2:C98>0)
    /// =SUMPRODUCT(A1:A9, B1:B10)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUMIFS(C2:C99, A2:A99, "x")
    /// =COUNTIFS(A2:A99, "x", B2:B99, "y")
    /// =XLOOKUP(A1, B2:B99, C2:E99)
    /// =FILTER(A2:B99, C2:C99>0)
    /// =SUMIF(A2:A9, "x", B2:B9)
    /// ```
    ///
    /// **Limits** Ranges without an end are not judged, nor those of which only one end is
    /// anchored. In FILTER, a condition is a range compared with something.
    "unequal-ranges" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(
            &[
                "SUMIFS", "COUNTIFS", "AVERAGEIFS", "MAXIFS", "MINIFS", "SUMIF", "AVERAGEIF",
                "SUMPRODUCT", "XLOOKUP", "FILTER", "CORREL", "SLOPE", "INTERCEPT", "RSQ", "XIRR",
                "XNPV",
            ],
            check,
        ),
    }
}

/// How the ranges of a call must fit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// The same number of rows and of columns.
    Same,
    /// The same number of cells.
    Count,
    /// Equally long in the direction of the one that is a single column or row.
    Along,
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let Some((function, arguments)) = context.formula.call(call) else {
        return;
    };
    let fit = match function.name {
        "XLOOKUP" | "FILTER" => Fit::Along,
        "SUMPRODUCT" | "SUMIFS" | "AVERAGEIFS" | "MAXIFS" | "MINIFS" | "COUNTIFS" | "SUMIF"
        | "AVERAGEIF" => Fit::Same,
        _ => Fit::Count,
    };
    let paired = |(place, _): &(usize, &NodeId)| match function.name {
        "SUMIFS" | "AVERAGEIFS" | "MAXIFS" | "MINIFS" => *place == 0 || place % 2 == 1,
        "COUNTIFS" | "SUMIF" | "AVERAGEIF" => place % 2 == 0,
        "XLOOKUP" => matches!(place, 1 | 2),
        "XIRR" => *place < 2,
        "XNPV" => *place > 0,
        _ => true,
    };
    let mut ranges = arguments
        .iter()
        .enumerate()
        .filter(paired)
        .filter_map(|(_, id)| Some((*id, range_of(context, *id)?)));
    let Some((_, first)) = ranges.next() else {
        return;
    };
    for (id, range) in ranges {
        if !fits(fit, &first, &range) {
            findings.report(
                context.formula.span(id),
                format!(
                    "This range is not as long as the first range of the {}, so the result is an \
                     error or belongs to other rows. Let all ranges begin and end together.",
                    function.name
                ),
            );
            return;
        }
    }
}

/// The range that the argument is, or that it compares with something.
fn range_of(context: &Context<'_>, argument: NodeId) -> Option<Reference> {
    let formula = context.formula;
    match formula.kind_inside(argument) {
        NodeKind::Reference(reference) => reference.last.map(|_| reference),
        NodeKind::Infix(operator, left, _) if is_comparison(operator) => {
            match formula.kind_inside(left) {
                NodeKind::Reference(reference) => reference.last.map(|_| reference),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether the ranges fit, as far as their lengths are known.
fn fits(fit: Fit, one: &Reference, other: &Reference) -> bool {
    let agree = |one: Option<u32>, other: Option<u32>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let rows = agree(extent::rows(one), extent::rows(other));
    let columns = agree(extent::columns(one), extent::columns(other));
    let cells = |range: &Reference| Some(extent::rows(range)? * extent::columns(range)?);
    let is_single = |length: Option<u32>| length == Some(1);
    match fit {
        Fit::Same => rows && columns,
        Fit::Count => agree(cells(one), cells(other)),
        Fit::Along
            if [one, other]
                .iter()
                .any(|range| is_single(extent::columns(range))) =>
        {
            rows
        }
        Fit::Along
            if [one, other]
                .iter()
                .any(|range| is_single(extent::rows(range))) =>
        {
            columns
        }
        Fit::Along => true,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_range_that_differs_is_marked() {
        assert_eq!(flagged(&RULE, "=SUMIFS(C2:C9,A2:A9,1,B2:B8,2)"), ["B2:B8"]);
    }

    #[test]
    fn open_and_growing_ranges_are_not_judged() {
        assert!(flagged(&RULE, "=SUMIFS(C2:C,A:A,1)").is_empty());
        assert!(flagged(&RULE, "=SUMIFS(C$2:C9,A$2:A9,1)").is_empty());
    }

    #[test]
    fn pairs_may_stand_in_a_column_and_in_a_row() {
        assert!(flagged(&RULE, "=CORREL(A1:A3,B1:D1)").is_empty());
        assert_eq!(flagged(&RULE, "=CORREL(A1:A3,B1:E1)"), ["B1:E1"]);
    }

    #[test]
    fn a_filter_may_run_down_or_across() {
        assert!(flagged(&RULE, "=FILTER(A2:F9,A1:F1=\"x\")").is_empty());
        assert_eq!(
            flagged(&RULE, "=FILTER(A2:F9,A1:E1=\"x\")"),
            ["A1:E1=\"x\""]
        );
    }
}
