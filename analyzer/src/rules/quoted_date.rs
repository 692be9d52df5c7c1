use crate::ast::{NodeId, NodeKind};
use crate::finding::Edit;
use crate::kind;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a date in quotes that something is compared with by size: `A1>"2024-12-31"`.*
    ///
    /// **Why** In quotes it is a text, a date in a cell is a number, and to Sheets every text is
    /// larger than every number: the comparison does not look at the days.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>"2024-12-31", "new", "old")
    /// =SUMPRODUCT((A1:A9<="1/31/2024")*B1:B9)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>DATE(2024, 12, 31), "new", "old")
    /// =COUNTIF(A1:A9, ">2024-12-31")
    /// =IF(TEXT(A1, "yyyy-mm-dd")>"2024-12-31", 1, 0)
    /// =IF(A1="2024-12-31", 1, 0)
    /// ```
    ///
    /// **Limits** A cell that holds its date as text is compared as text; which it is can not be
    /// seen. So is a comparison with a function that gives a text, which is left alone.
    "quoted-date" {
        category: Error,
        severity: Medium,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::INFIX, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Infix(operator, left, right) = formula.kind(id) else {
        return;
    };
    if !kind::compares_sizes(operator) {
        return;
    }
    for (quoted, other) in [(left, right), (right, left)] {
        let quoted = formula.inside(quoted);
        if formula.text(quoted).is_some_and(|text| is_date(&text))
            && kind::may_be_number(formula, other)
        {
            let span = formula.span(quoted);
            findings
                .report(
                    span,
                    "A date in quotes is a text, and every text is larger than every date, so \
                     this comparison does not look at the days. Use DATE or DATEVALUE.",
                )
                .unsafe_fix(
                    "Read the text as a date with DATEVALUE",
                    vec![Edit {
                        span,
                        text: format!("DATEVALUE({})", formula.written(quoted)),
                    }],
                );
        }
    }
}

/// Whether the text is three numbers with the same separator, as a date is written.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    ['-', '/', '.'].iter().any(|separator| {
        let parts = text.split(*separator);
        let is_part = |part: &str| {
            matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.clone().count() == 3 && parts.clone().all(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn the_fix_keeps_the_text() {
        assert_eq!(
            fixed(&RULE, "=A1>=(\"2024-01-15\")"),
            "=A1>=(DATEVALUE(\"2024-01-15\"))"
        );
    }

    #[test]
    fn versions_and_numbers_are_no_dates() {
        for text in ["1.2", "1.2.3.4", "2024", "10-20000-1", "a/b/c"] {
            assert!(
                flagged(&RULE, &format!("=A1>\"{text}\"")).is_empty(),
                "{text}"
            );
        }
    }
}
