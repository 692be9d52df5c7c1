//! Word documents: a ZIP archive of XML. Reads the paragraphs with their styles and numbering, and
//! the footnotes; what was deleted while changes were tracked is left out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::{DocumentError, LARGEST_TEXT};

/// What an encrypted document and one of before 2007 begin with.
const OLD_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
/// The most elements of XML in one another.
const DEEPEST: usize = 1_000;

pub(crate) fn read(bytes: &[u8]) -> Result<String, DocumentError> {
    if bytes.starts_with(OLD_MAGIC) {
        return Err(DocumentError::OldWord);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let mut left = LARGEST_TEXT;
    let document = entry(&mut archive, "word/document.xml", &mut left)?
        .ok_or_else(|| damaged(&"it has no word/document.xml"))?;
    let styles = entry(&mut archive, "word/styles.xml", &mut left)?.unwrap_or_default();
    let numbering = entry(&mut archive, "word/numbering.xml", &mut left)?.unwrap_or_default();
    let footnotes = entry(&mut archive, "word/footnotes.xml", &mut left)?.unwrap_or_default();
    let styles = Styles::read(&styles)?;
    let mut writer = Writer {
        numbering: Numbering::read(&numbering)?,
        styles,
        counters: BTreeMap::new(),
        text: String::new(),
        after_item: false,
    };
    paragraphs(&document, &mut |paragraph| writer.write(&paragraph))?;
    paragraphs(&footnotes, &mut |paragraph| writer.write(&paragraph))?;
    Ok(writer.text)
}

fn damaged(problem: &dyn std::fmt::Display) -> DocumentError {
    DocumentError::Damaged {
        kind: "Word",
        problem: problem.to_string().trim_end_matches('.').to_owned(),
    }
}

/// One file of the archive, if it is there; `left` is how much may still be unfolded.
fn entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    left: &mut usize,
) -> Result<Option<String>, DocumentError> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(damaged(&error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(*left).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(&error))?;
    *left = left
        .checked_sub(bytes.len())
        .ok_or(DocumentError::Unfolds)?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| damaged(&format!("{name} is not UTF-8")))
}

/// A paragraph as it is read.
#[derive(Debug, Default)]
struct Paragraph {
    style: Option<String>,
    /// The list's number and the level in it, from 0.
    list: Option<(String, usize)>,
    level: Option<usize>,
    text: String,
}

/// The value of an attribute such as `w:val`.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok()??;
    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
    Some(value.into_owned())
}

/// Walks over a part of the document: `visit` is told each element as it begins, with whether it
/// is empty, and as it ends, and each text.
fn walk(
    xml: &str,
    visit: &mut dyn FnMut(Piece<'_>) -> Result<(), DocumentError>,
) -> Result<(), DocumentError> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(DocumentError::TooComplicated);
                }
                visit(Piece::Start(&element))?;
            }
            Event::Empty(element) => {
                visit(Piece::Start(&element))?;
                visit(Piece::End(element.name().as_ref()))?;
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                visit(Piece::End(element.name().as_ref()))?;
            }
            Event::Text(text) => visit(Piece::Text(&text.xml10_content()))?,
            Event::CData(text) => visit(Piece::Text(&text.xml10_content()))?,
            Event::GeneralRef(reference) => {
                let name = format!("&{};", reference.xml10_content());
                let text = quick_xml::escape::unescape(&name).map_err(|error| damaged(&error))?;
                visit(Piece::Text(&text))?;
            }
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// A piece of XML.
enum Piece<'x> {
    Start(&'x BytesStart<'x>),
    End(&'x str),
    Text(&'x str),
}

/// Tells each paragraph, in its order; one in a text box before the one that the box hangs on.
fn paragraphs(xml: &str, tell: &mut dyn FnMut(Paragraph)) -> Result<(), DocumentError> {
    let mut open: Vec<Paragraph> = Vec::new();
    let mut in_text = false;
    // How deep in what is there for older programs only.
    let mut fallback = 0_usize;
    walk(xml, &mut |piece| {
        match piece {
            Piece::Start(element) => {
                let name = element.name();
                if name.as_ref() == "mc:Fallback" {
                    fallback += 1;
                }
                if fallback > 0 {
                    return Ok(());
                }
                if name.as_ref() == "w:p" {
                    open.push(Paragraph::default());
                }
                let Some(paragraph) = open.last_mut() else {
                    return Ok(());
                };
                match name.as_ref() {
                    "w:pStyle" => paragraph.style = attribute(element, "w:val"),
                    "w:outlineLvl" => {
                        let level = attribute(element, "w:val").and_then(|v| v.parse().ok());
                        paragraph.level = level;
                    }
                    "w:numId" => {
                        let level = paragraph.list.as_ref().map_or(0, |(_, level)| *level);
                        paragraph.list = attribute(element, "w:val").map(|id| (id, level));
                    }
                    "w:ilvl" => {
                        let level = attribute(element, "w:val").and_then(|v| v.parse().ok());
                        let id = paragraph.list.take().map(|(id, _)| id).unwrap_or_default();
                        paragraph.list = Some((id, level.unwrap_or_default()));
                    }
                    "w:t" => in_text = true,
                    "w:tab" if !paragraph.text.is_empty() => paragraph.text.push(' '),
                    "w:br" | "w:cr" => paragraph.text.push('\n'),
                    "w:noBreakHyphen" => paragraph.text.push('-'),
                    _ => {}
                }
            }
            Piece::Text(text) if in_text && fallback == 0 => {
                if let Some(paragraph) = open.last_mut() {
                    paragraph.text.push_str(text);
                }
            }
            Piece::End("mc:Fallback") => fallback = fallback.saturating_sub(1),
            Piece::End(_) if fallback > 0 => {}
            Piece::End("w:t") => in_text = false,
            Piece::End("w:p") => {
                if let Some(paragraph) = open.pop() {
                    tell(paragraph);
                }
            }
            Piece::Text(_) | Piece::End(_) => {}
        }
        Ok(())
    })
}

/// What the styles of a document say of the paragraphs that have them.
#[derive(Debug, Default)]
struct Styles {
    /// The level of headings, from 0.
    headings: BTreeMap<String, usize>,
    lists: BTreeMap<String, (String, usize)>,
}

impl Styles {
    fn read(xml: &str) -> Result<Self, DocumentError> {
        let mut styles = Self::default();
        let mut id = String::new();
        walk(xml, &mut |piece| {
            let Piece::Start(element) = piece else {
                return Ok(());
            };
            match element.name().as_ref() {
                "w:style" => id = attribute(element, "w:styleId").unwrap_or_default(),
                "w:name" => {
                    let name = attribute(element, "w:val").unwrap_or_default();
                    if let Some(level) = heading_level(&name) {
                        styles.headings.insert(id.clone(), level);
                    }
                }
                "w:outlineLvl" => {
                    let level = attribute(element, "w:val").and_then(|v| v.parse().ok());
                    if let Some(level) = level.filter(|level| *level < 9) {
                        styles.headings.insert(id.clone(), level);
                    }
                }
                "w:numId" => {
                    if let Some(list) = attribute(element, "w:val") {
                        let level = styles.lists.get(&id).map_or(0, |(_, level)| *level);
                        styles.lists.insert(id.clone(), (list, level));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(styles)
    }

    fn heading(&self, paragraph: &Paragraph) -> Option<usize> {
        let style = paragraph.style.as_deref()?;
        let own = paragraph.level.filter(|level| *level < 9);
        own.or_else(|| self.headings.get(style).copied())
            .or_else(|| heading_level(style))
    }
}

/// 0 of `heading 1`, `Heading1` and `Title`, and so on.
fn heading_level(name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if name == "title" {
        return Some(0);
    }
    let number = name.strip_prefix("heading")?.trim();
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// How the items of lists are marked: for each list and level, the format and the text of it.
#[derive(Debug, Default)]
struct Numbering {
    levels: BTreeMap<(String, usize), (String, String)>,
    /// The definition that a list has.
    definitions: BTreeMap<String, String>,
}

impl Numbering {
    fn read(xml: &str) -> Result<Self, DocumentError> {
        let mut numbering = Self::default();
        let (mut definition, mut list, mut level) = (String::new(), String::new(), 0);
        walk(xml, &mut |piece| {
            let Piece::Start(element) = piece else {
                return Ok(());
            };
            let value = |name| attribute(element, name).unwrap_or_default();
            match element.name().as_ref() {
                "w:abstractNum" => definition = value("w:abstractNumId"),
                "w:lvl" => level = value("w:ilvl").parse().unwrap_or_default(),
                "w:numFmt" | "w:lvlText" => {
                    let entry = numbering
                        .levels
                        .entry((definition.clone(), level))
                        .or_default();
                    if element.name().as_ref() == "w:numFmt" {
                        entry.0 = value("w:val");
                    } else {
                        entry.1 = value("w:val");
                    }
                }
                "w:num" => list = value("w:numId"),
                "w:abstractNumId" => {
                    numbering.definitions.insert(list.clone(), value("w:val"));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(numbering)
    }

    fn level(&self, list: &str, level: usize) -> Option<(&str, &str)> {
        let definition = self.definitions.get(list)?;
        let found = self.levels.get(&(definition.clone(), level));
        found.map(|(format, text)| (format.as_str(), text.as_str()))
    }
}

/// Writes paragraphs as Markdown.
struct Writer {
    numbering: Numbering,
    styles: Styles,
    /// How many items each list has had, by level.
    counters: BTreeMap<String, Vec<usize>>,
    text: String,
    after_item: bool,
}

impl Writer {
    fn write(&mut self, paragraph: &Paragraph) {
        let content = paragraph.text.trim();
        if content.is_empty() {
            return;
        }
        let heading = self.styles.heading(paragraph);
        let style = paragraph.style.as_deref().unwrap_or_default();
        let list = paragraph
            .list
            .as_ref()
            .filter(|(list, _)| !list.is_empty())
            .or_else(|| self.styles.lists.get(style))
            .filter(|(list, _)| list != "0")
            .cloned();
        let mark = match (heading, &list) {
            (Some(level), _) => format!("{} ", "#".repeat((level + 1).min(6))),
            (None, Some((list, level))) => self.mark(list, *level),
            (None, None) => String::new(),
        };
        let is_item = heading.is_none() && list.is_some();
        if !(self.text.is_empty() || is_item && self.after_item) {
            self.text.push('\n');
        }
        self.after_item = is_item;
        self.text.push_str(&mark);
        self.text.push_str(content);
        self.text.push('\n');
    }

    /// What stands before an item, with its indent.
    fn mark(&mut self, list: &str, level: usize) -> String {
        let level = level.min(8);
        let counters = self.counters.entry(list.to_owned()).or_default();
        counters.resize(counters.len().max(level + 1), 0);
        counters.truncate(level + 1);
        if let Some(last) = counters.last_mut() {
            *last += 1;
        }
        let count = counters.last().copied().unwrap_or(1);
        let indent = "  ".repeat(level);
        let (format, text) = self.numbering.level(list, level).unwrap_or(("bullet", ""));
        let mark = match format {
            "bullet" | "none" => "-".to_owned(),
            "lowerLetter" | "upperLetter" => {
                let letter = u8::try_from((count - 1) % 26).unwrap_or_default();
                format!("{})", char::from(b'a' + letter))
            }
            // A clause such as 2.1 says its whole number.
            _ if text.matches('%').count() > 1 => {
                let all: Vec<String> = counters.iter().map(|n| n.max(&1).to_string()).collect();
                return format!("{} ", all.join("."));
            }
            _ => format!("{count}."),
        };
        format!("{indent}{mark} ")
    }
}
