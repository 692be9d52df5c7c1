use crate::ast::NodeId;
use crate::link::{self, Address};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an address whose host hides who it belongs to: a number, a shortener, or letters that
    /// look like others.*
    ///
    /// **Why** Nobody can tell from such an address where data goes or comes from, which is what
    /// it is chosen for.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTDATA("https://203.0.113.7/rates.csv")
    /// =HYPERLINK("https://bit.ly/3abcdef", "Report")
    /// =IMAGE("https://xn--pypal-4ve.example/a.png")
    /// =IMPORTXML("http://[2001:db8::1]/", "//a")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMPORTDATA("https://rates.example.org/rates.csv")
    /// =HYPERLINK("https://example.org/report", "Report")
    /// =HYPERLINK("https://orbit.example/", "Orbit")
    /// ```
    ///
    /// **Limits** Only the best-known shorteners are known, and an address that is read from a cell
    /// is not seen.
    "obscure-host" {
        category: Security,
        severity: Medium,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

/// Services that stand for another address.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "bitly.com",
    "buff.ly",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "shorturl.at",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "v.gd",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let Some(written) = link::written_address(context.formula, call) else {
        return;
    };
    let Some(address) = Address::parse(&written.text).filter(Address::is_web) else {
        return;
    };
    // A host that the next part of the text goes on with is not known yet.
    let is_open = !written.whole && written.text.ends_with(address.host);
    if is_open {
        return;
    }
    if let Some(what) = obscurity(address.host) {
        findings.report(
            written.literal,
            format!(
                "The host of this address is {what}, so nobody can tell who gets or gives the \
                 data. Use the address of the site itself."
            ),
        );
    }
}

/// What hides the owner of the host.
fn obscurity(host: &str) -> Option<&'static str> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<std::net::Ipv4Addr>().is_ok() || host.starts_with('[') {
        return Some("a bare IP address");
    }
    if host.starts_with("0x") || !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some("an IP address written as a number");
    }
    if host.split('.').any(|label| label.starts_with("xn--")) {
        return Some("written in Punycode, behind which letters can look like others");
    }
    let bare = host.strip_prefix("www.").unwrap_or(&host);
    SHORTENERS.contains(&bare).then_some("a link shortener's")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn a_host_that_goes_on_is_not_judged() {
        assert!(flagged(&RULE, "=IMPORTDATA(\"https://1.2.3.4\"&A1)").is_empty());
        assert_eq!(
            flagged(&RULE, "=IMPORTDATA(\"https://1.2.3.4/\"&A1)").len(),
            1
        );
    }

    #[test]
    fn numbers_in_a_name_are_no_address() {
        assert!(flagged(&RULE, "=IMPORTDATA(\"https://1.2.3.4.example/\")").is_empty());
    }
}
