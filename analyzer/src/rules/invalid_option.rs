use crate::ast::{Formula, NodeId};
use crate::constant;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an argument that the function does not accept: `DATEDIF(A1, B1, "days")`.*
    ///
    /// **Why** The function gives an error, whatever the cells hold.
    ///
    /// **Example**
    /// ```formula
    /// =DATEDIF(A1, B1, "days")
    /// =SUBTOTAL(12, A1:A9)
    /// =LARGE(A1:A9, 0)
    /// =IMPORTHTML("https://example.org", "tables", 1)
    /// =PERCENTILE(A1:A9, 90)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =DATEDIF(A1, B1, "D")
    /// =SUBTOTAL(109, A1:A9)
    /// =LARGE(A1:A9, 1)
    /// =IMPORTHTML("https://example.org", "table", 1)
    /// =PERCENTILE(A1:A9, 0.9)
    /// =DATEDIF(A1, B1, C1)
    /// ```
    ///
    /// **Limits** Only values that are written out, and only options that Google documents.
    "invalid-option" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(
            &[
                "BASE", "DATEDIF", "DECIMAL", "IMAGE", "IMPORTHTML", "LARGE", "LEFT", "MID",
                "PERCENTILE", "PERCENTILE.INC", "QUARTILE", "QUARTILE.INC", "REPT", "RIGHT",
                "SMALL", "SUBTOTAL", "XLOOKUP", "XMATCH", "YEARFRAC",
            ],
            check,
        ),
    }
}

/// What an argument may be.
#[derive(Clone, Copy)]
enum Accepted {
    /// One of these texts, case aside.
    Texts(&'static [&'static str]),
    /// A number in one of these ranges, both ends included. What follows the point is cut off.
    Whole(&'static [(f64, f64)]),
    /// A number in this range, both ends included.
    Between(f64, f64),
}

/// The options of a function: which argument, from 0, and what it may be.
fn options(function: &str) -> &'static [(usize, Accepted)] {
    use Accepted::{Between, Texts, Whole};

    const NOT_NEGATIVE: Accepted = Between(0.0, f64::MAX);
    match function {
        "BASE" | "DECIMAL" => &[(1, Whole(&[(2.0, 36.0)]))],
        "DATEDIF" => &[(2, Texts(&["Y", "M", "D", "MD", "YM", "YD"]))],
        "IMAGE" => &[(1, Whole(&[(1.0, 4.0)]))],
        "IMPORTHTML" => &[(1, Texts(&["table", "list"]))],
        "LARGE" | "SMALL" => &[(1, Between(1.0, f64::MAX))],
        "LEFT" | "RIGHT" | "REPT" => &[(1, NOT_NEGATIVE)],
        "MID" => &[(1, Between(1.0, f64::MAX)), (2, NOT_NEGATIVE)],
        "PERCENTILE" | "PERCENTILE.INC" => &[(1, Between(0.0, 1.0))],
        "QUARTILE" | "QUARTILE.INC" => &[(1, Whole(&[(0.0, 4.0)]))],
        "SUBTOTAL" => &[(0, Whole(&[(1.0, 11.0), (101.0, 111.0)]))],
        "XLOOKUP" => &[
            (4, Whole(&[(-1.0, 3.0)])),
            (5, Whole(&[(-2.0, -1.0), (1.0, 2.0)])),
        ],
        "XMATCH" => &[
            (2, Whole(&[(-1.0, 3.0)])),
            (3, Whole(&[(-2.0, -1.0), (1.0, 2.0)])),
        ],
        "YEARFRAC" => &[(2, Whole(&[(0.0, 4.0)]))],
        _ => &[],
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, arguments)) = formula.call(call) else {
        return;
    };
    for (place, accepted) in options(function.name) {
        let Some(argument) = arguments.get(*place) else {
            continue;
        };
        if let Some(expected) = refusal(formula, *argument, *accepted) {
            findings.report(
                formula.span(*argument),
                format!(
                    "{} does not accept {} here, so it gives an error. Use {expected}.",
                    function.name,
                    formula.written(*argument)
                ),
            );
        }
    }
}

/// What is accepted in place of the argument; `None` if the argument is, or is not known.
fn refusal(formula: Formula<'_>, argument: NodeId, accepted: Accepted) -> Option<String> {
    let number = constant::number(formula, argument);
    match accepted {
        Accepted::Texts(texts) => {
            let text = formula.text(formula.inside(argument))?;
            let is_one = texts
                .iter()
                .any(|known| known.eq_ignore_ascii_case(text.trim()));
            (!is_one).then(|| {
                let quoted: Vec<_> = texts.iter().map(|text| format!("\"{text}\"")).collect();
                format!("one of {}", quoted.join(", "))
            })
        }
        Accepted::Whole(ranges) => {
            let number = number?.trunc();
            let is_in = |(from, to): &(f64, f64)| (*from..=*to).contains(&number);
            (!ranges.iter().any(is_in)).then(|| {
                let ranges: Vec<_> = ranges
                    .iter()
                    .map(|(from, to)| format!("{from} to {to}"))
                    .collect();
                format!("a number from {}", ranges.join(" or "))
            })
        }
        Accepted::Between(from, to) => {
            let number = number?;
            (!(from..=to).contains(&number)).then(|| match to {
                f64::MAX => format!("a number of at least {from}"),
                _ => format!("a number from {from} to {to}"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{flagged, messages};

    #[test]
    fn the_message_names_what_is_accepted() {
        assert_eq!(
            messages(&RULE, "=SUBTOTAL(50,A1:A9)"),
            [
                "SUBTOTAL does not accept 50 here, so it gives an error. Use a number from 1 to 11 \
                 or 101 to 111."
            ]
        );
    }

    #[test]
    fn letter_case_and_fractions_are_accepted() {
        assert!(flagged(&RULE, "=DATEDIF(A1,B1,\"ym\")").is_empty());
        assert!(flagged(&RULE, "=SUBTOTAL(9.5,A1:A9)").is_empty());
        assert!(flagged(&RULE, "=LEFT(A1,LEN(A1)-3)").is_empty());
    }
}
