//! Extractors whose refusals are problems: the framework's own answer in plain text.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::problem::ProblemType;

/// A JSON body in, or a JSON body out.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        require_json(request.headers())?;
        let body = read_body(request, state).await?;
        parse_json(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Error::internal(error).into_response(),
        }
    }
}

/// Refuses a body that does not say it is JSON.
pub fn require_json(headers: &axum::http::HeaderMap) -> Result<()> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || (essence.len() > 5 && essence.to_ascii_lowercase().ends_with("+json"));
    if is_json {
        return Ok(());
    }
    Err(Error::new(
        ProblemType::UnsupportedMediaType,
        "Send JSON with the header Content-Type: application/json.",
    ))
}

/// The whole body, within the limit of its route.
pub async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                too_large()
            } else {
                incomplete()
            }
        })
}

/// A body beyond the limit of its route.
pub(crate) fn too_large() -> Error {
    Error::new(
        ProblemType::TooLarge,
        "The body is larger than this address takes. Send it in several requests.",
    )
}

/// A body that broke off.
pub(crate) fn incomplete() -> Error {
    Error::new(
        ProblemType::BadRequest,
        "The body could not be received completely.",
    )
}

/// Reads a JSON object; an error says where it went wrong.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    // A list would be read as the fields of a type in their order, which no one means.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Error::input(
            "",
            "The body is a list; a JSON object is expected.",
        ));
    }
    // Most bodies fit; to keep track of where one is costs more than to read it.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            Error::input("", format!("The body is not valid JSON: {inner}."))
        } else {
            Error::input(pointer, format!("The body does not fit: {inner}."))
        }
    })?;
    deserializer
        .end()
        .map_err(|error| Error::input("", format!("The body is not valid JSON: {error}.")))?;
    Ok(value)
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The parameters of a path.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    #[expect(clippy::disallowed_types, reason = "this wraps it")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|_| {
                Error::new(
                    ProblemType::NotFound,
                    "The address names nothing: its id is not one of ours.",
                )
            })
    }
}

/// The parameters of a query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    #[expect(clippy::disallowed_types, reason = "this wraps it")]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|query| Self(query.0))
            .map_err(|rejection| Error::input("", rejection.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "only the shape matters")]
        rows: Vec<u8>,
    }

    fn refused(body: &Value) -> String {
        let error = parse_json::<Body>(body.to_string().as_bytes()).unwrap_err();
        format!("{error:?}")
    }

    #[test]
    fn a_wrong_type_is_pointed_at() {
        assert!(refused(&json!({"rows": [1, "two"]})).contains("/rows/1"));
    }

    #[test]
    fn text_after_the_json_is_refused() {
        assert!(parse_json::<Body>(br#"{"rows": []} trailing"#).is_err());
    }
}
