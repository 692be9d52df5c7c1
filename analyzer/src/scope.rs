//! Names that LET and LAMBDA give: which definition a name means, and what it stands for.

use crate::ast::{NodeId, NodeKind};
use crate::rule::Context;
use crate::subtree::equal_names;

/// Where a name is defined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    /// The LET or LAMBDA.
    pub(crate) call: NodeId,
    /// Which argument of it is the name, from 0.
    pub(crate) argument: usize,
}

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

/// The definition that `word` means where `at` stands: the innermost that can be seen there.
pub(crate) fn binding(context: &Context<'_>, at: NodeId, word: &str) -> Option<Binding> {
    context.enclosing_calls(at).find_map(|place| {
        let (function, arguments) = context.formula.call(place.call)?;
        let (seen, step) = match function.name {
            // A value sees the names before its own.
            "LET" if place.argument % 2 == 1 => (place.argument - 1, 2),
            "LET" if place.argument + 1 == arguments.len() => (place.argument, 2),
            "LAMBDA" if place.argument + 1 == arguments.len() => (place.argument, 1),
            _ => return None,
        };
        let names = arguments.get(..seen)?.iter().enumerate().step_by(step);
        let mut last = None;
        for (argument, name) in names {
            if equal_names(context.formula.written(*name), word) {
                last = Some(argument);
            }
        }
        let call = place.call;
        last.map(|argument| Binding { call, argument })
    })
}

/// What `word` stands for where `at` stands.
pub(crate) fn meaning(context: &Context<'_>, at: NodeId, word: &str) -> Meaning {
    let Some(Binding { call, argument }) = binding(context, at, word) else {
        return Meaning::Unbound;
    };
    let Some((function, arguments)) = context.formula.call(call) else {
        return Meaning::Unbound;
    };
    if function.name == "LET" {
        let value = arguments.get(argument + 1).copied();
        return value.map_or(Meaning::Parameter, |value| Meaning::Values(vec![value]));
    }
    match given(context, call, argument) {
        values if values.is_empty() => Meaning::Parameter,
        values => Meaning::Values(values),
    }
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
