use crate::ast::{Formula, NodeId, NodeKind, Reference};
use crate::extent;
use crate::parser::{Locale, parse};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags an IMPORTRANGE that copies a whole table where only a result may be needed.*
    ///
    /// **Why** Every row that is copied can be read by all who can read this spreadsheet, whoever
    /// may read the other one. A sum or a count gives none of the rows away.
    ///
    /// **Example**
    /// ```formula
    /// =IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Staff!A2:F")
    /// =FILTER(IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Staff!A1:F900"), TRUE)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Staff!F2:F"))
    /// =QUERY(IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Staff!A2:F"), "select Col2, sum(Col6) group by Col2")
    /// =IMPORTRANGE("1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg", "Totals!A1:F9")
    /// ```
    ///
    /// **Limits** Only the size of the range is looked at, not what stands in it. A range that is
    /// read from a cell is not judged.
    "row-level-import" {
        category: Privacy,
        severity: Low,
        presets: [Security],
        settings: ["max": 200 "How many cells may be copied from another spreadsheet."],
        sees: Template,
        check: Check::Calls(&["IMPORTRANGE"], check),
    }
}

/// Functions that give a result in place of the rows.
const RESULTS: &[&str] = &[
    "AVERAGE",
    "AVERAGEIF",
    "AVERAGEIFS",
    "COUNT",
    "COUNTA",
    "COUNTIF",
    "COUNTIFS",
    "COUNTUNIQUE",
    "HLOOKUP",
    "INDEX",
    "MATCH",
    "MAX",
    "MEDIAN",
    "MIN",
    "PERCENTILE",
    "STDEV",
    "SUM",
    "SUMIF",
    "SUMIFS",
    "SUMPRODUCT",
    "VLOOKUP",
    "XLOOKUP",
    "XMATCH",
];

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [_, range])) = formula.call(call) else {
        return;
    };
    let Some(text) = formula.text(formula.inside(*range)) else {
        return;
    };
    let max = context.setting(0);
    let Some(cells) = cells(&text).filter(|cells| *cells > u64::from(max)) else {
        return;
    };
    let gives_result = context
        .enclosing_calls(call)
        .any(|place| place.is_call_of(RESULTS) || is_summary(formula, place.call));
    if !gives_result {
        let how_many = match cells {
            u64::MAX => "a range without an end".to_owned(),
            _ => format!("more than {max} cells"),
        };
        findings.report(
            formula.span(*range),
            format!(
                "This copies {how_many} from another spreadsheet, where all who see this one can \
                 read every row. Import a sum, a count or only the rows that are needed."
            ),
        );
    }
}

/// How many cells the text refers to; [`u64::MAX`] without an end, `None` if that can not be told.
fn cells(text: &str) -> Option<u64> {
    let source = format!("={text}");
    let tree = parse(&source, Locale::default());
    let formula = Formula {
        source: &source,
        tree: &tree,
    };
    let NodeKind::Reference(reference) = formula.kind(tree.root()?) else {
        return None;
    };
    if reference.is_open() {
        return Some(u64::MAX);
    }
    let count = |size: fn(&Reference) -> Option<u32>| size(&reference).map(u64::from);
    Some(count(extent::rows)? * count(extent::columns)?)
}

/// Whether the call is a QUERY that sums up.
fn is_summary(formula: Formula<'_>, call: NodeId) -> bool {
    let Some((function, [_, query, ..])) = formula.call(call) else {
        return false;
    };
    let text = formula.text(formula.inside(*query)).unwrap_or_default();
    let text = text.to_ascii_lowercase();
    let sums_up = ["sum(", "count(", "avg(", "max(", "min("];
    function.name == "QUERY" && sums_up.iter().any(|part| text.contains(part))
}
