//! The organization's rate limit. One task asks the database for everyone who waits, so a busy
//! moment costs one statement and not one for each request.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::{HeaderName, HeaderValue};
use sqlx::postgres::types::PgInterval;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::db;
use crate::db::WriterPool;
use crate::db::rate_limits::Grant;
use crate::error::{Error, Result, chain};
use crate::problem::ProblemType;

/// Requests that may wait for their turn; beyond it they are refused.
const WAITING: usize = 4096;

/// What is left of an organization's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    limit: u32,
    remaining: u32,
    resets_in: Duration,
    window: Duration,
}

impl Standing {
    /// The headers of the IETF draft and their older names.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let Self {
            limit,
            remaining,
            window,
            ..
        } = self;
        let (window, reset) = (seconds(*window), seconds(self.resets_in));
        [
            (
                "ratelimit-policy",
                format!("\"organization\";q={limit};w={window}"),
            ),
            (
                "ratelimit",
                format!("\"organization\";r={remaining};t={reset}"),
            ),
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", remaining.to_string()),
            ("x-ratelimit-reset", reset.to_string()),
        ]
        .into_iter()
        .filter_map(|(name, value)| {
            Some((
                HeaderName::from_static(name),
                HeaderValue::try_from(value).ok()?,
            ))
        })
        .collect()
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1000))
        .unwrap_or(u64::MAX)
        .max(1)
}

struct Request {
    organization_id: Uuid,
    answer: oneshot::Sender<Outcome>,
}

enum Outcome {
    Admitted(Standing),
    Refused(Standing),
    Gone,
    Failed,
}

/// The way to the task that asks the database.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    requests: mpsc::Sender<Request>,
}

impl RateLimiter {
    /// Starts the task; it ends when the last handle is dropped.
    #[must_use]
    pub fn start(db: WriterPool, limit: u32, window: Duration) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        tokio::spawn(serve(db, limit, window, waiting));
        Self { requests }
    }

    /// Takes one request out of the organization's bucket, or says when to try again.
    pub async fn admit(&self, organization_id: Uuid) -> Result<Standing> {
        let (answer, outcome) = oneshot::channel();
        self.requests
            .try_send(Request {
                organization_id,
                answer,
            })
            .map_err(|_| Error::unavailable("Too many requests wait at the moment. Try again."))?;
        match outcome.await.unwrap_or(Outcome::Failed) {
            Outcome::Admitted(standing) => Ok(standing),
            Outcome::Refused(standing) => Err(refusal(standing)),
            Outcome::Gone => Err(Error::new(
                ProblemType::UnknownOrganization,
                "The organization was deleted a moment ago.",
            )),
            Outcome::Failed => Err(Error::unavailable(
                "The rate limit can not be checked now, so nothing is admitted. Try again.",
            )),
        }
    }
}

fn refusal(standing: Standing) -> Error {
    let (limit, wait) = (standing.limit, seconds(standing.resets_in));
    let mut error = Error::new(
        ProblemType::RateLimited,
        format!(
            "The organization's {limit} requests in {} s are used; the window is over in {wait} s.",
            seconds(standing.window)
        ),
    )
    .with_retry_after(wait);
    for (name, value) in &standing.headers() {
        error = error.with_header(name.clone(), value.clone());
    }
    error
}

async fn serve(db: WriterPool, limit: u32, window: Duration, mut waiting: mpsc::Receiver<Request>) {
    let mut requests = Vec::new();
    while waiting.recv_many(&mut requests, WAITING).await > 0 {
        let mut by_organization = BTreeMap::<Uuid, Vec<oneshot::Sender<Outcome>>>::new();
        for Request {
            organization_id,
            answer,
        } in requests.drain(..)
        {
            by_organization
                .entry(organization_id)
                .or_default()
                .push(answer);
        }
        decide(&db, limit, window, by_organization).await;
    }
}

/// Answers everyone who waits, with one statement.
async fn decide(
    db: &WriterPool,
    limit: u32,
    window: Duration,
    mut waiting: BTreeMap<Uuid, Vec<oneshot::Sender<Outcome>>>,
) {
    let organizations: Vec<Uuid> = waiting.keys().copied().collect();
    let wanted: Vec<i32> = waiting
        .values()
        .map(|answers| i32::try_from(answers.len()).unwrap_or(i32::MAX))
        .collect();
    let most = i32::try_from(limit).unwrap_or(i32::MAX);
    let interval = PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(window.as_micros()).unwrap_or(i64::MAX),
    };
    let grants = match take(db, &organizations, &wanted, most, interval).await {
        Ok(grants) => grants,
        Err(error) => {
            tracing::error!(error = %chain(&error), "the rate limit could not be checked");
            for answer in waiting.into_values().flatten() {
                let _ = answer.send(Outcome::Failed);
            }
            return;
        }
    };
    for grant in grants {
        let answers = waiting.remove(&grant.organization_id).unwrap_or_default();
        let resets_in = Duration::from_secs_f64((grant.resets_in_ms / 1000.0).max(0.0));
        for (position, answer) in (1..).zip(answers) {
            // Where the window stood for this request, not for the last one decided with it.
            let used = grant.used - grant.granted + position;
            let remaining = u32::try_from(most - used).unwrap_or(0);
            let standing = Standing {
                limit,
                remaining,
                resets_in,
                window,
            };
            let _ = answer.send(if position <= grant.granted {
                Outcome::Admitted(standing)
            } else {
                Outcome::Refused(standing)
            });
        }
    }
    for answer in waiting.into_values().flatten() {
        let _ = answer.send(Outcome::Gone);
    }
}

async fn take(
    db: &WriterPool,
    organizations: &[Uuid],
    wanted: &[i32],
    most: i32,
    window: PgInterval,
) -> Result<Vec<Grant>, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let grants =
        db::rate_limits::take(&mut transaction, organizations, wanted, most, window).await?;
    transaction.commit().await?;
    Ok(grants)
}
