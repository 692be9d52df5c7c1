//! How a formula is written, and where the addresses in it lead: signs, letter case, white space,
//! parentheses, what is counted once however often it stands there.
//!
//! Knows nothing of sentences.

use std::collections::BTreeSet;

use super::measure;
use super::rule::Thing;
use crate::ast::{Formula, NodeId, NodeKind, PrefixOperator};
use crate::constant;
use crate::link::{self, Address};
use crate::rule::Context;
use crate::span::Span;

/// Whether the node is the thing, for things of style.
pub(super) fn is(context: &Context<'_>, thing: Thing, id: NodeId, kind: NodeKind) -> bool {
    let formula = &context.formula;
    match thing {
        Thing::NeedlessPluses => matches!(kind, NodeKind::Prefix(PrefixOperator::Plus, _)),
        Thing::DoubleNegations => match kind {
            NodeKind::Prefix(PrefixOperator::Minus, inner) => matches!(
                formula.kind(inner),
                NodeKind::Prefix(PrefixOperator::Minus, _)
            ),
            _ => false,
        },
        Thing::LowercaseFunctions => match kind {
            NodeKind::Call {
                name,
                function: Some(_),
                ..
            } => name.of(formula.source).contains(char::is_lowercase),
            _ => false,
        },
        Thing::Spaces => formula.tree.root() == Some(id) && has_spaces(formula.source),
        Thing::InsecureUrls => insecure_address(context, id).is_some(),
        _ => false,
    }
}

/// Where the first address without https stands that the call may be given.
pub(super) fn insecure_address(context: &Context<'_>, call: NodeId) -> Option<Span> {
    let (function, _) = context.formula.call(call)?;
    if !link::WITH_ADDRESS.contains(&function.name) {
        return None;
    }
    let mut addresses = link::written_addresses(context, call).into_iter();
    let first = addresses.find(|written| written.insecure_scheme().is_some())?;
    Some(first.span)
}

/// Whether white space stands in the formula outside of texts and of names in quotes.
fn has_spaces(source: &str) -> bool {
    let mut quote = None;
    for character in source.trim().chars() {
        match quote {
            Some(open) if open == character => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => return true,
            Some(_) | None => {}
        }
    }
    false
}

/// Whether the argument is a constant as written: a number, a text, `TRUE` or `FALSE`.
pub(super) fn is_literal(formula: Formula<'_>, id: NodeId) -> bool {
    constant::number(formula, id).is_some()
        || matches!(
            formula.kind_inside(id),
            NodeKind::Text | NodeKind::Boolean(_)
        )
}

/// Whether every address that the call may be given leads to one of the hosts. An address that is
/// read from a cell could lead anywhere.
pub(super) fn reads_from(context: &Context<'_>, call: NodeId, hosts: &[String]) -> bool {
    let is_allowed = |host: &str| {
        hosts.iter().any(|allowed| {
            host.strip_suffix(allowed.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    };
    let addresses = link::written_addresses(context, call);
    !addresses.is_empty()
        && addresses.iter().all(|written| {
            let address = Address::parse_loosely(&written.text);
            // What `&` goes on with could make another host of it.
            (written.whole || address.is_host_complete) && is_allowed(&address.plain_host())
        })
}

/// How many different references and names the formula has; `$` makes no difference.
pub(super) fn distinct_references(context: &Context<'_>) -> usize {
    let formula = &context.formula;
    let written = formula
        .nodes()
        .filter(|(id, node)| match node.kind {
            NodeKind::Reference(_) | NodeKind::TableReference => true,
            NodeKind::Name => !measure::is_local_name(context, *id),
            _ => false,
        })
        .map(|(id, _)| formula.written(id).replace('$', ""));
    distinct(written)
}

/// How many different functions the formula calls.
pub(super) fn distinct_functions(formula: &Formula<'_>) -> usize {
    let names = formula.nodes().filter_map(|(_, node)| match node.kind {
        NodeKind::Call { name, .. } => Some(name.of(formula.source).to_owned()),
        _ => None,
    });
    distinct(names)
}

/// How many different texts there are, case aside.
fn distinct(texts: impl Iterator<Item = String>) -> usize {
    let mut seen = BTreeSet::new();
    // Collected, they would be sorted by code of their own.
    for text in texts {
        seen.insert(text.to_lowercase());
    }
    seen.len()
}

/// The parentheses that the most others stand around, and how many stand in one another there.
pub(super) fn parentheses(context: &Context<'_>) -> (Option<NodeId>, u32) {
    let formula = &context.formula;
    // Children come before their parents, so a pass from the end meets parents first.
    let mut depths = vec![0_u32; formula.tree.nodes().len()];
    let mut deepest = (None, 0);
    for (id, node) in formula.nodes().rev() {
        let above = context
            .parent(id)
            .and_then(|parent| depths.get(parent.index()).copied());
        let depth = above.unwrap_or(0) + u32::from(matches!(node.kind, NodeKind::Group(_)));
        if let Some(slot) = depths.get_mut(id.index()) {
            *slot = depth;
        }
        if depth > deepest.1 {
            deepest = (Some(id), depth);
        }
    }
    deepest
}
