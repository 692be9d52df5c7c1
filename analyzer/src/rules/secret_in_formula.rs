use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::link::Address;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};
use crate::span::Span;
use crate::written;

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
    /// =FETCH_REPO("ghp_0123456789abcdef" & "ghijklmnopqrstuvwxyz")
    /// =CONNECT("Server=db.example;User Id=sa;Password=Tr0ub4dor;")
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
        check: Check::Nodes(NodeKinds::TEXT.and(NodeKinds::INFIX).and(NodeKinds::CALL), check),
    }
}

/// How a provider's keys begin, and how many letters and digits follow at least.
const KNOWN_KEYS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("GOCSPX-", 24),
    ("ya29.", 30),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("ghr_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("npm_", 36),
    ("pypi-AgEI", 40),
    ("sk_live_", 20),
    ("rk_live_", 20),
    ("whsec_", 24),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("hf_", 30),
    ("xoxa-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xapp-", 20),
    ("shpat_", 32),
    ("shpss_", 32),
    ("dop_v1_", 40),
    ("SG.", 40),
];

/// The shortest of them.
const SHORTEST_KEY: usize = 20;

/// Names of parameters and settings that hold a secret.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "accountkey",
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
    "sharedaccesskey",
    "sig",
    "token",
];

/// Names of settings that hold a password, which may be short.
const PASSWORDS: &[&str] = &["passwd", "password", "pwd"];

/// The shortest credentials that a header is taken to hold.
const SHORTEST_VALUE: usize = 16;

/// The shortest text that can hold any of the forms, in bytes.
const SHORTEST: usize = 12;

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    match formula.kind(id) {
        NodeKind::Text => {
            // With its quotes: every form looked for needs more characters than most texts have.
            if formula.span(id).len() as usize >= SHORTEST
                && let Some(text) = formula.text(id)
            {
                report(&text, formula.span(id), findings);
            }
        }
        NodeKind::Infix(InfixOperator::Concatenate, ..) => {
            let goes_on = context.parent(id).is_some_and(|parent| {
                let kind = formula.kind(parent);
                matches!(kind, NodeKind::Infix(InfixOperator::Concatenate, left, _) if left == id)
            });
            if !goes_on {
                check_joined(context, id, findings);
            }
        }
        NodeKind::Call { .. } => check_joined(context, id, findings),
        _ => {}
    }
}

/// Looks at texts that are put together from pieces, of which none need be a secret.
fn check_joined(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    if !may_hold_secret(context, id) {
        return;
    }
    let Some((parts, between)) = written::joined(context, id) else {
        return;
    };
    if findings.has_reported_within(formula.span(id)) {
        return;
    }
    let between = between.map(|between| written::text(context, between).unwrap_or_default());
    let mut text = String::new();
    let mut span: Option<Span> = None;
    for part in parts {
        if let Some(piece) = written::text(context, part) {
            if let Some(between) = between.as_ref().filter(|_| span.is_some()) {
                text.push_str(between);
            }
            text.push_str(&piece);
            let piece = formula.span(part);
            span = Some(span.map_or(piece, |all| Span::new(all.start, piece.end)));
        } else {
            if let Some(span) = span.take() {
                report(&text, span, findings);
            }
            text.clear();
        }
    }
    if let Some(span) = span {
        report(&text, span, findings);
    }
}

/// Whether the join has enough text, or parts that can stand for some, to be worth a look: most
/// have cells and a space.
fn may_hold_secret(context: &Context<'_>, id: NodeId) -> bool {
    let formula = context.formula;
    // There a cell's name can be a parameter's.
    let in_lambda = context
        .enclosing_calls(id)
        .any(|place| place.is_call_of(&["LAMBDA"]));
    let length = |part| match formula.kind_inside(part) {
        NodeKind::Text | NodeKind::Number(_) => formula.span(part).len() as usize,
        NodeKind::Reference(_) if !in_lambda => 0,
        _ => SHORTEST,
    };
    let mut letters = 0;
    let mut rest = id;
    while let NodeKind::Infix(InfixOperator::Concatenate, left, right) = formula.kind_inside(rest) {
        letters += length(right);
        rest = left;
    }
    letters += match formula.call(rest) {
        Some((function, arguments)) if rest == id => match function.name {
            "CONCATENATE" | "CONCAT" | "JOIN" | "TEXTJOIN" => {
                arguments.iter().map(|part| length(*part)).sum()
            }
            _ => 0,
        },
        _ => length(rest),
    };
    letters >= SHORTEST
}

fn report(text: &str, span: Span, findings: &mut Findings<'_>) {
    if text.len() + 2 < SHORTEST || findings.is_full() {
        return;
    }
    if let Some(what) = secret(text) {
        findings.report(
            span,
            format!(
                "{what} stands in this text, where everybody who sees the sheet or a copy can use \
                 it. Withdraw it, and keep the new one in the properties of a script."
            ),
        );
    }
}

/// What kind of secret the text holds.
fn secret(text: &str) -> Option<&'static str> {
    if has_long_word(text) && (has_known_key(text) || has_signed_token(text)) {
        Some("A key")
    } else if text.contains("PRIVATE KEY-----") {
        Some("A private key")
    } else if has_password(text) {
        Some("A user's password")
    } else if has_secret_parameter(text) {
        Some("The value of a parameter that is named like a secret")
    } else if has_credentials(text) {
        Some("The header of a request with its credentials")
    } else {
        None
    }
}

/// Whether a word is as long as the shortest key, its prefix included: of most texts, none is, and
/// they need not be searched for each prefix.
fn has_long_word(text: &str) -> bool {
    let mut words = text.split(|c| !is_key_part(c));
    words.any(|word| word.len() >= SHORTEST_KEY)
}

fn has_known_key(text: &str) -> bool {
    KNOWN_KEYS.iter().any(|(prefix, least)| {
        text.match_indices(prefix).any(|(start, _)| {
            let begins_word = !text
                .get(..start)
                .unwrap_or_default()
                .ends_with(|c: char| c.is_ascii_alphanumeric());
            let key = text.get(start + prefix.len()..start + prefix.len() + least);
            begins_word && key.is_some_and(|key| key.chars().all(is_key_part) && looks_random(key))
        })
    })
}

/// `eyJ….eyJ….…`: a JSON web token, whose first two parts are Base64 of `{"…`.
fn has_signed_token(text: &str) -> bool {
    text.match_indices("eyJ").any(|(start, _)| {
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| !is_key_part(c)).unwrap_or(rest.len());
        let mut parts = rest.get(..end).unwrap_or_default().split('.');
        let head = parts.next().is_some_and(|part| part.len() >= 12);
        let body = parts.next().is_some_and(|part| part.starts_with("eyJ"));
        head && body
    })
}

/// `https://user:password@host`, `postgres://user:password@host`
fn has_password(text: &str) -> bool {
    let user = Address::parse(text).and_then(|address| address.user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(user, password)| {
            // `https://host:80@other` has a port there, and `obscure-host` speaks of it.
            let is_port = user.contains('.') && password.bytes().all(|byte| byte.is_ascii_digit());
            !is_port && is_no_placeholder(password)
        })
}

/// `…?api_key=9f86d081884c`, `…&token=…`, `…;Password=…;`
fn has_secret_parameter(text: &str) -> bool {
    let mut pairs = text.split(['?', '&', ';', '#']);
    // What stands before the first of them is no parameter, unless the text is a list of settings.
    if !text.contains(';') {
        pairs.next();
    }
    pairs.any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            let is = |names: &[&str]| {
                names
                    .iter()
                    .any(|secret| secret.eq_ignore_ascii_case(name.trim()))
            };
            let is_setting = text.contains(';')
                && value.len() >= 6
                && !value.bytes().all(|byte| byte.is_ascii_alphabetic())
                && is_no_placeholder(value);
            is(SECRET_NAMES) && value.len() >= 12 && looks_random(value)
                || is(PASSWORDS) && is_setting
        })
    })
}

/// `Bearer …`, `Basic …`
fn has_credentials(text: &str) -> bool {
    if !text.contains(' ') || !has_long_value(text) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    ["bearer ", "basic "].iter().any(|word| {
        lower.match_indices(word).any(|(start, _)| {
            let rest = text.get(start + word.len()..).unwrap_or_default();
            let end = rest.find(|c: char| !is_key_part(c) && !matches!(c, '+' | '/' | '='));
            let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            value.len() >= SHORTEST_VALUE && (value.ends_with('=') || looks_random(value))
        })
    })
}

/// Whether something without a space is as long as the shortest credentials.
fn has_long_value(text: &str) -> bool {
    text.split(' ').any(|part| part.len() >= SHORTEST_VALUE)
}

fn is_key_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Whether letters and digits are mixed, as in no word and no placeholder.
fn looks_random(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    digits >= 2 && letters >= 2
}

/// Whether the value is more than a hint at what is to be put there: `<password>`, `{pwd}`, `***`,
/// `YOUR_PASSWORD`.
fn is_no_placeholder(value: &str) -> bool {
    const HINTS: &[&str] = &["your", "password", "passwd", "xxx", "changeme", "secret"];

    let lower = value.to_ascii_lowercase();
    !value.is_empty()
        && !value.contains(['<', '>', '{', '}', '[', ']', '*', '$'])
        && !HINTS.iter().any(|hint| lower.contains(hint))
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
            "https://user:<password>@example.org/",
            "Server=db.example;Password={password};",
            "Enter your password; password=optional",
            "the bearer of this letter is entitled",
            "eyJ is how a token begins",
            "https://host.example:443@other.example/",
        ] {
            assert!(flagged(&RULE, &format!("=\"{text}\"")).is_empty(), "{text}");
        }
    }

    #[test]
    fn every_known_form_is_seen() {
        for text in [
            "key AIzaSyA1234567890abcdefghijklmnopqrstuv here",
            "sk-proj-0a1b2c3d4e5f6g7h8i9j0k",
            "-----BEGIN RSA PRIVATE KEY-----",
            "postgres://app:s3cr-t7@db.example:5432/prod",
            "mongodb+srv://root:hunter22@cluster.example",
            "HTTPS://u:p4ss@example.org",
            "DefaultEndpointsProtocol=https;AccountKey=Zm9vYmFyMTIzNDU2Nzg5MA==;",
            "Uid=sa;Pwd=hunter22",
            "Authorization: Bearer 0a1b2c3d4e5f60718293",
            "Basic dXNlcjE6cGFzczEyMw==",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl",
            "https://a.example/?TOKEN=abcd1234efgh5678",
        ] {
            assert_eq!(flagged(&RULE, &format!("=\"{text}\"")).len(), 1, "{text}");
        }
    }

    #[test]
    fn pieces_do_not_hide_a_secret() {
        for formula in [
            "=\"AKIA\"&\"Q3EGZ7PLM5TRWXYB\"",
            "=A1&\"AK\"&(\"IA\"&\"Q3EGZ7PL\")&\"M5TRWXYB\"&B1",
            "=CONCATENATE(\"AKIAQ3EG\",\"Z7PLM5TRWXYB\")",
            "=TEXTJOIN(\"\",TRUE,\"AKIAQ3EG\",\"Z7PLM5TRWXYB\")",
            "=JOIN(\"Z7\",{\"AKIAQ3EG\",\"PLM5TRWXYB\"})",
            "=LET(a,\"AKIAQ3EG\",b,\"Z7PLM5TRWXYB\",a&b)",
            "=LAMBDA(a,a&\"Z7PLM5TRWXYB\")(\"AKIAQ3EG\")",
            "=LAMBDA(A1,B1,A1&B1)(\"AKIAQ3EG\",\"Z7PLM5TRWXYB\")",
            "=\"AKIAQ3EG\"&CHAR(90)&\"7PLM5TRWXYB\"",
        ] {
            assert_eq!(flagged(&RULE, formula).len(), 1, "{formula}");
        }
    }

    #[test]
    fn what_a_cell_completes_is_no_secret() {
        assert!(flagged(&RULE, "=\"AKIAQ3EG\"&A1&\"Z7PLM5TRWXYB\"").is_empty());
    }
}
