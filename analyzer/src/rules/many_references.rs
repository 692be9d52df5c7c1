use std::collections::BTreeSet;

use crate::ast::{Corner, Formula, NodeId, NodeKind, Reference};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that reads more different cells and ranges than a reader can look up.*
    ///
    /// **Why** To check it, each of them must be found and compared with what the formula means by
    /// it. Of real formulas one in a hundred reads more.
    ///
    /// **Example**
    /// ```formula
    /// =A1+B3+C5+D7+E9+F2+G4+H6+I8+J1+K3+L5+M7
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:M1)
    /// =A1*B1+A1*C1+A1*D1+A1*E1
    /// ```
    ///
    /// **Limits** A range counts once, however many cells it has; so does a cell that is read
    /// twice.
    "many-references" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        settings: ["max": 12 (Fast: 6) (Icaew: 6) "How many different references a formula may have."],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let formula = context.formula;
    let references = || {
        formula.nodes().filter_map(|(id, node)| match node.kind {
            NodeKind::Reference(reference) => Some(Read::Cells(
                formula
                    .sheet_name(&reference)
                    .map(|name| name.to_lowercase()),
                place(&reference),
            )),
            NodeKind::TableReference => Some(Read::Table(formula.written(id).to_lowercase())),
            _ => None,
        })
    };
    if !has_more_than(formula, max) {
        return;
    }
    let mut different = BTreeSet::new();
    for reference in references() {
        different.insert(reference);
        if different.len() > max {
            findings.report(
                formula.whole(),
                format!(
                    "The formula reads more than {max} different cells and ranges, so few will \
                     look all of them up. Put parts of it into cells of their own."
                ),
            );
            return;
        }
    }
}

/// What a formula reads, comparable.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    Cells(Option<String>, [(u16, u32); 2]),
    Table(String),
}

/// The corners of the reference without their anchors.
fn place(reference: &Reference) -> [(u16, u32); 2] {
    let corner = |corner: Corner| (corner.column, corner.row);
    [
        corner(reference.first),
        corner(reference.last.unwrap_or(reference.first)),
    ]
}

/// Whether there are more references than `max`, the same ones counted each time: most formulas
/// have so few that nothing need be compared.
fn has_more_than(formula: Formula<'_>, max: usize) -> bool {
    let is_reference = |(_, node): &(NodeId, crate::ast::Node)| {
        matches!(node.kind, NodeKind::Reference(_) | NodeKind::TableReference)
    };
    formula.nodes().filter(is_reference).nth(max).is_some()
}
