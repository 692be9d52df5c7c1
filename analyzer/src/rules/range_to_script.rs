use crate::ast::{Formula, NodeId, NodeKind};
use crate::functions;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a range that is given to a custom function.*
    ///
    /// **Why** A custom function of Apps Script can send what it is given to any server, and the
    /// formula does not show whether it does.
    ///
    /// **Example**
    /// ```formula
    /// =TRANSLATE_ALL(A2:A500)
    /// =getScores(Customers[Name])
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A2:A500)
    /// =TRANSLATE_ALL(A2)
    /// =LET(double, LAMBDA(x, x*2), double(A1:A9))
    /// ```
    ///
    /// **Limits** A named function looks the same and sends nothing. Single cells are left alone.
    "range-to-script" {
        category: Security,
        severity: Info,
        presets: [Security],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let NodeKind::Call {
        name,
        function: None,
        arguments,
    } = formula.kind(call)
    else {
        return;
    };
    let arguments = formula.list(arguments);
    let Some(range) = arguments.iter().find(|id| is_range(formula, **id)) else {
        return;
    };
    let name = name.of(formula.source);
    if context.scopes().meaning(call).is_none() {
        findings.report(
            formula.span(*range),
            format!(
                "{} is no function of Google's, and a script behind it could send this range \
                 anywhere. Make sure that the function is known and wanted.",
                functions::shown(name)
            ),
        );
    }
}

fn is_range(formula: Formula<'_>, id: NodeId) -> bool {
    match formula.kind_inside(id) {
        NodeKind::Reference(reference) => reference.last.is_some(),
        NodeKind::TableReference => true,
        _ => false,
    }
}
