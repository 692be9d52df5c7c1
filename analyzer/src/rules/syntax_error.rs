use crate::ast::Tree;
use crate::finding::Fix;
use crate::fix;
use crate::parser::parse_into;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that Google Sheets would refuse or could not read.*
    ///
    /// **Why** A formula that does not parse gives no result, and nothing else in it can be
    /// checked: no other rule and no policy looks at it.
    ///
    /// **Example**
    /// ```formula
    /// =SUM(A1:A3
    /// =A1 B1
    /// =A1)
    /// ="text
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A3)
    /// =A1*B1
    /// =(A1)
    /// ="text"
    /// ```
    ///
    /// **Limits** What Sheets accepts in a locale other than the one that the audit was given is
    /// reported here too.
    "syntax-error" {
        category: Error,
        severity: High,
        presets: [Recommended, Security, Fast, Icaew],
        sees: Text,
        check: Check::Broken(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let source = context.formula.source;
    let mut tree = Tree::default();
    for error in context.formula.tree.errors() {
        if findings.is_full() {
            return;
        }
        let reported = findings.report(error.span, error.message(source));
        let repair = error.repair(source);
        if let Some(repair) = repair.filter(|repair| helps(context, repair, &mut tree)) {
            reported.fix(repair);
        }
    }
}

/// Whether less is wrong after the repair: where much is broken, mending one part can break
/// another. The tree is for reading what is left.
fn helps(context: &Context<'_>, repair: &Fix, tree: &mut Tree) -> bool {
    let formula = context.formula;
    parse_into(tree, &fix::apply(formula.source, [repair]), context.locale);
    tree.errors().len() < formula.tree.errors().len()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, fixed_in_german};

    #[test]
    fn a_repair_that_leaves_as_much_broken_is_not_offered() {
        for formula in ["=`", "='!:", "=\"text+IF(A1=A2, \"same\", \"different\")"] {
            assert_eq!(fixed(&RULE, formula), formula);
        }
    }

    #[test]
    fn a_repair_is_one_in_the_locale_at_hand() {
        assert_eq!(fixed(&RULE, "=SUM(A1;B1"), "=SUM(A1;B1)");
        assert_eq!(fixed_in_german(&RULE, "=SUM(1.5;B1)"), "=SUM(1,5;B1)");
    }
}
