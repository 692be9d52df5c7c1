//! The router and its layers, on one page.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnFailure, TraceLayer};
use tracing::Level;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;

use crate::clock::Clock;
use crate::config::{Limits, Settings};
use crate::error::Error;
use crate::identity::permissions;
use crate::metrics::Observed;
use crate::problem::{self, REQUEST_ID};
use crate::state::AppState;
use crate::{peer, routes};

/// How long a request may take, its body included.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "SheetBrain",
        description = "Audits Google Sheets formulas against rules and an organization's written policies. Errors are RFC 9457 problem details.",
    ),
    tags(
        (name = "audits", description = "Formulas in, findings out"),
        (name = "policies", description = "Written policies and what they became"),
        (name = "rules", description = "The built-in rules, which of them are on, and what is suppressed"),
        (name = "billing", description = "What the organization has booked"),
        (name = "usage", description = "What the organization has used"),
        (name = "keys", description = "API keys, for programs"),
        (name = "identity", description = "Who is calling"),
        (name = "webhooks", description = "What others send"),
        (name = "health", description = "How the server is"),
    ),
)]
struct Api;

/// The routes with their description.
fn routes(limits: &Limits) -> (Router<AppState>, Description) {
    let (router, mut description) = OpenApiRouter::with_openapi(Api::openapi())
        .merge(routes::policies::router())
        .merge(routes::billing::router())
        .merge(routes::usage::router())
        .merge(routes::keys::router())
        .merge(routes::me::router())
        .merge(routes::rules::router())
        .merge(routes::rulesets::router())
        .merge(routes::suppressions::router())
        .merge(routes::webhook::router())
        .merge(routes::stripe::router())
        .merge(routes::health::router())
        .merge(routes::metrics::router())
        .merge(routes::problems::router())
        .merge(routes::rule_pages::router())
        .merge(routes::audits::router())
        .layer(DefaultBodyLimit::max(limits.max_body_bytes))
        // Reads its body by itself, up to a limit of its own.
        .merge(routes::audit::router())
        // A form has boundaries and names around the document.
        .merge(
            routes::ingest::router().layer(DefaultBodyLimit::max(
                limits
                    .max_ingest_bytes
                    .saturating_add(limits.max_body_bytes),
            )),
        )
        .merge(routes::pages::router())
        .split_for_parts();
    permissions::describe(&mut description);
    (router, description)
}

/// The description of every route, as `/openapi.json` answers it.
#[must_use]
pub fn openapi(limits: &Limits) -> Description {
    routes(limits).1
}

/// The whole application.
pub fn build(state: AppState, settings: &Settings) -> Router {
    let (router, description) = routes(&settings.limits);
    let docs = routes::docs::page(&description);
    let description = serde_json::to_vec(&description).unwrap_or_default();
    let openapi = move || {
        let description = description.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], description) }
    };
    let router = router
        .route("/openapi.json", axum::routing::get(openapi))
        .route("/docs", axum::routing::get(async move || docs()));
    // One layer for the router, which would put each of several into a box of its own and clone them
    // all for every request. The first is the outermost one.
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(HeaderName::from_static(REQUEST_ID), Ids(state.clock)))
        .layer(PropagateRequestIdLayer::new(HeaderName::from_static(REQUEST_ID)))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &axum::http::Request<_>| {
                    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
                    tracing::info_span!("request", method = %request.method(), path = request.uri().path(), id)
                })
                // What went wrong is logged where it is known; what is turned away under load is no
                // fault, and a line for each would be more load.
                .on_failure(DefaultOnFailure::new().level(Level::DEBUG)),
        )
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(axum::middleware::from_fn_with_state(state.clone(), settle))
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .option_layer(peer::limit(settings.limits.rate_limit_per_ip, &settings.trusted_proxies))
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(RequestDecompressionLayer::new().gzip(true));
    router.layer(layers).with_state(state)
}

/// Gives problems their bodies, and counts and measures every answer. Both in one, because each
/// function around the routes is a box and a clone of all that is within.
async fn settle(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let observed = Observed::begin(&request);
    let instance = request.headers().get(REQUEST_ID).cloned();
    let response = problem::render(next.run(request).await, instance.as_ref());
    observed.end(&state.metrics, &response);
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the form of a panic handler")]
fn on_panic(panic: Box<dyn Any + Send>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::internal(format!("a handler panicked: {what}")).into_response()
}

/// Gives every request an id of ours; one that came with it could be anything.
#[derive(Clone, Copy)]
struct Ids(Clock);

impl MakeRequestId for Ids {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = self.0.id(self.0.now()).to_string();
        HeaderValue::try_from(id).ok().map(RequestId::new)
    }
}
