//! Stripe's webhook: the only way a paid plan begins, changes or ends.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::billing::events::{self, Envelope, Fact};
use crate::billing::signature;
use crate::db;
use crate::error::{Error, Result};
use crate::extract::read_body;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(receive_stripe_event))
}

/// Receives one event, signed by Stripe. An event that comes again changes nothing; a type that says
/// nothing about plans is accepted and remembered. What is said of a customer who belongs to no
/// organization here is kept until that is known.
#[utoipa::path(post, path = "/api/webhooks/stripe", tag = "webhooks",
    request_body(content = serde_json::Value, description = "Stripe's event, signed in the header Stripe-Signature"),
    responses(
        (status = NO_CONTENT, description = "The event is applied, or was before"),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn receive_stripe_event(
    State(state): State<AppState>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode> {
    if state.billing.secrets.is_empty() {
        return Err(Error::new(
            ProblemType::WebhooksNotConfigured,
            "Set STRIPE_WEBHOOK_SECRET to the signing secret of the endpoint and start the server again.",
        )
        .with_retry_after(60));
    }
    let body = read_body(request, &state).await?;
    let now = state.clock.now();
    let header = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    signature::verify(&state.billing.secrets, header, &body, now)
        .map_err(|why| Error::new(ProblemType::WebhookRejected, format!("{why}.")))?;
    let envelope: Envelope = serde_json::from_slice(&body)
        .map_err(|error| Error::input("", format!("The event is not one of Stripe's: {error}.")))?;
    events::check(&envelope).map_err(|what| Error::input("", format!("{what}.")))?;
    let facts = events::facts(
        &envelope.r#type,
        &envelope.data.object,
        &state.billing.prices,
    )
    .map_err(|what| Error::input("/data/object", format!("{what}.")))?;
    for fact in &facts {
        if let Fact::Subscription(subscription) = fact
            && !subscription.is_known_price
        {
            tracing::warn!(
                event = envelope.id,
                subscription = subscription.id,
                "a subscription has none of the prices of STRIPE_PRICE_PRO and STRIPE_PRICE_ENTERPRISE, so it gives the plan free"
            );
        }
    }
    let event = db::billing::Event {
        id: &envelope.id,
        kind: &envelope.r#type,
        created: envelope.created,
        received_at: now,
    };
    db::billing::apply(&state.writer, event, &facts).await?;
    Ok(StatusCode::NO_CONTENT)
}
