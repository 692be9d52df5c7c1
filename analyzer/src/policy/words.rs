//! A sentence as words, numbers and marks, each with its span. Bold, code and link marks are
//! left out; what they surround keeps its place.
//!
//! Knows no vocabulary: what a word means is the lexicon's business.

use super::document::offset;
use crate::span::Span;

/// How many characters are looked at for one token.
const LOOK_AHEAD: usize = 256;

/// One word, number or mark of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// Where it stands in the document.
    pub(super) span: Span,
    pub(super) kind: TokenKind,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Word(Word),
    /// `3`, `1,000`, `0.5`
    Number(f64),
    /// `4th`
    Ordinal(u32),
    /// `#REF!`
    ErrorValue(String),
    /// The key of a spreadsheet, alone or out of its address.
    Key(String),
    /// `example.com`, alone or out of an address.
    Host(String),
    /// `B2:F40`
    Range(String),
    /// `A:C`
    Columns(String),
    /// `1:3`
    Rows(String),
    /// A quoted text of more than one word, or of none.
    Quoted(String),
    /// A sign that no other kind covers: `,`, `(`, `<=`, `/`
    Mark(String),
    /// An address, a whole formula: text that says nothing to the grammar.
    Opaque,
}

/// A word as written, with what its surroundings say.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says another thing of how the word is written"
)]
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// As written.
    pub(super) written: String,
    /// Whether it stands in code marks or in quotes.
    pub(super) marked: bool,
    /// Whether it stands in quotes.
    pub(super) quoted: bool,
    /// Whether brackets of a call follow it: `TODAY()`.
    pub(super) called: bool,
    /// Whether a star ends it: `IMPORT*`.
    pub(super) starred: bool,
}

/// The tokens of the sentence at `sentence`.
pub(super) fn read(text: &str, sentence: Span) -> Vec<Token> {
    let mut reader = Reader {
        rest: sentence.of(text),
        at: sentence.start,
        in_code: false,
        emphasised: false,
        tokens: Vec::new(),
    };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    at: u32,
    in_code: bool,
    /// Whether stars have opened a run of bold or slanted text.
    emphasised: bool,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        let Some(first) = self.rest.chars().next() else {
            return;
        };
        let known = match first {
            '`' => {
                self.in_code = !self.in_code;
                self.skip(1);
                true
            }
            '"' | '“' | '«' => self.quoted(first),
            '\'' | '‘' => self.single_quoted(first),
            '#' => self.error_value(),
            '-' if self.starts_negative() => self.number(),
            '-' | '→' | '⇒' | '➔' => self.arrow(),
            '0'..='9' | '.' => self.columns_or_rows() || self.key() || self.number(),
            '=' if self.in_code => self.formula(),
            '=' if self.rest.starts_with("=>") => self.arrow(),
            '<' | '>' | '=' | '≤' | '≥' | '!' => self.comparison(),
            '$' => self.columns_or_rows(),
            _ if first.is_alphabetic() => {
                self.address() || self.columns_or_rows() || self.key() || self.host() || self.word()
            }
            _ => false,
        };
        if known {
            return;
        }
        if first == '*' {
            self.emphasised = !self.emphasised;
            let stars = self.run(|c| c == '*').len();
            self.skip(stars);
        } else if first.is_whitespace() || matches!(first, '_' | '~' | '\\') {
            self.skip(first.len_utf8());
        } else if first == ']' && self.rest.starts_with("](") {
            // The target of a Markdown link is no part of the sentence.
            let len = self.ahead().find(')').map_or(1, |end| end + 1);
            self.skip(len);
        } else if first == '[' {
            self.skip(1);
        } else {
            let kind = TokenKind::Mark(first.to_string());
            self.take(first.len_utf8(), kind);
        }
    }

    fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
        self.at += offset(len);
    }

    fn take(&mut self, len: usize, kind: TokenKind) -> bool {
        let span = Span::new(self.at, self.at + offset(len));
        self.tokens.push(Token { span, kind });
        self.skip(len);
        true
    }

    /// As much of what is left as is looked at for one token, so that no text is read over and
    /// over.
    fn ahead(&self) -> &'a str {
        self.rest
            .char_indices()
            .nth(LOOK_AHEAD)
            .and_then(|(end, _)| self.rest.get(..end))
            .unwrap_or(self.rest)
    }

    /// The run of characters at the start for which `accepts` holds.
    fn run(&self, accepts: impl Fn(char) -> bool) -> &'a str {
        let ahead = self.ahead();
        let len = ahead.find(|c| !accepts(c)).unwrap_or(ahead.len());
        ahead.get(..len).unwrap_or_default()
    }

    /// A quoted text. One word in quotes is a marked word; more, or none, is one token.
    fn quoted(&mut self, open: char) -> bool {
        let close = match open {
            '“' => '”',
            '‘' => '’',
            '\'' => '\'',
            '«' => '»',
            _ => '"',
        };
        let inside = self.ahead().get(open.len_utf8()..).unwrap_or_default();
        let Some(end) = inside.find(close) else {
            self.skip(open.len_utf8());
            return true;
        };
        let inner = inside.get(..end).unwrap_or_default();
        let is_word = inner
            .chars()
            .all(|c| c.is_alphanumeric() || "._-()".contains(c));
        if is_word && !inner.is_empty() {
            self.skip(open.len_utf8());
            let before = self.tokens.len();
            let until = self.at + offset(end);
            while self.at < until && !self.rest.is_empty() {
                self.step();
            }
            for token in self.tokens.iter_mut().skip(before) {
                if let TokenKind::Word(word) = &mut token.kind {
                    word.marked = true;
                    word.quoted = true;
                }
            }
            if self.rest.starts_with(close) {
                self.skip(close.len_utf8());
            }
            true
        } else {
            let len = open.len_utf8() + end + close.len_utf8();
            self.take(len, TokenKind::Quoted(inner.to_owned()))
        }
    }

    /// `'Inputs'`, if the marks are quotes and no apostrophes.
    fn single_quoted(&mut self, open: char) -> bool {
        let close = if open == '‘' { '’' } else { '\'' };
        let inside = self.ahead().get(open.len_utf8()..).unwrap_or_default();
        let closes = inside.find(close).is_some_and(|end| {
            let after = inside.get(end + close.len_utf8()..).unwrap_or_default();
            !after.starts_with(char::is_alphanumeric)
        });
        let opens = inside.starts_with(char::is_alphanumeric) && self.stands_apart();
        opens && closes && self.quoted(open)
    }

    /// `#REF!`, `#N/A`, `#DIV/0!`
    fn error_value(&mut self) -> bool {
        let all = self.run(|c| c.is_ascii_uppercase() || "#/!?0".contains(c));
        let known = [
            "#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR!",
        ];
        match known.into_iter().find(|name| all.starts_with(name)) {
            Some(name) => self.take(name.len(), TokenKind::ErrorValue(name.to_owned())),
            None => false,
        }
    }

    /// `=VLOOKUP(…)` in code marks: an example, not words.
    fn formula(&mut self) -> bool {
        let ahead = self.ahead();
        let len = ahead.find('`').unwrap_or(ahead.len());
        self.take(len, TokenKind::Opaque)
    }

    fn comparison(&mut self) -> bool {
        let run = self.run(|c| "<>=≤≥!".contains(c));
        let sign = match run {
            "≤" | "=<" => "<=",
            "≥" | "=>" => ">=",
            other => other,
        };
        self.take(run.len(), TokenKind::Mark(sign.to_owned()))
    }

    /// `->`, `→`
    fn arrow(&mut self) -> bool {
        let run = self.run(|c| "-=>→⇒➔".contains(c));
        let is_arrow = run.len() > 1 && run.ends_with(['>', '→', '⇒', '➔']);
        is_arrow && self.take(run.len(), TokenKind::Mark("->".to_owned()))
    }

    /// `example.com`, `data.example.com`: labels with dots between them, the last one of letters.
    fn host(&mut self) -> bool {
        let run = self.run(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c));
        let run = run.trim_end_matches(['.', '-']);
        Self::host_of(run).is_some_and(|host| self.take(run.len(), TokenKind::Host(host)))
    }

    /// The name of a host, if the text is one and no name of a file.
    fn host_of(text: &str) -> Option<String> {
        const FILES: &[&str] = &[
            "csv", "xlsx", "xls", "xlsm", "ods", "txt", "pdf", "docx", "md",
        ];
        let (before, last) = text.rsplit_once('.')?;
        let is_host = last.len() >= 2
            && last.chars().all(|c| c.is_ascii_alphabetic())
            && before.split('.').all(|label| !label.is_empty())
            && !FILES.contains(&last);
        is_host.then(|| text.to_ascii_lowercase())
    }

    /// `https://…`: the key inside if it is a spreadsheet's.
    fn address(&mut self) -> bool {
        let is_address = ["http://", "https://", "www."]
            .iter()
            .any(|start| self.rest.starts_with(start));
        if !is_address {
            return false;
        }
        let run = self.run(|c| !c.is_whitespace() && !"`<>\"”)".contains(c));
        let run = run.trim_end_matches(['.', ',', ';', ':', '!', '?', '*']);
        if run == "https://" {
            let word = Word {
                written: "https".to_owned(),
                marked: false,
                quoted: false,
                called: false,
                starred: false,
            };
            return self.take(run.len(), TokenKind::Word(word));
        }
        let key = run
            .split_once("/spreadsheets/d/")
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let host = || {
            let rest = run.split_once("//").map_or(run, |(_, rest)| rest);
            Self::host_of(rest.trim_end_matches('/'))
        };
        let kind = match key {
            Some(key) => TokenKind::Key(key.to_owned()),
            None => host().map_or(TokenKind::Opaque, TokenKind::Host),
        };
        self.take(run.len(), kind)
    }

    /// A run of 20 or more letters, digits, `-` and `_` with digits among them.
    fn key(&mut self) -> bool {
        let run = self.run(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let is_key = run.len() >= 20
            && run.contains(|c: char| c.is_ascii_digit())
            && run.contains(|c: char| c.is_ascii_alphabetic());
        is_key && self.take(run.len(), TokenKind::Key(run.to_owned()))
    }

    /// `A:C`, `$A:$C`, `1:3`
    fn columns_or_rows(&mut self) -> bool {
        let run = self.run(|c| c.is_ascii_alphanumeric() || c == ':' || c == '$');
        // `in range D:D: …` ends with a colon of the sentence.
        let run = run.trim_end_matches(':');
        let Some((first, last)) = run.split_once(':') else {
            // `$A1` can be nothing but a cell.
            return run.contains('$')
                && is_cell(run)
                && self.take(run.len(), TokenKind::Range(run.to_owned()));
        };
        let all = |accepts: fn(char) -> bool| {
            [first, last].iter().all(|side| {
                let side = side.trim_start_matches('$');
                !side.is_empty() && side.len() <= 7 && side.chars().all(accepts)
            })
        };
        if all(|c| c.is_ascii_uppercase()) && first.len() <= 3 {
            self.take(run.len(), TokenKind::Columns(run.replace('$', "")))
        } else if all(|c| c.is_ascii_digit()) {
            self.take(run.len(), TokenKind::Rows(run.replace('$', "")))
        } else if [first, last].into_iter().all(is_corner) {
            self.take(run.len(), TokenKind::Range(run.replace('$', "")))
        } else {
            false
        }
    }

    /// Whether nothing stands right before.
    fn stands_apart(&self) -> bool {
        self.tokens.last().is_none_or(|token| {
            token.span.end < self.at || token.kind == TokenKind::Mark("(".to_owned())
        })
    }

    /// Whether the hyphen is the sign of a number: `-1` after a space.
    fn starts_negative(&self) -> bool {
        let mut after = self.rest.chars().skip(1);
        self.stands_apart() && after.next().is_some_and(|c| c.is_ascii_digit())
    }

    /// `3`, `1,000`, `0.5`, `-1`, `4th`
    fn number(&mut self) -> bool {
        let run = self.run(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-'));
        let sign = usize::from(run.starts_with('-'));
        let digits = run.get(sign..).unwrap_or_default();
        let end = digits.find('-').map_or(run.len(), |end| sign + end);
        let run = run.get(..end).unwrap_or_default();
        let mut run = run.trim_end_matches(['.', ',']);
        let groups: Vec<&str> = run.split(',').collect();
        let is_grouped = groups.len() > 1
            && groups.iter().skip(1).all(|g| g.len() == 3)
            && groups.first().is_some_and(|g| (1..=3).contains(&g.len()));
        if !is_grouped {
            run = groups.first().copied().unwrap_or_default();
        }
        let Ok(value) = run.replace(',', "").parse::<f64>() else {
            return false;
        };
        let after = self.rest.get(run.len()..).unwrap_or_default();
        let suffix = ["st", "nd", "rd", "th"]
            .into_iter()
            .find(|s| after.starts_with(s));
        match (suffix, run.parse::<u32>()) {
            (Some(suffix), Ok(place)) => {
                self.take(run.len() + suffix.len(), TokenKind::Ordinal(place))
            }
            _ => self.take(run.len(), TokenKind::Number(value)),
        }
    }

    /// A word; `don't` gives `do` and `not` by the lexicon, `VLOOKUP's` gives `VLOOKUP`.
    fn word(&mut self) -> bool {
        let is_inner =
            |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '\'' || c == '’';
        let run = self.run(is_inner);
        let mut word = run.trim_end_matches(['.', '\'', '’', '_']);
        let possessive = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
        let full = word.len();
        word = possessive.unwrap_or(word);
        let after = self.rest.get(full..).unwrap_or_default();
        let called = [("()", 2), ("(…)", 5), ("(...)", 5)]
            .into_iter()
            .find(|(brackets, _)| after.starts_with(brackets));
        let starred = after.starts_with('*')
            && word.len() >= 3
            && word.chars().all(|c| c.is_ascii_uppercase())
            && !self.emphasised;
        let token = Word {
            written: word.replace('’', "'"),
            marked: self.in_code,
            quoted: false,
            called: called.is_some(),
            starred,
        };
        let len = full + called.map_or(0, |(_, len)| len);
        self.take(len, TokenKind::Word(token))
    }
}

/// Whether the text is the address of a cell: `B2`, `$F$40`.
fn is_cell(text: &str) -> bool {
    let plain = text.replace('$', "");
    let letters = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    (1..=3).contains(&letters.len())
        && letters.len() < plain.len()
        && letters.chars().all(|c| c.is_ascii_uppercase())
}

/// Whether the text is a corner of a range: `B2`, `B`, `2`.
fn is_corner(text: &str) -> bool {
    let plain = text.replace('$', "");
    let short = (1..=7).contains(&plain.len());
    let all = |accepts: fn(char) -> bool| short && plain.chars().all(accepts);
    is_cell(text)
        || all(|c| c.is_ascii_uppercase()) && plain.len() <= 3
        || all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<&str> {
        let sentence = Span::new(0, offset(text.len()));
        read(text, sentence)
            .iter()
            .map(|token| token.span.of(text))
            .collect()
    }

    #[test]
    fn marks_of_markdown_are_left_out() {
        assert_eq!(
            written("**Never** use `INDIRECT()` or [NOW](https://x.test/a)."),
            ["Never", "use", "INDIRECT()", "or", "NOW", "."]
        );
    }

    #[test]
    fn hyphens_separate_words_and_numbers_keep_their_signs() {
        assert_eq!(
            written("hard-coded 1,000 and 0.5, 4th #DIV/0!"),
            [
                "hard", "-", "coded", "1,000", "and", "0.5", ",", "4th", "#DIV/0!"
            ]
        );
    }

    #[test]
    fn a_spreadsheet_address_gives_its_key() {
        let text =
            "https://docs.google.com/spreadsheets/d/1AbcdefghijklmnopqrstuvwxyZ0123456789/edit";
        let tokens = read(text, Span::new(0, offset(text.len())));
        let key = "1AbcdefghijklmnopqrstuvwxyZ0123456789".to_owned();
        assert_eq!(
            tokens.first().map(|token| &token.kind),
            Some(&TokenKind::Key(key))
        );
    }
}
