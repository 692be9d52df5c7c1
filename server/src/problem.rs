//! Every answer that is not a success: RFC 9457 problem details from one closed table.
//!
//! The table also feeds the OpenAPI description and the pages under `/problems/`. An answer becomes
//! a body in one place, [`render`], which also catches what the framework answers by itself.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

/// The header that carries the request's id in both directions of the log.
pub const REQUEST_ID: &str = "x-request-id";

macro_rules! problem_types {
    ($($variant:ident: $slug:literal, $status:ident, $title:literal, $docs:literal;)*) => {
        /// What can go wrong, each with a stable address under `/problems/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $(#[doc = $docs] $variant,)*
        }

        impl ProblemType {
            /// Every type there is, in the order of their status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The last segment of the type's address.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// The status that goes with it.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// The same few words each time.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do, for the page under `/problems/`.
            #[must_use]
            pub const fn docs(self) -> &'static str {
                match self { $(Self::$variant => $docs,)* }
            }
        }
    };
}

problem_types! {
    BadRequest: "bad-request", BAD_REQUEST, "The request is not valid",
        "The body, the query or the path could not be read. `errors` says where and what was expected.";
    Unauthenticated: "unauthenticated", UNAUTHORIZED, "Not signed in",
        "The request does not say who is calling, or what it shows is wrong, expired or revoked. Send `Authorization: Bearer` with a session token or an API key; a server on loopback may also take `x-user-id` and `x-user-org`.";
    WebhookRejected: "webhook-rejected", UNAUTHORIZED, "The webhook is not authentic",
        "The signature does not match the body, the timestamp is more than five minutes off, or a signature header is missing.";
    Forbidden: "forbidden", FORBIDDEN, "Your role does not allow this",
        "Viewers audit and read; editors also write policies; administrators also manage billing, keys and rule sets. An API key may do what its scopes say.";
    UnknownOrganization: "unknown-organization", FORBIDDEN, "The organization is not known here",
        "Organizations, people and memberships arrive through Clerk's webhooks at `/api/auth/webhook`. Check that the webhook is set up and that `organization.created` was delivered.";
    UnknownUser: "unknown-user", FORBIDDEN, "The person is not a member here",
        "People and memberships arrive through Clerk's webhooks at `/api/auth/webhook`. A person who left the organization has no access any more.";
    NotFound: "not-found", NOT_FOUND, "There is nothing here",
        "The address does not exist, or what it names does not exist in your organization.";
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED, "The method does not fit this address",
        "The address exists, but not for this method. `Allow` lists those that do.";
    RequestTimeout: "request-timeout", REQUEST_TIMEOUT, "The request took too long",
        "The request was not received and answered in time. Send it again, or send less at once.";
    Conflict: "conflict", CONFLICT, "It conflicts with what is there",
        "Something with the same name exists, or it was changed meanwhile. `detail` says what.";
    RuleLocked: "rule-locked", CONFLICT, "The rule is locked",
        "Administrators have locked the rule with `PUT /api/rulesets`, so that its findings can not be suppressed.";
    PlanNotAvailable: "plan-not-available", CONFLICT, "The plan can not be booked here",
        "The plan has no price on this server, so it can not be paid for. Whoever runs the server sets `STRIPE_API_KEY` and the plan's `STRIPE_PRICE_…`; the plan `free` can always be chosen.";
    TooLarge: "too-large", PAYLOAD_TOO_LARGE, "The request is too large",
        "The body exceeds the limit that `detail` names. Send it in several requests.";
    UnsupportedMediaType: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The media type is not supported",
        "`detail` lists what is supported.";
    IdempotencyMismatch: "idempotency-mismatch", UNPROCESSABLE_ENTITY, "The idempotency key was used for another request",
        "The key in `Idempotency-Key` belongs to an earlier request with another body. Use a new key for a new request.";
    RateLimited: "rate-limited", TOO_MANY_REQUESTS, "Too many requests",
        "Wait as long as `Retry-After` says. The `RateLimit` headers show what is left.";
    QuotaExceeded: "quota-exceeded", TOO_MANY_REQUESTS, "The month's audits are used up",
        "The plan's audits for this calendar month (UTC) are used. `Retry-After` points to the next month; a larger plan helps at once.";
    Internal: "internal", INTERNAL_SERVER_ERROR, "Something failed on our side",
        "The failure is in the server's log under the request id in `instance`. Nothing was recorded or counted.";
    Unavailable: "unavailable", SERVICE_UNAVAILABLE, "The service is not available now",
        "The database is away, or more work waits than can be done. Nothing was recorded or counted; try again after `Retry-After`.";
    GoogleNotConfigured: "google-not-configured", SERVICE_UNAVAILABLE, "Google's identities are not set up",
        "Set `GOOGLE_CLIENT_IDS` to the OAuth clients of the add-on and start the server again.";
    WebhooksNotConfigured: "webhooks-not-configured", SERVICE_UNAVAILABLE, "Webhooks are not set up",
        "Set `CLERK_WEBHOOK_SECRET` or `STRIPE_WEBHOOK_SECRET` to the signing secret of the endpoint and start the server again.";
}

impl ProblemType {
    /// The address of the type, relative to this server.
    #[must_use]
    pub fn uri(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// The type that fits a bare status, as the framework answers it.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

/// One thing that is wrong with a request's body, query or path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct InputError {
    /// Where: a JSON pointer into the body (RFC 6901); empty for the whole of it.
    pub pointer: String,
    /// What was expected.
    pub detail: String,
}

/// Problem details as they are sent. Members beyond these depend on the type.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDetails {
    /// The type's address on this server.
    #[schema(example = "/problems/not-found")]
    pub r#type: String,
    /// The type in a few words.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What happened this time, and what to do.
    pub detail: String,
    /// The request's id, as in the header `x-request-id` and in the server's log.
    pub instance: String,
    /// The title again, for older clients.
    pub error: String,
    /// What is wrong with the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<InputError>,
    /// What else a client may want to know: `plan`, `limit`, `used`, `message`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub members: Map<String, Value>,
}

/// A problem on its way out; [`render`] gives it its body.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which one.
    pub kind: ProblemType,
    /// What happened this time, and what to do.
    pub detail: String,
    /// What is wrong with the input.
    pub errors: Vec<InputError>,
    /// Further members of the body.
    pub members: Map<String, Value>,
}

impl Problem {
    /// A problem with nothing but a detail.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives an answer that is neither a success nor a redirection its problem body; `instance` is the
/// request's id.
///
/// For every answer, in the outermost layer but for those that name the request.
#[must_use]
pub fn render(mut response: Response, instance: Option<&HeaderValue>) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response
        .extensions_mut()
        .remove::<Problem>()
        .unwrap_or_else(|| {
            let kind = ProblemType::of_status(status);
            Problem::new(kind, kind.docs())
        });
    let details = ProblemDetails {
        r#type: problem.kind.uri(),
        title: problem.kind.title().to_owned(),
        status: problem.kind.status().as_u16(),
        detail: problem.detail,
        instance: instance
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        error: problem.kind.title().to_owned(),
        errors: problem.errors,
        members: problem.members,
    };
    let body = serde_json::to_vec(&details).unwrap_or_default();
    // For what is counted.
    response.extensions_mut().insert(problem.kind);
    *response.status_mut() = problem.kind.status();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}
