use crate::ast::NodeId;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::subtree;

declare_rule! {
    /// *Flags a formula that looks up the same key in the same table more than once, each time for
    /// another column.*
    ///
    /// **Why** The row is searched anew each time, which is most of the work, and when the key or
    /// the table changes one of the lookups is forgotten.
    ///
    /// **Example**
    /// ```formula
    /// =VLOOKUP(A1, Prices!A:F, 2, FALSE)*VLOOKUP(A1, Prices!A:F, 5, FALSE)
    /// =XLOOKUP(A1, B:B, C:C)&XLOOKUP(A1, B:B, D:D)
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =LET(row, MATCH(A1, Prices!A:A, 0), INDEX(Prices!B:B, row)*INDEX(Prices!E:E, row))
    /// =VLOOKUP(A1, Prices!A:F, 2, FALSE)*VLOOKUP(B1, Prices!A:F, 5, FALSE)
    /// ```
    ///
    /// **Limits** Lookups that are the same in every argument are for `repeated-expression`. Those
    /// in other cells are not seen.
    "repeated-lookup" {
        category: Performance,
        severity: Info,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Calls(&["VLOOKUP", "HLOOKUP", "XLOOKUP"], check),
    }
}

/// How many nodes before the lookup are compared with it: lookups of one key stand close to one
/// another, and a hostile formula must not cost the square of its length.
const MOST_COMPARED: usize = 200;

fn check(context: &Context<'_>, call: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some((function, [key, table, _, ..])) = formula.call(call) else {
        return;
    };
    if findings.is_full() {
        return;
    }
    let is_same_lookup = |other: NodeId| {
        formula.call(other).is_some_and(|(name, arguments)| {
            name.name == function.name
                && matches!(arguments, [other_key, other_table, _, ..]
                    if subtree::same(formula, *key, *other_key)
                        && subtree::same(formula, *table, *other_table))
        })
    };
    let mut earlier = (0..call.0).rev().take(MOST_COMPARED).map(NodeId);
    let same = earlier.find(|other| is_same_lookup(*other));
    if same.is_some_and(|other| !subtree::same(formula, call, other)) {
        findings.report(
            formula.span(call),
            "The same key is looked up in the same table before, so the row is searched for \
             twice. Find the row once with MATCH, name it with LET, and take the columns with \
             INDEX.",
        );
    }
}
