//! An answer of the server, read completely.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` when it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("the answer breaks off");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self {
            status,
            headers,
            json,
            text,
        }
    }

    /// The answer, whose status must be this one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The answer, which must be a complete problem of this type.
    #[must_use]
    #[track_caller]
    pub fn expect_problem(self, status: u16, slug: &str) -> Self {
        let answer = self.expect(status);
        let json = &answer.json;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(json["type"], format!("/problems/{slug}"), "{}", answer.text);
        assert_eq!(json["status"], status);
        assert_eq!(json["instance"], answer.header("x-request-id"));
        assert_eq!(json["error"], json["title"]);
        assert!(
            json["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty())
        );
        answer
    }

    /// A header; empty without it.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
