//! The one likely repair of a syntax error, where there is one.

use super::error::{SyntaxError, SyntaxErrorKind as Kind, closer_of};
use super::{Locale, parse};
use crate::ast::{Corner, Formula, NodeKind, Reference};
use crate::finding::{Edit, Fix};
use crate::span::Span;

pub(super) fn repair(error: SyntaxError, source: &str) -> Option<Fix> {
    let span = error.span;
    let written = span.of(source);
    match error.kind {
        Kind::UnclosedBracket { end } => {
            let closer = closer_of(written);
            insert(format!("Add the missing {closer}"), end, closer)
        }
        Kind::UnopenedBracket => replace(format!("Remove {written}"), span, ""),
        Kind::MismatchedBracket { expected } | Kind::WrongSeparator { expected } => {
            let expected = char::from(expected);
            replace(format!("Write {expected} for {written}"), span, expected)
        }
        Kind::InvalidOperator => {
            let meant = operator_meant(written)?;
            replace(format!("Write {meant} for {written}"), span, meant)
        }
        Kind::UnexpectedCharacter => {
            let meant = character_meant(written)?;
            replace(format!("Write {meant} for {written}"), span, meant)
        }
        Kind::UnterminatedText => unterminated_text(span, source),
        Kind::QuoteInText => fix(
            "Double the quotes inside of the text",
            vec![
                edit(Span::at(span.start), "\""),
                edit(Span::at(span.end), "\""),
            ],
        ),
        Kind::SingleQuotedText => single_quoted_text(span, written),
        Kind::UnterminatedSheetName => {
            let bang = written.rfind('!')?;
            let at = span.start + u32::try_from(bang).ok()?;
            insert("Close the quote of the sheet name", at, '\'')
        }
        Kind::WrongDecimalSeparator => replace("Write a decimal comma", span, ","),
        Kind::MissingBang => insert("Add the missing !", span.start, '!'),
        Kind::SheetNeedsQuotes => fix(
            "Write the sheet name in single quotes",
            vec![
                edit(Span::at(span.start), "'"),
                edit(Span::at(span.end), "'"),
            ],
        ),
        Kind::SeparatorOutside if written == "," && is_inside_digits(span, source) => {
            replace("Write a decimal point", span, ".")
        }
        Kind::SpaceIntersection => intersection(span, source),
        Kind::Spill => {
            let cell = written.trim_end_matches('#');
            let column: String = cell
                .rsplit('!')
                .next()?
                .chars()
                .filter(char::is_ascii_alphabetic)
                .collect();
            let open = format!("{cell}:{column}");
            replace("Refer to the rest of the column", span, open)
        }
        Kind::ImplicitIntersection => replace("Remove @", span, ""),
        Kind::ExternalWorkbook => external_workbook(span, written),
        Kind::ThreeDimensional => {
            let (first, rest) = written.split_once(':')?;
            let (last, range) = rest.rsplit_once('!')?;
            let ranges = format!("{{{}!{range};{last}!{range}}}", first.trim_end());
            replace("List the sheets; add those between them", span, ranges)
        }
        Kind::ArrayBraces => array_formula(span, source),
        _ => None,
    }
}

/// The operator that is meant by one that is none.
pub(super) fn operator_meant(written: &str) -> Option<&'static str> {
    match written {
        "=>" => Some(">="),
        "=<" => Some("<="),
        "><" | "!=" => Some("<>"),
        "==" | "===" => Some("="),
        "**" => Some("^"),
        _ => None,
    }
}

/// The function that joins conditions as people write it between them: `A1 and B1`, `A1 && B1`.
pub(super) fn condition_joined_by(written: &str) -> Option<&'static str> {
    if written == "&&" || written.eq_ignore_ascii_case("AND") {
        Some("AND")
    } else if written == "||" || written.eq_ignore_ascii_case("OR") {
        Some("OR")
    } else {
        None
    }
}

/// The ASCII text that is meant by a typographic character.
pub(super) fn character_meant(written: &str) -> Option<&'static str> {
    let mut characters = written.chars();
    let meant = match characters.next()? {
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '«' | '»' => "\"",
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '`' | '´' => "'",
        '\u{2212}' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '\u{2014}' => "-",
        '×' | '·' | '\u{2217}' => "*",
        '÷' | '\u{2215}' | '\u{2044}' => "/",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "<>",
        '，' => ",",
        '；' => ";",
        '（' => "(",
        '）' => ")",
        character if character.is_whitespace() => " ",
        _ => return None,
    };
    characters.next().is_none().then_some(meant)
}

/// Closes the text before the brackets at its end, which most likely do not belong to it.
fn unterminated_text(span: Span, source: &str) -> Option<Fix> {
    let before = source.get(..span.start as usize)?;
    let content = span.of(source).trim_end();
    // A quote directly behind a value is one too many, and which one nobody can tell.
    if before.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '"' | ')')) {
        return None;
    }
    let open = before
        .matches('(')
        .count()
        .saturating_sub(before.matches(')').count());
    let closers = content
        .bytes()
        .skip(1)
        .rev()
        .take(open)
        .take_while(|byte| *byte == b')')
        .count();
    let end = span.start + u32::try_from(content.len() - closers).ok()?;
    insert("Close the quote of the text", end, '"')
}

fn single_quoted_text(span: Span, written: &str) -> Option<Fix> {
    let inner = written.strip_prefix('\'')?.strip_suffix('\'')?;
    let text = format!("\"{}\"", inner.replace("''", "'").replace('"', "\"\""));
    replace("Write the text in double quotes", span, text)
}

fn external_workbook(span: Span, written: &str) -> Option<Fix> {
    let (_, rest) = written.split_once(']')?;
    let (sheet, range) = rest.rsplit_once('!')?;
    let sheet = sheet.trim_matches('\'').replace('"', "\"\"");
    let quote = if sheet
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        ""
    } else {
        "'"
    };
    let range = range.replace('$', "");
    if sheet.is_empty() || range.is_empty() || written.contains('(') {
        return None;
    }
    // `;` separates arguments in every locale.
    let call =
        format!("IMPORTRANGE(\"address of the spreadsheet\";\"{quote}{sheet}{quote}!{range}\")");
    replace(
        "Import the range; put in the spreadsheet's address",
        span,
        call,
    )
}

/// Writes ARRAYFORMULA for the braces that begin at `open`.
fn array_formula(open: Span, source: &str) -> Option<Fix> {
    let inner = source.get(open.end as usize..)?;
    let equals = open.end + u32::try_from(inner.find('=')?).ok()?;
    let trimmed = source.trim_end();
    let end = u32::try_from(trimmed.len()).ok()?;
    let last = if trimmed.ends_with('}') {
        Span::new(end - 1, end)
    } else {
        Span::at(end)
    };
    fix(
        "Write ARRAYFORMULA for the braces",
        vec![
            edit(Span::new(0, equals + 1), "=ARRAYFORMULA("),
            edit(last, ")"),
        ],
    )
}

fn is_inside_digits(span: Span, source: &str) -> bool {
    let is_digit = |character: char| character.is_ascii_digit();
    let (before, behind) = around(span, source);
    before.ends_with(is_digit) && behind.starts_with(is_digit)
}

fn around(span: Span, source: &str) -> (&str, &str) {
    let before = source.get(..span.start as usize).unwrap_or_default();
    let behind = source.get(span.end as usize..).unwrap_or_default();
    (before, behind)
}

/// The cells that two plain ranges have in common; if they have none, both as arguments of the
/// call that they stand in.
fn intersection(span: Span, source: &str) -> Option<Fix> {
    let written = span.of(source);
    let gap_end = written.rfind(char::is_whitespace)?;
    let gap_end = gap_end + written.get(gap_end..)?.chars().next()?.len_utf8();
    let left = written.get(..gap_end)?.trim_end();
    let right = written.get(gap_end..)?;
    let (first, second) = (closed_range(left)?, closed_range(right)?);
    let common = |one: (u32, u32), other: (u32, u32)| {
        let from = one.0.max(other.0);
        let to = one.1.min(other.1);
        (from <= to).then_some((from, to))
    };
    if let (Some(columns), Some(rows)) = (common(first.0, second.0), common(first.1, second.1)) {
        let corner = |column, row| format!("{}{row}", crate::print::column_name(column));
        let (from, to) = (corner(columns.0, rows.0), corner(columns.1, rows.1));
        let cells = if from == to {
            from
        } else {
            format!("{from}:{to}")
        };
        return replace("Write the cells that both ranges have", span, cells);
    }
    let (before, _) = around(span, source);
    let is_argument = match before.trim_end().strip_suffix('(') {
        Some(callee) => callee.ends_with(char::is_alphanumeric),
        None => before.trim_end().ends_with([',', ';']),
    };
    // `;` separates arguments in every locale.
    let separated = is_argument.then(|| format!("{left};{right}"))?;
    replace("Add the missing separator", span, separated)
}

/// First and last column, first and last row of a reference without open ends and without sheet.
fn closed_range(written: &str) -> Option<((u32, u32), (u32, u32))> {
    let tree = parse(written, Locale::default());
    let formula = Formula {
        source: written,
        tree: &tree,
    };
    let NodeKind::Reference(Reference {
        sheet: None,
        first,
        last,
    }) = formula.kind(tree.root()?)
    else {
        return None;
    };
    let last = last.unwrap_or(first);
    let is_closed = |corner: Corner| corner.column != 0 && corner.row != 0;
    if !is_closed(first) || !is_closed(last) {
        return None;
    }
    let ordered = |a: u32, b: u32| (a.min(b), a.max(b));
    Some((
        ordered(first.column.into(), last.column.into()),
        ordered(first.row, last.row),
    ))
}

fn insert(title: impl Into<String>, at: u32, text: char) -> Option<Fix> {
    replace(title, Span::at(at), text)
}

fn replace(title: impl Into<String>, span: Span, text: impl Into<String>) -> Option<Fix> {
    fix(title, vec![edit(span, text)])
}

fn edit(span: Span, text: impl Into<String>) -> Edit {
    Edit {
        span,
        text: text.into(),
    }
}

/// A repair changes what the formula gives (it gave an error), so it is never safe.
#[expect(
    clippy::unnecessary_wraps,
    reason = "ends the arms of a match that gives an option"
)]
fn fix(title: impl Into<String>, edits: Vec<Edit>) -> Option<Fix> {
    Some(Fix {
        title: title.into(),
        safe: false,
        edits,
    })
}
