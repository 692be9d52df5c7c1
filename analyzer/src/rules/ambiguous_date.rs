use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a date in a text that is another day in another country: `DATEVALUE("3/4/2024")`.*
    ///
    /// **Why** Whether that is the third of April or the fourth of March is decided by the locale of
    /// the spreadsheet, which the next owner may change.
    ///
    /// **Example**
    /// ```formula
    /// =DATEVALUE("3/4/2024")
    /// =A1-DATEVALUE("12.11.24")
    /// =VALUE("01-02-2024")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =DATE(2024, 4, 3)
    /// =DATEVALUE("2024-04-03")
    /// =DATEVALUE("31/12/2024")
    /// =DATEVALUE("3/3/2024")
    /// ```
    ///
    /// **Limits** A date that can only be read in one way is left alone.
    "ambiguous-date" {
        category: Risk,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["DATEVALUE", "VALUE", "TO_DATE"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [text])) = formula.call(call) else {
        return;
    };
    let text = formula.inside(*text);
    if formula
        .text(text)
        .is_some_and(|text| is_ambiguous(text.trim()))
    {
        findings.report(
            formula.span(text),
            "Which of the numbers is the day and which the month depends on the locale of the \
             spreadsheet. Use DATE(year, month, day).",
        );
    }
}

/// `date = number sep number sep year`, where both numbers can be a month and differ.
fn is_ambiguous(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [one, other, year] = parts.as_slice() else {
        return false;
    };
    let number = |part: &&str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
    let can_be_month = |number: u32| (1..=12).contains(&number);
    let is_year = matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit());
    match (number(one), number(other)) {
        (Some(one), Some(other)) => {
            is_year && one != other && can_be_month(one) && can_be_month(other)
        }
        _ => false,
    }
}
