//! Which built-in rules an organization has on, and all that its audits run with.

use analyzer::policy::Terms;
use analyzer::ruleset::RuleSetDefinition;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::db;
use crate::error::{Error, Result};
use crate::extract::{Json, Path, Query};
use crate::identity::Caller;
use crate::problem::ProblemDetails;
use crate::rulesets::choice::{RuleChoice, RuleSetChoice};
use crate::rulesets::policies::wire;
use crate::rulesets::{OrganizationRules, digest};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_ruleset, set_ruleset))
        .routes(routes!(get_ruleset_by_hash))
}

/// What administrators chose, and the compiled rules with their hash: what the browser's analyzer
/// loads to find what an audit finds.
///
/// With `If-None-Match`, answers 304 as long as nothing has changed.
#[utoipa::path(get, path = "/api/rulesets", tag = "rules",
    params(
        ("department" = Option<String>, Query, description = "The rules for an audit that names this department"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer"),
    ),
    responses(
        (status = OK, body = RuleSetAnswer, headers(("ETag" = String, description = "Changes with the answer"))),
        (status = NOT_MODIFIED),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn get_ruleset(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Query(wanted): Query<WantedRules>,
) -> Result<Response> {
    let rules = state
        .rulesets
        .get_current(&state, caller.organization_id)
        .await?;
    let answer = RuleSetAnswer::new(&rules, wanted.department.as_deref());
    let tag = format!("\"{}.{}\"", rules.version, answer.ruleset);
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    });
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, Json(answer)).into_response())
}

/// Chooses presets and rules, their severities and settings, and which of them nobody can suppress.
/// Replaces what was chosen before.
#[utoipa::path(put, path = "/api/rulesets", tag = "rules", request_body = RuleSetChoice, responses(
    (status = OK, body = RuleSetAnswer),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn set_ruleset(
    State(state): State<AppState>,
    caller: Caller,
    Json(choice): Json<RuleSetChoice>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    choice
        .check(&state.lexicon)
        .map_err(|unfit| Error::input(unfit.pointer, unfit.detail))?;
    let now = state.clock.now();
    let mut tenant = state.db.begin(caller.organization_id).await?;
    db::rulesets::choose(&mut tenant, caller.user_id, &choice.to_stored(), now).await?;
    if !choice.keep_formulas {
        db::rulesets::forget_formulas(&mut tenant).await?;
    }
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    let rules = state.rulesets.get(&state, caller.organization_id).await?;
    let answer = RuleSetAnswer::new(&rules, None);
    Ok((standing.headers(), Json(answer)).into_response())
}

/// The rule set behind the hash that an audit names in `ruleset`, to repeat that audit with.
#[utoipa::path(get, path = "/api/rulesets/{id}", tag = "rules",
    params(("id" = String, Path, description = "The hash: `sha256:…`")),
    responses(
        (status = OK, body = KeptRuleSet),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn get_ruleset_by_hash(
    State(state): State<AppState>,
    caller: Caller,
    Path(hash): Path<String>,
) -> Result<Json<KeptRuleSet>> {
    let bytes = digest(&hash).map_err(|_| Error::not_found("rule set"))?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let definition = db::rulesets::find(&mut tenant, &bytes).await?;
    tenant.commit().await?;
    let definition = definition.ok_or_else(|| Error::not_found("rule set"))?;
    Ok(Json(KeptRuleSet {
        ruleset: hash,
        definition,
    }))
}

/// Which of the organization's rule sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedRules {
    department: Option<String>,
}

/// What was chosen and what it comes to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct RuleSetAnswer {
    // The members of a choice, one by one: a choice that is sent may have no others, and described as
    // a part of this it would refuse those that follow.
    /// Names of presets; where two give a setting different values, the later one wins.
    presets: Vec<String>,
    /// What differs from the presets.
    rules: Vec<RuleChoice>,
    /// Rules whose findings nobody can suppress.
    locked: Vec<String>,
    /// Whether the formulas of audits are kept, one of each kind on each sheet.
    keep_formulas: bool,
    /// Words of the organization's own that its policies use, and what each stands for.
    terms: Terms,
    /// The hash of the compiled rules, as `ruleset` of an audit made with them.
    ruleset: String,
    /// The built-in rules that are on, each with its severity and all its settings.
    definition: RuleSetDefinition,
    /// The policies in force that apply, compiled: what the browser's analyzer takes.
    policies: Vec<Value>,
}

impl RuleSetAnswer {
    fn new(rules: &OrganizationRules, department: Option<&str>) -> Self {
        let set = rules.for_department(department);
        let RuleSetChoice {
            presets,
            rules: chosen,
            locked,
            keep_formulas,
            terms,
        } = rules.choice.clone();
        Self {
            presets,
            rules: chosen,
            locked,
            keep_formulas,
            terms,
            ruleset: set.hash().to_owned(),
            definition: set.definition(),
            policies: set.policies().iter().map(wire).collect(),
        }
    }
}

/// A rule set that audits ran with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct KeptRuleSet {
    /// Its hash.
    ruleset: String,
    /// `{"engine", "rules": […], "policies": […]}`
    definition: Value,
}
