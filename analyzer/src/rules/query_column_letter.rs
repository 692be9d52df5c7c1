use crate::ast::{NodeId, NodeKind};
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a QUERY whose text names columns by their letters: `"select B where C > 5"`.*
    ///
    /// **Why** The letters stand in a text, so they stay as they are when a column is inserted or
    /// moved, and the query goes on with another column.
    ///
    /// **Example**
    /// ```formula
    /// =QUERY(A1:D99, "select B where C > 5")
    /// =QUERY(Data!A:F, "select A, sum(F) group by A", 1)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =QUERY({A1:D99}, "select Col2 where Col3 > 5")
    /// =FILTER(B1:B99, C1:C99>5)
    /// =QUERY(A1:D99, "limit 5")
    /// ```
    ///
    /// **Limits** Only a text that is written out is read. `Col2` moves with the range but not when
    /// a column is inserted into it.
    "query-column-letter" {
        category: Reference,
        severity: Info,
        presets: [],
        sees: Template,
        check: Check::Calls(&["QUERY"], check),
    }
}

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((_, [data, query, ..])) = formula.call(call) else {
        return;
    };
    let is_range = matches!(formula.kind_inside(*data), NodeKind::Reference(_));
    let query = formula.inside(*query);
    if is_range && formula.text(query).is_some_and(|text| names_column(&text)) {
        findings.report(
            formula.span(query),
            "This query names columns by letters in a text, which do not change when a column is \
             inserted. Use FILTER, or make the letters from the columns they mean.",
        );
    }
}

/// Whether a word of one or two capitals stands in the text outside of its quotes.
fn names_column(text: &str) -> bool {
    const WORDS: &[&str] = &["AS", "BY", "IS", "OR"];

    let outside = text.split(['\'', '"']).step_by(2);
    outside
        .flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .any(|word| {
            matches!(word.len(), 1 | 2)
                && word.bytes().all(|byte| byte.is_ascii_uppercase())
                && !WORDS.contains(&word)
        })
}
