//! How large each part of a formula is, found in one pass: it decides what is told inside of
//! another step and what is a step of its own.

use super::sentences::sentence;
use crate::ast::{Formula, InfixOperator, Node, NodeKind};

/// The longest arithmetic that is shown as it is written, in bytes.
const LONGEST_ARITHMETIC: u32 = 48;
/// The most leaves of arithmetic and of an array that are shown as they are written.
const MOST_IN_ARITHMETIC: u32 = 6;
/// The most leaves of a call that is told inside of another step.
const MOST_IN_CALL: u32 = 6;
/// The most leaves of a condition that is told inside of another step.
const MOST_IN_CONDITION: u32 = 12;
/// The highest part that is told inside of another step.
const HIGHEST: u16 = 12;

/// What the words for a node depend on.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own that the words ask"
)]
pub(super) struct Shape {
    /// How many leaves are in it.
    pub(super) weight: u32,
    /// How many nodes are below one another.
    height: u16,
    /// Whether nothing is below it.
    pub(super) is_leaf: bool,
    /// Whether there are only leaves and operators on values in it.
    is_arithmetic: bool,
    /// Whether it gives TRUE or FALSE: a comparison, `AND`, conditions multiplied.
    pub(super) is_condition: bool,
    /// Whether it can be told inside of another step when what is below it is told before.
    pub(super) is_part: bool,
    /// Whether it is told inside of another step as a whole.
    pub(super) is_small: bool,
}

impl Shape {
    /// Whether it is short arithmetic, which is shown as it is written.
    pub(super) const fn is_shown(self) -> bool {
        self.is_arithmetic && self.is_small
    }

    /// Whether it is so high that telling it in one piece would go too deep.
    pub(super) const fn is_high(self) -> bool {
        self.height > 4 * HIGHEST
    }
}

/// The shape of each node, by its index.
pub(super) fn shapes(formula: Formula<'_>) -> Vec<Shape> {
    let mut shapes = Vec::with_capacity(formula.tree.nodes().len());
    for (id, node) in formula.nodes() {
        let mut below = Below::default();
        formula.for_each_child(id, |child| {
            below.add(shapes.get(child.index()).copied().unwrap_or_default());
        });
        shapes.push(shape(node, &below));
    }
    shapes
}

/// What the children of a node have in common.
struct Below {
    count: u32,
    weight: u32,
    height: u16,
    are_arithmetic: bool,
    are_conditions: bool,
    are_small: bool,
}

impl Default for Below {
    fn default() -> Self {
        Self {
            count: 0,
            weight: 0,
            height: 0,
            are_arithmetic: true,
            are_conditions: true,
            are_small: true,
        }
    }
}

impl Below {
    fn add(&mut self, child: Shape) {
        self.count += 1;
        self.weight = self.weight.saturating_add(child.weight);
        self.height = self.height.max(child.height);
        self.are_arithmetic &= child.is_arithmetic;
        self.are_conditions &= child.is_condition;
        self.are_small &= child.is_small;
    }
}

fn shape(node: Node, below: &Below) -> Shape {
    let is_leaf = below.count == 0;
    let short = node.span.len() <= LONGEST_ARITHMETIC && below.weight <= MOST_IN_ARITHMETIC;
    let is_low = below.height < HIGHEST;
    let mut shape = Shape {
        weight: below.weight.max(1),
        height: below.height.saturating_add(1),
        is_leaf,
        ..Shape::default()
    };
    match node.kind {
        NodeKind::Group(_) => {
            shape.is_arithmetic = below.are_arithmetic;
            shape.is_condition = below.are_conditions;
            shape.is_part = true;
            shape.is_small = below.are_small && is_low;
        }
        NodeKind::Prefix(..) | NodeKind::Percent(_) | NodeKind::Property { .. } => {
            shape.is_arithmetic = below.are_arithmetic;
            shape.is_part = true;
            shape.is_small = below.are_small && is_low;
        }
        NodeKind::Infix(InfixOperator::Range, ..) => {
            shape.is_part = true;
            shape.is_small = below.are_small && is_low;
        }
        NodeKind::Infix(operator, ..) if operator.is_comparison() => {
            shape.is_condition = true;
        }
        NodeKind::Infix(InfixOperator::Add | InfixOperator::Multiply, ..)
            if below.are_conditions =>
        {
            shape.is_condition = true;
        }
        NodeKind::Infix(..) | NodeKind::Array(_) | NodeKind::ArrayRow(_) => {
            shape.is_arithmetic = below.are_arithmetic;
            shape.is_small = below.are_arithmetic && short && is_low;
        }
        NodeKind::Call {
            function: Some(function),
            arguments,
            ..
        } => {
            let function = function.function();
            let sentence = sentence(function.name);
            if let Some(sentence) = sentence.filter(|_| function.accepts(arguments.len())) {
                shape.is_condition = !sentence.condition.is_empty();
                // A list inside of a sentence would not show where it ends.
                let is_list = arguments.len() > 1 && sentence.noun.contains("{1*}");
                shape.is_small = !sentence.noun.is_empty()
                    && !is_list
                    && below.are_small
                    && below.weight <= MOST_IN_CALL
                    && is_low;
            }
        }
        NodeKind::Call { .. } | NodeKind::Apply { .. } => {}
        _ => {
            shape.is_arithmetic = true;
            shape.is_part = true;
            shape.is_small = true;
        }
    }
    if shape.is_condition && !matches!(node.kind, NodeKind::Group(_)) {
        shape.is_part = true;
        shape.is_small = below.are_small && below.weight <= MOST_IN_CONDITION && is_low;
    }
    shape.is_leaf &= !matches!(node.kind, NodeKind::Call { .. });
    shape
}

impl InfixOperator {
    /// Whether the operator compares its operands.
    pub(super) const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }
}
