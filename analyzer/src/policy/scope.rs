//! Where a rule holds: sheets, ranges and departments, as plain data that can be stored and written
//! by hand.
//!
//! Says nothing of how a sentence names a place, nor of how a cell is found to lie in one.

use serde::{Deserialize, Serialize};

/// Where a rule holds. The default is everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scope {
    /// The sheets that it holds on, by name, case aside; a star stands for any characters. Empty
    /// for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// The ranges that it holds in, without a sheet: `D:D`, `5:5`, `B2:F40`. Empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<String>,
    /// The departments that it holds for, case aside. Empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// Where it does not hold, even within what is named above.
    #[serde(skip_serializing_if = "Places::is_empty")]
    pub exclude: Places,
}

impl Scope {
    /// Whether the rule holds everywhere.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        *self == Self::default()
    }
}

/// Places that a rule leaves out: what lies in any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Places {
    /// Sheets, as in [`Scope::sheets`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Ranges, as in [`Scope::ranges`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<String>,
    /// Departments, as in [`Scope::departments`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
}

impl Places {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
