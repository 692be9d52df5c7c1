//! What a name that LET or LAMBDA gives stands for where it is read.
//!
//! Which definition a name means is for [`crate::scope`] to say.

use crate::ast::{NodeId, NodeKind};
use crate::rule::Context;
use crate::subtree::equal_names;

/// What a name stands for where it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One of these expressions of the formula.
    Values(Vec<NodeId>),
    /// What a LAMBDA is given by somebody whom the formula does not show.
    Parameter,
    /// Nothing that the formula defines.
    Unbound,
}

/// What the name or the call at `at` stands for.
pub(crate) fn meaning(context: &Context<'_>, at: NodeId) -> Meaning {
    let Some(binding) = context.scopes().meaning(at) else {
        return Meaning::Unbound;
    };
    if let Some(value) = binding.value {
        return Meaning::Values(vec![value]);
    }
    match given_to(context, binding.name) {
        values if values.is_empty() => Meaning::Parameter,
        values => Meaning::Values(values),
    }
}

/// What the LAMBDA that has this parameter is given for it, as far as the formula shows.
fn given_to(context: &Context<'_>, parameter: NodeId) -> Vec<NodeId> {
    let place = context.parent(parameter).and_then(|lambda| {
        let (_, arguments) = context.formula.call(lambda)?;
        let place = arguments
            .iter()
            .position(|argument| *argument == parameter)?;
        Some((lambda, place))
    });
    place.map_or_else(Vec::new, |(lambda, place)| given(context, lambda, place))
}

/// What the LAMBDA is given for its parameter, as far as the formula shows.
fn given(context: &Context<'_>, lambda: NodeId, parameter: usize) -> Vec<NodeId> {
    let formula = context.formula;
    let mut whole = lambda;
    let parent = loop {
        match context.parent(whole) {
            Some(parent) if matches!(formula.kind(parent), NodeKind::Group(_)) => whole = parent,
            Some(parent) => break parent,
            None => return Vec::new(),
        }
    };
    match formula.kind(parent) {
        NodeKind::Apply { callee, arguments } if callee == whole => {
            let arguments = formula.list(arguments);
            arguments.get(parameter).copied().into_iter().collect()
        }
        NodeKind::Call { .. } => {
            let Some((function, arguments)) = formula.call(parent) else {
                return Vec::new();
            };
            let place = arguments.iter().position(|argument| *argument == whole);
            let argument = match (function.name, place) {
                ("MAP" | "REDUCE" | "SCAN", _) => arguments.get(parameter),
                ("BYROW" | "BYCOL", _) => arguments.first(),
                ("LET", Some(place)) if place % 2 == 1 => {
                    return place
                        .checked_sub(1)
                        .and_then(|name| arguments.get(name))
                        .map(|name| given_by_name(context, formula.written(*name), parameter))
                        .unwrap_or_default();
                }
                _ => None,
            };
            argument.copied().into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// What calls by this name give for the parameter. Which of two definitions of one name is meant
/// is not asked, so there may be too many.
fn given_by_name(context: &Context<'_>, name: &str, parameter: usize) -> Vec<NodeId> {
    let formula = context.formula;
    let arguments = formula.nodes().filter_map(|(_, node)| match node.kind {
        NodeKind::Call {
            name: called,
            function: None,
            arguments,
        } if equal_names(called.of(formula.source), name) => {
            formula.list(arguments).get(parameter).copied()
        }
        _ => None,
    });
    arguments.collect()
}
