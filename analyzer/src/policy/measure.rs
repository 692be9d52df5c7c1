//! What can be counted and seen in a formula beyond the kind of a node: depth, exactness of a
//! lookup, anchors, addresses put together from cells.

use super::check::{self, Names};
use super::rule::Metric;
use super::style;
use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::constant;
use crate::rule::{Context, Place};

/// How far above a cell of an address a concatenation is looked for.
const STEPS_TO_CONCATENATION: usize = 64;

/// The nodes at which the formula measures more than `at_most`, each with what it measures. `names`
/// are those of the metric's [`Metric::functions`].
pub(super) fn over(
    context: &Context<'_>,
    metric: &Metric,
    names: &Names,
    at_most: u32,
) -> Vec<(NodeId, u32)> {
    let formula = &context.formula;
    if is_surely_small(formula, metric, at_most) {
        return Vec::new();
    }
    let whole = |count: usize| -> Vec<(NodeId, u32)> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let root = formula.tree.root().filter(|_| count > at_most);
        root.map(|root| (root, count)).into_iter().collect()
    };
    let count = |accepts: &dyn Fn(NodeId, NodeKind) -> bool| {
        formula
            .nodes()
            .filter(|(id, node)| accepts(*id, node.kind))
            .count()
    };
    match metric {
        Metric::Length => whole(formula.source.chars().count()),
        Metric::Lines => whole(formula.source.trim().lines().count()),
        Metric::Calls => whole(count(&|_, kind| matches!(kind, NodeKind::Call { .. }))),
        Metric::CallsOf(_) => whole(count(&|_, kind| names.is_call(formula, kind))),
        Metric::References => whole(count(&|id, kind| match kind {
            NodeKind::Reference(_) | NodeKind::TableReference => true,
            NodeKind::Name => !is_local_name(context, id),
            _ => false,
        })),
        Metric::Operators => whole(count(
            &|_, kind| matches!(kind, NodeKind::Infix(operator, ..) if operator != InfixOperator::Range),
        )),
        Metric::OperatorsOf(thing) => whole(count(&|id, kind| {
            check::is_thing(context, *thing, id, kind)
        })),
        Metric::Numbers => whole(count(&|id, kind| {
            matches!(kind, NodeKind::Number(_)) && !says_where(context, id)
        })),
        Metric::Arguments(functions) => {
            let mut found = Vec::new();
            for (id, node) in formula.nodes() {
                if let NodeKind::Call { arguments, .. } = node.kind
                    && (functions.is_none() || names.is_call(formula, node.kind))
                    && let Ok(count) = u32::try_from(arguments.len())
                    && count > at_most
                {
                    found.push((id, count));
                }
            }
            found
        }
        Metric::Nesting => nested(context, at_most, |kind| {
            matches!(kind, NodeKind::Call { .. })
        }),
        Metric::DistinctReferences => whole(style::distinct_references(context)),
        Metric::DistinctCalls => whole(style::distinct_functions(formula)),
        Metric::Parentheses => {
            let (id, depth) = style::parentheses(context);
            let deep = id.filter(|_| depth > at_most).map(|id| (id, depth));
            deep.into_iter().collect()
        }
        Metric::NestingOf(_) => nested(context, at_most, |kind| names.is_call(formula, kind)),
    }
}

/// Whether the formula is too small to measure more than `at_most`, whatever it holds.
fn is_surely_small(formula: &Formula<'_>, metric: &Metric, at_most: u32) -> bool {
    let most = match metric {
        // A text has no more characters and no more lines than bytes.
        Metric::Length | Metric::Lines => formula.source.len(),
        _ => formula.tree.nodes().len(),
    };
    u32::try_from(most).is_ok_and(|most| most <= at_most)
}

/// The outermost of the calls that stand in one another more than `at_most` deep, with the depth.
fn nested(
    context: &Context<'_>,
    at_most: u32,
    counts: impl Fn(NodeKind) -> bool,
) -> Vec<(NodeId, u32)> {
    let formula = &context.formula;
    let mut found: Vec<(NodeId, u32)> = Vec::new();
    for (id, _) in formula.nodes().filter(|(_, node)| counts(node.kind)) {
        let mut outermost = id;
        let mut depth = 1;
        for place in context.enclosing_calls(id) {
            if counts(formula.kind(place.call)) {
                outermost = place.call;
                depth += 1;
            }
        }
        if depth > at_most {
            match found.iter_mut().find(|(known, _)| *known == outermost) {
                Some((_, deepest)) => *deepest = depth.max(*deepest),
                None => found.push((outermost, depth)),
            }
        }
    }
    found
}

/// Whether what stands at this place of a call is guarded by it: an error handler guards its
/// first argument, any other function all of them.
pub(super) fn guards(place: Place) -> bool {
    place.argument == 0 || !place.is_call_of(&["IFERROR", "IFNA"])
}

/// Whether the lookup takes no key but the one it looks for. A call that is no lookup is exact.
pub(super) fn is_exact(formula: &Formula<'_>, call: NodeId) -> bool {
    let Some((function, arguments)) = formula.call(call) else {
        return true;
    };
    let value = |index: usize| {
        let given = arguments.get(index).copied();
        given.map(|id| match formula.kind(id) {
            NodeKind::Missing => Some(0.0),
            _ => constant::number(*formula, id),
        })
    };
    match function.name {
        "VLOOKUP" | "HLOOKUP" => value(3) == Some(Some(0.0)),
        "MATCH" => value(2) == Some(Some(0.0)),
        "XLOOKUP" => value(4).is_none_or(|mode| mode == Some(0.0) || mode == Some(2.0)),
        "XMATCH" => value(2).is_none_or(|mode| mode == Some(0.0) || mode == Some(2.0)),
        "LOOKUP" => false,
        _ => true,
    }
}

/// The place of the argument that makes the lookup exact, and what to write there.
pub(super) fn exact_argument(formula: &Formula<'_>, call: NodeId) -> Option<(u32, &'static str)> {
    let (function, _) = formula.call(call)?;
    match function.name {
        "VLOOKUP" | "HLOOKUP" => Some((4, "FALSE")),
        "MATCH" | "XMATCH" => Some((3, "0")),
        "XLOOKUP" => Some((5, "0")),
        _ => None,
    }
}

/// The reference with a `$` before each column and row; `None` for another node.
pub(super) fn anchored(formula: &Formula<'_>, id: NodeId) -> Option<String> {
    let NodeKind::Reference(reference) = formula.kind(id) else {
        return None;
    };
    let written = formula.written(id);
    let (sheet, cells) = match reference.sheet {
        Some(sheet) => {
            let start = formula.span(id).start;
            let after = usize::try_from(sheet.end.checked_sub(start)?).ok()? + 1;
            written.split_at_checked(after)?
        }
        None => ("", written),
    };
    let corners: Vec<String> = cells.split(':').map(anchored_corner).collect();
    Some(format!("{sheet}{}", corners.join(":")))
}

/// `$B$2` of `B2`, `$B2` or `B$2`
fn anchored_corner(corner: &str) -> String {
    let plain = corner.replace('$', "");
    let digits = plain
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(plain.len());
    let (column, row) = plain.split_at(digits);
    let anchor = |part: &str| {
        if part.is_empty() {
            String::new()
        } else {
            format!("${part}")
        }
    };
    anchor(column) + &anchor(row)
}

/// The parameters that say where, how many or how precisely, by their names in the catalogue.
const PLACES: &[&str] = &[
    "index",
    "is_sorted",
    "search_type",
    "match_mode",
    "search_mode",
    "places",
    "number_of_places",
    "number_of_characters",
    "starting_at",
    "extract_length",
    "row",
    "column",
    "offset_rows",
    "offset_columns",
    "height",
    "width",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "type",
    "function_code",
    "is_ascending",
    "sort_column",
    "headers",
    "num_items",
    "num_rows",
    "num_cols",
    "col_num",
    "row_num",
    "is_a1_notation",
    "absolute_relative_mode",
    "number_of_repetitions",
    "occurrence_number",
    "position",
    "day_count_convention",
    "mode",
    "table_number",
    "quartile_number",
    "display_ties_mode",
    "split_by_each",
    "n",
];

/// Whether the number is an argument that says where, how many or how precisely, rather than how
/// much: the column of a lookup, the digits of a rounding, a part of a date.
pub(super) fn says_where(context: &Context<'_>, number: NodeId) -> bool {
    let formula = &context.formula;
    let mut operand = number;
    while let Some(parent) = context.parent(operand) {
        match formula.kind(parent) {
            NodeKind::Group(_) | NodeKind::Prefix(..) => operand = parent,
            NodeKind::Call { .. } => break,
            _ => return false,
        }
    }
    context.parent(operand).is_some()
        && context.enclosing_call(operand).is_some_and(|place| {
            place
                .function
                .and_then(|function| function.parameter(place.argument))
                .is_some_and(|name| PLACES.contains(&name))
        })
}

/// Whether the name is one that `LET` or `LAMBDA` around it declares, or stands where they
/// declare one.
pub(super) fn is_local_name(context: &Context<'_>, id: NodeId) -> bool {
    context
        .enclosing_calls(id)
        .any(|place| place.is_call_of(&["LET", "LAMBDA"]))
}

/// The calls with an address that is put together from the content of cells.
pub(super) fn built_urls(context: &Context<'_>) -> Vec<NodeId> {
    let formula = &context.formula;
    let mut found: Vec<NodeId> = Vec::new();
    for (id, node) in formula.nodes() {
        let reads_cells = matches!(
            node.kind,
            NodeKind::Reference(_) | NodeKind::Name | NodeKind::TableReference
        );
        if !reads_cells || !is_joined(context, id) {
            continue;
        }
        let address = context.enclosing_calls(id).find(|place| {
            let parameter = place.function.and_then(|function| function.parameter(0));
            place.argument == 0 && parameter == Some("url")
        });
        if let Some(place) = address
            && !found.contains(&place.call)
        {
            found.push(place.call);
        }
    }
    found
}

/// Whether the node is part of a text that is put together.
fn is_joined(context: &Context<'_>, id: NodeId) -> bool {
    const JOINING: &[&str] = &["CONCATENATE", "CONCAT", "JOIN", "TEXTJOIN", "SUBSTITUTE"];
    let formula = &context.formula;
    std::iter::successors(context.parent(id), |node| context.parent(*node))
        .take(STEPS_TO_CONCATENATION)
        .any(|node| match formula.kind(node) {
            NodeKind::Infix(InfixOperator::Concatenate, ..) => true,
            NodeKind::Call { .. } => formula
                .call(node)
                .is_some_and(|(function, _)| JOINING.contains(&function.name)),
            _ => false,
        })
}
