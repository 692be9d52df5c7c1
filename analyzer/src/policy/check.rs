//! Checks a formula against the rules of a policy: one pass over the nodes for each rule that can
//! apply, and never more work than the formula is long.

use std::borrow::Cow;

use super::measure;
use super::message;
use super::rule::{Demand, FunctionSet, PolicyRule, Requirement, Target, Thing, Value, What};
use crate::ast::{Formula, InfixOperator, NodeId, NodeKind, Reference};
use crate::constant;
use crate::finding::{Edit, Fix, Severity};
use crate::functions::{self, FunctionId};
use crate::parser::{Locale, parse};
use crate::rule::{Context, Surroundings};
use crate::span::Span;

/// Where a formula breaks a rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The sentence's place in [`super::Compiled::sentences`].
    pub sentence: u32,
    /// The rule's name: a built-in rule's where there is one that looks for the same.
    pub rule: Cow<'static, str>,
    /// How much it matters, by the sentence's level.
    pub severity: Severity,
    /// The part of the formula in question, in bytes.
    pub span: Span,
    /// What is wrong, and what to do.
    pub message: String,
    /// An edit that would mend it.
    pub fix: Option<Fix>,
}

/// A rule made ready to run.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    sentence: u32,
    severity: Severity,
    name: &'static str,
    demand: Demand,
    /// The demand's target's functions, and those it must stand within or inside.
    calls: Names,
    within: Names,
    inside: Names,
    paraphrase: String,
}

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
        names.built_in.sort_unstable();
        names
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
        };
        check(&context, &mut found);
    }
    found
}

impl Runner {
    pub(super) fn new(sentence: u32, rule: &PolicyRule) -> Self {
        let empty = FunctionSet::default();
        let demand = match &rule.demand {
            Demand::Prefer(_, avoided) => avoided.as_ref().clone(),
            other => other.clone(),
        };
        let (target, inside) = match &demand {
            Demand::Require(target, Requirement::Inside(inside)) => (Some(target), inside),
            Demand::Forbid(target) | Demand::Require(target, _) => (Some(target), &empty),
            Demand::Limit(..) | Demand::Prefer(..) | Demand::AllowOnly(_) => (None, &empty),
        };
        let calls = match (&demand, target.map(|target| &target.what)) {
            (Demand::AllowOnly(set), _) | (_, Some(What::Calls(set) | What::MaskedErrors(set))) => {
                Names::new(set)
            }
            _ => Names::default(),
        };
        let within = target
            .and_then(|target| target.within.as_ref())
            .map(Names::new)
            .unwrap_or_default();
        Self {
            sentence,
            severity: rule.severity,
            name: message::rule_name(&rule.demand),
            calls,
            within,
            inside: Names::new(inside),
            paraphrase: rule.paraphrase.clone(),
            demand,
        }
    }

    /// Adds what is wrong with the formula.
    pub(super) fn run(&self, context: &Context<'_>, found: &mut Vec<Violation>) {
        let formula = &context.formula;
        match &self.demand {
            Demand::Forbid(target) => {
                for id in self.targets(context, target) {
                    self.report(formula, id, None, found);
                }
            }
            Demand::Require(target, requirement) => {
                for id in self.targets(context, target) {
                    let met = match requirement {
                        Requirement::Inside(_) if target.what == What::Calculations => {
                            self.inside.is_call(formula, formula.kind_inside(id))
                        }
                        Requirement::Inside(_) => context.enclosing_calls(id).any(|place| {
                            self.inside.is_call(formula, formula.kind(place.call))
                                && measure::guards(place)
                        }),
                        other => meets(formula, id, other),
                    };
                    if !met {
                        self.report(formula, id, fix(formula, id, requirement), found);
                    }
                }
            }
            Demand::Limit(metric, at_most) => {
                for (id, value) in measure::over(context, metric, *at_most) {
                    let span = formula.span(id);
                    let message = message::over_limit(metric, value, *at_most, &self.paraphrase);
                    self.push(span, message, None, found);
                }
            }
            Demand::AllowOnly(_) => {
                for (id, node) in formula.nodes() {
                    let is_call = matches!(node.kind, NodeKind::Call { .. });
                    if is_call && !self.calls.is_call(formula, node.kind) {
                        self.report(formula, id, None, found);
                    }
                }
            }
            Demand::Prefer(..) => {}
        }
    }

    fn report(
        &self,
        formula: &Formula<'_>,
        id: NodeId,
        fix: Option<Fix>,
        found: &mut Vec<Violation>,
    ) {
        let message = message::broken(formula, id, &self.paraphrase);
        self.push(formula.span(id), message, fix, found);
    }

    fn push(&self, span: Span, message: String, fix: Option<Fix>, found: &mut Vec<Violation>) {
        found.push(Violation {
            sentence: self.sentence,
            rule: Cow::Borrowed(self.name),
            severity: self.severity,
            span,
            message,
            fix,
        });
    }

    /// The nodes that the target means, in the order of the tree.
    fn targets(&self, context: &Context<'_>, target: &Target) -> Vec<NodeId> {
        let formula = &context.formula;
        if target.what == What::Calculations {
            let root = formula.tree.root();
            return root
                .filter(|root| calculates(formula, *root))
                .into_iter()
                .collect();
        }
        let mut targets: Vec<NodeId> = if target.what == What::Thing(Thing::BuiltUrls) {
            measure::built_urls(context)
        } else {
            formula
                .nodes()
                .filter(|(id, node)| self.is_target(context, &target.what, *id, node.kind))
                .map(|(id, _)| id)
                .collect()
        };
        if target.within.is_some() {
            targets.retain(|id| {
                // An address is an argument of the call that is found itself.
                if target.what == What::Thing(Thing::BuiltUrls) {
                    return self.within.is_call(formula, formula.kind(*id));
                }
                context
                    .enclosing_calls(*id)
                    .any(|place| self.within.is_call(formula, formula.kind(place.call)))
            });
        }
        targets
    }

    fn is_target(&self, context: &Context<'_>, what: &What, id: NodeId, kind: NodeKind) -> bool {
        let formula = &context.formula;
        match what {
            What::Calls(_) => self.calls.is_call(formula, kind),
            What::Thing(thing) => is_thing(context, *thing, id, kind),
            What::Numbers(allowed) => match kind {
                NodeKind::Number(value) => {
                    let value = signed(context, id, value);
                    !allowed.contains(&value) && !measure::says_where(context, id)
                }
                _ => false,
            },
            What::Texts(allowed) => formula
                .text(id)
                .is_some_and(|text| !text.is_empty() && !allowed.iter().any(|one| *one == text)),
            What::OtherSheets(allowed) => match kind {
                NodeKind::Reference(reference) => {
                    formula.sheet_name(&reference).is_some_and(|sheet| {
                        !allowed.iter().any(|one| one.eq_ignore_ascii_case(&sheet))
                    })
                }
                _ => false,
            },
            What::ErrorValues(only) => {
                let written = formula.written(id);
                matches!(kind, NodeKind::Error(_))
                    && (only.is_empty() || only.iter().any(|one| written.ends_with(one.as_str())))
            }
            What::MaskedErrors(_) => self.calls.is_call(formula, kind) && hides_errors(formula, id),
            What::Calculations => false,
        }
    }
}

/// The number with the minus sign that may stand before it.
fn signed(context: &Context<'_>, id: NodeId, value: f64) -> f64 {
    match context
        .parent(id)
        .map(|parent| context.formula.kind(parent))
    {
        Some(NodeKind::Prefix(crate::ast::PrefixOperator::Minus, _)) => -value,
        _ => value,
    }
}

fn calculates(formula: &Formula<'_>, root: NodeId) -> bool {
    matches!(
        formula.kind_inside(root),
        NodeKind::Call { .. } | NodeKind::Infix(..) | NodeKind::Apply { .. }
    )
}

fn is_thing(context: &Context<'_>, thing: Thing, id: NodeId, kind: NodeKind) -> bool {
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
        _ => false,
    }
}

fn is_reference(thing: Thing, reference: &Reference) -> bool {
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
fn hides_errors(formula: &Formula<'_>, id: NodeId) -> bool {
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

/// Whether the node meets the requirement; [`Requirement::Inside`] is the caller's.
fn meets(formula: &Formula<'_>, id: NodeId, requirement: &Requirement) -> bool {
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
        Requirement::Inside(_) => false,
    }
}

fn equals(formula: &Formula<'_>, id: NodeId, value: &Value) -> bool {
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
fn fix(formula: &Formula<'_>, id: NodeId, requirement: &Requirement) -> Option<Fix> {
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
