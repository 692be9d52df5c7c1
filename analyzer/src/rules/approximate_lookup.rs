use crate::ast::{NodeId, NodeKind};
use crate::constant;
use crate::finding::Edit;
use crate::functions::Function;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags a lookup that settles for the nearest key when the key it looks for is missing.*
    ///
    /// **Why** VLOOKUP, HLOOKUP and MATCH look for the nearest key unless they are told not to, and
    /// then need a sorted column. On data that is not sorted, or when a key is missing, they give
    /// the value of another key, and nothing shows it.
    ///
    /// **Example**
    /// ```formula
    /// =VLOOKUP(B2, Prices!A:B, 2)
    /// =VLOOKUP(B2, Prices!A:B, 2, TRUE)
    /// =HLOOKUP(B2, Prices!A1:Z2, 2)
    /// =MATCH(B2, Prices!A2:A50)
    /// =MATCH(B2, Prices!A2:A50, -1)
    /// =LOOKUP(B2, Prices!A2:A50, Prices!B2:B50)
    /// =XLOOKUP(B2, Prices!A2:A50, Prices!B2:B50, "", -1)
    /// =XMATCH(B2, Prices!A2:A50, 1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =VLOOKUP(B2, Prices!A:B, 2, FALSE)
    /// =VLOOKUP(B2, Prices!A:B, 2, 0)
    /// =VLOOKUP(B2, Prices!A:B, 2,)
    /// =HLOOKUP(B2, Prices!A1:Z2, 2, FALSE)
    /// =MATCH(B2, Prices!A2:A50, 0)
    /// =XLOOKUP(B2, Prices!A2:A50, Prices!B2:B50)
    /// =XMATCH(B2, Prices!A2:A50)
    /// ```
    ///
    /// **Limits** A match type that is read from a cell is not judged. A lookup in bands, such as
    /// tax rates by income, is meant to be approximate: silence it with that reason.
    "approximate-lookup" {
        category: Risk,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(
            &["VLOOKUP", "HLOOKUP", "MATCH", "LOOKUP", "XLOOKUP", "XMATCH"],
            check,
        ),
    }
}

/// Where a lookup says how to match, and what it does when it says nothing.
struct MatchArgument {
    /// The argument's index, from 0.
    index: usize,
    /// Its place in words.
    ordinal: &'static str,
    /// Whether leaving it out means the nearest match.
    nearest_by_default: bool,
    /// What asks for the exact match.
    exact: &'static str,
    /// Whether a constant of this value asks for the nearest match.
    is_nearest: fn(f64) -> bool,
}

/// `None` for LOOKUP, which can only find the nearest match.
fn match_argument(function: &Function) -> Option<MatchArgument> {
    let not_zero = |value: f64| value != 0.0;
    // 2 asks for wildcards and 3 for a regular expression: both are exact about what they find.
    let next_larger_or_smaller = |value: f64| [1.0, -1.0].contains(&value);
    let (index, ordinal, nearest_by_default, exact, is_nearest): (_, _, _, _, fn(f64) -> bool) =
        match function.name {
            "VLOOKUP" | "HLOOKUP" => (3, "4th", true, "FALSE", not_zero),
            "MATCH" => (2, "3rd", true, "0", not_zero),
            "XLOOKUP" => (4, "5th", false, "0", next_larger_or_smaller),
            "XMATCH" => (2, "3rd", false, "0", next_larger_or_smaller),
            _ => return None,
        };
    Some(MatchArgument {
        index,
        ordinal,
        nearest_by_default,
        exact,
        is_nearest,
    })
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    let name = function.name;
    let Some(how) = match_argument(function) else {
        findings.report(
            formula.span(call),
            "LOOKUP always takes the nearest key, so on data that is not sorted, or for a key \
             that is missing, it gives the value of another key. Use XLOOKUP instead.",
        );
        return;
    };
    let (exact, ordinal) = (how.exact, how.ordinal);
    match arguments.get(how.index) {
        Some(argument) => {
            let nearest = constant::number(formula, *argument).is_some_and(how.is_nearest);
            if nearest {
                let exact = written_like(formula.kind_inside(*argument), exact);
                findings
                    .report(
                        formula.span(call),
                        format!(
                            "The {ordinal} argument of this {name} asks for the nearest key, so \
                             for a key that is missing it gives the value of another key. Write \
                             {exact} as {ordinal} argument."
                        ),
                    )
                    .unsafe_fix(
                        format!("Make the {ordinal} argument {exact}"),
                        vec![Edit {
                            span: formula.span(*argument),
                            text: exact.to_owned(),
                        }],
                    );
            }
        }
        None if how.nearest_by_default && arguments.len() == how.index => {
            let Some((separator, end)) = separator_and_end(context, arguments) else {
                return;
            };
            findings
                .report(
                    formula.span(call),
                    format!(
                        "{name} without a {ordinal} argument takes the nearest key, so on data \
                         that is not sorted, or for a key that is missing, it gives the value of \
                         another key. Add {exact} as {ordinal} argument."
                    ),
                )
                .unsafe_fix(
                    format!("Add {exact} as {ordinal} argument"),
                    vec![Edit {
                        span: Span::at(end),
                        text: format!("{separator}{exact}"),
                    }],
                );
        }
        None => {}
    }
}

/// FALSE where the formula writes TRUE, 0 where it writes a number.
fn written_like(argument: NodeKind, exact: &'static str) -> &'static str {
    match argument {
        NodeKind::Boolean(_) => "FALSE",
        NodeKind::Number(_) => "0",
        _ => exact,
    }
}

/// The separator between the last two arguments as this formula writes it, spaces included, and
/// the byte after the last argument.
fn separator_and_end<'a>(context: &Context<'a>, arguments: &[NodeId]) -> Option<(&'a str, u32)> {
    let [.., before, last] = arguments else {
        return None;
    };
    let (before, last) = (context.formula.span(*before), context.formula.span(*last));
    let separator = Span::new(before.end, last.start).of(context.formula.source);
    Some((separator, last.end))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn the_fix_follows_the_separator_of_the_formula() {
        assert_eq!(
            fixed(&RULE, "=VLOOKUP(B2, Sheet1!A:B, 2)"),
            "=VLOOKUP(B2, Sheet1!A:B, 2, FALSE)"
        );
        assert_eq!(fixed(&RULE, "=MATCH(B2;A:A)"), "=MATCH(B2;A:A;0)");
    }

    #[test]
    fn the_fix_keeps_the_kind_of_value() {
        assert_eq!(fixed(&RULE, "=VLOOKUP(B2,A:B,2,1)"), "=VLOOKUP(B2,A:B,2,0)");
        assert_eq!(fixed(&RULE, "=MATCH(B2,A:A,TRUE)"), "=MATCH(B2,A:A,FALSE)");
    }

    #[test]
    fn an_argument_left_out_by_a_separator_means_exact() {
        assert!(flagged(&RULE, "=MATCH(B2,A:A,)").is_empty());
    }

    #[test]
    fn the_whole_call_is_marked() {
        assert_eq!(
            flagged(&RULE, "=1+VLOOKUP(B2,A:B,2)*2"),
            ["VLOOKUP(B2,A:B,2)"]
        );
    }
}
