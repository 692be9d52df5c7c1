//! The functions of Google Sheets: data in `functions.csv`, looked up by name.
//!
//! Knows nothing of trees, rules or policies.

/// One function of [`Function`]'s catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u16);

impl FunctionId {
    /// The catalogue's entry.
    #[must_use]
    pub fn function(self) -> &'static Function {
        &Function::UNKNOWN
    }
}

/// What the catalogue says of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// The name in upper case.
    pub name: &'static str,
    /// The category in Google's function list, in lower case: `math`, `lookup`, …
    pub category: &'static str,
    /// The fewest arguments it takes.
    pub min_arguments: u16,
    /// The most arguments it takes; `None` without a limit.
    pub max_arguments: Option<u16>,
    /// Whether its result can change without a change of its arguments.
    pub volatile: bool,
    /// Whether it reads from outside of the spreadsheet.
    pub external: bool,
}

impl Function {
    const UNKNOWN: Self = Self {
        name: "",
        category: "",
        min_arguments: 0,
        max_arguments: None,
        volatile: false,
        external: false,
    };
}

/// The function of that name, in any case.
#[must_use]
pub fn find(_name: &str) -> Option<FunctionId> {
    None
}
