//! PDF documents: the text of their pages, line by line. A line in larger type than most of the
//! text is a heading.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, Error, LoadOptions, Object, ObjectId};

use crate::{DocumentError, LARGEST_TEXT};

/// The most pages that are read.
const MOST_PAGES: usize = 5_000;
/// The most operators of all pages together.
const MOST_OPERATIONS: usize = 5_000_000;
/// How much larger than the body's type a heading's is.
const HEADING: f64 = 1.15;

pub(crate) fn read(bytes: &[u8]) -> Result<String, DocumentError> {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if !head.windows(5).any(|window| window == b"%PDF-") {
        return Err(damaged(&"it does not begin with %PDF"));
    }
    let options = LoadOptions {
        max_decompressed_size: Some(LARGEST_TEXT),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(bytes, options).map_err(|e| failed(&e))?;
    if document.is_encrypted() || document.was_encrypted() {
        return Err(DocumentError::Encrypted);
    }
    let pages: Vec<ObjectId> = document.page_iter().take(MOST_PAGES + 1).collect();
    if pages.is_empty() {
        return Err(damaged(&"it has no pages"));
    }
    if pages.len() > MOST_PAGES {
        return Err(DocumentError::TooComplicated);
    }
    let mut budget = Budget {
        bytes: LARGEST_TEXT,
        operations: MOST_OPERATIONS,
    };
    let mut lines = Vec::new();
    for page in &pages {
        lines.extend(page_lines(&document, *page, &mut budget)?);
        lines.push(Line::default());
    }
    if lines.iter().all(|line| line.text.trim().is_empty()) {
        return Err(DocumentError::Scanned { pages: pages.len() });
    }
    Ok(written(&lines))
}

/// What may still be read.
struct Budget {
    bytes: usize,
    operations: usize,
}

fn damaged(problem: &dyn std::fmt::Display) -> DocumentError {
    DocumentError::Damaged {
        kind: "PDF",
        problem: problem.to_string().trim_end_matches('.').to_owned(),
    }
}

fn failed(error: &Error) -> DocumentError {
    match error {
        Error::Decompress(_) => DocumentError::Unfolds,
        Error::Decryption(_) | Error::InvalidPassword => DocumentError::Encrypted,
        error => damaged(error),
    }
}

/// A line of text with where and how large it stands; without text, the end of a page.
#[derive(Clone, Debug, Default)]
struct Line {
    text: String,
    y: f64,
    size: f64,
}

/// A font of a page.
struct Font<'d> {
    encoding: Option<Encoding<'d>>,
    /// The widths of its characters, in thousandths, from `first` on.
    widths: Vec<f64>,
    first: usize,
}

fn page_lines(
    document: &Document,
    page: ObjectId,
    budget: &mut Budget,
) -> Result<Vec<Line>, DocumentError> {
    let content = document
        .get_page_content_with_limit(page, budget.bytes)
        .map_err(|error| failed(&error))?;
    budget.bytes = budget
        .bytes
        .checked_sub(content.len())
        .ok_or(DocumentError::Unfolds)?;
    let content = Content::decode(&content).map_err(|error| failed(&error))?;
    budget.operations = budget
        .operations
        .checked_sub(content.operations.len())
        .ok_or(DocumentError::TooComplicated)?;
    let fonts: BTreeMap<Vec<u8>, Font<'_>> = document
        .get_page_fonts(page)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, font)| (name, Font::of(document, font)))
        .collect();
    let mut pen = Pen::new(&fonts);
    for operation in &content.operations {
        pen.follow(operation);
    }
    Ok(pen.lines)
}

impl<'d> Font<'d> {
    fn of(document: &'d Document, font: &'d Dictionary) -> Self {
        let number = |object: &Object| object.as_float().map(f64::from).ok();
        let first = font
            .get(b"FirstChar")
            .ok()
            .and_then(|first| first.as_i64().ok());
        let widths = font
            .get_deref(b"Widths", document)
            .and_then(Object::as_array)
            .map(|widths| widths.iter().filter_map(number).collect());
        Self {
            encoding: font
                .get_font_encoding_with_limit(document, LARGEST_TEXT)
                .ok(),
            widths: widths.unwrap_or_default(),
            first: first
                .and_then(|first| usize::try_from(first).ok())
                .unwrap_or_default(),
        }
    }

    /// How wide the text is, in the size of the font.
    fn width(&self, bytes: &[u8], characters: usize) -> f64 {
        if self.widths.is_empty() {
            // Half of its height is what a character takes in most fonts.
            return characters_as_f64(characters) * 0.5;
        }
        let width = |byte: &u8| {
            let place = usize::from(*byte).checked_sub(self.first)?;
            self.widths.get(place).map(|width| width / 1000.0)
        };
        bytes.iter().map(|byte| width(byte).unwrap_or(0.5)).sum()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a text has fewer characters than a float can count"
)]
fn characters_as_f64(characters: usize) -> f64 {
    characters as f64
}

/// Where the next text stands, as the operators of a page say.
struct Pen<'p, 'd> {
    fonts: &'p BTreeMap<Vec<u8>, Font<'d>>,
    font: Option<&'p Font<'d>>,
    size: f64,
    leading: f64,
    /// The scale of the text and where its line begins.
    scale: f64,
    line: (f64, f64),
    /// Where the next character stands.
    x: f64,
    lines: Vec<Line>,
    /// Where the last text ended.
    end: Option<(f64, f64)>,
}

impl<'p, 'd> Pen<'p, 'd> {
    fn new(fonts: &'p BTreeMap<Vec<u8>, Font<'d>>) -> Self {
        Self {
            fonts,
            font: None,
            size: 12.0,
            leading: 0.0,
            scale: 1.0,
            line: (0.0, 0.0),
            x: 0.0,
            lines: Vec::new(),
            end: None,
        }
    }

    fn follow(&mut self, operation: &Operation) {
        let operands = &operation.operands;
        let number = |index: usize| {
            let operand = operands.get(index);
            operand
                .and_then(|operand| operand.as_float().ok())
                .map_or(0.0, f64::from)
        };
        match operation.operator.as_str() {
            "BT" => {
                self.scale = 1.0;
                self.move_to(0.0, 0.0);
            }
            "Tf" => {
                let name = operands.first().and_then(|name| name.as_name().ok());
                self.font = name.and_then(|name| self.fonts.get(name));
                self.size = number(1).abs();
            }
            "TL" => self.leading = number(0),
            "Td" => self.move_by(number(0), number(1)),
            "TD" => {
                self.leading = -number(1);
                self.move_by(number(0), number(1));
            }
            "Tm" => {
                self.scale = number(3).abs().max(number(1).abs());
                self.move_to(number(4), number(5));
            }
            "T*" => self.move_by(0.0, -self.leading),
            "Tj" => self.show(operands.first()),
            "'" => {
                self.move_by(0.0, -self.leading);
                self.show(operands.first());
            }
            "\"" => {
                self.move_by(0.0, -self.leading);
                self.show(operands.get(2));
            }
            "TJ" => {
                let pieces = operands.first().and_then(|pieces| pieces.as_array().ok());
                for piece in pieces.into_iter().flatten() {
                    match piece.as_float() {
                        Ok(back) => self.x -= f64::from(back) / 1000.0 * self.height(),
                        Err(_) => self.show(Some(piece)),
                    }
                }
            }
            _ => {}
        }
    }

    fn height(&self) -> f64 {
        self.size * self.scale
    }

    fn move_to(&mut self, x: f64, y: f64) {
        self.line = (x, y);
        self.x = x;
    }

    fn move_by(&mut self, x: f64, y: f64) {
        let (from_x, from_y) = self.line;
        self.move_to(from_x + x * self.scale, from_y + y * self.scale);
    }

    fn show(&mut self, text: Option<&Object>) {
        let Some(Ok(bytes)) = text.map(Object::as_str) else {
            return;
        };
        let encoding = self.font.and_then(|font| font.encoding.as_ref());
        let decoded = encoding.and_then(|encoding| Document::decode_text(encoding, bytes).ok());
        let decoded = decoded.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
        let text: String = decoded
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let height = self.height();
        let y = self.line.1;
        let starts_line = self
            .end
            .is_none_or(|(_, last)| (y - last).abs() > height * 0.4);
        match self.lines.last_mut() {
            Some(line) if !starts_line => {
                let gap = self.end.map_or(0.0, |(x, _)| self.x - x);
                let apart = gap > height * 0.15;
                if apart && !line.text.ends_with(' ') && !text.starts_with(' ') {
                    line.text.push(' ');
                }
                line.text.push_str(&text);
            }
            _ => self.lines.push(Line {
                text: text.clone(),
                y,
                size: height,
            }),
        }
        let width = self.font.map_or_else(
            || characters_as_f64(text.chars().count()) * 0.5,
            |font| font.width(bytes, text.chars().count()),
        );
        self.x += width * height;
        self.end = Some((self.x, y));
    }
}

/// The lines as text: larger ones as headings, an empty line where there is more room.
fn written(lines: &[Line]) -> String {
    let body = body_size(lines);
    let mut larger: Vec<f64> = lines
        .iter()
        .filter(|line| !line.text.trim().is_empty() && line.size > body * HEADING)
        .map(|line| rounded(line.size))
        .collect();
    larger.sort_by(|one, other| other.total_cmp(one));
    larger.dedup();
    let mut text = String::new();
    let mut last: Option<&Line> = None;
    for line in lines {
        let content = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if content.is_empty() {
            continue;
        }
        let level = larger
            .iter()
            .position(|size| rounded(line.size).total_cmp(size).is_eq());
        let is_close = last.is_some_and(|last| {
            let gap = last.y - line.y;
            rounded(last.size).total_cmp(&rounded(line.size)).is_eq()
                && gap > 0.0
                && gap < line.size * 1.6
        });
        match (level, last) {
            // A heading over several lines is one.
            (Some(_), Some(_)) if is_close => {
                text.truncate(text.trim_end().len());
                text.push(' ');
            }
            (_, Some(_)) if !is_close => text.push('\n'),
            // What a hyphen tears apart belongs together.
            (None, Some(_)) if text.ends_with("-\n") && starts_small(&content) => {
                text.truncate(text.len() - 1);
            }
            _ => {}
        }
        if let Some(level) = level.filter(|_| !is_close) {
            text.push_str(&"#".repeat((level + 1).min(6)));
            text.push(' ');
        }
        text.push_str(&content);
        text.push('\n');
        last = Some(line);
    }
    text
}

fn starts_small(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

/// The size of type that most characters have.
fn body_size(lines: &[Line]) -> f64 {
    let mut counts: Vec<(f64, usize)> = Vec::new();
    for line in lines {
        let size = rounded(line.size);
        let len = line.text.len();
        match counts
            .iter_mut()
            .find(|(own, _)| own.total_cmp(&size).is_eq())
        {
            Some((_, count)) => *count += len,
            None => counts.push((size, len)),
        }
    }
    let most = counts.iter().max_by_key(|(_, count)| *count);
    most.map_or(12.0, |(size, _)| *size)
}

fn rounded(size: f64) -> f64 {
    (size * 2.0).round() / 2.0
}
