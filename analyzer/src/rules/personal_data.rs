use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags an e-mail address, a telephone, bank account, card or social security number written
    /// into a formula.*
    ///
    /// **Why** A formula is copied, exported and logged without a thought for the person in it, and
    /// no access rule for a column protects it.
    ///
    /// **Example**
    /// ```formula
    /// =IF(A1="jane.doe@example.org", 1, 0)
    /// =IF(A1="DE89 3704 0044 0532 0130 00", B1, 0)
    /// =COUNTIF(A:A, "4111 1111 1111 1111")
    /// =HYPERLINK("tel:+49 30 1234567", "call")
    /// =IF(A1="219-09-9999", 1, 0)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IF(A1=Inputs!$B$1, 1, 0)
    /// =COUNTIF(A:A, "1234 5678 9012 3456")
    /// =REGEXMATCH(A1, "@example\.org$")
    /// =HYPERLINK("mailto:" & A1, "write")
    /// ```
    ///
    /// **Limits** Account and card numbers are recognised by their check digits, so one that is
    /// mistyped is not seen; telephone numbers by the code of their country, `+49`. Of the numbers
    /// that countries give to persons only the American one is known by its form. Names and
    /// addresses are not recognised at all.
    "personal-data" {
        category: Privacy,
        severity: Medium,
        presets: [Security],
        sees: Template,
        check: Check::Nodes(NodeKinds::TEXT, check),
    }
}

/// The longest text that is looked at: a hostile one must not be read over and over.
const LONGEST: usize = 2_000;

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let span = context.formula.span(id);
    // The shortest of all, an e-mail address, and its quotes.
    if span.len() < 8 {
        return;
    }
    let Some(text) = context
        .formula
        .text(id)
        .filter(|text| text.len() <= LONGEST)
    else {
        return;
    };
    let what = if has_email(&text) {
        "An e-mail address"
    } else if is_iban(&text) {
        "The number of a bank account"
    } else if is_card_number(&text) {
        "The number of a payment card"
    } else if is_social_security_number(&text) {
        "A social security number"
    } else if is_telephone_number(&text) {
        "A telephone number"
    } else {
        return;
    };
    findings.report(
        span,
        format!(
            "{what} is written into the formula, where no access rule protects it. Put it into a \
             cell that only those may see who need it."
        ),
    );
}

/// `email = name "@" label ("." label)+`, where each name has letters or digits.
fn has_email(text: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    text.split(|c: char| !is_name(c) && c != '@').any(|word| {
        word.split_once('@').is_some_and(|(name, host)| {
            let labels = host.trim_end_matches('.').split('.');
            let (count, last) = labels
                .clone()
                .fold((0, ""), |(count, _), label| (count + 1, label));
            name.starts_with(char::is_alphanumeric)
                && count >= 2
                && labels
                    .clone()
                    .all(|label| !label.is_empty() && !label.contains('@'))
                && last.len() >= 2
                && last.chars().all(char::is_alphabetic)
        })
    })
}

/// The text is an IBAN with right check digits, with or without spaces.
fn is_iban(text: &str) -> bool {
    if text.len() < 15 || !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    let letters: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    let (Some(country), Some(digits)) = (letters.get(..2), letters.get(2..4)) else {
        return false;
    };
    let shaped = (15..=34).contains(&letters.len())
        && country.iter().all(u8::is_ascii_uppercase)
        && digits.iter().all(u8::is_ascii_digit)
        && letters
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let rotated = letters.iter().skip(4).chain(letters.iter().take(4));
    let remainder = rotated.fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte.saturating_sub(b'A')) + 10) % 97,
    });
    shaped && remainder == 1
}

/// The text is 13 to 19 digits with a right check digit, with or without spaces and dashes, that
/// begin as payment cards do.
fn is_card_number(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    if text.len() < 13 || !text.chars().all(is_plain) {
        return false;
    }
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let first = digits.first().copied().unwrap_or_default();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    (13..=19).contains(&digits.len()) && (3..=6).contains(&first) && sum.is_multiple_of(10)
}

/// `number = 3 digits "-" 2 digits "-" 4 digits`, none of them zero alone, of the areas that exist.
fn is_social_security_number(text: &str) -> bool {
    let mut parts = text.trim().split('-');
    let mut next = |length: usize| {
        let part = parts.next().filter(|part| part.len() == length)?;
        let is_digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_digits)
    };
    let numbers = (next(3), next(2), next(4));
    let exists = |area: u32| area != 0 && area != 666 && area < 900;
    parts.next().is_none()
        && matches!(numbers, (Some(area), Some(group), Some(serial))
            if exists(area) && group > 0 && serial > 0)
}

/// `number = ["tel:"] "+" digits`, 8 to 15 of them, parted by spaces, dashes, points or brackets.
fn is_telephone_number(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text).trim_start();
    let Some(rest) = text.strip_prefix('+') else {
        return false;
    };
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    rest.starts_with(|c: char| ('1'..='9').contains(&c))
        && rest.chars().all(is_part)
        && (8..=15).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::flagged;

    #[test]
    fn what_only_looks_like_personal_data_is_left_alone() {
        for text in [
            "@example.org",
            "a@b",
            "user@@example.org",
            "5 @ 3.50",
            "DE00370400440532013000",
            "000-12-3456",
            "219-9-99999",
            "+1 234",
            "+0.5 12345678",
            "+12345678 units",
        ] {
            assert!(flagged(&RULE, &format!("=\"{text}\"")).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_address_inside_a_text_is_seen() {
        assert_eq!(flagged(&RULE, "=\"Ask jane@example.org.\"").len(), 1);
    }
}
