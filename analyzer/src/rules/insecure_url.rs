use crate::ast::NodeId;
use crate::finding::Edit;
use crate::link;
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
    for written in link::written_addresses(context, call) {
        let Some(scheme) = written.insecure_scheme() else {
            continue;
        };
        if findings.has_reported_at(written.span) {
            continue;
        }
        let reported = findings.report(
            written.span,
            "This address is opened without encryption, so what is sent can be read and changed \
             on the way. Write https.",
        );
        let literal = written.span.of(context.formula.source);
        let begin = format!("\"{scheme}:");
        if literal.starts_with(&begin)
            && let Ok(length) = u32::try_from(begin.len() - 1)
        {
            reported.unsafe_fix(
                "Write https",
                vec![Edit {
                    span: Span::at(written.span.start + length),
                    text: "s".to_owned(),
                }],
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn the_fix_changes_the_scheme_alone() {
        assert_eq!(
            fixed(&RULE, "=IMAGE(\"http://a.example/http\"&A1)"),
            "=IMAGE(\"https://a.example/http\"&A1)"
        );
    }

    #[test]
    fn an_address_in_pieces_is_flagged_without_a_fix() {
        let formula = "=IMAGE(\"ht\"&\"tp://a.example/\"&A1)";
        assert_eq!(flagged(&RULE, formula), ["\"ht\""]);
        assert_eq!(fixed(&RULE, formula), formula);
    }
}
