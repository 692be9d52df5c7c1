use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a parameter of a LAMBDA that its formula does not use.*
    ///
    /// **Why** What is given for it is calculated for nothing, and readers look for where it
    /// matters: most often it was meant to be used.
    ///
    /// **Example**
    /// ```formula
    /// =MAP(A1:A9, B1:B9, LAMBDA(price, count, price*2))
    /// =LET(net, LAMBDA(gross, rate, gross/1.2), net(A1, B1))
    /// =LAMBDA(x, y, x+1)(A1, B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =MAP(A1:A9, B1:B9, LAMBDA(price, count, price*count))
    /// =MAP(A1:A9, LAMBDA(_, RANDBETWEEN(1, 6)))
    /// =MAKEARRAY(3, 3, LAMBDA(row, column, row))
    /// =REDUCE(0, A1:A9, LAMBDA(sum, x, sum+1))
    /// ```
    ///
    /// **Limits** Where the caller decides how many parameters there are, as REDUCE and MAKEARRAY
    /// do, they are left alone, and so are those whose name begins with `_` and those of a LAMBDA
    /// that is handed on by its name.
    "unused-parameter" {
        category: Complexity,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    for binding in context.scopes().bindings() {
        let word = formula.written(binding.name);
        if binding.uses > 0 || binding.value.is_some() || word.starts_with('_') {
            continue;
        }
        let lambda = context.parent(binding.name).filter(|call| {
            let function = formula.call(*call).map(|(function, _)| function.name);
            function == Some("LAMBDA") && is_free_to_choose(context, *call)
        });
        if lambda.is_some() {
            findings.report(
                formula.span(binding.name),
                format!(
                    "The LAMBDA does not use {word}, so what is given for it has no effect. Use it \
                     where it was meant, or remove it."
                ),
            );
        }
    }
}

/// Whether the formula itself decides how many parameters the LAMBDA has.
fn is_free_to_choose(context: &Context<'_>, lambda: NodeId) -> bool {
    let formula = context.formula;
    let Some(parent) = context.parent(lambda) else {
        return false;
    };
    if let NodeKind::Apply { callee, .. } = formula.kind(parent) {
        return callee == lambda;
    }
    let Some((function, arguments)) = formula.call(parent) else {
        return false;
    };
    match function.name {
        "MAP" => true,
        "LET" => {
            let place = arguments.iter().position(|argument| *argument == lambda);
            let name = place.and_then(|place| arguments.get(place.checked_sub(1)?));
            place.is_some_and(|place| place % 2 == 1)
                && name.is_some_and(|name| is_only_called(context, *name))
        }
        _ => false,
    }
}

/// Whether the formula calls what the name stands for, and hands it to nobody.
fn is_only_called(context: &Context<'_>, name: NodeId) -> bool {
    let formula = context.formula;
    let word = formula.written(name);
    formula.nodes().all(|(id, node)| {
        let is_read = matches!(node.kind, NodeKind::Name | NodeKind::Reference(_));
        id == name || !is_read || !subtree::equal_names(formula.written(id), word)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn what_is_handed_on_must_fit_who_takes_it() {
        let formula = "=LET(first,LAMBDA(a,b,a),pick,LAMBDA(f,f(A1,B1)),pick(first))";
        assert!(flagged(&RULE, formula).is_empty());
        assert_eq!(flagged(&RULE, "=LET(f,LAMBDA(a,b,a),f(A1,B1))"), ["b"]);
    }
}
