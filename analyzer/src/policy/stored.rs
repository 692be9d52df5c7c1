//! A compiled policy as data that is read again: what [`Compiled::to_wire`] wrote, checked against
//! where the compiler of sentences is not at hand.
//!
//! Reads no sentence. What can not be trusted to mean here what it meant where it was compiled is
//! refused as a whole: a policy that is enforced in part looks as if it were enforced. A grammar
//! reads sentences, so the rules of an older one mean what they meant.

use std::sync::Arc;

use serde::Deserialize;

use super::rule::PolicyRule;
use super::status::Status;
use super::{Compiled, GRAMMAR_VERSION, Sentence};
use crate::ruleset::Policy;
use crate::span::Span;

/// A policy with what it was compiled to. What else a writer says of it is passed over.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct StoredPolicy {
    /// Its id, of the writer's choosing.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: u32,
    /// What it was compiled to.
    pub compiled: StoredRules,
}

/// What a policy was compiled to.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct StoredRules {
    /// Its sentences, in the order of the document.
    pub sentences: Vec<StoredSentence>,
    /// The version of the grammar that read it.
    pub grammar: u32,
    /// The version of the vocabulary that read it.
    pub lexicon: u32,
}

/// A sentence with its rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct StoredSentence {
    /// The sentence as it stands in the document.
    pub text: String,
    /// What became of it. Its rules run only if it is enforced.
    pub status: Status,
    /// Its rules, in the form in which rules are written.
    #[cfg_attr(feature = "typescript", tsify(type = "unknown[]"))]
    pub rules: Vec<PolicyRule>,
}

/// Why a stored policy can not be enforced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// A newer grammar compiled it, whose rules may say what this analyzer does not know.
    #[error(
        "the policy `{title}` was compiled by grammar {found} and this analyzer knows grammar \
         {GRAMMAR_VERSION}: compile it again with this version"
    )]
    Grammar {
        /// The policy's title.
        title: String,
        /// The version of the grammar that compiled it.
        found: u32,
    },
    /// A rule does not say of its examples what it said when it was compiled.
    #[error(
        "the policy `{title}` has a rule that does not hold for its own examples, from the \
         sentence `{sentence}`: compile it again with this version"
    )]
    Rule {
        /// The policy's title.
        title: String,
        /// The sentence that the rule comes from.
        sentence: String,
    },
}

impl StoredPolicy {
    /// The policy, ready to check formulas.
    pub fn load(self) -> Result<Policy, StoredError> {
        let title = self.title;
        let found = self.compiled.grammar;
        if found > GRAMMAR_VERSION {
            return Err(StoredError::Grammar { title, found });
        }
        for sentence in &self.compiled.sentences {
            let is_enforced = sentence.status == Status::Enforced;
            if is_enforced && !sentence.rules.iter().all(PolicyRule::holds) {
                let sentence = sentence.text.clone();
                return Err(StoredError::Rule { title, sentence });
            }
        }
        let lexicon = self.compiled.lexicon;
        let sentences = self.compiled.sentences.into_iter();
        let sentences = sentences.map(StoredSentence::into_sentence).collect();
        Ok(Policy {
            id: self.id,
            title,
            version: self.version,
            compiled: Arc::new(Compiled::of(sentences, found, lexicon)),
        })
    }
}

impl StoredSentence {
    fn into_sentence(self) -> Sentence {
        Sentence {
            text: self.text,
            span: Span::default(),
            status: self.status,
            paraphrase: None,
            rules: self.rules,
            unread: Vec::new(),
            note: None,
            is_rule: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Lexicon, compile};

    const TEXT: &str =
        "VLOOKUP must use exact match. Every model has an owner. No more than 3 nested IFs.";

    fn written() -> serde_json::Value {
        let compiled = compile(TEXT, &Lexicon::english());
        serde_json::json!({
            "id": "p1",
            "title": "Lookups",
            "version": 7,
            "compiled": compiled.to_wire(TEXT),
        })
    }

    fn load(written: serde_json::Value) -> Result<Policy, StoredError> {
        serde_json::from_value::<StoredPolicy>(written)
            .unwrap()
            .load()
    }

    #[test]
    fn a_policy_that_is_read_again_finds_what_it_found_before() {
        let read = load(written()).unwrap();
        let compiled = compile(TEXT, &Lexicon::english());
        assert_eq!(compiled.enforced(), 2);
        for formula in [
            "=VLOOKUP(A1, B:C, 2)",
            "=VLOOKUP(A1, B:C, 2, FALSE)",
            "=IF(A1, IF(A2, IF(A3, IF(A4, 1))))",
        ] {
            assert_eq!(
                read.compiled.violations(formula),
                compiled.violations(formula),
                "{formula}"
            );
        }
    }

    #[test]
    fn a_policy_of_a_newer_grammar_is_refused() {
        let mut policy = written();
        policy["compiled"]["grammar"] = (GRAMMAR_VERSION + 1).into();
        assert!(matches!(load(policy), Err(StoredError::Grammar { .. })));
    }

    #[test]
    fn a_policy_of_an_older_grammar_stays_in_force_under_its_own_version() {
        let mut policy = written();
        policy["compiled"]["grammar"] = (GRAMMAR_VERSION - 1).into();
        let read = load(policy).unwrap();
        assert_eq!(read.compiled.grammar_version, GRAMMAR_VERSION - 1);
        assert_eq!(read.compiled.enforced(), 2);
    }

    #[test]
    fn a_rule_that_contradicts_its_examples_is_refused() {
        let mut policy = written();
        let tests = &mut policy["compiled"]["sentences"][0]["rules"][0]["tests"];
        let kept = tests["pass"].take();
        tests["pass"] = tests["fail"].take();
        tests["fail"] = kept;
        assert!(matches!(load(policy), Err(StoredError::Rule { .. })));
    }

    #[test]
    fn a_demand_that_is_not_known_is_refused() {
        let mut policy = written();
        policy["compiled"]["sentences"][0]["rules"][0]["match"] =
            serde_json::json!({"neverHeardOf": {}});
        assert!(serde_json::from_value::<StoredPolicy>(policy).is_err());
    }
}
