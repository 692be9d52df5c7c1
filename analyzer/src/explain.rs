//! A formula in plain words: what it computes, step by step.
//!
//! What is small is told where it is used; what is not is a step of its own before it, so that
//! the steps read from the inside out. Branches, `LET` and `LAMBDA` are told in the order in which
//! they are written. The words are data (`sentences`); a function without a sentence is told by
//! the names of its parameters.
//!
//! The same formula always gives the same words, in linear time. Depth, the number of steps and
//! what one step lists are bounded: what is beyond is shown as it is written, or counted. Nothing
//! here says whether a formula is good; that is for the rules.

mod branches;
mod operators;
mod phrase;
mod sentences;
mod shape;
mod template;

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::functions::Function;
use crate::parser::Locale;
use crate::span::Span;
use phrase::{listed, shown};
use sentences::{looping, sentence};
use shape::{Shape, shapes};

/// How deep the steps go into a formula.
const DEEPEST: u32 = 48;
/// How many steps are begun; those around them still end.
const MOST_STEPS: usize = 80;
/// How many items of a list are told.
const MOST_LISTED: usize = 8;
/// How many arguments of a call have their steps told: a list and what stands before it.
const MOST_ARGUMENTS: usize = MOST_LISTED + 2;
/// How many syntax errors are told.
const MOST_ERRORS: usize = 5;
/// A part with more leaves than this is not told inside of another step.
const HEAVIEST_PART: u32 = 24;
/// The longest message of a syntax error, in characters.
const LONGEST_MESSAGE: usize = 400;

/// One step of what a formula does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The step in words, in one line.
    pub text: String,
    /// The part of the formula that it tells, in bytes of the source.
    pub span: Span,
}

/// What the formula computes, in order; numbers and formula text as `locale` writes them.
///
/// `the result of step 2` is that of the second step. Of a formula with syntax errors, what could
/// be read is told first, and then the errors.
#[must_use]
pub fn explain(formula: Formula<'_>, locale: Locale) -> Vec<Step> {
    let mut explainer = Explainer {
        formula,
        locale,
        shapes: shapes(formula),
        told: vec![None; formula.tree.nodes().len()],
        steps: Vec::new(),
        results: 0,
        depth: 0,
    };
    if let Some(root) = formula.tree.root()
        && formula.kind_inside(root) != NodeKind::Invalid
    {
        explainer.tell(root);
    }
    let mut steps = explainer.steps;
    let errors = formula.tree.errors();
    for error in errors.iter().take(MOST_ERRORS) {
        let message = error.message(formula.source);
        steps.push(Step {
            text: format!("Syntax error: {}", shown(&message, LONGEST_MESSAGE)),
            span: error.span,
        });
    }
    if let Some(next) = errors.get(MOST_ERRORS) {
        let more = errors.len() - MOST_ERRORS;
        steps.push(Step {
            text: format!("There are {more} more syntax errors."),
            span: next.span,
        });
    }
    steps
}

/// The steps that tell a node, both ends included, from 1.
#[derive(Clone, Copy)]
struct Told {
    first: usize,
    last: usize,
}

struct Explainer<'a> {
    formula: Formula<'a>,
    locale: Locale,
    shapes: Vec<Shape>,
    /// The steps of each node that has some, by its index.
    told: Vec<Option<Told>>,
    steps: Vec<Step>,
    /// How many results of earlier steps the step at hand uses.
    results: u32,
    depth: u32,
}

impl<'a> Explainer<'a> {
    fn shape(&self, id: NodeId) -> Shape {
        self.shapes.get(id.index()).copied().unwrap_or_default()
    }

    fn told(&self, id: NodeId) -> Option<Told> {
        self.told.get(id.index()).copied().flatten()
    }

    /// Adds a step for a part of the formula.
    fn say(&mut self, span: Span, text: String) {
        self.steps.push(Step { text, span });
    }

    /// Adds the step that gives what the node gives.
    fn say_result(&mut self, id: NodeId, text: String) {
        self.say(self.formula.span(id), text);
        let number = self.steps.len();
        self.set_told(id, number, number);
    }

    fn set_told(&mut self, id: NodeId, first: usize, last: usize) {
        if let Some(told) = self.told.get_mut(id.index()) {
            *told = Some(Told { first, last });
        }
    }

    /// Tells in steps what is too much to be told inside of another step. Gives how many results
    /// of steps the other step will use.
    fn prepare(&mut self, id: NodeId) -> u32 {
        let id = self.formula.inside(id);
        let shape = self.shape(id);
        if shape.is_small || self.depth >= DEEPEST {
            return 0;
        }
        if shape.is_part && shape.weight <= HEAVIEST_PART {
            self.depth += 1;
            let results = self.prepare_children(id);
            self.depth -= 1;
            return results;
        }
        if self.steps.len() >= MOST_STEPS {
            return 0;
        }
        self.tell(id);
        1
    }

    fn prepare_children(&mut self, id: NodeId) -> u32 {
        let mut children = Vec::new();
        self.formula.for_each_child(id, |child| {
            if children.len() < MOST_ARGUMENTS {
                children.push(child);
            }
        });
        self.prepare_all(&children)
    }

    fn prepare_all(&mut self, ids: &[NodeId]) -> u32 {
        let ids = ids.iter().take(MOST_ARGUMENTS);
        ids.map(|id| self.prepare(*id)).sum()
    }

    /// Tells the node in one or more steps of its own.
    fn tell(&mut self, id: NodeId) {
        let id = self.formula.inside(id);
        if self.depth >= DEEPEST {
            let text = format!("Work out {}.", self.unread(id));
            return self.say_result(id, text);
        }
        self.depth += 1;
        match self.formula.kind(id) {
            NodeKind::Call {
                function: Some(function),
                arguments,
                ..
            } => self.tell_call(id, function.function(), self.formula.list(arguments)),
            NodeKind::Call {
                name, arguments, ..
            } => {
                let name = shown(name.of(self.formula.source), phrase::LONGEST_TEXT);
                let arguments = self.formula.list(arguments);
                self.results = self.prepare_all(arguments);
                let with = self.with(arguments);
                self.say_result(id, format!("Call the function {name}{with}."));
            }
            NodeKind::Apply { callee, arguments } => {
                let arguments = self.formula.list(arguments);
                let results = self.prepare(callee);
                self.results = results + self.prepare_all(arguments);
                let (callee, with) = (self.phrase(callee), self.with(arguments));
                self.say_result(id, format!("Call {callee}{with}."));
            }
            NodeKind::Infix(operator, ..)
                if operator != InfixOperator::Range && !self.shape(id).is_condition =>
            {
                self.tell_chain(id, operator);
            }
            NodeKind::Array(rows) => self.tell_array(id, rows),
            _ => {
                self.results = self.prepare_children(id);
                let text = if self.shape(id).is_condition {
                    format!("Check whether {}.", self.condition(id))
                } else {
                    format!("Take {}.", self.phrase(id))
                };
                self.say_result(id, text);
            }
        }
        self.depth -= 1;
    }

    fn tell_call(&mut self, id: NodeId, function: &'static Function, arguments: &'a [NodeId]) {
        if !function.accepts(arguments.len()) {
            return self.tell_by_parameters(id, function, arguments);
        }
        match function.name {
            "IF" | "IFS" | "SWITCH" => return self.tell_branches(id, function.name, arguments),
            "LET" => return self.tell_let(id, arguments),
            "LAMBDA" => return self.tell_lambda(id, arguments),
            _ => {}
        }
        if let Some(entry) = looping(function.name)
            && let Some((last, outer)) = arguments.split_last()
            && let Some(("LAMBDA", lambda)) = self.named_call(*last)
            && let Some((body, parameters)) = lambda.split_last()
        {
            self.results = self.prepare_all(outer);
            let before = self.render(entry.before, arguments, parameters);
            self.say(self.formula.span(id), before);
            self.tell(*body);
            let behind = self.render(entry.behind, arguments, parameters);
            return self.say_result(id, behind);
        }
        let Some(sentence) = sentence(function.name) else {
            return self.tell_by_parameters(id, function, arguments);
        };
        let (mut rest, mut results) = (arguments, 0);
        if sentence.step.contains("{1!}")
            && let Some((first, behind)) = arguments.split_first()
            && !self.shape(self.formula.inside(*first)).is_leaf
        {
            self.tell(*first);
            rest = behind;
            results = 1;
        }
        self.results = results + self.prepare_all(rest);
        let text = if !sentence.step.is_empty() {
            self.render(sentence.step, arguments, &[])
        } else if sentence.noun.is_empty() {
            format!("Check whether {}.", self.condition(id))
        } else {
            format!("Take {}.", self.render(sentence.noun, arguments, &[]))
        };
        self.say_result(id, text);
    }

    /// The name and the arguments of a call of a built-in function, parentheses looked through.
    fn named_call(&self, id: NodeId) -> Option<(&'static str, &'a [NodeId])> {
        let (function, arguments) = self.formula.call(self.formula.inside(id))?;
        Some((function.name, arguments))
    }

    /// `Work out PMT with rate A1, number of periods 12 and present value A3.`
    fn tell_by_parameters(
        &mut self,
        id: NodeId,
        function: &'static Function,
        arguments: &'a [NodeId],
    ) {
        self.results = self.prepare_all(arguments);
        let items = arguments.iter().enumerate().take(MOST_LISTED);
        let items = items.map(|(index, argument)| {
            let phrase = self.phrase(*argument);
            match function.parameter(index) {
                Some(parameter) => format!("{} {phrase}", parameter.replace('_', " ")),
                None => phrase,
            }
        });
        let items = listed(items.collect(), arguments.len(), "and");
        let name = function.name;
        let text = if arguments.is_empty() {
            format!("Work out {name}.")
        } else {
            format!("Work out {name} with {items}.")
        };
        self.say_result(id, text);
    }

    /// ` with A1 and B1`; nothing without arguments.
    fn with(&self, arguments: &[NodeId]) -> String {
        if arguments.is_empty() {
            return String::new();
        }
        format!(" with {}", self.list(arguments))
    }
}
