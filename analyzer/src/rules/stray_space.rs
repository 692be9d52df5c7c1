use crate::ast::NodeKind;
use crate::finding::Edit;
use crate::rule::{Check, Context, Findings, declare_rule};
use crate::sort;
use crate::span::Span;

declare_rule! {
    /// *Flags spaces that are there by accident: several in a row, one before a bracket, a comma or
    /// the end.*
    ///
    /// **Why** They make one formula look like two different ones to who searches or compares, and
    /// are left behind by edits that were not finished.
    ///
    /// **Example**
    /// ```formula
    /// =SUM (A1:A9)
    /// =A1  +  B1
    /// =IF(A1>0 , B1, C1 )
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =SUM(A1:A9)
    /// =A1 + B1
    /// =IF(A1>0, B1, C1)
    /// ="two  spaces"
    /// ```
    ///
    /// **Limits** Spaces at the begin and the end of a line set a formula in order and are left
    /// alone, as are those in texts and names.
    "stray-space" {
        category: Complexity,
        severity: Info,
        presets: [],
        sees: Text,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let source = context.formula.source;
    // Most formulas have no space next to another one or before a bracket.
    if !source.contains("  ") && !has_space_before_mark(source) && !source.ends_with(' ') {
        return;
    }
    let mut texts = texts(context);
    sort::by_key(&mut texts, |text| text.in_order());
    let mut start = 0;
    while let Some(found) = source.get(start..).and_then(|rest| rest.find(' ')) {
        let from = start + found;
        let rest = source.get(from..).unwrap_or_default();
        let to = from + (rest.len() - rest.trim_start_matches(' ').len());
        start = to;
        let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(to)) else {
            return;
        };
        let span = Span::new(from, to);
        let after = texts.partition_point(|text| text.end <= from);
        let is_in_text = texts.get(after).is_some_and(|text| text.start < to);
        if !is_in_text && !findings.is_full() {
            report(source, span, findings);
        }
    }
}

fn report(source: &str, span: Span, findings: &mut Findings<'_>) {
    let before = source.get(..span.start as usize).unwrap_or_default();
    let after = source.get(span.end as usize..).unwrap_or_default();
    let at_line_end = before.ends_with(['\n', '\r']) || after.starts_with(['\n', '\r']);
    let is_needless = after.is_empty() || after.starts_with(['(', ')', ',', ';', '}']);
    // What follows an operator may be set apart from it.
    let after_operator = before.ends_with(|c: char| "+-*/^&=<>,;({".contains(c));
    // After a comma it stands for an argument that is left out.
    if at_line_end || after_operator && span.len() == 1 {
        return;
    }
    let left = if is_needless && !after_operator {
        ""
    } else if span.len() > 1 {
        " "
    } else {
        return;
    };
    findings
        .report(
            span,
            "These spaces do nothing, and make a formula look different from its like. Remove \
             them.",
        )
        .safe_fix(
            "Remove the spaces",
            vec![Edit {
                span,
                text: left.to_owned(),
            }],
        );
}

fn has_space_before_mark(source: &str) -> bool {
    let bytes = source.as_bytes();
    let mut pairs = bytes.iter().zip(bytes.iter().skip(1));
    pairs.any(|(one, next)| *one == b' ' && b"(),;}".contains(next))
}

/// Where spaces mean something: in texts, in the names of sheets and tables.
fn texts(context: &Context<'_>) -> Vec<Span> {
    let nodes = context.formula.nodes();
    let spans = nodes.filter_map(|(_, node)| match node.kind {
        NodeKind::Text
        | NodeKind::Reference(_)
        | NodeKind::Name
        | NodeKind::Error(_)
        | NodeKind::TableReference => Some(node.span),
        NodeKind::Property { property, .. } => Some(property),
        _ => None,
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{fixed, flagged};

    #[test]
    fn only_spaces_that_mean_nothing_go() {
        assert_eq!(
            fixed(&RULE, "=SUM (A1 , 'My  Sheet'!B1 )  *  (C1) & \"a  (\""),
            "=SUM(A1, 'My  Sheet'!B1) * (C1) & \"a  (\""
        );
    }

    #[test]
    fn lines_that_are_set_in_order_are_left_alone() {
        assert!(flagged(&RULE, "=IF(\n    A1>0,  \n    B1\n  )").is_empty());
        assert!(flagged(&RULE, "=A1 * (B1 + C1)").is_empty());
        assert!(flagged(&RULE, "=VLOOKUP(A1, B:C, 2, )").is_empty());
    }
}
