use crate::ast::NodeId;
use crate::link::{self, Address};
use crate::rule::{Check, Context, Findings, declare_rule};

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
    let (Some(written), Some(label_text)) = (
        link::written_address(formula, call),
        formula.text(formula.inside(*label)),
    ) else {
        return;
    };
    let Some(target) = Address::parse(&written.text).filter(Address::is_web) else {
        return;
    };
    let host_goes_on = !written.whole && written.text.ends_with(target.host);
    let Some(shown) = shown_host(&label_text) else {
        return;
    };
    if !host_goes_on && !target.host.is_empty() && !belong_together(&shown, target.host) {
        findings.report(
            formula.span(*label),
            format!(
                "The text of this link shows {shown}, but it opens {}, so readers are led \
                 elsewhere than they think. Show the site that the link opens.",
                target.host.to_ascii_lowercase()
            ),
        );
    }
}

/// The host that the text shows, if it is an address: with a scheme, or beginning with `www.`.
fn shown_host(text: &str) -> Option<String> {
    let text = text.trim();
    let host = if let Some(address) = Address::parse(text).filter(Address::is_web) {
        address.host
    } else {
        let start = text.get(..4)?;
        let rest = start.eq_ignore_ascii_case("www.").then_some(text)?;
        rest.split(['/', '?', '#', ' ', ':']).next()?
    };
    host.contains('.').then(|| host.to_ascii_lowercase())
}

/// Whether one of the hosts is the other or a part of it.
fn belong_together(one: &str, other: &str) -> bool {
    let bare = |host: &str| {
        let host = host.to_ascii_lowercase();
        host.strip_prefix("www.")
            .map_or(host.clone(), str::to_owned)
    };
    let (one, other) = (bare(one), bare(other));
    let is_part = |part: &str, whole: &str| {
        whole == part
            || whole
                .strip_suffix(part)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    is_part(&one, &other) || is_part(&other, &one)
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
        assert!(flagged(&RULE, "=HYPERLINK(\"https://a.example\",\"v2.0 notes\")").is_empty());
    }
}
