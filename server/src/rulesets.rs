//! The rules that an organization's audits run with, compiled once for each version of its
//! policies and shared by all requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analyzer::policy;
use analyzer::rule::Preset;
use analyzer::ruleset::{Policy, RuleSet};
use moka::future::Cache;
use uuid::Uuid;

use crate::db;
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
        let stored = db::policies::load_active(&mut tenant).await?;
        tenant.commit().await?;
        let Some(first) = stored.first() else {
            return Err(Error::new(
                ProblemType::UnknownOrganization,
                "The organization was deleted a moment ago.",
            ));
        };
        let version = first.rules_version;
        let lexicon = Arc::clone(&state.lexicon);
        let rules = state
            .analysis
            .run(move |_| OrganizationRules::compile(version, stored, &lexicon))
            .await?;
        let rules = Arc::new(rules);
        self.held.insert(organization, Arc::clone(&rules)).await;
        Ok(rules)
    }

    /// Drops what is held of an organization: its policies changed.
    pub async fn forget(&self, organization: Uuid) {
        self.held.invalidate(&organization).await;
    }
}

/// An organization's rules at one version of its policies.
#[derive(Debug)]
pub struct OrganizationRules {
    /// Rises with every change of a policy.
    pub version: i64,
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

    fn compile(
        version: i64,
        stored: Vec<db::policies::ActivePolicy>,
        lexicon: &policy::Lexicon,
    ) -> Self {
        let policies: Vec<(Option<String>, Policy)> = stored
            .into_iter()
            .filter_map(|row| {
                let compiled = policy::compile(row.content.as_deref()?, lexicon);
                let policy = Policy {
                    id: row.id?.to_string(),
                    title: row.title?,
                    version: u32::try_from(row.version?).unwrap_or_default(),
                    compiled: Arc::new(compiled),
                };
                Some((row.department.as_deref().map(folded), policy))
            })
            .collect();
        let rules_of = |department: Option<&str>| {
            let chosen = policies.iter().filter(|(own, _)| {
                department.is_none_or(|_| own.is_none() || own.as_deref() == department)
            });
            let chosen = chosen.map(|(_, policy)| Policy {
                compiled: Arc::new(policy.compiled.for_department(department)),
                ..policy.clone()
            });
            Arc::new(RuleSet::of(&[Preset::Recommended]).with_policies(chosen.collect()))
        };
        // A policy has a department, and single rules of any policy can have some too.
        let departments: BTreeSet<String> = policies
            .iter()
            .flat_map(|(department, policy)| {
                let named = policy.compiled.departments().map(folded);
                department.iter().cloned().chain(named)
            })
            .collect();
        Self {
            version,
            all: rules_of(None),
            general: rules_of(Some("")),
            departments: departments
                .into_iter()
                .map(|name| {
                    let rules = rules_of(Some(&name));
                    (name, rules)
                })
                .collect(),
        }
    }
}

/// Departments are compared without regard to case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}
