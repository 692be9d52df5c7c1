use crate::ast::{Corner, Formula, NodeId, NodeKind, Reference, sheet_name};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a sum or count of ranges that overlap.*
    ///
    /// **Why** The cells in common count twice.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A1:A5, A3:A9)
    /// =SUM(B2:B9, B4)
    /// =COUNT(A1:C3, C3:D5)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A5, A6:A9)
    /// =SUM(A1:A5, Other!A3:A9)
    /// =MAX(A1:A5, A3:A9)
    /// ```
    ///
    /// **Limits** Only ranges that are all anchored in the same way are compared, since others
    /// overlap in some copies of the formula and not in others.
    "overlapping-ranges" {
        category: Reference,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["SUM", "COUNT", "COUNTA", "AVERAGE", "AVERAGEA", "PRODUCT"], check),
    }
}

/// The most arguments of a call that are compared with each other.
const MOST_COMPARED: usize = 40;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    if arguments.len() < 2 {
        return;
    }
    let mut earlier: Vec<Reference> = Vec::new();
    for argument in arguments.iter().take(MOST_COMPARED) {
        let NodeKind::Reference(reference) = formula.kind_inside(*argument) else {
            continue;
        };
        if earlier
            .iter()
            .any(|other| overlap(formula, other, &reference))
        {
            findings.report(
                formula.span(*argument),
                format!(
                    "This range overlaps another one in the same {}, so the cells in common \
                     count twice. Let each cell stand in one range only.",
                    function.name
                ),
            );
        }
        earlier.push(reference);
    }
}

/// Whether the references have a cell in common in every copy of the formula.
fn overlap(formula: Formula<'_>, one: &Reference, other: &Reference) -> bool {
    let sheet = |reference: &Reference| {
        let written = reference.sheet.map(|sheet| sheet.of(formula.source));
        written.map(|written| sheet_name(written).to_lowercase())
    };
    let columns = |corner: Corner| (u32::from(corner.column), corner.column_absolute);
    let rows = |corner: Corner| (corner.row, corner.row_absolute);
    // The very same range twice is what `repeated-term` looks for.
    let identical = one.first == other.first && one.last == other.last;
    !identical
        && overlap_along(one, other, columns)
        && overlap_along(one, other, rows)
        && sheet(one) == sheet(other)
}

fn overlap_along(one: &Reference, other: &Reference, axis: impl Fn(Corner) -> (u32, bool)) -> bool {
    let ends = |reference: &Reference| {
        let last = reference.last.unwrap_or(reference.first);
        (axis(reference.first), axis(last))
    };
    let ((a, a_absolute), (b, b_absolute)) = ends(one);
    let ((c, c_absolute), (d, d_absolute)) = ends(other);
    let alike = a_absolute == b_absolute && b_absolute == c_absolute && c_absolute == d_absolute;
    // An end that is left out reaches to the end of the sheet.
    let (from, to) = extent_of(a, b);
    let (other_from, other_to) = extent_of(c, d);
    alike && from <= other_to && other_from <= to
}

fn extent_of(one: u32, other: u32) -> (u32, u32) {
    match (one, other) {
        (0, 0) => (0, u32::MAX),
        (start, 0) | (0, start) => (start, u32::MAX),
        (one, other) => (one.min(other), one.max(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_later_range_is_marked() {
        assert_eq!(flagged(&RULE, "=SUM(A1:A5,C1,A5:B9)"), ["A5:B9"]);
    }

    #[test]
    fn ranges_anchored_differently_are_not_compared() {
        assert!(flagged(&RULE, "=SUM($A$1:$A$5,A3)").is_empty());
    }
}
