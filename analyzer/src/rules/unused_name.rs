use crate::ast::NodeKind;
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
    for binding in context.scopes().bindings() {
        // A parameter of LAMBDA has no value beside it.
        let is_note = binding
            .value
            .is_none_or(|value| formula.kind(value) == NodeKind::Text);
        if binding.uses > 0 || is_note || formula.kind(binding.name) != NodeKind::Name {
            continue;
        }
        let written = formula.written(binding.name).to_lowercase();
        findings.report(
            formula.span(binding.name),
            format!(
                "LET defines {written} and nothing uses it. Use it where it was meant, or remove \
                 it."
            ),
        );
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
    fn a_use_counts_for_the_innermost_name() {
        let formula = "=LET(rate,A1,LET(rate,B1,rate*2))";
        assert_eq!(flagged(&RULE, formula), ["rate"]);
        assert_eq!(flagged(&RULE, "=LET(rate,A1,B1)+rate"), ["rate"]);
    }

    #[test]
    fn the_name_is_marked() {
        assert_eq!(flagged(&RULE, "=LET(a_1,A1,b_1,A2,b_1)"), ["a_1"]);
    }
}
