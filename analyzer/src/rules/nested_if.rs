use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags IFs that are nested in one another more than a few levels deep.*
    ///
    /// **Why** Each level doubles the cases that a reader has to keep in mind, and the order of the
    /// conditions decides the result without showing it.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>90,"A",IF(A1>80,"B",IF(A1>70,"C",IF(A1>60,"D","E"))))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IFS(A1>90,"A",A1>80,"B",A1>70,"C",A1>60,"D",TRUE,"E")
    /// =IF(A1>90,"A",IF(A1>80,"B",IF(A1>70,"C","D")))
    /// ```
    ///
    /// **Limits** Only IF counts; IFS, SWITCH and CHOOSE are what to use instead.
    "nested-if" {
        category: Complexity,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        settings: ["max": 3 (Fast: 1) "How many IFs may stand inside one another, the outermost counted."],
        sees: Template,
        check: Check::Calls(&["IF"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    let mut outermost = call;
    let mut levels = 1;
    for place in context.enclosing_calls(call) {
        if place.is_call_of(&["IF"]) {
            outermost = place.call;
            levels += 1;
        }
    }
    // The first IF that is one level too deep speaks for all that are deeper or beside it.
    let first = !findings.has_reported_at(context.formula.span(outermost));
    if levels > max && first {
        findings.report(
            context.formula.span(outermost),
            format!(
                "More than {max} IFs are nested in one another, so that few readers can tell \
                 which case gives which result. Use IFS, SWITCH or a lookup in a table."
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn one_nest_is_reported_once_at_its_outermost_if() {
        let nest = "IF(A1,1,IF(A2,2,IF(A3,IF(A4,4,5),IF(A5,5,6))))";
        assert_eq!(flagged(&RULE, &format!("=1+{nest}")), [nest]);
    }

    #[test]
    fn ifs_side_by_side_are_not_nested() {
        assert!(flagged(&RULE, "=IF(A1,1,2)+IF(A2,1,2)+IF(A3,1,2)+IF(A4,1,2)").is_empty());
    }
}
