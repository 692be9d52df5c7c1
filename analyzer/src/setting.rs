//! What can be set of a rule: numbers and lists of texts, each with its default.

#[cfg(feature = "enforcement")]
use std::collections::BTreeMap;

#[cfg(feature = "enforcement")]
use crate::json::{self, Json, Object};
use crate::rule::Preset;

/// What a rule's findings depend on beside the formula.
#[derive(Debug)]
pub struct Setting {
    /// The name in kebab-case.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub docs: &'static str,
    /// Its value unless a preset or an organization says otherwise. A value of another kind is
    /// refused.
    pub default: SettingValue,
    /// Its value where a preset asks for another one.
    pub in_presets: &'static [(Preset, u32)],
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged, expecting = "a setting is a whole number or a list of texts")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SettingValue {
    /// A whole number.
    Number(u32),
    /// A list of texts, such as the hosts that an organization trusts. Order does not matter.
    Texts(Vec<String>),
}

impl SettingValue {
    /// What values of this kind are, in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a whole number",
            Self::Texts(_) => "a list of texts",
        }
    }
}

impl std::fmt::Display for SettingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Texts(texts) if texts.is_empty() => f.write_str("none"),
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
        }
    }
}

impl Setting {
    /// Its value in a preset.
    #[must_use]
    pub fn value_in(&self, preset: Preset) -> SettingValue {
        let own = self.in_presets.iter().find(|(of, _)| *of == preset);
        own.map_or_else(
            || self.default.clone(),
            |(_, value)| SettingValue::Number(*value),
        )
    }
}

/// The value that `declare_rule!` gives a setting.
macro_rules! setting_value {
    ([]) => {
        $crate::setting::SettingValue::Texts(Vec::new())
    };
    ($number:literal) => {
        $crate::setting::SettingValue::Number($number)
    };
}

pub(crate) use setting_value;

/// The values of settings by name.
#[cfg(feature = "enforcement")]
pub(crate) fn values(settings: &impl Json) -> json::Result<BTreeMap<String, SettingValue>> {
    Object::of(settings)?.each(|value| {
        Ok(if value.is_list() {
            SettingValue::Texts(value.texts()?)
        } else {
            SettingValue::Number(value.whole()?)
        })
    })
}
