use crate::ast::NodeId;
use crate::link::{self, Address, WrittenAddress, plain_host};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an address on the web whose host is not among those that the organization allows.*
    ///
    /// **Why** What a sheet fetches or sends goes to a server. With a list of the servers that are
    /// known and wanted, every other one is seen at once.
    ///
    /// **Example**
    /// ```formula {"allowed-hosts": ["example.org", "*.bank.example"]}
    /// =IMPORTDATA("https://rates.example.net/today.csv")
    /// =IMAGE("https://example.org.evil.example/a.png")
    /// =IMAGE("https://bank.example/logo.png")
    /// =IMPORTXML(A1, "//title")
    /// ```
    ///
    /// **Instead**
    /// ```formula {"allowed-hosts": ["example.org", "*.bank.example"]}
    /// =IMPORTDATA("https://example.org/today.csv")
    /// =IMAGE("https://www.bank.example/logo.png")
    /// =IMPORTXML("https://example.org/" & A1, "//title")
    /// =HYPERLINK("#gid=0", "Top")
    /// ```
    ///
    /// **Limits** Says nothing until hosts are given. A host stands for itself alone, `*.host` for
    /// all below it. An address that is read from a cell can not be checked and is flagged too,
    /// except in a HYPERLINK.
    "unlisted-host" {
        category: Security,
        severity: High,
        presets: [Security],
        settings: ["allowed-hosts": [] "The hosts that may be asked and linked to; `*.host` stands for all below it."],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let allowed = context.texts(0);
    if allowed.is_empty() {
        return;
    }
    let is_link = context
        .formula
        .call(call)
        .is_some_and(|(function, _)| function.name == "HYPERLINK");
    for written in link::written_addresses(context, call) {
        if findings.has_reported_at(written.span) {
            continue;
        }
        match host(&written) {
            Host::Known(host) if !is_allowed(&host, allowed) => {
                findings.report(
                    written.span,
                    format!(
                        "{host} is not among the hosts that are allowed, so nobody has vouched \
                         for what it gets or gives. Use an allowed host, or have this one added."
                    ),
                );
            }
            Host::Unknown if !is_link => {
                findings.report(
                    written.span,
                    "The host of this address is not written out, so it can not be compared with \
                     those that are allowed. Write it into the formula.",
                );
            }
            _ => {}
        }
    }
}

enum Host {
    Known(String),
    Unknown,
    /// A place in the spreadsheet itself, or an address of another kind.
    None,
}

fn host(written: &WrittenAddress) -> Host {
    if let Some(address) = written.with_host() {
        return Host::Known(address.plain_host());
    }
    let other_kind = written
        .address()
        .is_some_and(|address| !address.is_web() && !address.scheme.contains('.'));
    if other_kind || written.text.starts_with('#') || written.whole && written.text.is_empty() {
        return Host::None;
    }
    let loose = Address::parse_loosely(&written.text);
    if written.whole || loose.is_host_complete && loose.host.contains('.') {
        return Host::Known(loose.plain_host());
    }
    Host::Unknown
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    allowed.iter().any(|entry| {
        let entry = plain_host(Address::parse_loosely(entry).host);
        match entry.strip_prefix('*') {
            Some(end) => end.starts_with('.') && host.len() > end.len() && host.ends_with(end),
            None => host == entry,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rule::SettingValue;
    use crate::rules::testing::{findings, findings_with};

    fn count(formula: &str) -> usize {
        let hosts = ["Example.org", "https://docs.example.net/", "*.bank.example"];
        let hosts = hosts.map(str::to_owned).to_vec();
        findings_with(
            &RULE,
            &[("allowed-hosts", SettingValue::Texts(hosts))],
            formula,
        )
        .len()
    }

    #[test]
    fn an_allowed_host_is_found_however_it_is_written() {
        for address in [
            "HTTPS://EXAMPLE.ORG./a",
            "https://user@example.org:8443/",
            "https://docs.example.net/x",
            "https://a.b.bank.example",
            "example.org/page",
            "mailto:me@evil.example",
        ] {
            assert_eq!(count(&format!("=HYPERLINK(\"{address}\")")), 0, "{address}");
        }
    }

    #[test]
    fn no_disguise_makes_a_host_allowed() {
        for address in [
            "https://example.org@evil.example/",
            "https://example.org:443@evil.example/",
            "https://evil.example\\@example.org/",
            "https://evil.example/example.org",
            "https://evil.example?//example.org/",
            "https://example.org.evil.example/",
            "https://evilexample.org/",
            "https://evilbank.example/",
            "https://bank.example/",
            "https://ex\u{430}mple.org/",
            "https:\\\\evil.example\\",
            "evil.example/page",
            "ht\ttps://evil.example/",
        ] {
            assert_eq!(count(&format!("=IMAGE(\"{address}\")")), 1, "{address}");
        }
    }

    #[test]
    fn every_choice_is_checked() {
        for formula in [
            "=IMAGE(IF(A1,\"https://example.org/\",\"https://evil.example/\"))",
            "=LET(h,\"evil.\",IMAGE(\"https://\"&h&\"example/\"))",
            "=IMAGE(\"https://example.org\"&A1)",
            "=IMAGE(\"https://\"&A1&\"/example.org\")",
            "=IMAGE(CHOOSE(A1,\"https://example.org/1\",\"https://example.org/2\",\"https://example.org/3\",\"https://example.org/4\",\"https://example.org/5\",\"https://example.org/6\",\"https://example.org/7\",\"https://example.org/8\",\"https://evil.example\"))",
        ] {
            assert_eq!(count(formula), 1, "{formula}");
        }
    }

    #[test]
    fn without_a_list_nothing_is_said() {
        assert_eq!(findings(&RULE, "=IMAGE(\"https://evil.example\")"), []);
    }
}
