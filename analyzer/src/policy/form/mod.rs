//! How a rule is written: one flat object in YAML or JSON, the same for rules that were compiled
//! from sentences and rules that were written by hand. `README.md` in the folder above is its page.
//!
//! Knows nothing of files: `rule_file` reads them.

mod compiled;
mod fits;
#[cfg(feature = "policies")]
mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(super) use fits::{calls_as_query, find_rule};

use super::pattern::{ExpressionKind, Rewrite};
use super::rule::{FunctionSet, Kind, Level, Tests, Thing, Value};
use super::scope::Scope;
use crate::finding::Severity;
use crate::rule::SettingValue;

/// A rule as it is written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Form {
    /// A name for the rule, which findings carry: `ORG-FIN-003`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What kind of demand it is; told by the other fields if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// `must` if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What the level says if it is left out: high, medium, low.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Where it holds; everywhere if it is left out.
    #[serde(skip_serializing_if = "Scope::is_everywhere")]
    pub scope: Scope,
    /// What it is about.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub target: Option<Match>,
    /// The functions among whose arguments it must stand to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<FunctionSet>,
    /// Patterns that must stand around what `match` says.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub inside: OneOrMany<String>,
    /// Patterns of which none may stand around it.
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    pub not_inside: OneOrMany<String>,
    /// Conditions on the holes of the patterns.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Conditions>,
    /// What must be true of it. Without this, `limit`, `allowOnly` and `builtin` it is forbidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require: Option<Require>,
    /// What must not grow beyond a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// What is to be used rather than what the other fields forbid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefer: Option<Match>,
    /// The only functions that may be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_only: Option<FunctionSet>,
    /// A built-in rule that must find nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builtin: Option<Link>,
    /// What would be written in place of what breaks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Rewrite>,
    /// What is said of a formula that breaks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Formulas that it is tried on; the compiler adds some of its own.
    pub tests: Tests,
    /// The rule as a sentence. The compiler makes it; what is written here is not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paraphrase: Option<String>,
}

/// A value or a list of values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a value or a list of values")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OneOrMany<T> {
    /// One value.
    One(T),
    /// A list of them.
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Many(all) if all.is_empty())
    }

    #[cfg(feature = "policies")]
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(all) => all,
        }
    }

    fn of(mut all: Vec<T>) -> Self {
        match (all.len(), all.pop()) {
            (1, Some(only)) => Self::One(only),
            (_, last) => {
                all.extend(last);
                Self::Many(all)
            }
        }
    }
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a pattern such as `NOW()`, a list of patterns, or an object with one of \
                 functions, thing, numbers, texts, otherSheets, sheets, errorValues, calculations, \
                 maskedErrors"
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Match {
    /// One pattern, or a list of which one stands there.
    Pattern(OneOrMany<String>),
    /// Something that has a name of its own.
    Element(Element),
}

/// What has a name of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Element {
    /// Calls of these functions.
    Functions(FunctionSet),
    /// A kind of thing.
    Thing(Thing),
    /// Numbers that are written out.
    Numbers(Except<f64>),
    /// Texts that are written out.
    Texts(Except<String>),
    /// References to other sheets.
    OtherSheets(Except<String>),
    /// References to these sheets.
    Sheets(Vec<String>),
    /// Error values; all of them for an empty list.
    ErrorValues(Vec<String>),
    /// Formulas that calculate: `true`.
    Calculations(bool),
    /// Calls of these error handlers that give a number or nothing in place of an error.
    MaskedErrors(FunctionSet),
}

/// What is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Except<T> {
    /// The values that do not count.
    pub except: Vec<T>,
}

/// Functions as they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a list of function names, or an object with `class` and `names`"
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Functions {
    /// Their names.
    Names(Vec<String>),
    /// A set that the vocabulary names, written out.
    Class {
        /// The vocabulary's name of the set.
        class: String,
        /// The names of its functions.
        names: Vec<String>,
    },
}

impl From<Functions> for FunctionSet {
    fn from(written: Functions) -> Self {
        let (class, names) = match written {
            Functions::Names(names) => (None, names),
            Functions::Class { class, names } => (Some(class), names),
        };
        let names = names.iter().map(|name| name.to_uppercase()).collect();
        Self { class, names }
    }
}

impl From<FunctionSet> for Functions {
    fn from(set: FunctionSet) -> Self {
        match set.class {
            Some(class) => Self::Class {
                class,
                names: set.names,
            },
            None => Self::Names(set.names),
        }
    }
}

/// Conditions on one hole: all that are written must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conditions {
    /// The hole as in the pattern: `$X`.
    pub hole: String,
    /// See [`Test::Kind`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OneOrMany<ExpressionKind>>,
    /// See [`Test::NotKind`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_kind: Option<OneOrMany<ExpressionKind>>,
    /// See [`Test::In`].
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<OneOrMany<Value>>,
    /// See [`Test::NotIn`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in: Option<OneOrMany<Value>>,
    /// See [`Test::LessThan`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less_than: Option<f64>,
    /// See [`Test::AtMost`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// See [`Test::MoreThan`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_than: Option<f64>,
    /// See [`Test::AtLeast`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// See [`Test::Host`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<OneOrMany<String>>,
    /// See [`Test::NotHost`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_host: Option<OneOrMany<String>>,
    /// See [`Test::Absolute`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absolute: Option<bool>,
    /// See [`Test::Matches`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// See [`Test::NotMatches`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_matches: Option<String>,
    /// See [`Test::Contains`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// See [`Test::NotContains`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_contains: Option<String>,
}

/// What must be true of what a rule is about; one of the fields, or `argument` with one more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Require {
    /// The place of an argument, from 1, that must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument: Option<u32>,
    /// What that argument must be, one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<OneOrMany<Value>>,
    /// What that argument must not be, none of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_not: Option<OneOrMany<Value>>,
    /// `true`: that argument is no number, text, `TRUE` or `FALSE` that is written out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_constant: Option<bool>,
    /// `true`: a lookup takes no key but the one it looks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_match: Option<bool>,
    /// It stands inside a call of one of these functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<FunctionSet>,
    /// What the first argument of the call holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub around: Option<Match>,
    /// `true`: each column and row of a reference has its `$`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absolute: Option<bool>,
    /// The keys of the spreadsheets that a call may read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spreadsheets: Option<OneOrMany<String>>,
    /// The hosts that a call may read from, with their subdomains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<OneOrMany<String>>,
    /// A pattern, or several of which one must stand for it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<OneOrMany<String>>,
}

/// What is measured, and how much it may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    /// What is measured.
    pub metric: MetricName,
    /// The functions that count; for calls, nesting and arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<FunctionSet>,
    /// How much it may be.
    pub at_most: u32,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum MetricName {
    /// Characters, the `=` included.
    Length,
    /// Calls of any function, or of those that `of` names.
    Calls,
    /// References and names.
    References,
    /// Operators.
    Operators,
    /// Calls in one another, of any function or of those that `of` names.
    Nesting,
    /// Arguments of one call, of any function or of those that `of` names.
    Arguments,
    /// Lines.
    Lines,
    /// Numbers that are written out.
    Numbers,
    /// References and names, each counted once.
    DistinctReferences,
    /// Functions that are called, each counted once.
    DistinctCalls,
    /// Parentheses in one another, those of calls not counted.
    Parentheses,
}

/// A built-in rule: its name, or an object with values for its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "the name of a built-in rule, or an object with `rule` and `settings`"
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Link {
    /// The rule with its defaults.
    Name(String),
    /// The rule with settings.
    Settings {
        /// Its name.
        rule: String,
        /// Its settings by name.
        settings: BTreeMap<String, SettingValue>,
    },
}

/// What is wrong with a rule, and in which field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FormError {
    /// The field, as in `require.is`.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl FormError {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}
