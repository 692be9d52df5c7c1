//! Sorts by a number. The code that sorts is one for all types: each type's own would be another
//! five kilobytes of the module for browsers.

/// Sorts by the key; what has the same key keeps its order. Allocates nothing for what is sorted.
pub(crate) fn by_key<T>(items: &mut [T], key: impl Fn(&T) -> u64) {
    if items.is_sorted_by_key(&key) {
        return;
    }
    let mut order: Vec<(u64, usize)> = items.iter().map(key).zip(0..).collect();
    order.sort_unstable();
    // Each round of places that take from one another is walked once.
    for start in 0..items.len() {
        let mut place = start;
        while let Some((_, from)) = order.get_mut(place) {
            let from = std::mem::replace(from, place);
            if from == start {
                break;
            }
            items.swap(place, from);
            place = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let mut items = vec![(2, "a"), (1, "b"), (2, "c"), (0, "d"), (1, "e")];
        by_key(&mut items, |(key, _)| *key);
        assert_eq!(items, [(0, "d"), (1, "b"), (1, "e"), (2, "a"), (2, "c")]);
    }
}
