//! What has to be done from time to time: the log's coming partitions, retention, and the removal of
//! what nobody wants any more. `sheetbrain maintain` does it once, `sheetbrain serve` daily.

use std::fmt;

use time::{Duration, OffsetDateTime};

use crate::db::maintenance::{self, Bounds, Due, Kind};
use crate::db::{OwnerPool, audits};

/// How long a request can be repeated under its key: programs give up within days.
const IDEMPOTENCY_KEYS: Duration = Duration::days(30);

/// How long events of Clerk and Stripe are remembered. Both send again for days, and a person can
/// have them sent again for a month; later ones would change nothing, being older than what is known.
const WEBHOOK_EVENTS: Duration = Duration::days(90);

/// How long it is known what Stripe's meter was told. Reports are made of this month and the last.
const METER_REPORTS: Duration = Duration::days(100);

/// What one run did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Days that audits are kept; `None` when they are kept for good.
    pub retention_days: Option<u32>,
    /// Partitions of the log that were made. Empty ones of the past are removed, and not counted
    /// before it happens.
    pub partitions_made: u64,
    /// Audits moved from the log to the archive.
    pub audits_archived: u64,
    /// Audits whose findings were removed.
    pub findings_removed: u64,
    /// Audits whose formulas were removed.
    pub formulas_removed: u64,
    /// Empty partitions of the log that were removed.
    pub partitions_removed: u64,
    /// Idempotency keys that were removed.
    pub idempotency_keys: u64,
    /// Webhook events that were forgotten.
    pub webhook_events: u64,
    /// Rate buckets that were removed.
    pub rate_buckets: u64,
    /// Reports to Stripe's meter that were removed.
    pub meter_reports: u64,
}

/// Does everything, in steps that hold nothing for long, and notes each in `summary` as it is done:
/// what happened before an error stands there.
///
/// May run in several processes at the same time, and be killed: the next run goes on.
pub async fn run(
    db: &OwnerPool,
    retention_days: Option<u32>,
    now: OffsetDateTime,
    summary: &mut Summary,
) -> Result<(), sqlx::Error> {
    let bounds = bounds(retention_days, now);
    summary.retention_days = retention_days;
    summary.partitions_made = ensure_partitions(db).await?;
    if let Some(before) = bounds.audits {
        let archived = maintenance::archive_audits(db, before).await?;
        summary.audits_archived = count(archived.audits);
        summary.findings_removed = count(archived.findings);
        summary.formulas_removed = count(archived.formulas);
        // Those whose audits are not in the log any more, because somebody moved them by hand.
        summary.findings_removed += maintenance::forget(db, Kind::Findings, before).await?;
        summary.formulas_removed += maintenance::forget(db, Kind::Formulas, before).await?;
        summary.partitions_removed = maintenance::drop_empty_partitions(db, before).await?;
    }
    summary.idempotency_keys =
        maintenance::forget(db, Kind::IdempotencyKeys, bounds.idempotency_keys).await?;
    summary.webhook_events =
        maintenance::forget(db, Kind::WebhookEvents, bounds.webhook_events).await?;
    summary.rate_buckets = maintenance::forget_rate_buckets(db).await?;
    summary.meter_reports =
        maintenance::forget(db, Kind::MeterReports, bounds.meter_reports).await?;
    Ok(())
}

/// What a run would do now. Partitions are left out: they are made when the database is opened.
pub async fn preview(
    db: &OwnerPool,
    retention_days: Option<u32>,
    now: OffsetDateTime,
) -> Result<Summary, sqlx::Error> {
    let due: Due = maintenance::count_due(db, &bounds(retention_days, now)).await?;
    Ok(Summary {
        retention_days,
        partitions_made: 0,
        audits_archived: count(due.audits),
        findings_removed: count(due.findings),
        formulas_removed: count(due.formulas),
        partitions_removed: 0,
        idempotency_keys: count(due.idempotency_keys),
        webhook_events: count(due.webhook_events),
        rate_buckets: count(due.rate_buckets),
        meter_reports: count(due.meter_reports),
    })
}

/// Makes the log's coming partitions; returns how many.
///
/// Not while a backup runs, which holds the partition that they are taken from: until a later run,
/// audits of a month without one are kept there.
pub async fn ensure_partitions(db: &OwnerPool) -> Result<u64, sqlx::Error> {
    match audits::ensure_partitions(db).await {
        Err(error) if audits::is_busy(&error) => {
            tracing::warn!(
                "audit_logs is in use, by a backup most likely; its next partitions are made later"
            );
            Ok(0)
        }
        outcome => outcome,
    }
}

fn bounds(retention_days: Option<u32>, now: OffsetDateTime) -> Bounds {
    Bounds {
        audits: retention_days.map(|days| now - Duration::days(days.into())),
        idempotency_keys: now - IDEMPOTENCY_KEYS,
        webhook_events: now - WEBHOOK_EVENTS,
        meter_reports: now - METER_REPORTS,
    }
}

/// A count of the database, which has no unsigned numbers.
fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

impl fmt::Display for Summary {
    /// One line for each kind, its number first.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = |days: Duration| format!("after {} days", days.whole_days());
        let retention = self.retention_days.map_or_else(
            || "kept for good".to_owned(),
            |days| format!("after {days} days"),
        );
        let lines = [
            (
                self.partitions_made,
                "partitions of audit_logs made",
                String::new(),
            ),
            (
                self.audits_archived,
                "audits moved to audit_logs_archive",
                retention.clone(),
            ),
            (
                self.findings_removed,
                "audits' findings removed",
                retention.clone(),
            ),
            (self.formulas_removed, "audits' formulas removed", retention),
            (
                self.partitions_removed,
                "empty partitions of audit_logs removed",
                String::new(),
            ),
            (
                self.idempotency_keys,
                "idempotency keys removed",
                days(IDEMPOTENCY_KEYS),
            ),
            (
                self.webhook_events,
                "webhook events forgotten",
                days(WEBHOOK_EVENTS),
            ),
            (
                self.rate_buckets,
                "expired rate buckets removed",
                String::new(),
            ),
            (
                self.meter_reports,
                "meter reports removed",
                days(METER_REPORTS),
            ),
        ];
        for (number, what, when) in lines {
            let when = if when.is_empty() {
                when
            } else {
                format!(" ({when})")
            };
            writeln!(out, "{number:>10}  {what}{when}")?;
        }
        Ok(())
    }
}
