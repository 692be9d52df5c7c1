//! Tells what is read in the order in which it is written: branches, `LET` and `LAMBDA`.

use super::phrase::{LONGEST_TEXT, shown};
use super::{Explainer, MOST_STEPS};
use crate::ast::{NodeId, NodeKind};

/// How many cases are told.
const MOST_CASES: usize = 12;

/// The cases of `IF`, `IFS` and `SWITCH` in the order in which they are tried.
#[derive(Default)]
struct Cases {
    /// What `SWITCH` compares each case with.
    subject: Option<NodeId>,
    /// What must hold, or equal the subject, and what is used then.
    tried: Vec<(NodeId, NodeId)>,
    /// How many more cases there are.
    more: usize,
    otherwise: Otherwise,
}

/// What happens when no case holds.
#[derive(Clone, Copy, Default)]
enum Otherwise {
    /// `IF` without a third argument.
    #[default]
    False,
    /// `IFS` and `SWITCH` without a default.
    NotAvailable,
    Value(NodeId),
}

impl<'a> Explainer<'a> {
    pub(super) fn tell_branches(&mut self, id: NodeId, name: &str, arguments: &'a [NodeId]) {
        let mut cases = match name {
            "IF" => self.cases_of_if(arguments),
            "IFS" => self.cases_of_ifs(arguments),
            _ => cases_of_switch(arguments),
        };
        cases.more += cases.tried.len().saturating_sub(MOST_CASES);
        cases.tried.truncate(MOST_CASES);
        let mut results = 0;
        for part in cases.parts() {
            results += self.prepare(part);
        }
        self.results = results;
        let otherwise = match cases.otherwise {
            Otherwise::False => "use FALSE".to_owned(),
            Otherwise::NotAvailable => "the result is the error #N/A".to_owned(),
            Otherwise::Value(value) => self.outcome(value),
        };
        if let [(condition, value)] = cases.tried.as_slice()
            && cases.more == 0
        {
            let (holds, outcome) = (self.holds(&cases, *condition), self.outcome(*value));
            return self.say_result(id, format!("If {holds}, {outcome}; otherwise {otherwise}."));
        }
        let first = self.steps.len() + 1;
        for (index, (condition, value)) in cases.tried.iter().enumerate() {
            let lead = if index == 0 { "If" } else { "Otherwise, if" };
            let (holds, outcome) = (self.holds(&cases, *condition), self.outcome(*value));
            let span = self.formula.span(*condition);
            let span = span.to(self.formula.span(*value));
            self.say(span, format!("{lead} {holds}, {outcome}."));
        }
        if cases.more > 0 {
            let more = cases.more;
            self.say(
                self.formula.span(id),
                format!("Try {more} more cases in the same way."),
            );
        }
        self.say_result(id, format!("If none of these holds, {otherwise}."));
        self.set_told(id, first, self.steps.len());
    }

    /// The cases of an `IF` and of those that stand in its place when it does not hold.
    fn cases_of_if(&self, mut arguments: &'a [NodeId]) -> Cases {
        let mut cases = Cases::default();
        while let [condition, value, rest @ ..] = arguments {
            cases.tried.push((*condition, *value));
            let Some(otherwise) = rest.first() else { break };
            cases.otherwise = Otherwise::Value(*otherwise);
            match self.named_call(*otherwise) {
                Some(("IF", next)) if matches!(next.len(), 2 | 3) => {
                    cases.otherwise = Otherwise::False;
                    arguments = next;
                }
                _ => break,
            }
        }
        cases
    }

    fn cases_of_ifs(&self, arguments: &[NodeId]) -> Cases {
        let mut cases = Cases {
            tried: pairs(arguments),
            otherwise: Otherwise::NotAvailable,
            ..Cases::default()
        };
        if let Some((last, value)) = cases.tried.last().copied()
            && cases.tried.len() > 1
            && self.formula.kind_inside(last) == NodeKind::Boolean(true)
        {
            cases.tried.pop();
            cases.otherwise = Otherwise::Value(value);
        }
        cases
    }

    /// What must be so for the case.
    fn holds(&self, cases: &Cases, condition: NodeId) -> String {
        match cases.subject {
            None => self.condition(condition),
            Some(subject) => {
                format!(
                    "{} equals {}",
                    self.operand(subject),
                    self.operand(condition)
                )
            }
        }
    }

    fn outcome(&self, value: NodeId) -> String {
        match self.formula.kind(value) {
            NodeKind::Missing => "show nothing".to_owned(),
            _ => format!("use {}", self.phrase(value)),
        }
    }

    /// Tells the names in order, and then what is made of them.
    pub(super) fn tell_let(&mut self, id: NodeId, arguments: &[NodeId]) {
        let Some((body, named)) = arguments.split_last() else {
            return;
        };
        for (index, pair) in named.chunks_exact(2).enumerate() {
            let [name, value] = pair else { continue };
            let span = self.formula.span(*name).to(self.formula.span(*value));
            if self.steps.len() >= MOST_STEPS {
                let more = named.len() / 2 - index;
                self.say(span, format!("Give names to {more} more values."));
                break;
            }
            self.results = self.prepare(*value);
            let name = shown(self.formula.written(*name), LONGEST_TEXT);
            let value = self.phrase(*value);
            self.say(span, format!("Call {value} \"{name}\"."));
        }
        self.tell_body(id, *body);
    }

    /// Tells what a function that stands alone does.
    pub(super) fn tell_lambda(&mut self, id: NodeId, arguments: &[NodeId]) {
        let Some((body, parameters)) = arguments.split_last() else {
            return;
        };
        let text = if parameters.is_empty() {
            "Make a function that does this:".to_owned()
        } else {
            format!(
                "Make a function of {} that does this:",
                self.list(parameters)
            )
        };
        self.say(self.formula.span(id), text);
        self.tell_body(id, *body);
    }

    /// Tells the last argument, which gives what the whole node gives.
    fn tell_body(&mut self, id: NodeId, body: NodeId) {
        self.tell(body);
        if let Some(told) = self.told(self.formula.inside(body)) {
            self.set_told(id, told.first, told.last);
        }
    }
}

impl Cases {
    /// What is told before the cases.
    fn parts(&self) -> impl Iterator<Item = NodeId> {
        let cases = self
            .tried
            .iter()
            .flat_map(|(condition, value)| [*condition, *value]);
        let otherwise = match self.otherwise {
            Otherwise::Value(value) => Some(value),
            Otherwise::False | Otherwise::NotAvailable => None,
        };
        self.subject.into_iter().chain(cases).chain(otherwise)
    }
}

fn cases_of_switch(arguments: &[NodeId]) -> Cases {
    let Some((subject, rest)) = arguments.split_first() else {
        return Cases::default();
    };
    Cases {
        subject: Some(*subject),
        tried: pairs(rest),
        more: 0,
        otherwise: match rest.chunks_exact(2).remainder() {
            [default] => Otherwise::Value(*default),
            _ => Otherwise::NotAvailable,
        },
    }
}

fn pairs(arguments: &[NodeId]) -> Vec<(NodeId, NodeId)> {
    let pairs = arguments.chunks_exact(2);
    pairs
        .filter_map(|pair| match pair {
            [one, other] => Some((*one, *other)),
            _ => None,
        })
        .collect()
}
