//! Whether a cell lies where a rule holds.

use super::form::FormError;
use super::scope::{Places, Scope};
use crate::ast::{NodeKind, Reference};
use crate::cell::Position;
use crate::parser::{Locale, parse};

/// A scope that cells can be looked up in.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    sheets: Vec<String>,
    ranges: Vec<Area>,
    without_sheets: Vec<String>,
    without_ranges: Vec<Area>,
}

/// A rectangle of cells, both ends included; an open end is as far as there can be cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    columns: (u32, u32),
    rows: (u32, u32),
}

impl Place {
    pub(super) fn new(scope: &Scope) -> Self {
        let lower = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect();
        let areas = |ranges: &[String]| ranges.iter().filter_map(|range| Area::of(range)).collect();
        Self {
            sheets: lower(&scope.sheets),
            ranges: areas(&scope.ranges),
            without_sheets: lower(&scope.exclude.sheets),
            without_ranges: areas(&scope.exclude.ranges),
        }
    }

    /// Whether the cell lies in it. A cell whose sheet has no name lies on no sheet that is named.
    pub(super) fn holds(&self, sheet: Option<&str>, cell: Position) -> bool {
        if self.is_everywhere() {
            return true;
        }
        let sheet = sheet.unwrap_or_default().to_lowercase();
        let on_one = |names: &[String]| names.iter().any(|name| fits(name, &sheet));
        let in_one = |areas: &[Area]| areas.iter().any(|area| area.contains(cell));
        (self.sheets.is_empty() || on_one(&self.sheets))
            && (self.ranges.is_empty() || in_one(&self.ranges))
            && !on_one(&self.without_sheets)
            && !in_one(&self.without_ranges)
    }

    fn is_everywhere(&self) -> bool {
        self.sheets.is_empty()
            && self.ranges.is_empty()
            && self.without_sheets.is_empty()
            && self.without_ranges.is_empty()
    }
}

impl Area {
    /// The area of `B2:F40`, `D:D`, `5:5`, `B2:B` or `B2`; `None` for anything else.
    fn of(range: &str) -> Option<Self> {
        let tree = parse(range, Locale::default());
        let root = tree.root().filter(|_| tree.errors().is_empty())?;
        let reference = match tree.nodes().get(root.index())?.kind {
            NodeKind::Reference(reference) if reference.sheet.is_none() => reference,
            _ => return None,
        };
        let Reference { first, last, .. } = reference;
        let last = last.unwrap_or(first);
        let axis = |one: u32, other: u32| match (one, other) {
            (0, 0) => (1, u32::MAX),
            (from, 0) | (0, from) => (from, u32::MAX),
            (one, other) => (one.min(other), one.max(other)),
        };
        Some(Self {
            columns: axis(u32::from(first.column), u32::from(last.column)),
            rows: axis(first.row, last.row),
        })
    }

    fn contains(self, cell: Position) -> bool {
        (self.columns.0..=self.columns.1).contains(&cell.column)
            && (self.rows.0..=self.rows.1).contains(&cell.row)
    }
}

/// Whether the name fits the pattern, in which a star stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    // Each piece between stars is taken where it comes first; the last one must end the name.
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return name.ends_with(piece);
        }
        match name.split_once(piece) {
            Some((_, after)) => name = after,
            None => return false,
        }
    }
    true
}

/// Whether the rule holds for audits of this department; an audit that names none is one of all.
pub(super) fn holds_for(scope: &Scope, department: Option<&str>) -> bool {
    let Some(department) = department else {
        return true;
    };
    let folded = |name: &str| name.trim().to_lowercase();
    let department = folded(department);
    let is_one = |names: &[String]| names.iter().any(|name| folded(name) == department);
    (scope.departments.is_empty() || is_one(&scope.departments))
        && !is_one(&scope.exclude.departments)
}

/// Whether every range of the scope is one, and no name is empty.
pub(super) fn check(scope: &Scope) -> Result<(), FormError> {
    let Places {
        sheets,
        ranges,
        departments,
    } = &scope.exclude;
    let all_ranges = [
        ("scope.ranges", &scope.ranges),
        ("scope.exclude.ranges", ranges),
    ];
    for (path, ranges) in all_ranges {
        for (index, range) in ranges.iter().enumerate() {
            if Area::of(range).is_none() {
                let message = format!(
                    "`{range}` is no range: write it without a sheet, as in D:D, 5:5 or B2:F40"
                );
                return Err(FormError::new(format!("{path}[{index}]"), message));
            }
        }
    }
    let names = [
        ("scope.sheets", &scope.sheets),
        ("scope.departments", &scope.departments),
        ("scope.exclude.sheets", sheets),
        ("scope.exclude.departments", departments),
    ];
    for (path, names) in names {
        if let Some(index) = names.iter().position(|name| name.trim().is_empty()) {
            let message = "the name is empty";
            return Err(FormError::new(format!("{path}[{index}]"), message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(json: &str) -> Scope {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn case(json: &str, sheet: Option<&str>, (column, row): (u32, u32), expected: bool) {
        let place = Place::new(&scope(json));
        let cell = Position::new(column, row).unwrap();
        assert_eq!(place.holds(sheet, cell), expected, "{json} {sheet:?}");
    }

    #[test]
    fn a_star_stands_for_any_characters_and_case_does_not_count() {
        case(
            r#"{"sheets":["report*"]}"#,
            Some("Report 2026"),
            (1, 1),
            true,
        );
        case(r#"{"sheets":["*out"]}"#, Some("Payout"), (1, 1), true);
        case(r#"{"sheets":["a*b*c"]}"#, Some("a-bb-c"), (1, 1), true);
        case(r#"{"sheets":["a*b*c"]}"#, Some("a-c"), (1, 1), false);
        case(
            r#"{"sheets":["Report"]}"#,
            Some("Report 2026"),
            (1, 1),
            false,
        );
    }

    #[test]
    fn a_cell_without_a_sheet_lies_on_none_that_is_named() {
        case(r#"{"sheets":["Report"]}"#, None, (1, 1), false);
        case(r#"{"exclude":{"sheets":["Report"]}}"#, None, (1, 1), true);
    }

    #[test]
    fn ranges_may_be_open() {
        case(r#"{"ranges":["D:D"]}"#, None, (4, 900), true);
        case(r#"{"ranges":["D:D"]}"#, None, (5, 1), false);
        case(r#"{"ranges":["5:6"]}"#, None, (9, 6), true);
        case(r#"{"ranges":["B2:B"]}"#, None, (2, 1), false);
        case(r#"{"ranges":["C3:B2"]}"#, None, (2, 3), true);
        case(r#"{"ranges":["B2"]}"#, None, (2, 2), true);
    }

    #[test]
    fn what_is_excluded_does_not_count() {
        let json = r#"{"sheets":["*"],"exclude":{"sheets":["Scratch*"],"ranges":["A1:B2"]}}"#;
        case(json, Some("Data"), (3, 3), true);
        case(json, Some("Scratchpad"), (3, 3), false);
        case(json, Some("Data"), (2, 2), false);
    }

    #[test]
    fn a_department_is_compared_without_case() {
        let finance = scope(r#"{"departments":["Finance"]}"#);
        assert!(holds_for(&finance, Some(" finance ")));
        assert!(!holds_for(&finance, Some("Sales")));
        assert!(holds_for(&finance, None));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        let error = check(&scope(r#"{"ranges":["A1","Sheet1!B2"]}"#)).unwrap_err();
        assert_eq!(error.path, "scope.ranges[1]");
    }
}
