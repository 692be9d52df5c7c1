use crate::ast::NodeId;
use crate::link::{self, Address, WrittenAddress};
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::written;

declare_rule! {
    /// *Flags a link whose text shows another site than the one it opens.*
    ///
    /// **Why** Readers trust the address that they see. Showing one and opening another is how they
    /// are led to a false page.
    ///
    /// **Example**
    /// ```formula
    /// =HYPERLINK("https://login.example.net/bank", "www.bank.example")
    /// =HYPERLINK("https://evil.example/", "https://drive.google.com/report")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =HYPERLINK("https://www.bank.example/login", "bank.example")
    /// =HYPERLINK("https://docs.google.com/d/1", "google.com")
    /// =HYPERLINK("https://example.org/report.pdf", "report.pdf")
    /// ```
    ///
    /// **Limits** Only a text that looks like an address is compared, and only where both are
    /// written out.
    "misleading-link" {
        category: Security,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(&["HYPERLINK"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [_, label])) = formula.call(call) else {
        return;
    };
    let labels = written::texts(context, *label);
    let mut shown = labels.iter().filter_map(|label| shown_host(&label.text));
    let Some(shown) = shown.next() else {
        return;
    };
    let written = link::written_addresses(context, call);
    let targets = written.iter().filter_map(WrittenAddress::with_host);
    let mut hosts = targets.map(|target| target.plain_host());
    let Some(opened) = hosts.find(|host| !host.is_empty() && !belong_together(&shown, host)) else {
        return;
    };
    findings.report(
        formula.span(*label),
        format!(
            "The text of this link shows {shown}, but it opens {opened}, so readers are led \
             elsewhere than they think. Show the site that the link opens."
        ),
    );
}

/// Ends of hosts that end no file name: a text like `example.com` shows a site even without more.
const PLAIN_ENDS: &[&str] = &[".com", ".org", ".gov", ".edu", ".eu", ".bank", ".co.uk"];

/// The host that the text shows, if it is an address: with a scheme, beginning with `www.`, or
/// nothing but a host of a well-known kind.
fn shown_host(text: &str) -> Option<String> {
    let text = text.trim();
    let is_web = Address::parse(text).is_some_and(|address| address.is_web());
    let is_www = || {
        text.get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("www."))
    };
    let first = text.split_whitespace().next()?;
    let host = Address::parse_loosely(first).plain_host();
    let is_plain = || first == text && PLAIN_ENDS.iter().any(|end| host.ends_with(end));
    let shows = is_web || is_www() || is_plain();
    (shows && host.contains('.') && !first.contains('@')).then_some(host)
}

/// Whether one of the hosts is the other or a part of it.
fn belong_together(one: &str, other: &str) -> bool {
    let bare = |host| str::strip_prefix(host, "www.").unwrap_or(host);
    let (one, other) = (bare(one), bare(other));
    let is_part = |part: &str, whole: &str| {
        whole == part
            || whole
                .strip_suffix(part)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    is_part(one, other) || is_part(other, one)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn hosts_that_only_end_alike_do_not_belong_together() {
        let formula = "=HYPERLINK(\"https://notbank.example\",\"www.bank.example\")";
        assert_eq!(flagged(&RULE, formula), ["\"www.bank.example\""]);
    }

    #[test]
    fn words_are_no_address() {
        for text in [
            "v2.0 notes",
            "report.pdf",
            "jane@bank.example",
            "Sales: north",
            "ask example.com",
        ] {
            let formula = format!("=HYPERLINK(\"https://a.example\",\"{text}\")");
            assert!(flagged(&RULE, &formula).is_empty(), "{text}");
        }
    }

    #[test]
    fn no_disguise_hides_the_difference() {
        for formula in [
            "=HYPERLINK(\"https://www.bank.com@evil.example/\",\"www.bank.com\")",
            "=HYPERLINK(\"https:\\\\evil.example\\www.bank.com\",\"www.bank.com\")",
            "=HYPERLINK(\"https://www.bank.com.evil.example:443/\",\"https://www.bank.com\")",
            "=HYPERLINK(\"https://b\u{430}nk.com\",\"bank.com\")",
            "=HYPERLINK(\"https://evil.example\",\"bank\"&\".com\")",
            "=LET(t,\"WWW.Bank.COM.\",HYPERLINK(IF(A1,\"https://bank.com\",\"https://evil.example\"),t))",
        ] {
            assert_eq!(flagged(&RULE, formula).len(), 1, "{formula}");
        }
    }

    #[test]
    fn case_ports_and_dots_make_no_difference() {
        let formula = "=HYPERLINK(\"https://WWW.Bank.com.:443/a\",\"bank.com\")";
        assert!(flagged(&RULE, formula).is_empty());
    }
}
