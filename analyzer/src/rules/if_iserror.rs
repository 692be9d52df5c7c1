use crate::ast::NodeId;
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags `IF(ISERROR(x), y, x)`, which says the same as `IFERROR(x, y)` with more words.*
    ///
    /// **Why** The expression stands there twice and is calculated twice, and when one of the two is
    /// changed the other is forgotten.
    ///
    /// **Example**
    /// ```formula
    /// =IF(ISERROR(A1/B1), 0, A1/B1)
    /// =IF(ISNA(VLOOKUP(A1, B:C, 2, FALSE)), "", VLOOKUP(A1, B:C, 2, FALSE))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IFERROR(A1/B1, 0)
    /// =IFNA(VLOOKUP(A1, B:C, 2, FALSE), "")
    /// =IF(ISERROR(A1), 0, B1)
    /// ```
    ///
    /// **Limits** ISERR, which lets `#N/A` pass, has no such short form.
    "if-iserror" {
        category: Complexity,
        severity: Info,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["IF"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [condition, instead, value])) = formula.call(call) else {
        return;
    };
    let Some((test, [tested])) = formula.call(formula.inside(*condition)) else {
        return;
    };
    let short = match test.name {
        "ISERROR" => "IFERROR",
        "ISNA" => "IFNA",
        _ => return,
    };
    if !subtree::same(formula, *tested, *value) || !subtree::is_steady(formula, *tested) {
        return;
    }
    let (value, instead) = (formula.written(*value), formula.written(*instead));
    let between = crate::span::Span::new(formula.span(*condition).end, formula.span(call).end);
    let separator = if between.of(formula.source).starts_with(';') {
        ";"
    } else {
        ","
    };
    findings
        .report(
            formula.span(call),
            format!(
                "The expression stands here twice, so it is calculated twice and can come to \
                 differ. Use {short}."
            ),
        )
        .safe_fix(
            format!("Use {short}"),
            vec![Edit {
                span: formula.span(call),
                text: format!("{short}({value}{separator}{instead})"),
            }],
        );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_fix_keeps_the_separator() {
        assert_eq!(
            fixed(&RULE, "=1+IF(ISERROR(A1/B1);0;A1/B1)"),
            "=1+IFERROR(A1/B1;0)"
        );
        assert_eq!(fixed(&RULE, "=IF(isna(A1),\"\",A1)"), "=IFNA(A1,\"\")");
    }
}
