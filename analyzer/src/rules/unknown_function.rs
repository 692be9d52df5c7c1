use std::collections::HashSet;

use crate::ast::NodeKind;
use crate::finding::{Edit, Severity};
use crate::functions;
use crate::names::{Known, NameOf};
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
    /// **Limits** Unless the spreadsheet's named and custom functions are known, a name with an
    /// underscore, or in camelCase, is taken for one of them, and another name that is near to no
    /// function's is at most a low risk.
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
            arguments,
        } = node.kind
        else {
            continue;
        };
        let name = span.of(formula.source);
        let bound = bound.get_or_insert_with(|| bound_names(context));
        if findings.is_full() || bound.contains(&name.to_lowercase()) {
            continue;
        }
        if let Some(instead) = functions::excel_only(name) {
            report_excel_only(name, instead, arguments.len(), span, findings);
            continue;
        }
        match context.names().look_up(NameOf::Function, name) {
            Known::Defined => {}
            Known::Missing(Some(similar)) => report_similar(name, similar, span, findings),
            Known::Missing(None) => report(name, span, Severity::High, findings),
            Known::Unknown => report(name, span, Severity::Low, findings),
        }
    }
}

/// Reports a function that only Excel has. Where one of Sheets takes its place with the same
/// arguments, its name is the fix.
fn report_excel_only(
    name: &str,
    instead: &str,
    arguments: usize,
    span: Span,
    findings: &mut Findings<'_>,
) {
    let upper = functions::shown(name);
    let reported = findings.report(
        span,
        format!(
            "{upper} is a function of Excel that Google Sheets does not have, so the cell shows \
             #NAME?. In Sheets: {instead}."
        ),
    );
    let only_named = instead.strip_prefix("use ").and_then(functions::find);
    let function = only_named.map(functions::FunctionId::function);
    if let Some(function) = function.filter(|function| function.accepts(arguments)) {
        let text = function.name.to_owned();
        let title = format!("Change {upper} to {text}");
        reported.unsafe_fix(title, vec![Edit { span, text }]);
    }
}

/// Reports a name that neither Sheets nor, if `when_plain` is high, the workbook defines.
fn report(name: &str, span: Span, when_plain: Severity, findings: &mut Findings<'_>) {
    let upper = functions::shown(name);
    let may_be_defined = when_plain < Severity::High;
    let similar = functions::similar(name)
        .filter(|function| !name.contains('_') || function.name.contains('_'));
    match similar {
        _ if may_be_defined && is_camel_case(name) => {}
        Some(function) => report_similar(name, function.name, span, findings),
        None if may_be_defined && name.contains('_') && !name.contains('.') => {}
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
            let unless = if may_be_defined {
                " unless this spreadsheet defines it"
            } else {
                ", and this spreadsheet does not define it"
            };
            let message = format!(
                "There is no function {upper} in Google Sheets, so the cell shows #NAME?{unless}. \
                 Check the spelling, or define it as a named function."
            );
            findings.report_at_most(when_plain, span, message);
        }
    }
}

/// Reports a name that is likely a misspelling of `similar`.
fn report_similar(name: &str, similar: &str, span: Span, findings: &mut Findings<'_>) {
    let upper = functions::shown(name);
    findings
        .report(
            span,
            format!(
                "There is no function {upper}, so the cell shows #NAME?. Did you mean {similar}?"
            ),
        )
        .unsafe_fix(
            format!("Change {upper} to {similar}"),
            vec![Edit {
                span,
                text: similar.to_owned(),
            }],
        );
}

/// Whether a capital follows a small letter, as in the names that scripts give.
fn is_camel_case(name: &str) -> bool {
    let letters = name.as_bytes();
    letters
        .iter()
        .zip(letters.iter().skip(1))
        .any(|(one, next)| one.is_ascii_lowercase() && next.is_ascii_uppercase())
}

/// The names that a LET or a LAMBDA of the formula gives to something, in lower case. Where they
/// can be seen is not asked: a call of such a name elsewhere is too rare to accuse anyone.
fn bound_names(context: &Context<'_>) -> HashSet<String> {
    let formula = context.formula;
    let bindings = context.scopes().bindings().iter();
    bindings
        .map(|binding| formula.written(binding.name).to_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::names::{NameOf, Names};
    use crate::rules::testing::{findings, findings_in_workbook, fixed, flagged, messages};

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
    fn a_function_of_excel_is_renamed_where_the_arguments_fit() {
        assert_eq!(
            fixed(&RULE, "=REGEXTEST(A1,\"x\")&USDOLLAR(A1)"),
            "=REGEXMATCH(A1,\"x\")&DOLLAR(A1)"
        );
        let wrong_count = "=REGEXTEST(A1,\"x\",1)";
        assert_eq!(fixed(&RULE, wrong_count), wrong_count);
        let other_way = "=TAKE(A1:B9,3)";
        assert_eq!(fixed(&RULE, other_way), other_way);
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
    fn the_functions_of_the_workbook_settle_it() {
        let names = Names::default().with(NameOf::Function, ["NET_PRICE", "Markup"]);
        let marked = |formula| {
            let found = findings_in_workbook(&RULE, &names, formula);
            found
                .first()
                .map(|found| (found.severity, found.fix.is_some()))
        };
        assert_eq!(marked("=MARKUP(A1)+net_price(A1)"), None);
        assert_eq!(marked("=NET_PRCIE(A1)"), Some((Severity::High, true)));
        assert_eq!(marked("=GROSS_VALUE(A1)"), Some((Severity::High, false)));
        assert_eq!(marked("=VLOKUP(A1,B:C,2,0)"), Some((Severity::High, true)));
    }

    #[test]
    fn a_name_is_shown_alike_however_it_is_written() {
        for formula in ["=nosuchthing(1)", "=Nosuchthing(1)"] {
            let said = messages(&RULE, formula);
            assert!(said.concat().contains("function NOSUCHTHING"), "{said:?}");
        }
        // The capital of `ß` would be another spelling.
        for formula in ["=Straße(1)", "=STRAßE(1)"] {
            let said = messages(&RULE, formula);
            assert!(said.concat().contains("function straße"), "{said:?}");
        }
    }

    #[test]
    fn no_custom_function_has_a_dot() {
        assert_eq!(
            flagged(&RULE, "=MY_NUMBERS.TOTAL(A1)"),
            ["MY_NUMBERS.TOTAL"]
        );
    }
}
