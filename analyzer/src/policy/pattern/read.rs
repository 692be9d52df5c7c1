//! Reads patterns: finds the holes, puts a stand-in in the place of each, has the formula parser
//! read the rest, and makes shapes of its tree.

use super::{
    Holes, LONGEST_PATTERN, List, MOST_HOLES, Pattern, PatternError, ReferenceKind, Shape, one_of,
};
use crate::ast::{Formula, NodeId, NodeKind, NodeList};
use crate::parser::{Locale, parse};
use crate::span::Span;

/// The most nodes of a pattern: matching calls itself for each.
const MOST_SHAPES: usize = 250;

/// Error values, which begin like a hole for a number.
const ERROR_VALUES: [&str; 8] = [
    "#ERROR!", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A",
];

/// What a hole stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum HoleKind {
    Any,
    Rest,
    Number,
    Text,
    Reference(ReferenceKind),
    Function,
}

/// A hole of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    pub(super) kind: HoleKind,
    /// In upper case; `None` for a hole that has no name.
    pub(super) name: Option<String>,
    /// Where it stands in the pattern.
    pub(super) written: Span,
    /// Where its stand-in stands in the formula that is parsed.
    pub(super) stand_in: Span,
}

/// A pattern with stand-ins for its holes.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) formula: String,
    pub(super) holes: Vec<Hole>,
}

/// Reads a pattern; its holes get the numbers that `holes` has for their names.
pub(super) fn pattern(text: &str, holes: &mut Holes) -> Result<Pattern, PatternError> {
    let scanned = scan(text)?;
    let tree = parse(&scanned.formula, Locale::default());
    let formula = Formula {
        source: &scanned.formula,
        tree: &tree,
    };
    check_syntax(text, &scanned, formula)?;
    let Some(root) = tree.root() else {
        return Err(PatternError::new(
            text,
            Span::default(),
            "the pattern is empty",
        ));
    };
    let mut shaper = Shaper {
        text,
        formula,
        scanned: &scanned,
        used: vec![false; scanned.holes.len()],
        holes,
        shapes: Vec::new(),
        lists: Vec::new(),
    };
    let root = shaper.shape(root)?;
    shaper.check_all_used()?;
    Ok(Pattern {
        shapes: shaper.shapes,
        lists: shaper.lists,
        root,
        holes: holes.clone(),
    })
}

/// Says what the parser found wrong, at the place in the pattern.
pub(super) fn check_syntax(
    text: &str,
    scanned: &Scanned,
    formula: Formula<'_>,
) -> Result<(), PatternError> {
    let Some(error) = formula.tree.errors().first() else {
        return Ok(());
    };
    let span = scanned.in_pattern(error.span);
    Err(PatternError::new(
        text,
        span,
        error.message(&scanned.formula).trim_end_matches('.'),
    ))
}

impl Scanned {
    /// Where a part of the parsed formula stands in the pattern.
    fn in_pattern(&self, span: Span) -> Span {
        let place = |at: u32| {
            let mut shift = 0_i64;
            for hole in &self.holes {
                if at < hole.stand_in.end {
                    if at >= hole.stand_in.start {
                        return hole.written.start;
                    }
                    break;
                }
                shift = i64::from(hole.written.end) - i64::from(hole.stand_in.end);
            }
            u32::try_from(i64::from(at) + shift).unwrap_or_default()
        };
        Span::new(place(span.start), place(span.end).max(place(span.start)))
    }
}

/// Finds the holes of a pattern.
pub(super) fn scan(text: &str) -> Result<Scanned, PatternError> {
    if text.len() > LONGEST_PATTERN {
        let message = format!("a pattern has at most {LONGEST_PATTERN} bytes");
        return Err(PatternError::new(text, Span::default(), message));
    }
    let mut scanner = Scanner {
        text,
        position: 0,
        formula: String::with_capacity(text.len()),
        holes: Vec::new(),
    };
    while let Some(rest) = text.get(scanner.position..).filter(|rest| !rest.is_empty()) {
        scanner.step(rest)?;
    }
    Ok(Scanned {
        formula: scanner.formula,
        holes: scanner.holes,
    })
}

struct Scanner<'a> {
    text: &'a str,
    position: usize,
    formula: String,
    holes: Vec<Hole>,
}

impl Scanner<'_> {
    fn step(&mut self, rest: &str) -> Result<(), PatternError> {
        let dots = ["...", "…"].into_iter().find(|dots| rest.starts_with(dots));
        if let Some(dots) = dots {
            let after = rest.get(dots.len()..).unwrap_or_default();
            let name = after.strip_prefix('$').map(name_of).unwrap_or_default();
            let sigil = usize::from(!name.is_empty());
            self.hole(HoleKind::Rest, name, dots.len() + sigil + name.len());
            return Ok(());
        }
        match rest.chars().next() {
            Some('"') => self.text_literal(rest),
            Some('\'') => self.copy(quoted(rest, '\'')),
            Some('$') => return self.expression(rest),
            Some('#') => {
                let error = |value: &&str| {
                    let start = rest.get(..value.len());
                    start.is_some_and(|start| start.eq_ignore_ascii_case(value))
                };
                let name = name_of(rest.get(1..).unwrap_or_default());
                if let Some(value) = ERROR_VALUES.iter().find(|value| error(value)) {
                    self.copy(value.len());
                } else if name.is_empty() {
                    self.copy(1);
                } else {
                    self.hole(HoleKind::Number, name, 1 + name.len());
                }
            }
            Some('@') => return self.reference(rest),
            Some('&') => {
                let name = name_of(rest.get(1..).unwrap_or_default());
                let after = rest.get(1 + name.len()..).unwrap_or_default();
                if self.expects_operand() && !name.is_empty() && after.starts_with('(') {
                    self.hole(HoleKind::Function, name, 1 + name.len());
                } else {
                    self.copy(1);
                }
            }
            Some(other) => self.copy(other.len_utf8()),
            None => {}
        }
        Ok(())
    }

    fn copy(&mut self, len: usize) {
        let end = self.position + len;
        self.formula
            .push_str(self.text.get(self.position..end).unwrap_or_default());
        self.position = end;
    }

    /// A hole that takes `len` bytes of the pattern, and a name in its place.
    fn hole(&mut self, kind: HoleKind, name: &str, len: usize) {
        let start = offset(self.formula.len());
        self.formula.push_str("hole_");
        self.formula.push_str(&self.holes.len().to_string());
        self.push_hole(kind, name, len, start);
    }

    fn push_hole(&mut self, kind: HoleKind, name: &str, len: usize, start: u32) {
        self.holes.push(Hole {
            kind,
            name: (!matches!(name, "" | "_")).then(|| name.to_ascii_uppercase()),
            written: Span::new(offset(self.position), offset(self.position + len)),
            stand_in: Span::new(start, offset(self.formula.len())),
        });
        self.position += len;
    }

    /// `"text"`, `"..."`, `"$T"`
    fn text_literal(&mut self, rest: &str) {
        let len = quoted(rest, '"');
        let inside = rest.get(1..len.saturating_sub(1)).unwrap_or_default();
        let name = inside.strip_prefix('$').filter(|name| {
            let read = name_of(name);
            !read.is_empty() && read.len() == name.len()
        });
        let is_any = matches!(inside, "..." | "…");
        if name.is_none() && !is_any {
            self.copy(len);
            return;
        }
        let start = offset(self.formula.len());
        self.formula.push_str("\"\"");
        self.push_hole(HoleKind::Text, name.unwrap_or_default(), len, start);
    }

    /// `$X`; what reads as a reference is one: `$A1`, `$A$1`, `$A:$C`, `A$1`.
    fn expression(&mut self, rest: &str) -> Result<(), PatternError> {
        let after = rest.get(1..).unwrap_or_default();
        let name = name_of(after);
        let next = after
            .get(name.len()..)
            .and_then(|after| after.chars().next());
        let is_column = is_column(name);
        let follows = self.formula.chars().next_back();
        let ends_range = follows == Some(':')
            && self
                .formula
                .get(..self.formula.len().saturating_sub(1))
                .is_some_and(|before| {
                    let hole = self.holes.last().map(|hole| hole.stand_in.end);
                    before.ends_with(|c: char| c.is_ascii_alphanumeric())
                        && hole != Some(offset(before.len()))
                });
        let in_reference = follows.is_some_and(|c| c.is_ascii_alphanumeric());
        if name.is_empty()
            || (is_column && next.is_some_and(|c| c.is_ascii_digit() || c == '$'))
            || (is_column && starts_range(after, name.len()))
            || (is_column && ends_range)
            || in_reference
        {
            self.copy(1 + name.len());
            return Ok(());
        }
        if next.is_some_and(|c| c.is_ascii_digit()) {
            let span = self.span(1 + name.len() + 1);
            let message = "the name of a hole has letters and `_` only";
            return Err(PatternError::new(self.text, span, message));
        }
        self.hole(HoleKind::Any, name, 1 + name.len());
        Ok(())
    }

    /// `@R`, `@R:range`
    fn reference(&mut self, rest: &str) -> Result<(), PatternError> {
        let name = name_of(rest.get(1..).unwrap_or_default());
        if name.is_empty() {
            let message = "a name stands behind `@`: write `@R` for any reference";
            return Err(PatternError::new(self.text, self.span(1), message));
        }
        let mut len = 1 + name.len();
        let mut kind = ReferenceKind::Any;
        let after = rest.get(len..).unwrap_or_default();
        if let Some(behind) = after.strip_prefix(':') {
            let end = behind.find(|c: char| !c.is_ascii_lowercase());
            let word = behind
                .get(..end.unwrap_or(behind.len()))
                .unwrap_or_default();
            if !word.is_empty() {
                len += 1 + word.len();
                let Some(named) = ReferenceKind::named(word) else {
                    let known = ReferenceKind::NAMES.map(|(name, _)| name);
                    let message = format!(
                        "there is no kind of reference `{word}`: write {}",
                        one_of(known)
                    );
                    return Err(PatternError::new(self.text, self.span(len), message));
                };
                kind = named;
            }
        }
        self.hole(HoleKind::Reference(kind), name, len);
        Ok(())
    }

    /// The next `len` bytes of the pattern.
    fn span(&self, len: usize) -> Span {
        let end = (self.position + len).min(self.text.len());
        Span::new(offset(self.position), offset(end))
    }

    fn expects_operand(&self) -> bool {
        let before = self.formula.trim_end().chars().next_back();
        before.is_none_or(|c| "(,;{=+-*/^&<>:\\".contains(c))
    }
}

/// The name of a hole that `text` begins with: letters and `_`.
fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphabetic() && c != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn is_column(name: &str) -> bool {
    (1..=3).contains(&name.len()) && !name.contains('_')
}

/// Whether `:` and another column stand behind the first `len` bytes.
fn starts_range(text: &str, len: usize) -> bool {
    let Some(after) = text.get(len..).and_then(|after| after.strip_prefix(':')) else {
        return false;
    };
    let after = after.strip_prefix('$').unwrap_or(after);
    is_column(name_of(after))
}

/// The length of what stands in quotes at the start of `text`, the quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => {
                    characters.next();
                }
                _ => return at + 1,
            }
        }
    }
    text.len()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a pattern is shorter than LONGEST_PATTERN"
)]
pub(super) const fn offset(position: usize) -> u32 {
    position as u32
}

/// Makes shapes of a tree.
struct Shaper<'a> {
    text: &'a str,
    formula: Formula<'a>,
    scanned: &'a Scanned,
    used: Vec<bool>,
    holes: &'a mut Holes,
    shapes: Vec<Shape>,
    lists: Vec<u16>,
}

impl Shaper<'_> {
    fn shape(&mut self, id: NodeId) -> Result<u16, PatternError> {
        let id = self.formula.inside(id);
        let span = self.formula.span(id);
        let shape = match self.formula.kind(id) {
            NodeKind::Name | NodeKind::Text => match self.hole_at(span)? {
                Some(shape) => shape,
                None => self.leaf(id),
            },
            NodeKind::Property { of, property } => {
                let of = self.shape(of)?;
                let property = property.of(self.formula.source).to_lowercase();
                Shape::Property(of, property)
            }
            NodeKind::Prefix(operator, of) => Shape::Prefix(operator, self.shape(of)?),
            NodeKind::Percent(of) => Shape::Percent(self.shape(of)?),
            NodeKind::Infix(operator, left, right) => {
                Shape::Infix(operator, self.shape(left)?, self.shape(right)?)
            }
            NodeKind::Call {
                name,
                function,
                arguments,
            } => match self.take_hole(name) {
                Some(hole) if hole.kind == HoleKind::Function => {
                    let number = self.number(hole.name.as_deref(), hole.written)?;
                    Shape::AnyCall(number, self.list(arguments)?)
                }
                Some(hole) => {
                    let message = "write `&F(...)` for a call of any function";
                    return Err(PatternError::new(self.text, hole.written, message));
                }
                None => Shape::Call {
                    function,
                    name: name.of(self.formula.source).to_lowercase(),
                    arguments: self.list(arguments)?,
                },
            },
            NodeKind::Apply { callee, arguments } => {
                Shape::Apply(self.shape(callee)?, self.list(arguments)?)
            }
            NodeKind::Array(rows) => Shape::Array(self.list(rows)?),
            NodeKind::ArrayRow(items) => Shape::Row(self.list(items)?),
            _ => self.leaf(id),
        };
        if self.shapes.len() >= MOST_SHAPES {
            let message = format!("a pattern has at most {MOST_SHAPES} parts");
            return Err(PatternError::new(self.text, Span::default(), message));
        }
        self.shapes.push(shape);
        Ok(u16::try_from(self.shapes.len() - 1).unwrap_or_default())
    }

    /// A node that stands for itself and has nothing below it.
    fn leaf(&self, id: NodeId) -> Shape {
        let formula = self.formula;
        match formula.kind(id) {
            NodeKind::Number(value) => Shape::NumberIs(value),
            NodeKind::Boolean(value) => Shape::BooleanIs(value),
            NodeKind::Error(value) => Shape::ErrorIs(value),
            NodeKind::Text => Shape::TextIs(formula.text(id).unwrap_or_default().into_owned()),
            NodeKind::Reference(reference) => Shape::ReferenceIs {
                sheet: formula.sheet_name(&reference).map(|s| s.to_lowercase()),
                first: reference.first,
                last: reference.last,
            },
            NodeKind::Name => Shape::NameIs(formula.written(id).to_lowercase()),
            NodeKind::TableReference => {
                Shape::TableIs(crate::print::table_reference(formula.written(id)).to_lowercase())
            }
            _ => Shape::Missing,
        }
    }

    fn list(&mut self, list: NodeList) -> Result<List, PatternError> {
        let mut items = Vec::with_capacity(list.len());
        for id in self.formula.list(list) {
            items.push(self.shape(*id)?);
        }
        let start = u16::try_from(self.lists.len()).unwrap_or_default();
        let len = u16::try_from(items.len()).unwrap_or_default();
        self.lists.extend(items);
        Ok(List { start, len })
    }

    fn take_hole(&mut self, span: Span) -> Option<Hole> {
        let place = self
            .scanned
            .holes
            .iter()
            .position(|hole| hole.stand_in == span)?;
        if let Some(used) = self.used.get_mut(place) {
            *used = true;
        }
        self.scanned.holes.get(place).cloned()
    }

    fn hole_at(&mut self, span: Span) -> Result<Option<Shape>, PatternError> {
        let Some(hole) = self.take_hole(span) else {
            return Ok(None);
        };
        let number = self.number(hole.name.as_deref(), hole.written)?;
        Ok(Some(match hole.kind {
            HoleKind::Any => Shape::Any(number),
            HoleKind::Rest => Shape::Rest(number),
            HoleKind::Number => Shape::Number(number),
            HoleKind::Text => Shape::Text(number),
            HoleKind::Reference(kind) => Shape::Reference(number, kind),
            HoleKind::Function => {
                let message = "`&F` stands for a function: write its arguments, as in `&F(...)`";
                return Err(PatternError::new(self.text, hole.written, message));
            }
        }))
    }

    fn number(&mut self, name: Option<&str>, written: Span) -> Result<Option<u8>, PatternError> {
        let Some(name) = name else { return Ok(None) };
        match self.holes.number(name) {
            Some(number) => Ok(Some(number)),
            None => Err(PatternError::new(
                self.text,
                written,
                format!("there are at most {MOST_HOLES} holes with names"),
            )),
        }
    }

    /// Every hole must have become part of a shape, and `...` must stand among arguments.
    fn check_all_used(&self) -> Result<(), PatternError> {
        let unused = self
            .scanned
            .holes
            .iter()
            .zip(&self.used)
            .find(|(_, used)| !**used);
        if let Some((hole, _)) = unused {
            let message = "a hole can not be part of a name";
            return Err(PatternError::new(self.text, hole.written, message));
        }
        let in_lists = |id: &u16| self.lists.contains(id);
        for (id, shape) in (0_u16..).zip(&self.shapes) {
            if matches!(shape, Shape::Rest(_)) && !in_lists(&id) {
                let rest = self
                    .scanned
                    .holes
                    .iter()
                    .find(|hole| hole.kind == HoleKind::Rest);
                let span = rest.map(|hole| hole.written).unwrap_or_default();
                let message = "`...` stands for arguments: write it by itself between separators";
                return Err(PatternError::new(self.text, span, message));
            }
        }
        Ok(())
    }
}
