//! Writes a batch of audits. Quickly, when every organization in it is as it was the last time:
//! then one statement checks just that, counts and records. And otherwise carefully: the counts are
//! locked, each audit is decided about, and what is admitted is recorded.
//!
//! Both are exact with any number of servers; what is remembered here is only ever supposed.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::pool::CloseEvent;
use uuid::Uuid;

use super::batch::{Candidate, decide, grouped};
use super::recorder::Outcome;
use crate::clock::month_of;
use crate::db;
use crate::db::KeptWriter;
use crate::db::audits::{Booking, Group, Standing};
use crate::error::{chain, is_away};

/// How often a batch whose connection broke is sent again, and after how long each.
const RETRIES: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
    Duration::from_secs(2),
];
/// Organizations whose bookings are remembered.
const REMEMBERED: usize = 100_000;

/// Writes batches, one after the other.
#[derive(Debug)]
pub(super) struct Writer {
    db: KeptWriter,
    engine: &'static str,
    /// What each organization had booked when it was last looked at.
    bookings: HashMap<Uuid, Booking>,
}

impl Writer {
    pub(super) fn new(db: KeptWriter, engine: &'static str) -> Self {
        Self {
            db,
            engine,
            bookings: HashMap::new(),
        }
    }

    /// Tells when the database's connections are closed.
    pub(super) fn closed(&self) -> CloseEvent {
        self.db.closed()
    }

    /// What became of each candidate, in their order.
    pub(super) async fn write(&mut self, candidates: &[&Candidate]) -> Vec<Outcome> {
        let (mut outcomes, again) = match self.write_quickly(candidates).await {
            Ok(outcomes) => (outcomes, false),
            // Why, the careful way finds out.
            Err(_) => (vec![None; candidates.len()], true),
        };
        let left = candidates.iter().zip(&outcomes);
        let left: Vec<&Candidate> = left
            .filter(|(_, outcome)| outcome.is_none())
            .map(|(candidate, _)| *candidate)
            .collect();
        if !left.is_empty() {
            let written = self.write_surely(&left, again).await;
            let open = outcomes.iter_mut().filter(|outcome| outcome.is_none());
            for (open, outcome) in open.zip(written) {
                *open = Some(outcome);
            }
        }
        outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap_or(Outcome::Failed))
            .collect()
    }

    /// Records the audits of organizations that are as supposed; `None` for the others, and for
    /// audits with an idempotency key, which has to be looked up first.
    async fn write_quickly(
        &mut self,
        candidates: &[&Candidate],
    ) -> Result<Vec<Option<Outcome>>, sqlx::Error> {
        let mut outcomes = vec![None; candidates.len()];
        let groups = grouped(candidates, &self.bookings, |_, audit| {
            audit.idempotency.is_none()
        });
        if groups.is_empty() {
            return Ok(outcomes);
        }
        let given: Vec<Group<'_>> = groups.iter().map(|group| group.group(candidates)).collect();
        let mut transaction = self.db.begin().await?;
        let counted = db::audits::record(&mut transaction, &given, self.engine).await?;
        transaction.commit().await?;
        for counted in counted {
            let group = usize::try_from(counted.place).ok();
            let Some(group) = group.and_then(|place| groups.get(place)) else {
                continue;
            };
            // The last of the group made the count what it is.
            for (used, place) in (0..=counted.used).rev().zip(group.indices.iter().rev()) {
                if let Some(outcome) = outcomes.get_mut(*place) {
                    let plan = group.plan();
                    *outcome = Some(Outcome::Recorded { plan, used });
                }
            }
        }
        Ok(outcomes)
    }

    /// Writes a batch carefully. A broken connection is tried again; an audit that the database
    /// refuses is found by halving, so that it does not fail its neighbours.
    async fn write_surely(&mut self, candidates: &[&Candidate], again: bool) -> Vec<Outcome> {
        let mut attempts = RETRIES.iter();
        let mut written = self.write_carefully(candidates, again).await;
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
                written = self.write_carefully(candidates, true).await;
            } else if let ([first, ..], true) = (candidates, candidates.len() == 1) {
                tracing::error!(error = %chain(&error), audit = %first.audit.id, "an audit was refused");
                return vec![Outcome::Failed];
            } else {
                let (left, right) = candidates.split_at(candidates.len() / 2);
                let mut outcomes = Box::pin(self.write_surely(left, again)).await;
                outcomes.extend(Box::pin(self.write_surely(right, again)).await);
                return outcomes;
            }
        }
    }

    /// Decides about a batch and records what is admitted, in one transaction.
    ///
    /// `again`: an earlier attempt may have been committed although its answer was lost.
    async fn write_carefully(
        &mut self,
        candidates: &[&Candidate],
        again: bool,
    ) -> Result<Vec<Outcome>, sqlx::Error> {
        let mut transaction = self.db.begin().await?;
        let standings = lock_standings(&mut transaction, candidates).await?;
        // After the lock, for which this had to wait until that attempt was over.
        let recorded = if again {
            let ids: Vec<Uuid> = candidates.iter().map(|one| one.audit.id).collect();
            db::audits::find_recorded(&mut transaction, &ids).await?
        } else {
            Vec::new()
        };
        let known_keys = find_keys(&mut transaction, candidates).await?;
        let (done, open): (Vec<_>, Vec<_>) = (0..candidates.len())
            .zip(candidates)
            .partition(|(_, one)| recorded.contains(&one.audit.id));
        let undecided: Vec<&Candidate> = open.iter().map(|(_, one)| **one).collect();
        let mut decided = decide(&undecided, &standings, &known_keys);
        remember(&mut self.bookings, &standings);
        let is_admitted = |place| matches!(decided.get(place), Some(Outcome::Recorded { .. }));
        let groups = grouped(&undecided, &self.bookings, |place, _| is_admitted(place));
        let given: Vec<Group<'_>> = groups.iter().map(|group| group.group(&undecided)).collect();
        let counted = if given.is_empty() {
            Vec::new()
        } else {
            db::audits::record(&mut transaction, &given, self.engine).await?
        };
        transaction.commit().await?;

        for (place, group) in (0_i32..).zip(&groups) {
            if counted.iter().any(|counted| counted.place == place) {
                continue;
            }
            // Something changed after it was read, the policies most likely.
            for place in &group.indices {
                if let Some(outcome) = decided.get_mut(*place) {
                    *outcome = Outcome::RulesChanged;
                }
            }
        }
        let mut outcomes = vec![Outcome::Failed; candidates.len()];
        let earlier = done
            .into_iter()
            .map(|(place, one)| (place, as_recorded(one, &standings)));
        let open = open.into_iter().map(|(place, _)| place).zip(decided);
        for (place, outcome) in open.chain(earlier) {
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = outcome;
            }
        }
        Ok(outcomes)
    }
}

fn remember(bookings: &mut HashMap<Uuid, Booking>, standings: &[Standing]) {
    if bookings.len() > REMEMBERED {
        bookings.clear();
    }
    for standing in standings {
        bookings.insert(standing.organization_id, standing.booking());
    }
}

/// Whether another server recorded one of the keys at the same moment: seen on the next try.
fn is_key_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|db| db.constraint()) == Some("idempotency_keys_pkey")
}

/// The outcome of an audit that an earlier attempt recorded.
fn as_recorded(candidate: &Candidate, standings: &[Standing]) -> Outcome {
    standings
        .iter()
        .find(|standing| standing.organization_id == candidate.audit.organization_id)
        .map_or(Outcome::OrganizationGone, |standing| Outcome::Recorded {
            plan: standing.booking().plan_at(candidate.audit.created_at),
            used: standing.used,
        })
}

async fn lock_standings(
    connection: &mut PgConnection,
    candidates: &[&Candidate],
) -> Result<Vec<Standing>, sqlx::Error> {
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
    let standings = db::audits::lock_standings(connection, &organizations, &users, &months).await?;
    if standings.len() == organizations.len() {
        return Ok(standings);
    }
    // The first audit of a month, or an organization that is gone.
    db::audits::open_months(connection, &organizations, &months).await?;
    db::audits::lock_standings(connection, &organizations, &users, &months).await
}

async fn find_keys(
    connection: &mut PgConnection,
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
    db::audits::find_keys(connection, &organizations, &keys).await
}
