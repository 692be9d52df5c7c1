//! "Did you mean": the name that is fewest typing errors away, of functions and of anything else
//! that has a name.
//!
//! Only compares names. Must not guess: where no name is near, there is none.

/// The longest name that is compared: of two longer ones nobody mistypes one for the other.
const LONGEST: usize = 48;

/// What belongs to the name nearest to `typed`, ASCII case aside: the fewest letters added, left
/// out, replaced or swapped with their neighbour. The longer the name, the more of them may differ;
/// where more than one does, the first letter must be right.
///
/// Among equally near names the one with the same first letter wins, then the one of the same
/// length, then the first. `None` if nothing is near enough; a name of up to three letters is near
/// to many, and so to none.
pub(crate) fn nearest<'n, T>(
    typed: &str,
    names: impl IntoIterator<Item = (&'n str, T)>,
) -> Option<T> {
    let allowed = match typed.len() {
        0..=3 => return None,
        4..=5 => 1,
        6..=10 => 2,
        11..=LONGEST => 3,
        _ => return None,
    };
    let typed = typed.as_bytes();
    let typed_letters = letters(typed);
    names
        .into_iter()
        .filter_map(|(name, value)| {
            let candidate = name.as_bytes();
            // One typing error changes the length by at most one and two of the letters that
            // occur, which rules out nearly every name without a closer look.
            let changed = (typed_letters ^ letters(candidate)).count_ones() as usize;
            let longer = candidate.len().abs_diff(typed.len());
            if longer > allowed || changed > 2 * allowed || candidate.len() > LONGEST {
                return None;
            }
            let distance = distance(typed, candidate);
            let other_start = !starts_alike(typed, candidate);
            let near = distance <= if other_start { 1 } else { allowed };
            near.then_some(((distance, other_start, longer > 0), value))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, value)| value)
}

fn starts_alike(one: &[u8], other: &[u8]) -> bool {
    match (one.first(), other.first()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    }
}

/// Which letters occur in any case, one bit for each.
fn letters(name: &[u8]) -> u32 {
    name.iter().fold(0, |set, byte| set | 1 << (byte & 31))
}

/// The number of letters added, left out, replaced or swapped with their neighbour between two
/// names (optimal string alignment). Neither is longer than [`LONGEST`].
#[expect(
    clippy::indexing_slicing,
    reason = "a row is one longer than the longest name, and a letter before means a column before"
)]
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut two_above = [0; LONGEST + 1];
    let mut above: [usize; LONGEST + 1] = std::array::from_fn(|column| column);
    let mut before_left: Option<u8> = None;
    for (row, &from_left) in left.iter().enumerate() {
        let mut current = [row + 1; LONGEST + 1];
        let mut before_right: Option<u8> = None;
        for (column, &from_right) in right.iter().enumerate() {
            let same = |one: u8, other: u8| one.eq_ignore_ascii_case(&other);
            let replaced = above[column] + usize::from(!same(from_left, from_right));
            let added_or_left_out = above[column + 1].min(current[column]) + 1;
            current[column + 1] = replaced.min(added_or_left_out);
            if before_left.is_some_and(|before| same(before, from_right))
                && before_right.is_some_and(|before| same(before, from_left))
            {
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

#[cfg(test)]
mod tests {
    use super::nearest;

    fn of(typed: &str, names: &[&'static str]) -> Option<&'static str> {
        nearest(typed, names.iter().map(|name| (*name, *name)))
    }

    #[test]
    fn case_does_not_count() {
        assert_eq!(of("pricse", &["Total", "PRICES"]), Some("PRICES"));
    }

    #[test]
    fn the_same_first_letter_wins() {
        assert_eq!(of("rates", &["dates", "rate"]), Some("rate"));
    }

    #[test]
    fn names_beyond_ascii_and_long_ones_are_compared_or_left() {
        let long = "x".repeat(5_000);
        assert_eq!(of("Umsätze", &["Umsätzes"]), Some("Umsätzes"));
        assert_eq!(of(&long, &["x"]), None);
        assert_eq!(nearest("prices", [(long.as_str(), ())]), None);
    }
}
