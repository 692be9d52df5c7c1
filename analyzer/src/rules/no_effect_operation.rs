use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags an operation that changes no number: `A1*1`, `A1+0`, `A1^1`, or that makes all of them
    /// zero: `A1*0`.*
    ///
    /// **Why** A factor was switched off or forgotten, or a text is turned into a number in a way
    /// that only its author knows.
    ///
    /// **Example**
    /// ```formula
    /// =A1*1
    /// =A1+0
    /// =B1/1
    /// =A1*0
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1
    /// =VALUE(A1)
    /// =A1*B1
    /// ```
    ///
    /// **Limits** Only a number written out is seen. Some use `*1` to turn a text into a number;
    /// VALUE says so.
    "no-effect-operation" {
        category: Complexity,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut operations = formula
        .nodes()
        .filter_map(|(id, _)| Some((id, effect(formula, id)?)))
        .peekable();
    // What is made of numbers alone is an input, and tells its own story.
    let reads = || {
        formula
            .tree
            .nodes()
            .iter()
            .any(|node| subtree::is_read(node.kind))
    };
    if operations.peek().is_none() || !reads() {
        return;
    }
    for (id, effect) in operations {
        findings.report(
            formula.span(id),
            match effect {
                Effect::None => {
                    "This operation changes no number. Remove it, or use VALUE if a text is to \
                     become a number."
                }
                Effect::Zero => {
                    "A product with 0 is always 0, whatever the cells say. Remove it, or put back \
                     the factor that was meant."
                }
            },
        );
    }
}

/// What an operation does that does not do what an operation should.
#[derive(Clone, Copy)]
enum Effect {
    None,
    Zero,
}

fn effect(formula: Formula<'_>, id: NodeId) -> Option<Effect> {
    use InfixOperator as Op;

    let NodeKind::Infix(operator, left, right) = formula.kind(id) else {
        return None;
    };
    let number = |id| match formula.kind_inside(id) {
        NodeKind::Number(number) => Some(number),
        _ => None,
    };
    let is = |value: f64, number: Option<f64>| number == Some(value);
    let (left, right) = (number(left), number(right));
    let nothing = match operator {
        Op::Add => is(0.0, left) || is(0.0, right),
        Op::Subtract => is(0.0, right),
        Op::Multiply => is(1.0, left) || is(1.0, right),
        Op::Divide | Op::Power => is(1.0, right),
        _ => false,
    };
    let zero = operator == Op::Multiply && (is(0.0, left) || is(0.0, right));
    let both_numbers = left.is_some() && right.is_some();
    match (nothing, zero) {
        _ if both_numbers => None,
        (_, true) => Some(Effect::Zero),
        (true, false) => Some(Effect::None),
        (false, false) => None,
    }
}
