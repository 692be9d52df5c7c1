//! Takes the text of a formula apart as far as translating it needs: texts, quoted names, brackets
//! and words are told from each other, so that nothing inside of them is taken for a reference.
//! Whether it is a formula at all is for the parser to say.

/// A piece of a formula. All pieces together are the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'f> {
    /// `"text"`, quotes and all.
    Text(&'f str),
    /// `'My Sheet'`, quotes and all.
    Quoted(&'f str),
    /// `[...]` with all brackets inside.
    Brackets(&'f str),
    /// Letters, digits, `_`, `.`, `$`, `\` and `?`.
    Word(&'f str),
    /// One character of anything else.
    Sign(&'f str),
}

impl<'f> Piece<'f> {
    pub(crate) const fn as_str(self) -> &'f str {
        match self {
            Self::Text(text)
            | Self::Quoted(text)
            | Self::Brackets(text)
            | Self::Word(text)
            | Self::Sign(text) => text,
        }
    }
}

/// What an apostrophe does inside of brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apostrophe {
    /// It makes the next character one of a name: `Table[it''s]`.
    Escapes,
    /// It begins and ends a name: `[$'My Sheet'.A1]`.
    Quotes,
}

/// The pieces of the formula.
pub(crate) fn pieces(formula: &str, apostrophe: Apostrophe) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '\'' => quoted_end(rest, first),
            '[' => brackets_end(rest, apostrophe),
            first if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (piece, behind) = rest.split_at(end);
        pieces.push(match first {
            '"' => Piece::Text(piece),
            '\'' => Piece::Quoted(piece),
            '[' => Piece::Brackets(piece),
            first if is_word(first) => Piece::Word(piece),
            _ => Piece::Sign(piece),
        });
        rest = behind;
    }
    pieces
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '$' | '\\' | '?')
}

/// Where the quoted text at the start ends; a doubled quote is one of the text.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + quote.len_utf8();
        }
    }
    text.len()
}

/// Where the bracket at the start is closed.
fn brackets_end(text: &str, apostrophe: Apostrophe) -> usize {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' if apostrophe == Apostrophe::Quotes => quoted = !quoted,
            _ if quoted => {}
            '\'' => {
                characters.next();
            }
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The name in quotes, if it is in quotes.
pub(crate) fn unquoted(name: &str) -> String {
    let inner = name
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    inner.map_or_else(|| name.to_owned(), |inner| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        let formula = "SUM('It''s [A1]'!B2,\"a\"\"A1\",T[[#All],[x']]])";
        let found = pieces(formula, Apostrophe::Escapes);
        let expected = [
            Piece::Word("SUM"),
            Piece::Sign("("),
            Piece::Quoted("'It''s [A1]'"),
            Piece::Sign("!"),
            Piece::Word("B2"),
            Piece::Sign(","),
            Piece::Text("\"a\"\"A1\""),
            Piece::Sign(","),
            Piece::Word("T"),
            Piece::Brackets("[[#All],[x']]]"),
            Piece::Sign(")"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bracket_may_stand_in_the_name_of_a_sheet() {
        let found = pieces("[$'a]b'.A1]", Apostrophe::Quotes);
        assert_eq!(found, [Piece::Brackets("[$'a]b'.A1]")]);
    }

    #[test]
    fn what_is_not_closed_takes_the_rest() {
        for formula in ["\"a", "'a", "[a", "[a'", "["] {
            for apostrophe in [Apostrophe::Escapes, Apostrophe::Quotes] {
                assert_eq!(pieces(formula, apostrophe).len(), 1, "{formula}");
            }
        }
    }
}
