//! Policies as audits run them. What was kept of a version goes before what the compiler makes of
//! its text today: a new grammar or vocabulary changes no audit until a person accepts it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use analyzer::policy::stored::{StoredPolicy, StoredRules};
use analyzer::policy::{self, Compiled, Lexicon, PolicyRule, Status};
use analyzer::ruleset::{Policy, RuleSet};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::recent::{RecentAudits, difference, with};
use crate::db::compiled::{ActivePolicy, CompiledPolicy, Published};
use crate::db::rulesets::KeptFormulas;

/// What a version of a policy is compiled to today.
#[must_use]
pub fn compile(policy_id: Uuid, version: i32, content: &str, lexicon: &Lexicon) -> CompiledPolicy {
    kept(
        policy_id,
        version,
        content,
        &policy::compile(content, lexicon),
    )
}

fn kept(policy_id: Uuid, version: i32, content: &str, compiled: &Compiled) -> CompiledPolicy {
    let number = |version: u32| i32::try_from(version).unwrap_or(i32::MAX);
    CompiledPolicy {
        policy_id,
        version,
        grammar: number(compiled.grammar_version),
        lexicon: number(compiled.lexicon_version),
        compiled: json!(compiled.to_wire(content)),
    }
}

/// A policy in force, and what it was compiled to if that happened just now.
#[must_use]
pub(super) fn load(
    row: ActivePolicy,
    lexicon: &Lexicon,
) -> Option<(Policy, Option<CompiledPolicy>)> {
    let (id, title, content, version) = (row.id?, row.title?, row.content?, row.version?);
    let number = u32::try_from(version).unwrap_or_default();
    let is_first = row.compiled.is_none();
    if let Some(compiled) = row.compiled {
        match read(id, &title, number, compiled) {
            Ok(policy) => return Some((policy, None)),
            // The text is there to be read again, which is better than not to enforce it.
            Err(error) => {
                tracing::warn!(policy = %id, version, %error, "what was kept of a policy can not be read; it is compiled again");
            }
        }
    }
    let compiled = policy::compile(&content, lexicon);
    let first = is_first.then(|| kept(id, version, &content, &compiled));
    let policy = Policy {
        id: id.to_string(),
        title,
        version: number,
        compiled: Arc::new(compiled),
    };
    Some((policy, first))
}

fn read(id: Uuid, title: &str, version: u32, compiled: Value) -> anyhow::Result<Policy> {
    let stored = StoredPolicy {
        id: id.to_string(),
        title: title.to_owned(),
        version,
        compiled: StoredRules::from_json(&&compiled)?,
    };
    Ok(stored.load()?)
}

/// A policy in the form that the browser's analyzer loads: its enforced sentences with those of their
/// rules that run for the department.
#[must_use]
pub fn wire(policy: &Policy) -> Value {
    let running: HashSet<*const PolicyRule> = policy
        .compiled
        .running_rules()
        .map(std::ptr::from_ref)
        .collect();
    let sentences = policy.compiled.sentences.iter();
    let sentences: Vec<Value> = sentences
        .filter(|sentence| sentence.status == Status::Enforced)
        .map(|sentence| {
            let rules = sentence.rules.iter();
            let rules: Vec<&PolicyRule> = rules
                .filter(|rule| running.contains(&std::ptr::from_ref(*rule)))
                .collect();
            json!({
                "text": sentence.text,
                "status": sentence.status,
                "paraphrase": sentence.paraphrase,
                "isRule": sentence.is_rule,
                "rules": rules,
            })
        })
        .collect();
    json!({
        "id": policy.id,
        "title": policy.title,
        "version": policy.version,
        "compiled": {
            "sentences": sentences,
            "grammar": policy.compiled.grammar_version,
            "lexicon": policy.compiled.lexicon_version,
        },
    })
}

/// What would change if a policy in force were compiled again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upgrade {
    /// What compiled the rules in force.
    pub from: CompilerVersion,
    /// What would compile them now.
    pub to: CompilerVersion,
    /// What would be demanded then and is not now, in the analyzer's words.
    pub rules_added: Vec<String>,
    /// What is demanded now and would not be then.
    pub rules_removed: Vec<String>,
    /// What that would change on the organization's last audits; `null` when their formulas are not
    /// kept.
    pub(crate) recent: Option<RecentAudits>,
}

/// What an upgrade is tried on: the rules in force, and the formulas that were kept.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) in_force: Arc<RuleSet>,
    pub(crate) formulas: Vec<KeptFormulas>,
}

/// What reads a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CompilerVersion {
    /// The version of the grammar.
    pub grammar: i32,
    /// The version of the vocabulary.
    pub lexicon: i32,
}

impl CompilerVersion {
    /// What reads policies today.
    #[must_use]
    pub fn current(lexicon: &Lexicon) -> Self {
        let number = |version: u32| i32::try_from(version).unwrap_or(i32::MAX);
        Self {
            grammar: number(policy::GRAMMAR_VERSION),
            lexicon: number(lexicon.version()),
        }
    }

    /// What read the version in force; `None` when what it became was not kept yet.
    #[must_use]
    pub fn of(published: &Published) -> Option<Self> {
        Some(Self {
            grammar: published.grammar?,
            lexicon: published.lexicon?,
        })
    }
}

/// What a new grammar or vocabulary would change of a policy in force; `None` when it is compiled
/// by those of today. It is told in findings where there is something to try it on.
#[must_use]
pub(crate) fn upgrade(
    id: Uuid,
    published: &Published,
    lexicon: &Lexicon,
    trial: Option<&Trial>,
) -> Option<Upgrade> {
    let from = CompilerVersion::of(published)?;
    let to = CompilerVersion::current(lexicon);
    if from == to {
        return None;
    }
    let now = policy::compile(&published.content, lexicon);
    let before = published.compiled.as_ref();
    let before = before.and_then(|before| StoredRules::from_json(&before).ok());
    let before: BTreeSet<String> = before
        .iter()
        .flat_map(|rules| &rules.sentences)
        .filter(|sentence| sentence.status == Status::Enforced)
        .flat_map(|sentence| &sentence.rules)
        .map(demand)
        .collect();
    let after: BTreeSet<String> = now.enforced_rules().map(demand).collect();
    let policy = Policy {
        id: id.to_string(),
        title: "Upgrade".to_owned(),
        version: u32::try_from(published.version).unwrap_or_default(),
        compiled: Arc::new(now),
    };
    let recent = trial.map(|Trial { in_force, formulas }| {
        let upgraded = RuleSet::clone(in_force).with_policies(with(in_force, policy));
        difference(in_force, &upgraded, formulas)
    });
    Some(Upgrade {
        from,
        to,
        rules_added: after.difference(&before).cloned().collect(),
        rules_removed: before.difference(&after).cloned().collect(),
        recent,
    })
}

/// All that a rule demands, in words.
fn demand(rule: &PolicyRule) -> String {
    format!("{} ({})", rule.paraphrase, rule.severity.name())
}
