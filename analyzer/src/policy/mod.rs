//! Written policies: plain English sentences become rules that formulas are checked against.
//!
//! No language model and no guessing: the same document always gives the same rules, and a
//! sentence is enforced only if every word of it was understood. A text becomes sentences
//! ([`document`]), a sentence becomes words and symbols of the vocabulary ([`Lexicon`]), symbols
//! become demands by a grammar, and each demand is tried on formulas of its own before it is
//! enforced.

mod aim;
mod check;
pub mod form;
mod identity;
mod measure;
mod message;
pub mod pattern;
mod place;
mod plan;
mod proof;
pub mod rule;
mod runner;
pub mod scope;
mod status;
pub mod stored;
mod style;
mod violation;

// What compiles policies, which is most of the code.
#[cfg(feature = "policies")]
pub mod analysis;
#[cfg(feature = "policies")]
mod blocks;
#[cfg(feature = "policies")]
mod compile;
#[cfg(feature = "policies")]
mod document;
#[cfg(feature = "policies")]
mod english;
#[cfg(feature = "policies")]
mod examples;
#[cfg(feature = "policies")]
mod forms;
#[cfg(feature = "policies")]
mod label;
#[cfg(feature = "policies")]
mod lexicon;
#[cfg(feature = "policies")]
mod lists;
#[cfg(feature = "policies")]
mod made;
#[cfg(feature = "policies")]
mod memory;
#[cfg(feature = "policies")]
mod note;
#[cfg(feature = "policies")]
mod paraphrase;
#[cfg(feature = "policies")]
mod quoted;
#[cfg(feature = "policies")]
mod reading;
#[cfg(feature = "policies")]
pub mod rule_file;
#[cfg(feature = "policies")]
mod scoping;
#[cfg(feature = "policies")]
mod sentences;
#[cfg(feature = "policies")]
mod symbols;
#[cfg(feature = "policies")]
mod tables;
#[cfg(feature = "policies")]
mod terms;
#[cfg(feature = "policies")]
pub mod wire;
#[cfg(feature = "policies")]
mod words;

#[cfg(feature = "policies")]
pub use compile::{Incremental, compile};
#[cfg(feature = "policies")]
pub use lexicon::{Lexicon, LexiconError};
pub use rule::PolicyRule;
pub use status::Status;
#[cfg(feature = "policies")]
pub use terms::Terms;
pub use violation::Violation;

use std::sync::Arc;

pub(crate) use plan::{Plan, Told};
use runner::Runner;

use crate::digest::Digest;
use crate::rule::Context;
use crate::span::Span;

/// The version of the grammar: raised when a document can compile to other rules than before.
pub const GRAMMAR_VERSION: u32 = 6;

/// The most places in one formula that a rule names: a formula that breaks it everywhere is told
/// often enough.
const MOST_VIOLATIONS: usize = 100;

/// A compiled policy. Cheap to share between threads; compile once, check many formulas.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Every sentence, heading and aside, in the order of the document.
    pub sentences: Vec<Sentence>,
    /// The version of the grammar that it was compiled with.
    pub grammar_version: u32,
    /// The version of the vocabulary that it was compiled with.
    pub lexicon_version: u32,
    runners: Arc<[Arc<Runner>]>,
    plan: Arc<Plan>,
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
    /// Whether it is a rule as rules are written, and no sentence.
    pub is_rule: bool,
}

impl Compiled {
    fn of(sentences: Vec<Sentence>, grammar_version: u32, lexicon_version: u32) -> Self {
        let mut runners = Vec::new();
        for (index, sentence) in (0..).zip(&sentences) {
            if sentence.status == Status::Enforced {
                for rule in &sentence.rules {
                    let runner = Runner::new(index, rule).numbered(runners.len());
                    runners.push(Arc::new(runner));
                }
            }
        }
        Self::with_runners(sentences, grammar_version, lexicon_version, runners)
    }

    fn with_runners(
        sentences: Vec<Sentence>,
        grammar_version: u32,
        lexicon_version: u32,
        runners: Vec<Arc<Runner>>,
    ) -> Self {
        let runners: Arc<[Arc<Runner>]> = runners.into();
        Self {
            sentences,
            grammar_version,
            lexicon_version,
            plan: Arc::new(Plan::new([&*runners])),
            runners,
        }
    }

    /// The plan of several policies, each with its place.
    pub(crate) fn plan_of<'a>(policies: impl IntoIterator<Item = &'a Self>) -> Plan {
        Plan::new(policies.into_iter().map(|policy| &*policy.runners))
    }

    /// Adds all that its findings depend on.
    pub(crate) fn digest(&self, digest: &mut Digest) {
        digest.number(u64::from(self.grammar_version));
        digest.number(u64::from(self.lexicon_version));
        for rule in self.running_rules() {
            rule.digest(digest);
        }
    }

    /// What a finding of the sentence at that place cites.
    pub(crate) fn citation(&self, sentence: u32) -> Option<&str> {
        let sentence = self.sentences.get(sentence as usize)?;
        Some(match &sentence.paraphrase {
            // A rule is cited by what it says, not by how it is written.
            Some(paraphrase) if sentence.is_rule => paraphrase,
            _ => &sentence.text,
        })
    }

    /// Adds what is wrong with a formula by the sentences that are enforced, in their order and
    /// wherever they hold.
    pub fn check(&self, context: &Context<'_>, found: &mut Vec<Violation>) {
        let mut told = Vec::new();
        self.plan.run(context, &mut told);
        found.extend(told.into_iter().map(|(_, violation)| violation));
    }

    /// The departments that rules are limited to, or that they leave out.
    pub fn departments(&self) -> impl Iterator<Item = &str> {
        self.enforced_rules()
            .flat_map(|rule| {
                let excluded = &rule.scope.exclude.departments;
                rule.scope.departments.iter().chain(excluded)
            })
            .map(String::as_str)
    }

    /// The policy for audits of one department, or of all: the rules of others do not run.
    #[must_use]
    pub fn for_department(&self, department: Option<&str>) -> Self {
        let runners = self
            .runners
            .iter()
            .filter(|runner| runner.holds_for(department))
            .map(Arc::clone);
        let sentences = self.sentences.clone();
        let (grammar, lexicon) = (self.grammar_version, self.lexicon_version);
        Self::with_runners(sentences, grammar, lexicon, runners.collect())
    }

    /// What is wrong with a formula that stands by itself, written as in `en-US`; nothing with one
    /// that does not parse.
    #[must_use]
    pub fn violations(&self, source: &str) -> Vec<Violation> {
        check::alone(source, |context, found| self.check(context, found))
    }

    /// The rules that are enforced, in the order of their sentences.
    pub fn enforced_rules(&self) -> impl Iterator<Item = &PolicyRule> {
        let enforced = self
            .sentences
            .iter()
            .filter(|one| one.status == Status::Enforced);
        enforced.flat_map(|sentence| &sentence.rules)
    }

    /// The rules that run: those that are enforced and hold for the department.
    pub fn running_rules(&self) -> impl Iterator<Item = &PolicyRule> {
        let mut numbers = self.runners.iter().map(|runner| runner.number()).peekable();
        self.enforced_rules()
            .enumerate()
            .filter(move |(number, _)| numbers.next_if_eq(number).is_some())
            .map(|(_, rule)| rule)
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
