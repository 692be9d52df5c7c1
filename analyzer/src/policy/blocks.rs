//! Rules that stand in a policy document as fenced blocks of YAML or JSON, or that are all of it.
//!
//! A block counts only if `rules:` is the first thing in it; any other block is an aside.

use super::Sentence;
use super::rule_file::{self, RuleFileError, Written};
use super::status::Status;
use crate::span::Span;

/// What a block of rules holds.
#[derive(Debug)]
pub(super) struct Block {
    /// The text between the fences.
    span: Span,
    rules: Result<Vec<Written>, RuleFileError>,
}

/// The blocks of rules in the text, in their order.
pub(super) fn of(text: &str) -> Vec<Block> {
    if rule_file::is_rule_file(text) {
        return vec![Block::read(text, Span::new(0, offset(text.len())))];
    }
    let mut blocks = Vec::new();
    let mut opened: Option<(&str, bool, usize)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let content = line.trim();
        match opened {
            Some((fence, is_code, inside)) if content.starts_with(fence) => {
                let span = Span::new(offset(inside), offset(start));
                if is_code && rule_file::is_rule_file(span.of(text)) {
                    blocks.push(Block::read(text, span));
                }
                opened = None;
            }
            Some(_) => {}
            None => {
                let fence = ["```", "~~~"].into_iter().find(|f| content.starts_with(f));
                opened = fence.map(|fence| {
                    let language = content.trim_start_matches(['`', '~']).trim();
                    (fence, ["yaml", "yml", "json"].contains(&language), end)
                });
            }
        }
        start = end;
    }
    blocks
}

impl Block {
    fn read(text: &str, span: Span) -> Self {
        Self {
            span,
            rules: rule_file::read_each(span.of(text)),
        }
    }

    /// What becomes of the block: one entry for each rule, or one for a block that can not be read.
    fn sentences(&self, text: &str) -> Vec<Sentence> {
        let lines_before = Span::new(0, self.span.start).of(text).matches('\n').count();
        let told = |error: &RuleFileError| {
            let error = RuleFileError {
                line: error.line + lines_before,
                ..error.clone()
            };
            format!("Not enforced, {error}.")
        };
        match &self.rules {
            Ok(rules) => rules
                .iter()
                .map(|written| {
                    let span = Span::new(
                        self.span.start + written.span.start,
                        self.span.start + written.span.end,
                    );
                    match &written.rule {
                        Ok(rule) => Sentence {
                            paraphrase: Some(rule.paraphrase.clone()),
                            rules: vec![rule.clone()],
                            ..entry(text, span, Status::Enforced)
                        },
                        Err(error) => Sentence {
                            note: Some(told(error)),
                            ..entry(text, span, Status::NotUnderstood)
                        },
                    }
                })
                .collect(),
            Err(error) => {
                let written = self.span.of(text);
                let start = self.span.start + offset(written.len() - written.trim_start().len());
                let span = Span::new(start, start + offset(written.trim().len()));
                vec![Sentence {
                    note: Some(told(error)),
                    ..entry(text, span, Status::NotUnderstood)
                }]
            }
        }
    }
}

fn entry(text: &str, span: Span, status: Status) -> Sentence {
    Sentence {
        text: span.of(text).to_owned(),
        span,
        status,
        paraphrase: None,
        rules: Vec::new(),
        unread: Vec::new(),
        note: None,
        is_rule: true,
    }
}

/// The lines of a file that are not empty, as asides.
pub(super) fn lines(text: &str) -> Vec<Sentence> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() {
            let from = offset(start + line.len() - line.trim_start().len());
            let span = Span::new(from, from + offset(content.len()));
            lines.push(Sentence {
                is_rule: false,
                ..entry(text, span, Status::Context)
            });
        }
        start += line.len();
    }
    lines
}

/// The parts of the document with the rules in the place of the lines that they are written in.
pub(super) fn put_in(text: &str, blocks: &[Block], others: Vec<Sentence>) -> Vec<Sentence> {
    let rules: Vec<Sentence> = blocks.iter().flat_map(|one| one.sentences(text)).collect();
    // A rule takes its lines whole: the dash before it goes with it.
    let taken: Vec<Span> = rules
        .iter()
        .map(|rule| whole_lines(text, rule.span))
        .collect();
    let mut all: Vec<Sentence> = others
        .into_iter()
        .filter(|one| {
            let next = taken.partition_point(|lines| lines.end <= one.span.start);
            taken
                .get(next)
                .is_none_or(|lines| one.span.end <= lines.start)
        })
        .chain(rules)
        .collect();
    all.sort_by_key(|one| one.span);
    all
}

fn whole_lines(text: &str, span: Span) -> Span {
    let before = Span::new(0, span.start).of(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let after = text.get(span.end as usize..).unwrap_or_default();
    let end = span.end as usize + after.find('\n').unwrap_or(after.len());
    Span::new(offset(start), offset(end))
}

fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
