//! Written policies: stored with every version, drafted and published, searched, and shown with what
//! each sentence became.

mod preview;

use std::sync::Arc;

use analyzer::policy::Lexicon;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::db;
use crate::db::compiled::{CompiledPolicy, Published};
use crate::db::policies::{
    ListedPolicy, Policy, PolicyDraft, PolicyStatus, PolicyVersion, TITLE_KEY, Wanted,
};
use crate::error::{Error, OnConstraint, Result};
use crate::extract::{Json, Path, Query};
use crate::identity::Caller;
use crate::problem::{ProblemDetails, ProblemType};
use crate::routes::cursor::{read_cursor, write_cursor};
use crate::rulesets::OrganizationRules;
use crate::rulesets::policies::{CompilerVersion, Trial, Upgrade, compile, upgrade};
use crate::rulesets::recent::AUDITS;
use crate::state::AppState;

/// Policies on one page when the caller names no number, and at most.
const PAGE: i64 = 50;
const LARGEST_PAGE: i64 = 200;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_policies, create_policy))
        .routes(routes!(get_policy, update_policy, delete_policy))
        .routes(routes!(list_policy_versions))
        .routes(routes!(accept_policy_upgrade))
        .routes(routes!(preview::preview_policy))
}

/// The organization's policies, newest first; with `q`, those that say what is sought.
#[utoipa::path(get, path = "/api/policies", tag = "policies",
    params(
        ("q" = Option<String>, Query, description = "Words of the title or the text, in English, as typed into a search: `lookup \"exact match\" -draft`"),
        ("category" = Option<String>, Query, description = "Only of this category"),
        ("department" = Option<String>, Query, description = "Only for this department"),
        ("tag" = Option<String>, Query, description = "Only with this tag"),
        ("limit" = Option<i64>, Query, description = "How many at most: 1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before"),
    ),
    responses(
        (status = OK, body = PolicyPage),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn list_policies(
    State(state): State<AppState>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<PolicyPage>> {
    let limit = page.limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Error::input(
            "/limit",
            format!("limit must be from 1 to {LARGEST_PAGE}."),
        ));
    }
    let after = page.cursor.as_deref().map(read_cursor).transpose()?;
    let wanted = page.wanted()?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let mut policies = db::policies::list(&mut tenant, &wanted, after, limit + 1).await?;
    tenant.commit().await?;
    let has_more = policies.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if has_more {
        policies.pop();
    }
    let last = policies.last().filter(|_| has_more);
    let next_cursor = last.map(|last| write_cursor(last.policy.created_at, last.policy.id));
    Ok(Json(PolicyPage {
        policies,
        next_cursor,
    }))
}

/// Stores a policy given as text.
#[utoipa::path(post, path = "/api/policies", tag = "policies", request_body = PolicyInput, responses(
    (status = CREATED, body = PolicyWithRules),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn create_policy(
    State(state): State<AppState>,
    caller: Caller,
    Json(input): Json<PolicyInput>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let stored = store(&state, &caller, input.into_draft("text")?).await?;
    Ok(created(stored, standing.headers()))
}

/// One policy with what its sentences became.
#[utoipa::path(get, path = "/api/policies/{id}", tag = "policies",
    params(("id" = Uuid, Path, description = "The policy's id")),
    responses(
        (status = OK, body = PolicyWithRules),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn get_policy(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let policy = db::policies::find(&mut tenant, id)
        .await?
        .ok_or_else(|| Error::not_found("policy"))?;
    let kept = db::compiled::find(&mut tenant, id, policy.version).await?;
    let published = db::compiled::published(&mut tenant, id).await?;
    tenant.commit().await?;
    let rules = state
        .rulesets
        .get_current(&state, caller.organization_id)
        .await?;
    let published = published.filter(|published| is_outdated(&rules, published));
    let mut headers = HeaderMap::new();
    let mut tried = None;
    if published.is_some() {
        // What it would change is computed each time, so it costs what a preview does.
        headers = state.rate.admit(caller.organization_id).await?.headers();
        tried = trial(&state, caller.organization_id, &rules).await?;
    }
    let lexicon = Arc::clone(&rules.lexicon);
    let answer = state.analysis.run(move |_| {
        let compiled =
            kept.unwrap_or_else(|| compile(id, policy.version, &policy.content, &lexicon).compiled);
        let upgrade =
            published.and_then(|published| upgrade(id, &published, &lexicon, tried.as_ref()));
        PolicyWithRules::new(policy, compiled, upgrade)
    });
    Ok((headers, Json(answer.await?)).into_response())
}

/// Whether another grammar or vocabulary than today's compiled a version in force.
fn is_outdated(rules: &OrganizationRules, published: &Published) -> bool {
    let current = CompilerVersion::current(&rules.lexicon);
    CompilerVersion::of(published).is_some_and(|compiler| compiler != current)
}

/// What an upgrade of a policy would be tried on; `None` when the organization keeps no formulas.
async fn trial(
    state: &AppState,
    organization: Uuid,
    rules: &OrganizationRules,
) -> Result<Option<Trial>> {
    if !rules.choice.keep_formulas {
        return Ok(None);
    }
    let mut tenant = state.db.begin(organization).await?;
    let formulas = db::rulesets::recent_formulas(&mut tenant, AUDITS).await?;
    tenant.commit().await?;
    let in_force = rules.for_department(None);
    Ok(Some(Trial { in_force, formulas }))
}

/// Stores the next version of a policy.
///
/// With `"status": "draft"` the version published before stays in force. Where the text is that of
/// the version in force, its rules stay what they are: `POST …/accept-upgrade` compiles them again.
#[utoipa::path(put, path = "/api/policies/{id}", tag = "policies", request_body = PolicyInput,
    params(("id" = Uuid, Path, description = "The policy's id")),
    responses(
        (status = OK, body = PolicyWithRules),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn update_policy(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(input): Json<PolicyInput>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let draft = input.into_draft("text")?;
    let compiled = compile_draft(&state, caller.organization_id, id, &draft).await?;
    let now = state.clock.now();
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let in_force = db::compiled::published(&mut tenant, id).await?;
    let policy = db::policies::update(&mut tenant, caller.user_id, id, &draft, now)
        .await
        .on_constraint(TITLE_KEY, || title_taken(&draft.title))?
        .ok_or_else(|| Error::not_found("policy"))?;
    let unchanged = in_force.filter(|in_force| in_force.content == draft.content);
    let compiled = CompiledPolicy {
        version: policy.version,
        ..unchanged
            .and_then(|in_force| in_force.into_compiled(id))
            .unwrap_or(compiled)
    };
    db::compiled::keep(&mut tenant, &compiled, now).await?;
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    let answer = PolicyWithRules::new(policy, compiled.compiled, None);
    Ok((standing.headers(), Json(answer)).into_response())
}

/// Has the version in force compiled again by the grammar and the vocabulary of today.
///
/// Until then it keeps the rules that it was published with; `upgrade` of `GET …/{id}` says what
/// would change.
#[utoipa::path(post, path = "/api/policies/{id}/accept-upgrade", tag = "policies",
    params(("id" = Uuid, Path, description = "The policy's id")),
    responses(
        (status = OK, body = PolicyWithRules),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn accept_policy_upgrade(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let policy = db::policies::find(&mut tenant, id)
        .await?
        .ok_or_else(|| Error::not_found("policy"))?;
    let in_force = db::compiled::published(&mut tenant, id).await?;
    tenant.commit().await?;
    let in_force = in_force.ok_or_else(|| {
        let detail =
            "The policy is a draft that was never published, so no rules of it are in force.";
        Error::new(ProblemType::Conflict, detail)
    })?;
    let lexicon = lexicon(&state, caller.organization_id).await?;
    let (version, content) = (in_force.version, in_force.content);
    let compiled = state
        .analysis
        .run(move |_| compile(id, version, &content, &lexicon))
        .await?;
    let now = state.clock.now();
    let mut tenant = state.db.begin(caller.organization_id).await?;
    db::compiled::replace(&mut tenant, &compiled, now).await?;
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    let answer = PolicyWithRules::new(policy, compiled.compiled, None);
    Ok((standing.headers(), Json(answer)).into_response())
}

/// Deletes a policy with its versions.
#[utoipa::path(delete, path = "/api/policies/{id}", tag = "policies",
    params(("id" = Uuid, Path, description = "The policy's id")),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn delete_policy(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    if !db::policies::delete(&mut tenant, id).await? {
        return Err(Error::not_found("policy"));
    }
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    Ok((StatusCode::NO_CONTENT, standing.headers()).into_response())
}

/// Every version of a policy, newest first.
#[utoipa::path(get, path = "/api/policies/{id}/versions", tag = "policies",
    params(("id" = Uuid, Path, description = "The policy's id")),
    responses(
        (status = OK, body = PolicyVersions),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn list_policy_versions(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<PolicyVersions>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let versions = db::policies::versions(&mut tenant, id).await?;
    tenant.commit().await?;
    if versions.is_empty() {
        return Err(Error::not_found("policy"));
    }
    Ok(Json(PolicyVersions { versions }))
}

/// Compiles a policy and stores it as its first version.
pub(crate) async fn store(
    state: &AppState,
    caller: &Caller,
    draft: PolicyDraft,
) -> Result<PolicyWithRules> {
    let now = state.clock.now();
    let id = state.clock.id(now);
    let compiled = compile_draft(state, caller.organization_id, id, &draft).await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let policy = db::policies::insert(&mut tenant, caller.user_id, id, &draft, now)
        .await
        .on_constraint(TITLE_KEY, || title_taken(&draft.title))?;
    db::compiled::keep(&mut tenant, &compiled, now).await?;
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    Ok(PolicyWithRules::new(policy, compiled.compiled, None))
}

/// The answer to a policy that was stored.
pub(crate) fn created(stored: PolicyWithRules, headers: HeaderMap) -> Response {
    let location = format!("/api/policies/{}", stored.policy.id);
    (
        StatusCode::CREATED,
        headers,
        [(header::LOCATION, location)],
        Json(stored),
    )
        .into_response()
}

fn title_taken(title: &str) -> Error {
    Error::new(
        ProblemType::Conflict,
        format!(
            "A policy titled \"{title}\" exists. Change it with PUT /api/policies/{{id}}, or choose another title."
        ),
    )
}

/// What a policy becomes, as its first version.
async fn compile_draft(
    state: &AppState,
    organization: Uuid,
    id: Uuid,
    draft: &PolicyDraft,
) -> Result<CompiledPolicy> {
    let lexicon = lexicon(state, organization).await?;
    let content = draft.content.clone();
    let compile = move |_: &_| compile(id, 1, &content, &lexicon);
    state.analysis.run(compile).await
}

/// What reads the organization's policies.
async fn lexicon(state: &AppState, organization: Uuid) -> Result<Arc<Lexicon>> {
    let rules = state.rulesets.get_current(state, organization).await?;
    Ok(Arc::clone(&rules.lexicon))
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    q: Option<String>,
    category: Option<String>,
    department: Option<String>,
    tag: Option<String>,
}

impl PageQuery {
    /// What the list is narrowed to; an empty text narrows nothing.
    fn wanted(&self) -> Result<Wanted<'_>> {
        const LONGEST: usize = 1000;
        let given = [
            ("q", &self.q),
            ("category", &self.category),
            ("department", &self.department),
            ("tag", &self.tag),
        ];
        for (name, text) in given {
            let is_unfit = |text: &String| text.contains('\0') || text.len() > LONGEST;
            if text.as_ref().is_some_and(is_unfit) {
                let detail = format!("{name} must be text of {LONGEST} bytes at most.");
                return Err(Error::input(format!("/{name}"), detail));
            }
        }
        let [words, category, department, tag] = given.map(|(_, text)| {
            text.as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty())
        });
        Ok(Wanted {
            words,
            category,
            department,
            tag,
        })
    }
}

/// Some of the organization's policies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct PolicyPage {
    /// Newest first.
    policies: Vec<ListedPolicy>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Every version of a policy.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PolicyVersions {
    /// Newest first.
    versions: Vec<PolicyVersion>,
}

/// A policy and what its sentences became.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PolicyWithRules {
    /// As stored.
    pub(crate) policy: Policy,
    /// `{"sentences": […], "enforced", "partial", "notEnforced", "grammar", "lexicon"}`
    compiled: Value,
    /// What the grammar and the vocabulary of today would change of the version in force; `null`
    /// when they compiled it.
    upgrade: Option<Upgrade>,
    /// What its author should know.
    warnings: Vec<String>,
}

impl PolicyWithRules {
    fn new(policy: Policy, compiled: Value, upgrade: Option<Upgrade>) -> Self {
        let enforced = compiled.get("enforced").and_then(Value::as_u64);
        let warnings = if enforced == Some(0) {
            let warning = "No sentence of this policy can be enforced on formulas, so it changes no audit. `status` and `note` of each sentence say why.";
            vec![warning.to_owned()]
        } else {
            Vec::new()
        };
        Self {
            policy,
            compiled,
            upgrade,
            warnings,
        }
    }
}

/// A policy as text.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyInput {
    /// Unique in the organization, 200 characters at most.
    pub(crate) title: String,
    /// Plain sentences; Markdown is understood.
    pub(crate) content: String,
    /// The department it is for; all without one.
    #[serde(default)]
    pub(crate) department: Option<String>,
    /// A category of your choosing.
    #[serde(default)]
    pub(crate) category: Option<String>,
    /// Words to find it by, 32 at most.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Whether it is put in force at once, as it is without this, or kept as a draft.
    #[serde(default)]
    pub(crate) status: PolicyStatus,
}

impl PolicyInput {
    /// Checks what was given; `source` says where the text came from.
    pub(crate) fn into_draft(self, source: &str) -> Result<PolicyDraft> {
        const LONGEST_LABEL: usize = 200;
        const MOST_TAGS: usize = 32;
        let label = |pointer: &str, text: String| {
            let text = text.trim().to_owned();
            if text.chars().count() > LONGEST_LABEL || text.chars().any(char::is_control) {
                let what = format!(
                    "must be {LONGEST_LABEL} characters at most, without control characters."
                );
                return Err(Error::input(pointer, what));
            }
            Ok(text)
        };
        let optional = |pointer: &str, text: Option<String>| {
            let text = text.map(|text| label(pointer, text)).transpose()?;
            Ok::<_, Error>(text.filter(|text| !text.is_empty()))
        };
        let title = label("/title", self.title)?;
        if title.is_empty() {
            return Err(Error::input("/title", "A policy needs a title."));
        }
        if self.content.trim().is_empty() {
            return Err(Error::input("/content", "The document has no text."));
        }
        if self.content.contains('\0') {
            return Err(Error::input(
                "/content",
                "The document is not text: it contains NUL characters.",
            ));
        }
        if self.tags.len() > MOST_TAGS {
            return Err(Error::input("/tags", format!("At most {MOST_TAGS} tags.")));
        }
        let tags = self.tags.into_iter().enumerate();
        Ok(PolicyDraft {
            title,
            content: self.content,
            category: optional("/category", self.category)?,
            department: optional("/department", self.department)?,
            tags: tags
                .map(|(place, tag)| label(&format!("/tags/{place}"), tag))
                .collect::<Result<_>>()?,
            source: source.to_owned(),
            status: self.status,
        })
    }
}
