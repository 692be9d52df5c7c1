//! The organizations' rate buckets.

use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

/// What one organization got.
#[derive(Debug)]
pub struct Grant {
    /// The organization.
    pub organization_id: Uuid,
    /// How many of the requests asked for are admitted.
    pub granted: i32,
    /// How many were admitted in this window, these included.
    pub used: i32,
    /// Milliseconds until the window is over.
    pub resets_in_ms: f64,
}

/// Takes `wanted` requests out of each organization's bucket, or as many as are left.
///
/// One statement and the database's clock: exact with any number of servers. The commit does not
/// wait for the disk: what a crash of PostgreSQL forgets is a part of a second of a window that is
/// over soon, and no audit, whose own commit does wait. Organizations must
/// differ from one another; those that do not exist any more are left out of the answer.
pub async fn take(
    connection: &mut PgConnection,
    organizations: &[Uuid],
    wanted: &[i32],
    limit: i32,
    window: PgInterval,
) -> Result<Vec<Grant>, sqlx::Error> {
    sqlx::query_as!(
        Grant,
        r#"
        INSERT INTO rate_limit_buckets AS bucket
            (organization_id, request_count, last_granted, window_reset_at, updated_at)
        SELECT asked.organization_id, least(asked.wanted, $3), least(asked.wanted, $3), now() + $4, now()
        FROM (SELECT set_config('synchronous_commit', 'off', true)) AS this_transaction,
             unnest($1::uuid[], $2::integer[]) AS asked (organization_id, wanted)
        JOIN organizations o ON o.id = asked.organization_id
        ORDER BY asked.organization_id
        ON CONFLICT ON CONSTRAINT rate_limit_buckets_pkey DO UPDATE SET
            request_count = CASE WHEN bucket.window_reset_at <= now() THEN excluded.request_count
                ELSE bucket.request_count
                     + greatest(0, least(excluded.request_count, $3 - bucket.request_count)) END,
            last_granted = CASE WHEN bucket.window_reset_at <= now() THEN excluded.request_count
                ELSE greatest(0, least(excluded.request_count, $3 - bucket.request_count)) END,
            window_reset_at = CASE WHEN bucket.window_reset_at <= now() THEN excluded.window_reset_at
                ELSE bucket.window_reset_at END,
            updated_at = now()
        RETURNING bucket.organization_id, bucket.last_granted AS granted, bucket.request_count AS used,
            (extract(epoch FROM bucket.window_reset_at - now()) * 1000)::double precision AS "resets_in_ms!"
        "#,
        organizations,
        wanted,
        limit,
        window,
    )
    .fetch_all(connection)
    .await
}
