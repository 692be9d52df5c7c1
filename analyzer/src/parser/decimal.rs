//! The value of a decimal number of any length, rounded as the standard library rounds it. By
//! plain long division: such numbers are rare, and the library's way, which is faster, has a table
//! that would be a twelfth of the module for browsers.

use std::cmp::Ordering;

/// More digits can not matter but for whether any of them is not zero.
const MOST_DIGITS: usize = 800;
/// The powers of ten of the first digit beyond which a number is too large or zero.
const HIGHEST: i64 = 310;
const LOWEST: i64 = -330;
/// The exponents of two of the last bit of a float, from the smallest one on.
const SMALLEST: i64 = -1074;
const SMALLEST_NORMAL: i64 = -1022;

/// The nearest float to `digits [ point digits ] [ exponent ]`, which the text is; `None` if there
/// is none that large.
pub(super) fn value(written: &str) -> Option<f64> {
    let (number, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let (whole, decimals) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let exponent = exponent_value(exponent) - i64::try_from(decimals.len()).ok()?;
    let digits = whole.bytes().chain(decimals.bytes());
    let digits = digits.skip_while(|digit| *digit == b'0');
    let count = digits.clone().count();
    let power = exponent.saturating_add(i64::try_from(count).ok()?);
    if count == 0 || power < LOWEST {
        return Some(0.0);
    }
    if power > HIGHEST {
        return None;
    }
    let mut dividend = Big::new(0);
    for digit in digits.clone().take(MOST_DIGITS) {
        dividend.multiply_add(10, u32::from(digit - b'0'));
    }
    let mut exponent = exponent + i64::try_from(count.saturating_sub(MOST_DIGITS)).ok()?;
    if digits.skip(MOST_DIGITS).any(|digit| digit != b'0') {
        dividend.multiply_add(10, 1);
        exponent -= 1;
    }
    let mut divisor = Big::new(1);
    let scaled = if exponent < 0 {
        &mut divisor
    } else {
        &mut dividend
    };
    for _ in 0..exponent.unsigned_abs() {
        scaled.multiply_add(10, 0);
    }
    quotient(dividend, divisor)
}

/// The exponent with its sign; one that no number can have, if it is too long to be read.
fn exponent_value(written: &str) -> i64 {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, written.strip_prefix('+').unwrap_or(written)),
    };
    let most = i64::from(u32::MAX);
    let value = digits.bytes().fold(0, |value: i64, digit| {
        (value * 10 + i64::from(digit - b'0')).min(most)
    });
    sign * value
}

/// The float that is nearest to the quotient; of two, the even one.
fn quotient(mut dividend: Big, mut divisor: Big) -> Option<f64> {
    // Both are brought to the same length, so that the quotient begins with its first or second
    // bit, and has one bit more than the 64 that are kept.
    let shift = divisor.bits() - dividend.bits();
    let longer = if shift > 0 {
        &mut dividend
    } else {
        &mut divisor
    };
    longer.shift(shift.unsigned_abs());
    let mut bits: u128 = 0;
    for _ in 0..=64 {
        bits <<= 1;
        if dividend.subtract(&divisor) {
            bits |= 1;
        }
        dividend.shift(1);
    }
    let is_inexact = dividend.bits() > 0;
    // The value is `bits` times two to this power.
    let power = -64 - shift;
    let length = i64::from(u128::BITS - bits.leading_zeros());
    let last = (power + length - 53).max(SMALLEST);
    let dropped = u32::try_from(last - power).ok()?;
    let kept = bits.checked_shr(dropped).unwrap_or(0);
    let rest = bits - (kept << dropped);
    let half = 1 << (dropped - 1);
    let is_odd = kept & 1 == 1;
    let rounds_up = rest > half || rest == half && (is_inexact || is_odd);
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 53 bits, or two to the power of 53"
    )]
    let mantissa = (kept + u128::from(rounds_up)) as f64;
    let value = mantissa * power_of_two(last)?;
    value.is_finite().then_some(value)
}

/// Two to a power from [`SMALLEST`] on; `None` if no float is that large.
fn power_of_two(power: i64) -> Option<f64> {
    let bits = if power < SMALLEST_NORMAL {
        1 << (power - SMALLEST)
    } else {
        u64::try_from(power + 1023).ok()? << 52
    };
    let value = f64::from_bits(bits);
    (power <= 1023).then_some(value)
}

/// A whole number, its last 32 bits first. It has room for what [`value`] makes of
/// [`MOST_DIGITS`], and is no list, because parsing allocates nothing but the tree.
struct Big {
    limbs: [u32; 136],
    /// How many of them are in use; the last of these is not zero.
    length: usize,
}

impl Big {
    fn new(value: u32) -> Self {
        let mut new = Self {
            limbs: [0; 136],
            length: 0,
        };
        new.multiply_add(1, value);
        new
    }

    fn used(&self) -> &[u32] {
        self.limbs.get(..self.length).unwrap_or_default()
    }

    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = u64::from(summand);
        for limb in self.limbs.iter_mut().take(self.length) {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = low(carry);
            carry >>= 32;
        }
        if carry > 0
            && let Some(limb) = self.limbs.get_mut(self.length)
        {
            *limb = low(carry);
            self.length += 1;
        }
    }

    fn shift(&mut self, bits: u64) {
        for _ in 0..bits % 32 {
            self.multiply_add(2, 0);
        }
        let limbs = usize::try_from(bits / 32).unwrap_or_default();
        if self.length + limbs <= self.limbs.len() {
            self.limbs.rotate_right(limbs);
            self.length += limbs;
        }
    }

    /// How many bits it has from the first that is set.
    fn bits(&self) -> i64 {
        let Some((first, others)) = self.used().split_last() else {
            return 0;
        };
        let others = i64::try_from(others.len()).unwrap_or(i64::MAX);
        others * 32 + i64::from(u32::BITS - first.leading_zeros())
    }

    /// Subtracts the other one unless that is larger; says whether it did.
    fn subtract(&mut self, other: &Self) -> bool {
        let lengths = self.length.cmp(&other.length);
        let order = lengths.then_with(|| self.used().iter().rev().cmp(other.used().iter().rev()));
        if order == Ordering::Less {
            return false;
        }
        let mut borrow = false;
        for (limb, other) in self.limbs.iter_mut().zip(&other.limbs).take(self.length) {
            let (difference, under) = limb.overflowing_sub(*other);
            let (difference, under_again) = difference.overflowing_sub(u32::from(borrow));
            *limb = difference;
            borrow = under || under_again;
        }
        while self.used().last() == Some(&0) {
            self.length -= 1;
        }
        true
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is wanted")]
const fn low(number: u64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::value;
    use proptest::prelude::*;

    #[track_caller]
    fn is_as_the_library_has_it(written: &str) {
        let expected: f64 = written.parse().unwrap();
        let expected = expected.is_finite().then_some(expected.to_bits());
        assert_eq!(value(written).map(f64::to_bits), expected, "{written}");
    }

    #[test]
    fn halves_go_to_the_even_neighbour_and_a_digit_far_behind_decides() {
        let zeros = "0".repeat(900);
        for written in [
            "9007199254740993",
            "9007199254740995",
            "9007199254740993.0000000000000000000000000000000001",
            "0",
            "0.000",
            "00012.5000",
            ".5",
            "5.",
            "1e23",
            "8.5e22",
            &format!("9007199254740993.{zeros}1"),
            &format!("9007199254740993.{zeros}0"),
            &format!("0.{zeros}1e901"),
            &format!("1{zeros}"),
        ] {
            is_as_the_library_has_it(written);
        }
    }

    #[test]
    fn the_ends_of_the_range_are_found() {
        for written in [
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.797693134862315807e308",
            "1.7976931348623159e308",
            "1e309",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-400",
        ] {
            is_as_the_library_has_it(written);
        }
    }

    proptest! {
        #[test]
        fn any_number_is_as_the_library_has_it(
            written in r"[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?"
        ) {
            is_as_the_library_has_it(&written);
        }

        #[test]
        fn any_float_is_read_back(bits in any::<u64>()) {
            let float = f64::from_bits(bits).abs();
            prop_assume!(float.is_finite());
            prop_assert_eq!(value(&format!("{float:e}")), Some(float));
        }
    }
}
