use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree::{self, equal_names};

declare_rule! {
    /// *Flags a name that LET defines only later, or in the very value that uses it.*
    ///
    /// **Why** LET reads from left to right, so before its definition the name means something
    /// outside of the formula, or the cell shows `#NAME?`. A LAMBDA can not call itself by the name
    /// that LET gives it either.
    ///
    /// **Example**
    /// ```formula
    /// =LET(gross, net*1.2, net, A1, gross)
    /// =LET(f, LAMBDA(n, IF(n<2, 1, n*f(n-1))), f(5))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(net, A1, gross, net*1.2, gross)
    /// =LET(f, LAMBDA(n, n*2), f(5))
    /// =LET(x, 1, LET(y, x+1, x, y, x))
    /// ```
    ///
    /// **Limits** That the spreadsheet has a name of the same spelling is possible; to use both is
    /// still misleading. Only the first names of a very long LET are compared.
    "early-name" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["LET"], check),
    }
}

/// The most names of one LET that are compared with what is read before.
const MOST_COMPARED: usize = 40;

/// The most nodes of one value that are looked at.
const MOST_NODES: usize = 2_000;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, arguments)) = formula.call(call) else {
        return;
    };
    let pairs = arguments.get(..arguments.len() / 2 * 2).unwrap_or_default();
    let pairs = pairs.get(..2 * MOST_COMPARED).unwrap_or(pairs);
    for (place, value) in pairs.iter().enumerate().skip(1).step_by(2) {
        let not_yet = pairs.get(place - 1..).unwrap_or_default();
        for id in subtree::descendants(formula, *value).take(MOST_NODES) {
            let word = match formula.kind(id) {
                NodeKind::Name => formula.written(id),
                NodeKind::Call {
                    function: None,
                    name,
                    ..
                } => name.of(formula.source),
                _ => continue,
            };
            let mut later = not_yet.iter().step_by(2);
            let is_later = later.any(|name| equal_names(formula.written(*name), word));
            if is_later && !is_definition(context, id) && context.scopes().meaning(id).is_none() {
                findings.report(
                    formula.span(id),
                    format!(
                        "LET defines {word} only after this, so here it means something outside \
                         of the formula, or nothing. Define it before."
                    ),
                );
            }
        }
    }
}

/// Whether the node is the name that a LET or a LAMBDA inside gives, and not one that is read.
fn is_definition(context: &Context<'_>, id: NodeId) -> bool {
    let Some(place) = context.enclosing_call(id) else {
        return false;
    };
    let Some((function, arguments)) = context.formula.call(place.call) else {
        return false;
    };
    let is_name = match function.name {
        "LET" => place.argument % 2 == 0,
        "LAMBDA" => true,
        _ => false,
    };
    is_name && place.argument + 1 < arguments.len() && arguments.contains(&id)
}
