//! What a rule looks for: patterns, what must stand around them, and conditions on their holes.

use super::condition::{Condition, ReadyCondition};
use super::matcher::{self, Bindings, Matcher};
use super::read;
use super::{Holes, Pattern, PatternError, Shape, Start};
use crate::ast::{NodeId, NodeKind};
use crate::rule::Context;
use crate::span::Span;

/// The hole that, in a pattern of what stands around, is where the match stands.
pub(super) const HERE: &str = "MATCH";

/// What a rule looks for, as plain data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// One of these stands there.
    pub patterns: Vec<String>,
    /// Around it, each of these stands. `$MATCH` is where: `IFERROR($MATCH, ...)`.
    pub inside: Vec<String>,
    /// Around it, none of these stands.
    pub not_inside: Vec<String>,
    /// What the holes stand for meets all of these.
    pub conditions: Vec<Condition>,
}

/// Which field of a rule is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {error}")]
pub struct QueryError {
    /// `match`, `inside`, `notInside` or `where`.
    pub field: &'static str,
    /// What is wrong.
    pub error: PatternError,
}

/// A query that can be looked for.
#[derive(Clone, Debug)]
pub(in crate::policy) struct Ready {
    patterns: Vec<Pattern>,
    inside: Vec<Pattern>,
    not_inside: Vec<Pattern>,
    conditions: Vec<ReadyCondition>,
    holes: Holes,
    here: Option<u8>,
}

/// A node that a query is about, with what its holes stand for.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Matched {
    pub(super) bindings: Bindings,
}

impl Query {
    /// The query of one pattern.
    #[must_use]
    pub fn of(pattern: &str) -> Self {
        Self {
            patterns: vec![pattern.to_owned()],
            ..Self::default()
        }
    }

    /// Reads the patterns.
    pub(in crate::policy) fn ready(&self) -> Result<Ready, QueryError> {
        let mut holes = Holes::default();
        let read = |field, texts: &[String], holes: &mut Holes| {
            let each = texts.iter().map(|text| read::pattern(text, holes));
            let all: Result<Vec<Pattern>, PatternError> = each.collect();
            all.map_err(|error| QueryError { field, error })
        };
        let patterns = read("match", &self.patterns, &mut holes)?;
        let inside = read("inside", &self.inside, &mut holes)?;
        let not_inside = read("notInside", &self.not_inside, &mut holes)?;
        self.check_holes(&patterns, &inside, &holes)?;
        let conditions = self
            .conditions
            .iter()
            .map(|condition| condition.ready(&mut holes))
            .collect::<Result<_, _>>()
            .map_err(|error| QueryError {
                field: "where",
                error,
            })?;
        Ok(Ready {
            here: holes.find(HERE),
            patterns,
            inside,
            not_inside,
            conditions,
            holes,
        })
    }

    /// The built-in functions of which a formula must call one; `None` if it need not.
    #[must_use]
    pub fn functions(&self) -> Option<Vec<String>> {
        let ready = self.ready().ok()?;
        let name = |start| match start {
            Start::Function(id) => Some(id.function().name.to_owned()),
            Start::Kinds(_) => None,
        };
        ready.starts().map(name).collect()
    }

    /// Each pattern must have the holes that there are conditions on, unless what stands around
    /// has them.
    fn check_holes(
        &self,
        patterns: &[Pattern],
        inside: &[Pattern],
        holes: &Holes,
    ) -> Result<(), QueryError> {
        for condition in &self.conditions {
            let Some(hole) = condition.number(holes) else {
                continue;
            };
            let lacks = |pattern: &Pattern| !pattern.uses(hole);
            if inside.iter().any(|pattern| !lacks(pattern)) {
                continue;
            }
            if let Some(without) = patterns.iter().position(lacks) {
                let text = self.patterns.get(without).cloned().unwrap_or_default();
                let message = format!(
                    "there is a condition on {}, which this pattern has not: write two rules",
                    condition.hole
                );
                return Err(QueryError {
                    field: "where",
                    error: PatternError::new(&text, Span::default(), message),
                });
            }
        }
        Ok(())
    }

    /// The one function that the query asks for any call of: `NOW(...)`.
    #[must_use]
    pub fn only_function(&self) -> Option<String> {
        let [text] = self.patterns.as_slice() else {
            return None;
        };
        let plain =
            self.inside.is_empty() && self.not_inside.is_empty() && self.conditions.is_empty();
        let pattern = Pattern::compile(text).ok().filter(|_| plain)?;
        match pattern.shape(pattern.root)? {
            Shape::Call {
                name, arguments, ..
            } => {
                let [only] = pattern.list(*arguments) else {
                    return None;
                };
                let any = matches!(pattern.shape(*only), Some(Shape::Rest(None)));
                any.then(|| name.to_ascii_uppercase())
            }
            _ => None,
        }
    }
}

impl Ready {
    /// Where a node can begin that the query is about.
    pub(in crate::policy) fn starts(&self) -> impl Iterator<Item = Start> {
        self.patterns.iter().map(Pattern::start)
    }

    /// Whether the copies of a formula can differ in whether the query is about them.
    pub(in crate::policy) fn sees_text(&self) -> bool {
        let mut patterns = self
            .patterns
            .iter()
            .chain(&self.inside)
            .chain(&self.not_inside);
        patterns.any(Pattern::sees_text) || self.conditions.iter().any(ReadyCondition::sees_text)
    }

    /// The patterns with the holes of this query.
    pub(in crate::policy) fn beside(&self, patterns: &[String]) -> Result<Self, PatternError> {
        let mut holes = self.holes.clone();
        let patterns = patterns.iter().map(|text| read::pattern(text, &mut holes));
        Ok(Self {
            patterns: patterns.collect::<Result<_, _>>()?,
            inside: Vec::new(),
            not_inside: Vec::new(),
            conditions: Vec::new(),
            holes,
            here: None,
        })
    }

    pub(super) fn holes(&self) -> &Holes {
        &self.holes
    }

    #[cfg(feature = "policies")]
    pub(super) fn conditions(&self) -> &[ReadyCondition] {
        &self.conditions
    }

    /// What the holes stand for if the query is about the node.
    pub(in crate::policy) fn find(
        &self,
        context: &Context<'_>,
        id: NodeId,
        budget: &mut u32,
    ) -> Option<Matched> {
        self.patterns.iter().find_map(|pattern| {
            if is_part_of_number(pattern, context, id) {
                return None;
            }
            self.find_one(pattern, context, id, budget)
        })
    }

    fn find_one(
        &self,
        pattern: &Pattern,
        context: &Context<'_>,
        id: NodeId,
        budget: &mut u32,
    ) -> Option<Matched> {
        let formula = context.formula;
        let mut bindings = [matcher::Bound::Free; super::MOST_HOLES];
        // Its own budget for what is asked at the end of each way, so that both are bounded.
        let mut inner = *budget;
        let mut accept = |bindings: &Bindings| {
            let around = |pattern: &Pattern, inner: &mut u32| {
                self.stands_around(pattern, context, id, bindings, inner)
            };
            self.conditions
                .iter()
                .all(|condition| condition.holds(formula, bindings, &mut inner))
                && self.inside.iter().all(|one| around(one, &mut inner))
                && !self.not_inside.iter().any(|one| around(one, &mut inner))
        };
        let found = Matcher::new(pattern, formula, budget, None).at(id, &mut bindings, &mut accept);
        *budget = (*budget).min(inner);
        found.then_some(Matched { bindings })
    }

    /// Whether the pattern stands for something around the node.
    fn stands_around(
        &self,
        pattern: &Pattern,
        context: &Context<'_>,
        id: NodeId,
        bindings: &Bindings,
        budget: &mut u32,
    ) -> bool {
        let formula = context.formula;
        let around = self.here.map(|hole| (hole, formula.span(id)));
        std::iter::successors(context.parent(id), |node| context.parent(*node)).any(|ancestor| {
            let Some(left) = budget.checked_sub(1) else {
                return false;
            };
            *budget = left;
            let mut bindings = *bindings;
            Matcher::new(pattern, formula, budget, around)
                .at(ancestor, &mut bindings, &mut |_| true)
        })
    }

    /// Whether the pattern stands for the node, with what the holes of a match stand for.
    pub(in crate::policy) fn also(
        &self,
        context: &Context<'_>,
        id: NodeId,
        matched: &Matched,
        budget: &mut u32,
    ) -> bool {
        self.patterns.iter().any(|pattern| {
            let mut bindings = matched.bindings;
            Matcher::new(pattern, context.formula, budget, None)
                .at(id, &mut bindings, &mut |_| true)
        })
    }
}

/// Whether the pattern is any number and the node has a sign or a percent that belongs to it.
fn is_part_of_number(pattern: &Pattern, context: &Context<'_>, id: NodeId) -> bool {
    let formula = context.formula;
    matches!(pattern.shape(pattern.root), Some(Shape::Number(_)))
        && context.parent(id).is_some_and(|parent| {
            matches!(
                formula.kind(parent),
                NodeKind::Prefix(..) | NodeKind::Percent(_)
            ) && matcher::is_number(formula, parent)
        })
}
