//! What a change of an organization's rules would change on the formulas of its last audits, where
//! it keeps those.

use std::collections::{BTreeMap, BTreeSet};

use analyzer::audit::Auditor;
use analyzer::cell::CellAddress;
use analyzer::parser::Locale;
use analyzer::report::reported;
use analyzer::ruleset::{Policy, RuleSet};
use serde::{Deserialize, Serialize};

use crate::db::rulesets::KeptFormulas;

/// How many of the last audits are looked at.
pub(crate) const AUDITS: i64 = 20;

/// How many of their formulas at most.
const FORMULAS: usize = 20_000;

/// A formula that was kept.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct KeptFormula {
    sheet: Option<String>,
    cell: String,
    formula: String,
}

/// What a finding is told apart by: the sheet, the rule, the sentence and the fingerprint.
type Identity = (Option<String>, String, Option<String>, String);

/// The policies in force with this one, in place of its version in force if there is one.
pub(crate) fn with(in_force: &RuleSet, policy: Policy) -> Vec<Policy> {
    let mut policies = in_force.policies().to_vec();
    match policies.iter_mut().find(|other| other.id == policy.id) {
        Some(replaced) => *replaced = policy,
        None => policies.push(policy),
    }
    policies
}

/// What changes on the formulas of the last audits when one rule set takes the place of another.
pub(crate) fn difference(
    in_force: &RuleSet,
    then: &RuleSet,
    recent: &[KeptFormulas],
) -> RecentAudits {
    let mut formulas: BTreeSet<(bool, KeptFormula)> = BTreeSet::new();
    for kept in recent {
        let read: Vec<KeptFormula> =
            serde_json::from_value(kept.formulas.clone()).unwrap_or_default();
        let left = FORMULAS.saturating_sub(formulas.len());
        formulas.extend(
            read.into_iter()
                .take(left)
                .map(|one| (kept.decimal_comma, one)),
        );
    }
    let (before, after) = (findings(in_force, &formulas), findings(then, &formulas));
    let mut rules: BTreeMap<(String, Option<String>), Change> = BTreeMap::new();
    let mut sheets: BTreeMap<Option<String>, Change> = BTreeMap::new();
    let mut total = Change::default();
    let added = after.difference(&before).map(|finding| (finding, true));
    let removed = before.difference(&after).map(|finding| (finding, false));
    for ((sheet, rule, sentence, _), is_new) in added.chain(removed) {
        total.count(is_new);
        sheets.entry(sheet.clone()).or_default().count(is_new);
        let rule = (rule.clone(), sentence.clone());
        rules.entry(rule).or_default().count(is_new);
    }
    RecentAudits {
        formulas_kept: true,
        summary: format!(
            "+{} findings, -{} findings in {} sheets.",
            total.added,
            total.removed,
            sheets.len()
        ),
        audits: recent.len(),
        formulas: formulas.len(),
        change: total,
        rules: rules
            .into_iter()
            .map(|((rule, sentence), change)| RuleChange {
                rule,
                sentence,
                change,
            })
            .collect(),
        sheets: sheets
            .into_iter()
            .map(|(sheet, change)| SheetChange { sheet, change })
            .collect(),
    }
}

fn findings(rules: &RuleSet, formulas: &BTreeSet<(bool, KeptFormula)>) -> BTreeSet<Identity> {
    let mut found = BTreeSet::new();
    for decimal_comma in [false, true] {
        let mut auditor = Auditor::new(rules, Locale { decimal_comma });
        for (_, kept) in formulas.iter().filter(|(comma, _)| *comma == decimal_comma) {
            let Ok(address) = kept.cell.parse::<CellAddress>() else {
                continue;
            };
            let Ok(audit) = auditor.audit(&kept.formula, address.position) else {
                continue;
            };
            found.extend(audit.findings.iter().map(|finding| {
                let told = reported(rules, &kept.formula, finding);
                let sentence = told.policy.map(|policy| policy.sentence);
                (kept.sheet.clone(), told.rule, sentence, told.fingerprint)
            }));
        }
    }
    found
}

/// What a policy would change on the organization's last audits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecentAudits {
    /// Whether the organization keeps the formulas of its audits. If not, the numbers say nothing.
    formulas_kept: bool,
    /// In words.
    summary: String,
    /// How many audits were looked at.
    audits: usize,
    /// How many formulas: one of each kind on each sheet.
    formulas: usize,
    #[serde(flatten)]
    change: Change,
    /// By rule and sentence.
    rules: Vec<RuleChange>,
    /// By sheet.
    sheets: Vec<SheetChange>,
}

impl RecentAudits {
    pub(crate) fn not_kept() -> Self {
        Self {
            formulas_kept: false,
            summary: "The formulas of audits are not kept, so there are none to try the policy on. An administrator turns that on with \"keepFormulas\": true in PUT /api/rulesets; audits from then on are kept. Or give \"formulas\" here.".to_owned(),
            audits: 0,
            formulas: 0,
            change: Change::default(),
            rules: Vec::new(),
            sheets: Vec::new(),
        }
    }
}

/// Findings that come and go. One on many copies of a formula counts once on each sheet.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
struct Change {
    /// Findings that there would be and are not.
    added: usize,
    /// Findings that there are and would not be.
    removed: usize,
}

impl Change {
    fn count(&mut self, is_new: bool) {
        if is_new {
            self.added += 1;
        } else {
            self.removed += 1;
        }
    }
}

/// What changes for one rule.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RuleChange {
    /// The rule's name.
    rule: String,
    /// The sentence of a policy that asks for it; `null` for a built-in rule.
    sentence: Option<String>,
    #[serde(flatten)]
    change: Change,
}

/// What changes on one sheet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SheetChange {
    /// Its name; `null` where none was given.
    sheet: Option<String>,
    #[serde(flatten)]
    change: Change,
}
