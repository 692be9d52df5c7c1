use crate::ast::NodeId;
use crate::flow;
use crate::link;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::written;

declare_rule! {
    /// *Flags an address that carries personal data by its own account: `?email=` and a cell.*
    ///
    /// **Why** The address is sent to a server, kept in its logs and in those of every proxy on the
    /// way. Personal data does not belong there.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTDATA("https://api.example/check?email=" & A2)
    /// =IMAGE("https://api.example/badge?id=7&phone=" & ENCODEURL(B2))
    /// =HYPERLINK(CONCATENATE("https://api.example/?iban=", C2), "Pay")
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =IMPORTDATA("https://api.example/check?customer=" & A2)
    /// =HYPERLINK("mailto:" & A2, "Write")
    /// ```
    ///
    /// **Limits** Only the name of the parameter is looked at, and only where the cell follows it
    /// at once.
    "personal-data-in-url" {
        category: Privacy,
        severity: High,
        presets: [Recommended, Security],
        sees: Template,
        check: Check::Calls(link::WITH_ADDRESS, check),
    }
}

/// Parameters that hold personal data.
const PERSONAL: &[&str] = &[
    "address",
    "birthdate",
    "birthday",
    "card",
    "cardnumber",
    "creditcard",
    "dateofbirth",
    "dob",
    "email",
    "emailaddress",
    "firstname",
    "fullname",
    "iban",
    "lastname",
    "mail",
    "mobile",
    "passport",
    "phone",
    "phonenumber",
    "salary",
    "socialsecuritynumber",
    "ssn",
    "surname",
    "taxid",
    "telephone",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [address, ..])) = formula.call(call) else {
        return;
    };
    let Some((parts, _)) = written::joined(context, formula.inside(*address)) else {
        return;
    };
    for pair in parts.windows(2) {
        let [before, value] = pair else {
            continue;
        };
        let Some(text) = formula.text(formula.inside(*before)) else {
            continue;
        };
        let Some(name) = personal_parameter(&text) else {
            continue;
        };
        if flow::reads_cells(context, *value) && !findings.is_full() {
            findings.report(
                formula.span(*value),
                format!(
                    "This becomes the parameter {name} of an address, so personal data goes to a \
                     server and into its logs. Send a number that only you can tell apart."
                ),
            );
        }
    }
}

/// The parameter that the text ends with, if it is one of [`PERSONAL`].
fn personal_parameter(text: &str) -> Option<&str> {
    let name = text.trim_end().strip_suffix('=')?;
    let (_, name) = name.rsplit_once(['?', '&', ';', '#'])?;
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    PERSONAL.binary_search(&plain.as_str()).ok().map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::{PERSONAL, RULE};
    use crate::rules::testing::flagged;

    #[test]
    fn the_names_are_sorted() {
        assert!(PERSONAL.is_sorted());
    }

    #[test]
    fn the_value_is_marked_however_the_name_is_written() {
        let formula = "=IMAGE(\"https://a.example/?x=1&E-Mail=\"&A1&\"&n=2\")";
        assert_eq!(flagged(&RULE, formula), ["A1"]);
        let formula = "=LET(m,A1,IMAGE(\"https://a.example/?First_Name=\"&m))";
        assert_eq!(flagged(&RULE, formula), ["m"]);
    }

    #[test]
    fn a_value_that_is_written_out_is_left_alone() {
        assert!(flagged(&RULE, "=IMAGE(\"https://a.example/?mail=\"&\"yes\")").is_empty());
    }
}
