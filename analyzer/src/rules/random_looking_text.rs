use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a long text of letters and digits that looks like chance, as keys and tokens do.*
    ///
    /// **Why** Most keys have no form of their own to know them by. What looks like one should not
    /// stand where everybody who sees the sheet, or a copy of it, can use it.
    ///
    /// **Example**
    /// ```formula
    /// =CALL_API("q7Rz2LxP9vTn4KdWb8Yc1MhJ5sFg3XeA")
    /// =IMPORTDATA("https://api.example/v1/Zk3mQ8vX1rT7bN5wC2yL9pD4hJ6sG0fA/rates")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =CALL_API(Settings!B1)
    /// =IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "A1")
    /// =IF(A1="550e8400-e29b-41d4-a716-446655440000", 1, 0)
    /// =IMPORTDATA("https://example.org/monthly-overview-of-all-regions-2024")
    /// ```
    ///
    /// **Limits** Only words of letters in both cases and digits are judged, by how many bits of
    /// surprise a letter has. Keys of spreadsheets, documents and folders of Google are left alone:
    /// they are no secrets.
    "random-looking-text" {
        category: Security,
        severity: Low,
        presets: [Security],
        settings: [
            "min-length": 28 "How many characters a word must have to be judged.",
            "min-surprise": 42 "How many tenths of a bit of surprise each character must have.",
        ],
        sees: Template,
        check: Check::Nodes(NodeKinds::TEXT, check),
    }
}

/// The longest text that is looked at: a hostile one must not be counted over and over.
const LONGEST: usize = 4_000;

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let least = context.setting(0) as usize;
    let written = formula.written(id);
    if !matches!(formula.kind(id), NodeKind::Text)
        || !(least..LONGEST).contains(&written.len())
        || is_key_of_google(context, id, written)
    {
        return;
    }
    let bits = f64::from(context.setting(1)) / 10.0;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+');
    let mut words = written.split(|c: char| !is_part(c));
    if words.any(|word| word.len() >= least && is_mixed(word) && surprise(word) >= bits) {
        findings.report(
            formula.span(id),
            "This text looks like a key or a token, which everybody who sees the sheet or a copy \
             could use. If it is one, withdraw it and keep the new one in the properties of a \
             script.",
        );
    }
}

fn is_key_of_google(context: &Context<'_>, id: NodeId, written: &str) -> bool {
    let in_import = context
        .enclosing_call(id)
        .is_some_and(|place| place.is_call_of(&["IMPORTRANGE"]));
    in_import || written.contains("docs.google.com") || written.contains("drive.google.com")
}

/// Whether capitals, small letters and several digits are mixed, as in no word and no number.
fn is_mixed(word: &str) -> bool {
    let count = |of: fn(&u8) -> bool| word.bytes().filter(of).count();
    count(u8::is_ascii_digit) >= 3
        && count(u8::is_ascii_uppercase) >= 3
        && count(u8::is_ascii_lowercase) >= 3
}

/// How many bits of surprise a character of the word has on average: its entropy.
fn surprise(word: &str) -> f64 {
    let mut counts = [0_u16; 256];
    for byte in word.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    let parts = counts.iter().filter(|count| **count > 0).map(|count| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    });
    parts.sum()
}
