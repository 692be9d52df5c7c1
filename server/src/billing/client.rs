//! What is asked of Stripe. Every request carries a key under which it takes effect once, so it can
//! be sent again when the answer is lost.
#![expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not hold is null, not a panic"
)]

use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::error::{Error, chain};

/// The shape of requests and answers; without it, the account's settings would choose.
const VERSION: &str = "2025-03-31.basil";
/// How long one attempt may take; all of them end before a request of ours does.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long to wait before each further attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];
/// Longer than any answer.
const LARGEST: usize = 256 << 10;

/// Stripe's API with the key of this server's account.
#[derive(Debug)]
pub struct Stripe {
    http: Client,
    base: String,
    key: SecretString,
}

/// Why Stripe did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It does not answer, or not now.
    #[error("Stripe does not answer: {0}")]
    Away(String),
    /// It refuses, and will again.
    #[error("Stripe refuses with {status}: {reason}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// Its code and the parameter that it is about; nothing else of the answer, which may quote
        /// what was sent.
        reason: String,
    },
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Away(_) => Self::unavailable(
                "Stripe, which takes the payments, does not answer now. Nothing was booked; try again.",
            )
            .with_source(failure),
            Failure::Refused { .. } => Self::internal(failure),
        }
    }
}

impl Stripe {
    /// A way to Stripe at that address.
    pub fn new(base: String, key: SecretString) -> anyhow::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .timeout(PATIENCE)
            // The key goes to the address that was set and to no other.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, base, key })
    }

    /// Sends a form, again when no answer comes.
    pub async fn post(
        &self,
        path: &str,
        form: &[(&str, String)],
        idempotency_key: &str,
    ) -> Result<Value, Failure> {
        for pause in PAUSES {
            match self.post_once(path, form, idempotency_key).await {
                Err(Failure::Away(why)) => {
                    tracing::info!(path, why, "asking Stripe again");
                    tokio::time::sleep(pause).await;
                }
                answered => return answered,
            }
        }
        self.post_once(path, form, idempotency_key).await
    }

    /// Sends a form once.
    pub async fn post_once(
        &self,
        path: &str,
        form: &[(&str, String)],
        idempotency_key: &str,
    ) -> Result<Value, Failure> {
        let away = |error: reqwest::Error| Failure::Away(chain(&error));
        let mut response = self
            .http
            .post(format!("{}{path}", self.base))
            .bearer_auth(self.key.expose_secret())
            .header("stripe-version", VERSION)
            .header("idempotency-key", idempotency_key)
            .form(form)
            .send()
            .await
            .map_err(away)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Failure::Away(format!("more than {LARGEST} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() && answer.is_object() {
            return Ok(answer);
        }
        let is_passing = status.is_success()
            || status.is_server_error()
            || [StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        Err(if is_passing {
            Failure::Away(format!("status {status}"))
        } else {
            Failure::Refused {
                status,
                reason: reason(&answer),
            }
        })
    }
}

/// What may be logged of a refusal.
fn reason(answer: &Value) -> String {
    let words = ["type", "code", "param"]
        .iter()
        .filter_map(|name| answer["error"][*name].as_str())
        .filter(|word| {
            word.len() <= 100
                && word.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_[]".contains(&byte)
                })
        });
    words.collect::<Vec<_>>().join(" ")
}
