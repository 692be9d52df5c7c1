use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that is written over more than a few lines.*
    ///
    /// **Why** The formula bar shows only the first of them until somebody opens it, so most readers
    /// see a part and take it for the whole.
    ///
    /// **Example**
    /// ```formula {"max": 3}
    /// "=IF(\n  A1>0,\n  B1,\n  C1)"
    /// ```
    ///
    /// **Instead**
    /// ```formula {"max": 3}
    /// =IF(A1>0, B1, C1)
    /// "=IF(A1>0,\n  B1,\n  C1)"
    /// ```
    ///
    /// **Limits** Line breaks inside of a text count too. A long formula is easier to read on
    /// several lines than on one: this is about how much there is, not about how it is set.
    "many-lines" {
        category: Complexity,
        severity: Info,
        presets: [],
        settings: ["max": 15 "How many lines a formula may have."],
        sees: Text,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let formula = context.formula;
    if formula.source.lines().nth(max).is_some() {
        findings.report(
            formula.whole(),
            format!(
                "The formula has more than {max} lines, of which the formula bar shows the first \
                 ones. Put steps into cells of their own."
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn lines_are_counted() {
        let sum = |lines: usize| format!("={}1", "1+\n".repeat(lines - 1));
        assert!(flagged(&RULE, &sum(15)).is_empty());
        assert_eq!(flagged(&RULE, &sum(16)).len(), 1);
    }
}
