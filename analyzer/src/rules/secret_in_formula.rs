use crate::ast::{NodeId, NodeKind};
use crate::link::Address;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a key, a token or a password that is written into a formula.*
    ///
    /// **Why** Everybody who can see the sheet, or a copy of it, can read and use the secret, and it
    /// stays in the version history when it is taken out.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTDATA("https://api.example/v1?api_key=9f86d081884c7d659a2feaa0c55ad015")
    /// =IMPORTXML("https://me:hunter2@example.org/", "//a")
    /// =MY_CALL(A1, "AKIAQ3EGZ7PLM5TRWXYB")
    /// =FETCH_REPO("ghp_0123456789abcdefghijklmnopqrstuvwxyz")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMPORTDATA("https://api.example/v1?city=Berlin")
    /// =IMPORTXML("https://example.org/", "//a")
    /// =IMPORTDATA("https://api.example/v1?api_key=YOUR_API_KEY")
    /// ="token=" & A1
    /// ```
    ///
    /// **Limits** Only known forms of keys are seen, and values of parameters that are named like a
    /// secret. Keep such a value in the properties of a script.
    "secret-in-formula" {
        category: Security,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Nodes(NodeKinds::TEXT, check),
    }
}

/// How a provider's keys begin, and how many letters and digits follow at least.
const KNOWN_KEYS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("SG.", 40),
    ("ya29.", 30),
    ("eyJhbGciOi", 40),
];

/// Parameters of an address that hold a secret.
const SECRET_PARAMETERS: &[&str] = &[
    "access_token",
    "api_key",
    "api-key",
    "apikey",
    "auth",
    "auth_token",
    "client_secret",
    "key",
    "passwd",
    "password",
    "pwd",
    "secret",
    "token",
];

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let NodeKind::Text = context.formula.kind(id) else {
        return;
    };
    // Every form looked for needs more characters than most texts have.
    if context.formula.span(id).len() < 12 {
        return;
    }
    let Some(text) = context.formula.text(id) else {
        return;
    };
    let what = if has_known_key(&text) {
        "A key"
    } else if has_password(&text) {
        "A user's password"
    } else if has_secret_parameter(&text) {
        "The value of a parameter that is named like a secret"
    } else {
        return;
    };
    findings.report(
        context.formula.span(id),
        format!(
            "{what} stands in this text, where everybody who sees the sheet or a copy can use \
             it. Withdraw it, and keep the new one in the properties of a script."
        ),
    );
}

fn has_known_key(text: &str) -> bool {
    KNOWN_KEYS.iter().any(|(prefix, least)| {
        text.match_indices(prefix).any(|(start, _)| {
            let begins_word = !text
                .get(..start)
                .unwrap_or_default()
                .ends_with(|c: char| c.is_ascii_alphanumeric());
            let key = text.get(start + prefix.len()..start + prefix.len() + least);
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            begins_word && key.is_some_and(|key| key.chars().all(is_word) && looks_random(key))
        })
    })
}

/// `https://user:password@host`
fn has_password(text: &str) -> bool {
    let address = Address::parse(text).filter(Address::is_web);
    let user = address.and_then(|address| address.user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty())
}

/// `…?api_key=9f86d081884c`, `…&token=…`
fn has_secret_parameter(text: &str) -> bool {
    text.split(['?', '&', ';', '#']).skip(1).any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            let named = SECRET_PARAMETERS
                .iter()
                .any(|secret| secret.eq_ignore_ascii_case(name.trim()));
            named && value.len() >= 12 && looks_random(value)
        })
    })
}

/// Whether letters and digits are mixed, as in no word and no placeholder.
fn looks_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    digits >= 2 && letters >= 2
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn words_and_placeholders_are_no_secrets() {
        for text in [
            "https://api.example/?key=monthly_overview",
            "The key=value pairs of the sheet 2024",
            "AKIA and ASIA are prefixes",
            "https://example.org/skus/sk_live_products",
            "https://example.org/?id=1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
        ] {
            assert!(flagged(&RULE, &format!("=\"{text}\"")).is_empty(), "{text}");
        }
    }
}
