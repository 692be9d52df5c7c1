//! Tells operators between values, and arrays.

use super::phrase::listed;
use super::{Explainer, MOST_LISTED};
use crate::ast::{InfixOperator, NodeId, NodeKind, NodeList};

/// Operators of one rank in the order in which they are calculated.
struct Chain {
    first: NodeId,
    /// Each further operand with the operator before it, as many as are told.
    links: Vec<(InfixOperator, NodeId)>,
    /// How many more there are.
    more: usize,
}

impl Chain {
    fn is_all(&self, operator: InfixOperator) -> bool {
        self.links.iter().all(|(link, _)| *link == operator)
    }

    fn operands(&self) -> impl Iterator<Item = NodeId> {
        std::iter::once(self.first).chain(self.links.iter().map(|(_, operand)| *operand))
    }
}

impl Explainer<'_> {
    /// Tells the operator, and those of its rank to its left in the same step.
    pub(super) fn tell_chain(&mut self, id: NodeId, operator: InfixOperator) {
        let chain = self.chain(id, operator);
        let mut results = 0;
        for operand in chain.operands() {
            results += self.prepare(operand);
        }
        self.results = results;
        let text = match (operator, chain.links.as_slice()) {
            (InfixOperator::Subtract, [(_, by)]) => {
                format!(
                    "Subtract {} from {}.",
                    self.term(*by),
                    self.term(chain.first)
                )
            }
            (InfixOperator::Multiply, [(_, by)]) => {
                format!("Multiply {} by {}.", self.term(chain.first), self.term(*by))
            }
            (InfixOperator::Divide, [(_, by)]) => {
                format!("Divide {} by {}.", self.term(chain.first), self.term(*by))
            }
            (InfixOperator::Power, [(_, by)]) => {
                let (base, by) = (self.term(chain.first), self.term(*by));
                format!("Raise {base} to the power of {by}.")
            }
            (InfixOperator::Concatenate, _) => {
                format!("Join {} into one text.", self.terms(&chain))
            }
            _ if chain.is_all(InfixOperator::Add) => format!("Add {}.", self.terms(&chain)),
            _ if chain.is_all(InfixOperator::Multiply) => {
                format!("Multiply {}.", self.terms(&chain))
            }
            _ => self.one_after_another(&chain),
        };
        self.say_result(id, text);
    }

    fn chain(&self, id: NodeId, operator: InfixOperator) -> Chain {
        let mut first = id;
        let mut links = Vec::new();
        while let NodeKind::Infix(link, left, right) = self.formula.kind(first)
            && link.rank() == operator.rank()
        {
            links.push((link, right));
            first = left;
        }
        links.reverse();
        let more = links.len().saturating_sub(MOST_LISTED);
        links.truncate(MOST_LISTED);
        Chain { first, links, more }
    }

    fn terms(&self, chain: &Chain) -> String {
        let terms: Vec<String> = chain.operands().map(|operand| self.term(operand)).collect();
        let all = terms.len() + chain.more;
        listed(terms, all, "and")
    }

    /// `Take A1, add B1, subtract C1.`
    fn one_after_another(&self, chain: &Chain) -> String {
        let mut text = format!("Take {}", self.term(chain.first));
        for (link, operand) in &chain.links {
            let verb = match link {
                InfixOperator::Subtract => "subtract",
                InfixOperator::Multiply => "multiply by",
                InfixOperator::Divide => "divide by",
                InfixOperator::Power => "raise to the power of",
                _ => "add",
            };
            let term = self.term(*operand);
            text.extend([", ", verb, " ", &term]);
        }
        if chain.more > 0 {
            let more = chain.more.to_string();
            text.extend([", and so on with ", &more, " more"]);
        }
        text.push('.');
        text
    }

    pub(super) fn tell_array(&mut self, id: NodeId, rows: NodeList) {
        let rows = self.formula.list(rows);
        let items = |row: &NodeId| match self.formula.kind(*row) {
            NodeKind::ArrayRow(items) => self.formula.list(items),
            _ => &[],
        };
        let text = match rows {
            [row] => {
                let items = items(row);
                self.results = self.prepare_all(items);
                format!("Put next to each other: {}.", self.list(items))
            }
            rows if rows.iter().all(|row| items(row).len() == 1) => {
                let column = rows.iter().take(MOST_LISTED);
                let column: Vec<NodeId> = column.flat_map(items).copied().collect();
                self.results = self.prepare_all(&column);
                let phrases = column.iter().map(|id| self.phrase(*id)).collect();
                format!(
                    "Put below each other: {}.",
                    listed(phrases, rows.len(), "and")
                )
            }
            rows => {
                let first = rows.first().map(items).unwrap_or_default();
                self.results = self.prepare_all(first);
                let (count, first) = (rows.len(), self.list(first));
                format!("Make an array of {count} rows, the first one with {first}.")
            }
        };
        self.say_result(id, text);
    }
}
