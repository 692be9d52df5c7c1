//! What a finding of a policy is called, which built-in rule finds the same, and what both mark: one
//! table, so that a person is told once.
//!
//! Finds nothing itself, and says nothing of what is wrong.

use std::borrow::Cow;

use super::rule::{Builtin, Demand, Metric, Requirement, Target, Thing, What};
use super::style;
use crate::ast::{NodeId, NodeKind};
use crate::rule::Context;
use crate::rules;
use crate::span::Span;

/// What a finding is known by.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// Its name, in kebab-case: that of the rule, or one of its own.
    pub(super) name: Cow<'static, str>,
    /// The built-in rule that looks for the same, if there is one.
    pub(super) rule: Option<&'static str>,
    /// What is marked: what that rule marks, by which both are seen to have found it.
    pub(super) mark: Mark,
}

/// The part of the formula to be marked for a node that was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// The node.
    Node,
    /// The name of the function that is called.
    Name,
    /// The sign before an operand.
    Sign,
    /// The first argument of a call.
    FirstArgument,
    /// The first address without https that a call may be given.
    InsecureAddress,
    /// The formula with its equals sign.
    Whole,
}

impl Identity {
    /// What no built-in rule looks for.
    const fn own(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            rule: None,
            mark: Mark::Node,
        }
    }

    /// What this built-in rule looks for too, and marks so.
    const fn shared(rule: &'static str, mark: Mark) -> Self {
        Self {
            name: Cow::Borrowed(rule),
            rule: Some(rule),
            mark,
        }
    }

    /// The same under the name that findings of the policy alone had before: it is part of what
    /// baselines and suppressions know them by.
    fn called(self, name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            ..self
        }
    }

    pub(super) fn of(demand: &Demand) -> Self {
        match demand {
            Demand::Builtin(Builtin { rule, .. }) => match rules::find(rule) {
                // It is the rule itself that is asked, and that marks.
                Some(rule) => Self::shared(rule.name, Mark::Node),
                None => Self {
                    name: Cow::Owned(rule.clone()),
                    ..Self::own("")
                },
            },
            Demand::Forbid(target) => Self::forbidden(target),
            Demand::Require(_, requirement) => Self::required(requirement),
            Demand::Limit(metric, _) => Self::limited(metric),
            Demand::Prefer(_, avoided) => match Self::of(avoided) {
                one if one.name == "forbidden-function" => Self::own("replaceable-function"),
                other => other,
            },
            Demand::AllowOnly(_) => Self::own("function-not-allowed"),
        }
    }

    fn forbidden(target: &Target) -> Self {
        match &target.what {
            What::Calls(set) if set.is_volatile() => Self::shared("volatile-function", Mark::Name),
            What::Calls(_) => Self::own("forbidden-function"),
            What::Numbers(_) => Self::shared("hard-coded-number", Mark::Node),
            What::Texts(_) => Self::own("hard-coded-text"),
            What::OtherSheets(_) | What::Sheets(_) => Self::own("reference-to-other-sheet"),
            What::ErrorValues(_) => Self::shared("broken-reference", Mark::Node),
            What::Calculations => Self::own("calculation"),
            What::MaskedErrors(_) => Self::shared("error-masking", Mark::Node),
            What::Pattern(_) => Self::own("forbidden-pattern"),
            What::Thing(thing) => Self::forbidden_thing(*thing),
        }
    }

    fn forbidden_thing(thing: Thing) -> Self {
        match thing {
            Thing::WholeColumns | Thing::OpenRanges => {
                Self::shared("whole-column-range", Mark::Node)
            }
            Thing::WholeRows => {
                Self::shared("whole-column-range", Mark::Node).called("whole-row-range")
            }
            Thing::NamedRanges => Self::own("named-range"),
            Thing::AbsoluteReferences => Self::own("absolute-reference"),
            Thing::RelativeReferences | Thing::RelativeRanges => Self::own("relative-reference"),
            Thing::MixedReferences => Self::own("mixed-reference"),
            Thing::LineBreaks => Self::limited(&Metric::Lines),
            Thing::CustomFunctions => Self::own("custom-function"),
            Thing::BuiltUrls => {
                Self::shared("url-built-from-cells", Mark::FirstArgument).called("built-url")
            }
            Thing::ArrayLiterals => Self::own("array-literal"),
            Thing::EmptyArguments => Self::own("empty-argument"),
            Thing::EmptyTexts => Self::own("empty-text"),
            Thing::NeedlessPluses => Self::shared("needless-sign", Mark::Sign),
            Thing::LowercaseFunctions => Self::own("lowercase-function"),
            Thing::Spaces => Self::own("white-space"),
            Thing::InsecureUrls => Self::shared("insecure-url", Mark::InsecureAddress),
            Thing::Divisions => Self::own("division"),
            Thing::Concatenations => Self::own("concatenation"),
            _ => Self::own("forbidden-element"),
        }
    }

    fn required(requirement: &Requirement) -> Self {
        match requirement {
            Requirement::ExactMatch => Self::shared("approximate-lookup", Mark::Node),
            Requirement::ArgumentGiven(_) => Self::own("missing-argument"),
            Requirement::ArgumentIs(..) | Requirement::ArgumentIsNot(..) => {
                Self::own("wrong-argument-value")
            }
            Requirement::Inside(_) => Self::own("missing-wrapper"),
            Requirement::Around(_) => Self::own("misplaced-wrapper"),
            Requirement::Absolute => Self::own("unanchored-reference"),
            Requirement::FromSpreadsheet(_) => Self::own("import-from-other-spreadsheet"),
            Requirement::Matches(_) => Self::own("missing-pattern"),
            Requirement::FromHost(_) => Self::own("import-from-other-host"),
            Requirement::ArgumentNotConstant(_) => Self::own("hard-coded-argument"),
        }
    }

    fn limited(metric: &Metric) -> Self {
        match metric {
            Metric::NestingOf(set) if set.names == ["IF"] => Self::shared("nested-if", Mark::Node),
            Metric::Nesting => Self::shared("deep-nesting", Mark::Node),
            // That all calls are nested too deep says nothing of these.
            Metric::NestingOf(_) => Self::own("deep-nesting"),
            Metric::Length => Self::shared("long-formula", Mark::Whole),
            Metric::Lines => Self::shared("many-lines", Mark::Whole).called("multi-line-formula"),
            Metric::Calls | Metric::CallsOf(_) | Metric::DistinctCalls => {
                Self::own("too-many-calls")
            }
            Metric::References | Metric::DistinctReferences => {
                Self::shared("many-references", Mark::Whole).called("too-many-references")
            }
            Metric::Parentheses => Self::own("nested-parentheses"),
            Metric::Operators | Metric::OperatorsOf(_) => Self::own("too-many-operators"),
            Metric::Arguments(_) => Self::own("too-many-arguments"),
            // The rule of this name marks one number, and has no say in how many there are.
            Metric::Numbers => Self::own("hard-coded-number"),
        }
    }
}

impl Mark {
    /// Where it stands for a node; all of the node if it has no such part.
    pub(super) fn span(self, context: &Context<'_>, id: NodeId) -> Span {
        let formula = &context.formula;
        let part = match self {
            Self::Node => None,
            Self::Name => match formula.kind(id) {
                NodeKind::Call { name, .. } => Some(name),
                _ => None,
            },
            Self::Sign => formula.sign(id),
            Self::FirstArgument => match formula.call(id) {
                Some((_, [first, ..])) => Some(formula.span(*first)),
                _ => None,
            },
            Self::InsecureAddress => style::insecure_address(context, id),
            Self::Whole => Some(formula.whole()),
        };
        part.unwrap_or_else(|| formula.span(id))
    }
}
