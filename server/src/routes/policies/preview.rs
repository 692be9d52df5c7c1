//! What a policy would become and find, before it is stored.

use std::sync::Arc;

use analyzer::cell::{CellAddress, CellRange};
use analyzer::parser::Locale;
use analyzer::policy::{self, analysis};
use analyzer::report::{AuditEntry, assemble};
use analyzer::ruleset::{Policy, RuleSet};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::analysis::Abandoned;
use crate::clock::Clock;
use crate::db;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::Caller;
use crate::parallel;
use crate::problem::ProblemDetails;
use crate::rulesets::recent::{AUDITS, RecentAudits, difference, with};
use crate::state::AppState;

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
    let lexicon = Arc::clone(&rules.lexicon);
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
    let (locale, names) = (Locale::default(), Arc::default());
    let audited = parallel::audit_cells(&rules, locale, &names, cells.collect(), abandoned);
    let report = assemble(&rules, audited, parallel::circumstances(now, now));
    Ok(report.audits)
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
