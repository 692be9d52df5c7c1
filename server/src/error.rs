//! What a handler fails with. The source of an error is logged under the request's id and never
//! sent; what is sent is a [`Problem`].

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::problem::{InputError, Problem, ProblemType};

/// A handler's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A problem, what caused it, and the headers that go with it.
#[derive(Debug)]
pub struct Error {
    problem: Box<Problem>,
    headers: HeaderMap,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of that type; `detail` says what happened and what to do.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            problem: Box::new(Problem::new(kind, detail)),
            headers: HeaderMap::new(),
            source: None,
        }
    }

    /// Bad input at one place of the body.
    pub fn input(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut error = Self::new(ProblemType::BadRequest, detail.clone());
        error.problem.errors.push(InputError {
            pointer: pointer.into(),
            detail,
        });
        error
    }

    /// Nothing of that kind in the caller's organization.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ProblemType::NotFound,
            format!("There is no such {what} in your organization."),
        )
    }

    /// A failure of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(
            ProblemType::Internal,
            "The request could not be completed. Nothing was recorded or counted; the server's log has more under this instance.",
        );
        error.source = Some(source.into());
        error
    }

    /// Adds what caused it, for the log.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Too much at the moment, or the database is away.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(ProblemType::Unavailable, detail).with_retry_after(1)
    }

    /// Adds a member to the problem's body.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.problem.members.insert(name.to_owned(), value.into());
        self
    }

    /// Says when to try again, in seconds.
    #[must_use]
    pub fn with_retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, seconds.to_string())
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.insert(name, value);
        }
        self
    }

    /// The problem's type.
    #[must_use]
    pub fn kind(&self) -> ProblemType {
        self.problem.kind
    }

    /// What happened, as the caller is told.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.problem.detail
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Some(source) = &self.source {
            // The span of the request adds its id.
            tracing::error!(problem = self.problem.kind.slug(), error = %chain(source.as_ref()), "request failed");
        }
        let mut response = self.problem.into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Whether the database can not be reached or is going down, so that the request may be repeated.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_) => true,
        // Class 08: connection; 53: resources; 57P: operator intervention; 40: rolled back; 55P03: lock wait.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57P", "40", "55P03"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) {
            Self::unavailable(
                "The database can not be reached now. Nothing was recorded or counted; try again.",
            )
            .with_source(error)
        } else {
            Self::internal(error)
        }
    }
}

/// Turns the violation of a named constraint into an answer of its own.
pub(crate) trait OnConstraint<T> {
    /// `answer` is called when the error is a violation of `constraint`.
    fn on_constraint(self, constraint: &str, answer: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for std::result::Result<T, sqlx::Error> {
    fn on_constraint(self, constraint: &str, answer: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(
            |error| match error.as_database_error().and_then(|db| db.constraint()) {
                Some(name) if name == constraint => answer(),
                _ => error.into(),
            },
        )
    }
}
