//! Written policies: plain English sentences become rules that formulas are checked against.
//!
//! No language model and no guessing: the same document always gives the same rules, and a
//! sentence is enforced only if every word of it was understood. A text becomes sentences
//! ([`document`]), a sentence becomes words and symbols of the vocabulary ([`Lexicon`]), symbols
//! become demands by a grammar, and each demand is tried on formulas of its own before it is
//! enforced.

mod check;
mod compile;
mod document;
mod english;
mod examples;
mod label;
mod lexicon;
mod lists;
mod measure;
mod message;
mod note;
mod paraphrase;
mod reading;
pub mod rule;
pub mod scope;
mod sentences;
mod status;
pub mod stored;
mod symbols;
pub mod wire;
mod words;

pub use check::Violation;
pub use lexicon::{Lexicon, LexiconError};
pub use rule::PolicyRule;
pub use status::Status;

use crate::rule::Context;
use crate::span::Span;

/// The version of the grammar: raised when a document can compile to other rules than before.
pub const GRAMMAR_VERSION: u32 = 1;

/// The most places in one formula that a rule names: a formula that breaks it everywhere is told
/// often enough.
const MOST_VIOLATIONS: usize = 100;

/// A compiled policy. Cheap to share between threads; compile once, check many formulas.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Every sentence, heading and aside, in the order of the document.
    pub sentences: Vec<Sentence>,
    /// The version of the vocabulary that it was compiled with.
    pub lexicon_version: u32,
    runners: Vec<check::Runner>,
}

/// A sentence of a policy and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The sentence as it stands in the document.
    pub text: String,
    /// Where it stands, in bytes.
    pub span: Span,
    /// What became of it.
    pub status: Status,
    /// What it demands, in the analyzer's own words.
    pub paraphrase: Option<String>,
    /// Its rules. They run only if the sentence is enforced; else they show what was understood.
    pub rules: Vec<PolicyRule>,
    /// The words that were not understood, in bytes.
    pub unread: Vec<Span>,
    /// Why it is not enforced, and what to do; readings to choose from.
    pub note: Option<String>,
}

/// Compiles a policy in plain text or Markdown. Depends on nothing but its arguments and takes
/// time linear in the text.
#[must_use]
pub fn compile(text: &str, lexicon: &Lexicon) -> Compiled {
    Compiled::new(compile::sentences(text, lexicon), lexicon.version())
}

impl Compiled {
    fn new(sentences: Vec<Sentence>, lexicon_version: u32) -> Self {
        let mut runners = Vec::new();
        for (index, sentence) in sentences.iter().enumerate() {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            if sentence.status == Status::Enforced {
                runners.extend(
                    sentence
                        .rules
                        .iter()
                        .map(|rule| check::Runner::new(index, rule)),
                );
            }
        }
        Self {
            sentences,
            lexicon_version,
            runners,
        }
    }

    /// Adds what is wrong with a formula by the sentences that are enforced, in their order.
    pub fn check(&self, context: &Context<'_>, found: &mut Vec<Violation>) {
        for runner in &self.runners {
            let before = found.len();
            runner.run(context, found);
            found.truncate(before + MOST_VIOLATIONS);
        }
    }

    /// What is wrong with a formula that stands by itself, written as in `en-US`; nothing with one
    /// that does not parse.
    #[must_use]
    pub fn violations(&self, source: &str) -> Vec<Violation> {
        check::alone(source, |context, found| self.check(context, found))
    }

    /// Whether a rule that is enforced depends on a formula's text and not on its template alone.
    #[must_use]
    pub fn sees_text(&self) -> bool {
        self.enforced_rules().any(PolicyRule::sees_text)
    }

    /// The rules that are enforced, in the order of their sentences.
    pub fn enforced_rules(&self) -> impl Iterator<Item = &PolicyRule> {
        let enforced = self
            .sentences
            .iter()
            .filter(|one| one.status == Status::Enforced);
        enforced.flat_map(|sentence| &sentence.rules)
    }

    /// How many sentences are enforced.
    #[must_use]
    pub fn enforced(&self) -> usize {
        self.count(|status| status == Status::Enforced)
    }

    /// How many sentences were understood in part, and so are not enforced.
    #[must_use]
    pub fn partial(&self) -> usize {
        self.count(|status| status == Status::Partial)
    }

    /// How many sentences demand something and are not enforced for another reason.
    #[must_use]
    pub fn not_enforced(&self) -> usize {
        self.count(|status| !matches!(status, Status::Enforced | Status::Partial | Status::Context))
    }

    fn count(&self, accepts: impl Fn(Status) -> bool) -> usize {
        self.sentences
            .iter()
            .filter(|sentence| accepts(sentence.status))
            .count()
    }
}
