//! The organizations' rate buckets.

use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use time::OffsetDateTime;
use uuid::Uuid;

/// What is asked for one organization.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The organization.
    pub organization_id: Uuid,
    /// Requests that wait.
    pub wanted: i32,
    /// Requests to be had ahead of time, if there are plenty.
    pub extra: i32,
    /// Requests that were had ahead of time and are given back.
    pub unspent: i32,
    /// The window that those belong to.
    pub window: Option<OffsetDateTime>,
}

/// What one organization got.
#[derive(Debug)]
pub struct Grant {
    /// The organization.
    pub organization_id: Uuid,
    /// How many requests are admitted: those that wait first, then those ahead of time.
    pub granted: i32,
    /// How many were admitted in this window, these included.
    pub used: i32,
    /// The window's end.
    pub window: OffsetDateTime,
    /// Milliseconds until then.
    pub resets_in_ms: f64,
}

/// Takes what is asked out of each organization's bucket, or as much as is left.
///
/// One statement and the database's clock: exact with any number of servers. Ahead of time, an
/// eighth of what is left is given at most, and nothing of the last 128 requests: those are fetched
/// as they are wanted, so that none is missing in one server while another refuses.
///
/// The commit does not wait for the disk: what a crash of PostgreSQL forgets is a part of a second
/// of a window that is over soon, and no audit, whose own commit does wait. Organizations must
/// differ from one another; those that have no bucket are left out of the answer ([`open`]).
pub async fn take(
    connection: &mut PgConnection,
    asks: &[Ask],
    limit: i32,
    length: PgInterval,
) -> Result<Vec<Grant>, sqlx::Error> {
    let organizations: Vec<Uuid> = asks.iter().map(|ask| ask.organization_id).collect();
    let column = |of: fn(&Ask) -> i32| asks.iter().map(of).collect::<Vec<i32>>();
    let windows: Vec<_> = asks.iter().map(|ask| ask.window).collect();
    sqlx::query_as!(
        Grant,
        r#"
        WITH found AS MATERIALIZED (
            SELECT bucket.organization_id, asked.wanted, asked.extra,
                   bucket.window_reset_at <= now() AS is_over, bucket.window_reset_at,
                   bucket.request_count - CASE WHEN bucket.window_reset_at = asked.reset_at
                       THEN asked.unspent ELSE 0 END AS count
            FROM (SELECT set_config('synchronous_commit', 'off', true)) AS this_transaction,
                 unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[])
                    AS asked (organization_id, wanted, extra, unspent, reset_at)
            JOIN rate_limit_buckets bucket USING (organization_id)
            ORDER BY bucket.organization_id
            FOR UPDATE OF bucket
        ), counted AS (
            SELECT organization_id, wanted, extra,
                   CASE WHEN is_over THEN 0 ELSE count END AS count,
                   CASE WHEN is_over THEN now() + $7 ELSE window_reset_at END AS reset_at
            FROM found
        ), granted AS (
            SELECT organization_id, count, reset_at,
                   greatest(0, least(wanted, $6 - count))
                       + greatest(0, least(extra, ($6 - count - wanted - 128) / 8)) AS granted
            FROM counted
        )
        UPDATE rate_limit_buckets bucket
        SET request_count = granted.count + granted.granted, last_granted = granted.granted,
            window_reset_at = granted.reset_at, updated_at = now()
        FROM granted
        WHERE bucket.organization_id = granted.organization_id
        RETURNING bucket.organization_id, bucket.last_granted AS granted,
            bucket.request_count AS used, bucket.window_reset_at AS window,
            (extract(epoch FROM bucket.window_reset_at - now()) * 1000)::double precision AS "resets_in_ms!"
        "#,
        &organizations,
        &column(|ask| ask.wanted),
        &column(|ask| ask.extra),
        &column(|ask| ask.unspent),
        &windows as &[Option<OffsetDateTime>],
        limit,
        length,
    )
    .fetch_all(connection)
    .await
}

/// Makes buckets for those of the organizations that exist and have none.
pub async fn open(
    connection: &mut PgConnection,
    organizations: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO rate_limit_buckets (organization_id, window_reset_at)
         SELECT o.id, now() FROM organizations o WHERE o.id = ANY ($1) ORDER BY o.id
         ON CONFLICT DO NOTHING",
        organizations
    )
    .execute(connection)
    .await?;
    Ok(())
}
