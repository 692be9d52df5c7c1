//! Compares a pattern with a part of a formula. Allocates nothing unless a hole occurs twice, and
//! never takes more steps than its budget.

use super::{List, MOST_HOLES, Pattern, ReferenceKind, Shape};
use crate::ast::{Formula, NodeId, NodeKind, NodeList, Reference};
use crate::policy::check::is_reference;
use crate::policy::rule::Thing;
use crate::span::Span;
use crate::subtree;

/// What the holes stand for, by their numbers.
pub(super) type Bindings = [Bound; MOST_HOLES];

/// What a hole stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    /// Nothing yet.
    Free,
    Node(NodeId),
    List(NodeList),
    /// The function of this call.
    Function(NodeId),
}

impl Bound {
    pub(super) fn span(self, formula: Formula<'_>) -> Option<Span> {
        match self {
            Self::Free => None,
            Self::Node(id) => Some(formula.span(id)),
            Self::List(nodes) => {
                let nodes = formula.list(nodes);
                let (first, last) = (nodes.first()?, nodes.last()?);
                Some(formula.span(*first).to(formula.span(*last)))
            }
            Self::Function(call) => match formula.kind(call) {
                NodeKind::Call { name, .. } => Some(name),
                _ => None,
            },
        }
    }
}

/// How many steps a comparison with one node may take, so that no pattern can make a formula take
/// more than linear time.
pub(in crate::policy) const STEPS: u32 = 10_000;

/// What the holes stand for if the pattern stands for the node.
pub(super) fn find(pattern: &Pattern, formula: Formula<'_>, id: NodeId) -> Option<Bindings> {
    let mut bindings = [Bound::Free; MOST_HOLES];
    let mut steps = STEPS;
    let mut matcher = Matcher::new(pattern, formula, &mut steps, None);
    matcher
        .at(id, &mut bindings, &mut |_| true)
        .then_some(bindings)
}

/// Decides in the end whether what the holes stand for will do; if not, other ways are tried.
pub(super) type Accept<'a> = dyn FnMut(&Bindings) -> bool + 'a;

/// A comparison of one pattern with parts of one formula.
pub(super) struct Matcher<'a> {
    pattern: &'a Pattern,
    formula: Formula<'a>,
    budget: &'a mut u32,
    /// The hole that stands for what has the span in it, and the span.
    around: Option<(u8, Span)>,
}

/// What is still to be compared: a list that lives on the stack.
struct Goals<'g> {
    goal: Goal,
    next: Option<&'g Goals<'g>>,
}

#[derive(Clone, Copy)]
enum Goal {
    Node(u16, NodeId),
    List(List, NodeList),
}

impl<'a> Matcher<'a> {
    pub(super) fn new(
        pattern: &'a Pattern,
        formula: Formula<'a>,
        budget: &'a mut u32,
        around: Option<(u8, Span)>,
    ) -> Self {
        Self {
            pattern,
            formula,
            budget,
            around,
        }
    }

    /// Whether the pattern stands for the node in a way that `accept` takes. Then `bindings` says
    /// what its holes stand for; else they are as before.
    pub(super) fn at(
        &mut self,
        id: NodeId,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        // Parentheses are looked through from above.
        if let NodeKind::Group(_) = self.formula.kind(id) {
            return false;
        }
        let goals = Goals {
            goal: Goal::Node(self.pattern.root, id),
            next: None,
        };
        self.solve(Some(&goals), bindings, accept)
    }

    fn solve(
        &mut self,
        goals: Option<&Goals<'_>>,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        let Some(Goals { goal, next }) = goals else {
            return accept(bindings);
        };
        let Some(left) = self.budget.checked_sub(1) else {
            return false;
        };
        *self.budget = left;
        match *goal {
            Goal::Node(shape, id) => self.node(shape, id, *next, bindings, accept),
            Goal::List(shapes, ids) => self.list(shapes, ids, *next, bindings, accept),
        }
    }

    fn list(
        &mut self,
        shapes: List,
        ids: NodeList,
        next: Option<&Goals<'_>>,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        let Some(first) = self.pattern.list(shapes).first().copied() else {
            return ids.is_empty() && self.solve(next, bindings, accept);
        };
        let rest = List {
            start: shapes.start + 1,
            len: shapes.len - 1,
        };
        let Some(Shape::Rest(hole)) = self.pattern.shape(first) else {
            let Some(id) = self.formula.list(ids).first().copied() else {
                return false;
            };
            let others = Goals {
                goal: Goal::List(rest, behind(ids, 1)),
                next,
            };
            let goals = Goals {
                goal: Goal::Node(first, id),
                next: Some(&others),
            };
            return self.solve(Some(&goals), bindings, accept);
        };
        // The last `...` takes what is left, any other as little as will do.
        let least = if rest.len == 0 { ids.len } else { 0 };
        (least..=ids.len).any(|taken| {
            let bound = Bound::List(NodeList {
                start: ids.start,
                len: taken,
            });
            let goals = Goals {
                goal: Goal::List(rest, behind(ids, taken)),
                next,
            };
            self.bind(*hole, bound, Some(&goals), bindings, accept)
        })
    }

    fn node(
        &mut self,
        shape: u16,
        id: NodeId,
        next: Option<&Goals<'_>>,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        let Some(shape) = self.pattern.shape(shape) else {
            return false;
        };
        let formula = self.formula;
        let id = formula.inside(id);
        let kind = formula.kind(id);
        let hole = match (shape, kind) {
            (Shape::Any(hole), _) | (Shape::Text(hole), NodeKind::Text) => *hole,
            (Shape::Number(hole), _) if is_number(formula, id) => *hole,
            (Shape::Reference(hole, wanted), NodeKind::Reference(reference))
                if is_of_kind(*wanted, &reference) =>
            {
                *hole
            }
            _ => return self.same(shape, id, kind, next, bindings, accept),
        };
        if matches!(kind, NodeKind::Missing | NodeKind::ArrayRow(_)) {
            return false;
        }
        if let (Some(hole), Some((around, target))) = (hole, self.around)
            && hole == around
        {
            return formula.span(id).contains(target) && self.solve(next, bindings, accept);
        }
        self.bind(hole, Bound::Node(id), next, bindings, accept)
    }

    /// Compares a node that is no hole, and what stands below it.
    fn same(
        &mut self,
        shape: &Shape,
        id: NodeId,
        kind: NodeKind,
        next: Option<&Goals<'_>>,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        let formula = self.formula;
        let goal = match (shape, kind) {
            (Shape::Prefix(wanted, of), NodeKind::Prefix(operator, operand))
                if *wanted == operator =>
            {
                Goal::Node(*of, operand)
            }
            (Shape::Percent(of), NodeKind::Percent(operand)) => Goal::Node(*of, operand),
            (
                Shape::Property(of, wanted),
                NodeKind::Property {
                    of: inner,
                    property,
                },
            ) if property.of(formula.source).to_lowercase() == *wanted => Goal::Node(*of, inner),
            (Shape::Infix(wanted, left, right), NodeKind::Infix(operator, one, other))
                if *wanted == operator =>
            {
                let second = Goals {
                    goal: Goal::Node(*right, other),
                    next,
                };
                let goals = Goals {
                    goal: Goal::Node(*left, one),
                    next: Some(&second),
                };
                return self.solve(Some(&goals), bindings, accept);
            }
            (Shape::AnyCall(hole, wanted), NodeKind::Call { arguments, .. }) => {
                let goals = Goals {
                    goal: Goal::List(*wanted, arguments),
                    next,
                };
                return self.bind(*hole, Bound::Function(id), Some(&goals), bindings, accept);
            }
            (Shape::Call { arguments, .. }, NodeKind::Call { arguments: own, .. })
                if is_call_of(formula, shape, kind) =>
            {
                Goal::List(*arguments, own)
            }
            (
                Shape::Apply(callee, wanted),
                NodeKind::Apply {
                    callee: own,
                    arguments,
                },
            ) => {
                let second = Goals {
                    goal: Goal::List(*wanted, arguments),
                    next,
                };
                let goals = Goals {
                    goal: Goal::Node(*callee, own),
                    next: Some(&second),
                };
                return self.solve(Some(&goals), bindings, accept);
            }
            (Shape::Array(wanted), NodeKind::Array(list))
            | (Shape::Row(wanted), NodeKind::ArrayRow(list)) => Goal::List(*wanted, list),
            _ => return is_leaf(formula, shape, id, kind) && self.solve(next, bindings, accept),
        };
        self.solve(Some(&Goals { goal, next }), bindings, accept)
    }

    /// Gives the hole what it stands for and goes on, or takes it back.
    fn bind(
        &mut self,
        hole: Option<u8>,
        bound: Bound,
        next: Option<&Goals<'_>>,
        bindings: &mut Bindings,
        accept: &mut Accept<'_>,
    ) -> bool {
        let Some(slot) = hole.and_then(|hole| bindings.get_mut(usize::from(hole))) else {
            return self.solve(next, bindings, accept);
        };
        let known = *slot;
        if let Bound::Free = known {
            *slot = bound;
            if self.solve(next, bindings, accept) {
                return true;
            }
            if let Some(slot) = hole.and_then(|hole| bindings.get_mut(usize::from(hole))) {
                *slot = Bound::Free;
            }
            return false;
        }
        equal(self.formula, known, bound) && self.solve(next, bindings, accept)
    }
}

fn behind(list: NodeList, taken: u32) -> NodeList {
    NodeList {
        start: list.start + taken,
        len: list.len.saturating_sub(taken),
    }
}

/// Whether two holes of one name stand for the same.
fn equal(formula: Formula<'_>, one: Bound, other: Bound) -> bool {
    match (one, other) {
        (Bound::Node(one), Bound::Node(other)) => subtree::same(formula, one, other),
        (Bound::List(one), Bound::List(other)) => {
            one.len == other.len
                && formula
                    .list(one)
                    .iter()
                    .zip(formula.list(other))
                    .all(|(one, other)| subtree::same(formula, *one, *other))
        }
        (Bound::Function(one), Bound::Function(other)) => {
            let name = |call| Bound::Function(call).span(formula).unwrap_or_default();
            name(one)
                .of(formula.source)
                .eq_ignore_ascii_case(name(other).of(formula.source))
        }
        _ => false,
    }
}

fn is_call_of(formula: Formula<'_>, shape: &Shape, kind: NodeKind) -> bool {
    match (shape, kind) {
        (
            Shape::Call {
                function: Some(wanted),
                ..
            },
            NodeKind::Call { function, .. },
        ) => function == Some(*wanted),
        (Shape::Call { name: wanted, .. }, NodeKind::Call { name, .. }) => {
            let name = name.of(formula.source);
            name.eq_ignore_ascii_case(wanted) || name.to_lowercase() == *wanted
        }
        _ => false,
    }
}

/// Whether the node is a number that is written out: `5`, `-5`, `5%`.
pub(super) fn is_number(formula: Formula<'_>, id: NodeId) -> bool {
    let mut inner = formula.inside(id);
    loop {
        match formula.kind(inner) {
            NodeKind::Number(_) => return true,
            NodeKind::Prefix(_, of) | NodeKind::Percent(of) => inner = formula.inside(of),
            _ => return false,
        }
    }
}

fn is_leaf(formula: Formula<'_>, shape: &Shape, id: NodeId, kind: NodeKind) -> bool {
    match (shape, kind) {
        (Shape::NumberIs(wanted), NodeKind::Number(value)) => wanted.to_bits() == value.to_bits(),
        (Shape::BooleanIs(wanted), NodeKind::Boolean(value)) => *wanted == value,
        (Shape::ErrorIs(wanted), NodeKind::Error(value)) => *wanted == value,
        (Shape::TextIs(wanted), NodeKind::Text) => {
            formula.text(id).is_some_and(|text| text == *wanted)
        }
        (Shape::NameIs(wanted), NodeKind::Name) => {
            let written = formula.written(id);
            written.eq_ignore_ascii_case(wanted) || written.to_lowercase() == *wanted
        }
        (Shape::TableIs(wanted), NodeKind::TableReference) => {
            crate::print::table_reference(formula.written(id)).to_lowercase() == *wanted
        }
        (Shape::ReferenceIs { sheet, first, last }, NodeKind::Reference(reference)) => {
            *first == reference.first
                && *last == reference.last
                && formula
                    .sheet_name(&reference)
                    .map(|name| name.to_lowercase())
                    == *sheet
        }
        (Shape::Missing, NodeKind::Missing) => true,
        _ => false,
    }
}

fn is_of_kind(kind: ReferenceKind, reference: &Reference) -> bool {
    match kind {
        ReferenceKind::Any => true,
        ReferenceKind::Cell => reference.last.is_none(),
        ReferenceKind::Range => reference.last.is_some(),
        ReferenceKind::Absolute => is_reference(Thing::AbsoluteReferences, reference),
        ReferenceKind::Relative => is_reference(Thing::RelativeReferences, reference),
        ReferenceKind::Mixed => is_reference(Thing::MixedReferences, reference),
        ReferenceKind::Column => is_reference(Thing::WholeColumns, reference),
        ReferenceKind::Row => is_reference(Thing::WholeRows, reference),
        ReferenceKind::Open => reference.is_open(),
        ReferenceKind::OtherSheet => reference.sheet.is_some(),
    }
}
