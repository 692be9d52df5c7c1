use crate::ast::{Formula, NodeId, NodeKind};
use crate::finding::{Edit, Severity};
use crate::functions;
use crate::names::{Known, NameOf, Names};
use crate::nearest::nearest;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags a name, a table or a sheet that nothing defines.*
    ///
    /// **Why** The cell shows `#NAME?` or `#REF!`, and so does every cell that reads it.
    ///
    /// **Example**
    /// ```formula
    /// =LET(price, A1, tax, B1, prise+tax)
    /// =MAP(A1:A9, LAMBDA(amount, amuont*2))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(price, A1, tax, B1, price+tax)
    /// =LET(price, A1, prices, B1:B9, price/SUM(prices))
    /// =LET(price, A1, price*price_factor)
    /// =Total*Rate
    /// ```
    ///
    /// **Limits** What a spreadsheet defines is known only where a whole spreadsheet is audited.
    /// Elsewhere a name is flagged only if it is nearly that of a LET or LAMBDA around it which
    /// nothing uses. A name behind a sheet's (`orders!price`) is left alone.
    "unknown-name" {
        category: Error,
        severity: High,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(
            NodeKinds::NAME
                .and(NodeKinds::TABLE_REFERENCE)
                .and(NodeKinds::REFERENCE),
            check,
        ),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    match formula.kind(id) {
        NodeKind::Name => name(context, id, findings),
        NodeKind::TableReference => table(context, formula.span(id), findings),
        NodeKind::Reference(reference) => {
            if let Some(span) = reference.sheet
                && let Some(name) = formula.sheet_name(&reference)
                && let Known::Missing(similar) = context.names().look_up(NameOf::Sheet, &name)
            {
                let similar = similar.map(|name| {
                    let prefix = crate::print::sheet_prefix(name);
                    prefix.trim_end_matches('!').to_owned()
                });
                report("sheet", &name, "#REF!", span, similar, findings);
            }
        }
        _ => {}
    }
}

fn table(context: &Context<'_>, span: Span, findings: &mut Findings<'_>) {
    let written = span.of(context.formula.source);
    let name = written.split_once('[').map_or(written, |(name, _)| name);
    let name = name.trim_end();
    if let Known::Missing(similar) = context.names().look_up(NameOf::Table, name) {
        let end = span.start + u32::try_from(name.len()).unwrap_or_default();
        let span = Span::new(span.start, end);
        report(
            "table",
            name,
            "#NAME?",
            span,
            similar.map(str::to_owned),
            findings,
        );
    }
}

fn name(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let scopes = context.scopes();
    let (sheet, name) = context.formula.name_parts(id);
    if sheet.is_some() || scopes.meaning(id).is_some() || scopes.is_given_at(id) {
        return;
    }
    let names = context.names();
    let span = context.formula.span(id);
    match names.look_up(NameOf::Range, name) {
        Known::Defined => {}
        // A function is named without a call where it is handed to another one.
        Known::Missing(_) if is_something_else(names, name) => {}
        Known::Missing(similar) => {
            let similar = similar.map(str::to_owned);
            report("name", name, "#NAME?", span, similar, findings);
        }
        Known::Unknown => {
            if let Some(meant) = unused_and_near(context, id, name) {
                report_at_most(
                    Severity::Medium,
                    span,
                    format!(
                        "Nothing in this formula is called {}, so the cell shows #NAME? unless \
                         the spreadsheet defines it. Did you mean {meant}, which nothing uses?",
                        name.to_lowercase()
                    ),
                    Some(meant.to_owned()),
                    findings,
                );
            }
        }
    }
}

fn is_something_else(names: &Names, name: &str) -> bool {
    let is = |kind| names.look_up(kind, name) == Known::Defined;
    is(NameOf::Table) || is(NameOf::Function) || functions::find(name).is_some()
}

/// The name of a LET or LAMBDA around the node that is nearly the same and that nothing uses.
fn unused_and_near<'a>(context: &Context<'a>, id: NodeId, name: &str) -> Option<&'a str> {
    let formula: Formula<'a> = context.formula;
    let bindings = context.scopes().bindings().iter();
    let unused = bindings.filter(|binding| binding.uses == 0);
    let around = unused.filter(|binding| {
        let call = context.enclosing_call(binding.name).map(|place| place.call);
        call.is_some_and(|call| formula.span(call).contains(formula.span(id))) && binding.name < id
    });
    nearest(
        name,
        around.map(|binding| {
            let written = formula.written(binding.name);
            (written, written)
        }),
    )
}

fn report(
    what: &str,
    name: &str,
    shows: &str,
    span: Span,
    similar: Option<String>,
    findings: &mut Findings<'_>,
) {
    let what_to_do = match &similar {
        Some(similar) => format!("Did you mean {similar}?"),
        None => "Check the spelling.".to_owned(),
    };
    let message =
        format!("This spreadsheet has no {what} {name}, so the cell shows {shows}. {what_to_do}");
    report_at_most(Severity::High, span, message, similar, findings);
}

fn report_at_most(
    at_most: Severity,
    span: Span,
    message: String,
    similar: Option<String>,
    findings: &mut Findings<'_>,
) {
    let reported = findings.report_at_most(at_most, span, message);
    if let Some(text) = similar {
        let title = format!("Change it to {text}");
        reported.unsafe_fix(title, vec![Edit { span, text }]);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::fix;
    use crate::names::{NameOf, Names};
    use crate::rules::testing::{findings, findings_in_workbook, fixed, flagged};

    fn workbook() -> Names {
        Names::default()
            .with(NameOf::Sheet, ["Data", "My Prices"])
            .with(NameOf::Range, ["Discount", "Tax_Rate"])
            .with(NameOf::Table, ["Sales"])
            .with(NameOf::Function, ["NET_PRICE"])
    }

    /// The formula after the fixes, and how many findings there were.
    fn mended(formula: &str) -> (String, usize) {
        let found = findings_in_workbook(&RULE, &workbook(), formula);
        let fixes = found.iter().filter_map(|found| found.fix.as_ref());
        (fix::apply(formula, fixes), found.len())
    }

    #[test]
    fn what_the_workbook_defines_is_known() {
        let formula = "=discount*data!A1+SUM(Sales[Amount])+'my prices'!A1+MAP(A1:A9,net_price)";
        assert_eq!(mended(formula), (formula.to_owned(), 0));
    }

    #[test]
    fn a_misspelled_name_is_mended_wherever_it_stands() {
        let formula = "=Tax_Rtae*Dtaa!A1+SUM(Slaes[Amount])+'My Price'!A1";
        let mended_to = "=Tax_Rate*Data!A1+SUM(Sales[Amount])+'My Prices'!A1";
        assert_eq!(mended(formula), (mended_to.to_owned(), 4));
    }

    #[test]
    fn a_name_that_is_near_to_none_is_marked() {
        let found = findings_in_workbook(&RULE, &workbook(), "=Commission*A1");
        assert_eq!(
            found[0].message,
            "This spreadsheet has no name Commission, so the cell shows #NAME?. Check the spelling."
        );
    }

    #[test]
    fn names_of_the_formula_come_first() {
        assert_eq!(mended("=LET(commission,A1,commission*2)").1, 0);
        assert_eq!(mended("=LET(commission,A1,commission)+commission").1, 1);
    }

    #[test]
    fn without_a_workbook_only_a_slip_is_sure_enough() {
        assert_eq!(
            fixed(&RULE, "=LET(price,A1,prcie*2)"),
            "=LET(price,A1,price*2)"
        );
        assert!(flagged(&RULE, "=LET(price,A1,prices*price)").is_empty());
        assert!(flagged(&RULE, "=LET(price,A1,1)+prices").is_empty());
        assert!(findings(&RULE, "=prices+Data!A1+Sales[Amount]").is_empty());
    }
}
