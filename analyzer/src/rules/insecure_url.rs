use crate::ast::NodeId;
use crate::finding::Edit;
use crate::link::{self, Address};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::span::Span;

declare_rule! {
    /// *Flags an address that is fetched or linked without encryption: `http://`.*
    ///
    /// **Why** Whoever stands between the reader and the server can read and change what is sent,
    /// and so what the sheet shows.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTDATA("http://example.org/rates.csv")
    /// =HYPERLINK("HTTP://example.org", "Rates")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMPORTDATA("https://example.org/rates.csv")
    /// ="http://example.org"
    /// ```
    ///
    /// **Limits** An address that is read from a cell is not seen.
    "insecure-url" {
        category: Security,
        severity: Low,
        presets: [Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let Some(written) = link::written_address(context.formula, call) else {
        return;
    };
    let scheme = Address::parse(&written.text).map(|address| address.scheme);
    let Some(scheme) = scheme.filter(|scheme| scheme.eq_ignore_ascii_case("http")) else {
        return;
    };
    let literal = written.literal.of(context.formula.source);
    let reported = findings.report(
        written.literal,
        "This address is opened without encryption, so what is sent can be read and changed on \
         the way. Write https.",
    );
    if let Some(place) = literal.find(scheme)
        && let Ok(place) = u32::try_from(place + scheme.len())
    {
        reported.unsafe_fix(
            "Write https",
            vec![Edit {
                span: Span::at(written.literal.start + place),
                text: "s".to_owned(),
            }],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::fixed;

    #[test]
    fn the_fix_changes_the_scheme_alone() {
        assert_eq!(
            fixed(&RULE, "=IMAGE(\"http://a.example/http\"&A1)"),
            "=IMAGE(\"https://a.example/http\"&A1)"
        );
    }
}
