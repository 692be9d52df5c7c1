//! Operands: references, names, literals and parentheses.

use super::literal;
use super::reference::{corner, last_corner, stands_alone};
use super::scan::{byte_at, joins, may_be_space, space_end, word_end};
use super::{Parser, SyntaxErrorKind, offset};
use crate::ast::{Corner, ErrorValue, NodeId, NodeKind, Reference};
use crate::functions;
use crate::span::Span;

impl Parser<'_> {
    /// The operand at the position, white space before it skipped.
    ///
    /// ```text
    /// operand = reference | name | call | table | number | text | boolean | error
    ///         | group | array | signed
    /// ```
    #[inline]
    pub(super) fn operand(&mut self) -> NodeId {
        match self.byte_after_space() {
            b'A'..=b'Z' | b'a'..=b'z' => self.reference_or_word(),
            b'$' => self.absolute_reference(),
            b'0'..=b'9' => self.number(),
            b'"' => self.text(),
            b'(' => self.group(),
            b'+' | b'-' => self.signed(),
            b'{' => self.array(),
            b'\'' => self.quoted_sheet(),
            b'#' => self.error_literal(),
            b'_' | 0x80..=0xFF => self.word(),
            byte if byte == self.point => self.number(),
            _ => self.no_operand(),
        }
    }

    /// `reference = corner [ ":" corner ]`, where a single corner has a column and a row; anything
    /// longer is a word.
    #[inline]
    fn reference_or_word(&mut self) -> NodeId {
        let start = self.position;
        let Some((first, end)) = corner(self.bytes, start) else {
            return self.word();
        };
        let next = byte_at(self.bytes, end);
        if joins(next) {
            return self.word();
        }
        let spaced = may_be_space(next);
        if (next == b':' || spaced)
            && let Some((last, end)) = last_corner(self.source, end)
        {
            return self.reference(None, first, Some(last), start, end);
        }
        if first.is_cell() && !(spaced && self.is_called(end)) {
            return self.reference(None, first, None, start, end);
        }
        self.word()
    }

    /// Whether a `(` follows the word that ends at `end`, white space between them.
    fn is_called(&self, end: usize) -> bool {
        byte_at(self.bytes, space_end(self.bytes, end)) == b'('
    }

    #[inline]
    fn reference(
        &mut self,
        sheet: Option<Span>,
        first: Corner,
        last: Option<Corner>,
        start: usize,
        end: usize,
    ) -> NodeId {
        self.position = end;
        let reference = Reference { sheet, first, last };
        self.place(NodeKind::Reference(reference), offset(start))
    }

    /// `absolute_reference = corner [ ":" corner ]`, where the first corner begins with `$`.
    #[inline]
    fn absolute_reference(&mut self) -> NodeId {
        let start = self.position;
        if let Some((first, end)) = corner(self.bytes, start)
            && stands_alone(self.source, end)
        {
            if let Some((last, end)) = last_corner(self.source, end) {
                return self.reference(None, first, Some(last), start, end);
            }
            if first.is_cell() {
                return self.reference(None, first, None, start, end);
            }
        }
        self.broken_reference(start)
    }

    /// What begins with a letter or a `_` and is not plainly a cell.
    ///
    /// ```text
    /// call          = word arguments
    /// sheet_operand = word "!" …
    /// table         = word "[" …
    /// ```
    pub(super) fn word(&mut self) -> NodeId {
        let start = self.position;
        let end = word_end(self.source, start);
        match byte_at(self.bytes, end) {
            _ if end == start => self.no_operand(),
            b'(' => self.call(start, end),
            b'!' => self.sheet_operand(start, end),
            // Behind a dot it is a property: `A2.[file name]`.
            b'[' if byte_at(self.bytes, end - 1) != b'.' => self.table(start, end),
            _ => self.plain_word(start, end),
        }
    }

    /// `plain_word = reference | "TRUE" | "FALSE" | name`, or a call with space before its `(`.
    fn plain_word(&mut self, start: usize, end: usize) -> NodeId {
        let written = self.source.get(start..end).unwrap_or_default();
        let called = self.is_called(end);
        if let Some((first, corner_end)) = corner(self.bytes, start)
            && stands_alone(self.source, corner_end)
        {
            if let Some((last, end)) = last_corner(self.source, corner_end) {
                return self.reference(None, first, Some(last), start, end);
            }
            // `LOG10 (5)` is a call, `A1 (5)` is a cell and something that does not belong there.
            if first.is_cell() && !(called && functions::find(written).is_some()) {
                return self.reference(None, first, None, start, corner_end);
            }
        }
        if called {
            return self.call(start, end);
        }
        let boolean = if written.eq_ignore_ascii_case("TRUE") {
            Some(true)
        } else if written.eq_ignore_ascii_case("FALSE") {
            Some(false)
        } else {
            None
        };
        if let Some(value) = boolean {
            self.position = end;
            return self.place(NodeKind::Boolean(value), offset(start));
        }
        // No name holds a dot: what follows one is a property, as in `row.date`.
        self.position = written.find('.').map_or(end, |dot| start + dot);
        self.place(NodeKind::Name, offset(start))
    }

    /// `quoted_sheet_operand = quoted_sheet "!" …`
    fn quoted_sheet(&mut self) -> NodeId {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Ok((_, written)) = literal::quoted_sheet(rest) else {
            return self.unterminated(SyntaxErrorKind::UnterminatedSheetName);
        };
        let end = start + written.len();
        if byte_at(self.bytes, end) == b'!' {
            return self.sheet_operand(start, end);
        }
        self.position = end;
        let span = Span::new(offset(start), offset(end));
        self.error(SyntaxErrorKind::SingleQuotedText, span);
        self.place(NodeKind::Invalid, offset(start))
    }

    /// What stands on the sheet whose name is at `start..end`, a `!` behind it.
    ///
    /// `sheet_operand = sheet "!" on_sheet`
    pub(super) fn sheet_operand(&mut self, start: usize, end: usize) -> NodeId {
        let sheet = Span::new(offset(start), offset(end));
        self.position = end + 1;
        let placed = self.on_sheet(sheet);
        let sheet = sheet.of(self.source);
        let is_link = match self.kind(placed) {
            NodeKind::Invalid => false,
            NodeKind::Name => names_a_workbook(sheet) || is_workbook(sheet.trim_matches('\'')),
            _ => names_a_workbook(sheet),
        };
        if is_link {
            let span = self.span(placed);
            self.error(SyntaxErrorKind::ExternalWorkbook, span);
            return self.invalid(placed, span.end);
        }
        placed
    }

    /// `on_sheet = corner [ ":" corner ] | error | name`
    fn on_sheet(&mut self, sheet: Span) -> NodeId {
        let start = self.position;
        if let Some((first, end)) = corner(self.bytes, start)
            && stands_alone(self.source, end)
        {
            let last = last_corner(self.source, end);
            if first.is_cell() || last.is_some() {
                let (last, end) = last.map_or((None, end), |(last, end)| (Some(last), end));
                return self.reference(Some(sheet), first, last, sheet.start as usize, end);
            }
        }
        if self.byte() == b'#' {
            let error = self.error_literal();
            self.widen(error, sheet.start);
            return error;
        }
        let end = word_end(self.source, start);
        self.position = end;
        match byte_at(self.bytes, end) {
            _ if end == start || byte_at(self.bytes, start).is_ascii_digit() => {
                self.missing_reference(sheet)
            }
            b'(' => {
                let call = self.call(start, end);
                self.widen(call, sheet.start);
                let span = self.span(call);
                self.error(SyntaxErrorKind::SheetBeforeCall, span);
                self.invalid(call, span.end)
            }
            _ => self.place(NodeKind::Name, sheet.start),
        }
    }

    /// `number`, or a range of rows: `rows = row ":" corner`, or a sheet whose name begins with a
    /// digit.
    fn number(&mut self) -> NodeId {
        let start = self.position;
        if let Some((value, end)) = literal::short_integer(self.bytes, start, self.point) {
            self.position = end;
            return self.place(NodeKind::Number(value), offset(start));
        }
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Ok((_, written)) = literal::number(rest, self.point) else {
            return self.no_operand();
        };
        let end = start + written.len();
        let next = byte_at(self.bytes, end);
        if next == b':' || may_be_space(next) {
            if let Some((first, corner_end)) = corner(self.bytes, start)
                && corner_end == end
                && let Some((last, end)) = last_corner(self.source, end)
            {
                return self.reference(None, first, Some(last), start, end);
            }
        } else if joins(next) {
            let word_end = word_end(self.source, start);
            if byte_at(self.bytes, word_end) == b'!' {
                return self.sheet_operand(start, word_end);
            }
            if word_end > end {
                return self.broken_number(start, end, word_end);
            }
        }
        self.position = end;
        let written = self.source.get(start..end).unwrap_or_default();
        if let Some(value) = literal::number_value(written) {
            return self.place(NodeKind::Number(value), offset(start));
        }
        let span = Span::new(offset(start), offset(end));
        self.error(SyntaxErrorKind::NumberTooLarge, span);
        self.place(NodeKind::Invalid, offset(start))
    }

    /// `text`, as [`literal::text`] reads it; without its closing quote it takes all of the rest.
    fn text(&mut self) -> NodeId {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        match literal::text(rest) {
            Ok((_, written)) => {
                self.position = start + written.len();
                self.place(NodeKind::Text, offset(start))
            }
            Err(_) => self.unterminated(SyntaxErrorKind::UnterminatedText),
        }
    }

    /// `error`, or what Sheets leaves behind of a reference to a deleted sheet:
    /// `deleted = "#REF!" corner [ ":" corner ]`.
    fn error_literal(&mut self) -> NodeId {
        let start = self.position;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Ok((rest, value)) = literal::error_value(rest) else {
            return self.unknown_error_value();
        };
        self.position = self.bytes.len() - rest.len();
        if value == ErrorValue::Reference
            && let Some((_, end)) = corner(self.bytes, self.position)
            && stands_alone(self.source, end)
        {
            self.position = last_corner(self.source, end).map_or(end, |(_, end)| end);
        }
        self.place(NodeKind::Error(value), offset(start))
    }

    /// Moves the start of a node that has just been made back to `start`.
    pub(super) fn widen(&mut self, id: NodeId, start: u32) {
        if let Some(node) = self.tree.nodes.get_mut(id.index()) {
            node.span.start = start;
        }
    }
}

/// Whether a sheet name is a link into another workbook: `'[1]Sheet'`, `'C:\x\[Book.xls]Sheet'`.
/// A sheet may have brackets in its name, so they must hold a number or the name of a workbook.
fn names_a_workbook(sheet: &str) -> bool {
    let inside = sheet
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map_or("", |(inside, _)| inside);
    let is_number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
    is_number || is_workbook(inside)
}

/// Whether this is the name of a workbook's file. Without brackets around it, it stands before
/// names of that workbook (`Book.xls!Rate`); before a cell it is a sheet that is called so.
fn is_workbook(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["xls", "xlsx", "xlsm", "xlsb", "xla", "xlam"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}
