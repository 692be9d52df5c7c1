//! The server's figures. Whoever reaches the server may read them, as with the health checks: they
//! name no organization and no person. A proxy that faces the world should keep the address to itself.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{Error, Result};
use crate::problem::ProblemDetails;
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_metrics))
}

/// Requests, audits, queues and connections in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = OK, body = String, content_type = "text/plain"),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_metrics(State(state): State<AppState>) -> Result<Response> {
    let text = state.metrics.text(&state).map_err(Error::internal)?;
    let kind = [(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)];
    Ok((kind, text).into_response())
}
