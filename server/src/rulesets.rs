//! The rules that an organization's audits run with, compiled once for each version of its
//! policies, its choice of built-in rules and its suppressions, and shared by all requests.

pub mod choice;
pub mod policies;
pub(crate) mod recent;
pub mod suppressions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analyzer::policy::Lexicon;
use analyzer::ruleset::{ENGINE, Policy, RuleSet};
use moka::future::Cache;
use serde_json::{Value, json};
use uuid::Uuid;

use self::choice::RuleSetChoice;
use self::policies::wire;
use self::suppressions::Suppressions;
use crate::db;
use crate::db::compiled::{ActivePolicy, CompiledPolicy};
use crate::error::{Error, Result};
use crate::problem::ProblemType;
use crate::state::AppState;

/// Organizations whose rules are held in memory.
const HELD: u64 = 1000;

/// The compiled rules of organizations.
///
/// What is held may be stale, because another server may have stored a policy: the transaction that
/// records an audit compares versions, and an audit made with old rules is made again.
#[derive(Debug)]
pub struct RuleSets {
    held: Cache<Uuid, Arc<OrganizationRules>>,
}

impl Default for RuleSets {
    fn default() -> Self {
        Self {
            held: Cache::builder().max_capacity(HELD).build(),
        }
    }
}

impl RuleSets {
    /// The organization's rules, from memory if they are there.
    pub async fn get(
        &self,
        state: &AppState,
        organization: Uuid,
    ) -> Result<Arc<OrganizationRules>> {
        if let Some(rules) = self.held.get(&organization).await {
            return Ok(rules);
        }
        let mut tenant = state.db.begin(organization).await?;
        // The version is read first: what is read after it may be newer, and is then read again.
        let policies = db::compiled::load_active(&mut tenant).await?;
        let choice = db::rulesets::choice(&mut tenant).await?;
        let silenced = db::suppressions::list(&mut tenant).await?;
        tenant.commit().await?;
        let Some(first) = policies.first() else {
            return Err(Error::new(
                ProblemType::UnknownOrganization,
                "The organization was deleted a moment ago.",
            ));
        };
        let version = first.rules_version;
        let choice = choice.map_or_else(RuleSetChoice::default, RuleSetChoice::from_stored);
        let silenced = Suppressions::new(silenced, &choice.locked);
        let lexicon = Arc::clone(&state.lexicon);
        let (rules, first_compiled) = state
            .analysis
            .run(move |_| OrganizationRules::compile(version, policies, choice, silenced, &lexicon))
            .await?;
        keep(state, organization, &rules, &first_compiled).await?;
        let rules = Arc::new(rules);
        self.held.insert(organization, Arc::clone(&rules)).await;
        Ok(rules)
    }

    /// The organization's rules as the database has them now.
    pub async fn get_current(
        &self,
        state: &AppState,
        organization: Uuid,
    ) -> Result<Arc<OrganizationRules>> {
        let mut tenant = state.db.begin(organization).await?;
        let version = db::compiled::rules_version(&mut tenant).await?;
        tenant.commit().await?;
        let held = self.get(state, organization).await?;
        if Some(held.version) == version {
            return Ok(held);
        }
        self.forget(organization).await;
        self.get(state, organization).await
    }

    /// Drops what is held of an organization: its policies changed.
    pub async fn forget(&self, organization: Uuid) {
        self.held.invalidate(&organization).await;
    }
}

/// Keeps what audits with these rules will refer to, before there is one.
async fn keep(
    state: &AppState,
    organization: Uuid,
    rules: &OrganizationRules,
    first_compiled: &[CompiledPolicy],
) -> Result<()> {
    let now = state.clock.now();
    let mut tenant = state.db.begin(organization).await?;
    for compiled in first_compiled {
        db::compiled::keep(&mut tenant, compiled, now).await?;
    }
    for set in rules.sets() {
        let hash = digest(set.hash())?;
        db::rulesets::keep(&mut tenant, &hash, &definition(set), now).await?;
    }
    Ok(tenant.commit().await?)
}

/// All that a rule set finds things by, from which it can be made again.
fn definition(set: &RuleSet) -> Value {
    let policies: Vec<Value> = set.policies().iter().map(wire).collect();
    json!({"engine": ENGINE, "rules": set.definition().rules, "policies": policies})
}

/// The bytes of `sha256:` and hexadecimal digits.
pub(crate) fn digest(text: &str) -> Result<Vec<u8>> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let half = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
    let byte = |pair: &[u8]| match *pair {
        [high, low] => Some(half(high)? << 4 | half(low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    bytes.ok_or_else(|| Error::internal("a digest is pairs of hexadecimal digits"))
}

/// An organization's rules at one version of its policies.
#[derive(Debug)]
pub struct OrganizationRules {
    /// Rises with every change of a policy in force, of the choice of rules and of suppressions.
    pub version: i64,
    /// What administrators chose.
    pub choice: RuleSetChoice,
    /// What was silenced.
    pub suppressions: Suppressions,
    /// What reads the organization's policies: the vocabulary with words of its own.
    pub lexicon: Arc<Lexicon>,
    /// For audits that name no department: every policy applies.
    all: Arc<RuleSet>,
    /// For audits that name a department without policies of its own.
    general: Arc<RuleSet>,
    /// For audits that name a department with policies of its own, by its name in lower case.
    departments: BTreeMap<String, Arc<RuleSet>>,
}

impl OrganizationRules {
    /// The rules for an audit that names this department.
    #[must_use]
    pub fn for_department(&self, department: Option<&str>) -> Arc<RuleSet> {
        let rules = match department {
            None => &self.all,
            Some(name) => self.departments.get(&folded(name)).unwrap_or(&self.general),
        };
        Arc::clone(rules)
    }

    fn sets(&self) -> impl Iterator<Item = &RuleSet> {
        let general = [self.all.as_ref(), self.general.as_ref()].into_iter();
        general.chain(self.departments.values().map(Arc::as_ref))
    }

    /// Compiles; also gives what was compiled for the first time.
    fn compile(
        version: i64,
        stored: Vec<ActivePolicy>,
        choice: RuleSetChoice,
        suppressions: Suppressions,
        vocabulary: &Arc<Lexicon>,
    ) -> (Self, Vec<CompiledPolicy>) {
        let lexicon = choice.lexicon(vocabulary).unwrap_or_else(|error| {
            tracing::warn!(%error, "a word of an organization means something else by now");
            Arc::clone(vocabulary)
        });
        let mut first_compiled = Vec::new();
        let mut policies: Vec<(Option<String>, Policy)> = Vec::new();
        for row in stored {
            let department = row.department.as_deref().map(folded);
            if let Some((policy, compiled)) = policies::load(row, &lexicon) {
                first_compiled.extend(compiled);
                policies.push((department, policy));
            }
        }
        let chosen = choice.rules_that_exist();
        let rules_of = |department: Option<&str>| {
            let applying = policies.iter().filter(|(own, _)| {
                department.is_none_or(|_| own.is_none() || own.as_deref() == department)
            });
            let applying = applying.map(|(_, policy)| Policy {
                compiled: Arc::new(policy.compiled.for_department(department)),
                ..policy.clone()
            });
            Arc::new(chosen.clone().with_policies(applying.collect()))
        };
        // A policy has a department, and single rules of any policy can have some too.
        let departments: BTreeSet<String> = policies
            .iter()
            .flat_map(|(department, policy)| {
                let named = policy.compiled.departments().map(folded);
                department.iter().cloned().chain(named)
            })
            .collect();
        let rules = Self {
            version,
            suppressions,
            lexicon,
            all: rules_of(None),
            general: rules_of(Some("")),
            departments: departments
                .into_iter()
                .map(|name| {
                    let rules = rules_of(Some(&name));
                    (name, rules)
                })
                .collect(),
            choice,
        };
        (rules, first_compiled)
    }
}

/// Departments are compared without regard to case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
