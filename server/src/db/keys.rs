//! API keys: digests of them, what they allow, and until when.

use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

/// Keys of one name that may be alive at the same time: the one that goes and the one that comes.
const ALIVE: i64 = 2;

/// A key as its organization sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// What names it; a part of the key.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Who made it; `null` for the command line, or when that person is gone.
    pub created_by: Option<Uuid>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was used last, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// A key to be stored.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// What names it.
    pub id: &'a str,
    /// SHA-256 of it.
    pub hash: &'a [u8],
    /// What it is called.
    pub name: &'a str,
    /// What it may be used for.
    pub scopes: &'a [String],
    /// Who makes it.
    pub created_by: Option<Uuid>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
}

/// What decides about a key that a caller shows.
#[derive(Debug)]
pub struct StoredKey {
    /// Whose data it opens.
    pub organization_id: Uuid,
    /// SHA-256 of it.
    pub hash: Vec<u8>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// The key that this id names.
pub async fn find(
    connection: &mut PgConnection,
    id: &str,
) -> Result<Option<StoredKey>, sqlx::Error> {
    sqlx::query_as!(
        StoredKey,
        "SELECT organization_id, hash, scopes, expires_at, revoked_at, last_used_at
         FROM sheetbrain.api_keys WHERE id = $1",
        id
    )
    .fetch_optional(connection)
    .await
}

/// Notes that a key was used.
pub async fn note_use(
    connection: &mut PgConnection,
    id: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sheetbrain.api_keys SET last_used_at = $2 WHERE id = $1",
        id,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The organization's keys, newest first, those that are revoked too.
pub async fn list(tenant: &mut TenantTx) -> Result<Vec<Key>, sqlx::Error> {
    sqlx::query_as!(
        Key,
        "SELECT id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at
         FROM sheetbrain.api_keys WHERE organization_id = $1
         ORDER BY created_at DESC, id DESC",
        tenant.organization_id()
    )
    .fetch_all(tenant.connection())
    .await
}

/// Stores a key; `None` when two of its name are alive.
pub async fn insert(
    tenant: &mut TenantTx,
    key: &NewKey<'_>,
    now: OffsetDateTime,
) -> Result<Option<Key>, sqlx::Error> {
    // Two at the same moment would each see one alive.
    sqlx::query_scalar!(
        "SELECT pg_advisory_xact_lock(hashtextextended('sheetbrain.keys' || $1, 0))",
        tenant.organization_id().to_string()
    )
    .fetch_one(tenant.connection())
    .await?;
    sqlx::query_as!(
        Key,
        "INSERT INTO sheetbrain.api_keys
            (id, organization_id, name, scopes, hash, created_by, created_at, expires_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT count(*) FROM sheetbrain.api_keys
                WHERE organization_id = $2 AND name = $3 AND revoked_at IS NULL
                  AND (expires_at IS NULL OR expires_at > $7)) < $9
         RETURNING id, name, scopes, created_by, created_at, expires_at, revoked_at, last_used_at",
        key.id,
        tenant.organization_id(),
        key.name,
        key.scopes,
        key.hash,
        key.created_by,
        now,
        key.expires_at,
        ALIVE,
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Revokes a key for ever; `false` when there is none of that id.
pub async fn revoke(
    tenant: &mut TenantTx,
    id: &str,
    now: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let revoked = sqlx::query!(
        "UPDATE sheetbrain.api_keys SET revoked_at = coalesce(revoked_at, $3)
         WHERE organization_id = $1 AND id = $2",
        tenant.organization_id(),
        id,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(revoked.rows_affected() > 0)
}
