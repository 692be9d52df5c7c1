//! A rule of a policy made ready to run: which nodes it wants to see, and what it says of them.

use std::borrow::Cow;

use super::aim::{Aim, Hit};
use super::check::{self, Names};
use super::form;
use super::identity::Identity;
use super::measure;
use super::message;
use super::pattern::{Matched, Ready, ReadyRewrite, STEPS};
use super::place::{self, Place};
use super::rule::{Builtin, Demand, Metric, PolicyRule, Thing, What};
use super::scope::Scope;
use super::violation::Violation;
use crate::ast::{NodeId, NodeKind};
use crate::cell::Position;
use crate::finding::{Fix, Severity};
use crate::functions::FunctionId;
use crate::rule::{Check, Context, Findings, Found, NodeKinds, Rule, Sees, SettingValue};

/// A rule made ready to run.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    sentence: u32,
    number: usize,
    scope: Scope,
    severity: Severity,
    identity: Identity,
    place: Place,
    /// What its author says of a formula that breaks it.
    message: Option<String>,
    paraphrase: String,
    fix: Option<ReadyRewrite>,
    work: Work,
    wants: Wants,
}

/// What a runner wants to see.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wants {
    /// The whole formula, once.
    pub(super) formula: bool,
    /// Each node of these kinds.
    pub(super) kinds: Option<NodeKinds>,
    /// Each call of these built-in functions.
    pub(super) functions: Vec<FunctionId>,
    /// Each call of a function that is not built in.
    pub(super) other_calls: bool,
}

/// What a runner does.
#[derive(Clone, Debug)]
enum Work {
    Target(Box<Aim>),
    Limit(Metric, Names, u32),
    AllowOnly(Names),
    Builtin(&'static Rule, Vec<SettingValue>),
    /// Nothing: the rule says what can not be, which its proof then tells.
    Nothing,
}

impl Runner {
    pub(super) fn new(sentence: u32, rule: &PolicyRule) -> Self {
        let demand = match &rule.demand {
            Demand::Prefer(_, avoided) => avoided.as_ref(),
            other => other,
        };
        let work = Work::of(demand, rule.fix.is_some()).unwrap_or(Work::Nothing);
        let fix = match (&rule.fix, &work) {
            (Some(fix), Work::Target(aim)) => {
                aim.query.as_ref().and_then(|query| fix.ready(query).ok())
            }
            _ => None,
        };
        let linked = matches!(demand, Demand::Builtin(_));
        let identity = Identity::of(&rule.demand);
        let identity = match &rule.id {
            Some(id) if !linked => Identity {
                name: Cow::Owned(id.clone()),
                rule: None,
                ..identity
            },
            _ => identity,
        };
        Self {
            sentence,
            number: 0,
            severity: rule.severity,
            identity,
            place: Place::new(&rule.scope),
            scope: rule.scope.clone(),
            message: rule.message.clone(),
            paraphrase: rule.paraphrase.clone(),
            fix,
            wants: work.wants(),
            work,
        }
    }

    /// The runner of a rule that has this place among those that are enforced.
    pub(super) fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    pub(super) fn wants(&self) -> &Wants {
        &self.wants
    }

    /// Whether the rule holds for audits of the department.
    pub(super) fn holds_for(&self, department: Option<&str>) -> bool {
        place::holds_for(&self.scope, department)
    }

    /// Its rule's place among those that are enforced.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Whether the rule holds at the cell.
    pub(super) fn holds_at(&self, sheet: Option<&str>, cell: Position) -> bool {
        self.place.holds(sheet, cell)
    }

    /// Whether formulas of one template can differ in whether they break the rule.
    pub(super) fn sees_text(&self) -> bool {
        match &self.work {
            // A `$` more or less makes no other reference here, and another one in a template.
            Work::Limit(metric, ..) => matches!(
                metric,
                Metric::Length | Metric::Lines | Metric::DistinctReferences
            ),
            Work::Builtin(rule, _) => rule.sees == Sees::Text,
            Work::Target(aim) => {
                let mut queries = [&aim.query, &aim.also].into_iter().flatten();
                // Neither white space nor the case of a name is part of a template.
                let is_style = matches!(
                    aim.what,
                    What::Thing(Thing::LineBreaks | Thing::Spaces | Thing::LowercaseFunctions)
                );
                is_style || queries.any(Ready::sees_text)
            }
            Work::AllowOnly(_) | Work::Nothing => false,
        }
    }

    /// Adds what is wrong with the formula, in the order of the tree.
    pub(super) fn run(&self, context: &Context<'_>, found: &mut Vec<Violation>) {
        if self.wants.formula {
            self.see_formula(context, found);
        }
        for (id, node) in context.formula.nodes() {
            if self.wants.has(node.kind) {
                self.see_node(context, id, node.kind, found);
            }
        }
    }

    /// Adds what is wrong with the formula as a whole.
    pub(super) fn see_formula(&self, context: &Context<'_>, found: &mut Vec<Violation>) {
        match &self.work {
            Work::Limit(metric, names, at_most) => {
                for (id, value) in measure::over(context, metric, names, *at_most) {
                    let message = message::over_limit(metric, value, *at_most, &self.paraphrase);
                    self.push(context, id, message, None, found);
                }
            }
            Work::Builtin(rule, settings) => self.ask(rule, context, settings, found),
            Work::Target(aim) => {
                for id in aim.of_formula(context) {
                    self.judge(aim, context, id, None, found);
                }
            }
            Work::AllowOnly(_) | Work::Nothing => {}
        }
    }

    /// Adds what is wrong at a node that the runner wants to see.
    pub(super) fn see_node(
        &self,
        context: &Context<'_>,
        id: NodeId,
        kind: NodeKind,
        found: &mut Vec<Violation>,
    ) {
        match &self.work {
            Work::Target(aim) => {
                if let Some(Hit(matched)) = aim.is_met_by(context, id, kind) {
                    self.judge(aim, context, id, matched, found);
                }
            }
            Work::AllowOnly(names) => {
                if !names.is_call(&context.formula, kind) {
                    self.report(context, id, None, found);
                }
            }
            Work::Limit(..) | Work::Builtin(..) | Work::Nothing => {}
        }
    }

    /// Reports the target, unless it meets what is required of it.
    fn judge(
        &self,
        aim: &Aim,
        context: &Context<'_>,
        id: NodeId,
        matched: Option<Matched>,
        found: &mut Vec<Violation>,
    ) {
        if aim.meets(context, id, matched.as_ref()) {
            return;
        }
        let rewritten = match (&self.fix, &aim.query) {
            (Some(fix), Some(query)) => {
                let mut steps = STEPS;
                let matched = matched.or_else(|| query.find(context, id, &mut steps));
                matched.and_then(|matched| fix.fix(context, id, query, &matched))
            }
            _ => None,
        };
        let evident = || {
            let requirement = aim.requirement.as_ref()?;
            check::fix(&context.formula, id, requirement)
        };
        let fix = rewritten.or_else(evident);
        self.report(context, id, fix, found);
    }

    /// Has a built-in rule look at all of the formula, and takes over what it reports. It is asked
    /// for every node in one go, for what it says of one can depend on what it said of others.
    fn ask(
        &self,
        rule: &Rule,
        context: &Context<'_>,
        settings: &[SettingValue],
        found: &mut Vec<Violation>,
    ) {
        let mut own: Vec<Found> = Vec::new();
        let mut findings = Findings {
            found: &mut own,
            rule: 0,
            count: &mut 0,
        };
        let context = Context {
            settings,
            ..*context
        };
        let formula = &context.formula;
        match rule.check {
            Check::Formula(check) => check(&context, &mut findings),
            Check::Nodes(kinds, check) => {
                for (id, node) in formula.nodes() {
                    if kinds.contains(NodeKinds::of(&node.kind)) {
                        check(&context, id, &mut findings);
                    }
                }
            }
            Check::Calls(names, check) => {
                for (id, _) in formula.nodes() {
                    let called = formula.call(id).map(|(function, _)| function.name);
                    if called.is_some_and(|name| names.contains(&name)) {
                        check(&context, id, &mut findings);
                    }
                }
            }
            Check::Broken(_) => {}
        }
        for one in own {
            found.push(Violation {
                sentence: self.sentence,
                rule: self.identity.name.clone(),
                same_as: self.identity.rule,
                severity: self.severity,
                span: one.span,
                message: self.message.clone().unwrap_or(one.message),
                fix: one.fix,
            });
        }
    }

    fn report(
        &self,
        context: &Context<'_>,
        id: NodeId,
        fix: Option<Fix>,
        found: &mut Vec<Violation>,
    ) {
        let message = message::broken(&context.formula, id, &self.paraphrase);
        self.push(context, id, message, fix, found);
    }

    fn push(
        &self,
        context: &Context<'_>,
        id: NodeId,
        message: String,
        fix: Option<Fix>,
        found: &mut Vec<Violation>,
    ) {
        found.push(Violation {
            sentence: self.sentence,
            rule: self.identity.name.clone(),
            same_as: self.identity.rule,
            severity: self.severity,
            span: self.identity.mark.span(context, id),
            message: self.message.clone().unwrap_or(message),
            fix,
        });
    }
}

impl Wants {
    pub(super) fn has(&self, kind: NodeKind) -> bool {
        let of_kind = || {
            self.kinds
                .is_some_and(|kinds| kinds.contains(NodeKinds::of(&kind)))
        };
        match kind {
            NodeKind::Call {
                function: Some(id), ..
            } => of_kind() || self.functions.contains(&id),
            NodeKind::Call { .. } => of_kind() || self.other_calls,
            _ => of_kind(),
        }
    }

    pub(super) fn kinds(kinds: NodeKinds) -> Self {
        Self {
            kinds: Some(kinds),
            ..Self::default()
        }
    }

    pub(super) fn formula() -> Self {
        Self {
            formula: true,
            ..Self::default()
        }
    }
}

impl Work {
    /// What the demand asks for; `None` if it holds a pattern that can not be read.
    fn of(demand: &Demand, rewrites: bool) -> Option<Self> {
        Some(match demand {
            Demand::Forbid(target) => Self::Target(Box::new(Aim::of(target, None, rewrites)?)),
            Demand::Require(target, requirement) => {
                Self::Target(Box::new(Aim::of(target, Some(requirement), rewrites)?))
            }
            Demand::Limit(metric, at_most) => {
                let names = metric.functions().map(Names::new).unwrap_or_default();
                Self::Limit(metric.clone(), names, *at_most)
            }
            Demand::AllowOnly(set) => Self::AllowOnly(Names::new(set)),
            Demand::Builtin(Builtin { rule, settings }) => {
                let rule = form::find_rule(rule).ok()?;
                let value = |option: &crate::rule::Setting| {
                    let value = settings.get(option.name).unwrap_or(&option.default);
                    value.clone()
                };
                Self::Builtin(rule, rule.options.iter().map(value).collect())
            }
            Demand::Prefer(_, avoided) => Self::of(avoided, rewrites)?,
        })
    }

    fn wants(&self) -> Wants {
        match self {
            Self::Target(aim) => aim.wants(),
            Self::Limit(..) | Self::Builtin(..) => Wants::formula(),
            Self::AllowOnly(_) => Wants::kinds(NodeKinds::CALL),
            Self::Nothing => Wants::default(),
        }
    }
}
