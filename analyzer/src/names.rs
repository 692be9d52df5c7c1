//! What a workbook defines: its sheets, named ranges, tables and named functions, as far as the
//! caller of an audit knows them. Plain data; what names a formula itself gives is for
//! [`crate::scope`] to say.
//!
//! Must not take silence for an answer: what nobody listed is unknown, not missing.

use std::collections::BTreeMap;

use crate::nearest::nearest;

/// The names of a workbook. The default knows nothing, so that no name can be called wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    sheets: Option<NameList>,
    ranges: Option<NameList>,
    tables: Option<NameList>,
    functions: Option<NameList>,
}

/// Names as written, by what they are in lower case.
type NameList = BTreeMap<String, String>;

/// What can have a name in a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOf {
    /// A sheet.
    Sheet,
    /// A named range.
    Range,
    /// A table.
    Table,
    /// A named function, or a custom function of Apps Script.
    Function,
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// The workbook has it.
    Defined,
    /// The workbook does not have it; the name that it has and that is nearly spelled so.
    Missing(Option<&'a str>),
    /// Nobody said which names of this kind the workbook has.
    Unknown,
}

impl Names {
    /// With all names of this kind that the workbook has, in place of those given before.
    #[must_use]
    pub fn with(
        mut self,
        kind: NameOf,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let names = names.into_iter().map(Into::into);
        let list = names
            .map(|name: String| (name.to_lowercase(), name))
            .collect();
        match kind {
            NameOf::Sheet => self.sheets = Some(list),
            NameOf::Range => self.ranges = Some(list),
            NameOf::Table => self.tables = Some(list),
            NameOf::Function => self.functions = Some(list),
        }
        self
    }

    /// Whether the workbook has the name, letter case aside.
    #[must_use]
    pub fn look_up(&self, kind: NameOf, name: &str) -> Known<'_> {
        let Some(list) = self.list(kind) else {
            return Known::Unknown;
        };
        let folded = name.to_lowercase();
        if list.contains_key(&folded) {
            return Known::Defined;
        }
        let names = list
            .iter()
            .map(|(folded, written)| (folded.as_str(), written.as_str()));
        Known::Missing(nearest(&folded, names))
    }

    fn list(&self, kind: NameOf) -> Option<&NameList> {
        match kind {
            NameOf::Sheet => self.sheets.as_ref(),
            NameOf::Range => self.ranges.as_ref(),
            NameOf::Table => self.tables.as_ref(),
            NameOf::Function => self.functions.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_listed_is_unknown() {
        let names = Names::default().with(NameOf::Sheet, ["Data"]);
        assert_eq!(names.look_up(NameOf::Range, "Data"), Known::Unknown);
    }

    #[test]
    fn a_name_is_found_in_any_case() {
        let names = Names::default().with(NameOf::Sheet, ["Übersicht"]);
        assert_eq!(names.look_up(NameOf::Sheet, "ÜBERSICHT"), Known::Defined);
    }

    #[test]
    fn a_missing_name_has_the_one_that_was_meant() {
        let names = Names::default().with(NameOf::Range, ["Prices", "Rates"]);
        let missing = names.look_up(NameOf::Range, "pirces");
        assert_eq!(missing, Known::Missing(Some("Prices")));
        let missing = names.look_up(NameOf::Range, "Customers");
        assert_eq!(missing, Known::Missing(None));
        let nothing = Names::default().with(NameOf::Range, [""; 0]);
        assert_eq!(nothing.look_up(NameOf::Range, "x"), Known::Missing(None));
    }
}
