//! What an audit runs with: which rules are on, at which severity, with which settings.
//!
//! Decides nothing about a formula. Sets that find the same things have the same hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ast::NodeKind;
use crate::digest::Digest;
use crate::dispatch::Dispatch;
use crate::finding::Severity;
use crate::functions::{self, FunctionId};
#[cfg(feature = "enforcement")]
use crate::json::{Json, Object, Unreadable};
use crate::policy::{Compiled, Plan};
use crate::rule::{Check, Preset, Rule, SettingValue};
use crate::rules;
#[cfg(feature = "enforcement")]
use crate::setting;

/// The version of this analyzer: what `engine` says in a report.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// The rule that no audit of formulas can do without: what does not parse can not be checked.
const INDISPENSABLE: &str = "syntax-error";

/// The rules and the policies that are on.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Sorted by the rule's name.
    active: Vec<ActiveRule>,
    policies: Vec<Policy>,
    plan: Plan,
    dispatch: Dispatch,
    hash: String,
}

/// A policy that is on, with what a finding says of it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, of the caller's choosing.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: u32,
    /// Its sentences and their rules.
    pub compiled: Arc<Compiled>,
}

/// A rule that is on.
#[derive(Clone, Debug)]
pub struct ActiveRule {
    /// The rule.
    pub rule: &'static Rule,
    /// How much its findings matter here.
    pub severity: Severity,
    /// The values of its settings, in the order of [`Rule::options`].
    pub settings: Vec<SettingValue>,
    /// The functions whose calls it is called for.
    functions: Vec<FunctionId>,
}

/// A rule set as text, from which the same set can be made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct RuleSetDefinition {
    /// The version of the analyzer that wrote it.
    pub engine: String,
    /// The rules that are on, sorted by name.
    pub rules: Vec<RuleDefinition>,
}

/// One rule of a [`RuleSetDefinition`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct RuleDefinition {
    /// The rule's name.
    pub name: String,
    /// How much its findings matter; the rule's own severity if nothing is said.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The values of its settings by name; those left out have their default.
    #[serde(default)]
    #[cfg_attr(
        feature = "typescript",
        tsify(type = "Record<string, number | string[]>")
    )]
    pub settings: BTreeMap<String, SettingValue>,
}

#[cfg(feature = "enforcement")]
impl RuleSetDefinition {
    /// Reads a definition as it is written to JSON.
    pub fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        let definition = Self {
            engine: form.need("engine")?.text()?,
            rules: form
                .need("rules")?
                .items(|rule| rule.read(RuleDefinition::from_json))?,
        };
        form.has_no_other()?;
        Ok(definition)
    }
}

#[cfg(feature = "enforcement")]
impl RuleDefinition {
    fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        let definition = Self {
            name: form.need("name")?.text()?,
            severity: form.get("severity").map(|one| one.word()).transpose()?,
            settings: match form.get("settings") {
                Some(settings) => settings.read(setting::values)?,
                None => BTreeMap::new(),
            },
        };
        form.has_no_other()?;
        Ok(definition)
    }
}

/// A rule set that can not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleSetError {
    /// No rule has that name.
    #[error("there is no rule `{0}`")]
    UnknownRule(String),
    /// The rule has no setting of that name.
    #[error("the rule `{rule}` has no setting `{setting}`")]
    UnknownSetting {
        /// The rule's name.
        rule: String,
        /// What was taken for a setting of it.
        setting: String,
    },
    /// The value is of another kind than the setting's.
    #[error("the setting `{setting}` of the rule `{rule}` is {expected}")]
    WrongValue {
        /// The rule's name.
        rule: String,
        /// The setting's name.
        setting: String,
        /// What its values are.
        expected: &'static str,
    },
}

impl RuleSet {
    /// The rules of these presets. Where two presets give a setting different values, the later
    /// one wins.
    ///
    /// Without a preset only what does not parse is found, since nothing can be said about it.
    #[must_use]
    pub fn of(presets: &[Preset]) -> Self {
        let mut active = Vec::new();
        if presets.is_empty()
            && let Some(rule) = rules::find(INDISPENSABLE)
        {
            put(&mut active, ActiveRule::new(rule));
        }
        for preset in presets {
            for rule in rules::ALL.iter().filter(|rule| rule.is_in(*preset)) {
                put(&mut active, ActiveRule::in_preset(rule, *preset));
            }
        }
        Self::build(active, Vec::new())
    }

    /// The set that a definition describes.
    pub fn from_definition(definition: &RuleSetDefinition) -> Result<Self, RuleSetError> {
        let mut active = Vec::with_capacity(definition.rules.len());
        for rule in &definition.rules {
            put(&mut active, ActiveRule::from_definition(rule)?);
        }
        Ok(Self::build(active, Vec::new()))
    }

    /// The set with this rule on, whether or not it was on before.
    pub fn with_rule(mut self, rule: &RuleDefinition) -> Result<Self, RuleSetError> {
        put(&mut self.active, ActiveRule::from_definition(rule)?);
        Ok(Self::build(self.active, self.policies))
    }

    /// The set with the rule of this name off.
    pub fn without_rule(mut self, name: &str) -> Result<Self, RuleSetError> {
        if rules::find(name).is_none() {
            return Err(RuleSetError::UnknownRule(name.to_owned()));
        }
        self.active.retain(|active| active.rule.name != name);
        Ok(Self::build(self.active, self.policies))
    }

    /// The set with these policies in place of those it had. What does not parse is then found
    /// too, since no policy can be checked on it.
    #[must_use]
    pub fn with_policies(mut self, policies: Vec<Policy>) -> Self {
        let parses = rules::find(INDISPENSABLE).filter(|rule| {
            let is_on = self
                .active
                .iter()
                .any(|active| active.rule.name == rule.name);
            !policies.is_empty() && !is_on
        });
        if let Some(rule) = parses {
            put(&mut self.active, ActiveRule::new(rule));
        }
        Self::build(self.active, policies)
    }

    /// The policies that are on, in the order given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The built-in rules of the set as text.
    #[must_use]
    pub fn definition(&self) -> RuleSetDefinition {
        RuleSetDefinition {
            engine: ENGINE.to_owned(),
            rules: self.active.iter().map(ActiveRule::definition).collect(),
        }
    }

    /// `sha256:` and the digest of all that the set's findings depend on: the analyzer's version,
    /// the rules, their severities and settings, the policies' rules and what compiled them.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The rules that are on, sorted by name.
    #[must_use]
    pub fn rules(&self) -> &[ActiveRule] {
        &self.active
    }

    /// The rule of that number in [`Dispatch`].
    pub(crate) fn rule_at(&self, number: u16) -> Option<&ActiveRule> {
        self.active.get(usize::from(number))
    }

    /// The policy at that place.
    pub(crate) fn policy_at(&self, place: u32) -> Option<&Policy> {
        self.policies.get(place as usize)
    }

    /// Which rules of the policies to call for what.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    fn build(active: Vec<ActiveRule>, policies: Vec<Policy>) -> Self {
        Self {
            dispatch: Dispatch::new(&active),
            hash: hash_of(&active, &policies),
            active,
            plan: Compiled::plan_of(policies.iter().map(|policy| &*policy.compiled)),
            policies,
        }
    }
}

/// Puts the rule in its place by name, where it may stand already.
fn put(active: &mut Vec<ActiveRule>, rule: ActiveRule) {
    match active.binary_search_by_key(&rule.rule.name, |active| active.rule.name) {
        Ok(place) => {
            if let Some(active) = active.get_mut(place) {
                *active = rule;
            }
        }
        Err(place) => active.insert(place, rule),
    }
}

impl ActiveRule {
    fn new(rule: &'static Rule) -> Self {
        Self::with_settings(
            rule,
            rule.options
                .iter()
                .map(|setting| setting.default.clone())
                .collect(),
        )
    }

    fn in_preset(rule: &'static Rule, preset: Preset) -> Self {
        let values = rule.options.iter().map(|setting| setting.value_in(preset));
        Self::with_settings(rule, values.collect())
    }

    fn with_settings(rule: &'static Rule, settings: Vec<SettingValue>) -> Self {
        let functions = match rule.check {
            Check::Calls(names, _) => names
                .iter()
                .filter_map(|name| functions::find(name))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            rule,
            severity: rule.severity,
            settings,
            functions,
        }
    }

    fn from_definition(definition: &RuleDefinition) -> Result<Self, RuleSetError> {
        let name = &definition.name;
        let rule = rules::find(name).ok_or_else(|| RuleSetError::UnknownRule(name.clone()))?;
        let mut active = Self::new(rule);
        active.severity = definition.severity.unwrap_or(rule.severity);
        for (setting, value) in &definition.settings {
            let mut options = rule.options.iter().zip(&mut active.settings);
            let Some((_, slot)) = options.find(|(option, _)| option.name == setting) else {
                return Err(RuleSetError::UnknownSetting {
                    rule: name.clone(),
                    setting: setting.clone(),
                });
            };
            if slot.kind() != value.kind() {
                return Err(RuleSetError::WrongValue {
                    rule: name.clone(),
                    setting: setting.clone(),
                    expected: slot.kind(),
                });
            }
            *slot = in_order(value.clone());
        }
        Ok(active)
    }

    fn definition(&self) -> RuleDefinition {
        let names = self
            .rule
            .options
            .iter()
            .map(|option| option.name.to_owned());
        RuleDefinition {
            name: self.rule.name.to_owned(),
            severity: Some(self.severity),
            settings: names.zip(self.settings.iter().cloned()).collect(),
        }
    }

    /// The functions whose calls the rule is called for.
    pub(crate) fn functions(&self) -> &[FunctionId] {
        &self.functions
    }

    /// Whether the node is a call of one of [`Self::functions`].
    pub(crate) fn is_called_for(&self, kind: &NodeKind) -> bool {
        matches!(kind, NodeKind::Call { function: Some(function), .. }
            if self.functions.contains(function))
    }
}

/// The value with its texts sorted, since sets that find the same have the same hash.
fn in_order(mut value: SettingValue) -> SettingValue {
    if let SettingValue::Texts(texts) = &mut value {
        let mut sorted: Vec<String> = Vec::with_capacity(texts.len());
        for text in texts.drain(..) {
            // Less code than to sort them, and they come sorted as a rule.
            if let Err(place) = sorted.binary_search(&text) {
                sorted.insert(place, text);
            }
        }
        *texts = sorted;
    }
    value
}

fn hash_of(active: &[ActiveRule], policies: &[Policy]) -> String {
    let mut digest = Digest::default();
    digest.text(ENGINE);
    digest.number(active.len() as u64);
    for active in active {
        digest.text(active.rule.name);
        digest.text(active.severity.name());
        for value in &active.settings {
            match value {
                SettingValue::Number(number) => digest.number(u64::from(*number)),
                SettingValue::Texts(texts) => {
                    digest.number(texts.len() as u64);
                    for text in texts {
                        digest.text(text);
                    }
                }
            }
        }
    }
    digest.number(policies.len() as u64);
    for policy in policies {
        digest.text(&policy.id);
        digest.number(u64::from(policy.version));
        policy.compiled.digest(&mut digest);
    }
    digest.finish()
}
