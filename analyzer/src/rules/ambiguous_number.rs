use crate::ast::{Formula, NodeId, NodeKind, PrefixOperator};
use crate::kind;
use crate::rule::{Check, Context, Findings, NodeKinds, declare_rule};

declare_rule! {
    /// *Flags a text that is another number in another country: `VALUE("1,234")`.*
    ///
    /// **Why** Whether the comma parts thousands or decimals is decided by the locale of the
    /// spreadsheet, which the next owner may change. The figure is then a thousand times another.
    ///
    /// **Example**
    /// ```formula
    /// =VALUE("1,234")
    /// =A1*"1.5"
    /// =-"2,5"
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =1234
    /// =A1*1.5
    /// =VALUE("1234")
    /// =A1="1.5"
    /// =A1&"1.5"
    /// ```
    ///
    /// **Limits** Only a text with a single point or comma is judged: with two of them it can
    /// mostly be read in one way.
    "ambiguous-number" {
        category: Risk,
        severity: Low,
        presets: [Recommended, Fast, Icaew],
        sees: Template,
        check: Check::Nodes(
            NodeKinds::INFIX.and(NodeKinds::PREFIX).and(NodeKinds::CALL),
            check,
        ),
    }
}

fn check(context: &Context<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let formula = context.formula;
    match formula.kind(id) {
        NodeKind::Infix(operator, left, right) if kind::is_arithmetic(operator) => {
            report(formula, left, findings);
            report(formula, right, findings);
        }
        NodeKind::Prefix(PrefixOperator::Minus, operand) => report(formula, operand, findings),
        NodeKind::Call { .. } => {
            if let Some((function, [text])) = formula.call(id)
                && function.name == "VALUE"
            {
                report(formula, *text, findings);
            }
        }
        _ => {}
    }
}

fn report(formula: Formula<'_>, operand: NodeId, findings: &mut Findings<'_>) {
    let operand = formula.inside(operand);
    if formula
        .text(operand)
        .is_some_and(|text| is_ambiguous(text.trim()))
    {
        findings.report(
            formula.span(operand),
            "Which number this text is depends on the locale of the spreadsheet: the point or \
             comma can part thousands or decimals. Write a number without quotes.",
        );
    }
}

/// `number = ["-"] digits ("." | ",") digits`
fn is_ambiguous(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once(['.', ','])
        .is_some_and(|(whole, rest)| is_digits(whole) && is_digits(rest))
}
