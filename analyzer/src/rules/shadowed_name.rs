use crate::ast::NodeKind;
use crate::names::{Known, NameOf};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a name of LET or LAMBDA that hides another name.*
    ///
    /// **Why** From there on the name means something else, and who reads or changes the formula
    /// takes the one for the other.
    ///
    /// **Example**
    /// ```formula
    /// =LET(rate, A1, total, LET(rate, B1, rate*C1), total*rate)
    /// =MAP(A1:A9, LAMBDA(x, SUM(MAP(B1:B9, LAMBDA(x, x*2)))+x))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(rate, A1, discount, B1, discount*C1*rate)
    /// =MAP(A1:A9, LAMBDA(x, SUM(MAP(B1:B9, LAMBDA(y, y*2)))+x))
    /// =LET(total, LET(x, A1, x*2), other, LET(x, B1, x*3), total+other)
    /// ```
    ///
    /// **Limits** A named range that is hidden is found only where the spreadsheet's names are
    /// known. A name that looks like a cell hides that cell and is left alone, and so is one that
    /// begins with `_`, which nobody is meant to read.
    "shadowed-name" {
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
        if formula.kind(binding.name) != NodeKind::Name {
            continue;
        }
        let written = formula.written(binding.name);
        // A name that nobody is to read.
        if written.starts_with('_') {
            continue;
        }
        let hidden = if binding.hides.is_some() {
            "a name given before it"
        } else if context.names().look_up(NameOf::Range, written) == Known::Defined {
            "the named range of this name"
        } else {
            continue;
        };
        findings.report(
            formula.span(binding.name),
            format!(
                "This {} hides {hidden}, so the same word means two things. Give it a name of its \
                 own.",
                written.to_lowercase()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::names::{NameOf, Names};
    use crate::rules::testing::{findings_in_workbook, flagged};

    #[test]
    fn the_hiding_name_is_marked_in_any_case() {
        let formula = "=LET(net,A1,LET(Net,B1,net))";
        assert_eq!(flagged(&RULE, formula), ["Net"]);
        assert_eq!(flagged(&RULE, "=LET(net,A1,net,B1,net)"), ["net"]);
    }

    #[test]
    fn a_named_range_can_be_hidden() {
        let names = Names::default().with(NameOf::Range, ["Net"]);
        let count = |formula| findings_in_workbook(&RULE, &names, formula).len();
        assert_eq!(count("=LET(net,A1,net*2)"), 1);
        assert_eq!(count("=LET(gross,A1,gross*Net)"), 0);
    }
}
