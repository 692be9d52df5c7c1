//! Records audits by group commit: whatever arrived while the last transaction was committing goes
//! into the next one. There is no timer, so a lone audit waits for its own commit only. An answer
//! is given after the commit.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::batch::{Candidate, decide};
use crate::clock::month_of;
use crate::db;
use crate::db::WriterPool;
use crate::db::audits::NewAudit;
use crate::error::{chain, is_away};
use crate::plans::Plan;

/// Audits that may wait to be recorded; beyond it the server is overloaded.
const WAITING: usize = 4096;
/// Audits in one transaction at most.
const BATCH: usize = 256;
/// How often a batch whose connection broke is sent again, and after how long each.
const RETRIES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
    Duration::from_secs(2),
];

/// What became of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Recorded and counted; `used` is the month's count with it.
    Recorded {
        /// The plan at work.
        plan: Plan,
        /// Audits of this month.
        used: i32,
    },
    /// The key belongs to an audit that was recorded earlier: nothing new was.
    Repeated {
        /// The earlier audit.
        audit_id: Uuid,
        /// The plan at work.
        plan: Plan,
        /// Audits of this month.
        used: i32,
    },
    /// The key belongs to a request with another body.
    KeyOfAnother,
    /// The month's audits are used up.
    OverQuota {
        /// The plan at work.
        plan: Plan,
        /// Audits of this month.
        used: i32,
    },
    /// The person is not a member any more.
    NotAMember,
    /// The organization does not exist any more.
    OrganizationGone,
    /// The organization's policies changed since the audit was made: make it again.
    RulesChanged,
    /// The database is away. It may be recorded if the connection broke while committing.
    Away,
    /// The database refused this audit.
    Failed,
}

struct Waiting {
    candidate: Candidate,
    answer: oneshot::Sender<Outcome>,
}

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub struct Recorder {
    audits: mpsc::Sender<Waiting>,
}

impl Recorder {
    /// Starts the task; it ends when the last handle is dropped and everything is written.
    #[must_use]
    pub fn start(db: WriterPool, engine: &'static str) -> Self {
        let (audits, waiting) = mpsc::channel(WAITING);
        tokio::spawn(serve(db, engine, waiting));
        Self { audits }
    }

    /// Records an audit that was made with the rules of that version. `None`: too many wait.
    pub async fn record(&self, audit: NewAudit, rules_version: i64) -> Option<Outcome> {
        let (answer, outcome) = oneshot::channel();
        let candidate = Candidate {
            audit,
            rules_version,
        };
        self.audits.try_send(Waiting { candidate, answer }).ok()?;
        Some(outcome.await.unwrap_or(Outcome::Failed))
    }
}

async fn serve(db: WriterPool, engine: &'static str, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let candidates: Vec<&Candidate> = batch.iter().map(|one| &one.candidate).collect();
        let outcomes = write_surely(&db, engine, &candidates).await;
        for (one, outcome) in batch.drain(..).zip(outcomes) {
            // A caller who left does not change what is recorded.
            let _ = one.answer.send(outcome);
        }
    }
}

/// Writes a batch. A broken connection is tried again; an audit that the database refuses is found
/// by halving, so that it does not fail its neighbours.
async fn write_surely(db: &WriterPool, engine: &str, candidates: &[&Candidate]) -> Vec<Outcome> {
    let mut attempts = RETRIES.iter();
    let mut written = write(db, engine, candidates, false).await;
    loop {
        let error = match written {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        if is_away(&error) || is_key_taken(&error) {
            let Some(pause) = attempts.next() else {
                tracing::error!(error = %chain(&error), audits = candidates.len(), "audits could not be recorded");
                return vec![Outcome::Away; candidates.len()];
            };
            tokio::time::sleep(*pause).await;
            written = write(db, engine, candidates, true).await;
        } else if let ([first, ..], true) = (candidates, candidates.len() == 1) {
            tracing::error!(error = %chain(&error), audit = %first.audit.id, "an audit was refused");
            return vec![Outcome::Failed];
        } else {
            let (left, right) = candidates.split_at(candidates.len() / 2);
            let mut outcomes = Box::pin(write_surely(db, engine, left)).await;
            outcomes.extend(Box::pin(write_surely(db, engine, right)).await);
            return outcomes;
        }
    }
}

/// Whether another server recorded one of the keys at the same moment: seen on the next try.
fn is_key_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|db| db.constraint()) == Some("idempotency_keys_pkey")
}

/// Decides about a batch and records what is admitted, in one transaction.
///
/// `again`: an earlier attempt may have been committed although its answer was lost.
async fn write(
    db: &WriterPool,
    engine: &str,
    candidates: &[&Candidate],
    again: bool,
) -> Result<Vec<Outcome>, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let recorded = if again {
        let ids: Vec<Uuid> = candidates.iter().map(|one| one.audit.id).collect();
        db::audits::find_recorded(&mut transaction, &ids).await?
    } else {
        Vec::new()
    };
    let standings = lock_standings(&mut transaction, candidates).await?;
    let known_keys = find_keys(&mut transaction, candidates).await?;
    let (done, open): (Vec<_>, Vec<_>) = (0..candidates.len())
        .zip(candidates)
        .partition(|(_, one)| recorded.contains(&one.audit.id));
    let undecided: Vec<&Candidate> = open.iter().map(|(_, one)| **one).collect();
    let decided = decide(&undecided, &standings, &known_keys);
    let admitted: Vec<&NewAudit> = undecided
        .iter()
        .zip(&decided)
        .filter(|(_, outcome)| matches!(outcome, Outcome::Recorded { .. }))
        .map(|(one, _)| &one.audit)
        .collect();
    if !admitted.is_empty() {
        db::audits::insert(&mut transaction, &admitted, engine).await?;
    }
    transaction.commit().await?;

    let mut outcomes = vec![Outcome::Failed; candidates.len()];
    let earlier = done
        .into_iter()
        .map(|(place, one)| (place, as_recorded(one, &standings)));
    for (place, outcome) in open
        .into_iter()
        .map(|(place, _)| place)
        .zip(decided)
        .chain(earlier)
    {
        if let Some(slot) = outcomes.get_mut(place) {
            *slot = outcome;
        }
    }
    Ok(outcomes)
}

/// The outcome of an audit that an earlier attempt recorded.
fn as_recorded(candidate: &Candidate, standings: &[db::audits::Standing]) -> Outcome {
    standings
        .iter()
        .find(|standing| standing.organization_id == candidate.audit.organization_id)
        .map_or(Outcome::OrganizationGone, |standing| Outcome::Recorded {
            plan: Plan::at_work(standing.plan.as_deref(), standing.status.as_deref()),
            used: standing.used,
        })
}

async fn lock_standings(
    transaction: &mut sqlx::PgTransaction<'_>,
    candidates: &[&Candidate],
) -> Result<Vec<db::audits::Standing>, sqlx::Error> {
    let mut asked: Vec<(Uuid, String, Option<Uuid>)> = candidates
        .iter()
        .map(|one| &one.audit)
        .map(|audit| {
            (
                audit.organization_id,
                month_of(audit.created_at),
                audit.user_id,
            )
        })
        .collect();
    asked.sort_unstable();
    asked.dedup();
    let organizations: Vec<Uuid> = asked
        .iter()
        .map(|(organization, ..)| *organization)
        .collect();
    let users: Vec<Option<Uuid>> = asked.iter().map(|(.., user)| *user).collect();
    let months: Vec<String> = asked.into_iter().map(|(_, month, _)| month).collect();
    let standings =
        db::audits::lock_standings(transaction, &organizations, &users, &months).await?;
    if standings.len() == organizations.len() {
        return Ok(standings);
    }
    // The first audit of a month, or an organization that is gone.
    db::audits::open_months(transaction, &organizations, &months).await?;
    db::audits::lock_standings(transaction, &organizations, &users, &months).await
}

async fn find_keys(
    transaction: &mut sqlx::PgTransaction<'_>,
    candidates: &[&Candidate],
) -> Result<Vec<db::audits::KnownKey>, sqlx::Error> {
    let (organizations, keys): (Vec<Uuid>, Vec<String>) = candidates
        .iter()
        .filter_map(|one| {
            let key = one.audit.idempotency.as_ref()?;
            Some((one.audit.organization_id, key.key.clone()))
        })
        .unzip();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    db::audits::find_keys(transaction, &organizations, &keys).await
}
