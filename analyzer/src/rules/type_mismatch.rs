use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::condition::is_comparison;
use crate::finding::Edit;
use crate::kind::{self, Kind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags an operation on values of kinds that do not fit: `LEFT(A1, 2)=10`, `YEAR(A1)="2024"`,
    /// `"n/a"+1`.*
    ///
    /// **Why** To Sheets a number never equals a text, whatever both look like, and it can not
    /// calculate with words. The condition is always the same, or the cell shows an error.
    ///
    /// **Example**
    /// ```formula
    /// =IF(LEFT(A1, 2)=10, "yes", "no")
    /// =IF(YEAR(A1)="2024", B1, 0)
    /// =A1&B1>10
    /// =ISBLANK(A1)="TRUE"
    /// =A1+"n/a"
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(LEFT(A1, 2)="10", "yes", "no")
    /// =IF(YEAR(A1)=2024, B1, 0)
    /// =VALUE(A1&B1)>10
    /// =ISBLANK(A1)
    /// =A1="10"
    /// =A1+"5"
    /// ```
    ///
    /// **Limits** Only what operators, texts, numbers and well-known functions tell is used; what a
    /// cell holds is not known.
    "type-mismatch" {
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
    if kind::is_arithmetic(operator) {
        for operand in [left, right] {
            let operand = formula.inside(operand);
            if formula.text(operand).is_some_and(|text| is_words(&text)) {
                findings.report(
                    formula.span(operand),
                    "This text is no number, so a calculation with it gives an error. Use a \
                     number, or join texts with &.",
                );
            }
        }
        return;
    }
    if !is_comparison(operator) {
        return;
    }
    let written = [left, right].map(|side| formula.text(formula.inside(side)));
    // Which of two is larger, where one is a text written out, is for rules of its own.
    if kind::compares_sizes(operator) && written.iter().any(Option::is_some) {
        return;
    }
    let (Some(one), Some(other)) = (kind::of(formula, left), kind::of(formula, right)) else {
        return;
    };
    if one == other || one != Kind::Text && other != Kind::Text {
        return;
    }
    let result = if operator == InfixOperator::Equal {
        "always FALSE"
    } else {
        "always the same"
    };
    let other_kind = match (one, other) {
        (Kind::Boolean, _) | (_, Kind::Boolean) => "TRUE or FALSE",
        _ => "a number",
    };
    let reported = findings.report(
        formula.span(id),
        format!(
            "A text is compared with {other_kind} here, and to Sheets they are never equal, so \
             this is {result}. Compare values of one kind."
        ),
    );
    if let Some((title, edit)) = mend(formula, left, right).or_else(|| mend(formula, right, left)) {
        reported.unsafe_fix(title, vec![edit]);
    }
}

/// Whether the text is made of words, so that it can not be read as a number, a date or a truth
/// value.
fn is_words(text: &str) -> bool {
    let is_boolean = ["TRUE", "FALSE"]
        .iter()
        .any(|word| text.trim().eq_ignore_ascii_case(word));
    !is_boolean && text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_numeric)
}

/// Makes a whole number that is written out on one side the kind that the other side gives.
fn mend(formula: Formula<'_>, side: NodeId, other: NodeId) -> Option<(&'static str, Edit)> {
    let side = formula.inside(side);
    let is_digits = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() && text.len() < 16
    };
    let span = formula.span(side);
    let (title, text) = match (formula.kind(side), kind::of(formula, other)?) {
        (NodeKind::Number(_), Kind::Text) if is_digits(formula.written(side)) => (
            "Put the number in quotes",
            format!("\"{}\"", formula.written(side)),
        ),
        (NodeKind::Text, Kind::Number) => {
            let text = formula.text(side).filter(|text| is_digits(text))?;
            ("Remove the quotes", text.into_owned())
        }
        _ => return None,
    };
    Some((title, Edit { span, text }))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn the_side_that_is_written_out_is_mended() {
        assert_eq!(fixed(&RULE, "=LEFT(A1,2)=10"), "=LEFT(A1,2)=\"10\"");
        assert_eq!(fixed(&RULE, "=(\"7\")<>MONTH(A1)"), "=(7)<>MONTH(A1)");
        assert_eq!(fixed(&RULE, "=LEN(A1)=\"\""), "=LEN(A1)=\"\"");
    }

    #[test]
    fn texts_that_sheets_reads_are_left_alone() {
        for formula in [
            "=A1+\"1 Jan 2024\"",
            "=A1*\"5%\"",
            "=\"TRUE\"+1",
            "=A1+\"\"",
        ] {
            assert!(flagged(&RULE, formula).is_empty(), "{formula}");
        }
    }

    #[test]
    fn truth_values_and_numbers_are_not_compared_here() {
        assert!(flagged(&RULE, "=ISBLANK(A1)=1").is_empty());
        assert!(flagged(&RULE, "=(A1>0)=TRUE").is_empty());
    }
}
