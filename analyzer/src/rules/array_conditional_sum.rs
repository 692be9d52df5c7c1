use crate::ast::{Formula, InfixOperator, NodeId, NodeKind, PrefixOperator};
use crate::condition::is_comparison;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a sum over an array of conditions where SUMIFS or COUNTIFS says the same:
    /// `SUMPRODUCT((A1:A9="x")*B1:B9)`.*
    ///
    /// **Why** The array is built in full before it is added up, which is slow on long columns, and
    /// readers must work out that it is a sum with conditions.
    ///
    /// **Example**
    /// ```formula
    /// =SUMPRODUCT((A1:A900="north")*(B1:B900>10)*C1:C900)
    /// =SUMPRODUCT(--(A1:A900=F1), C1:C900)
    /// =ARRAYFORMULA(SUM(IF(A1:A900="north", C1:C900, 0)))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUMIFS(C1:C900, A1:A900, "north", B1:B900, ">10")
    /// =SUMPRODUCT(A1:A9, B1:B9)
    /// =SUMPRODUCT((A1:A9=B1:B9)*C1:C9)
    /// =SUMPRODUCT((LEFT(A1:A9, 2)="10")*C1:C9)
    /// ```
    ///
    /// **Limits** Only ranges that are compared with one value and that are written as they are:
    /// SUMIFS can not calculate with a range before it compares it.
    "array-conditional-sum" {
        category: Performance,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["SUMPRODUCT", "SUM"], check),
    }
}

/// The most factors that are looked at: SUMIFS with more would be no gain.
const MOST_FACTORS: usize = 16;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let is_array = || {
        let around = context.enclosing_call(call);
        around.is_some_and(|place| place.is_call_of(&["ARRAYFORMULA"]))
    };
    let is_sum_with_conditions = if function.name == "SUMPRODUCT" {
        is_product_of_conditions(formula, arguments)
    } else {
        matches!(arguments, [only] if is_choice(formula, *only)) && is_array()
    };
    if is_sum_with_conditions {
        findings.report(
            formula.span(call),
            "This builds an array of conditions only to add it up, which is slow and hard to \
             read. Use SUMIFS or COUNTIFS.",
        );
    }
}

/// Whether the arguments multiply conditions and at most one range.
fn is_product_of_conditions(formula: Formula<'_>, arguments: &[NodeId]) -> bool {
    let mut pending = arguments.to_vec();
    let (mut conditions, mut ranges) = (0, 0);
    while let Some(next) = pending.pop() {
        if pending.len() + conditions > MOST_FACTORS {
            return false;
        }
        let factor = without_coercion(formula, next);
        match formula.kind(factor) {
            NodeKind::Infix(InfixOperator::Multiply, left, right) => pending.extend([left, right]),
            NodeKind::Number(1.0) => {}
            _ if is_condition(formula, factor) => conditions += 1,
            kind if is_range(kind) => ranges += 1,
            _ => return false,
        }
    }
    conditions > 0 && ranges <= 1
}

/// The expression without parentheses and the two signs that make numbers of truth values.
fn without_coercion(formula: Formula<'_>, id: NodeId) -> NodeId {
    let id = formula.inside(id);
    if let NodeKind::Prefix(PrefixOperator::Minus, inner) = formula.kind(id)
        && let NodeKind::Prefix(PrefixOperator::Minus, inner) = formula.kind_inside(inner)
    {
        return formula.inside(inner);
    }
    id
}

/// `IF(range=value, range, 0)` or without a last argument.
fn is_choice(formula: Formula<'_>, id: NodeId) -> bool {
    let Some((function, [condition, value, rest @ ..])) = formula.call(formula.inside(id)) else {
        return false;
    };
    let is_nothing = |id: &NodeId| {
        matches!(
            formula.kind_inside(*id),
            NodeKind::Missing | NodeKind::Number(0.0)
        ) || formula
            .text(formula.inside(*id))
            .is_some_and(|text| text.is_empty())
    };
    function.name == "IF"
        && is_condition(formula, formula.inside(*condition))
        && (is_range(formula.kind_inside(*value))
            || matches!(formula.kind_inside(*value), NodeKind::Number(1.0)))
        && rest.iter().all(is_nothing)
}

/// A range compared with a value that is no range.
fn is_condition(formula: Formula<'_>, id: NodeId) -> bool {
    let NodeKind::Infix(operator, left, right) = formula.kind(id) else {
        return false;
    };
    let (left, right) = (formula.kind_inside(left), formula.kind_inside(right));
    let is_value = |kind| match kind {
        NodeKind::Reference(reference) => reference.last.is_none(),
        NodeKind::Text | NodeKind::Number(_) => true,
        _ => false,
    };
    is_comparison(operator)
        && (is_range(left) && is_value(right) || is_value(left) && is_range(right))
}

fn is_range(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Reference(reference) if reference.last.is_some())
}
