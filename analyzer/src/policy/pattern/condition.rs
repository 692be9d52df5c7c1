//! What must be true of what a hole stands for.

use serde::{Deserialize, Serialize};

use super::matcher::{Bindings, Bound, Matcher, is_number};
use super::{Holes, Pattern, PatternError, read};
use crate::ast::{Formula, NodeId, NodeKind};
use crate::constant;
use crate::functions;
use crate::link;
use crate::policy::check::{equals, is_reference};
use crate::policy::rule::{Thing, Value};
use crate::span::Span;
use crate::subtree;

/// A condition on a hole of a pattern. Of arguments behind `...$REST` each must meet it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// The hole with its sign, as in the pattern: `$X`, `#N`, `@R`, `&F`.
    pub hole: String,
    /// What must be true of it.
    #[serde(flatten)]
    pub test: Test,
}

/// What must be true of what a hole stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// It is of one of these kinds.
    Kind(Vec<ExpressionKind>),
    /// It is of none of these kinds.
    NotKind(Vec<ExpressionKind>),
    /// It is one of these constants, or one of these functions.
    In(Vec<Value>),
    /// It is none of these.
    NotIn(Vec<Value>),
    /// It is a number below this.
    LessThan(f64),
    /// It is a number of this at most.
    AtMost(f64),
    /// It is a number above this.
    MoreThan(f64),
    /// It is a number of this at least.
    AtLeast(f64),
    /// It is an address on one of these hosts, or on a host below one.
    Host(Vec<String>),
    /// It is no such address, as far as the formula shows.
    NotHost(Vec<String>),
    /// Whether it is a reference with a `$` before each column and row.
    Absolute(bool),
    /// A pattern stands for it.
    Matches(String),
    /// The pattern does not stand for it.
    NotMatches(String),
    /// A pattern stands for it or for a part of it.
    Contains(String),
    /// The pattern stands for no part of it.
    NotContains(String),
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ExpressionKind {
    /// A number that is written out.
    Number,
    /// A text that is written out.
    Text,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// An error value.
    Error,
    /// Anything that has the same value wherever it stands: no cell, no name, no call.
    Constant,
    /// A reference to a cell or a range.
    Reference,
    /// A reference to one cell.
    Cell,
    /// A reference to a range.
    Range,
    /// A name that is neither a function nor a parameter.
    Name,
    /// A call of a function.
    Call,
    /// An operator with its operands.
    Operation,
    /// `{1,2}`
    Array,
}

impl ExpressionKind {
    fn is(self, formula: Formula<'_>, id: NodeId) -> bool {
        let kind = formula.kind_inside(id);
        match self {
            Self::Number => is_number(formula, id),
            Self::Text => kind == NodeKind::Text,
            Self::Boolean => matches!(kind, NodeKind::Boolean(_)),
            Self::Error => matches!(kind, NodeKind::Error(_)),
            Self::Constant => subtree::descendants(formula, id).all(|id| {
                let kind = formula.kind(id);
                !subtree::is_read(kind)
                    && !matches!(kind, NodeKind::Call { .. } | NodeKind::Apply { .. })
            }),
            Self::Reference => matches!(kind, NodeKind::Reference(_)),
            Self::Cell => {
                matches!(kind, NodeKind::Reference(reference) if reference.last.is_none())
            }
            Self::Range => {
                matches!(kind, NodeKind::Reference(reference) if reference.last.is_some())
            }
            Self::Name => kind == NodeKind::Name,
            Self::Call => matches!(kind, NodeKind::Call { .. } | NodeKind::Apply { .. }),
            Self::Operation => matches!(
                kind,
                NodeKind::Infix(..) | NodeKind::Prefix(..) | NodeKind::Percent(_)
            ),
            Self::Array => matches!(kind, NodeKind::Array(_)),
        }
    }
}

/// A condition whose hole is known.
#[derive(Clone, Debug)]
pub(super) struct ReadyCondition {
    pub(super) hole: u8,
    pub(super) test: Test,
    /// The pattern of [`Test::Matches`] and its like.
    pattern: Option<Pattern>,
}

impl Condition {
    /// The number of its hole.
    pub(super) fn number(&self, holes: &Holes) -> Option<u8> {
        let name = self.hole.trim_start_matches(['$', '#', '@', '&', '.', '"']);
        holes.find(&name.trim_end_matches('"').to_ascii_uppercase())
    }

    /// Looks the hole up, which a pattern must have, and reads the pattern that the test may have.
    pub(super) fn ready(&self, holes: &mut Holes) -> Result<ReadyCondition, PatternError> {
        let unknown = || {
            let span = Span::new(0, read::offset(self.hole.len()));
            PatternError::new(&self.hole, span, "no pattern of the rule has this hole")
        };
        let hole = self.number(holes).ok_or_else(unknown)?;
        let pattern = match &self.test {
            Test::Matches(text)
            | Test::NotMatches(text)
            | Test::Contains(text)
            | Test::NotContains(text) => Some(read::pattern(text, holes)?),
            _ => None,
        };
        Ok(ReadyCondition {
            hole,
            test: self.test.clone(),
            pattern,
        })
    }
}

impl ReadyCondition {
    pub(super) fn sees_text(&self) -> bool {
        self.pattern.as_ref().is_some_and(Pattern::sees_text)
    }

    /// Whether what the hole stands for meets the condition.
    pub(super) fn holds(
        &self,
        formula: Formula<'_>,
        bindings: &Bindings,
        budget: &mut u32,
    ) -> bool {
        match bindings.get(usize::from(self.hole)) {
            None | Some(Bound::Free) => false,
            Some(Bound::Node(id)) => self.holds_of(formula, *id, bindings, budget),
            Some(Bound::List(list)) => formula
                .list(*list)
                .iter()
                .all(|id| self.holds_of(formula, *id, bindings, budget)),
            Some(bound @ Bound::Function(_)) => {
                let name = bound.span(formula).unwrap_or_default().of(formula.source);
                let is = |value: &Value| matches!(value, Value::Text(wanted) if same_function(wanted, name));
                match &self.test {
                    Test::In(values) => values.iter().any(is),
                    Test::NotIn(values) => !values.iter().any(is),
                    _ => false,
                }
            }
        }
    }

    fn holds_of(
        &self,
        formula: Formula<'_>,
        id: NodeId,
        bindings: &Bindings,
        budget: &mut u32,
    ) -> bool {
        let number = |is: &dyn Fn(f64) -> bool| constant::number(formula, id).is_some_and(is);
        let on_host = |hosts: &[String]| {
            host_of(formula, id).is_some_and(|host| hosts.iter().any(|one| is_under(&host, one)))
        };
        let mut stands_for = |id| {
            self.pattern.as_ref().is_some_and(|pattern| {
                let mut bindings = *bindings;
                Matcher::new(pattern, formula, budget, None).at(id, &mut bindings, &mut |_| true)
            })
        };
        match &self.test {
            Test::Kind(kinds) => kinds.iter().any(|kind| kind.is(formula, id)),
            Test::NotKind(kinds) => !kinds.iter().any(|kind| kind.is(formula, id)),
            Test::In(values) => values.iter().any(|value| equals(&formula, id, value)),
            Test::NotIn(values) => !values.iter().any(|value| equals(&formula, id, value)),
            Test::LessThan(bound) => number(&|value| value < *bound),
            Test::AtMost(bound) => number(&|value| value <= *bound),
            Test::MoreThan(bound) => number(&|value| value > *bound),
            Test::AtLeast(bound) => number(&|value| value >= *bound),
            Test::Host(hosts) => on_host(hosts),
            Test::NotHost(hosts) => !on_host(hosts),
            Test::Absolute(wanted) => match formula.kind_inside(id) {
                NodeKind::Reference(reference) => {
                    is_reference(Thing::AbsoluteReferences, &reference) == *wanted
                }
                _ => false,
            },
            Test::Matches(_) => stands_for(formula.inside(id)),
            Test::NotMatches(_) => !stands_for(formula.inside(id)),
            Test::Contains(_) => subtree::descendants(formula, id).any(stands_for),
            Test::NotContains(_) => !subtree::descendants(formula, id).any(stands_for),
        }
    }
}

fn same_function(wanted: &str, name: &str) -> bool {
    wanted.eq_ignore_ascii_case(name)
        || functions::find(wanted).is_some_and(|id| functions::find(name) == Some(id))
}

/// The host of an address that is written out, or that begins so: `"https://a.test/?q="&A1`.
fn host_of(formula: Formula<'_>, id: NodeId) -> Option<String> {
    let mut first = formula.inside(id);
    let mut is_whole = true;
    while let NodeKind::Infix(crate::ast::InfixOperator::Concatenate, left, _) = formula.kind(first)
    {
        first = formula.inside(left);
        is_whole = false;
    }
    let text = formula.text(first)?;
    let address = link::Address::parse(&text)?;
    // What is joined to a host that has no end yet is part of it.
    let ends = text
        .split_once("//")
        .is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    (is_whole || ends).then(|| address.host.to_ascii_lowercase())
}

fn is_under(host: &str, wanted: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    host == wanted
        || host
            .strip_suffix(&wanted)
            .is_some_and(|above| above.ends_with('.'))
}
