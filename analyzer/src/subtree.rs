//! Questions about all that stands below a node: whether two parts of a formula say the same, and
//! what a part contains. Walks with a stack of its own, so no depth of nesting can overflow it.

use crate::ast::{Formula, NodeId, NodeKind, Reference, sheet_name};
use crate::span::Span;

/// The node and all nodes below it, in no particular order.
pub(crate) fn descendants(formula: Formula<'_>, root: NodeId) -> impl Iterator<Item = NodeId> {
    let mut pending = vec![root];
    std::iter::from_fn(move || {
        let next = pending.pop()?;
        formula.for_each_child(next, |child| pending.push(child));
        Some(next)
    })
}

/// Whether the part of the formula reads a cell, a name or a table.
pub(crate) fn reads_cells(formula: Formula<'_>, root: NodeId) -> bool {
    descendants(formula, root).any(|id| is_read(formula.kind(id)))
}

/// Whether the node is a reference to cells, as far as its kind tells.
pub(crate) fn is_read(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Reference(_) | NodeKind::Name | NodeKind::TableReference
    )
}

/// Whether the part of the formula gives the same result each time it is calculated, as far as
/// the catalogue of functions knows.
pub(crate) fn is_steady(formula: Formula<'_>, root: NodeId) -> bool {
    descendants(formula, root).all(|id| match formula.kind(id) {
        NodeKind::Call { function, .. } => {
            function.is_some_and(|function| !function.function().volatile)
        }
        NodeKind::Apply { .. } => false,
        _ => true,
    })
}

/// Whether two parts of the formula say the same in every copy of it: spaces, letter case and
/// needless parentheses aside.
pub(crate) fn same(formula: Formula<'_>, one: NodeId, other: NodeId) -> bool {
    let (one, other) = (formula.inside(one), formula.inside(other));
    if !same_node(formula, one, other) {
        return false;
    }
    let mut pending = Vec::new();
    push_children(formula, one, other, &mut pending);
    while let Some((one, other)) = pending.pop() {
        if !same_node(formula, one, other) {
            return false;
        }
        push_children(formula, one, other, &mut pending);
    }
    true
}

/// Adds each child of one node with the child of the other in the same place.
fn push_children(
    formula: Formula<'_>,
    one: NodeId,
    other: NodeId,
    pending: &mut Vec<(NodeId, NodeId)>,
) {
    let mut place = pending.len();
    formula.for_each_child(one, |child| {
        pending.push((formula.inside(child), child));
    });
    formula.for_each_child(other, |child| {
        if let Some(pair) = pending.get_mut(place) {
            pair.1 = formula.inside(child);
        }
        place += 1;
    });
}

/// Whether the nodes say the same, children aside; nodes that do have equally many children.
fn same_node(formula: Formula<'_>, one: NodeId, other: NodeId) -> bool {
    let (one, other) = (formula.node(one), formula.node(other));
    match (one.kind, other.kind) {
        (NodeKind::Number(one), NodeKind::Number(other)) => one.to_bits() == other.to_bits(),
        (NodeKind::Text, NodeKind::Text) | (NodeKind::Invalid, NodeKind::Invalid) => {
            one.span.of(formula.source) == other.span.of(formula.source)
        }
        (NodeKind::Boolean(one), NodeKind::Boolean(other)) => one == other,
        (NodeKind::Missing, NodeKind::Missing)
        | (NodeKind::Group(_), NodeKind::Group(_))
        | (NodeKind::Percent(_), NodeKind::Percent(_)) => true,
        (NodeKind::Reference(one), NodeKind::Reference(other)) => {
            same_reference(formula, &one, &other)
        }
        (NodeKind::Name, NodeKind::Name)
        | (NodeKind::Error(_), NodeKind::Error(_))
        | (NodeKind::TableReference, NodeKind::TableReference) => {
            same_word(formula, one.span, other.span)
        }
        (
            NodeKind::Property { property: one, .. },
            NodeKind::Property {
                property: other, ..
            },
        ) => same_word(formula, one, other),
        (NodeKind::Prefix(one, _), NodeKind::Prefix(other, _)) => one == other,
        (NodeKind::Infix(one, ..), NodeKind::Infix(other, ..)) => one == other,
        (
            NodeKind::Call {
                name: one,
                arguments: ones,
                ..
            },
            NodeKind::Call {
                name: other,
                arguments: others,
                ..
            },
        ) => ones.len() == others.len() && same_word(formula, one, other),
        (
            NodeKind::Apply {
                arguments: ones, ..
            },
            NodeKind::Apply {
                arguments: others, ..
            },
        )
        | (NodeKind::Array(ones), NodeKind::Array(others))
        | (NodeKind::ArrayRow(ones), NodeKind::ArrayRow(others)) => ones.len() == others.len(),
        _ => false,
    }
}

fn same_word(formula: Formula<'_>, one: Span, other: Span) -> bool {
    equal_names(one.of(formula.source), other.of(formula.source))
}

/// Whether two names are the same one, letter case aside.
pub(crate) fn equal_names(one: &str, other: &str) -> bool {
    let lower = |word: &str| {
        word.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    one.eq_ignore_ascii_case(other) || !one.is_ascii() && lower(one) == lower(other)
}

fn same_reference(formula: Formula<'_>, one: &Reference, other: &Reference) -> bool {
    let sheet = |reference: &Reference| reference.sheet.map(|sheet| sheet.of(formula.source));
    let same_sheet = match (sheet(one), sheet(other)) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one == other || sheet_name(one).to_lowercase() == sheet_name(other).to_lowercase()
        }
        _ => false,
    };
    same_sheet && one.first == other.first && one.last == other.last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parser::{Locale, parse};

    /// Whether both sides of the formula's outermost operator say the same.
    fn sides_are_same(source: &str) -> bool {
        let tree = parse(source, Locale::default());
        let formula = Formula {
            source,
            tree: &tree,
        };
        match formula.tree.root().map(|root| formula.kind(root)) {
            Some(NodeKind::Infix(_, left, right)) => same(formula, left, right),
            _ => panic!("{source} has no operator outermost"),
        }
    }

    #[test]
    fn case_spaces_and_parentheses_do_not_count() {
        assert!(sides_are_same("=SUM(A1, b2)=(sum( (a1),B2))"));
        assert!(sides_are_same("='data'!A1=Data!A1"));
    }

    #[test]
    fn every_part_counts() {
        for source in [
            "=A1=$A1",
            "=A1=B!A1",
            "=\"a\"=\"A\"",
            "=SUM(A1)=SUM(A1,A1)",
            "=A1:B2=A1:B3",
            "=-A1=+A1",
            "={1,2}={1;2}",
            "=A1+B1=B1+A1",
            "=A1*(B1+C1)=A1*B1+C1",
        ] {
            assert!(!sides_are_same(source), "{source}");
        }
    }

    #[test]
    fn a_very_long_chain_is_compared_without_recursion() {
        let chain = "1+".repeat(8_000);
        assert!(sides_are_same(&format!("=({chain}1)=({chain}1)")));
    }
}
