//! Records audits by group commit: whatever arrived while the last transaction was committing goes
//! into the next one. There is no timer, so a lone audit waits for its own commit only. An answer
//! is given after the commit.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::batch::Candidate;
use super::writer::Writer;
use crate::db::KeptWriter;
use crate::db::audits::NewAudit;
use crate::metrics::Metrics;
use crate::plans::Plan;

/// Audits that may wait to be recorded; beyond it the server is overloaded.
const WAITING: usize = 4096;
/// Audits in one transaction at most.
const BATCH: usize = 256;
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
    /// Starts the task; it ends when everything is written and the last handle is dropped or the
    /// connections are closed.
    #[must_use]
    pub fn start(db: KeptWriter, engine: &'static str, metrics: Arc<Metrics>) -> Self {
        let (audits, waiting) = mpsc::channel(WAITING);
        tokio::spawn(serve(Writer::new(db, engine), metrics, waiting));
        Self { audits }
    }

    /// Audits that wait to be recorded.
    #[must_use]
    pub fn load(&self) -> usize {
        self.audits
            .max_capacity()
            .saturating_sub(self.audits.capacity())
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

async fn serve(mut writer: Writer, metrics: Arc<Metrics>, mut waiting: mpsc::Receiver<Waiting>) {
    let mut closed = writer.closed();
    let mut batch = Vec::with_capacity(BATCH);
    while let Ok(1..) = closed.do_until(waiting.recv_many(&mut batch, BATCH)).await {
        let candidates: Vec<&Candidate> = batch.iter().map(|one| &one.candidate).collect();
        let outcomes = writer.write(&candidates).await;
        metrics.batch(&outcomes);
        for (one, outcome) in batch.drain(..).zip(outcomes) {
            // A caller who left does not change what is recorded.
            let _ = one.answer.send(outcome);
        }
    }
}
