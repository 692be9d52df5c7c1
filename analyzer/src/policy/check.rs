//! What rules of policies ask of single nodes: whether it is what they are about, whether it meets
//! what they demand, and the edit that would make it meet that.

use super::measure;
use super::message;
use super::rule::{FunctionSet, Requirement, Thing, Value};
use super::style;
use super::violation::Violation;
use crate::ast::{Formula, InfixOperator, NodeId, NodeKind, Reference};
use crate::constant;
use crate::finding::{Edit, Fix};
use crate::functions::{self, FunctionId};
use crate::parser::{Locale, parse};
use crate::rule::{Context, Surroundings};
use crate::sort;
use crate::span::Span;

/// A set of function names that is fast to look into.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    built_in: Vec<FunctionId>,
    other: Vec<String>,
}

impl Names {
    pub(super) fn new(set: &FunctionSet) -> Self {
        let mut names = Self::default();
        for name in &set.names {
            match functions::find(name) {
                Some(id) => names.built_in.push(id),
                None => names.other.push(name.clone()),
            }
        }
        sort::by_key(&mut names.built_in, |function| function.0.into());
        names.built_in.dedup();
        names
    }

    pub(super) fn built_in(&self) -> &[FunctionId] {
        &self.built_in
    }

    /// Whether one of the functions is not built in.
    pub(super) fn has_other(&self) -> bool {
        !self.other.is_empty()
    }

    /// Whether the node is a call of one of the functions.
    pub(super) fn is_call(&self, formula: &Formula<'_>, kind: NodeKind) -> bool {
        match kind {
            NodeKind::Call {
                function: Some(id), ..
            } => self.built_in.binary_search(&id).is_ok(),
            NodeKind::Call { name, .. } => {
                let name = name.of(formula.source);
                self.other
                    .iter()
                    .any(|other| other.eq_ignore_ascii_case(name))
            }
            _ => false,
        }
    }
}

/// Parses a formula and gives what `check` finds in it; nothing if it does not parse.
pub(super) fn alone(
    source: &str,
    check: impl FnOnce(&Context<'_>, &mut Vec<Violation>),
) -> Vec<Violation> {
    let tree = parse(source, Locale::default());
    let mut found = Vec::new();
    if tree.errors().is_empty() {
        let formula = Formula {
            source,
            tree: &tree,
        };
        let mut surroundings = Surroundings::default();
        surroundings.read(formula);
        let context = Context {
            formula,
            surroundings: &surroundings,
            settings: &[],
            locale: Locale::default(),
        };
        check(&context, &mut found);
    }
    found
}

/// The number with the minus sign that may stand before it.
pub(super) fn signed(context: &Context<'_>, id: NodeId, value: f64) -> f64 {
    match context
        .parent(id)
        .map(|parent| context.formula.kind(parent))
    {
        Some(NodeKind::Prefix(crate::ast::PrefixOperator::Minus, _)) => -value,
        _ => value,
    }
}

pub(super) fn calculates(formula: &Formula<'_>, root: NodeId) -> bool {
    matches!(
        formula.kind_inside(root),
        NodeKind::Call { .. } | NodeKind::Infix(..) | NodeKind::Apply { .. }
    )
}

pub(super) fn is_thing(context: &Context<'_>, thing: Thing, id: NodeId, kind: NodeKind) -> bool {
    let formula = &context.formula;
    if let NodeKind::Reference(reference) = kind {
        return is_reference(thing, &reference);
    }
    let infix = |accepts: fn(InfixOperator) -> bool| matches!(kind, NodeKind::Infix(operator, ..) if accepts(operator));
    match thing {
        Thing::NamedRanges => kind == NodeKind::Name && !measure::is_local_name(context, id),
        Thing::Divisions => {
            infix(|operator| operator == InfixOperator::Divide)
                || formula
                    .call(id)
                    .is_some_and(|(function, _)| function.name == "DIVIDE")
        }
        Thing::Multiplications => infix(|operator| operator == InfixOperator::Multiply),
        Thing::Concatenations => infix(|operator| operator == InfixOperator::Concatenate),
        Thing::Powers => infix(|operator| operator == InfixOperator::Power),
        Thing::Comparisons => infix(|operator| {
            use InfixOperator as Op;
            matches!(
                operator,
                Op::Equal
                    | Op::NotEqual
                    | Op::Less
                    | Op::LessOrEqual
                    | Op::Greater
                    | Op::GreaterOrEqual
            )
        }),
        Thing::Percents => matches!(kind, NodeKind::Percent(_)),
        Thing::LineBreaks => {
            formula.tree.root() == Some(id) && formula.source.trim().contains('\n')
        }
        Thing::CustomFunctions => {
            matches!(kind, NodeKind::Call { function: None, .. })
                && !measure::is_local_name(context, id)
        }
        Thing::ArrayLiterals => matches!(kind, NodeKind::Array(_)),
        Thing::EmptyArguments => kind == NodeKind::Missing,
        Thing::EmptyTexts => formula.text(id).is_some_and(|text| text.is_empty()),
        Thing::Additions => infix(|operator| operator == InfixOperator::Add),
        Thing::Subtractions => infix(|operator| operator == InfixOperator::Subtract),
        Thing::NeedlessPluses
        | Thing::DoubleNegations
        | Thing::LowercaseFunctions
        | Thing::Spaces
        | Thing::InsecureUrls => style::is(context, thing, id, kind),
        _ => false,
    }
}

pub(super) fn is_reference(thing: Thing, reference: &Reference) -> bool {
    let corners = || std::iter::once(reference.first).chain(reference.last);
    let anchors = || {
        corners().flat_map(|corner| {
            let column = (corner.column != 0).then_some(corner.column_absolute);
            let row = (corner.row != 0).then_some(corner.row_absolute);
            column.into_iter().chain(row)
        })
    };
    match thing {
        Thing::References => true,
        Thing::Ranges => reference.last.is_some(),
        Thing::WholeColumns => reference
            .last
            .is_some_and(|last| reference.first.row == 0 && last.row == 0),
        Thing::WholeRows => reference
            .last
            .is_some_and(|last| reference.first.column == 0 && last.column == 0),
        Thing::OpenRanges => reference.is_open(),
        Thing::AbsoluteReferences => anchors().all(|anchored| anchored),
        Thing::RelativeReferences => anchors().all(|anchored| !anchored),
        Thing::RelativeRanges => {
            reference.last.is_some() && is_reference(Thing::RelativeReferences, reference)
        }
        Thing::MixedReferences => {
            anchors().any(|anchored| anchored) && anchors().any(|anchored| !anchored)
        }
        _ => false,
    }
}

/// Whether an error handler gives a number or nothing in place of the error.
pub(super) fn hides_errors(formula: &Formula<'_>, id: NodeId) -> bool {
    let Some((_, arguments)) = formula.call(id) else {
        return false;
    };
    match arguments.get(1) {
        None => true,
        Some(fallback) => match formula.kind_inside(*fallback) {
            NodeKind::Missing | NodeKind::Number(_) | NodeKind::Boolean(_) => true,
            NodeKind::Prefix(_, inner) => matches!(formula.kind_inside(inner), NodeKind::Number(_)),
            NodeKind::Text => formula
                .text(formula.inside(*fallback))
                .is_some_and(|text| text.trim().is_empty() || text == "-"),
            _ => false,
        },
    }
}

/// Whether the node meets the requirement; [`Requirement::Inside`] and [`Requirement::Matches`] are
/// the caller's.
pub(super) fn meets(formula: &Formula<'_>, id: NodeId, requirement: &Requirement) -> bool {
    let arguments = match formula.kind(id) {
        NodeKind::Call { arguments, .. } => formula.list(arguments),
        _ => &[],
    };
    let argument = |place: u32| {
        let index = usize::try_from(place).ok()?.checked_sub(1)?;
        let given = *arguments.get(index)?;
        (formula.kind(given) != NodeKind::Missing).then_some(given)
    };
    match requirement {
        Requirement::ExactMatch => measure::is_exact(formula, id),
        Requirement::ArgumentGiven(place) => argument(*place).is_some(),
        Requirement::ArgumentIs(place, values) => argument(*place)
            .is_some_and(|given| values.iter().any(|value| equals(formula, given, value))),
        Requirement::ArgumentIsNot(place, values) => argument(*place)
            .is_none_or(|given| !values.iter().any(|value| equals(formula, given, value))),
        Requirement::Absolute => match formula.kind(id) {
            NodeKind::Reference(reference) => is_reference(Thing::AbsoluteReferences, &reference),
            _ => true,
        },
        Requirement::FromSpreadsheet(keys) => arguments.first().is_some_and(|source| {
            formula.text(formula.inside(*source)).is_some_and(|text| {
                keys.iter()
                    .any(|key| text == *key || text.contains(&format!("/d/{key}")))
            })
        }),
        Requirement::ArgumentNotConstant(place) => {
            argument(*place).is_none_or(|given| !style::is_literal(*formula, given))
        }
        Requirement::Inside(_)
        | Requirement::Around(_)
        | Requirement::FromHost(_)
        | Requirement::Matches(_) => false,
    }
}

pub(super) fn equals(formula: &Formula<'_>, id: NodeId, value: &Value) -> bool {
    let number = constant::number(*formula, id);
    #[expect(
        clippy::float_cmp,
        reason = "constants are compared as they are written"
    )]
    match value {
        Value::Number(wanted) => number.is_some_and(|number| number == *wanted),
        Value::Boolean(wanted) => {
            number.is_some_and(|number| number == f64::from(u8::from(*wanted)))
        }
        Value::Text(wanted) => formula
            .text(formula.inside(id))
            .is_some_and(|text| text == *wanted),
    }
}

/// The edit that makes the node meet the requirement, where one is evident.
pub(super) fn fix(formula: &Formula<'_>, id: NodeId, requirement: &Requirement) -> Option<Fix> {
    let (title, edit) = match requirement {
        Requirement::ExactMatch => {
            let (place, text) = measure::exact_argument(formula, id)?;
            set_argument(formula, id, place, text)?
        }
        Requirement::ArgumentIs(place, values) => {
            let text = message::value(values.first()?);
            set_argument(formula, id, *place, &text)?
        }
        Requirement::Absolute => {
            let text = measure::anchored(formula, id)?;
            (
                format!("Make it {text}"),
                Edit {
                    span: formula.span(id),
                    text,
                },
            )
        }
        _ => return None,
    };
    Some(Fix {
        title,
        safe: false,
        edits: vec![edit],
    })
}

/// The edit that writes `text` as the argument at `place`, if all arguments before it are given.
fn set_argument(
    formula: &Formula<'_>,
    call: NodeId,
    place: u32,
    text: &str,
) -> Option<(String, Edit)> {
    let (function, arguments) = formula.call(call)?;
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    let title = format!("Write {text} as argument {place} of {}", function.name);
    if let Some(given) = arguments.get(index) {
        let edit = Edit {
            span: formula.span(*given),
            text: text.to_owned(),
        };
        return Some((title, edit));
    }
    if arguments.len() != index {
        return None;
    }
    let last = *arguments.last()?;
    let before = match arguments.get(index.checked_sub(2)?) {
        Some(before) => Span::new(formula.span(*before).end, formula.span(last).start),
        None => return None,
    };
    let separator = if before.of(formula.source).contains(';') {
        ";"
    } else {
        ","
    };
    let edit = Edit {
        span: Span::at(formula.span(last).end),
        text: format!("{separator} {text}"),
    };
    Some((title, edit))
}
