use crate::ast::{NodeId, NodeKind};
use crate::functions::Function;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a call with fewer or more arguments than the function takes.*
    ///
    /// **Why** The cell shows an error, and so does every cell that reads it.
    ///
    /// **Example**
    /// ```formula
    /// =VLOOKUP(A1, B:C)
    /// =ABS(A1, B1)
    /// =SUMIFS(A1:A9, B1:B9)
    /// =PI(1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =VLOOKUP(A1, B:C, 2, FALSE)
    /// =ABS(A1-B1)
    /// =SUMIFS(A1:A9, B1:B9, "x")
    /// =PI()
    /// ```
    ///
    /// **Limits** An argument that is left empty between separators counts as given.
    "wrong-argument-count" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let NodeKind::Call { name, .. } = context.formula.kind(id) else {
        return;
    };
    let Some((function, arguments)) = context.formula.call(id) else {
        return;
    };
    let given = arguments.len();
    if function.accepts(given) {
        return;
    }
    findings.report(
        name,
        format!(
            "{} takes {} and is given {given}, so the cell shows an error. Give it ({}).",
            function.name,
            expected(function),
            function.parameters
        ),
    );
}

/// How many arguments the function takes, in words.
fn expected(function: &Function) -> String {
    let plural = |count: u16| if count == 1 { "" } else { "s" };
    match (function.min_arguments, function.max_arguments) {
        (0, Some(0)) => "no argument".to_owned(),
        (min, Some(max)) if min == max => format!("{min} argument{}", plural(min)),
        (min, Some(max)) => format!("{min} to {max} arguments"),
        (min, None) => format!("at least {min} argument{}", plural(min)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{flagged, messages};

    #[test]
    fn the_message_says_what_the_function_takes() {
        assert_eq!(
            messages(&RULE, "=VLOOKUP(A1,B:C)"),
            [
                "VLOOKUP takes 3 to 4 arguments and is given 2, so the cell shows an error. Give it \
              (search_key; range; index; [is_sorted])."
            ]
        );
    }

    #[test]
    fn an_empty_argument_counts() {
        assert!(flagged(&RULE, "=IF(A1,,0)").is_empty());
        assert_eq!(flagged(&RULE, "=ABS(A1,)"), ["ABS"]);
    }
}
