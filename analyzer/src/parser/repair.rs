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
        Kind::SpaceIntersection => intersection(span, written),
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
    let call =
        format!("IMPORTRANGE(\"address of the spreadsheet\",\"{quote}{sheet}{quote}!{range}\")");
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

/// The cells that two plain ranges have in common; a comma if they have none.
fn intersection(span: Span, written: &str) -> Option<Fix> {
    let second = written.rfind(char::is_whitespace)?;
    let (left, right) = (
        written.get(..second)?.trim_end(),
        written.get(second..)?.trim_start(),
    );
    let (left, right) = (closed_range(left)?, closed_range(right)?);
    let common = |low: (u32, u32), high: (u32, u32)| {
        let from = low.0.max(high.0);
        let to = low.1.min(high.1);
        (from <= to).then_some((from, to))
    };
    let (from_column, to_column) = common(left.0, right.0)?;
    let (from_row, to_row) = common(left.1, right.1)?;
    let first = format!("{}{from_row}", crate::print::column_name(from_column));
    let last = format!("{}{to_row}", crate::print::column_name(to_column));
    let cells = if first == last {
        first
    } else {
        format!("{first}:{last}")
    };
    replace("Write the cells that both ranges have", span, cells)
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
