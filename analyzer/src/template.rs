//! The formula as seen from its cell: the same for a formula and its copies.
//!
//! Relative references count as offsets from the cell and absolute ones as they are, so copying a
//! formula down a column or across a row does not change its template. White space, letter case
//! and the choice between `;` and `,` are not part of it; literals, names, operators and
//! parentheses are. An invalid part counts as written.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::ast::{Corner, Formula, NodeKind, Reference, sheet_name};
use crate::print;

/// The identity of a template: a 128-bit hash that is the same on every platform and in every
/// version that reads the formula the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Template(pub u128);

/// Hashes templates for a map: they are hashes already, so a part of one serves as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsItIs(u64);

impl std::hash::Hasher for AsItIs {
    fn write_u128(&mut self, hash: u128) {
        // The lower half: it is as evenly spread as the whole.
        self.0 = u64::try_from(hash & u128::from(u64::MAX)).unwrap_or_default();
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The template of a formula that stands in `cell`: its column and its row, both from 1.
#[must_use]
pub fn hash(formula: Formula<'_>, cell: (u32, u32)) -> Template {
    let mut writer = Encoder {
        sink: Sink::new(),
        formula,
        cell,
    };
    // Children come before parents and every node says how many it has, so the nodes in order
    // say everything that the tree says.
    for node in formula.tree.nodes() {
        writer.node(node.kind, node.span.of(formula.source));
    }
    Template(writer.sink.finish())
}

/// The template in words: the canonical text with references in R1C1 notation and names in lower
/// case, as in `=SUM(R[-3]C:R[-1]C)*rate`. Formulas of one template have one such text.
#[must_use]
pub fn text(formula: Formula<'_>, cell: (u32, u32)) -> String {
    print::seen_from(formula, cell)
}

/// How far a corner is from the cell, or where it is if it is absolute.
pub(crate) fn distance(position: u32, absolute: bool, cell: u32) -> i64 {
    let position = i64::from(position);
    if absolute {
        position
    } else {
        position - i64::from(cell)
    }
}

/// Ends every piece of text; not a byte of UTF-8, so pieces can not run into each other.
const TEXT_END: u8 = 0xFF;

struct Encoder<'a> {
    sink: Sink,
    formula: Formula<'a>,
    cell: (u32, u32),
}

impl Encoder<'_> {
    fn node(&mut self, kind: NodeKind, written: &str) {
        match kind {
            NodeKind::Number(value) => {
                self.sink.byte(1);
                self.sink.write(&value.to_bits().to_le_bytes());
            }
            NodeKind::Text => {
                self.sink.byte(2);
                self.exact(written);
            }
            NodeKind::Boolean(value) => self.sink.write(&[3, u8::from(value)]),
            NodeKind::Error(value) => {
                self.sink.write(&[4, value as u8]);
                self.sheet(written.rsplit_once("!#").map(|(sheet, _)| sheet));
            }
            NodeKind::Missing => self.sink.byte(5),
            NodeKind::Reference(reference) => self.reference(&reference),
            NodeKind::Name => {
                self.sink.byte(7);
                let (sheet, name) = match written.rsplit_once('!') {
                    Some((sheet, name)) => (Some(sheet), name),
                    None => (None, written),
                };
                self.sheet(sheet);
                self.folded(name);
            }
            NodeKind::TableReference => {
                self.sink.byte(8);
                self.folded(&print::table_reference(written));
            }
            NodeKind::Property { property, .. } => {
                self.sink.byte(9);
                self.folded(property.of(self.formula.source));
            }
            NodeKind::Group(_) => self.sink.byte(10),
            NodeKind::Prefix(operator, _) => self.sink.write(&[11, operator as u8]),
            NodeKind::Percent(_) => self.sink.byte(12),
            NodeKind::Infix(operator, ..) => self.sink.write(&[13, operator as u8]),
            NodeKind::Call {
                name, arguments, ..
            } => {
                self.count(14, arguments.len());
                self.folded(name.of(self.formula.source));
            }
            NodeKind::Apply { arguments, .. } => self.count(15, arguments.len()),
            NodeKind::Array(rows) => self.count(16, rows.len()),
            NodeKind::ArrayRow(items) => self.count(17, items.len()),
            NodeKind::Invalid => {
                self.sink.byte(18);
                self.exact(written);
            }
        }
    }

    fn count(&mut self, tag: u8, count: usize) {
        self.sink.byte(tag);
        self.sink.write(&(count as u64).to_le_bytes());
    }

    fn exact(&mut self, text: &str) {
        self.sink.write(text.as_bytes());
        self.sink.byte(TEXT_END);
    }

    /// Writes the text without its letter case.
    fn folded(&mut self, text: &str) {
        if text.is_ascii() {
            for byte in text.bytes() {
                self.sink.byte(byte.to_ascii_lowercase());
            }
        } else {
            let mut utf8 = [0; 4];
            for character in text.chars().flat_map(char::to_lowercase) {
                self.sink.write(character.encode_utf8(&mut utf8).as_bytes());
            }
        }
        self.sink.byte(TEXT_END);
    }

    fn sheet(&mut self, written: Option<&str>) {
        self.sink.byte(u8::from(written.is_some()));
        if let Some(written) = written {
            self.folded(&sheet_name(written));
        }
    }

    fn reference(&mut self, reference: &Reference) {
        self.sink.byte(6);
        let source = self.formula.source;
        self.sheet(reference.sheet.map(|sheet| sheet.of(source)));
        self.sink.byte(u8::from(reference.last.is_some()));
        self.corner(reference.first);
        if let Some(last) = reference.last {
            self.corner(last);
        }
    }

    fn corner(&mut self, corner: Corner) {
        let (column, row) = self.cell;
        let column_position = u32::from(corner.column);
        self.axis(column_position, corner.column_absolute, column);
        self.axis(corner.row, corner.row_absolute, row);
    }

    /// One axis of a corner: left out, absolute or relative.
    fn axis(&mut self, position: u32, absolute: bool, cell: u32) {
        if position == 0 {
            self.sink.byte(0);
        } else {
            self.sink.byte(if absolute { 1 } else { 2 });
            let distance = distance(position, absolute, cell);
            self.sink.write(&distance.to_le_bytes());
        }
    }
}

/// Hashes what is written to it. Nearly every formula fits the buffer and is hashed in one go,
/// which is several times faster than the streaming hash; both give the same value.
pub(crate) struct Sink {
    buffer: [u8; Sink::ROOM],
    filled: usize,
    stream: Option<Xxh3>,
}

impl Sink {
    const ROOM: usize = 512;

    pub(crate) fn new() -> Self {
        Self {
            buffer: [0; Self::ROOM],
            filled: 0,
            stream: None,
        }
    }

    fn byte(&mut self, byte: u8) {
        self.write(&[byte]);
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if let Some(room) = self.buffer.get_mut(self.filled..end) {
            room.copy_from_slice(bytes);
            self.filled = end;
        } else {
            self.spill(bytes);
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        let stream = self.stream.get_or_insert_with(Xxh3::new);
        stream.update(self.buffer.get(..self.filled).unwrap_or_default());
        stream.update(bytes);
        self.filled = 0;
    }

    pub(crate) fn finish(self) -> u128 {
        let rest = self.buffer.get(..self.filled).unwrap_or_default();
        match self.stream {
            Some(mut stream) => {
                stream.update(rest);
                stream.digest128()
            }
            None => xxh3_128(rest),
        }
    }
}
