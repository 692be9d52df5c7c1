//! Which rules to call for what, worked out once for a rule set, so that one walk over a tree
//! calls only those that want to see a node.

use crate::functions::{self, FunctionId};
use crate::rule::{Check, NodeKinds, Sees};
use crate::ruleset::ActiveRule;

/// Rules by what they want to see, named by their numbers in the rule set.
#[derive(Clone, Debug)]
pub(crate) struct Dispatch {
    broken: Vec<u16>,
    formula: Vec<u16>,
    /// By [`NodeKinds::index`].
    kinds: Vec<Vec<u16>>,
    /// By the function's number.
    functions: Vec<Vec<u16>>,
    text: Vec<u16>,
}

impl Dispatch {
    pub(crate) fn new(active: &[ActiveRule]) -> Self {
        let mut dispatch = Self {
            broken: Vec::new(),
            formula: Vec::new(),
            kinds: vec![Vec::new(); NodeKinds::COUNT],
            functions: vec![Vec::new(); functions::all().count()],
            text: Vec::new(),
        };
        for (number, active) in (0..).zip(active) {
            dispatch.add(number, active);
        }
        dispatch
    }

    fn add(&mut self, number: u16, active: &ActiveRule) {
        match active.rule.check {
            Check::Broken(_) => {
                self.broken.push(number);
                return;
            }
            Check::Formula(_) => self.formula.push(number),
            Check::Nodes(wanted, _) => {
                for (kind, rules) in NodeKinds::each().zip(&mut self.kinds) {
                    if wanted.contains(kind) {
                        rules.push(number);
                    }
                }
            }
            Check::Calls(..) => {
                for function in active.functions() {
                    if let Some(rules) = self.functions.get_mut(usize::from(function.0)) {
                        rules.push(number);
                    }
                }
            }
        }
        if active.rule.sees == Sees::Text {
            self.text.push(number);
        }
    }

    /// The rules to call for a formula that has syntax errors.
    pub(crate) fn for_broken(&self) -> &[u16] {
        &self.broken
    }

    /// The rules to call once for a formula.
    pub(crate) fn for_formula(&self) -> &[u16] {
        &self.formula
    }

    /// The rules to call for each node of this one kind.
    pub(crate) fn for_kind(&self, kind: NodeKinds) -> &[u16] {
        self.kinds.get(kind.index()).map_or(&[], Vec::as_slice)
    }

    /// The rules to call for each call of the function.
    pub(crate) fn for_function(&self, function: FunctionId) -> &[u16] {
        let rules = self.functions.get(usize::from(function.0));
        rules.map_or(&[], Vec::as_slice)
    }

    /// The rules whose result a template does not settle.
    pub(crate) fn that_see_text(&self) -> &[u16] {
        &self.text
    }
}
