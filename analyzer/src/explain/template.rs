//! The little language that the sentences of `sentences` are written in. Knows no formulas.
//!
//! `{1}` stands for the first argument; what is behind the number says how it is told:
//!
//! | slot | how |
//! |---|---|
//! | `{1}` | in words |
//! | `{1!}` | in words, what it computes being told in a step before |
//! | `{1=}` | references as they are written |
//! | `{1?}` | as a condition: `A1 is empty` |
//! | `{2~}` | as the criterion of `SUMIF`: `is greater than 5` |
//! | `{2%}` | pairs of a range and a criterion, from this one on |
//! | `{1*}`, `{1-}` | a list from this one on, up to the last one or to the one before it |
//! | `{1&}`, `{1/}` | conditions from this one on, all of them or one of them |
//! | `{3#column}` | the one at a place: `the 3rd column` |
//! | `{2+digit}` | so many of them: `2 digits` |
//! | `{a}`, `{b}`, `{p}` | the first, the second, all parameters of the `LAMBDA` at the end |
//!
//! `[3:yes|no]` is `yes` if the third argument is given and `no` otherwise, and `[3=0:yes|no]`
//! asks whether it is given and always that number. Choices can stand in choices.

/// One piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Words that stand in every sentence.
    Words(&'t str),
    /// An argument, by its index from 0.
    Slot(usize, Mode<'t>),
    /// A parameter of the `LAMBDA` at the end, by its index from 0.
    Parameter(usize),
    /// All parameters of the `LAMBDA` at the end.
    Parameters,
    /// One of two templates.
    Choice {
        /// The index of the argument asked about, from 0.
        index: usize,
        /// The number that the argument must be; `None` if it must only be given.
        number: Option<i32>,
        yes: &'t str,
        no: &'t str,
    },
}

/// How an argument is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode<'t> {
    Phrase,
    Apart,
    AsWritten,
    Condition,
    Criterion,
    Pairs,
    List,
    ListButLast,
    AllOf,
    AnyOf,
    Ordinal(&'t str),
    Count(&'t str),
}

/// The pieces of a sentence in order.
pub(super) fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (part, behind) = next(rest)?;
        rest = behind;
        Some(part)
    })
}

fn next(template: &str) -> Option<(Part<'_>, &str)> {
    let special = |character| matches!(character, '{' | '[');
    let found = match template.chars().next()? {
        '{' => template
            .get(1..)
            .and_then(|inner| inner.split_once('}'))
            .and_then(|(inner, rest)| Some((slot(inner)?, rest))),
        '[' => choice(template),
        _ => {
            let end = template.find(special).unwrap_or(template.len());
            let (words, rest) = template.split_at(end);
            Some((Part::Words(words), rest))
        }
    };
    // What is not written well shows as it is; a test sees to it that nothing does.
    found.or(Some((Part::Words(template), "")))
}

fn slot(inner: &str) -> Option<Part<'_>> {
    match inner {
        "a" => return Some(Part::Parameter(0)),
        "b" => return Some(Part::Parameter(1)),
        "p" => return Some(Part::Parameters),
        _ => {}
    }
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let (number, how) = inner.split_at(digits);
    let index = index(number)?;
    let mode = match how {
        "" => Mode::Phrase,
        "!" => Mode::Apart,
        "=" => Mode::AsWritten,
        "?" => Mode::Condition,
        "~" => Mode::Criterion,
        "%" => Mode::Pairs,
        "*" => Mode::List,
        "-" => Mode::ListButLast,
        "&" => Mode::AllOf,
        "/" => Mode::AnyOf,
        _ => match how.split_at_checked(1)? {
            ("#", noun) => Mode::Ordinal(noun),
            ("+", noun) => Mode::Count(noun),
            _ => return None,
        },
    };
    Some(Part::Slot(index, mode))
}

/// The index from 0 of a number from 1.
fn index(number: &str) -> Option<usize> {
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// The choice that the template begins with, and what is behind it.
fn choice(template: &str) -> Option<(Part<'_>, &str)> {
    let mut depth = 0;
    let mut bar = None;
    let mut end = None;
    for (position, character) in template.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            '|' if depth == 1 && bar.is_none() => bar = Some(position),
            _ => {}
        }
        if depth == 0 {
            end = Some(position);
            break;
        }
    }
    let end = end?;
    let (asked, yes) = template.get(1..bar.unwrap_or(end))?.split_once(':')?;
    let no = match bar {
        Some(bar) => template.get(bar + 1..end)?,
        None => "",
    };
    let (argument, number) = match asked.split_once('=') {
        Some((argument, number)) => (argument, Some(number.parse().ok()?)),
        None => (asked, None),
    };
    let part = Part::Choice {
        index: index(argument)?,
        number,
        yes,
        no,
    };
    Some((part, template.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_words_slots_and_choices() {
        let read: Vec<_> = parts("Take {1} of {2#row}[3=-1: or [4:{4=}|x]|.]").collect();
        let expected = [
            Part::Words("Take "),
            Part::Slot(0, Mode::Phrase),
            Part::Words(" of "),
            Part::Slot(1, Mode::Ordinal("row")),
            Part::Choice {
                index: 2,
                number: Some(-1),
                yes: " or [4:{4=}|x]",
                no: ".",
            },
        ];
        assert_eq!(read, expected);
    }
}
