//! The structure of a policy document: plain text or Markdown becomes headings, list items and
//! sentences, with spans that together cover every byte of the text.
//!
//! Knows nothing of what a sentence means; a line of code, a comment or a table is set aside.

use super::label;
use super::sentences;
use crate::span::Span;

/// A document cut into parts that follow each other without a gap.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) parts: Vec<Part>,
}

/// One part of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) kind: PartKind,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// White space, list markers, numbering.
    Structure,
    /// A heading, without its marks, and its level.
    Heading(u8),
    /// Code, a comment, the head of a table: text that is no sentence.
    Aside,
    /// A row of a table under its head, which is the part before it with this index.
    Row {
        /// The head of the table.
        head: usize,
        /// The nearest heading before it.
        heading: Option<usize>,
    },
    /// A sentence.
    Sentence {
        /// The part that leads into the list whose item starts with this sentence.
        lead: Option<usize>,
        /// The nearest heading before it.
        heading: Option<usize>,
    },
}

/// A run of lines that belong together.
#[derive(Debug)]
struct Block {
    span: Span,
    kind: BlockKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKind {
    Heading(u8),
    Aside,
    Paragraph,
    /// A line of a table: its head, and then its rows.
    Row {
        is_head: bool,
    },
    /// A list item, with the block that it stands under.
    Item {
        parent: Option<usize>,
    },
}

/// A list item that may still get children.
#[derive(Clone, Copy, Debug)]
struct OpenItem {
    indent: usize,
    marker: label::Marker,
    block: usize,
}

/// Cuts `text` into parts.
pub(super) fn read(text: &str) -> Document {
    let mut blocks = Blocks::default();
    blocks.skip_front_matter(text);
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if offset >= blocks.skip_until {
            blocks.line(text, offset, line);
        }
        offset += line.len();
    }
    Document {
        parts: parts(text, &blocks.found),
    }
}

/// Collects blocks line by line.
#[derive(Debug, Default)]
struct Blocks {
    found: Vec<Block>,
    open_items: Vec<OpenItem>,
    /// Whether the next plain line continues the last block.
    joins: bool,
    /// The fence that closes the code block, while in one.
    fence: Option<&'static str>,
    /// Whether an HTML comment is open.
    comment: bool,
    /// The paragraph that the next list may stand under.
    lead: Option<usize>,
    skip_until: usize,
}

impl Blocks {
    /// Sets the lines between a leading `---` and the next one aside.
    fn skip_front_matter(&mut self, text: &str) {
        let Some(rest) = text.strip_prefix("---\n") else {
            return;
        };
        if let Some(end) = rest.find("\n---\n") {
            self.skip_until = end + 9;
            self.push(text, 0, self.skip_until, BlockKind::Aside);
        }
    }

    fn line(&mut self, text: &str, offset: usize, line: &str) {
        let content = line.trim();
        let start = offset + (line.len() - line.trim_start().len());
        let end = start + content.len();
        let is_set_aside = self.fence.is_some() || self.comment;
        if content.is_empty() && is_set_aside {
            // An empty line is no part of what is set aside around it.
        } else if let Some(fence) = self.fence {
            self.push(text, start, end, BlockKind::Aside);
            if content.starts_with(fence) {
                self.fence = None;
            }
        } else if self.comment || content.starts_with("<!--") {
            self.push(text, start, end, BlockKind::Aside);
            self.comment = !content.contains("-->");
        } else if let Some(fence) = ["```", "~~~"].into_iter().find(|f| content.starts_with(f)) {
            self.push(text, start, end, BlockKind::Aside);
            self.fence = Some(fence);
        } else if content.starts_with('|') {
            self.table_line(text, start, end);
        } else if content.is_empty() {
            self.joins = false;
        } else if is_rule(content) {
            self.underline(if content.starts_with('=') { 1 } else { 2 });
        } else if let Some(marks) = heading_marks(content) {
            let level = content.len() - content.trim_start_matches('#').len();
            let level = u8::try_from(level).unwrap_or(u8::MAX);
            self.push(text, start + marks, end, BlockKind::Heading(level));
            self.open_items.clear();
            self.lead = Some(self.found.len().saturating_sub(1));
        } else {
            self.text_line(text, start, end, start - offset);
        }
    }

    /// A line of a table; the line of dashes under its head is set aside.
    fn table_line(&mut self, text: &str, start: usize, end: usize) {
        let content = text.get(start..end).unwrap_or_default();
        let is_rule = content.chars().all(|c| "|-: ".contains(c));
        let continues = self.found.last().is_some_and(|last| {
            let between = text.get(usize::try_from(last.span.end).unwrap_or(start)..start);
            matches!(last.kind, BlockKind::Row { .. } | BlockKind::Aside)
                && last.span.of(text).starts_with('|')
                && between.is_some_and(|between| between.trim().is_empty())
        });
        let kind = if is_rule {
            BlockKind::Aside
        } else {
            BlockKind::Row {
                is_head: !continues,
            }
        };
        self.push(text, start, end, kind);
    }

    /// A line of prose or the start of a list item.
    fn text_line(&mut self, text: &str, start: usize, end: usize, indent: usize) {
        let content = text.get(start..end).unwrap_or_default();
        let quote = content.len() - content.trim_start_matches(['>', ' ']).len();
        let content = content.get(quote..).unwrap_or_default();
        let start = start + quote;
        if let Some(found) = label::of_line(content) {
            let parent = self.parent(text, indent, found.marker);
            self.push(text, start + found.len, end, BlockKind::Item { parent });
            self.open_items.push(OpenItem {
                indent,
                marker: found.marker,
                block: self.found.len().saturating_sub(1),
            });
            self.joins = true;
        } else if self.joins && self.continues(text, start, end) {
            if let Some(last) = self.found.last_mut() {
                last.span.end = offset(end);
            }
        } else {
            if indent == 0 {
                self.open_items.clear();
            }
            self.push(text, start, end, BlockKind::Paragraph);
            self.lead = Some(self.found.len().saturating_sub(1));
            self.joins = true;
        }
    }

    /// Whether the line continues the sentence before it: wrapped prose does, a list of short
    /// lines that each start with a capital does not.
    fn continues(&self, text: &str, start: usize, end: usize) -> bool {
        const WRAPPED: usize = 60;
        let Some(last) = self.found.last() else {
            return false;
        };
        let before = last.span.of(text).trim_end();
        let line_before = before.rsplit('\n').next().unwrap_or_default().trim();
        let line = text.get(start..end).unwrap_or_default();
        let starts_lower = line
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(char::is_lowercase);
        starts_lower || line_before.ends_with(',') || line_before.chars().count() >= WRAPPED
    }

    /// The block that a list item with this indent stands under.
    fn parent(&mut self, text: &str, indent: usize, marker: label::Marker) -> Option<usize> {
        while let Some(top) = self.open_items.last().copied() {
            let leads = self
                .found
                .get(top.block)
                .is_some_and(|block| block.span.of(text).trim_end().ends_with(':'));
            let child =
                top.indent < indent || (top.indent == indent && top.marker != marker && leads);
            if child {
                return Some(top.block);
            }
            let sibling = top.indent == indent && top.marker == marker;
            self.open_items.pop();
            if sibling {
                return match self.found.get(top.block).map(|block| block.kind) {
                    Some(BlockKind::Item { parent }) => parent,
                    _ => None,
                };
            }
        }
        self.lead
            .filter(|lead| lead + 1 == self.found.len() && leads_in(text, self.found.get(*lead)))
    }

    /// `===` or `---` under a line makes the line a heading.
    fn underline(&mut self, level: u8) {
        let joins = std::mem::take(&mut self.joins);
        if let Some(last) = self.found.last_mut()
            && joins
            && last.kind == BlockKind::Paragraph
        {
            last.kind = BlockKind::Heading(level);
        }
    }

    /// Adds a block over the bytes from `start` to `end`.
    fn push(&mut self, text: &str, start: usize, end: usize, kind: BlockKind) {
        self.joins = false;
        let written = text.get(start..end).unwrap_or_default();
        let blank = written.len() - written.trim_start().len();
        let kind = if is_struck_out(written.trim()) {
            BlockKind::Aside
        } else {
            kind
        };
        self.found.push(Block {
            span: Span::new(offset(start + blank), offset(end)),
            kind,
        });
    }
}

/// The parts that the blocks become, gaps filled in.
fn parts(text: &str, blocks: &[Block]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut heading = None;
    let mut head = None;
    let mut covered = 0;
    // The last sentence or heading of each block: what a list under the block is led in by.
    let mut last_of_block: Vec<Option<usize>> = Vec::with_capacity(blocks.len());
    let mut push = |parts: &mut Vec<Part>, span: Span, kind: PartKind| {
        if covered < span.start {
            parts.push(Part {
                span: Span::new(covered, span.start),
                kind: PartKind::Structure,
            });
        }
        if !span.is_empty() {
            parts.push(Part { span, kind });
            covered = span.end;
        }
    };
    for block in blocks {
        match block.kind {
            BlockKind::Aside => {
                push(&mut parts, block.span, PartKind::Aside);
                last_of_block.push(None);
            }
            BlockKind::Row { is_head } => {
                let kind = match head {
                    Some(head) if !is_head => PartKind::Row { head, heading },
                    _ => PartKind::Aside,
                };
                push(&mut parts, block.span, kind);
                if is_head {
                    head = parts.len().checked_sub(1);
                }
                last_of_block.push(None);
            }
            BlockKind::Heading(level) => {
                push(&mut parts, block.span, PartKind::Heading(level));
                heading = parts.len().checked_sub(1);
                last_of_block.push(heading);
            }
            BlockKind::Paragraph | BlockKind::Item { .. } => {
                let mut lead = match block.kind {
                    BlockKind::Item {
                        parent: Some(parent),
                    } => last_of_block.get(parent).copied().flatten(),
                    _ => None,
                };
                for span in sentences::split(text, block.span) {
                    push(
                        &mut parts,
                        span,
                        PartKind::Sentence {
                            lead: lead.take(),
                            heading,
                        },
                    );
                }
                last_of_block.push(parts.len().checked_sub(1));
            }
        }
    }
    let end = offset(text.len());
    if covered < end {
        parts.push(Part {
            span: Span::new(covered, end),
            kind: PartKind::Structure,
        });
    }
    parts
}

/// Whether a paragraph or heading leads into the list after it: it ends with a colon, or has no
/// full stop.
fn leads_in(text: &str, block: Option<&Block>) -> bool {
    block.is_some_and(|block| {
        let written = block.span.of(text).trim_end_matches(['*', '_', ' ']);
        let announces = || {
            let lower = written.to_lowercase();
            lower.len() < 400 && (lower.contains("below") || lower.contains("following"))
        };
        matches!(block.kind, BlockKind::Heading(_))
            || !written.ends_with(['.', '!', '?', ';'])
            || (written.ends_with('.') && announces())
    })
}

/// Whether the whole line is struck out: `~~like this~~`, and so withdrawn.
fn is_struck_out(content: &str) -> bool {
    content.len() > 4 && content.starts_with("~~") && content.ends_with("~~")
}

/// Whether the line is a horizontal rule or the underline of a heading.
fn is_rule(content: &str) -> bool {
    content.len() >= 3
        && ['-', '=', '*', '_']
            .iter()
            .any(|mark| content.chars().all(|c| c == *mark || c == ' '))
}

/// How many bytes of marks a Markdown heading starts with.
fn heading_marks(content: &str) -> Option<usize> {
    let rest = content.trim_start_matches('#');
    let marks = content.len() - rest.len();
    ((1..=6).contains(&marks) && rest.starts_with(' ')).then(|| {
        let text = rest.trim_start();
        content.len() - text.len() + label::of_line(text).map_or(0, |found| found.len)
    })
}

/// A byte offset of a document; one that is longer than 4 GiB is cut off there.
pub(super) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let parts = read(text).parts;
        let sentences = parts
            .iter()
            .filter(|part| matches!(part.kind, PartKind::Sentence { .. }));
        sentences.map(|part| part.span.of(text)).collect()
    }

    /// The lead-in of each sentence that has one.
    fn leads(text: &str) -> Vec<(&str, &str)> {
        let parts = read(text).parts;
        let lead = |part: &Part| match part.kind {
            PartKind::Sentence {
                lead: Some(lead), ..
            } => Some((parts[lead].span, part.span)),
            _ => None,
        };
        parts
            .iter()
            .filter_map(lead)
            .map(|(lead, item)| (lead.of(text), item.of(text)))
            .collect()
    }

    #[test]
    fn markdown_becomes_headings_and_sentences() {
        let text =
            "# Rules\n\nOne. Two\nwraps.\n\n* Three\n  goes on.\n* [x] Four\n\n```\ncode\n```\n";
        assert_eq!(
            sentences(text),
            ["One.", "Two\nwraps.", "Three\n  goes on.", "Four"]
        );
    }

    #[test]
    fn short_lines_that_start_with_a_capital_are_sentences_of_their_own() {
        assert_eq!(sentences("Use A\nUse B\nand C"), ["Use A", "Use B\nand C"]);
    }

    #[test]
    fn items_know_the_line_that_leads_in() {
        let text = "Never use:\n- A\n- B:\n  - C\n- D\n";
        assert_eq!(
            leads(text),
            [
                ("Never use:", "A"),
                ("Never use:", "B:"),
                ("B:", "C"),
                ("Never use:", "D")
            ]
        );
        assert_eq!(leads("## No\n\n1. A\n2. B"), [("No", "A"), ("No", "B")]);
        assert_eq!(leads("It is late.\n\n- A"), []);
    }

    #[test]
    fn code_comments_tables_and_struck_out_lines_are_set_aside() {
        let text = "---\nowner: me\n---\n~~Gone.~~\n<!-- A.\nB. -->\n| C. |\n~~~\nD.\n~~~\nE.";
        assert_eq!(sentences(text), ["E."]);
    }

    #[test]
    fn an_empty_line_in_code_that_is_never_closed_is_no_part() {
        let parts = read("```\n\n").parts;
        assert!(parts.iter().all(|part| part.span.start < part.span.end));
    }

    proptest! {
        #[test]
        fn the_parts_cover_every_byte_once(text in "[-*#>|`~ \n.!?:(1aAé\u{1F600}\u{a0}=]{0,120}") {
            let mut end = 0;
            for part in read(&text).parts {
                prop_assert_eq!(part.span.start, end);
                prop_assert!(!part.span.of(&text).is_empty());
                end = part.span.end;
            }
            prop_assert_eq!(end as usize, text.len());
        }
    }
}
