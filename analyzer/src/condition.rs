//! Conditions that compare something with a number written out, and the order in which the
//! branches of IF and IFS ask them.

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::rule::Context;
use crate::subtree;

/// The most conditions of one call, or of IFs nested in one another, that are compared with each
/// other: people write fewer, and a hostile formula must not cost their square.
const MOST_COMPARED: usize = 40;

/// `A1>10`: something compared with a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    /// What is compared.
    pub(crate) operand: NodeId,
    relation: Relation,
    value: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison that the node makes, turned round if the number stands on the left.
    pub(crate) fn of(formula: Formula<'_>, id: NodeId) -> Option<Self> {
        let NodeKind::Infix(operator, left, right) = formula.kind_inside(id) else {
            return None;
        };
        let relation = match operator {
            InfixOperator::Equal => Relation::Equal,
            InfixOperator::NotEqual => Relation::NotEqual,
            InfixOperator::Less => Relation::Less,
            InfixOperator::LessOrEqual => Relation::LessOrEqual,
            InfixOperator::Greater => Relation::Greater,
            InfixOperator::GreaterOrEqual => Relation::GreaterOrEqual,
            _ => return None,
        };
        match (
            constant::number(formula, left),
            constant::number(formula, right),
        ) {
            (None, Some(value)) => Some(Self {
                operand: left,
                relation,
                value,
            }),
            (Some(value), None) => Some(Self {
                operand: right,
                relation: relation.turned_round(),
                value,
            }),
            _ => None,
        }
    }

    /// Whether every number that meets this comparison meets the other one of the same operand.
    pub(crate) fn implies(self, other: Self) -> bool {
        use Relation as R;
        let (mine, its) = (self.value, other.value);
        match (self.relation, other.relation) {
            (R::Equal, _) => other.holds_for(mine),
            (R::Less, R::Less | R::LessOrEqual | R::NotEqual)
            | (R::LessOrEqual, R::LessOrEqual) => mine <= its,
            (R::LessOrEqual, R::Less | R::NotEqual) => mine < its,
            (R::Greater, R::Greater | R::GreaterOrEqual | R::NotEqual)
            | (R::GreaterOrEqual, R::GreaterOrEqual) => mine >= its,
            (R::GreaterOrEqual, R::Greater | R::NotEqual) => mine > its,
            _ => false,
        }
    }

    /// The comparison that holds exactly where this one does not.
    pub(crate) fn negated(self) -> Self {
        let relation = match self.relation {
            Relation::Equal => Relation::NotEqual,
            Relation::NotEqual => Relation::Equal,
            Relation::Less => Relation::GreaterOrEqual,
            Relation::LessOrEqual => Relation::Greater,
            Relation::Greater => Relation::LessOrEqual,
            Relation::GreaterOrEqual => Relation::Less,
        };
        Self { relation, ..self }
    }

    #[expect(clippy::float_cmp, reason = "numbers are compared as they are written")]
    fn holds_for(self, number: f64) -> bool {
        match self.relation {
            Relation::Equal => number == self.value,
            Relation::NotEqual => number != self.value,
            Relation::Less => number < self.value,
            Relation::LessOrEqual => number <= self.value,
            Relation::Greater => number > self.value,
            Relation::GreaterOrEqual => number >= self.value,
        }
    }
}

impl Relation {
    const fn turned_round(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// Whether the operator compares its sides.
pub(crate) const fn is_comparison(operator: InfixOperator) -> bool {
    matches!(
        operator,
        InfixOperator::Equal
            | InfixOperator::NotEqual
            | InfixOperator::Less
            | InfixOperator::LessOrEqual
            | InfixOperator::Greater
            | InfixOperator::GreaterOrEqual
    )
}

/// Calls `visit` with each condition of the IF or IFS and the conditions that were all false when
/// it is asked, the nearest first.
pub(crate) fn for_each_condition(
    context: &Context<'_>,
    call: NodeId,
    mut visit: impl FnMut(NodeId, &[NodeId]),
) {
    let Some((function, arguments)) = context.formula.call(call) else {
        return;
    };
    let mut earlier = false_before(context, call);
    if function.name != "IFS" {
        if let Some(condition) = arguments.first() {
            visit(*condition, &earlier);
        }
        return;
    }
    for condition in arguments.iter().step_by(2).take(MOST_COMPARED) {
        visit(*condition, &earlier);
        earlier.insert(0, *condition);
    }
}

/// The conditions of the IFs whose last branch is the call.
fn false_before(context: &Context<'_>, call: NodeId) -> Vec<NodeId> {
    let mut conditions = Vec::new();
    let mut branch = call;
    for place in context.enclosing_calls(call).take(MOST_COMPARED) {
        let Some((function, [condition, _, last])) = context.formula.call(place.call) else {
            break;
        };
        if function.name != "IF" || context.formula.inside(*last) != branch {
            break;
        }
        conditions.push(*condition);
        branch = place.call;
    }
    conditions
}

/// Whether both comparisons ask about the same, and about what gives the same each time.
pub(crate) fn same_operand(formula: Formula<'_>, one: Comparison, other: Comparison) -> bool {
    subtree::same(formula, one.operand, other.operand) && subtree::is_steady(formula, one.operand)
}
