//! What the organization has used, and its figures.

use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock::month_of;
use crate::db;
use crate::db::usage::{MonthUsage, OrgStats};
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::Caller;
use crate::plans::Plan;
use crate::problem::ProblemDetails;
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_usage))
        .routes(routes!(get_stats))
}

/// This month's audits, the plan's limit, and the months before.
#[utoipa::path(get, path = "/api/usage", tag = "usage", responses(
    (status = OK, body = Usage),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_usage(State(state): State<AppState>, caller: Caller) -> Result<Json<Usage>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let subscription = db::subscriptions::find(&mut tenant).await?;
    let months = db::usage::months(&mut tenant).await?;
    tenant.commit().await?;
    let now = state.clock.now();
    let plan = subscription.map_or(Plan::Free, |booked| booked.plan_at(now));
    let month = month_of(now);
    let used = months
        .iter()
        .find(|other| other.month == month)
        .map_or(0, |other| other.count);
    Ok(Json(Usage {
        plan,
        used,
        limit: plan.monthly_audits(),
        month,
        months,
    }))
}

/// Members, policies and audits of the organization.
#[utoipa::path(get, path = "/api/stats", tag = "usage", responses(
    (status = OK, body = OrgStats),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_stats(State(state): State<AppState>, caller: Caller) -> Result<Json<OrgStats>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let figures = db::usage::stats(&mut tenant).await?;
    tenant.commit().await?;
    figures
        .map(Json)
        .ok_or_else(|| Error::not_found("organization"))
}

/// What was used of what may be used.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Usage {
    /// The plan at work.
    plan: Plan,
    /// Audits of this month.
    used: i32,
    /// Audits that the plan allows in a month; `null` without a limit.
    limit: Option<i32>,
    /// This month in UTC: `2026-11`.
    month: String,
    /// Every month with an audit, newest first.
    months: Vec<MonthUsage>,
}
