use crate::ast::NodeId;
use crate::link;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a link that runs a script or opens a file: `javascript:`, `data:`, `file:`.*
    ///
    /// **Why** Such an address leads nowhere that a reader could check. Sheets does not open it, but
    /// what the sheet is exported to may.
    ///
    /// **Example**
    /// ```formula
    /// =HYPERLINK("javascript:alert(1)", "Open")
    /// =HYPERLINK("data:text/html;base64,PHNjcmlwdD4=", "Report")
    /// =HYPERLINK("file:///C:/Users/Public/run.bat", "Report")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =HYPERLINK("https://example.org/report", "Open")
    /// =HYPERLINK("mailto:team@example.org", "Write")
    /// =HYPERLINK("#gid=0&range=A1", "Top")
    /// ```
    ///
    /// **Limits** An address that is read from a cell is not seen.
    "script-link" {
        category: Security,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

const DANGEROUS: &[&str] = &[
    "javascript",
    "vbscript",
    "data",
    "file",
    "ms-excel",
    "ms-word",
    "search-ms",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    for written in link::written_addresses(context, call) {
        let Some(address) = written.address() else {
            continue;
        };
        let scheme = address.scheme.to_ascii_lowercase();
        if DANGEROUS.contains(&scheme.as_str()) && !findings.has_reported_at(written.span) {
            findings.report(
                written.span,
                format!(
                    "An address that begins with {scheme}: can run a script or open a file where \
                     somebody follows it. Link to a page instead."
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn no_disguise_hides_the_scheme() {
        for formula in [
            "=HYPERLINK(\"JavaScript:alert(1)\",\"x\")",
            "=HYPERLINK(\" \tjavascript:alert(1)\",\"x\")",
            "=HYPERLINK(\"java\"&\"script:alert(1)\",\"x\")",
            "=HYPERLINK(\"java\"&CHAR(10)&\"script:alert(1)\",\"x\")",
            "=HYPERLINK(CONCATENATE(\"da\",\"ta:text/html,x\"),\"x\")",
            "=HYPERLINK(JOIN(\"\",{\"data\",\":text/html,\"},A1),\"x\")",
            "=HYPERLINK(IF(A1,\"https://a.example\",\"javascript:x\"),\"x\")",
            "=LET(u,LOWER(\"JAVASCRIPT:x\"),HYPERLINK(u,\"x\"))",
            "=MAP({\"javascript:x\"},LAMBDA(u,HYPERLINK(\"javascript:\"&u,\"x\")))",
            "=LET(f,LAMBDA(u,HYPERLINK(u,\"x\")),f(\"javascript:x\"))",
            "=HYPERLINK(SUBSTITUTE(\"jav_ascript:x\",\"_\",\"\"),\"x\")",
        ] {
            assert_eq!(flagged(&RULE, formula).len(), 1, "{formula}");
        }
    }
}
