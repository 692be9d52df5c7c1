//! "Did you mean": the function whose name is fewest typing errors away.
//!
//! Only compares names. Must not guess: where no name is near, there is none.

use super::{Category, FUNCTIONS, Function, LONGEST_NAME};

/// The function whose name is nearest to `name`, case aside: the fewest letters added, left out,
/// replaced or swapped with their neighbour. The longer the name, the more of them may differ;
/// where more than one does, the first letter must be right.
///
/// Among equally near names the one with the same first letter wins, then the one of the same
/// length, then the first in the alphabet. `None` if nothing is near enough; a name of up to three
/// letters is near to many, and so to none.
#[must_use]
pub fn similar(name: &str) -> Option<&'static Function> {
    let allowed = match name.len() {
        0..=3 => return None,
        4..=5 => 1,
        6..=10 => 2,
        11..=LONGEST_COMPARED => 3,
        _ => return None,
    };
    let mut buffer = [0; LONGEST_COMPARED];
    let (typed, _) = buffer.split_at_mut_checked(name.len())?;
    typed.copy_from_slice(name.as_bytes());
    typed.make_ascii_uppercase();

    let typed_letters = letters(typed);
    FUNCTIONS
        .iter()
        .filter(|function| function.category != Category::Undocumented)
        .filter_map(|function| {
            let candidate = function.name.as_bytes();
            // One typing error changes the length by at most one and two of the letters that
            // occur, which rules out nearly every name without a closer look.
            let changed = (typed_letters ^ letters(candidate)).count_ones() as usize;
            if candidate.len().abs_diff(typed.len()) > allowed || changed > 2 * allowed {
                return None;
            }
            let distance = distance(typed, candidate);
            let other_start = candidate.first() != typed.first();
            let other_length = candidate.len() != typed.len();
            let near = distance <= if other_start { 1 } else { allowed };
            near.then_some(((distance, other_start, other_length), function))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, function)| function)
}

/// The longest name that is compared: one more letter than this differs in too many.
const LONGEST_COMPARED: usize = LONGEST_NAME + 3;

/// Which letters occur, one bit for each.
fn letters(name: &[u8]) -> u32 {
    name.iter().fold(0, |set, byte| set | 1 << (byte & 31))
}

/// The number of letters added, left out, replaced or swapped with their neighbour between two
/// names (optimal string alignment). Neither is longer than [`LONGEST_COMPARED`].
#[expect(
    clippy::indexing_slicing,
    reason = "a row is one longer than the longest name, and a letter before means a column before"
)]
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut two_above = [0; LONGEST_COMPARED + 1];
    let mut above: [usize; LONGEST_COMPARED + 1] = std::array::from_fn(|column| column);
    let mut before_left = None;
    for (row, &from_left) in left.iter().enumerate() {
        let mut current = [row + 1; LONGEST_COMPARED + 1];
        let mut before_right = None;
        for (column, &from_right) in right.iter().enumerate() {
            let replaced = above[column] + usize::from(from_left != from_right);
            let added_or_left_out = above[column + 1].min(current[column]) + 1;
            current[column + 1] = replaced.min(added_or_left_out);
            if before_left == Some(from_right) && before_right == Some(from_left) {
                current[column + 1] = current[column + 1].min(two_above[column - 1] + 1);
            }
            before_right = Some(from_right);
        }
        two_above = above;
        above = current;
        before_left = Some(from_left);
    }
    above[right.len()]
}
