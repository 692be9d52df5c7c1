//! Orders of things, without a random number.

/// The `number`th of many permutations.
#[must_use]
pub fn permuted<T: Clone>(items: &[T], number: usize) -> Vec<T> {
    let mut left = items.to_vec();
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut permuted = Vec::new();
    while !left.is_empty() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        permuted.push(left.swap_remove((state >> 33) % left.len()));
    }
    permuted
}
