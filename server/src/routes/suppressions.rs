//! Findings that somebody silenced: with a reason, and told in every audit that they would be in.

use analyzer::cell::CellRange;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::db;
use crate::db::suppressions::StoredSuppression;
use crate::error::{Error, Result};
use crate::extract::{Json, Path, Query};
use crate::identity::Caller;
use crate::problem::{ProblemDetails, ProblemType};
use crate::rulesets::choice::is_rule_name;
use crate::state::AppState;

/// The most suppressions of an organization: all of them are looked at in every audit.
const MOST: i64 = 10_000;
/// The most characters of a reason and of a sheet's name.
const LONGEST: usize = 1000;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(
            list_suppressions,
            create_suppression,
            delete_suppression_by_query
        ))
        .routes(routes!(delete_suppression))
}

/// The organization's suppressions, newest first, each with whether it is at work.
#[utoipa::path(get, path = "/api/suppressions", tag = "rules", responses(
    (status = OK, body = SuppressionList),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn list_suppressions(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<SuppressionList>> {
    let rules = state
        .rulesets
        .get_current(&state, caller.organization_id)
        .await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let stored = db::suppressions::list(&mut tenant).await?;
    tenant.commit().await?;
    let now = state.clock.now();
    let locked = &rules.choice.locked;
    let told = stored.into_iter();
    let suppressions = told.map(|one| Suppression::new(one, locked, now)).collect();
    Ok(Json(SuppressionList { suppressions }))
}

/// Silences one finding, wherever its formula stands, or a rule's findings in a range or on a sheet.
///
/// What is silenced stands in `suppressed` of an audit and not in its findings.
#[utoipa::path(post, path = "/api/suppressions", tag = "rules", request_body = SuppressionInput, responses(
    (status = CREATED, body = Suppression),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn create_suppression(
    State(state): State<AppState>,
    caller: Caller,
    Json(input): Json<SuppressionInput>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let now = state.clock.now();
    let mut wanted = input.check(state.clock.id(now), caller.user_id, now)?;
    let rules = state
        .rulesets
        .get_current(&state, caller.organization_id)
        .await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    if let (Some(fingerprint), None) = (&wanted.fingerprint, &wanted.rule) {
        wanted.rule = db::suppressions::rule_of(&mut tenant, fingerprint).await?;
    }
    let locked = &rules.choice.locked;
    if let Some(rule) = wanted.rule.as_ref().filter(|rule| locked.contains(rule)) {
        return Err(Error::new(
            ProblemType::RuleLocked,
            format!(
                "Administrators have locked the rule {rule}: its findings can not be suppressed."
            ),
        ));
    }
    if db::suppressions::count(&mut tenant).await? >= MOST {
        return Err(Error::new(
            ProblemType::Conflict,
            format!(
                "There are {MOST} suppressions, which is the most. Delete some that are not needed."
            ),
        ));
    }
    db::suppressions::insert(&mut tenant, &wanted).await?;
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    let location = format!("/api/suppressions/{}", wanted.id);
    let answer = (
        StatusCode::CREATED,
        standing.headers(),
        [(header::LOCATION, location)],
        Json(Suppression::new(wanted, locked, now)),
    );
    Ok(answer.into_response())
}

/// Ends a suppression.
#[utoipa::path(delete, path = "/api/suppressions/{id}", tag = "rules",
    params(("id" = Uuid, Path, description = "The suppression's id")),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn delete_suppression(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    delete(&state, &caller, id).await
}

/// Ends a suppression; the same as with the id in the path.
#[utoipa::path(delete, path = "/api/suppressions", tag = "rules",
    params(("id" = Uuid, Query, description = "The suppression's id")),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn delete_suppression_by_query(
    State(state): State<AppState>,
    caller: Caller,
    Query(suppression): Query<SuppressionId>,
) -> Result<Response> {
    delete(&state, &caller, suppression.id).await
}

async fn delete(state: &AppState, caller: &Caller, id: Uuid) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    if !db::suppressions::delete(&mut tenant, id).await? {
        return Err(Error::not_found("suppression"));
    }
    tenant.commit().await?;
    state.rulesets.forget(caller.organization_id).await;
    Ok((StatusCode::NO_CONTENT, standing.headers()).into_response())
}

/// Which suppression.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SuppressionId {
    id: Uuid,
}

/// The organization's suppressions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SuppressionList {
    /// Newest first.
    suppressions: Vec<Suppression>,
}

/// What is silenced, by whom and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Suppression {
    /// Its id.
    id: Uuid,
    /// The one finding that it silences.
    fingerprint: Option<String>,
    /// The rule whose findings it silences; of a fingerprint, as far as it is known.
    rule: Option<String>,
    /// The range in which it does.
    range: Option<String>,
    /// The sheet on which it does.
    sheet: Option<String>,
    /// Why.
    reason: String,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
    /// Who made it; `null` for a program, or when that person is gone.
    created_by: Option<Uuid>,
    /// The name of that person, or the address.
    author: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Whether it is at work.
    state: SuppressionState,
    /// The day (UTC) when it last silenced something; `null` if it never has, so that nobody may need
    /// it.
    #[schema(value_type = Option<String>, format = Date)]
    last_matched_on: Option<String>,
}

/// Whether a suppression is at work.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
enum SuppressionState {
    /// It silences what it is for.
    Active,
    /// Its time is over.
    Expired,
    /// Administrators have locked its rule since.
    Locked,
}

impl Suppression {
    fn new(stored: StoredSuppression, locked: &[String], now: OffsetDateTime) -> Self {
        let is_locked = stored
            .rule
            .as_ref()
            .is_some_and(|rule| locked.contains(rule));
        let state = if is_locked {
            SuppressionState::Locked
        } else if stored.expires_at.is_some_and(|end| end <= now) {
            SuppressionState::Expired
        } else {
            SuppressionState::Active
        };
        Self {
            id: stored.id,
            fingerprint: stored.fingerprint,
            rule: stored.rule,
            range: stored.cells,
            sheet: stored.sheet,
            reason: stored.reason,
            expires_at: stored.expires_at,
            created_by: stored.created_by,
            author: stored.author,
            created_at: stored.created_at,
            state,
            last_matched_on: stored.last_matched_on.map(written),
        }
    }
}

/// A day as in RFC 3339.
fn written(day: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        day.year(),
        u8::from(day.month()),
        day.day()
    )
}

/// What to silence: a fingerprint, or a rule with a range or a sheet.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SuppressionInput {
    /// `fingerprint` of a finding.
    #[serde(default)]
    fingerprint: Option<String>,
    /// A rule's name.
    #[serde(default)]
    rule: Option<String>,
    /// A range: `Sheet1!A1:B9`. Without a sheet, that of audits that name none.
    #[serde(default)]
    range: Option<String>,
    /// The name of a sheet.
    #[serde(default)]
    sheet: Option<String>,
    /// Why, 1000 characters at most.
    reason: String,
    /// When it ends by itself: a time as in RFC 3339. Never without one.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
}

impl SuppressionInput {
    fn check(
        self,
        id: Uuid,
        created_by: Option<Uuid>,
        now: OffsetDateTime,
    ) -> Result<StoredSuppression> {
        let text = |pointer: &str, text: &str| {
            if text.is_empty() || text.chars().count() > LONGEST || text.contains('\0') {
                let detail = format!("It must be text of 1 to {LONGEST} characters.");
                return Err(Error::input(pointer, detail));
            }
            Ok(text.to_owned())
        };
        let reason = self.reason.trim();
        if reason.is_empty() {
            let detail = "A suppression needs a reason, for those who wonder later.";
            return Err(Error::input("/reason", detail));
        }
        let reason = text("/reason", reason)?;
        if self.expires_at.is_some_and(|end| end <= now) {
            let detail = "expiresAt must be in the future.";
            return Err(Error::input("/expiresAt", detail));
        }
        if self.rule.as_ref().is_some_and(|rule| !is_rule_name(rule)) {
            let detail = "rule must be a rule's name: letters, digits and hyphens.";
            return Err(Error::input("/rule", detail));
        }
        let is_one_place = match (&self.fingerprint, &self.range, &self.sheet) {
            (Some(_), None, None) => true,
            (None, Some(_), None) | (None, None, Some(_)) => self.rule.is_some(),
            _ => false,
        };
        if !is_one_place {
            let detail =
                "Give the fingerprint of a finding, or a rule with either a range or a sheet.";
            return Err(Error::input("", detail));
        }
        let fingerprint = self.fingerprint.map(|fingerprint| {
            let is_hash =
                fingerprint.len() == 32 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit());
            let detail = "fingerprint must be that of a finding: 32 hexadecimal digits.";
            is_hash
                .then(|| fingerprint.to_ascii_lowercase())
                .ok_or_else(|| Error::input("/fingerprint", detail))
        });
        let cells = self.range.map(|range| {
            let range = text("/range", range.trim())?.parse::<CellRange>();
            let range = range.map_err(|error| Error::input("/range", format!("{error}.")))?;
            Ok::<_, Error>(range.to_string())
        });
        let sheet = self.sheet.map(|sheet| text("/sheet", sheet.trim()));
        Ok(StoredSuppression {
            id,
            fingerprint: fingerprint.transpose()?,
            rule: self.rule,
            cells: cells.transpose()?,
            sheet: sheet.transpose()?,
            reason,
            expires_at: self.expires_at,
            created_by,
            author: None,
            created_at: now,
            last_matched_on: None,
        })
    }
}
