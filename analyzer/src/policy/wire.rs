//! A compiled policy as JSON for the command line and HTTP: spans in UTF-16 code units.

use serde::Serialize;

use super::rule::PolicyRule;
use super::status::Status;
use super::{Compiled, Sentence};
use crate::span::{Span, Utf16Map};

/// A compiled policy as it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "typescript",
    derive(tsify::Tsify),
    tsify(rename = "CompiledPolicy")
)]
pub struct Wire<'a> {
    /// Every sentence, heading and aside, in the order of the document.
    #[cfg_attr(feature = "typescript", tsify(type = "CompiledSentence[]"))]
    pub sentences: Vec<WireSentence<'a>>,
    /// How many sentences are enforced.
    pub enforced: usize,
    /// How many were understood in part, and so are not enforced.
    pub partial: usize,
    /// How many demand something and are not enforced for another reason.
    pub not_enforced: usize,
    /// The version of the grammar and of the vocabulary that read it.
    pub grammar: u32,
    /// The version of the vocabulary.
    pub lexicon: u32,
}

/// One sentence as it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "typescript",
    derive(tsify::Tsify),
    tsify(missing_as_null, rename = "CompiledSentence")
)]
pub struct WireSentence<'a> {
    /// The sentence as it stands in the document.
    pub text: &'a str,
    /// Where it stands, in UTF-16 code units.
    pub span: WireSpan,
    /// What became of it.
    pub status: Status,
    /// What it demands, in the analyzer's own words.
    pub paraphrase: Option<&'a str>,
    /// Its rules.
    #[cfg_attr(feature = "typescript", tsify(type = "unknown[]"))]
    pub rules: &'a [PolicyRule],
    /// The words that were not understood.
    pub unread: Vec<WireSpan>,
    /// Why it is not enforced, and what to do.
    pub note: Option<&'a str>,
    /// Whether it is a rule as rules are written, which is cited by what it demands.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_rule: bool,
}

/// A range of UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct WireSpan {
    /// The first code unit.
    pub start: u32,
    /// The code unit after the last one.
    pub end: u32,
}

impl Compiled {
    /// The policy as it is written to JSON. `text` is the text that it was compiled from.
    #[must_use]
    pub fn to_wire(&self, text: &str) -> Wire<'_> {
        let map = Utf16Map::new(text);
        let span = |span: Span| {
            let span = map.span(span);
            WireSpan {
                start: span.start,
                end: span.end,
            }
        };
        let sentence = |sentence: &'_ Sentence| -> (WireSpan, Vec<WireSpan>) {
            (
                span(sentence.span),
                sentence.unread.iter().map(|unread| span(*unread)).collect(),
            )
        };
        let sentences = self
            .sentences
            .iter()
            .map(|one| {
                let (span, unread) = sentence(one);
                WireSentence {
                    text: &one.text,
                    span,
                    status: one.status,
                    paraphrase: one.paraphrase.as_deref(),
                    rules: &one.rules,
                    unread,
                    note: one.note.as_deref(),
                    is_rule: one.is_rule,
                }
            })
            .collect();
        Wire {
            sentences,
            enforced: self.enforced(),
            partial: self.partial(),
            not_enforced: self.not_enforced(),
            grammar: self.grammar_version,
            lexicon: self.lexicon_version,
        }
    }
}
