//! What grows with time, removed or moved in small steps.
//!
//! Each step is a transaction of its own, so a run that is killed has done what it did and the next
//! one goes on. Steps of all runs take turns. Rows that somebody else holds are passed over until
//! the next run: nothing waits here while it holds what a request may want.

use sqlx::PgConnection;
use sqlx::postgres::PgTransaction;
use time::OffsetDateTime;

use super::OwnerPool;

/// Rows that one step removes at most.
const ROWS: i64 = 2000;

/// Blocks of the log, of 8 kB each, that one step looks at: some 5,000 audits.
const BLOCKS: i64 = 128;

/// Rows that are removed once they are old enough.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Findings whose audits are not in the log any more.
    Findings,
    /// Formulas kept of such audits.
    Formulas,
    /// Keys under which requests can be repeated.
    IdempotencyKeys,
    /// Events of Clerk and Stripe that are remembered, so that they take effect once.
    WebhookEvents,
    /// What Stripe's meter was told.
    MeterReports,
}

/// What became of audits past retention.
#[derive(Clone, Copy, Debug, Default)]
pub struct Archived {
    /// Audits moved from the log to the archive.
    pub audits: i64,
    /// Audits whose findings were removed.
    pub findings: i64,
    /// Audits whose formulas were removed.
    pub formulas: i64,
}

/// Moves the audits from before a time to the archive, and removes their findings and formulas.
///
/// Goes through the log block by block, in its oldest partitions: no index is in the order of time,
/// and a search from the beginning for each step would meet all that was removed before.
pub async fn archive_audits(
    db: &OwnerPool,
    before: OffsetDateTime,
) -> Result<Archived, sqlx::Error> {
    let mut transaction = begin_step(db).await?;
    let log = sqlx::query!(
        r#"
        SELECT count(*) AS "partitions!",
               coalesce(max(pg_relation_size(c.oid)), 0) / current_setting('block_size')::bigint AS "blocks!"
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.audit_logs'::regclass
          AND (c.relname !~ '^audit_logs_[0-9]{4}_[0-9]{2}$'
               OR to_date(right(c.relname, 7), 'YYYY_MM') <= $1 AT TIME ZONE 'UTC')
        "#,
        before,
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    // A step looks at the same blocks of each of the partitions.
    let step = (BLOCKS / log.partitions.max(1)).max(1);
    let (mut total, mut block) = (Archived::default(), 0);
    while block < log.blocks {
        let mut transaction = begin_step(db).await?;
        let done = archive_blocks(&mut transaction, before, block, block + step).await?;
        transaction.commit().await?;
        total.audits += done.audits;
        total.findings += done.findings;
        total.formulas += done.formulas;
        block += step;
    }
    Ok(total)
}

async fn archive_blocks(
    connection: &mut PgConnection,
    before: OffsetDateTime,
    first: i64,
    end: i64,
) -> Result<Archived, sqlx::Error> {
    // Rows are few, and what belongs to them is looked up by its key: any other way to join would
    // read the whole of a table, for each step again.
    sqlx::raw_sql("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        .execute(&mut *connection)
        .await?;
    sqlx::query_as!(
        Archived,
        r#"
        WITH due AS MATERIALIZED (
            SELECT id, created_at FROM audit_logs
            WHERE created_at < $1 AND ctid >= $2::text::tid AND ctid < $3::text::tid
            FOR UPDATE SKIP LOCKED
        ), moved AS (
            DELETE FROM audit_logs a USING due
            WHERE a.id = due.id AND a.created_at = due.created_at
            RETURNING a.*
        ), archived AS (
            INSERT INTO audit_logs_archive SELECT * FROM moved RETURNING 1
        ), findings AS (
            DELETE FROM sheetbrain.audit_findings f USING moved
            WHERE f.organization_id = moved.organization_id AND f.audit_id = moved.id
            RETURNING 1
        ), formulas AS (
            DELETE FROM sheetbrain.audit_formulas f USING moved
            WHERE f.organization_id = moved.organization_id AND f.audit_id = moved.id
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM archived) AS "audits!",
               (SELECT count(*) FROM findings) AS "findings!",
               (SELECT count(*) FROM formulas) AS "formulas!"
        "#,
        before,
        format!("({first},0)"),
        format!("({end},0)"),
    )
    .fetch_one(connection)
    .await
}

/// Removes the log's partitions of months before a time that are empty; returns how many.
pub async fn drop_empty_partitions(
    db: &OwnerPool,
    before: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let mut transaction = begin_step(db).await?;
    let dropped = sqlx::query_scalar!(
        r#"SELECT sheetbrain.drop_empty_audit_log_partitions($1) AS "dropped!""#,
        before
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(u64::try_from(dropped).unwrap_or_default())
}

/// Removes the rate buckets whose window is over; returns how many. An organization has one bucket.
pub async fn forget_rate_buckets(db: &OwnerPool) -> Result<u64, sqlx::Error> {
    let mut transaction = begin_step(db).await?;
    let removed = sqlx::query_scalar!(r#"SELECT cleanup_expired_rate_limits() AS "removed!""#)
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(u64::try_from(removed).unwrap_or_default())
}

/// Removes the rows of a kind from before a time; returns how many.
pub async fn forget(
    db: &OwnerPool,
    kind: Kind,
    before: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let mut total = 0;
    loop {
        let mut transaction = begin_step(db).await?;
        let removed = forget_some(&mut transaction, kind, before).await?;
        transaction.commit().await?;
        total += removed;
        if removed < ROWS.unsigned_abs() {
            return Ok(total);
        }
    }
}

async fn forget_some(
    connection: &mut PgConnection,
    kind: Kind,
    before: OffsetDateTime,
) -> Result<u64, sqlx::Error> {
    let removed = match kind {
        Kind::Findings => {
            sqlx::query!(
                "DELETE FROM sheetbrain.audit_findings WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM sheetbrain.audit_findings WHERE created_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before,
                ROWS
            )
            .execute(connection)
            .await?
        }
        Kind::Formulas => {
            sqlx::query!(
                "DELETE FROM sheetbrain.audit_formulas WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM sheetbrain.audit_formulas WHERE created_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before,
                ROWS
            )
            .execute(connection)
            .await?
        }
        Kind::IdempotencyKeys => {
            sqlx::query!(
                "DELETE FROM sheetbrain.idempotency_keys WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM sheetbrain.idempotency_keys WHERE created_at < $1
                     ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before,
                ROWS
            )
            .execute(connection)
            .await?
        }
        Kind::WebhookEvents => {
            sqlx::query!(
                "DELETE FROM sheetbrain.webhook_events WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM sheetbrain.webhook_events WHERE received_at < $1
                     ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before,
                ROWS
            )
            .execute(connection)
            .await?
        }
        Kind::MeterReports => {
            sqlx::query!(
                "DELETE FROM sheetbrain.meter_outbox WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM sheetbrain.meter_outbox WHERE occurred_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before,
                ROWS
            )
            .execute(connection)
            .await?
        }
    };
    Ok(removed.rows_affected())
}

/// Up to when each kind of rows is not wanted any more.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Audits with their findings and formulas; `None` keeps them all.
    pub audits: Option<OffsetDateTime>,
    /// Keys under which requests can be repeated.
    pub idempotency_keys: OffsetDateTime,
    /// Events that are remembered.
    pub webhook_events: OffsetDateTime,
    /// What Stripe's meter was told.
    pub meter_reports: OffsetDateTime,
}

/// How many rows of each kind there are to be moved or removed.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Audits in the log.
    pub audits: i64,
    /// Audits with findings.
    pub findings: i64,
    /// Audits with formulas.
    pub formulas: i64,
    /// Keys under which requests can be repeated.
    pub idempotency_keys: i64,
    /// Events that are remembered.
    pub webhook_events: i64,
    /// Rate buckets whose window is over.
    pub rate_buckets: i64,
    /// What Stripe's meter was told.
    pub meter_reports: i64,
}

/// Counts what is due, and changes nothing.
pub async fn count_due(db: &OwnerPool, bounds: &Bounds) -> Result<Due, sqlx::Error> {
    let mut transaction = db.begin().await?;
    // Nobody waits for it, and counting may take its time.
    sqlx::raw_sql("SET LOCAL statement_timeout = 0")
        .execute(&mut *transaction)
        .await?;
    let due = sqlx::query_as!(
        Due,
        r#"
        SELECT (SELECT count(*) FROM audit_logs WHERE created_at < $1) AS "audits!",
               (SELECT count(*) FROM sheetbrain.audit_findings WHERE created_at < $1) AS "findings!",
               (SELECT count(*) FROM sheetbrain.audit_formulas WHERE created_at < $1) AS "formulas!",
               (SELECT count(*) FROM sheetbrain.idempotency_keys WHERE created_at < $2) AS "idempotency_keys!",
               (SELECT count(*) FROM sheetbrain.webhook_events WHERE received_at < $3) AS "webhook_events!",
               (SELECT count(*) FROM rate_limit_buckets WHERE window_reset_at < now()) AS "rate_buckets!",
               (SELECT count(*) FROM sheetbrain.meter_outbox WHERE occurred_at < $4) AS "meter_reports!"
        "#,
        bounds.audits,
        bounds.idempotency_keys,
        bounds.webhook_events,
        bounds.meter_reports,
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(due)
}

/// Begins a step, once no other run is in one.
async fn begin_step(db: &OwnerPool) -> Result<PgTransaction<'static>, sqlx::Error> {
    let mut transaction = db.begin().await?;
    sqlx::query_scalar!("SELECT pg_advisory_xact_lock(hashtext('sheetbrain.maintain'))")
        .fetch_one(&mut *transaction)
        .await?;
    Ok(transaction)
}
