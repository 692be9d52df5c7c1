use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a function that reads from outside of the spreadsheet: IMPORTRANGE, IMPORTXML,
    /// GOOGLEFINANCE and their like.*
    ///
    /// **Why** What comes from elsewhere changes or fails without anybody touching the sheet, and
    /// what is asked for is known there. Such a source should be known and wanted.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Data!A1:B9")
    /// =GOOGLEFINANCE("CURRENCY:EURUSD")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =Data!A1:B9
    /// ```
    ///
    /// **Limits** Which sources an organization trusts is for its policy to say.
    "external-import" {
        category: Security,
        severity: Info,
        presets: [Security],
        sees: Template,
        check: Check::Nodes(NodeKinds::CALL, check),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let NodeKind::Call { name, .. } = context.formula.kind(id) else {
        return;
    };
    if let Some((function, _)) = context.formula.call(id)
        && function.external
    {
        findings.report(
            name,
            format!(
                "{} depends on something outside of this spreadsheet, which can change or fail \
                 on its own. Make sure that the source is known and wanted.",
                function.name
            ),
        );
    }
}
