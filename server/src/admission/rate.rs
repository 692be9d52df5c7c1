//! The organization's rate limit. One task asks the database for everyone who waits, so a busy
//! moment costs one statement and not one for each request; and for an organization that stays
//! busy it takes some requests ahead of time, which then cost nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::{HeaderName, HeaderValue};
use sqlx::postgres::types::PgInterval;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::lease::{LIFETIME, Lease, Leases, Spent};
use crate::db;
use crate::db::WriterPool;
use crate::db::rate_limits::{Ask, Grant};
use crate::error::{Error, Result, chain};
use crate::problem::ProblemType;

/// Requests that may wait for their turn; beyond it they are refused.
const WAITING: usize = 4096;
/// Headers of an answer that has a [`Standing`]'s, all together.
const HEADERS: usize = 12;

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
        let mut headers = HeaderMap::with_capacity(HEADERS);
        for (name, value) in [
            (
                "ratelimit-policy",
                format!("\"organization\";q={limit};w={window}"),
            ),
            (
                "ratelimit",
                format!("\"organization\";r={remaining};t={reset}"),
            ),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        for (name, value) in [
            ("x-ratelimit-limit", u64::from(*limit)),
            ("x-ratelimit-remaining", u64::from(*remaining)),
            ("x-ratelimit-reset", reset),
        ] {
            headers.insert(HeaderName::from_static(name), value.into());
        }
        headers
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

/// The way to the task that asks the database, and what is admitted without asking.
#[derive(Clone, Debug)]
pub struct RateLimiter {
    requests: mpsc::Sender<Request>,
    bucket: Arc<Bucket>,
}

/// What is the same for every organization, and the leases of each.
#[derive(Debug)]
struct Bucket {
    limit: u32,
    window: Duration,
    leases: Mutex<Leases>,
}

impl RateLimiter {
    /// Starts the task; it ends when the last handle is dropped.
    #[must_use]
    pub fn start(db: WriterPool, limit: u32, window: Duration) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        let bucket = Arc::new(Bucket {
            limit,
            window,
            leases: Mutex::default(),
        });
        tokio::spawn(serve(db, Arc::clone(&bucket), waiting));
        Self { requests, bucket }
    }

    /// Gives back what was taken ahead of time: the server stops.
    pub async fn close(&self, db: &WriterPool) {
        give_back(db, &self.bucket, Instant::now() + LIFETIME).await;
    }

    /// Takes one request out of the organization's bucket, or says when to try again.
    pub async fn admit(&self, organization_id: Uuid) -> Result<Standing> {
        let spent = self
            .bucket
            .leases(|leases| leases.spend(organization_id, Instant::now()));
        if let Some(spent) = spent {
            return Ok(self.bucket.standing(spent));
        }
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

impl Bucket {
    fn leases<T>(&self, act: impl FnOnce(&mut Leases) -> T) -> T {
        // Nothing that runs with the lock held can panic half way.
        act(&mut self.leases.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The limit as the database counts.
    fn most(&self) -> i32 {
        i32::try_from(self.limit).unwrap_or(i32::MAX)
    }

    /// The window as the database counts.
    fn interval(&self) -> PgInterval {
        PgInterval {
            months: 0,
            days: 0,
            microseconds: i64::try_from(self.window.as_micros()).unwrap_or(i64::MAX),
        }
    }

    fn standing(&self, spent: Spent) -> Standing {
        Standing {
            limit: self.limit,
            remaining: u32::try_from(self.most() - spent.used).unwrap_or(0),
            resets_in: spent.resets_in,
            window: self.window,
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

/// Callers that wait, by organization.
type Waiting = BTreeMap<Uuid, Vec<oneshot::Sender<Outcome>>>;

async fn serve(db: WriterPool, bucket: Arc<Bucket>, mut waiting: mpsc::Receiver<Request>) {
    let mut requests = Vec::new();
    loop {
        let expiry = bucket.leases(|leases| leases.next_expiry());
        let received = waiting.recv_many(&mut requests, WAITING);
        let received = match expiry {
            None => received.await,
            Some(expiry) => {
                let Ok(received) = tokio::time::timeout_at(expiry.into(), received).await else {
                    give_back(&db, &bucket, Instant::now()).await;
                    continue;
                };
                received
            }
        };
        if received == 0 {
            break;
        }
        let by_organization = sort_out(&bucket, requests.drain(..));
        if by_organization.is_empty() {
            continue;
        }
        decide(&db, &bucket, by_organization).await;
    }
}

/// Answers those for whom a lease came while they waited, and gives the others by organization. To
/// ask for those too would end the lease that has just begun, and take ever smaller ones.
fn sort_out(bucket: &Bucket, requests: impl Iterator<Item = Request>) -> Waiting {
    let now = Instant::now();
    let mut waiting = Waiting::new();
    for Request {
        organization_id,
        answer,
    } in requests
    {
        match bucket.leases(|leases| leases.spend(organization_id, now)) {
            Some(spent) => {
                let _ = answer.send(Outcome::Admitted(bucket.standing(spent)));
            }
            None => waiting.entry(organization_id).or_default().push(answer),
        }
    }
    waiting
}

/// Answers everyone who waits, with one statement, which also gives back what has expired.
async fn decide(db: &WriterPool, bucket: &Bucket, mut waiting: Waiting) {
    let asks = bucket.leases(|leases| {
        let ask = |(organization_id, answers): (&Uuid, &Vec<_>)| {
            let wanted = i32::try_from(answers.len()).unwrap_or(i32::MAX);
            let (unspent, extra) = leases.end(*organization_id, wanted);
            Ask {
                organization_id: *organization_id,
                wanted,
                extra,
                unspent: unspent.map_or(0, |unspent| unspent.left),
                window: unspent.map(|unspent| unspent.window),
            }
        };
        let mut asks: Vec<Ask> = waiting.iter().map(ask).collect();
        asks.extend(returned(leases, Instant::now()));
        asks
    });
    // Before the question, so that this server's clock is never behind the window.
    let asked_at = Instant::now();
    let grants = match take(db, bucket, &asks).await {
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
        hand_out(bucket, &grant, asked_at, answers);
    }
    for answer in waiting.into_values().flatten() {
        let _ = answer.send(Outcome::Gone);
    }
}

/// Answers the callers of one organization and keeps what was granted beyond.
fn hand_out(
    bucket: &Bucket,
    grant: &Grant,
    asked_at: Instant,
    answers: Vec<oneshot::Sender<Outcome>>,
) {
    let resets_in = Duration::from_secs_f64((grant.resets_in_ms / 1000.0).max(0.0));
    let wanted = i32::try_from(answers.len()).unwrap_or(i32::MAX);
    let left = (grant.granted - wanted).max(0);
    let lease = Lease {
        window: grant.window,
        resets_at: asked_at + resets_in,
        expires_at: asked_at + resets_in.min(LIFETIME),
        size: left,
        left,
        used: grant.used,
    };
    bucket.leases(|leases| leases.keep(grant.organization_id, lease));
    for (position, answer) in (1..).zip(answers) {
        // Where the window stood for this request, not for the last one decided with it.
        let used = grant.used - grant.granted + position;
        let standing = bucket.standing(Spent { used, resets_in });
        let _ = answer.send(if position <= grant.granted {
            Outcome::Admitted(standing)
        } else {
            Outcome::Refused(standing)
        });
    }
}

/// What expired by then and was not spent.
fn returned(leases: &mut Leases, by: Instant) -> impl Iterator<Item = Ask> {
    let expired = leases.expired(by).into_iter();
    expired.map(|(organization_id, unspent)| Ask {
        organization_id,
        wanted: 0,
        extra: 0,
        unspent: unspent.left,
        window: Some(unspent.window),
    })
}

async fn give_back(db: &WriterPool, bucket: &Bucket, by: Instant) {
    let asks: Vec<Ask> = bucket.leases(|leases| returned(leases, by).collect());
    if asks.is_empty() {
        return;
    }
    if let Err(error) = take(db, bucket, &asks).await {
        // They are lost to the organization until its window is over.
        tracing::warn!(error = %chain(&error), "requests that were not used could not be given back");
    }
}

async fn take(db: &WriterPool, bucket: &Bucket, asks: &[Ask]) -> Result<Vec<Grant>, sqlx::Error> {
    let (most, window) = (bucket.most(), bucket.interval());
    let mut transaction = db.begin().await?;
    let mut grants = db::rate_limits::take(&mut transaction, asks, most, window).await?;
    if grants.len() < asks.len() {
        // An organization's first request, or one that is gone.
        let is_new = |ask: &&Ask| {
            let mut known = grants.iter().map(|grant| grant.organization_id);
            !known.any(|known| known == ask.organization_id)
        };
        let new: Vec<Ask> = asks.iter().filter(is_new).copied().collect();
        let organizations: Vec<Uuid> = new.iter().map(|ask| ask.organization_id).collect();
        db::rate_limits::open(&mut transaction, &organizations).await?;
        grants.extend(db::rate_limits::take(&mut transaction, &new, most, window).await?);
    }
    transaction.commit().await?;
    Ok(grants)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const ORGANIZATION: Uuid = Uuid::from_u128(1);

    #[test]
    fn who_waited_while_a_lease_came_is_served_from_it() {
        let now = Instant::now();
        let bucket = Bucket {
            limit: 100,
            window: Duration::from_mins(1),
            leases: Mutex::default(),
        };
        let lease = Lease {
            window: datetime!(2026-11-23 10:01 UTC),
            resets_at: now + Duration::from_mins(1),
            expires_at: now + Duration::from_mins(1),
            size: 2,
            left: 2,
            used: 10,
        };
        bucket.leases(|leases| leases.keep(ORGANIZATION, lease));
        let (requests, mut answers): (Vec<_>, Vec<_>) = (0..3)
            .map(|_| {
                let (answer, outcome) = oneshot::channel();
                let organization_id = ORGANIZATION;
                (
                    Request {
                        organization_id,
                        answer,
                    },
                    outcome,
                )
            })
            .unzip();
        let waiting = sort_out(&bucket, requests.into_iter());
        let is_admitted = |answer: &mut oneshot::Receiver<_>| {
            matches!(answer.try_recv(), Ok(Outcome::Admitted(_)))
        };
        assert_eq!(
            answers.iter_mut().map(is_admitted).collect::<Vec<_>>(),
            [true, true, false]
        );
        assert_eq!(waiting[&ORGANIZATION].len(), 1);
    }
}
