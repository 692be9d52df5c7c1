use crate::ast::{NodeId, NodeKind};
use crate::finding::Edit;
use crate::kind;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a number in quotes that something is compared with by size: `A1>"10"`.*
    ///
    /// **Why** In quotes it is a text, and to Sheets every text is larger than every number: the
    /// comparison does not look at the value.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1>"10", "high", "low")
    /// =IF("0.5"<=B1, 1, 0)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1>10, "high", "low")
    /// =COUNTIF(A1:A9, ">10")
    /// =IF(A1="10", 1, 0)
    /// =IF(TEXT(A1, "0")>"10", 1, 0)
    /// ```
    ///
    /// **Limits** `A1="10"` is left alone: codes are often texts. So is a comparison with a function
    /// that gives a text.
    "quoted-number" {
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
        let Some(number) = formula.text(quoted).filter(|text| is_number(text)) else {
            continue;
        };
        let point = if context.locale.decimal_comma {
            ","
        } else {
            "."
        };
        if kind::may_be_number(formula, other) {
            findings
                .report(
                    formula.span(quoted),
                    "A number in quotes is a text, and every text is larger than every number, \
                     so this comparison does not look at the value. Remove the quotes.",
                )
                .unsafe_fix(
                    "Remove the quotes",
                    vec![Edit {
                        span: formula.span(quoted),
                        text: number.trim().replace('.', point),
                    }],
                );
        }
    }
}

/// Whether the text is a number as `1.5`, `-.5` and `1E+3` are.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix('-').unwrap_or(text);
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (text, None),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && are_digits(text)
    };
    are_digits(whole)
        && are_digits(decimals)
        && whole.len() + decimals.len() > 0
        && exponent.is_none_or(is_exponent)
}

#[cfg(test)]
mod tests {
    use super::{RULE, is_number};
    use crate::rules::testing::{fixed, fixed_in_german};

    #[test]
    fn the_number_is_written_as_the_locale_has_it() {
        assert_eq!(fixed(&RULE, "=\"0.5\"<=B1"), "=0.5<=B1");
        assert_eq!(fixed_in_german(&RULE, "=\"0.5\"<=B1"), "=0,5<=B1");
    }

    #[test]
    fn what_only_programs_call_a_number_is_none() {
        for number in ["1", "-1.5", ".5", "1.", "1e5", "-2.5E-3"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["", "-", ".", "-inf", "-nan", "1e", "e5", "1.2.3", "0x1"] {
            assert!(!is_number(other), "{other}");
        }
    }
}
