use crate::ast::NodeId;
use crate::link::{self, Address};
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
    let Some(written) = link::written_address(context.formula, call) else {
        return;
    };
    let Some(address) = Address::parse(&written.text) else {
        return;
    };
    let scheme = address.scheme.to_ascii_lowercase();
    if DANGEROUS.contains(&scheme.as_str()) {
        findings.report(
            written.literal,
            format!(
                "An address that begins with {scheme}: can run a script or open a file where \
                 somebody follows it. Link to a page instead."
            ),
        );
    }
}
