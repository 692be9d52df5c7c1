//! XML as a stream of the few things that workbooks are read for.

use std::io::{BufReader, Read};

use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::WorkbookError;
use crate::kind::Kind;

/// A part of a workbook as it is read.
pub(crate) struct Xml<'r> {
    kind: Kind,
    reader: Reader<BufReader<&'r mut dyn Read>>,
    buffer: Vec<u8>,
}

/// What comes next. An empty element starts and ends.
pub(crate) enum Piece<'x> {
    Start(Element<'x>),
    End(Ended<'x>),
    /// Nothing that is looked at here.
    Other,
    EndOfPart,
}

/// An element as it starts.
pub(crate) struct Element<'x>(BytesStart<'x>);

/// An element as it ends.
pub(crate) struct Ended<'x>(BytesEnd<'x>);

impl Ended<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }
}

impl Element<'_> {
    /// The name without its prefix.
    pub(crate) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of the attribute with this name, prefix and all.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.0.try_get_attribute(name).ok()??;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }

    /// The value of the attribute with this name and any prefix, but not without one.
    pub(crate) fn prefixed_attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes().filter_map(Result::ok);
        let found = attributes.find(|attribute| {
            let key = attribute.key.into_inner();
            key.rsplit_once(':').is_some_and(|(_, local)| local == name)
        })?;
        let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some(value.into_owned())
    }
}

impl<'r> Xml<'r> {
    pub(crate) fn new(kind: Kind, part: &'r mut dyn Read) -> Self {
        let mut reader = Reader::from_reader(BufReader::new(part));
        reader.config_mut().expand_empty_elements = true;
        Self {
            kind,
            reader,
            buffer: Vec::new(),
        }
    }

    /// What comes next.
    pub(crate) fn next(&mut self) -> Result<Piece<'_>, WorkbookError> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer);
        Ok(
            match event.map_err(|error| WorkbookError::damaged(self.kind, error))? {
                Event::Start(element) => Piece::Start(Element(element)),
                Event::End(element) => Piece::End(Ended(element)),
                Event::Eof => Piece::EndOfPart,
                _ => Piece::Other,
            },
        )
    }

    /// The text up to the end of the element that has just started.
    pub(crate) fn text(&mut self) -> Result<String, WorkbookError> {
        let mut text = String::new();
        let mut depth = 0_usize;
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            match event.map_err(|error| WorkbookError::damaged(self.kind, error))? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => {
                    let name = format!("&{};", reference.xml10_content());
                    let part = quick_xml::escape::unescape(&name)
                        .map_err(|error| WorkbookError::damaged(self.kind, error))?;
                    text.push_str(&part);
                }
                Event::Start(_) => depth += 1,
                Event::End(_) if depth > 0 => depth -= 1,
                Event::End(_) | Event::Eof => return Ok(text),
                _ => {}
            }
        }
    }

    /// Tells each element as it starts.
    pub(crate) fn each(
        &mut self,
        mut tell: impl FnMut(&Element<'_>) -> Result<(), WorkbookError>,
    ) -> Result<(), WorkbookError> {
        loop {
            match self.next()? {
                Piece::Start(element) => tell(&element)?,
                Piece::EndOfPart => return Ok(()),
                Piece::End(_) | Piece::Other => {}
            }
        }
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
