//! What can be wrong with the text of a formula, and what to say about it.
//!
//! An error is a position and a kind, small enough to be made while parsing; its words are put
//! together only when somebody asks for them.

use crate::finding::Fix;
use crate::span::Span;

/// One thing that is wrong with the text of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The text in question; empty where something is missing.
    pub span: Span,
    /// What is wrong with it.
    pub kind: SyntaxErrorKind,
}

/// What can be wrong with the text of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyntaxErrorKind {
    /// Nothing stands behind the `=`.
    Empty,
    /// A value is missing: `A1+`, `()`.
    MissingOperand,
    /// Two values without an operator between them: `A1 2`.
    MissingOperator,
    /// An operator that is none: `=>`, `&&`.
    InvalidOperator,
    /// A character that means nothing here.
    UnexpectedCharacter,
    /// A bracket that is never closed. The span is the bracket.
    UnclosedBracket {
        /// Where the bracket's content ends, in bytes.
        end: u32,
    },
    /// A closing bracket that nothing opens.
    UnopenedBracket,
    /// A closing bracket of the wrong kind.
    MismatchedBracket {
        /// The ASCII bracket that should stand there.
        expected: u8,
    },
    /// Brackets are nested more than [`super::MAX_NESTING`] deep.
    TooDeep,
    /// The text has 4 GiB or more.
    TooLong,
    /// A text without its closing quote.
    UnterminatedText,
    /// A `"` inside of a text that is not doubled. The span is the text between two such quotes.
    QuoteInText,
    /// A text in single quotes.
    SingleQuotedText,
    /// A sheet name without its closing quote.
    UnterminatedSheetName,
    /// `#FOO!`
    UnknownErrorValue,
    /// `1.2.3`, `2x`
    InvalidNumber,
    /// A number beyond 1.8E+308.
    NumberTooLarge,
    /// A decimal point where the locale writes a comma.
    WrongDecimalSeparator,
    /// A separator that the locale does not use here.
    WrongSeparator {
        /// The ASCII separator that should stand there.
        expected: u8,
    },
    /// A separator outside of a call and of an array.
    SeparatorOutside,
    /// `$A`, `$J$5:$5$400`
    InvalidReference,
    /// A range with an end that is no cell: `A1:"x"`.
    InvalidRange,
    /// `Sheet2$A$1`
    MissingBang,
    /// `!A1`
    MissingSheet,
    /// `Sheet1!` with nothing behind it.
    MissingReference,
    /// `My Sheet!A1`. The span is the sheet name.
    SheetNeedsQuotes,
    /// `Sheet1!SUM(A1)`
    SheetBeforeCall,
    /// `[Amount]` without a table's name.
    MissingTable,
    /// Brackets after a table's name that say nothing known.
    InvalidTableReference,
    /// Excel's `Sales[@Amount]`.
    ThisRow,
    /// Excel's link into another workbook: `[1]Sheet1!A1`.
    ExternalWorkbook,
    /// Excel's reference through several sheets: `Jan:Mar!A1`.
    ThreeDimensional,
    /// Excel's intersection of two ranges: `A1:C3 B2:D4`.
    SpaceIntersection,
    /// Excel's union of ranges: `(A1,B1)`.
    Union,
    /// Excel's spilled range: `A1#`.
    Spill,
    /// Excel's `@A1`.
    ImplicitIntersection,
    /// The braces that Excel shows around an array formula: `{=A1:A3*2}`.
    ArrayBraces,
}

impl SyntaxError {
    /// What is wrong and what to do, as sentences for the one who wrote `source`.
    #[must_use]
    pub fn message(&self, source: &str) -> String {
        use SyntaxErrorKind as Kind;

        let written = shorten(self.span.of(source));
        match self.kind {
            Kind::Empty => "The formula is empty. Write an expression behind the `=`.".into(),
            Kind::MissingOperand => match source.get(self.span.start as usize..).and_then(|rest| rest.chars().next()) {
                Some(next) => format!("A value is missing before `{next}`. Write a reference, a number, a text or a call there, or remove what needs it."),
                None => "A value is missing at the end of the formula. Write a reference, a number, a text or a call there, or remove the operator before it.".into(),
            },
            Kind::MissingOperator => format!("An operator or a separator is missing before `{written}`. Put one there: `&` joins texts, `*` multiplies."),
            Kind::InvalidOperator => match super::repair::operator_meant(self.span.of(source)) {
                Some(meant) => format!("`{written}` is no operator. Write `{meant}`."),
                None => match super::repair::condition_joined_by(self.span.of(source)) {
                    Some(function) => format!("`{written}` is no operator. Write {function}(…) around both conditions."),
                    None => format!("`{written}` is no operator. Keep the one that is meant: `=`, `<>`, `<`, `<=`, `>`, `>=`, `+`, `-`, `*`, `/`, `^` or `&`."),
                },
            },
            Kind::UnexpectedCharacter => self.unexpected_character(source),
            Kind::UnclosedBracket { .. } => {
                let closer = closer_of(self.span.of(source));
                format!("`{written}` is never closed. Add `{closer}` where it should end.")
            }
            Kind::UnopenedBracket => format!("Nothing opens this `{written}`. Remove it, or add the bracket that it should close."),
            Kind::MismatchedBracket { expected } => format!("`{written}` closes a bracket that `{}` should close. Replace it.", char::from(expected)),
            Kind::TooDeep => format!("Brackets are nested more than {} deep. Move inner parts into cells of their own, or name them with LET.", super::MAX_NESTING),
            Kind::TooLong => "The text is longer than a formula can be.".into(),
            Kind::UnterminatedText => "The text that begins here is never closed. Add `\"` at its end; a `\"` inside of a text is written twice.".into(),
            Kind::QuoteInText => "A text ends before this and another one begins behind it. A `\"` inside of a text is written twice: `\"\"`.".into(),
            Kind::SingleQuotedText => format!("{written} is in single quotes, which are for sheet names. Write texts in double quotes, and `!` behind a sheet name."),
            Kind::UnterminatedSheetName => "The sheet name that begins here is never closed. Add `'` at its end; a `'` inside of a name is written twice.".into(),
            Kind::UnknownErrorValue => format!("`{written}` is no error value. Sheets knows #ERROR!, #NULL!, #DIV/0!, #VALUE!, #REF!, #NAME?, #NUM! and #N/A."),
            Kind::InvalidNumber => format!("`{written}` is neither a number nor a name, because names do not begin with a digit. Correct the number, or put an operator behind it."),
            Kind::NumberTooLarge => "The number is too large: Sheets calculates up to 1.8E+308.".into(),
            Kind::WrongDecimalSeparator => "This locale writes decimals with a comma. Replace the point by `,`.".into(),
            Kind::WrongSeparator { expected } => format!("`{written}` does not separate values here in this locale. Write `{}`.", char::from(expected)),
            Kind::SeparatorOutside => format!("`{written}` separates values, but stands outside of a call and of an array. Remove it, or write {{…}} around the values."),
            Kind::InvalidReference => format!("`{written}` is no reference. A cell has a column and a row, as in `$A$1`; a range has one `:` between its ends."),
            Kind::InvalidRange => format!("`{written}` is no cell, so a range can not begin or end with it. Write a reference, or a function that gives one, such as INDEX."),
            Kind::MissingBang => "A `!` is missing between the sheet name and the reference. Add it.".into(),
            Kind::MissingSheet => "The sheet name before the `!` is missing. Write it there, or remove the `!`.".into(),
            Kind::MissingReference => format!("A reference is missing behind `{written}`. Write the cell or the range there, as in `Sheet1!A1`."),
            Kind::SheetNeedsQuotes => format!("The sheet name `{written}` has a space in it. Write it in single quotes."),
            Kind::SheetBeforeCall => format!("`{written}` calls a function of another sheet or workbook, which Sheets does not have. Call a function or a named function by its name alone."),
            Kind::MissingTable => format!("`{written}` is a column without its table. Write the table's name before the brackets."),
            Kind::InvalidTableReference => format!("`{written}` is no reference into a table. Write `Table[Column]`, `Table[#ALL]`, `Table[#HEADERS]`, `Table[#TOTALS]`, `Table[#DATA]` or `Table[[#ALL],[Column]]`."),
            Kind::ThisRow => format!("`{written}` means the column's cell in this row in Excel; Sheets does not have it. Refer to the cell itself."),
            Kind::ExternalWorkbook => format!("`{written}` is Excel's link into another workbook. In Sheets, read from another spreadsheet with IMPORTRANGE."),
            Kind::ThreeDimensional => format!("`{written}` is Excel's reference through several sheets, which Sheets does not have. List the range of each sheet."),
            Kind::SpaceIntersection => format!("`{written}` is an intersection in Excel; in Sheets an operator or a separator is missing. Write the cells in common, or the operator."),
            Kind::Union => "Parentheses around several ranges are a union in Excel, which Sheets does not have. Stack the ranges in an array: `{A1;B1}`.".into(),
            Kind::Spill => format!("`{written}` is a spilled range in Excel. Sheets has no `#` behind a cell: write the range, open at its end if it grows."),
            Kind::ImplicitIntersection => "`@` is Excel's sign for a single value. Sheets does not have it: remove it.".into(),
            Kind::ArrayBraces => "The braces around the formula are how Excel shows an array formula. In Sheets, write ARRAYFORMULA(…) around the expression.".into(),
        }
    }

    fn unexpected_character(&self, source: &str) -> String {
        let written = self.span.of(source);
        let shown = shorten(written);
        if let Some(meant) = super::repair::character_meant(written) {
            return format!("`{shown}` means nothing in a formula. Write `{meant}`.");
        }
        if written.chars().all(|c| c.is_whitespace() || c.is_control()) {
            return "An invisible character stands here that means nothing in a formula. Replace it by a space.".into();
        }
        format!(
            "`{shown}` means nothing here. Remove it, or write it in double quotes if it is text."
        )
    }

    /// The edit that most likely gives what was meant; `None` if there is no such one.
    #[must_use]
    pub fn repair(&self, source: &str) -> Option<Fix> {
        super::repair::repair(*self, source)
    }
}

/// The bracket that closes `open`.
pub(super) fn closer_of(open: &str) -> char {
    match open {
        "{" => '}',
        "[" => ']',
        _ => ')',
    }
}

/// The text as a message shows it: its begin, if it is long.
fn shorten(written: &str) -> String {
    const LONGEST: usize = 40;

    match written.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", written.get(..end).unwrap_or_default()),
        None => written.to_owned(),
    }
}
