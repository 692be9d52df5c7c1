use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a name that LET defines and nothing in it uses.*
    ///
    /// **Why** It is calculated for nothing, and readers look for where it matters: most often the
    /// name was meant to be used.
    ///
    /// **Example**
    /// ```formula
    /// =LET(net, A1*B1, tax, net*C1, net)
    /// =LET(x, 1, A1+1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(net, A1*B1, tax, net*C1, net+tax)
    /// =LET(f, LAMBDA(x, x+1), f(A1))
    /// =MAP(A1:A9, B1:B9, LAMBDA(a, b, a))
    /// =LET(note, "net of discounts", A1-B1)
    /// ```
    ///
    /// **Limits** Parameters of LAMBDA are left alone, since who calls it decides how many there
    /// must be. So is a name for a text, which some use as a note,
    /// and one that looks like a cell.
    "unused-name" {
        category: Complexity,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let defined: BTreeMap<NodeId, NodeId> = formula
        .nodes()
        .filter_map(|(id, _)| formula.call(id))
        .filter(|(function, _)| function.name == "LET")
        .flat_map(|(_, arguments)| arguments.chunks_exact(2))
        .filter_map(|pair| Some((*pair.first()?, *pair.last()?)))
        .filter(|(name, _)| formula.kind(*name) == NodeKind::Name)
        .collect();
    if defined.is_empty() {
        return;
    }
    // A name counts as used wherever the formula reads it: which of two definitions is meant
    // would take more to tell than it gains.
    let used: BTreeSet<String> = formula
        .nodes()
        .filter(|(id, _)| !defined.contains_key(id))
        .filter_map(|(id, node)| match node.kind {
            NodeKind::Name | NodeKind::Reference(_) => Some(formula.written(id)),
            NodeKind::Call { name, .. } => Some(name.of(formula.source)),
            _ => None,
        })
        .map(str::to_lowercase)
        .collect();
    for (name, value) in defined {
        let written = formula.written(name).to_lowercase();
        let is_note = formula.kind(value) == NodeKind::Text;
        if !is_note && !used.contains(&written) {
            findings.report(
                formula.span(name),
                format!(
                    "LET defines {written} and nothing uses it. Use it where it was meant, or \
                     remove it."
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn a_name_is_used_in_any_case_and_as_a_function() {
        assert!(flagged(&RULE, "=LET(Größe,A1,f,LAMBDA(x,x),F(größe))").is_empty());
    }

    #[test]
    fn the_name_is_marked() {
        assert_eq!(flagged(&RULE, "=LET(a_1,A1,b_1,A2,b_1)"), ["a_1"]);
    }
}
