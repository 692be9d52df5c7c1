//! Numbers, texts and error values, read with nom from the bytes at hand.

use nom::Parser as _;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till};
use nom::character::complete::{digit0, digit1, one_of};
use nom::combinator::{opt, recognize, value};
use nom::sequence::preceded;

use super::decimal;
use super::scan::{byte_at, joins, may_be_space, space_end};
use crate::ast::ErrorValue;

/// What is left of the input, and what was read. No reason is given for a failure: the caller
/// knows better than a combinator what should have stood there.
type Read<'a, T> = nom::IResult<&'a [u8], T, ()>;

/// The written form of a number, `point` being the locale's decimal separator.
///
/// ```text
/// number   = ( digits [ point [ digits ] ] | point digits ) [ exponent ]
/// exponent = ( "E" | "e" ) [ "+" | "-" ] digits
/// ```
pub(super) fn number(input: &[u8], point: u8) -> Read<'_, &[u8]> {
    let point = [point];
    let point = || tag::<_, _, ()>(&point[..]);
    let exponent = (one_of("Ee"), opt(one_of("+-")), digit1);
    recognize((
        alt((
            recognize((digit1, opt((point(), digit0)))),
            recognize((point(), digit1)),
        )),
        opt(exponent),
    ))
    .parse(input)
}

/// The value of a whole number of at most 15 digits, with the position behind it; `None` if it goes
/// on in any way, be it as a range of rows. Most numbers in formulas are such ones.
#[inline]
pub(super) fn short_integer(bytes: &[u8], start: usize, point: u8) -> Option<(f64, usize)> {
    let mut position = start;
    let mut value: u64 = 0;
    let mut byte = byte_at(bytes, position);
    while byte.is_ascii_digit() {
        value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        position += 1;
        byte = byte_at(bytes, position);
    }
    let goes_on = joins(byte)
        || byte == point
        || byte == b':'
        || may_be_space(byte) && byte_at(bytes, space_end(bytes, position)) == b':';
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 15 digits fit a float exactly"
    )]
    let number = (value as f64, position);
    (!goes_on && (1..=15).contains(&(position - start))).then_some(number)
}

/// The value of a written number; `None` if it is too large.
pub(super) fn number_value(written: &str) -> Option<f64> {
    if let Some(value) = short_number(written.as_bytes()) {
        return Some(value);
    }
    decimal::value(written)
}

/// The value of a number of at most 15 digits without an exponent. Both the digits and the power
/// of ten are exact, so their quotient is the correctly rounded value.
#[inline]
fn short_number(written: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    if written.len() > 15 {
        return None;
    }
    let mut digits: u64 = 0;
    let mut decimals: Option<usize> = None;
    for byte in written {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                decimals = decimals.map(|count| count + 1);
            }
            b'.' | b',' => decimals = Some(0),
            _ => return None,
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most 15 digits fit a float exactly"
    )]
    let digits = digits as f64;
    Some(digits / POWERS.get(decimals.unwrap_or(0))?)
}

/// A text with its quotes.
///
/// `text = '"' { character | '""' } '"'`, where no character is `"`
pub(super) fn text(input: &[u8]) -> Read<'_, &[u8]> {
    quoted(input, b'"')
}

/// A sheet name with its quotes.
///
/// `quoted_sheet = "'" { character | "''" } "'"`, where no character is `'`
pub(super) fn quoted_sheet(input: &[u8]) -> Read<'_, &[u8]> {
    quoted(input, b'\'')
}

fn quoted(input: &[u8], quote: u8) -> Read<'_, &[u8]> {
    let quotes = [quote];
    let mut run = (
        tag(&quotes[..]),
        take_till(|byte| byte == quote),
        tag(&quotes[..]),
    );
    let (mut rest, _) = run.parse(input)?;
    while rest.first() == Some(&quote) {
        (rest, _) = run.parse(rest)?;
    }
    let (rest, written) = nom::bytes::complete::take(input.len() - rest.len()).parse(input)?;
    Ok((rest, written))
}

/// An error value, in any case.
///
/// ```text
/// error = "#ERROR!" | "#NULL!" | "#DIV/0!" | "#VALUE!" | "#REF!" | "#NAME?" | "#NUM!" | "#N/A"
/// ```
pub(super) fn error_value(input: &[u8]) -> Read<'_, ErrorValue> {
    preceded(
        tag("#"),
        alt((
            value(ErrorValue::Reference, tag_no_case("REF!")),
            value(ErrorValue::NotAvailable, tag_no_case("N/A")),
            value(ErrorValue::Value, tag_no_case("VALUE!")),
            value(ErrorValue::DivisionByZero, tag_no_case("DIV/0!")),
            value(ErrorValue::Name, tag_no_case("NAME?")),
            value(ErrorValue::Number, tag_no_case("NUM!")),
            value(ErrorValue::Null, tag_no_case("NULL!")),
            value(ErrorValue::Error, tag_no_case("ERROR!")),
        )),
    )
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_has_the_value_that_the_standard_library_gives() {
        for written in [
            "0",
            "1",
            "0.1",
            "1.",
            ".5",
            "123456.789",
            "99999999999999",
            "0.30000000000001",
        ] {
            let expected: f64 = written.parse().unwrap();
            assert_eq!(number_value(written), Some(expected), "{written}");
        }
    }

    #[test]
    fn a_long_number_and_one_with_an_exponent_are_read_exactly() {
        assert_eq!(
            number_value("0,1234567890123456789"),
            Some(0.123_456_789_012_345_68)
        );
        assert_eq!(number_value("1.5E+10"), Some(1.5e10));
        assert_eq!(number_value("1e999"), None);
    }

    #[test]
    fn doubled_quotes_belong_to_the_text() {
        assert_eq!(text(br#""a""b"&c"#), Ok((&b"&c"[..], &br#""a""b""#[..])));
        assert!(text(br#""a"""#).is_err());
    }
}
