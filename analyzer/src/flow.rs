//! Which data becomes part of the text that an expression gives: the content of cells that are
//! joined with other text, also through names that LET and LAMBDA give.
//!
//! Errs on the side of danger: what can not be followed counts as content of cells.

use crate::ast::{InfixOperator, NodeId, NodeKind};
use crate::meaning::{Meaning, meaning};
use crate::rule::Context;

/// The most names that are followed for one expression. A formula that goes further is taken to
/// hide something, and must not cost more.
const MOST_NAMES: usize = 32;

/// The most nodes that are looked at behind names.
const MOST_BEHIND_NAMES: usize = 2_000;

/// Functions that put texts together whatever they are given.
const JOINING: &[&str] = &["CONCATENATE", "CONCAT", "JOIN", "TEXTJOIN"];

/// Functions of which nothing that a cell holds can be read.
const ABOUT_PLACES: &[&str] = &[
    "ROW",
    "ROWS",
    "COLUMN",
    "COLUMNS",
    "SHEET",
    "SHEETS",
    "ADDRESS",
    "NOW",
    "TODAY",
    "RAND",
    "RANDBETWEEN",
];

/// Whether a part of the expression's text is put together with the content of cells.
pub(crate) fn is_built_from_cells(context: &Context<'_>, root: NodeId) -> bool {
    let mut walk = Walk::new(*context, root);
    let mut joined = Vec::new();
    while let Some(next) = walk.pending.pop() {
        if joins(context, next.node) {
            joined.push(next);
        } else {
            walk.go_on(next);
        }
    }
    walk.reads = walk.is_lost;
    walk.pending = joined;
    walk.finish()
}

/// Whether the content of any cell is part of what the expression gives.
pub(crate) fn reads_cells(context: &Context<'_>, root: NodeId) -> bool {
    Walk::new(*context, root).finish()
}

/// Whether what a call of one of these functions gives is part of what the expression gives.
pub(crate) fn takes_in(context: &Context<'_>, root: NodeId, functions: &[&str]) -> bool {
    let mut walk = Walk::new(*context, root);
    while let Some(next) = walk.pending.pop() {
        let call = context.formula.call(next.node);
        if call.is_some_and(|(function, _)| functions.contains(&function.name)) {
            return true;
        }
        walk.go_on(next);
    }
    walk.is_lost
}

/// A node that is still to be looked at.
#[derive(Clone, Copy)]
struct Step {
    node: NodeId,
    /// Whether it was reached through a name.
    behind_name: bool,
}

struct Walk<'a> {
    context: Context<'a>,
    pending: Vec<Step>,
    /// The values of names that have been followed.
    followed: Vec<NodeId>,
    behind_names: usize,
    reads: bool,
    /// Whether there was more to follow than is followed.
    is_lost: bool,
}

impl<'a> Walk<'a> {
    fn new(context: Context<'a>, root: NodeId) -> Self {
        Self {
            context,
            pending: vec![Step {
                node: root,
                behind_name: false,
            }],
            followed: Vec::new(),
            behind_names: 0,
            reads: false,
            is_lost: false,
        }
    }

    /// Looks at all that is pending; whether any of it reads a cell.
    fn finish(mut self) -> bool {
        self.followed.clear();
        self.behind_names = 0;
        while !self.reads && !self.is_lost {
            let Some(next) = self.pending.pop() else {
                return false;
            };
            self.go_on(next);
        }
        true
    }

    /// Adds the nodes whose content becomes part of what the node gives.
    fn go_on(&mut self, step: Step) {
        let formula = self.context.formula;
        if step.behind_name {
            self.behind_names += 1;
            if self.behind_names > MOST_BEHIND_NAMES {
                self.is_lost = true;
                return;
            }
        }
        match formula.kind(step.node) {
            NodeKind::Name | NodeKind::Call { function: None, .. } => self.follow(step.node),
            NodeKind::Reference(reference) => {
                if reference.sheet.is_none() && reference.last.is_none() {
                    self.follow(step.node);
                } else {
                    self.reads = true;
                }
            }
            NodeKind::TableReference
            | NodeKind::Property { .. }
            | NodeKind::Infix(InfixOperator::Range, ..) => self.reads = true,
            NodeKind::Apply { callee, .. } => self.push(callee, step),
            NodeKind::Call { .. } => self.go_into_call(step),
            _ => formula.for_each_child(step.node, |child| self.push(child, step)),
        }
    }

    fn go_into_call(&mut self, step: Step) {
        let Some((function, arguments)) = self.context.formula.call(step.node) else {
            return;
        };
        let name = function.name;
        if ABOUT_PLACES.contains(&name) {
            return;
        }
        // What these give is content, whatever they are told to look at.
        if matches!(name, "INDIRECT" | "OFFSET" | "QUERY") || name.starts_with("IMPORT") {
            self.reads = true;
            return;
        }
        for (place, argument) in arguments.iter().enumerate() {
            let is_last = place + 1 == arguments.len();
            let flows = match name {
                "IF" | "CHOOSE" | "SWITCH" | "VLOOKUP" | "HLOOKUP" | "LOOKUP" => place > 0,
                "IFS" => place % 2 == 1,
                "XLOOKUP" => place > 1,
                "INDEX" | "FILTER" | "SORT" | "SORTN" | "UNIQUE" | "ARRAY_CONSTRAIN" => place == 0,
                "LET" | "LAMBDA" | "MAP" | "BYROW" | "BYCOL" | "MAKEARRAY" | "HYPERLINK" => is_last,
                "REDUCE" | "SCAN" => place != 1,
                _ => true,
            };
            if flows {
                self.push(*argument, step);
            }
        }
    }

    /// Goes on with what the name at the node stands for.
    fn follow(&mut self, at: NodeId) {
        match meaning(&self.context, at) {
            Meaning::Values(values) => {
                for value in values {
                    if self.followed.contains(&value) {
                        continue;
                    }
                    if self.followed.len() == MOST_NAMES {
                        self.is_lost = true;
                        return;
                    }
                    self.followed.push(value);
                    self.pending.push(Step {
                        node: value,
                        behind_name: true,
                    });
                }
            }
            Meaning::Parameter | Meaning::Unbound => self.reads = true,
        }
    }

    fn push(&mut self, node: NodeId, from: Step) {
        self.pending.push(Step { node, ..from });
    }
}

/// Whether the node puts texts together.
fn joins(context: &Context<'_>, id: NodeId) -> bool {
    let formula = context.formula;
    if let NodeKind::Infix(InfixOperator::Concatenate, ..) = formula.kind(id) {
        return true;
    }
    let Some((function, arguments)) = formula.call(id) else {
        return false;
    };
    // What is put into a text, or the text around it, may be the address.
    let inserted = match function.name {
        name if JOINING.contains(&name) => return true,
        "SUBSTITUTE" | "REGEXREPLACE" => arguments.get(2),
        "REPLACE" => arguments.get(3),
        "TEXT" => arguments.get(1),
        _ => None,
    };
    inserted.is_some_and(|inserted| {
        let text = formula.text(formula.inside(*inserted));
        text.is_none_or(|text| text.contains("//"))
    })
}
