//! What was audited: the log, and what is kept of each audit's findings. No formula's text is kept.

use analyzer::finding::Severity;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::db;
use crate::db::history::{Filter, KeptAudit, LoggedAudit};
use crate::error::{Error, Result};
use crate::extract::{Json, Path, Query};
use crate::identity::Caller;
use crate::problem::ProblemDetails;
use crate::routes::cursor::{read_cursor, write_cursor};
use crate::state::AppState;

/// Audits on one page when the caller names no number, and at most.
const PAGE: i64 = 50;
const LARGEST_PAGE: i64 = 200;
/// Longer than any name of a rule or a person.
const LONGEST_NAME: usize = 200;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_audits))
        .routes(routes!(get_audit))
}

/// The organization's audits, newest first.
#[utoipa::path(get, path = "/api/audits", tag = "audits",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 200, description = "How many at most: 1 to 200, 50 by default"),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before"),
        ("user" = Option<String>, Query, max_length = 200, description = "Only by this person: `userId` of an audit, or Clerk's id"),
        ("from" = Option<String>, Query, format = DateTime, description = "Only from this time on, as in RFC 3339"),
        ("to" = Option<String>, Query, format = DateTime, description = "Only before this time, as in RFC 3339"),
        ("rule" = Option<String>, Query, max_length = 200, description = "Only with a finding of this rule"),
        ("minSeverity" = Option<String>, Query, description = "Only with a finding of this severity or a higher one: info, low, medium or high"),
    ),
    responses(
        (status = OK, body = AuditPage),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn list_audits(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<AuditPage>> {
    let limit = query.limit()?;
    let filter = query.filter()?;
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let mut audits = db::history::list(&mut tenant, &filter, limit + 1).await?;
    tenant.commit().await?;
    let has_more = audits.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if has_more {
        audits.pop();
    }
    let last = audits.last().filter(|_| has_more);
    let next_cursor = last.map(|audit| write_cursor(audit.timestamp, audit.audit_id));
    Ok(Json(AuditPage {
        audits,
        next_cursor,
    }))
}

/// One audit with the findings that are kept of it.
#[utoipa::path(get, path = "/api/audits/{id}", tag = "audits",
    params(("id" = Uuid, Path, description = "The audit's id")),
    responses(
        (status = OK, body = AuditWithFindings),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn get_audit(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<AuditWithFindings>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let found = db::history::find(&mut tenant, id).await?;
    tenant.commit().await?;
    let KeptAudit { audit, findings } = found.ok_or_else(|| Error::not_found("audit"))?;
    Ok(Json(AuditWithFindings { audit, findings }))
}

/// Which audits. Read as text, so that what is wrong is pointed at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct HistoryQuery {
    limit: Option<String>,
    cursor: Option<String>,
    user: Option<String>,
    from: Option<String>,
    to: Option<String>,
    rule: Option<String>,
    min_severity: Option<String>,
}

impl HistoryQuery {
    fn limit(&self) -> Result<i64> {
        let Some(text) = &self.limit else {
            return Ok(PAGE);
        };
        text.parse()
            .ok()
            .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
            .ok_or_else(|| {
                Error::input("/limit", format!("limit must be from 1 to {LARGEST_PAGE}."))
            })
    }

    fn filter(self) -> Result<Filter> {
        Ok(Filter {
            before: self.cursor.as_deref().map(read_cursor).transpose()?,
            from: self.from.map(|text| read_time("from", &text)).transpose()?,
            to: self.to.map(|text| read_time("to", &text)).transpose()?,
            user: self.user.map(|text| read_name("user", text)).transpose()?,
            rule: self.rule.map(|text| read_name("rule", text)).transpose()?,
            severities: self
                .min_severity
                .map(|text| read_severities(&text))
                .transpose()?,
        })
    }
}

fn read_time(parameter: &str, text: &str) -> Result<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        Error::input(
            format!("/{parameter}"),
            format!(
                "{parameter} must be a time as in RFC 3339, such as 2026-11-23T10:00:00Z; write + as %2B."
            ),
        )
    })
}

fn read_name(parameter: &str, text: String) -> Result<String> {
    let is_name = !text.is_empty()
        && text.chars().count() <= LONGEST_NAME
        && !text.chars().any(char::is_control);
    is_name.then_some(text).ok_or_else(|| {
        Error::input(
            format!("/{parameter}"),
            format!(
                "{parameter} must be 1 to {LONGEST_NAME} characters, without control characters."
            ),
        )
    })
}

/// The severity of that name and the higher ones.
fn read_severities(least: &str) -> Result<Vec<String>> {
    let least = Severity::ALL
        .into_iter()
        .find(|severity| severity.name() == least)
        .ok_or_else(|| {
            let known = Severity::ALL.map(Severity::name).join(", ");
            Error::input(
                "/minSeverity",
                format!("minSeverity must be one of {known}."),
            )
        })?;
    let severities = Severity::ALL.into_iter().filter(|other| *other >= least);
    Ok(severities
        .map(|severity| severity.name().to_owned())
        .collect())
}

/// Some of the organization's audits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct AuditPage {
    /// Newest first.
    audits: Vec<LoggedAudit>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// An audit and its findings.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AuditWithFindings {
    #[serde(flatten)]
    audit: LoggedAudit,
    /// What was found; `null` when it is not kept any more.
    #[schema(value_type = Option<Vec<KeptFinding>>)]
    findings: Option<Value>,
}

/// What is kept of a finding. Described here, written when the audit was recorded.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the type is the description")]
struct KeptFinding {
    /// The rule's name.
    rule: String,
    /// `info`, `low`, `medium` or `high`.
    severity: String,
    /// The same for the same finding in a later audit.
    fingerprint: String,
    /// Where it stands: `A2:A40`.
    cells: Vec<String>,
    /// The part of the formula, in UTF-16 code units.
    #[schema(value_type = Object)]
    span: Value,
    /// The policy that it comes from; missing without one.
    #[schema(value_type = Option<Object>)]
    policy: Option<Value>,
}
