//! What a policy sentence becomes: one or more rules, as plain data that can be stored, shown and
//! written by hand.
//!
//! Says nothing of how a sentence is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::form::{Form, FormError};
use super::pattern::{Query, Rewrite};
use super::proof;
use super::scope::Scope;
use crate::digest::Digest;
use crate::finding::Severity;
use crate::rule::SettingValue;

/// One rule of a policy. As JSON and YAML it is a [`Form`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "Form")]
#[cfg_attr(feature = "policies", derive(Deserialize), serde(try_from = "Form"))]
pub struct PolicyRule {
    /// Its name in the organization, if its author gave it one.
    pub id: Option<String>,
    /// What kind of demand it is: `forbid`, `require`, `limit`, `prefer`, `allowOnly`, `builtin`.
    pub kind: Kind,
    /// How strongly the sentence demands it.
    pub level: Level,
    /// How much a formula that breaks it matters.
    pub severity: Severity,
    /// Where it holds.
    pub scope: Scope,
    /// What it demands.
    pub demand: Demand,
    /// What is said of a formula that breaks it, in its author's words.
    pub message: Option<String>,
    /// What would be written in place of what breaks it.
    pub fix: Option<Rewrite>,
    /// The same demand in the analyzer's own words.
    pub paraphrase: String,
    /// Formulas that keep and break it, run when it was made.
    pub tests: Tests,
}

impl PolicyRule {
    /// Whether formulas of one template can differ in whether they break it.
    #[must_use]
    pub fn sees_text(&self) -> bool {
        super::runner::Runner::new(0, self).sees_text()
    }

    /// The rule of a demand without words and without examples.
    pub(super) fn bare(demand: Demand) -> Self {
        Self {
            id: None,
            kind: demand.kind(),
            level: Level::Must,
            severity: Level::Must.severity(),
            scope: Scope::default(),
            message: None,
            fix: None,
            paraphrase: String::new(),
            tests: Tests::default(),
            demand,
        }
    }

    /// Adds all that the rule's findings depend on.
    ///
    /// It goes in as its parts are named in the source, where none can be forgotten: as JSON it
    /// would say the same, and numbers in JSON are ten kilobytes of tables in the browser.
    pub(super) fn digest(&self, digest: &mut Digest) {
        let Self {
            id,
            kind: _,
            level,
            severity,
            scope,
            demand,
            message,
            fix,
            paraphrase,
            tests: _,
        } = self;
        let parts = (id, level, severity, scope, demand, message, fix, paraphrase);
        digest.text(&format!("{parts:?}"));
    }

    /// Whether the rule says of its examples what they are there to show.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.proof().is_ok()
    }

    /// Runs its examples. The error names the first formula that it is wrong about.
    pub fn proof(&self) -> Result<(), FormError> {
        proof::prove(self)
    }
}

/// The kinds of demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Kind {
    /// Something must not be there.
    Forbid,
    /// Something must have or do something.
    Require,
    /// Something must not grow beyond a number.
    Limit,
    /// Something is to be used rather than something else.
    Prefer,
    /// Nothing but some functions may be called.
    AllowOnly,
    /// A built-in rule decides.
    Builtin,
}

/// How strongly a sentence demands what it demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Level {
    /// "must", "never", "is forbidden".
    Must,
    /// "should", "avoid", "prefer".
    Should,
    /// A guideline: "where possible".
    May,
}

impl Level {
    /// How much a formula that breaks a rule of this level matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::Must => Severity::High,
            Self::Should => Severity::Medium,
            Self::May => Severity::Low,
        }
    }
}

/// Formulas that a rule is tested with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tests {
    /// Formulas that keep the rule.
    pub pass: Vec<String>,
    /// Formulas that break it.
    pub fail: Vec<String>,
}

/// What a rule demands.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// The target must not be there.
    Forbid(Target),
    /// Each target must meet the requirement.
    Require(Target, Requirement),
    /// A formula must not measure more than this.
    Limit(Metric, u32),
    /// The first is to be used rather than what the second forbids.
    Prefer(What, Box<Demand>),
    /// No function but these may be called.
    AllowOnly(FunctionSet),
    /// A built-in rule must find nothing.
    Builtin(Builtin),
}

/// A built-in rule with values for its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// The rule's name.
    pub rule: String,
    /// The values of its settings by name; those left out have their default.
    pub settings: BTreeMap<String, SettingValue>,
}

impl Demand {
    /// What it is about, if it is about single parts of a formula.
    #[must_use]
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Forbid(target) | Self::Require(target, _) => Some(target),
            _ => None,
        }
    }

    /// The demand's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Forbid(_) => Kind::Forbid,
            Self::Require(..) => Kind::Require,
            Self::Limit(..) => Kind::Limit,
            Self::Prefer(..) => Kind::Prefer,
            Self::AllowOnly(_) => Kind::AllowOnly,
            Self::Builtin(_) => Kind::Builtin,
        }
    }
}

/// Something that a formula can hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What it is.
    pub what: What,
    /// The functions among whose arguments it stands; `None` for anywhere.
    pub within: Option<FunctionSet>,
}

impl From<What> for Target {
    fn from(what: What) -> Self {
        Self { what, within: None }
    }
}

/// What a target is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Calls of functions.
    Calls(FunctionSet),
    /// A kind of thing that needs no more words.
    Thing(Thing),
    /// Numbers written into a formula, but for these.
    Numbers(Vec<f64>),
    /// Texts written into a formula, but for these.
    Texts(Vec<String>),
    /// References to other sheets, but for these.
    OtherSheets(Vec<String>),
    /// References to these sheets.
    Sheets(Vec<String>),
    /// Error values; none for all of them.
    ErrorValues(Vec<String>),
    /// A formula that calculates: one with an operator or a call.
    Calculations,
    /// Calls of an error handler that gives a number or nothing in place of an error.
    MaskedErrors(FunctionSet),
    /// What a pattern stands for.
    Pattern(Box<Query>),
}

/// Functions, by name or as a set that the lexicon names.
/// Written as a list of names, or as `{class, names}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "super::form::Functions", from = "super::form::Functions")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionSet {
    /// The lexicon's name of the set.
    pub class: Option<String>,
    /// The names in upper case.
    pub names: Vec<String>,
}

impl FunctionSet {
    /// Whether these are the volatile functions, or some of them.
    pub(super) fn is_volatile(&self) -> bool {
        self.class.as_deref() == Some("volatile functions")
    }
}

/// A kind of thing in a formula that needs no more words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Thing {
    /// `A:A`
    WholeColumns,
    /// `1:1`
    WholeRows,
    /// `A2:A`, `A:A`
    OpenRanges,
    /// `Sheet2!A1`. In a rule, [`What::OtherSheets`].
    OtherSheets,
    /// A name that is neither a function nor a parameter.
    NamedRanges,
    /// `$A$1`
    AbsoluteReferences,
    /// `A1`
    RelativeReferences,
    /// `A1:B2`
    RelativeRanges,
    /// `$A1`
    MixedReferences,
    /// Any reference.
    References,
    /// `A1:B2`
    Ranges,
    /// A number. In a rule, [`What::Numbers`].
    Numbers,
    /// A text. In a rule, [`What::Texts`].
    Texts,
    /// `#REF!`. In a rule, [`What::ErrorValues`].
    ErrorValues,
    /// `/`
    Divisions,
    /// `*`
    Multiplications,
    /// `&`
    Concatenations,
    /// `^`
    Powers,
    /// `=`, `<`, …
    Comparisons,
    /// `%`
    Percents,
    /// A line break between tokens.
    LineBreaks,
    /// A call of a function that is not built in.
    CustomFunctions,
    /// A lookup that takes the nearest key. In a rule, a requirement of exact match.
    ApproximateLookups,
    /// An error handler that hides errors. In a rule, [`What::MaskedErrors`].
    MaskedErrors,
    /// An address that is put together from cells.
    BuiltUrls,
    /// `{1,2}`
    ArrayLiterals,
    /// An argument that is left out between separators.
    EmptyArguments,
    /// `""`
    EmptyTexts,
    /// `+` between operands.
    Additions,
    /// `-` between operands.
    Subtractions,
    /// `=+A1`: a plus sign before an operand, which changes nothing.
    NeedlessPluses,
    /// `--A1`
    DoubleNegations,
    /// `sum(A1)`: a function's name that is not in capitals.
    LowercaseFunctions,
    /// White space outside of texts and names.
    Spaces,
    /// `http://…`: an address that is opened without encryption.
    InsecureUrls,
}

impl Thing {
    /// The operators that can be counted kind by kind.
    pub const COUNTED: &'static [Self] = &[
        Self::Additions,
        Self::Subtractions,
        Self::Multiplications,
        Self::Divisions,
        Self::Powers,
        Self::Concatenations,
        Self::Comparisons,
        Self::Percents,
    ];
}

/// What a target must have, be or stand in.
#[derive(Clone, Debug, PartialEq)]
pub enum Requirement {
    /// A lookup that takes no key but the one it looks for.
    ExactMatch,
    /// The argument at this place, from 1, is given.
    ArgumentGiven(u32),
    /// The argument at this place is given and is one of these.
    ArgumentIs(u32, Vec<Value>),
    /// The argument at this place is none of these.
    ArgumentIsNot(u32, Vec<Value>),
    /// It stands inside a call of one of these functions.
    Inside(FunctionSet),
    /// An error handler that guards this: its first argument holds it.
    Around(What),
    /// Each column and row of a reference has its `$`.
    Absolute,
    /// A call reads only from spreadsheets with these keys.
    FromSpreadsheet(Vec<String>),
    /// One of these patterns stands for it too; their holes are those of the target's pattern.
    Matches(Vec<String>),
    /// A call reads only from these hosts and their subdomains.
    FromHost(Vec<String>),
    /// The argument at this place is no constant.
    ArgumentNotConstant(u32),
}

/// A constant argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, true, false or a text")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Value {
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// A number; `0` is also `FALSE`, and `1` is also `TRUE`.
    Number(f64),
    /// A text.
    Text(String),
}

/// What can be counted or measured in a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// Characters, the `=` included.
    Length,
    /// Calls.
    Calls,
    /// Calls of these functions.
    CallsOf(FunctionSet),
    /// References and names.
    References,
    /// Operators.
    Operators,
    /// Operators of one kind: one of [`Thing::COUNTED`].
    OperatorsOf(Thing),
    /// Calls that stand in one another, the outermost included.
    Nesting,
    /// Calls of these functions that stand in one another, the outermost included.
    NestingOf(FunctionSet),
    /// Arguments of one call, of any function or of these.
    Arguments(Option<FunctionSet>),
    /// Lines.
    Lines,
    /// Numbers written into a formula.
    Numbers,
    /// References and names, each counted once.
    DistinctReferences,
    /// Functions that are called, each counted once.
    DistinctCalls,
    /// Parentheses around expressions that stand in one another, those of calls not counted.
    Parentheses,
}

impl Metric {
    /// The functions whose calls are measured; `None` when it is not those of certain ones.
    pub(super) fn functions(&self) -> Option<&FunctionSet> {
        match self {
            Self::CallsOf(functions) | Self::NestingOf(functions) => Some(functions),
            Self::Arguments(functions) => functions.as_ref(),
            _ => None,
        }
    }
}
