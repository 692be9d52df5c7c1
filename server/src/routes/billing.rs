//! What the organization has booked.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::db;
use crate::db::subscriptions::Subscription;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::Caller;
use crate::plans::Plan;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_subscription, book_plan))
}

/// The subscription at work.
#[utoipa::path(get, path = "/api/billing", tag = "billing", responses(
    (status = OK, body = Billing),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_subscription(State(state): State<AppState>, caller: Caller) -> Result<Json<Billing>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let subscription = db::subscriptions::find(&mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(Billing::of(subscription)))
}

/// Books a plan. Administrators only.
#[utoipa::path(post, path = "/api/billing", tag = "billing", request_body = BookPlan, responses(
    (status = OK, body = Billing),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn book_plan(
    State(state): State<AppState>,
    caller: Caller,
    Json(wanted): Json<BookPlan>,
) -> Result<Json<Billing>> {
    if wanted.plan != Plan::Free {
        return Err(Error::new(
            ProblemType::PlanNotAvailable,
            format!(
                "The plan {} is paid for through Stripe, which this server does not offer. Book the plan free.",
                wanted.plan.name()
            ),
        ));
    }
    let now = state.clock.now();
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let booked = db::subscriptions::book_free(&mut tenant, now).await?;
    tenant.commit().await?;
    let subscription = booked.ok_or_else(|| {
        Error::new(
            ProblemType::Conflict,
            "A paid subscription is running. Cancel it first; the plan free follows by itself.",
        )
    })?;
    Ok(Json(Billing::of(Some(subscription))))
}

/// The plan to book.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BookPlan {
    /// Which one.
    plan: Plan,
}

/// The plan at work and what was booked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Billing {
    /// The plan at work.
    plan: Plan,
    /// The subscription's status; `none` when nothing was booked.
    status: String,
    /// Audits that the plan allows in a month; `null` without a limit.
    monthly_audits: Option<i32>,
    /// What was booked; `null` when nothing was.
    subscription: Option<Subscription>,
}

impl Billing {
    fn of(subscription: Option<Subscription>) -> Self {
        let plan = subscription.as_ref().map_or(Plan::Free, |booked| {
            Plan::at_work(Some(&booked.plan), Some(&booked.status))
        });
        Self {
            plan,
            status: subscription
                .as_ref()
                .map_or("none", |booked| &booked.status)
                .to_owned(),
            monthly_audits: plan.monthly_audits(),
            subscription,
        }
    }
}
