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
    for written in link::written_addresses(context, call) {
        // A host that the next part of the text goes on with is not known yet.
        let what = written.with_host().and_then(|address| obscurity(&address));
        if let Some(what) = what
            && !findings.has_reported_at(written.span)
        {
            findings.report(
                written.span,
                format!(
                    "The host of this address is {what}, so nobody can tell who gets or gives \
                     the data. Use the address of the site itself."
                ),
            );
        }
    }
}

/// What hides the owner of the address' host.
fn obscurity(address: &Address<'_>) -> Option<&'static str> {
    let host = address.plain_host();
    if address.user.is_some_and(|user| user.contains('.')) {
        return Some("behind a user name that looks like a host");
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() || host.starts_with('[') {
        return Some("a bare IP address");
    }
    if is_number(&host) {
        return Some("an IP address written as a number");
    }
    if host.contains('%') {
        return Some("written in codes in place of letters");
    }
    if host.split('.').any(|label| label.starts_with("xn--")) {
        return Some("written in Punycode, behind which letters can look like others");
    }
    if host.split('.').any(looks_like_another) {
        return Some("written with letters that look like others");
    }
    let bare = host.strip_prefix("www.").unwrap_or(&host);
    SHORTENERS.contains(&bare).then_some("a link shortener's")
}

/// Whether browsers read the host as an IP address: its last part is a number, as in `127.1`,
/// `2130706433` and `0x7f.0.0.1`.
fn is_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x");
    let is_hexadecimal =
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hexadecimal || !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Small letters of other scripts that are drawn like Latin ones.
const DRAWN_LIKE_LATIN: &str = "аеорсухіјѕһԁԛԝьοαυνρκτι";

/// Whether the part of a host mixes Latin letters with those of a script that has lookalikes, has
/// nothing but lookalikes, or holds what is not seen or is drawn wide.
fn looks_like_another(label: &str) -> bool {
    if label.is_ascii() {
        return false;
    }
    let is_unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{3002}' | '\u{ff00}'..='\u{ffef}');
    let has_lookalikes = |c: char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{531}'..='\u{587}' | '\u{13a0}'..='\u{13ff}');
    let letters = || label.chars().filter(|c| c.is_alphabetic());
    let is_mixed = letters().any(has_lookalikes) && letters().any(|c| c.is_ascii());
    let is_disguise = letters().all(|c| DRAWN_LIKE_LATIN.contains(c));
    label.chars().any(is_unseen) || is_mixed || is_disguise
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
    fn no_disguise_hides_the_owner() {
        for host in [
            "good.example@evil.example",
            "good.example:443@evil.example",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "203.0.113.7.",
            "203.0.113.7:8080",
            "WWW.Bit.LY.",
            "p\u{430}ypal.example",
            "\u{440}\u{430}\u{443}.example",
            "good\u{3002}example",
            "ev%69l.example",
            "XN--pypal-4ve.example",
        ] {
            let formula = format!("=IMPORTDATA(\"https://{host}/a\")");
            assert_eq!(flagged(&RULE, &formula).len(), 1, "{host}");
        }
        let split = "=LET(h,\"bit.\"&\"ly/\",IMAGE(\"https://\"&h&A1))";
        assert_eq!(flagged(&RULE, split), ["\"https://\""]);
    }

    #[test]
    fn names_in_other_scripts_are_no_disguise() {
        for host in [
            "m\u{fc}nchen.example",
            "\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.example",
            "\u{4f8b}\u{3048}.example",
            "me@example.org",
        ] {
            let formula = format!("=IMPORTDATA(\"https://{host}/a\")");
            assert!(flagged(&RULE, &formula).is_empty(), "{host}");
        }
    }

    #[test]
    fn numbers_in_a_name_are_no_address() {
        assert!(flagged(&RULE, "=IMPORTDATA(\"https://1.2.3.4.example/\")").is_empty());
    }
}
