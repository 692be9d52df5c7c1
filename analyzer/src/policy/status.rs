//! What became of a sentence.

use serde::{Deserialize, Serialize};

/// What became of a sentence. Only the rules of an enforced sentence run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub enum Status {
    /// Every word was understood, and formulas are checked against it.
    Enforced,
    /// A rule was recognised, and words beside it were not understood: nothing is checked.
    Partial,
    /// It limits something and does not say to how much.
    NeedsValue,
    /// It speaks of a part of the workbook that only its author can point to.
    NeedsScope,
    /// It can be read in more than one way.
    Ambiguous,
    /// It is about people, processes or the truth of data, which no formula shows.
    NotCheckable,
    /// It may demand something, and no form of the grammar fits.
    NotUnderstood,
    /// A heading, a reason, a permission, a story: it demands nothing of a formula.
    Context,
}
