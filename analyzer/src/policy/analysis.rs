//! What is wrong with policies taken together: rules that are there twice, rules that can not both
//! be kept, rules that others swallow, and rules that can never find anything.
//!
//! Logic on the forms says what to suspect, and a formula on which the rules are run shows it: no
//! issue is told without one, but for scopes that leave nothing.

use serde::Serialize;

use super::examples;
use super::proof;
use super::rule::{Demand, FunctionSet, Metric, PolicyRule, Requirement, Target, What};
use super::runner::Runner;
use super::scope::Scope;
use crate::functions;
use crate::ruleset::Policy;

/// The most pairs of rules that are compared: enough for any policy that people can read.
const MOST_RULES: usize = 500;

/// Something about rules of one or more policies that their authors should know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// What kind of trouble it is.
    pub kind: IssueKind,
    /// The rules in question. Of a rule that another one swallows, the swallowed one comes first.
    pub rules: Vec<RulePlace>,
    /// What is wrong, and what to do.
    pub message: String,
    /// A formula that shows it.
    pub example: Option<String>,
}

/// A kind of trouble between rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum IssueKind {
    /// Two rules say the same.
    Duplicate,
    /// What keeps one rule breaks the other.
    Contradiction,
    /// Whatever breaks one rule breaks the other too.
    Swallowed,
    /// No cell is left in which the rule could find anything.
    NeverFires,
}

/// Where a rule stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulePlace {
    /// The policy's id.
    pub policy: String,
    /// The policy's title.
    pub title: String,
    /// The place of its sentence in [`super::Compiled::sentences`].
    pub sentence: u32,
    /// What it demands.
    pub paraphrase: String,
}

/// A rule with what is needed to try it out.
struct Subject<'a> {
    rule: &'a PolicyRule,
    runner: Runner,
    place: RulePlace,
    /// The functions of which it needs one to find anything; `None` if it needs none.
    needs: Option<Vec<String>>,
    /// Formulas that hold what it is about and keep it.
    kept: Vec<String>,
}

impl Subject<'_> {
    fn flags(&self, formula: &str) -> bool {
        proof::flags(&self.runner, formula)
    }

    /// What it demands, without what would be used instead.
    fn demand(&self) -> &Demand {
        match &self.rule.demand {
            Demand::Prefer(_, avoided) => avoided,
            demand => demand,
        }
    }
}

/// What is wrong with the policies, as a set and each by itself, in the order of their rules.
#[must_use]
pub fn of(policies: &[Policy]) -> Vec<Issue> {
    let subjects = subjects(policies);
    let mut issues = Vec::new();
    for (index, one) in subjects.iter().enumerate() {
        issues.extend(never_fires(one));
        for other in subjects.get(index + 1..).unwrap_or_default() {
            if !overlap(&one.rule.scope, &other.rule.scope) {
                continue;
            }
            issues.extend(
                duplicate(one, other)
                    .or_else(|| contradiction(one, other))
                    .or_else(|| contradiction(other, one))
                    .or_else(|| swallowed(one, other))
                    .or_else(|| swallowed(other, one)),
            );
        }
    }
    issues
}

fn subjects(policies: &[Policy]) -> Vec<Subject<'_>> {
    let mut subjects = Vec::new();
    for policy in policies {
        for (sentence, entry) in (0..).zip(&policy.compiled.sentences) {
            if entry.status != super::Status::Enforced {
                continue;
            }
            for rule in &entry.rules {
                subjects.push(Subject {
                    runner: Runner::new(sentence, rule),
                    place: RulePlace {
                        policy: policy.id.clone(),
                        title: policy.title.clone(),
                        sentence,
                        paraphrase: rule.paraphrase.clone(),
                    },
                    needs: needs(&rule.demand),
                    kept: examples::kept(&rule.demand),
                    rule,
                });
            }
        }
    }
    subjects.truncate(MOST_RULES);
    subjects
}

fn issue(
    kind: IssueKind,
    rules: &[&Subject<'_>],
    message: impl Into<String>,
    example: Option<String>,
) -> Issue {
    Issue {
        kind,
        rules: rules.iter().map(|subject| subject.place.clone()).collect(),
        message: message.into(),
        example,
    }
}

/// Whether there can be a cell in which both hold: not if what they name has nothing in common.
fn overlap(one: &Scope, other: &Scope) -> bool {
    let disjoint = |ones: &[String], others: &[String]| {
        let plain = |names: &[String]| !names.iter().any(|name| name.contains('*'));
        !ones.is_empty()
            && !others.is_empty()
            && plain(ones)
            && plain(others)
            && !ones
                .iter()
                .any(|one| others.iter().any(|other| one.eq_ignore_ascii_case(other)))
    };
    !disjoint(&one.sheets, &other.sheets) && !disjoint(&one.departments, &other.departments)
}

/// Whether `outer` holds wherever `inner` does.
fn covers(outer: &Scope, inner: &Scope) -> bool {
    outer.is_everywhere() || outer == inner
}

fn never_fires(one: &Subject<'_>) -> Option<Issue> {
    let Scope {
        sheets,
        ranges,
        departments,
        exclude,
    } = &one.rule.scope;
    let all_excluded = |names: &[String], excluded: &[String]| {
        excluded.iter().any(|name| name == "*")
            || !names.is_empty()
                && names.iter().all(|name| {
                    excluded
                        .iter()
                        .any(|other| other.eq_ignore_ascii_case(name))
                })
    };
    let empty = all_excluded(sheets, &exclude.sheets)
        || all_excluded(ranges, &exclude.ranges)
        || all_excluded(departments, &exclude.departments);
    empty.then(|| {
        let message = "Its exceptions leave no place where it holds. Take some of them out.";
        issue(IssueKind::NeverFires, &[one], message, None)
    })
}

fn duplicate(one: &Subject<'_>, other: &Subject<'_>) -> Option<Issue> {
    if one.rule.demand != other.rule.demand || one.rule.scope != other.rule.scope {
        return None;
    }
    let message = if one.rule.level == other.rule.level {
        "They say the same. Keep one of them."
    } else {
        "They demand the same at different levels, and a formula is told both. Keep one of them."
    };
    let example = one.rule.tests.fail.first().cloned();
    Some(issue(IssueKind::Duplicate, &[one, other], message, example))
}

/// Whether all that keeps the first breaks the second, which does not forbid what it is about.
fn contradiction(one: &Subject<'_>, other: &Subject<'_>) -> Option<Issue> {
    let told = |example: &String, message: &str| {
        let message = format!("{message} Take one of them back, or say where it does not hold.");
        issue(
            IssueKind::Contradiction,
            &[one, other],
            message,
            Some(example.clone()),
        )
    };
    let first = one.kept.first()?;
    if !one.kept.iter().all(|formula| other.flags(formula)) {
        return None;
    }
    match (&one.rule.demand, other.demand()) {
        (Demand::AllowOnly(_), Demand::AllowOnly(_) | Demand::Forbid(_)) => Some(told(
            first,
            "No function is left that may be called: whatever the first allows, the second does \
             not.",
        )),
        (Demand::Prefer(..), Demand::AllowOnly(_) | Demand::Forbid(_)) => Some(told(
            first,
            "What the first asks for is what the second forbids.",
        )),
        (Demand::Require(_, first_wants), Demand::Require(_, second_wants)) => {
            let both = are_of_one_kind(first_wants, second_wants)
                && !other.kept.is_empty()
                && other.kept.iter().all(|formula| one.flags(formula))
                && one.demand().target() == other.demand().target();
            both.then(|| {
                told(
                    first,
                    "A formula can not keep both: what keeps one breaks the other.",
                )
            })
        }
        (Demand::Require(target, requirement), second) => {
            // If the second forbids the thing itself, the first has nothing left to say.
            let mut broken = one.rule.tests.fail.iter();
            let forbids_target = broken.all(|formula| other.flags(formula));
            let asks = is_about_means(target, requirement, second);
            (asks && !forbids_target)
                .then(|| told(first, "A formula that keeps the first breaks the second."))
        }
        _ => None,
    }
}

/// Whether what meets the one requirement decides about the other: two values of one argument, or
/// two lists of sources. A formula can meet others side by side, whatever their samples do.
fn are_of_one_kind(one: &Requirement, other: &Requirement) -> bool {
    match (one, other) {
        (
            Requirement::ArgumentIs(place, _),
            Requirement::ArgumentIs(other, _) | Requirement::ArgumentIsNot(other, _),
        )
        | (Requirement::ArgumentIsNot(place, _), Requirement::ArgumentIs(other, _)) => {
            place == other
        }
        (Requirement::FromSpreadsheet(_), Requirement::FromSpreadsheet(_)) => true,
        _ => false,
    }
}

/// Whether the second rule is about the means by which the first is kept.
fn is_about_means(target: &Target, requirement: &Requirement, second: &Demand) -> bool {
    let names = |set: &FunctionSet, wanted: &FunctionSet| {
        wanted.names.iter().all(|name| set.names.contains(name))
    };
    match (requirement, second) {
        (
            Requirement::Inside(wanted),
            Demand::Forbid(Target {
                what: What::Calls(set) | What::MaskedErrors(set),
                within: None,
            }),
        ) => names(set, wanted),
        (Requirement::Inside(wanted), Demand::AllowOnly(set)) => {
            !wanted.names.iter().any(|name| set.names.contains(name))
        }
        (Requirement::Inside(_), Demand::Limit(Metric::Nesting, _)) => {
            matches!(target.what, What::Calls(_))
        }
        (Requirement::Absolute, Demand::Forbid(second)) => {
            second.what == What::Thing(super::rule::Thing::AbsoluteReferences)
                && (second.within.is_none() || second.within == target.within)
        }
        (
            Requirement::Matches(_) | Requirement::ArgumentIs(..),
            Demand::Forbid(Target {
                what: What::Pattern(_),
                within: None,
            }),
        ) => true,
        _ => false,
    }
}

/// Whether whatever breaks the first breaks the second too.
fn swallowed(one: &Subject<'_>, other: &Subject<'_>) -> Option<Issue> {
    if !covers(&other.rule.scope, &one.rule.scope) || other.rule.level > one.rule.level {
        return None;
    }
    let message = reason(one, other)?;
    let example = one
        .rule
        .tests
        .fail
        .iter()
        .find(|formula| one.flags(formula) && other.flags(formula))?;
    let message = format!("{message} Leave the first out.");
    Some(issue(
        IssueKind::Swallowed,
        &[one, other],
        message,
        Some(example.clone()),
    ))
}

fn reason(one: &Subject<'_>, other: &Subject<'_>) -> Option<String> {
    if let (Demand::Limit(metric, most), Demand::Limit(wider, less)) =
        (one.demand(), other.demand())
        && is_part_of(metric, wider)
        && less <= most
    {
        return Some(format!(
            "Whatever is more than {most} is more than {less} too: the second is told first."
        ));
    }
    if let (Demand::AllowOnly(more), Demand::AllowOnly(fewer)) = (one.demand(), other.demand()) {
        let all = fewer.names.iter().all(|name| more.names.contains(name));
        return all.then(|| {
            "Whatever the first does not allow, the second does not allow either.".to_owned()
        });
    }
    let needed = one.needs.as_ref()?;
    let is_banned = match other.demand() {
        Demand::Forbid(Target {
            what: What::Calls(set),
            within: None,
        }) => needed.iter().all(|name| set.names.contains(name)),
        Demand::AllowOnly(set) => !needed.iter().any(|name| set.names.contains(name)),
        _ => false,
    };
    is_banned.then(|| {
        let names = needed.iter().take(3).cloned().collect();
        format!(
            "It is about {}, which the second does not allow at all.",
            super::paraphrase::list(names, "and")
        )
    })
}

/// Whether a formula can not measure more by the first metric than by the second.
fn is_part_of(metric: &Metric, wider: &Metric) -> bool {
    let within = |set: &FunctionSet, wider: &FunctionSet| {
        set.names.iter().all(|name| wider.names.contains(name))
    };
    match (metric, wider) {
        (Metric::CallsOf(_) | Metric::Nesting, Metric::Calls)
        | (Metric::NestingOf(_), Metric::Nesting | Metric::Calls)
        | (Metric::Arguments(_), Metric::Arguments(None)) => true,
        (Metric::CallsOf(set), Metric::CallsOf(wider))
        | (Metric::NestingOf(set), Metric::NestingOf(wider) | Metric::CallsOf(wider))
        | (Metric::Arguments(Some(set)), Metric::Arguments(Some(wider))) => within(set, wider),
        (metric, wider) => metric == wider,
    }
}

/// The functions of which a formula must call one to break the demand.
fn needs(demand: &Demand) -> Option<Vec<String>> {
    let set = match demand {
        Demand::Prefer(_, avoided) => return needs(avoided),
        Demand::Forbid(target) | Demand::Require(target, _) => match &target.what {
            What::Calls(set) | What::MaskedErrors(set) => set,
            What::Pattern(query) => return query.functions(),
            _ => target.within.as_ref()?,
        },
        Demand::Limit(
            Metric::CallsOf(set) | Metric::NestingOf(set) | Metric::Arguments(Some(set)),
            _,
        ) => set,
        _ => return None,
    };
    let known = |name: &String| functions::find(name).is_some();
    (!set.names.is_empty() && set.names.iter().all(known)).then(|| set.names.clone())
}
