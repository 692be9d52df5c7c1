use crate::ast::NodeKind;
use crate::rule::{Check, Context, Findings, declare_rule};

declare_rule! {
    /// *Flags a formula that calculates with numbers alone: `=1200+350`.*
    ///
    /// **Why** It is an input that looks like a result. Nobody sees what the numbers stand for, and
    /// a change to them leaves no trace in the inputs.
    ///
    /// **Example**
    /// ```formula
    /// =1200+350
    /// =(80*1.5)-12.5
    /// ```
    ///
    /// **Instead**
    /// ```formula
    /// =A1+B1
    /// =1550
    /// =1/3
    /// =PI()*2
    /// ```
    ///
    /// **Limits** Simple fractions and products of units, such as `24*60`, are left alone.
    "constant-formula" {
        category: Constant,
        severity: Low,
        presets: [Fast, Icaew],
        sees: Template,
        check: Check::Formula(check),
    }
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let formula = context.formula;
    let Some(root) = formula.tree.root() else {
        return;
    };
    if !matches!(formula.kind_inside(root), NodeKind::Infix(..)) {
        return;
    }
    let is_arithmetic = |kind| {
        matches!(
            kind,
            NodeKind::Number(_)
                | NodeKind::Group(_)
                | NodeKind::Prefix(..)
                | NodeKind::Percent(_)
                | NodeKind::Infix(..)
        )
    };
    let is_unremarkable = |kind| match kind {
        NodeKind::Number(number) => UNITS.contains(&number),
        _ => true,
    };
    let nodes = formula.tree.nodes();
    if nodes.iter().all(|node| is_arithmetic(node.kind))
        && !nodes.iter().all(|node| is_unremarkable(node.kind))
    {
        findings.report(
            formula.span(root),
            "This calculates with numbers alone, so it is an input that looks like a result. Put \
             each number into a labelled cell and refer to those.",
        );
    }
}

/// Numbers whose quotients and products say what they are.
const UNITS: &[f64] = &[
    1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 24.0, 52.0, 60.0, 100.0, 365.0,
    1000.0, 1024.0,
];
