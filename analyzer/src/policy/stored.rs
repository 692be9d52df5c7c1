//! A compiled policy as data that is read again: what [`Compiled::to_wire`] wrote, checked against
//! where the compiler of sentences is not at hand.
//!
//! Reads no sentence. What can not be trusted to mean here what it meant where it was compiled is
//! refused as a whole: a policy that is enforced in part looks as if it were enforced. A grammar
//! reads sentences, so the rules of an older one mean what they meant.

use std::sync::Arc;

use super::rule::PolicyRule;
use super::status::Status;
use super::{Compiled, GRAMMAR_VERSION, Sentence};
use crate::json::{Json, Member, Object, Unreadable};
use crate::ruleset::{ENGINE, Policy, RuleSet, RuleSetDefinition, RuleSetError};
use crate::span::Span;

/// An organization's rules as the server answers them. What else it says is passed over.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "typescript",
    derive(tsify::Tsify),
    tsify(rename = "OrganizationRules")
)]
pub struct StoredRuleSet {
    /// The built-in rules that are on.
    pub definition: RuleSetDefinition,
    /// The policies in force, compiled.
    pub policies: Vec<StoredPolicy>,
}

/// A policy with what it was compiled to. What else a writer says of it is passed over.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "typescript",
    derive(tsify::Tsify),
    serde(rename_all = "camelCase")
)]
pub struct StoredSentence {
    /// The sentence as it stands in the document.
    pub text: String,
    /// What became of it. Its rules run only if it is enforced.
    pub status: Status,
    /// What it demands, in the analyzer's own words.
    #[cfg_attr(feature = "typescript", tsify(optional, type = "string | null"))]
    pub paraphrase: Option<String>,
    /// Whether it is a rule as rules are written, which is cited by what it demands.
    #[cfg_attr(feature = "typescript", tsify(optional, type = "boolean"))]
    pub is_rule: Option<bool>,
    /// Its rules, in the form in which rules are written. What they said and were tried on where
    /// they were compiled stays, so that findings have the same message and identity here.
    #[cfg_attr(feature = "typescript", tsify(type = "unknown[]"))]
    pub rules: Vec<PolicyRule>,
}

/// Why what is stored can not be enforced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// A built-in rule that is on, or a setting of it, is not known here.
    #[error("{error}: the rules are those of version {engine}, and this is {ENGINE}")]
    Definition {
        /// What is not known.
        error: RuleSetError,
        /// The version that the rules come from.
        engine: String,
    },
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

impl StoredRuleSet {
    /// Reads what the server answers.
    pub fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        let policies = form.need("policies")?;
        Ok(Self {
            definition: form
                .need("definition")?
                .read(RuleSetDefinition::from_json)?,
            policies: policies.items(|policy| policy.read(StoredPolicy::from_json))?,
        })
    }

    /// The rule set, ready to check formulas.
    pub fn load(self) -> Result<RuleSet, StoredError> {
        let rules = RuleSet::from_definition(&self.definition);
        let rules = rules.map_err(|error| StoredError::Definition {
            error,
            engine: self.definition.engine,
        })?;
        let policies: Result<Vec<_>, _> =
            self.policies.into_iter().map(StoredPolicy::load).collect();
        Ok(rules.with_policies(policies?))
    }
}

impl StoredPolicy {
    /// Reads a list of policies.
    pub fn all_from_json(json: &impl Json) -> Result<Vec<Self>, Unreadable> {
        Member::of(json).items(|policy| policy.read(Self::from_json))
    }

    /// Reads a policy as it is written to JSON.
    pub fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        Ok(Self {
            id: form.need("id")?.text()?,
            title: form.need("title")?.text()?,
            version: form.need("version")?.whole()?,
            compiled: form.need("compiled")?.read(StoredRules::from_json)?,
        })
    }

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

impl StoredRules {
    /// Reads what [`Compiled::to_wire`] wrote.
    pub fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        let sentences = form.need("sentences")?;
        Ok(Self {
            sentences: sentences.items(|one| one.read(StoredSentence::from_json))?,
            grammar: form.need("grammar")?.whole()?,
            lexicon: form.need("lexicon")?.whole()?,
        })
    }
}

impl StoredSentence {
    fn from_json(json: &impl Json) -> Result<Self, Unreadable> {
        let form = Object::of(json)?;
        Ok(Self {
            text: form.need("text")?.text()?,
            status: form.need("status")?.word()?,
            paraphrase: form.optional_text("paraphrase")?,
            is_rule: form.get("isRule").map(|one| one.boolean()).transpose()?,
            rules: form
                .need("rules")?
                .items(|rule| rule.read(PolicyRule::from_json))?,
        })
    }

    fn into_sentence(self) -> Sentence {
        Sentence {
            text: self.text,
            span: Span::default(),
            status: self.status,
            paraphrase: self.paraphrase,
            rules: self.rules,
            unread: Vec::new(),
            note: None,
            is_rule: self.is_rule.unwrap_or_default(),
        }
    }
}

#[cfg(all(test, feature = "policies"))]
mod tests {
    use super::*;
    use crate::policy::{Lexicon, compile};
    use crate::rule::Preset;

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
        StoredPolicy::from_json(&&written).unwrap().load()
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
    fn a_rule_that_was_written_is_cited_by_what_it_demands() {
        let text = "rules:\n  - match: NOW()\n";
        let compiled = compile(text, &Lexicon::english());
        let stored = serde_json::json!(compiled.to_wire(text));
        let stored = serde_json::json!({"id": "p", "title": "", "version": 1, "compiled": stored});
        let read = load(stored).unwrap();
        let cited = read.compiled.citation(0);
        assert_eq!(cited, Some("Formulas must not use NOW."));
        assert_eq!(cited, compiled.citation(0));
    }

    #[test]
    fn a_rule_set_that_is_read_again_has_the_hash_that_it_had() {
        let rules = RuleSet::of(&[Preset::Security]);
        let written = serde_json::json!({
            "definition": rules.definition(),
            "policies": [written()],
        });
        let policy = Policy {
            id: "p1".to_owned(),
            title: "Lookups".to_owned(),
            version: 7,
            compiled: Arc::new(compile(TEXT, &Lexicon::english())),
        };
        let before = rules.with_policies(vec![policy]);
        let read = StoredRuleSet::from_json(&&written).unwrap().load().unwrap();
        assert_eq!(read.hash(), before.hash());
        assert_eq!(read.definition(), before.definition());
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
    fn a_rule_keeps_the_words_and_the_examples_that_it_was_compiled_with() {
        let mut policy = written();
        let rule = &mut policy["compiled"]["sentences"][0]["rules"][0];
        rule["paraphrase"] = "Lookups must be exact.".into();
        rule["tests"]["pass"] = serde_json::json!(["=VLOOKUP(A1,B1:C9,2,0)"]);
        let before = rule.clone();
        let read = load(policy).unwrap();
        let rule = read.compiled.enforced_rules().next().unwrap();
        assert_eq!(serde_json::to_value(rule).unwrap(), before);
    }

    #[test]
    fn a_rule_that_does_not_say_what_it_demands_is_refused() {
        let mut policy = written();
        let rule = &mut policy["compiled"]["sentences"][0]["rules"][0];
        rule.as_object_mut().unwrap().remove("paraphrase");
        let error = StoredPolicy::from_json(&&policy).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`compiled.sentences[0].rules[0].paraphrase`: it is missing"
        );
    }

    #[test]
    fn a_demand_that_is_not_known_is_refused() {
        let mut policy = written();
        policy["compiled"]["sentences"][0]["rules"][0]["match"] =
            serde_json::json!({"neverHeardOf": {}});
        assert!(StoredPolicy::from_json(&&policy).is_err());
    }
}
