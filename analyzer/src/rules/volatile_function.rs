use crate::ast::{NodeId, NodeKind};
use crate::functions::Volatility;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a function whose result changes on its own: NOW, TODAY, RAND and their like.*
    ///
    /// **Why** The same sheet shows other figures tomorrow, so a result can not be reproduced, and
    /// every cell that reads one is calculated again at each edit.
    ///
    /// **Example**
    /// ```formula
    /// =TODAY()-A1
    /// =IF(A1<NOW(), "late", "")
    /// =RANDBETWEEN(1, 6)
    /// =SUM(OFFSET(A1, 0, 0, 5, 1))
    /// =INDIRECT("A" & B1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =Inputs!$B$1-A1
    /// =SUM(A1:INDEX(A:A, 5))
    /// =INDEX(A:A, B1)
    /// ```
    ///
    /// **Limits** A cell that reads a volatile cell is not flagged itself.
    "volatile-function" {
        category: Risk,
        severity: Low,
        presets: [Recommended, Fast],
        settings: ["references": 1 "Whether OFFSET and INDIRECT count too: 1 for yes, 0 for no."],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let NodeKind::Call { name, .. } = context.formula.kind(id) else {
        return;
    };
    let Some((function, _)) = context.formula.call(id) else {
        return;
    };
    let called = function.name;
    let message = match (function.volatility, called) {
        (Volatility::Reference, _) if context.setting(0) > 0 => format!(
            "{called} makes its reference only when it is calculated, so it is calculated at each \
             edit and no one can see which cells it reads. Use INDEX or a range instead."
        ),
        (Volatility::Always, "TODAY" | "NOW") => format!(
            "{called} changes on its own, so the same sheet gives other results later and can not \
             be reproduced. Put the date into an input cell and refer to that."
        ),
        (Volatility::Always, _) => format!(
            "{called} gives another result at each calculation, so what depends on it can not be \
             reproduced. Keep its results as values."
        ),
        _ => return,
    };
    findings.report(name, message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn the_name_is_marked_in_any_case() {
        assert_eq!(flagged(&RULE, "=today()-A1"), ["today"]);
    }

    #[test]
    fn names_in_texts_and_sheets_are_no_calls() {
        assert!(flagged(&RULE, "=\"NOW()\"&'TODAY'!A1").is_empty());
    }
}
