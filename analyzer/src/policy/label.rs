//! What stands before the text of a list item or a clause: bullets, numbers, letters, rule names.

/// The label at the start of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// Its length in bytes, the white space after it included.
    pub(super) len: usize,
    pub(super) marker: Marker,
}

/// What kind of label it is: items of one list share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Bullet,
    Number,
    Letter,
    Name,
}

/// The label that `line` starts with: `*`, `3.`, `1.2`, `(a)`, `§ 4`, `Rule 3:`, `[FM-01]`.
pub(super) fn of_line(line: &str) -> Option<Label> {
    let first = bullet(line)
        .or_else(|| section(line))
        .or_else(|| number(line))
        .or_else(|| letter(line))
        .or_else(|| name(line))?;
    let rest = line.get(first.len..)?;
    if rest.is_empty() {
        return None;
    }
    // A bullet may be followed by a check box or by a number of its own: `- [x] 1.2 Avoid …`.
    let second = bracketed(rest, |inside| matches!(inside, " " | "x" | "X"))
        .or_else(|| number(rest))
        .or_else(|| name(rest))
        .filter(|_| first.marker == Marker::Bullet);
    Some(Label {
        len: first.len + second.map_or(0, |label| label.len),
        marker: first.marker,
    })
}

/// `- `, `* `, `• `
fn bullet(line: &str) -> Option<Label> {
    let rest = line.strip_prefix(['-', '*', '+', '•', '–', '—', '·', '▪', '◦', '‣'])?;
    ended(line, rest, Marker::Bullet)
}

/// `§ 4 `, `§4.1 `
fn section(line: &str) -> Option<Label> {
    let rest = line.strip_prefix('§')?.trim_start();
    let rest = rest.strip_prefix(|c: char| c.is_ascii_digit())?;
    ended(
        line,
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'),
        Marker::Number,
    )
}

/// `1. `, `2) `, `(3) `, `1.2 `, `1.2.3. `
fn number(line: &str) -> Option<Label> {
    let open = line.strip_prefix('(').unwrap_or(line);
    let digits = open.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() == open.len() {
        return None;
    }
    let mut rest = digits;
    let mut dots = 0;
    while let Some(after) = rest.strip_prefix('.') {
        let more = after.trim_start_matches(|c: char| c.is_ascii_digit());
        dots += 1;
        rest = more;
    }
    let closed = rest.strip_prefix([')', ':']).unwrap_or(rest);
    (dots > 0 || closed.len() < rest.len())
        .then(|| ended(line, closed, Marker::Number))
        .flatten()
}

/// `a) `, `(b) `, `A. `, `iv. `
fn letter(line: &str) -> Option<Label> {
    let open = line.strip_prefix('(');
    let inner = open.unwrap_or(line);
    let rest = inner.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = inner.get(..inner.len() - rest.len())?;
    let roman = letters
        .chars()
        .all(|c| matches!(c.to_ascii_lowercase(), 'i' | 'v' | 'x'));
    let short = letters.len() == 1 || (roman && (1..=5).contains(&letters.len()));
    let closed = match open {
        Some(_) => rest.strip_prefix(')'),
        None => rest.strip_prefix([')', '.']),
    }?;
    short.then(|| ended(line, closed, Marker::Letter)).flatten()
}

/// `Rule 3: `, `Principle 7 – `, `FM-01: `, `[FM-01] `
fn name(line: &str) -> Option<Label> {
    let in_brackets = bracketed(line, |inside| inside.contains(|c: char| c.is_ascii_digit()));
    if in_brackets.is_some() {
        return in_brackets;
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if rest.len() == line.len() {
        return None;
    }
    let rest = rest.strip_prefix(['-', ' ']).unwrap_or(rest);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if after.len() == rest.len() || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let closed = ["): ", ":", ")", " –", " —", " -"]
        .iter()
        .find_map(|end| after.strip_prefix(end));
    let closed = match closed {
        Some(closed) => closed,
        // `Rule 3. ` has its full stop among the digits.
        None if rest.get(..rest.len() - after.len())?.ends_with('.') => after,
        None => return None,
    };
    ended(line, closed, Marker::Name)
}

/// `[…] ` with an inside that passes the test.
fn bracketed(line: &str, accepts: impl Fn(&str) -> bool) -> Option<Label> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    (inside.len() < 20 && accepts(inside))
        .then(|| ended(line, rest, Marker::Name))
        .flatten()
}

/// The label between `line` and `rest`, if white space follows it.
fn ended(line: &str, rest: &str, marker: Marker) -> Option<Label> {
    let text = rest.trim_start();
    (text.len() < rest.len()).then_some(Label {
        len: line.len() - text.len(),
        marker,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_after_label(line: &str) -> &str {
        of_line(line).map_or(line, |label| &line[label.len..])
    }

    #[test]
    fn labels_of_many_kinds_are_found() {
        for line in [
            "- X",
            "* X",
            "• X",
            "1. X",
            "2) X",
            "1.2 X",
            "1.2.3. X",
            "(3) X",
            "a) X",
            "(b) X",
            "iv. X",
            "§ 4.1 X",
            "Rule 3: X",
            "Principle 7 – X",
            "FM-01: X",
            "[FM-01] X",
            "- [x] X",
            "- 1.2 X",
            "R12. X",
        ] {
            assert_eq!(text_after_label(line), "X", "{line}");
        }
    }

    #[test]
    fn plain_text_has_no_label() {
        for line in [
            "INDIRECT must not be used.",
            "3 nested IFs are enough.",
            "**Bold** X",
            "-5",
        ] {
            assert_eq!(text_after_label(line), line);
        }
    }
}
