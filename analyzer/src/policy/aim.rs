//! What a rule is about: a target, found among the nodes of a formula, and what it must meet.

use super::check::{self, Names};
use super::form;
use super::measure;
use super::pattern::{Matched, Query, Ready, STEPS, Start};
use super::rule::{FunctionSet, Requirement, Target, Thing, What};
use super::runner::Wants;
use super::style;
use crate::ast::{NodeId, NodeKind};
use crate::functions;
use crate::link;
use crate::rule::{Context, NodeKinds};
use crate::sort;

/// A target and what it must meet, if it may be there at all.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    pub(super) what: What,
    /// The functions that `what` names.
    calls: Names,
    /// What `what` looks for, if it has a pattern, or if a rewrite needs to know the arguments.
    pub(super) query: Option<Ready>,
    within: Option<Names>,
    pub(super) requirement: Option<Requirement>,
    /// The functions that it must stand inside, or that it must guard.
    inside: Names,
    /// What must stand for it too.
    pub(super) also: Option<Ready>,
}

/// A node that a rule is about, with what the holes of its pattern stand for if it has one.
pub(super) struct Hit(pub(super) Option<Matched>);

impl Aim {
    pub(super) fn of(
        target: &Target,
        requirement: Option<&Requirement>,
        rewrites: bool,
    ) -> Option<Self> {
        let none = FunctionSet::default();
        let (calls, query) = match &target.what {
            What::Calls(set) => (set, rewrites.then(|| form::calls_as_query(set))),
            What::MaskedErrors(set) => (set, None),
            What::Pattern(query) => (&none, Some((**query).clone())),
            _ => (&none, None),
        };
        let inside = match requirement {
            Some(
                Requirement::Inside(set)
                | Requirement::Around(What::Calls(set) | What::MaskedErrors(set)),
            ) => set,
            _ => &none,
        };
        let also = match (requirement, &query) {
            (Some(Requirement::Matches(patterns)), Some(query)) => {
                Some(query.ready().ok()?.beside(patterns).ok()?)
            }
            (Some(Requirement::Matches(patterns)), None) => {
                let query = Query {
                    patterns: patterns.clone(),
                    ..Query::default()
                };
                Some(query.ready().ok()?)
            }
            _ => None,
        };
        Some(Self {
            what: target.what.clone(),
            calls: Names::new(calls),
            query: match query {
                Some(query) => Some(query.ready().ok()?),
                None => None,
            },
            within: target.within.as_ref().map(Names::new),
            requirement: requirement.cloned(),
            inside: Names::new(inside),
            also,
        })
    }

    pub(super) fn wants(&self) -> Wants {
        match &self.what {
            What::Calls(_) | What::MaskedErrors(_) => Wants {
                functions: self.calls.built_in().to_vec(),
                other_calls: self.calls.has_other(),
                ..Wants::default()
            },
            What::Thing(thing) => of_thing(*thing),
            What::Numbers(_) => Wants::kinds(NodeKinds::NUMBER),
            What::Texts(_) => Wants::kinds(NodeKinds::TEXT),
            What::OtherSheets(_) | What::Sheets(_) => Wants::kinds(NodeKinds::REFERENCE),
            What::ErrorValues(_) => Wants::kinds(NodeKinds::ERROR),
            What::Calculations => Wants::formula(),
            What::Pattern(_) => {
                let mut wants = Wants::default();
                for start in self.query.iter().flat_map(Ready::starts) {
                    match start {
                        Start::Function(id) => wants.functions.push(id),
                        Start::Kinds(kinds) => {
                            wants.kinds = Some(wants.kinds.map_or(kinds, |own| own.and(kinds)));
                        }
                    }
                }
                sort::by_key(&mut wants.functions, |function| function.0.into());
                wants.functions.dedup();
                // Whoever is called for every call need not be called for some of them again.
                if wants
                    .kinds
                    .is_some_and(|kinds| kinds.contains(NodeKinds::CALL))
                {
                    wants.functions.clear();
                }
                wants
            }
        }
    }

    /// The targets that only the formula as a whole shows.
    pub(super) fn of_formula(&self, context: &Context<'_>) -> Vec<NodeId> {
        let formula = &context.formula;
        let root = formula.tree.root();
        match &self.what {
            What::Calculations => root
                .filter(|root| check::calculates(formula, *root))
                .into_iter()
                .collect(),
            What::Thing(thing @ (Thing::LineBreaks | Thing::Spaces)) => root
                .filter(|id| {
                    let kind = formula.kind(*id);
                    check::is_thing(context, *thing, *id, kind) && self.is_within(context, *id)
                })
                .into_iter()
                .collect(),
            What::Thing(Thing::BuiltUrls) => {
                let mut calls = measure::built_urls(context);
                calls.retain(|id| self.is_within(context, *id));
                calls
            }
            _ => Vec::new(),
        }
    }

    /// Whether the node is what the rule is about, with what the holes of its pattern stand for.
    pub(super) fn is_met_by(
        &self,
        context: &Context<'_>,
        id: NodeId,
        kind: NodeKind,
    ) -> Option<Hit> {
        if let What::Pattern(_) = &self.what {
            let mut steps = STEPS;
            let matched = self.query.as_ref()?.find(context, id, &mut steps)?;
            return self.is_within(context, id).then_some(Hit(Some(matched)));
        }
        let is_target = is_target(context, &self.what, &self.calls, id, kind);
        (is_target && self.is_within(context, id)).then_some(Hit(None))
    }

    fn is_within(&self, context: &Context<'_>, id: NodeId) -> bool {
        let formula = &context.formula;
        self.within.as_ref().is_none_or(|within| {
            // An address is an argument of the call that is found itself.
            if let What::Thing(Thing::BuiltUrls | Thing::InsecureUrls) = self.what {
                return within.is_call(formula, formula.kind(id));
            }
            context
                .enclosing_calls(id)
                .any(|place| within.is_call(formula, formula.kind(place.call)))
        })
    }

    /// Whether the target meets what is required; nothing meets that it must not be there.
    pub(super) fn meets(
        &self,
        context: &Context<'_>,
        id: NodeId,
        matched: Option<&Matched>,
    ) -> bool {
        let formula = &context.formula;
        match &self.requirement {
            None => false,
            Some(Requirement::Inside(_)) if self.what == What::Calculations => {
                self.inside.is_call(formula, formula.kind_inside(id))
            }
            Some(Requirement::Inside(_)) => context.enclosing_calls(id).any(|place| {
                self.inside.is_call(formula, formula.kind(place.call)) && measure::guards(place)
            }),
            Some(Requirement::Matches(_)) => {
                self.also
                    .as_ref()
                    .zip(matched)
                    .is_some_and(|(also, matched)| {
                        let mut steps = STEPS;
                        also.also(context, id, matched, &mut steps)
                    })
            }
            Some(Requirement::FromHost(hosts)) => style::reads_from(context, id, hosts),
            Some(Requirement::Around(what)) => self.guards(context, id, what),
            Some(other) => check::meets(formula, id, other),
        }
    }
    /// Whether the first argument of the call holds the thing.
    fn guards(&self, context: &Context<'_>, call: NodeId, what: &What) -> bool {
        let formula = &context.formula;
        let Some((_, [guarded, ..])) = formula.call(call) else {
            return false;
        };
        let guarded = formula.span(*guarded);
        formula.nodes().any(|(id, node)| {
            guarded.contains(formula.span(id))
                && is_target(context, what, &self.inside, id, node.kind)
        })
    }
}

/// Whether the node is the target; `calls` are the functions that the target names.
fn is_target(
    context: &Context<'_>,
    what: &What,
    calls: &Names,
    id: NodeId,
    kind: NodeKind,
) -> bool {
    let formula = &context.formula;
    match what {
        What::Calls(_) => calls.is_call(formula, kind),
        What::Thing(thing) => check::is_thing(context, *thing, id, kind),
        What::Numbers(allowed) => match kind {
            NodeKind::Number(value) => {
                let value = check::signed(context, id, value);
                !allowed.contains(&value) && !measure::says_where(context, id)
            }
            _ => false,
        },
        What::Texts(allowed) => formula
            .text(id)
            .is_some_and(|text| !text.is_empty() && !allowed.iter().any(|one| *one == text)),
        What::OtherSheets(allowed) => match kind {
            NodeKind::Reference(reference) => formula
                .sheet_name(&reference)
                .is_some_and(|sheet| !allowed.iter().any(|one| one.eq_ignore_ascii_case(&sheet))),
            _ => false,
        },
        What::Sheets(names) => match kind {
            NodeKind::Reference(reference) => formula
                .sheet_name(&reference)
                .is_some_and(|sheet| names.iter().any(|one| one.eq_ignore_ascii_case(&sheet))),
            _ => false,
        },
        What::ErrorValues(only) => {
            let written = formula.written(id);
            matches!(kind, NodeKind::Error(_))
                && (only.is_empty() || only.iter().any(|one| written.ends_with(one.as_str())))
        }
        What::MaskedErrors(_) => calls.is_call(formula, kind) && check::hides_errors(formula, id),
        What::Calculations | What::Pattern(_) => false,
    }
}

/// The nodes that can be the thing.
fn of_thing(thing: Thing) -> Wants {
    match thing {
        Thing::WholeColumns
        | Thing::WholeRows
        | Thing::OpenRanges
        | Thing::OtherSheets
        | Thing::AbsoluteReferences
        | Thing::RelativeReferences
        | Thing::RelativeRanges
        | Thing::MixedReferences
        | Thing::References
        | Thing::Ranges => Wants::kinds(NodeKinds::REFERENCE),
        Thing::NamedRanges => Wants::kinds(NodeKinds::NAME),
        Thing::Numbers => Wants::kinds(NodeKinds::NUMBER),
        Thing::Texts | Thing::EmptyTexts => Wants::kinds(NodeKinds::TEXT),
        Thing::ErrorValues => Wants::kinds(NodeKinds::ERROR),
        Thing::Divisions => Wants {
            kinds: Some(NodeKinds::INFIX),
            functions: functions::find("DIVIDE").into_iter().collect(),
            ..Wants::default()
        },
        Thing::Multiplications
        | Thing::Concatenations
        | Thing::Powers
        | Thing::Comparisons
        | Thing::Additions
        | Thing::Subtractions => Wants::kinds(NodeKinds::INFIX),
        Thing::NeedlessPluses | Thing::DoubleNegations => Wants::kinds(NodeKinds::PREFIX),
        Thing::LowercaseFunctions => Wants::kinds(NodeKinds::CALL),
        Thing::InsecureUrls => Wants {
            functions: link::WITH_ADDRESS
                .iter()
                .filter_map(|name| functions::find(name))
                .collect(),
            ..Wants::default()
        },
        Thing::Percents => Wants::kinds(NodeKinds::PERCENT),
        Thing::LineBreaks | Thing::Spaces | Thing::BuiltUrls => Wants::formula(),
        Thing::CustomFunctions => Wants {
            other_calls: true,
            ..Wants::default()
        },
        Thing::ArrayLiterals => Wants::kinds(NodeKinds::ARRAY),
        Thing::EmptyArguments => Wants::kinds(NodeKinds::MISSING),
        Thing::ApproximateLookups | Thing::MaskedErrors => Wants::default(),
    }
}
