//! Clerk's webhook: the way organizations, people and memberships arrive.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::db;
use crate::error::{Error, Result};
use crate::extract::read_body;
use crate::identity::clerk::{Envelope, change};
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

/// How far a timestamp may be from ours, both ways.
const TOLERANCE: time::Duration = time::Duration::minutes(5);

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(receive_clerk_event))
}

/// Receives one event, signed by Svix. An event that comes again changes nothing; a type that is
/// not known is accepted and remembered.
#[utoipa::path(post, path = "/api/auth/webhook", tag = "webhooks",
    request_body(content = serde_json::Value, description = "Clerk's event, signed in the headers svix-id, svix-timestamp and svix-signature"),
    responses(
        (status = NO_CONTENT, description = "The event is applied, or was before"),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn receive_clerk_event(
    State(state): State<AppState>,
    headers: HeaderMap,
    request: Request,
) -> Result<StatusCode> {
    if state.webhooks.is_empty() {
        return Err(Error::new(
            ProblemType::WebhooksNotConfigured,
            ProblemType::WebhooksNotConfigured.docs(),
        )
        .with_retry_after(60));
    }
    let body = read_body(request, &state).await?;
    let now = state.clock.now();
    let message = verify(&state, &headers, &body, now)?;
    let envelope: Envelope = serde_json::from_slice(&body)
        .map_err(|error| Error::input("", format!("The event is not one of Clerk's: {error}.")))?;
    let change = change(&envelope.r#type, &envelope.data)
        .map_err(|what| Error::input("/data", format!("{what}.")))?;
    let event = db::clerk::Event {
        id: &message.id,
        kind: &envelope.r#type,
        sent_at: envelope
            .timestamp
            .unwrap_or(message.sent_at.saturating_mul(1000)),
        received_at: now,
    };
    let applied = db::clerk::apply(&state.writer, event, change.as_ref()).await?;
    if applied && change.is_some() {
        state.identities.forget();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A message whose signature is right.
struct Message {
    id: String,
    /// Seconds since 1970.
    sent_at: i64,
}

/// Checks the signature over the raw body and the age of the message.
fn verify(
    state: &AppState,
    headers: &HeaderMap,
    body: &Bytes,
    now: OffsetDateTime,
) -> Result<Message> {
    let refuse = |why: &str| Error::new(ProblemType::WebhookRejected, format!("{why}."));
    let header = |name: &str| {
        let value = headers
            .get(format!("svix-{name}"))
            .or_else(|| headers.get(format!("webhook-{name}")));
        value
            .and_then(|value| value.to_str().ok())
            .filter(|value| !value.is_empty() && value.len() <= 4096)
            .ok_or_else(|| refuse(&format!("The header svix-{name} is missing or not usable")))
    };
    let id = header("id")?.to_owned();
    header("signature")?;
    let sent_at: i64 = header("timestamp")?
        .parse()
        .map_err(|_| refuse("The header svix-timestamp is not a number of seconds"))?;
    let age = OffsetDateTime::from_unix_timestamp(sent_at)
        .map(|sent| now - sent)
        .map_err(|_| refuse("The header svix-timestamp is not a time"))?;
    if age > TOLERANCE {
        return Err(refuse("The message is more than five minutes old"));
    }
    if age < -TOLERANCE {
        return Err(refuse(
            "The message is more than five minutes ahead of our clock",
        ));
    }
    // The age is checked above, against the clock that was passed in.
    let is_signed = state
        .webhooks
        .iter()
        .any(|verifier| verifier.verify_ignoring_timestamp(body, headers).is_ok());
    if !is_signed {
        return Err(refuse(
            "The signature does not match the body with any of our signing secrets",
        ));
    }
    Ok(Message { id, sent_at })
}
