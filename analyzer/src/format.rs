//! A formula laid out over several lines, for people to read.
//!
//! What fits into the width stays in one line, as [`crate::print`] writes it. What does not is
//! broken: a call has one argument a line, or one group where the catalogue says that its arguments
//! come in groups (`LET`, `IFS`, `SUMIFS`); an array has one row a line; a chain of operators
//! breaks before each operator. Only white space is added, so the laid-out text reads as the same
//! tree, and laying it out again changes nothing, for every formula without errors.
//!
//! Nothing here recurses, and each node is measured once and written once.

use std::fmt::{self, Write};

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::parser::Locale;
use crate::print;

/// How many columns each level is indented by.
const INDENT: usize = 2;

/// The formula as `locale` writes it, with `=` in front, in lines of at most `width` characters
/// where it can be broken that far: a long text or name stays whole.
#[must_use]
pub fn pretty(formula: Formula<'_>, locale: Locale, width: usize) -> String {
    let mut layout = Layout {
        formula,
        locale,
        width,
        widths: widths(formula, locale),
        text: String::from("="),
        column: 1,
        ahead: Vec::new(),
    };
    if let Some(root) = formula.tree.root() {
        layout.ahead.push(Piece::Node(Place {
            id: root,
            indent: 0,
            after: 0,
        }));
    }
    layout.run();
    layout.text
}

/// A node that is still to be written.
#[derive(Clone, Copy)]
struct Place {
    id: NodeId,
    /// The columns by which the line is indented that the node begins in.
    indent: usize,
    /// How many characters follow in the same line: separators and brackets.
    after: usize,
}

/// What is still to be written, the next piece last.
#[derive(Clone, Copy)]
enum Piece {
    /// In one line if it fits, else broken.
    Node(Place),
    /// The left side of a broken operator: broken as well if it is a part of the same chain.
    Chain(Place, InfixOperator),
    /// The arguments of a call, brackets included, behind the node that is called.
    Arguments(Place),
    /// The dot of a property and its name.
    Property(NodeId),
    Text(&'static str),
    /// The end of a line, and the indentation of the next one.
    Break(usize),
}

struct Layout<'a> {
    formula: Formula<'a>,
    locale: Locale,
    width: usize,
    /// How many characters each node takes in one line.
    widths: Vec<usize>,
    text: String,
    /// How many characters the line has so far.
    column: usize,
    ahead: Vec<Piece>,
}

impl Layout<'_> {
    fn run(&mut self) {
        while let Some(piece) = self.ahead.pop() {
            match piece {
                Piece::Node(place) if self.fits(self.width_of(place.id), place.after) => {
                    self.write_flat(place.id);
                }
                Piece::Node(place) => self.break_node(place),
                Piece::Chain(place, chain) => match self.formula.kind(place.id) {
                    NodeKind::Infix(operator, ..) if operator.rank() == chain.rank() => {
                        self.break_node(place);
                    }
                    _ => self.ahead.push(Piece::Node(place)),
                },
                Piece::Arguments(place) => self.arguments(place),
                Piece::Property(id) => self.property(id),
                Piece::Text(text) => self.write(text),
                Piece::Break(indent) => self.break_line(indent),
            }
        }
    }

    fn width_of(&self, id: NodeId) -> usize {
        self.widths.get(id.index()).copied().unwrap_or_default()
    }

    fn fits(&self, width: usize, after: usize) -> bool {
        self.column.saturating_add(width).saturating_add(after) <= self.width
    }

    fn write(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn write_flat(&mut self, id: NodeId) {
        // Writing to a string does not fail.
        let _ = print::write_node(&mut self.text, self.formula, id, self.locale);
        self.column += self.width_of(id);
    }

    fn break_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// One level deeper, but never more than half of the width, so that deep nesting neither
    /// leaves the page nor makes the text longer than its parts.
    fn deeper(&self, indent: usize) -> usize {
        (indent + INDENT).min(self.width / 2)
    }

    /// Puts the pieces in front of what is still to be written.
    fn then(&mut self, pieces: &[Piece]) {
        self.ahead.extend(pieces.iter().rev());
    }

    /// The node in several lines, if it can be broken.
    fn break_node(&mut self, place: Place) {
        let Place { id, indent, after } = place;
        match self.formula.kind(id) {
            NodeKind::Group(inner) => {
                let deeper = self.deeper(indent);
                self.then(&[
                    Piece::Text("("),
                    Piece::Break(deeper),
                    Piece::Node(Place::new(inner, deeper, 0)),
                    Piece::Break(indent),
                    Piece::Text(")"),
                ]);
            }
            NodeKind::Prefix(operator, operand) => self.then(&[
                Piece::Text(operator.symbol()),
                Piece::Node(Place::new(operand, indent, after)),
            ]),
            NodeKind::Percent(operand) => self.then(&[
                Piece::Node(Place::new(operand, indent, after + 1)),
                Piece::Text("%"),
            ]),
            NodeKind::Property { of, .. } => self.then(&[
                Piece::Node(Place::new(of, indent, after)),
                Piece::Property(id),
            ]),
            // White space around a colon could make another reference of it.
            NodeKind::Infix(InfixOperator::Range, left, right) => self.then(&[
                Piece::Node(Place::new(left, indent, 1)),
                Piece::Text(InfixOperator::Range.symbol()),
                Piece::Node(Place::new(right, indent, after)),
            ]),
            NodeKind::Infix(operator, left, right) => {
                let deeper = self.deeper(indent);
                self.then(&[
                    // The left side goes on with the lines of the chain, so it is not deeper.
                    Piece::Chain(Place::new(left, indent, 0), operator),
                    Piece::Break(deeper),
                    Piece::Text(operator.symbol()),
                    Piece::Node(Place::new(right, deeper, after)),
                ]);
            }
            NodeKind::Call { name, function, .. } => {
                self.ahead.push(Piece::Arguments(place));
                match function {
                    Some(function) => self.write(function.function().name),
                    None => self.write(name.of(self.formula.source)),
                }
            }
            NodeKind::Apply { callee, .. } => self.then(&[
                Piece::Node(Place::new(callee, indent, 1)),
                Piece::Arguments(place),
            ]),
            NodeKind::Array(rows) => {
                let rows = self.formula.list(rows);
                self.list("{", rows.chunks(1), ";", "}", indent);
            }
            NodeKind::ArrayRow(items) => self.array_row(self.formula.list(items), indent, after),
            _ => self.write_flat(id),
        }
    }

    /// The arguments of the call or application at `place`.
    fn arguments(&mut self, place: Place) {
        let formula = self.formula;
        let (arguments, function) = match formula.kind(place.id) {
            NodeKind::Call {
                arguments,
                function,
                ..
            } => (formula.list(arguments), function),
            NodeKind::Apply { arguments, .. } => (formula.list(arguments), None),
            _ => return,
        };
        let separator = if self.locale.decimal_comma { ";" } else { "," };
        let inner: usize = arguments.iter().map(|id| self.width_of(*id)).sum();
        let flat = inner + arguments.len().saturating_sub(1) + 2;
        if arguments.is_empty() || self.fits(flat, place.after) {
            self.ahead.push(Piece::Text(")"));
            for (index, id) in arguments.iter().enumerate().rev() {
                // Each one fits, for all of them do.
                self.ahead
                    .push(Piece::Node(Place::new(*id, place.indent, 0)));
                if index > 0 {
                    self.ahead.push(Piece::Text(separator));
                }
            }
            self.ahead.push(Piece::Text("("));
            return;
        }
        let (before, size) = function
            .and_then(|function| function.function().group())
            .unwrap_or((0, 1));
        let (before, grouped) = arguments.split_at(before.min(arguments.len()));
        let is_lambda = function.is_some_and(|function| function.function().name == "LAMBDA");
        let size = if is_lambda {
            // The parameters together, and what they are for below them.
            grouped.len().saturating_sub(1).max(1)
        } else {
            size
        };
        let lines = before.chunks(1).chain(grouped.chunks(size));
        let lines: Vec<&[NodeId]> = lines.collect();
        self.list("(", lines.into_iter(), separator, ")", place.indent);
    }

    /// A list in brackets with one line for each group of items.
    fn list<'l>(
        &mut self,
        open: &'static str,
        lines: impl ExactSizeIterator<Item = &'l [NodeId]> + DoubleEndedIterator,
        separator: &'static str,
        close: &'static str,
        indent: usize,
    ) {
        let deeper = self.deeper(indent);
        let last = lines.len().saturating_sub(1);
        self.then(&[Piece::Break(indent), Piece::Text(close)]);
        for (index, items) in lines.enumerate().rev() {
            if index < last {
                self.ahead.push(Piece::Text(separator));
            }
            for (place, id) in items.iter().enumerate().rev() {
                let is_missing = self.formula.kind(*id) == NodeKind::Missing;
                self.ahead.push(Piece::Node(Place::new(*id, deeper, 1)));
                if place > 0 && !is_missing {
                    self.ahead.push(Piece::Text(" "));
                }
                if place > 0 {
                    self.ahead.push(Piece::Text(separator));
                }
            }
            // A last item that is left out needs no line.
            let is_nothing =
                matches!(items, [only] if self.formula.kind(*only) == NodeKind::Missing);
            if index < last || !is_nothing {
                self.ahead.push(Piece::Break(deeper));
            }
        }
        self.ahead.push(Piece::Text(open));
    }

    /// A row of an array that does not fit into a line: one item a line.
    fn array_row(&mut self, items: &[NodeId], indent: usize, after: usize) {
        let separator = if self.locale.decimal_comma { "\\" } else { "," };
        let last = items.len().saturating_sub(1);
        for (index, id) in items.iter().enumerate().rev() {
            if index < last {
                self.then(&[Piece::Text(separator), Piece::Break(indent)]);
            }
            let after = if index < last { 1 } else { after };
            self.ahead.push(Piece::Node(Place::new(*id, indent, after)));
        }
    }

    fn property(&mut self, id: NodeId) {
        if let NodeKind::Property { property, .. } = self.formula.kind(id) {
            self.write(".");
            self.write(property.of(self.formula.source));
        }
    }
}

impl Place {
    const fn new(id: NodeId, indent: usize, after: usize) -> Self {
        Self { id, indent, after }
    }
}

impl InfixOperator {
    /// Operators of one rank make one chain.
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => 0,
            Self::Concatenate => 1,
            Self::Add | Self::Subtract => 2,
            Self::Multiply | Self::Divide => 3,
            Self::Power => 4,
            Self::Range => 5,
        }
    }
}

/// How many characters each node takes in one line, children before parents.
fn widths(formula: Formula<'_>, locale: Locale) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::with_capacity(formula.tree.nodes().len());
    for (id, node) in formula.nodes() {
        let mut children = 0;
        let mut inner = 0_usize;
        formula.for_each_child(id, |child| {
            children += 1;
            inner += widths.get(child.index()).copied().unwrap_or_default();
        });
        let separators = |count: usize| count.saturating_sub(1);
        let own = match node.kind {
            NodeKind::Group(_) => 2,
            NodeKind::Prefix(..) | NodeKind::Percent(_) => 1,
            NodeKind::Property { property, .. } => 1 + property.of(formula.source).chars().count(),
            NodeKind::Infix(operator, ..) => operator.symbol().len(),
            NodeKind::Call { name, function, .. } => {
                let name = match function {
                    Some(function) => function.function().name,
                    None => name.of(formula.source),
                };
                name.chars().count() + 2 + separators(children)
            }
            NodeKind::Apply { .. } => 2 + separators(children - 1),
            NodeKind::Array(_) => 2 + separators(children),
            NodeKind::ArrayRow(_) => separators(children),
            _ => {
                let mut count = Characters(0);
                // Counting does not fail.
                let _ = print::write_node(&mut count, formula, id, locale);
                count.0
            }
        };
        widths.push(own + inner);
    }
    widths
}

/// Counts what is written to it.
struct Characters(usize);

impl Write for Characters {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.chars().count();
        Ok(())
    }
}
