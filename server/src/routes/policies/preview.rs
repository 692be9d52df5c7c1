//! What a policy would become and find, before it is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::cell::{CellAddress, CellRange};
use analyzer::parser::Locale;
use analyzer::policy::{self, analysis};
use analyzer::report::{AuditEntry, assemble, reported};
use analyzer::ruleset::{Policy, RuleSet};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::analysis::Abandoned;
use crate::clock::Clock;
use crate::db;
use crate::db::rulesets::KeptFormulas;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::Caller;
use crate::parallel;
use crate::problem::ProblemDetails;
use crate::state::AppState;

/// The audits whose formulas a policy is tried on, and the formulas at most.
const AUDITS: i64 = 20;
const FORMULAS: usize = 20_000;

/// Compiles a policy and says what it would find; stores nothing.
///
/// With `formulas`, it is tried on them. Without, it is tried on the formulas of the organization's
/// last audits, if those are kept, and the difference to the policies in force is told.
#[utoipa::path(post, path = "/api/policies/preview", tag = "policies", request_body = PreviewInput, responses(
    (status = OK, body = Preview),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
pub(super) async fn preview_policy(
    State(state): State<AppState>,
    caller: Caller,
    Json(input): Json<PreviewInput>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    if input.content.contains('\0') {
        let detail = "The document is not text: it contains NUL characters.";
        return Err(Error::input("/content", detail));
    }
    let rules = state
        .rulesets
        .get_current(&state, caller.organization_id)
        .await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    if let Some(id) = input.policy_id
        && db::policies::find(&mut tenant, id).await?.is_none()
    {
        return Err(Error::not_found("policy"));
    }
    let are_kept = rules.choice.keep_formulas;
    let recent = match &input.formulas {
        None if are_kept => db::rulesets::recent_formulas(&mut tenant, AUDITS).await?,
        _ => Vec::new(),
    };
    tenant.commit().await?;
    let lexicon = Arc::clone(&state.lexicon);
    let clock = state.clock;
    let in_force = rules.for_department(None);
    let preview = state.analysis.run(move |abandoned| {
        let compiled = policy::compile(&input.content, &lexicon);
        let wire = json!(compiled.to_wire(&input.content));
        let policy = Policy {
            id: input.policy_id.unwrap_or_default().to_string(),
            title: "Preview".to_owned(),
            version: 0,
            compiled: Arc::new(compiled),
        };
        let together = with(&in_force, policy.clone());
        let issues = analysis::of(&together)
            .iter()
            .map(|issue| json!(issue))
            .collect();
        let (audits, recent) = match input.formulas {
            Some(formulas) => (Some(try_on(policy, formulas, clock, abandoned)?), None),
            None if are_kept => {
                let then = (*in_force).clone().with_policies(together);
                (None, Some(difference(&in_force, &then, &recent)))
            }
            None => (None, Some(RecentAudits::not_kept())),
        };
        Ok::<_, Error>(Preview {
            compiled: wire,
            issues,
            flagged: audits.as_ref().map(|audits| {
                let flagged = audits.iter().filter(|audit| !audit.findings.is_empty());
                flagged.count()
            }),
            audits,
            recent,
        })
    });
    Ok((standing.headers(), Json(preview.await??)).into_response())
}

/// What the policy alone finds in these formulas.
fn try_on(
    policy: Policy,
    formulas: Vec<String>,
    clock: Clock,
    abandoned: &Abandoned,
) -> Result<Vec<AuditEntry>> {
    let column = CellRange::column_a();
    let positions = column
        .place_list(formulas.len())
        .map_err(|error| Error::input("/formulas", format!("{error}.")))?;
    let cells = positions.zip(formulas).map(|(position, formula)| {
        let address = CellAddress {
            sheet: None,
            position,
        };
        (address, formula)
    });
    let rules = RuleSet::of(&[]).with_policies(vec![policy]);
    let now = clock.now();
    let audited = parallel::audit_cells(&rules, Locale::default(), cells.collect(), abandoned);
    let report = assemble(&rules, audited, parallel::circumstances(now, now));
    Ok(report.audits)
}

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
fn with(in_force: &RuleSet, policy: Policy) -> Vec<Policy> {
    let mut policies = in_force.policies().to_vec();
    match policies.iter_mut().find(|other| other.id == policy.id) {
        Some(replaced) => *replaced = policy,
        None => policies.push(policy),
    }
    policies
}

/// What changes on the formulas of the last audits when one rule set takes the place of another.
fn difference(in_force: &RuleSet, then: &RuleSet, recent: &[KeptFormulas]) -> RecentAudits {
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

/// A policy that is not stored.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PreviewInput {
    /// Plain sentences; Markdown is understood.
    content: String,
    /// Formulas to try it on.
    #[serde(default)]
    formulas: Option<Vec<String>>,
    /// The policy whose next version it would be; a new one without.
    #[serde(default)]
    policy_id: Option<Uuid>,
}

/// What a policy would become and find.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Preview {
    /// `{"sentences": […], "enforced", "partial", "notEnforced", "grammar", "lexicon"}`
    compiled: Value,
    /// What is wrong between its rules and those of the policies in force: what is said twice,
    /// contradicted, said more strictly elsewhere, or can never find anything.
    issues: Vec<Value>,
    /// How many of the formulas given it finds something in.
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged: Option<usize>,
    /// What it finds in each of the formulas given.
    #[serde(skip_serializing_if = "Option::is_none")]
    audits: Option<Vec<AuditEntry>>,
    /// What it would change on the last audits; when no formulas were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    recent: Option<RecentAudits>,
}

/// What a policy would change on the organization's last audits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct RecentAudits {
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
    fn not_kept() -> Self {
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
