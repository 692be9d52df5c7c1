//! Where a sentence ends. Abbreviations, decimals, function names with dots, error values and
//! addresses do not end one.

use super::document::offset;
use crate::span::Span;

/// Abbreviations after which a sentence goes on whatever follows.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "eg", "ie", "vs", "cf", "viz", "approx", "incl", "excl", "resp", "max", "min",
    "mr", "mrs", "ms", "dr", "fig", "sec", "ref", "nos",
];

/// The sentences of a block, each without the white space around it.
pub(super) fn split(text: &str, block: Span) -> Vec<Span> {
    let written = block.of(text);
    let mut found = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    let mut brackets = 0_u32;
    let mut characters = written.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '`' => in_code = !in_code,
            '(' => brackets += 1,
            ')' => brackets = brackets.saturating_sub(1),
            // `#REF!` and `#NAME?` are error values: a full stop after one is the sentence's.
            '!' | '?' if is_error_value(written.get(start..at)) => {}
            '.' | '!' | '?' if !in_code => {
                let after = written.get(at + 1..).unwrap_or_default();
                let closing = after.len() - after.trim_start_matches(CLOSING).len();
                let end = at + 1 + closing;
                let rest = written.get(end..).unwrap_or_default();
                let before = written.get(start..at).unwrap_or_default();
                let closes = brackets == 0 || after.starts_with(')');
                if closes && ends_here(before, character, rest) {
                    push(&mut found, block, written, start, end);
                    start = end;
                    brackets = 0;
                }
                // A long row of full stops is looked at once.
                while characters.next_if(|(next, _)| *next < end).is_some() {}
            }
            '\n' if !in_code && breaks_line(written.get(start..at), written.get(at..)) => {
                push(&mut found, block, written, start, at);
                start = at;
                brackets = 0;
            }
            _ => {}
        }
    }
    push(&mut found, block, written, start, written.len());
    found
}

/// What may stand between a full stop and the space after it.
const CLOSING: &[char] = &['"', '”', '’', '\'', '*', '_', ')', '»', '.', '!', '?'];

fn push(found: &mut Vec<Span>, block: Span, written: &str, start: usize, end: usize) {
    let piece = written.get(start..end).unwrap_or_default();
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        let from = start + (piece.len() - piece.trim_start().len());
        found.push(Span::new(
            block.start + offset(from),
            block.start + offset(from + trimmed.len()),
        ));
    }
}

/// Whether the mark after `before` ends a sentence that is followed by `rest`.
fn ends_here(before: &str, mark: char, rest: &str) -> bool {
    if rest.is_empty() {
        return true;
    }
    let next = rest.trim_start();
    if next.len() == rest.len() {
        return false;
    }
    let word_start = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = before.get(word_start..).unwrap_or_default();
    let word = word
        .trim_start_matches(['(', '[', '"', '“', '*', '_'])
        .to_lowercase();
    if mark == '.' && ABBREVIATIONS.contains(&word.as_str()) {
        return false;
    }
    let starts = next
        .trim_start_matches(['(', '[', '"', '“', '*', '_', '`', '\''])
        .chars()
        .next();
    let numbered = word == "no" && starts.is_some_and(|c| c.is_ascii_digit());
    !numbered && starts.is_some_and(|c| !c.is_lowercase())
}

/// Whether the word before a mark makes it one of an error value: `#REF`.
fn is_error_value(before: Option<&str>) -> bool {
    let word = before
        .unwrap_or_default()
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    word.trim_start_matches(['(', '[', '"', '“', '*', '_', '`'])
        .starts_with('#')
}

/// Whether the line break between the two ends a sentence: an error value at the end of a line.
fn breaks_line(before: Option<&str>, after: Option<&str>) -> bool {
    let ended = before.is_some_and(|text| text.trim_end().ends_with(['!', '?']));
    let starts = after.and_then(|text| text.trim_start().chars().next());
    ended && starts.is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let block = Span::new(0, offset(text.len()));
        split(text, block)
            .into_iter()
            .map(|span| span.of(text))
            .collect()
    }

    #[test]
    fn full_stops_inside_a_sentence_do_not_end_it() {
        for text in [
            "Avoid volatile functions, e.g. NOW or TODAY.",
            "Use STDEV.S instead of STDEV.",
            "Rates such as 1.19 must not be hard-coded.",
            "See No. 3 of the handbook.",
            "Read https://example.test/a.html before you start.",
            "The file rates.csv must not be imported.",
            "Formulas must not contain #REF! or #N/A.",
            "Formulas must not contain #REF! or #NAME? errors.",
            "Use names (i.e. Named ranges) here.",
        ] {
            assert_eq!(sentences(text), [text]);
        }
    }

    #[test]
    fn an_error_value_at_the_end_ends_no_sentence_but_its_full_stop_does() {
        assert_eq!(
            sentences("No formula may contain #REF!. One was found."),
            ["No formula may contain #REF!.", "One was found."]
        );
    }

    #[test]
    fn each_sentence_ends_at_its_mark() {
        assert_eq!(
            sentences("**Never use NOW.** It is volatile! OK? (See 3.) Use TODAY."),
            [
                "**Never use NOW.**",
                "It is volatile!",
                "OK?",
                "(See 3.)",
                "Use TODAY."
            ]
        );
    }
}
