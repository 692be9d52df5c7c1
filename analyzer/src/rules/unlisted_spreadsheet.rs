use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::written;

declare_rule! {
    /// *Flags an IMPORTRANGE from a spreadsheet that is not among those that the organization
    /// allows.*
    ///
    /// **Why** Whoever owns the other spreadsheet decides what this one shows. With a list of the
    /// sources that are known and wanted, every other one is seen at once.
    ///
    /// **Example**
    /// ```formula {"allowed-spreadsheets": ["1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"]}
    /// =IMPORTRANGE("1ZzZzZzZzZzZzZzZzZzZzZzZzZz0123456789abcdefg", "Data!A1:B9")
    /// =IMPORTRANGE(A1, "Data!A1:B9")
    /// ```
    ///
    /// **Instead**
    /// ```formula {"allowed-spreadsheets": ["1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"]}
    /// =IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Data!A1:B9")
    /// =IMPORTRANGE("https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg/edit", "A1")
    /// ```
    ///
    /// **Limits** Says nothing until spreadsheets are given, by their key or address. A source that
    /// is read from a cell can not be checked and is flagged too.
    "unlisted-spreadsheet" {
        category: Security,
        severity: Medium,
        presets: [Security],
        settings: ["allowed-spreadsheets": [] "The spreadsheets that may be imported from, by key or address."],
        sees: Template,
        check: Check::Calls(&["IMPORTRANGE"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let allowed = context.texts(0);
    let Some((_, [source, ..])) = context.formula.call(call) else {
        return;
    };
    if allowed.is_empty() {
        return;
    }
    for written in written::texts(context, *source) {
        let span = written
            .literal
            .unwrap_or_else(|| context.formula.span(*source));
        let is_allowed = || allowed.iter().any(|entry| key(entry) == key(&written.text));
        let message = if !written.whole {
            "Which spreadsheet this imports from is not written out, so it can not be compared \
             with those that are allowed. Write its key into the formula."
        } else if !is_allowed() {
            "This spreadsheet is not among those that are allowed, so nobody has vouched for what \
             it gives. Import from an allowed one, or have this one added."
        } else {
            continue;
        };
        if !findings.has_reported_at(span) {
            findings.report(span, message);
        }
    }
}

/// The key in the address of a spreadsheet, or the text if it is no address.
fn key(text: &str) -> &str {
    let text = text.trim();
    let key = text.split_once("/d/").map_or(text, |(_, rest)| rest);
    key.split(['/', '?', '#']).next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rule::SettingValue;
    use crate::rules::testing::findings_with;

    fn count(formula: &str) -> usize {
        let keys = vec!["https://docs.google.com/spreadsheets/d/KEY_one/edit#gid=0".to_owned()];
        let settings = [("allowed-spreadsheets", SettingValue::Texts(keys))];
        findings_with(&RULE, &settings, formula).len()
    }

    #[test]
    fn a_spreadsheet_is_known_by_its_key_alone() {
        assert_eq!(count("=IMPORTRANGE(\"KEY_one\",\"A1\")"), 0);
        assert_eq!(count("=LET(k,\"KEY_\",IMPORTRANGE(k&\"one\",\"A1\"))"), 0);
        assert_eq!(count("=IMPORTRANGE(\"key_one\",\"A1\")"), 1);
        assert_eq!(
            count("=IMPORTRANGE(\"https://evil.example/d/KEY_two?/d/KEY_one\",\"A1\")"),
            1
        );
        assert_eq!(
            count("=IMPORTRANGE(IF(A1,\"KEY_one\",\"KEY_two\"),\"A1\")"),
            1
        );
    }
}
