use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::scope;
use crate::subtree::equal_names;

declare_rule! {
    /// *Flags a LET or a LAMBDA that gives a name for the second time, so that one word means two
    /// things in one formula.*
    ///
    /// **Why** Readers take both for the same, and a change to one of them is made in the wrong
    /// place.
    ///
    /// **Example**
    /// ```formula
    /// =LET(x, A1, LET(x, B1, x*2)+x)
    /// =LET(rate, A1, MAP(B1:B9, LAMBDA(rate, rate*2)))
    /// =LET(x, A1, x, x+1, x)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(x, A1, LET(y, B1, y*2)+x)
    /// =LET(rate, A1, MAP(B1:B9, LAMBDA(price, price*rate)))
    /// =MAP(A1:A9, LAMBDA(x, x+1))+MAP(B1:B9, LAMBDA(x, x+2))
    /// ```
    ///
    /// **Limits** Names that begin with `_` are taken for ones that nobody reads. Only the first
    /// names of a very long LET are compared.
    "shadowed-name" {
        category: Complexity,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["LET", "LAMBDA"], check),
    }
}

/// The most names of one call that are compared with each other.
const MOST_COMPARED: usize = 40;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let Some((_, bindings)) = arguments.split_last() else {
        return;
    };
    let step = if function.name == "LET" { 2 } else { 1 };
    let names = bindings.iter().step_by(step).take(MOST_COMPARED);
    for (place, name) in names.clone().enumerate() {
        let word = formula.written(*name);
        let mut earlier = names.clone().take(place);
        let is_repeated = earlier.any(|other| equal_names(formula.written(*other), word));
        let is_shadowing = || scope::binding(context, call, word).is_some();
        if !word.starts_with('_') && (is_repeated || is_shadowing()) {
            findings.report(
                formula.span(*name),
                format!(
                    "{word} already has a meaning here, so one word stands for two things. Use \
                     another name."
                ),
            );
        }
    }
}
