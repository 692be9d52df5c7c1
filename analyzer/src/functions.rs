//! The functions of Google Sheets: data in `functions.csv`, looked up by name.
//!
//! Knows nothing of trees, rules or policies.
//!
//! `build.rs` reads the data and checks it, so that a table is all that is left at run time.
//! Where Google's page of a function, its own examples and what the function does are at odds
//! over the number of arguments, the catalogue takes the widest: it is better to miss a wrong
//! call than to refuse a right one.

use crate::nearest::nearest;

/// A function's place in the catalogue. Only [`find`] and the catalogue itself make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u16);

impl FunctionId {
    /// The catalogue's entry.
    #[must_use]
    pub fn function(self) -> &'static Function {
        #[expect(
            clippy::indexing_slicing,
            reason = "an id is made by looking into this very table"
        )]
        &FUNCTIONS[usize::from(self.0)]
    }
}

/// What the catalogue says of a function.
#[derive(Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own and a column of the data"
)]
pub struct Function {
    /// The name in upper case.
    pub name: &'static str,
    /// Where Google's function list has it.
    pub category: Category,
    /// The parameters in order, separated by `; `: `name` must be given, `[name]` may be left
    /// out, `(name; name)...` is given once or more (a single name goes without brackets) and
    /// `[name; name]...` any number of times. An inner `[name]` may be left out the last time.
    pub parameters: &'static str,
    /// The fewest arguments it takes.
    pub min_arguments: u16,
    /// The most arguments it takes; `None` without a limit.
    pub max_arguments: Option<u16>,
    repeat: Option<Repeat>,
    /// When its result is computed anew although its arguments are the same.
    pub volatility: Volatility,
    /// Whether its result can change without a change of its arguments: [`Volatility::Always`].
    pub volatile: bool,
    /// Whether its result comes from outside of the spreadsheet: another spreadsheet, an address
    /// on the web, or a service of Google's that answers with market data, a translation, the
    /// language of a text or the words of a model. Such a call can fail or change although no
    /// cell did, and what it is given leaves the spreadsheet. `HYPERLINK` reads nothing until a
    /// person follows it, and `ISURL` and `ENCODEURL` look only at the text: they are not.
    pub external: bool,
    /// Whether it is made to give more than one cell: `FILTER`, `SPLIT`, `SEQUENCE`. Inside of
    /// `ARRAYFORMULA` others do too.
    pub array: bool,
    /// Whether Excel has no function of this name.
    pub google_only: bool,
    /// Whether it is kept for old spreadsheets: what Excel lists as a compatibility function, and
    /// the `.LEGACY` names that Sheets gives to formulas of its first versions. `CEILING`, `FLOOR`
    /// and `CONCATENATE` are not: Sheets does not replace them.
    pub legacy: bool,
    /// What is written today in place of a legacy function; the arguments can differ. `TDIST`
    /// has none, for it became two functions.
    pub replaced_by: Option<FunctionId>,
}

/// Where a function stands in Google's function list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// `SUMPRODUCT`, `TRANSPOSE`, …
    Array,
    /// `DSUM`, `DGET`, …
    Database,
    /// `DATE`, `TODAY`, …
    Date,
    /// `BIN2DEC`, `IMSUM`, …
    Engineering,
    /// `FILTER`, `SORT`, …
    Filter,
    /// `PMT`, `XIRR`, …
    Financial,
    /// `QUERY`, `GOOGLEFINANCE`, …
    Google,
    /// `ISBLANK`, `CELL`, …
    Info,
    /// `IF`, `LET`, …
    Logical,
    /// `VLOOKUP`, `INDEX`, …
    Lookup,
    /// `SUM`, `ROUND`, …
    Math,
    /// `ADD`, `EQ`: what an operator does, as a function.
    Operator,
    /// `CONVERT`, `TO_TEXT`, …
    Parser,
    /// `AVERAGE`, `STDEV.S`, …
    Statistical,
    /// `LEFT`, `REGEXMATCH`, …
    Text,
    /// `COINFLIP`, …: works, and Google's list does not have it.
    Undocumented,
    /// `IMPORTXML`, `HYPERLINK`, …
    Web,
}

impl Category {
    /// The category in lower case, as the data has it: `math`, `lookup`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Database => "database",
            Self::Date => "date",
            Self::Engineering => "engineering",
            Self::Filter => "filter",
            Self::Financial => "financial",
            Self::Google => "google",
            Self::Info => "info",
            Self::Logical => "logical",
            Self::Lookup => "lookup",
            Self::Math => "math",
            Self::Operator => "operator",
            Self::Parser => "parser",
            Self::Statistical => "statistical",
            Self::Text => "text",
            Self::Undocumented => "undocumented",
            Self::Web => "web",
        }
    }
}

/// When a function's result is computed anew although its arguments are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Volatility {
    /// Never.
    None,
    /// By some accounts at each change of the spreadsheet, because it makes its reference while
    /// it is computed: `OFFSET`, `INDIRECT`.
    Reference,
    /// At each change of the spreadsheet or with time: `NOW`, `RAND`.
    Always,
}

/// The group of parameters that can be given over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Repeat {
    /// How many parameters stand before the group.
    before: u8,
    /// How many parameters the group has.
    size: u8,
    /// How many of them must be given the last time.
    needed: u8,
    /// How many required parameters stand after the group.
    required_after: u8,
    /// How many optional parameters stand after the group.
    optional_after: u8,
}

impl Repeat {
    /// Whether `count` arguments end where a repetition of the group may end. The function's
    /// minimum is checked by the caller.
    fn ends_at(self, count: usize) -> bool {
        let around = usize::from(self.before) + usize::from(self.required_after);
        let Some(repeated) = count.checked_sub(around) else {
            return true;
        };
        let last = repeated % usize::from(self.size);
        last == 0 || last >= usize::from(self.needed) || last <= usize::from(self.optional_after)
    }
}

impl Function {
    /// Whether a call may have `count` arguments, those left empty between separators included.
    #[must_use]
    pub fn accepts(&self, count: usize) -> bool {
        count >= usize::from(self.min_arguments)
            && self
                .max_arguments
                .is_none_or(|max| count <= usize::from(max))
            && self.repeat.is_none_or(|repeat| repeat.ends_at(count))
    }

    /// The name of the parameter at `index`, from 0. A group that repeats gives its names over
    /// and over; what stands after it has no fixed index and is never given.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<&'static str> {
        let index = match self.repeat {
            Some(repeat) if index >= usize::from(repeat.before) => {
                let before = usize::from(repeat.before);
                before + (index - before) % usize::from(repeat.size)
            }
            _ => index,
        };
        self.parameter_names().nth(index)
    }

    /// The group of parameters that can be given over and over, if there is one: how many
    /// parameters stand before it, and how many it has.
    #[must_use]
    pub fn group(&self) -> Option<(usize, usize)> {
        self.repeat
            .map(|repeat| (usize::from(repeat.before), usize::from(repeat.size)))
    }

    /// The index of the parameter, from 0; of one that repeats, the first. `None` if there is no
    /// such parameter, or if it stands after a group that repeats.
    #[must_use]
    pub fn parameter_position(&self, name: &str) -> Option<usize> {
        let fixed = self.repeat.map_or(usize::MAX, |repeat| {
            usize::from(repeat.before) + usize::from(repeat.size)
        });
        self.parameter_names()
            .take(fixed)
            .position(|parameter| parameter == name)
    }

    fn parameter_names(&self) -> impl Iterator<Item = &'static str> {
        self.parameters
            .split(';')
            .map(|item| item.trim_matches([' ', '(', ')', '[', ']', '.']))
            .filter(|name| !name.is_empty())
    }
}

/// The function of that name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<FunctionId> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let mut slot = slot_of(name.as_bytes());
    loop {
        let id = FunctionId(*SLOTS.get(slot)?);
        if id == NO_FUNCTION {
            return None;
        }
        if id.function().name.eq_ignore_ascii_case(name) {
            return Some(id);
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

/// The function whose name is nearest to `name`, case aside, if any is near enough to have been
/// meant; see [`crate::nearest`] for what near is. Never one that Google does not document.
#[must_use]
pub fn similar(name: &str) -> Option<&'static Function> {
    let documented = FUNCTIONS
        .iter()
        .filter(|function| function.category != Category::Undocumented);
    nearest(name, documented.map(|function| (function.name, function)))
}

/// A name that may be no function, as messages show it however it was written: in upper case as
/// functions are, or in lower case if it has letters beyond ASCII, of which some have no capital.
#[must_use]
pub fn shown(name: &str) -> String {
    if name.is_ascii() {
        name.to_ascii_uppercase()
    } else {
        name.to_lowercase()
    }
}

/// Every function, sorted by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter()
}

/// What to do in Google Sheets in place of a function that only Excel has, by its name in any
/// case: `use SORT …`, `no function stands in for it`. `None` for every other name.
#[must_use]
pub fn excel_only(name: &str) -> Option<&'static str> {
    EXCEL_ONLY
        .iter()
        .find(|(excel, _)| excel.eq_ignore_ascii_case(name))
        .map(|(_, instead)| *instead)
}

include!(concat!(env!("OUT_DIR"), "/functions_table.rs"));

/// `LET`, which gives names to values.
pub(crate) const LET: FunctionId = known("LET");
/// `LAMBDA`, which gives names to its parameters.
pub(crate) const LAMBDA: FunctionId = known("LAMBDA");

/// What an empty slot holds.
const NO_FUNCTION: FunctionId = FunctionId(u16::MAX);

/// Functions by the hash of their name: in their slot, or in the next free one behind it. Every
/// call that is parsed is looked up here; with a quarter of the slots taken, nearly every name is
/// found, or found missing, at the first look.
static SLOTS: [u16; 2048] = slots();

/// The slot of a name in any case: made of its last eight bytes and its length.
#[inline]
const fn slot_of(name: &[u8]) -> usize {
    let mut key = 0_u64;
    let mut rest = name;
    while let Some((byte, behind)) = rest.split_first() {
        // Without this bit, letters of both cases are one; what else falls together does not matter.
        key = key << 8 | (*byte & !0x20) as u64;
        rest = behind;
    }
    key ^= (name.len() as u64) << 56;
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - 11)) as usize
}

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "the compiler runs it, and there are few functions"
)]
const fn slots() -> [u16; 2048] {
    let mut slots = [NO_FUNCTION.0; 2048];
    let mut index = 0;
    while index < FUNCTIONS.len() {
        let mut slot = slot_of(FUNCTIONS[index].name.as_bytes());
        while slots[slot] != NO_FUNCTION.0 {
            slot = (slot + 1) % slots.len();
        }
        slots[slot] = index as u16;
        index += 1;
    }
    slots
}

/// The function of this name in upper case, which there is.
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "the compiler runs it, and there are few functions"
)]
const fn known(name: &str) -> FunctionId {
    let wanted = name.as_bytes();
    let mut index = 0;
    loop {
        let candidate = FUNCTIONS[index].name.as_bytes();
        let mut at = 0;
        while at < wanted.len() && at < candidate.len() && wanted[at] == candidate[at] {
            at += 1;
        }
        if at == wanted.len() && at == candidate.len() {
            return FunctionId(index as u16);
        }
        index += 1;
    }
}

/// The length of the longest function name in bytes.
const LONGEST_NAME: usize = longest_name();

#[expect(clippy::indexing_slicing, reason = "the compiler runs it")]
const fn longest_name() -> usize {
    let mut longest = 0;
    let mut index = 0;
    while index < FUNCTIONS.len() {
        let length = FUNCTIONS[index].name.len();
        if length > longest {
            longest = length;
        }
        index += 1;
    }
    longest
}
