//! The canonical text of a formula: one spelling for everything that means the same.
//!
//! Built-in functions, booleans, error values and references are in upper case, sheet names in
//! quotes only where they need them, numbers as short as they can be, and no white space stands
//! between tokens. Names and texts are as written, and so are parentheses. Reading canonical text
//! gives the same tree, and canonical text prints as itself, for every formula without errors; an
//! invalid part is printed as written.
//!
//! Nothing here recurses: a chain of operators makes a tree as deep as the formula is long.

use std::fmt::{self, Write};

use crate::ast::{
    Corner, ErrorValue, Formula, InfixOperator, NodeId, NodeKind, PrefixOperator, Reference,
};
use crate::parser::Locale;
use crate::parser::scan::is_word_character;

/// The canonical text of the formula as `locale` writes it, with `=` in front.
#[must_use]
pub fn canonical(formula: Formula<'_>, locale: Locale) -> String {
    let mut text = String::with_capacity(formula.source.len() + 1);
    // Writing to a string does not fail.
    let _ = write(&mut text, formula, locale);
    text
}

/// Writes the canonical text of the formula as `locale` writes it, with `=` in front.
///
/// Fails only if `out` does.
pub fn write(out: &mut impl Write, formula: Formula<'_>, locale: Locale) -> fmt::Result {
    out.write_char('=')?;
    match formula.tree.root() {
        Some(root) => write_node(out, formula, root, locale),
        None => Ok(()),
    }
}

/// Writes the canonical text of the tree below `id`, without `=`.
///
/// Fails only if `out` does.
pub fn write_node(
    out: &mut impl Write,
    formula: Formula<'_>,
    id: NodeId,
    locale: Locale,
) -> fmt::Result {
    Printer {
        out,
        formula,
        locale,
        seen_from: None,
        ahead: vec![Piece::Node(id)],
    }
    .run()
}

/// The formula with its references as offsets from `cell` (column and row, from 1) in R1C1
/// notation, and with names in lower case.
pub(crate) fn seen_from(formula: Formula<'_>, cell: (u32, u32)) -> String {
    let mut text = String::from("=");
    let printed = Printer {
        out: &mut text,
        formula,
        locale: Locale::default(),
        seen_from: Some(cell),
        ahead: formula.tree.root().map(Piece::Node).into_iter().collect(),
    }
    .run();
    // Writing to a string does not fail.
    let _ = printed;
    text
}

/// A table reference in its one spelling.
pub(crate) fn table_reference(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    // Writing to a string does not fail.
    let _ = write_table_reference(&mut text, written, Locale::default());
    text
}

/// The letters of a column, from 1 for `A`.
#[must_use]
pub fn column_name(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        column /= 26;
    }
    letters.iter().rev().collect()
}

/// The sheet name as it stands in a reference: in quotes unless it is plainly a word.
///
/// Names that could be read as a cell, a column or a boolean get quotes as well.
#[must_use]
pub fn sheet_prefix(name: &str) -> String {
    if needs_quotes(name) {
        format!("'{}'!", name.replace('\'', "''"))
    } else {
        format!("{name}!")
    }
}

fn needs_quotes(name: &str) -> bool {
    let starts_as_word = name.chars().next().is_some_and(|first| !first.is_numeric());
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let cell_like = letters <= 3 && name.bytes().skip(letters).all(|byte| byte.is_ascii_digit());
    !starts_as_word
        || cell_like
        || !name.chars().all(|c| c != '.' && is_word_character(c))
        || name.eq_ignore_ascii_case("TRUE")
        || name.eq_ignore_ascii_case("FALSE")
}

/// What is still to be written, the next piece last.
#[derive(Clone, Copy)]
enum Piece {
    Node(NodeId),
    Text(&'static str),
    /// The property of a property node, its dot included.
    Property(NodeId),
}

struct Printer<'a, 'w, W> {
    out: &'w mut W,
    formula: Formula<'a>,
    locale: Locale,
    /// The cell to count references from; `None` for references as Sheets writes them.
    seen_from: Option<(u32, u32)>,
    ahead: Vec<Piece>,
}

impl<W: Write> Printer<'_, '_, W> {
    fn run(mut self) -> fmt::Result {
        while let Some(piece) = self.ahead.pop() {
            match piece {
                Piece::Node(id) => self.node(id)?,
                Piece::Text(text) => self.out.write_str(text)?,
                Piece::Property(id) => self.property(id)?,
            }
        }
        Ok(())
    }

    fn node(&mut self, id: NodeId) -> fmt::Result {
        let formula = self.formula;
        match formula.kind(id) {
            NodeKind::Number(value) => write_number(self.out, value, self.locale),
            NodeKind::Boolean(value) => self.out.write_str(if value { "TRUE" } else { "FALSE" }),
            NodeKind::Error(value) => self.error(id, value),
            NodeKind::Reference(reference) => self.reference(&reference),
            NodeKind::Name => self.name(id),
            NodeKind::TableReference if self.seen_from.is_some() => {
                self.named(&table_reference(formula.written(id)))
            }
            NodeKind::TableReference => {
                write_table_reference(self.out, formula.written(id), self.locale)
            }
            NodeKind::Text | NodeKind::Invalid => self.out.write_str(formula.written(id)),
            NodeKind::Missing => Ok(()),
            NodeKind::Property { of, .. } => {
                self.then(&[Piece::Node(of), Piece::Property(id)]);
                Ok(())
            }
            NodeKind::Group(inner) => {
                self.then(&[Piece::Text("("), Piece::Node(inner), Piece::Text(")")]);
                Ok(())
            }
            NodeKind::Prefix(operator, operand) => {
                self.then(&[Piece::Text(operator.symbol()), Piece::Node(operand)]);
                Ok(())
            }
            NodeKind::Percent(operand) => {
                self.then(&[Piece::Node(operand), Piece::Text("%")]);
                Ok(())
            }
            NodeKind::Infix(operator, left, right) => {
                self.then(&[
                    Piece::Node(left),
                    Piece::Text(operator.symbol()),
                    Piece::Node(right),
                ]);
                Ok(())
            }
            NodeKind::Call {
                name,
                function,
                arguments,
            } => {
                match function {
                    Some(function) => self.out.write_str(function.function().name)?,
                    None => self.named(name.of(formula.source))?,
                }
                self.arguments(formula.list(arguments));
                Ok(())
            }
            NodeKind::Apply { callee, arguments } => {
                self.arguments(formula.list(arguments));
                self.ahead.push(Piece::Node(callee));
                Ok(())
            }
            NodeKind::Array(rows) => {
                self.list("{", formula.list(rows), ";", "}");
                Ok(())
            }
            NodeKind::ArrayRow(items) => {
                let separator = if self.locale.decimal_comma { "\\" } else { "," };
                self.list("", formula.list(items), separator, "");
                Ok(())
            }
        }
    }

    /// Puts the pieces in front of what is still to be written.
    fn then(&mut self, pieces: &[Piece]) {
        self.ahead.extend(pieces.iter().rev());
    }

    fn arguments(&mut self, arguments: &[NodeId]) {
        let separator = if self.locale.decimal_comma { ";" } else { "," };
        self.list("(", arguments, separator, ")");
    }

    fn list(
        &mut self,
        open: &'static str,
        items: &[NodeId],
        separator: &'static str,
        close: &'static str,
    ) {
        self.ahead.push(Piece::Text(close));
        for (index, item) in items.iter().enumerate().rev() {
            self.ahead.push(Piece::Node(*item));
            if index > 0 {
                self.ahead.push(Piece::Text(separator));
            }
        }
        self.ahead.push(Piece::Text(open));
    }

    /// An error value, with the sheet before it and the cells behind it where it has them.
    fn error(&mut self, id: NodeId, value: ErrorValue) -> fmt::Result {
        let written = self.formula.written(id);
        let hash = written.rfind('#').unwrap_or(0);
        let (sheet, rest) = written.split_at(hash);
        self.sheet(sheet.strip_suffix('!'))?;
        self.out.write_str(value.literal())?;
        let cells = rest.get(value.literal().len()..).unwrap_or_default();
        for character in cells.chars().filter(|character| !character.is_whitespace()) {
            self.out.write_char(character.to_ascii_uppercase())?;
        }
        Ok(())
    }

    fn name(&mut self, id: NodeId) -> fmt::Result {
        let (sheet, name) = self.formula.name_parts(id);
        if let Some(sheet) = sheet {
            self.named(&sheet_prefix(&sheet))?;
        }
        self.named(name)
    }

    fn sheet(&mut self, written: Option<&str>) -> fmt::Result {
        match written {
            Some(written) => self.named(&sheet_prefix(&crate::ast::sheet_name(written))),
            None => Ok(()),
        }
    }

    /// Writes what somebody has named: as written, or without letter case in a template.
    fn named(&mut self, name: &str) -> fmt::Result {
        if self.seen_from.is_some() {
            self.out.write_str(&name.to_lowercase())
        } else {
            self.out.write_str(name)
        }
    }

    fn reference(&mut self, reference: &Reference) -> fmt::Result {
        let source = self.formula.source;
        self.sheet(reference.sheet.map(|sheet| sheet.of(source)))?;
        self.corner(reference.first)?;
        if let Some(last) = reference.last {
            self.out.write_char(':')?;
            self.corner(last)?;
        }
        Ok(())
    }

    fn corner(&mut self, corner: Corner) -> fmt::Result {
        let Some((column, row)) = self.seen_from else {
            return write_corner(self.out, corner);
        };
        self.axis('R', corner.row, corner.row_absolute, row)?;
        let position = u32::from(corner.column);
        self.axis('C', position, corner.column_absolute, column)
    }

    /// One axis of a corner in R1C1 notation: nothing if it is left out.
    fn axis(&mut self, letter: char, position: u32, absolute: bool, cell: u32) -> fmt::Result {
        if position == 0 {
            return Ok(());
        }
        let distance = crate::template::distance(position, absolute, cell);
        match distance {
            _ if absolute => write!(self.out, "{letter}{distance}"),
            0 => self.out.write_char(letter),
            _ => write!(self.out, "{letter}[{distance}]"),
        }
    }

    fn property(&mut self, id: NodeId) -> fmt::Result {
        let NodeKind::Property { property, .. } = self.formula.kind(id) else {
            return Ok(());
        };
        self.out.write_char('.')?;
        self.named(property.of(self.formula.source))
    }
}

/// A table reference: the table's name as written, then its brackets.
fn write_table_reference(out: &mut impl Write, written: &str, locale: Locale) -> fmt::Result {
    let open = written.find('[').unwrap_or(written.len());
    let (table, brackets) = written.split_at(open);
    out.write_str(table)?;
    write_brackets(out, brackets, locale)
}

/// `[[#ALL],[Column]]` with its keywords in upper case and the locale's separator. What stands in
/// the innermost brackets is a column's name and stays as it is.
fn write_brackets(out: &mut impl Write, brackets: &str, locale: Locale) -> fmt::Result {
    let nested = brackets
        .get(1..)
        .is_some_and(|rest| rest.trim_start().starts_with('['));
    let innermost = if nested { 2 } else { 1 };
    let mut depth = 0;
    let mut in_keyword = false;
    for character in brackets.chars() {
        match character {
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                in_keyword = false;
            }
            '#' if depth == innermost => in_keyword = true,
            _ => {}
        }
        match character {
            '[' | ']' => out.write_char(character)?,
            ',' | ';' if depth < innermost => out.write_char(locale.argument_separator())?,
            _ if depth < innermost && character.is_whitespace() => {}
            _ if in_keyword => out.write_char(character.to_ascii_uppercase())?,
            _ => out.write_char(character)?,
        }
    }
    Ok(())
}

fn write_corner(out: &mut impl Write, corner: Corner) -> fmt::Result {
    let dollar = |absolute| if absolute { "$" } else { "" };
    if corner.column != 0 {
        out.write_str(dollar(corner.column_absolute))?;
        out.write_str(&column_name(corner.column.into()))?;
    }
    if corner.row != 0 {
        write!(out, "{}{}", dollar(corner.row_absolute), corner.row)?;
    }
    Ok(())
}

/// Writes the shortest text that reads as the same number: `0.1`, `1500`, `1E+300`.
///
/// Fails only if `out` does.
pub fn write_number(out: &mut impl Write, value: f64, locale: Locale) -> fmt::Result {
    let text = if value == 0.0 || (1e-5..1e15).contains(&value.abs()) {
        value.to_string()
    } else {
        let text = format!("{value:E}");
        match text.split_once("E-") {
            Some(_) => text,
            None => text.replace('E', "E+"),
        }
    };
    if locale.decimal_comma {
        out.write_str(&text.replace('.', ","))
    } else {
        out.write_str(&text)
    }
}

impl PrefixOperator {
    /// The operator as it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
        }
    }
}

impl InfixOperator {
    /// The operator as it is written.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
            Self::Concatenate => "&",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Range => ":",
        }
    }
}

impl ErrorValue {
    /// The error value as it is written.
    #[must_use]
    pub const fn literal(self) -> &'static str {
        match self {
            Self::Error => "#ERROR!",
            Self::Null => "#NULL!",
            Self::DivisionByZero => "#DIV/0!",
            Self::Value => "#VALUE!",
            Self::Reference => "#REF!",
            Self::Name => "#NAME?",
            Self::Number => "#NUM!",
            Self::NotAvailable => "#N/A",
        }
    }
}
