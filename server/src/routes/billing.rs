//! What the organization has booked, and the ways to Stripe, where plans are paid for.
#![expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not hold is null, not a panic"
)]

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::billing::client::Stripe;
use crate::db;
use crate::db::subscriptions::Subscription;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::Caller;
use crate::plans::Plan;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_subscription, book_plan))
        .routes(routes!(open_portal))
}

/// The plan at work and the subscription.
#[utoipa::path(get, path = "/api/billing", tag = "billing", responses(
    (status = OK, body = Billing),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_subscription(State(state): State<AppState>, caller: Caller) -> Result<Json<Billing>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let subscription = db::subscriptions::find(&mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(Billing::of(subscription, state.clock.now())))
}

/// Books a plan: `free` at once; a paid one answers with the address of a Checkout at Stripe, and
/// works as soon as Stripe says that it is paid.
#[utoipa::path(post, path = "/api/billing", tag = "billing", request_body = BookPlan, responses(
    (status = OK, body = Booking),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn book_plan(
    State(state): State<AppState>,
    caller: Caller,
    Json(wanted): Json<BookPlan>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let booking = book(&state, &caller, wanted.plan).await?;
    Ok((standing.headers(), Json(booking)).into_response())
}

async fn book(state: &AppState, caller: &Caller, wanted: Plan) -> Result<Booking> {
    let now = state.clock.now();
    if wanted == Plan::Free {
        let mut tenant = state.db.begin(caller.organization_id).await?;
        let booked = db::subscriptions::book_free(&mut tenant, now).await?;
        tenant.commit().await?;
        let subscription = booked.ok_or_else(still_paying)?;
        return Ok(Booking {
            billing: Billing::of(Some(subscription), now),
            checkout_url: None,
        });
    }
    let price = state.billing.prices.sold(wanted);
    let (Some(stripe), Some(price)) = (&state.billing.stripe, price) else {
        return Err(Error::new(
            ProblemType::PlanNotAvailable,
            format!(
                "The plan {} is paid for through Stripe, which this server does not offer. Book the plan free.",
                wanted.name()
            ),
        ));
    };
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let is_paying = db::subscriptions::is_paying(&mut tenant).await?;
    let subscription = db::subscriptions::find(&mut tenant).await?;
    tenant.commit().await?;
    if is_paying {
        return Err(still_paying());
    }
    let customer = customer(state, stripe, caller, now).await?;
    let checkout_url = checkout(state, stripe, caller, &customer, price).await?;
    Ok(Booking {
        billing: Billing::of(subscription, now),
        checkout_url: Some(checkout_url),
    })
}

/// Opens Stripe's portal, where a paid plan is changed or cancelled and invoices are.
#[utoipa::path(post, path = "/api/billing/portal", tag = "billing", responses(
    (status = OK, body = Portal),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn open_portal(State(state): State<AppState>, caller: Caller) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let Some(stripe) = &state.billing.stripe else {
        return Err(Error::new(
            ProblemType::PlanNotAvailable,
            "This server takes no payments, so there is nothing to manage.",
        ));
    };
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let customer = db::billing::find_customer(&mut tenant).await?;
    tenant.commit().await?;
    let customer = customer.ok_or_else(|| {
        Error::new(
            ProblemType::Conflict,
            "The organization has paid for nothing yet. Book a plan with POST /api/billing first.",
        )
    })?;
    let form = [
        ("customer", customer),
        ("return_url", format!("{}/", state.billing.public_url)),
    ];
    let session = stripe
        .post("/v1/billing_portal/sessions", &form, &once(&state))
        .await?;
    let portal = Portal {
        url: address(&session)?,
    };
    Ok((standing.headers(), Json(portal)).into_response())
}

fn still_paying() -> Error {
    Error::new(
        ProblemType::Conflict,
        "A paid subscription is running. Change or cancel it at Stripe, with the address that POST /api/billing/portal gives; after a cancellation the plan free follows by itself.",
    )
}

/// The organization's customer at Stripe, made the first time.
async fn customer(
    state: &AppState,
    stripe: &Stripe,
    caller: &Caller,
    now: OffsetDateTime,
) -> Result<String> {
    let organization = caller.organization_id;
    let mut tenant = state.db.begin(organization).await?;
    let known = db::billing::find_customer(&mut tenant).await?;
    let name = db::identity::own_organization(&mut tenant).await?;
    tenant.commit().await?;
    if let Some(customer) = known {
        return Ok(customer);
    }
    let name = name.ok_or_else(|| Error::not_found("organization"))?.name;
    let form = [
        ("name", name.chars().take(256).collect::<String>()),
        ("metadata[organization_id]", organization.to_string()),
    ];
    // Two at the same moment make one customer. Stripe refuses a key with another form, so an
    // organization that was renamed meanwhile has another key.
    let digest = Bytes::copy_from_slice(&Sha256::digest(&form[0].1));
    let key = format!("customer-{organization}-{digest:x}");
    let made = stripe.post("/v1/customers", &form, &key).await?;
    let customer = made["id"]
        .as_str()
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()))
        .ok_or_else(|| Error::internal("Stripe's customer has no id"))?;
    let mut tenant = state.db.begin(organization).await?;
    db::billing::save_customer(&mut tenant, customer, now).await?;
    tenant.commit().await?;
    Ok(customer.to_owned())
}

/// The address of a Checkout for that price.
async fn checkout(
    state: &AppState,
    stripe: &Stripe,
    caller: &Caller,
    customer: &str,
    price: &str,
) -> Result<String> {
    let organization = caller.organization_id.to_string();
    let back = &state.billing.public_url;
    let form = [
        ("mode", "subscription".to_owned()),
        ("customer", customer.to_owned()),
        ("client_reference_id", organization.clone()),
        ("line_items[0][price]", price.to_owned()),
        ("line_items[0][quantity]", "1".to_owned()),
        ("subscription_data[metadata][organization_id]", organization),
        ("success_url", format!("{back}/?billing=booked")),
        ("cancel_url", format!("{back}/?billing=cancelled")),
    ];
    // A new one each time: Stripe would answer an old key with a session that may be over.
    let session = stripe
        .post("/v1/checkout/sessions", &form, &once(state))
        .await?;
    address(&session)
}

/// A key under which a request that is sent again takes effect once.
fn once(state: &AppState) -> String {
    state.clock.id(state.clock.now()).to_string()
}

/// Where a session of Stripe's is.
fn address(session: &Value) -> Result<String> {
    session["url"]
        .as_str()
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
        .map(str::to_owned)
        .ok_or_else(|| Error::internal("Stripe's session has no address"))
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

/// What is booked now, and where to pay for what is wanted.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Booking {
    #[serde(flatten)]
    billing: Billing,
    /// The address of a Checkout at Stripe; `null` when nothing has to be paid.
    checkout_url: Option<String>,
}

/// The way to Stripe's portal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Portal {
    /// For the person who asked, and for a short time.
    url: String,
}

impl Billing {
    fn of(subscription: Option<Subscription>, now: OffsetDateTime) -> Self {
        let plan = subscription
            .as_ref()
            .map_or(Plan::Free, |booked| booked.plan_at(now));
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
