//! Which rules of policies to call for what, worked out once, so that one walk over a tree calls
//! only the rules that want to see a node, however many policies there are.

use std::sync::Arc;

use super::MOST_VIOLATIONS;
use super::runner::Runner;
use super::violation::Violation;
use crate::ast::NodeKind;
use crate::cell::Position;
use crate::functions;
use crate::rule::{Context, NodeKinds};
use crate::sort;

/// The rules of policies, each with its policy's place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    runners: Vec<(u32, Arc<Runner>)>,
    formula: Vec<u32>,
    /// By [`NodeKinds::index`].
    kinds: Vec<Vec<u32>>,
    /// By the function's number.
    functions: Vec<Vec<u32>>,
    other_calls: Vec<u32>,
    text: Vec<u32>,
}

/// What a rule of a policy found: the rule's number in the plan, and what is wrong.
pub(crate) type Told = (u32, Violation);

impl Plan {
    pub(super) fn new<'a>(policies: impl IntoIterator<Item = &'a [Arc<Runner>]>) -> Self {
        let mut plan = Self::default();
        for (policy, runners) in (0..).zip(policies) {
            for runner in runners {
                plan.add(policy, runner);
            }
        }
        plan
    }

    fn add(&mut self, policy: u32, runner: &Arc<Runner>) {
        let number = u32::try_from(self.runners.len()).unwrap_or(u32::MAX);
        self.runners.push((policy, Arc::clone(runner)));
        let wants = runner.wants();
        if wants.formula {
            self.formula.push(number);
        }
        if let Some(wanted) = wants.kinds {
            self.kinds.resize(NodeKinds::COUNT, Vec::new());
            for (kind, runners) in NodeKinds::each().zip(&mut self.kinds) {
                if wanted.contains(kind) {
                    runners.push(number);
                }
            }
        }
        if !wants.functions.is_empty() {
            self.functions.resize(functions::all().count(), Vec::new());
        }
        for function in &wants.functions {
            if let Some(runners) = self.functions.get_mut(usize::from(function.0)) {
                runners.push(number);
            }
        }
        if wants.other_calls {
            self.other_calls.push(number);
        }
        if runner.sees_text() {
            self.text.push(number);
        }
    }

    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.runners.is_empty()
    }

    /// The place of the rule's policy.
    pub(crate) fn policy_of(&self, number: u32) -> u32 {
        self.runner(number).map_or(u32::MAX, |(policy, _)| *policy)
    }

    /// Whether the rule holds at the cell.
    pub(crate) fn holds_at(&self, number: u32, sheet: Option<&str>, cell: Position) -> bool {
        self.runner(number)
            .is_some_and(|(_, runner)| runner.holds_at(sheet, cell))
    }

    /// The rules whose result a template does not settle.
    pub(crate) fn that_see_text(&self) -> &[u32] {
        &self.text
    }

    fn runner(&self, number: u32) -> Option<&(u32, Arc<Runner>)> {
        self.runners.get(number as usize)
    }

    /// Adds what is wrong with the formula by any of the rules, wherever they hold, in one walk
    /// over its tree; in the order of the rules, and for each rule in that of the tree.
    pub(crate) fn run(&self, context: &Context<'_>, told: &mut Vec<Told>) {
        let first = told.len();
        let mut teller = Teller {
            told,
            found: Vec::new(),
            counts: Vec::new(),
            rules: self.runners.len(),
        };
        for number in &self.formula {
            if let Some((_, runner)) = self.runner(*number) {
                runner.see_formula(context, &mut teller.found);
                teller.take(*number);
            }
        }
        for (id, node) in context.formula.nodes() {
            for number in self
                .for_kind(node.kind)
                .iter()
                .chain(self.for_call(node.kind))
            {
                if teller.is_full(*number) {
                    continue;
                }
                if let Some((_, runner)) = self.runner(*number) {
                    runner.see_node(context, id, node.kind, &mut teller.found);
                    teller.take(*number);
                }
            }
        }
        if let Some(own) = told.get_mut(first..) {
            sort::by_key(own, |(number, _)| (*number).into());
        }
    }

    fn for_kind(&self, kind: NodeKind) -> &[u32] {
        let runners = self.kinds.get(NodeKinds::of(&kind).index());
        runners.map_or(&[], Vec::as_slice)
    }

    fn for_call(&self, kind: NodeKind) -> &[u32] {
        match kind {
            NodeKind::Call {
                function: Some(function),
                ..
            } => {
                let runners = self.functions.get(usize::from(function.0));
                runners.map_or(&[], Vec::as_slice)
            }
            NodeKind::Call { .. } => &self.other_calls,
            _ => &[],
        }
    }

    /// Adds what is wrong with the formula by one of the rules, wherever it holds.
    pub(crate) fn run_one(&self, number: u32, context: &Context<'_>, told: &mut Vec<Told>) {
        if let Some((_, runner)) = self.runner(number) {
            let mut found = Vec::new();
            runner.run(context, &mut found);
            found.truncate(MOST_VIOLATIONS);
            told.extend(found.into_iter().map(|violation| (number, violation)));
        }
    }
}

/// Takes what rules find, and not too much of one. Allocates only when something was found.
struct Teller<'a> {
    told: &'a mut Vec<Told>,
    found: Vec<Violation>,
    counts: Vec<usize>,
    rules: usize,
}

impl Teller<'_> {
    fn is_full(&self, number: u32) -> bool {
        let count = self.counts.get(number as usize);
        count.is_some_and(|count| *count >= MOST_VIOLATIONS)
    }

    #[inline]
    fn take(&mut self, number: u32) {
        if !self.found.is_empty() {
            self.take_found(number);
        }
    }

    #[cold]
    fn take_found(&mut self, number: u32) {
        self.counts.resize(self.rules, 0);
        let Some(count) = self.counts.get_mut(number as usize) else {
            return;
        };
        for violation in self.found.drain(..) {
            if *count < MOST_VIOLATIONS {
                *count += 1;
                self.told.push((number, violation));
            }
        }
    }
}
