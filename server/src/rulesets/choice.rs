//! What an organization's administrators chose: presets, single rules, locks, and whether formulas
//! are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use analyzer::finding::Severity;
use analyzer::policy::{Lexicon, LexiconError, Terms};
use analyzer::rule::{Preset, SettingValue};
use analyzer::rules;
use analyzer::ruleset::{RuleDefinition, RuleSet, RuleSetError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::rulesets::StoredChoice;

/// The rule that every audit needs: what does not parse can not be checked.
const INDISPENSABLE: &str = "syntax-error";
/// The most texts in a list of a setting, and the most characters of each.
const MOST_TEXTS: usize = 1000;
const LONGEST_TEXT: usize = 500;

/// Which rules an organization has on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct RuleSetChoice {
    /// Names of presets; where two give a setting different values, the later one wins. Without one,
    /// only the rules below are on.
    pub presets: Vec<String>,
    /// What differs from the presets.
    pub rules: Vec<RuleChoice>,
    /// Rules whose findings nobody can suppress.
    pub locked: Vec<String>,
    /// Whether the formulas of audits are kept, one of each kind on each sheet, so that a policy can
    /// be tried on them. Turned off, those kept are deleted.
    pub keep_formulas: bool,
    /// Words of the organization's own that its policies use, and what each stands for. Policies in
    /// force stay what they are when a word changes: each of them then has an `upgrade`.
    pub terms: Terms,
}

/// What differs from the presets for one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RuleChoice {
    /// The rule's name.
    pub name: String,
    /// Whether it is on.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How much its findings matter; as in the presets without one.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "medium")]
    pub severity: Option<Severity>,
    /// Values of its settings; those left out are as in the presets.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, SettingValue>,
}

const fn yes() -> bool {
    true
}

impl Default for RuleSetChoice {
    fn default() -> Self {
        Self {
            presets: vec![Preset::Recommended.name().to_owned()],
            rules: Vec::new(),
            locked: Vec::new(),
            keep_formulas: false,
            terms: Terms::default(),
        }
    }
}

/// A choice that can not be: where and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The place, as a JSON pointer.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl RuleSetChoice {
    pub(super) fn from_stored(stored: StoredChoice) -> Self {
        Self {
            presets: stored.presets,
            rules: serde_json::from_value(stored.rules).unwrap_or_default(),
            locked: stored.locked,
            keep_formulas: stored.keep_formulas,
            terms: serde_json::from_value(stored.terms).unwrap_or_default(),
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn to_stored(&self) -> StoredChoice {
        StoredChoice {
            presets: self.presets.clone(),
            rules: json!(self.rules),
            locked: self.locked.clone(),
            keep_formulas: self.keep_formulas,
            terms: json!(self.terms),
        }
    }

    /// The vocabulary with the organization's own words. One without words of its own shares `base`:
    /// a copy takes memory for as long as its rules are held, and more time than its policies.
    pub fn lexicon(&self, base: &Arc<Lexicon>) -> Result<Arc<Lexicon>, LexiconError> {
        if self.terms.is_empty() {
            return Ok(Arc::clone(base));
        }
        let own = Lexicon::clone(base).with_terms(&self.terms)?;
        Ok(Arc::new(own))
    }

    /// Checks a choice that somebody makes.
    pub fn check(&self, vocabulary: &Arc<Lexicon>) -> Result<(), Unfit> {
        let unfit = |pointer: String, detail: String| Err(Unfit { pointer, detail });
        let mut names: Vec<&str> = self.rules.iter().map(|rule| rule.name.as_str()).collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            return unfit(
                "/rules".to_owned(),
                format!("The rule {twice} is named twice."),
            );
        }
        for (place, name) in self.locked.iter().enumerate() {
            if !is_rule_name(name) {
                let detail = "A rule's name is letters, digits and hyphens.";
                return unfit(format!("/locked/{place}"), detail.to_owned());
            }
        }
        for (place, rule) in self.rules.iter().enumerate() {
            let pointer = format!("/rules/{place}");
            if rule.name == INDISPENSABLE && !rule.enabled {
                let detail =
                    "syntax-error can not be turned off: what does not parse can not be checked.";
                return unfit(pointer, detail.to_owned());
            }
            let texts = rule
                .settings
                .iter()
                .filter_map(|(name, value)| match value {
                    SettingValue::Texts(texts) => Some((name, texts)),
                    SettingValue::Number(_) => None,
                });
            for (name, texts) in texts {
                let is_long =
                    |text: &String| text.chars().count() > LONGEST_TEXT || text.contains('\0');
                if texts.len() > MOST_TEXTS || texts.iter().any(is_long) {
                    let detail = format!(
                        "A list has {MOST_TEXTS} texts at most, of {LONGEST_TEXT} characters at most."
                    );
                    return unfit(format!("{pointer}/settings/{name}"), detail);
                }
            }
        }
        if let Err(error) = self.lexicon(vocabulary) {
            return unfit("/terms".to_owned(), format!("{error}."));
        }
        self.build(&mut |unfit| Err(unfit)).map(|_| ())
    }

    /// The built-in rules that are on. What an older server knew and this one does not is left out,
    /// and the log says so.
    pub(super) fn rules_that_exist(&self) -> RuleSet {
        let built = self.build(&mut |unfit| {
            tracing::warn!(
                pointer = unfit.pointer,
                detail = unfit.detail,
                "a chosen rule does not exist any more"
            );
            Ok(())
        });
        built.unwrap_or_else(|_| RuleSet::of(&[Preset::Recommended]))
    }

    fn build(
        &self,
        on_unfit: &mut dyn FnMut(Unfit) -> Result<(), Unfit>,
    ) -> Result<RuleSet, Unfit> {
        let mut presets = Vec::new();
        for (place, name) in self.presets.iter().enumerate() {
            match name.parse::<Preset>() {
                Ok(preset) => presets.push(preset),
                Err(error) => on_unfit(Unfit {
                    pointer: format!("/presets/{place}"),
                    detail: format!("{error}."),
                })?,
            }
        }
        let mut set = RuleSet::of(&presets);
        for (place, rule) in self.rules.iter().enumerate() {
            match put(set.clone(), rule) {
                Ok(changed) => set = changed,
                Err(error) => on_unfit(Unfit {
                    pointer: format!("/rules/{place}{}", inside(&error)),
                    detail: format!("{error}."),
                })?,
            }
        }
        Ok(set)
    }
}

fn put(set: RuleSet, rule: &RuleChoice) -> Result<RuleSet, RuleSetError> {
    if !rule.enabled {
        return set.without_rule(&rule.name);
    }
    let known = set.definition().rules;
    let before = known.into_iter().find(|known| known.name == rule.name);
    let mut wanted = before.unwrap_or_else(|| RuleDefinition {
        name: rule.name.clone(),
        severity: None,
        settings: BTreeMap::new(),
    });
    wanted.severity = rule.severity.or(wanted.severity);
    wanted.settings.extend(rule.settings.clone());
    set.with_rule(&wanted)
}

/// Where in a rule the error is.
fn inside(error: &RuleSetError) -> String {
    match error {
        RuleSetError::UnknownRule(_) => "/name".to_owned(),
        RuleSetError::UnknownSetting { setting, .. } | RuleSetError::WrongValue { setting, .. } => {
            format!("/settings/{setting}")
        }
    }
}

/// Whether a text can be the name of a rule, built in or of a policy.
#[must_use]
pub fn is_rule_name(name: &str) -> bool {
    rules::find(name).is_some()
        || (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_without_words_of_its_own_shares_the_vocabulary() {
        let base = Arc::new(Lexicon::english());
        let same = RuleSetChoice::default().lexicon(&base).unwrap();
        assert!(Arc::ptr_eq(&same, &base));
        let terms = json!({"functions": {"house functions": ["SUM"]}});
        let own = RuleSetChoice {
            terms: serde_json::from_value(terms).unwrap(),
            ..RuleSetChoice::default()
        };
        assert!(!Arc::ptr_eq(&own.lexicon(&base).unwrap(), &base));
    }
}
