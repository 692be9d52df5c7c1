use std::collections::BTreeSet;

use crate::ast::{Formula, NodeKind};
use crate::finding::{Edit, Severity};
use crate::functions;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags a call of a function that Google Sheets does not have.*
    ///
    /// **Why** The cell shows `#NAME?`, and so does every cell that reads it.
    ///
    /// **Example**
    /// ```formula
    /// =VLOKUP(A1, B:C, 2, FALSE)
    /// =TEXTSPLIT(A1, ",")
    /// =WENN(A1>0, 1, 2)
    /// =NORM.DISTRIBUTION(A1, 0, 1, TRUE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =VLOOKUP(A1, B:C, 2, FALSE)
    /// =SPLIT(A1, ",")
    /// =LET(double, LAMBDA(x, x*2), double(A1))
    /// =NET_PRICE(A1)
    /// =getPrice(A1)
    /// ```
    ///
    /// **Limits** Named functions and custom functions of Apps Script are not known here. A name
    /// with an underscore, or in camelCase, is taken for one of them; another name that is near to
    /// no function's is at most a low risk.
    "unknown-function" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let mut bound = None;
    for node in formula.tree.nodes() {
        let NodeKind::Call {
            name: span,
            function: None,
            ..
        } = node.kind
        else {
            continue;
        };
        let name = span.of(formula.source);
        let bound = bound.get_or_insert_with(|| bound_names(formula));
        if findings.is_full() || bound.contains(&name.to_uppercase()) {
            continue;
        }
        report(name, span, findings);
    }
}

fn report(name: &str, span: Span, findings: &mut Findings<'_>) {
    let upper = name.to_uppercase();
    if let Some(instead) = functions::excel_only(name) {
        findings.report(
            span,
            format!(
                "{upper} is a function of Excel that Google Sheets does not have, so the cell \
                 shows #NAME?. In Sheets: {instead}."
            ),
        );
        return;
    }
    let similar = functions::similar(name)
        .filter(|function| !name.contains('_') || function.name.contains('_'));
    match similar {
        _ if is_camel_case(name) => {}
        Some(function) => findings
            .report(
                span,
                format!(
                    "There is no function {upper}, so the cell shows #NAME?. Did you mean {}?",
                    function.name
                ),
            )
            .unsafe_fix(
                format!("Change {upper} to {}", function.name),
                vec![Edit {
                    span,
                    text: function.name.to_owned(),
                }],
            ),
        None if name.contains('_') && !name.contains('.') => {}
        None if name.contains('.') => {
            findings.report(
                span,
                format!(
                    "There is no function {upper}, and a spreadsheet can not define one with a \
                     dot, so the cell shows #NAME?. Check the spelling."
                ),
            );
        }
        None => {
            let message = format!(
                "There is no function {upper} in Google Sheets, so the cell shows #NAME? unless \
                 this spreadsheet defines it. Check the spelling, or define it as a named \
                 function."
            );
            findings.report_at_most(Severity::Low, span, message);
        }
    }
}

/// Whether a capital follows a small letter, as in the names that scripts give.
fn is_camel_case(name: &str) -> bool {
    let letters = name.as_bytes();
    letters
        .iter()
        .zip(letters.iter().skip(1))
        .any(|(one, next)| one.is_ascii_lowercase() && next.is_ascii_uppercase())
}

/// The names that a LET or a LAMBDA of the formula gives to something, in upper case. Where they
/// can be seen is not asked: a call of such a name elsewhere is too rare to accuse anyone.
fn bound_names(formula: Formula<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for node in formula.tree.nodes() {
        let NodeKind::Call {
            function: Some(function),
            arguments,
            ..
        } = node.kind
        else {
            continue;
        };
        let step = match function.function().name {
            "LET" => 2,
            "LAMBDA" => 1,
            _ => continue,
        };
        if let Some((_result, bindings)) = formula.list(arguments).split_last() {
            let bound = bindings.iter().step_by(step);
            names.extend(bound.map(|name| formula.written(*name).to_uppercase()));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::testing::{findings, fixed, flagged, messages};

    #[test]
    fn a_near_name_is_offered() {
        assert_eq!(
            fixed(&RULE, "=1+vlokup(A1,B:C,2,0)"),
            "=1+VLOOKUP(A1,B:C,2,0)"
        );
    }

    #[test]
    fn a_function_of_excel_names_the_way_in_sheets() {
        assert_eq!(
            messages(&RULE, "=TEXTSPLIT(A1,\",\")"),
            [
                "TEXTSPLIT is a function of Excel that Google Sheets does not have, so the cell shows \
              #NAME?. In Sheets: use SPLIT."
            ]
        );
    }

    #[test]
    fn names_that_the_formula_binds_are_known() {
        assert!(flagged(&RULE, "=LET(f,LAMBDA(x,x+1),F(1))").is_empty());
        assert!(flagged(&RULE, "=LAMBDA(g,g(1))(LAMBDA(x,x))").is_empty());
    }

    #[test]
    fn what_a_spreadsheet_may_define_is_a_low_risk() {
        assert_eq!(findings(&RULE, "=WENN(A1,1,2)")[0].severity, Severity::Low);
        assert_eq!(
            findings(&RULE, "=VLOKUP(A1,B:C,2,0)")[0].severity,
            Severity::High
        );
    }

    #[test]
    fn no_custom_function_has_a_dot() {
        assert_eq!(
            flagged(&RULE, "=MY_NUMBERS.TOTAL(A1)"),
            ["MY_NUMBERS.TOTAL"]
        );
    }
}
