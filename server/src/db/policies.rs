//! Written policies, their versions, and the log of what was ingested.

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

/// A policy as stored.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Its id.
    pub id: Uuid,
    /// Its title, unique in the organization.
    pub title: String,
    /// The text as it was given.
    pub content: String,
    /// A category of the organization's choosing.
    pub category: Option<String>,
    /// The department it is for; `null` for all.
    pub department: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// `text`, or the name of the file it came from.
    pub source: String,
    /// Rises with every change.
    pub version: i32,
    /// When it was first stored.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// One version of a policy.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVersion {
    /// Its number.
    pub version: i32,
    /// The title at that time.
    pub title: String,
    /// The text at that time.
    pub content: String,
    /// The category at that time.
    pub category: Option<String>,
    /// The department at that time.
    pub department: Option<String>,
    /// The tags at that time.
    pub tags: Vec<String>,
    /// Who made it; `null` when that person is gone.
    pub created_by: Option<Uuid>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What is stored of a policy.
#[derive(Clone, Debug)]
pub struct PolicyDraft {
    /// Its title.
    pub title: String,
    /// Its text.
    pub content: String,
    /// A category of the organization's choosing.
    pub category: Option<String>,
    /// The department it is for.
    pub department: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// `text`, or the name of the file it came from.
    pub source: String,
}

/// The constraint that keeps titles apart.
pub const TITLE_KEY: &str = "policies_org_title_key";

/// A row of the rules that an organization's audits run with.
#[derive(Debug)]
pub struct ActivePolicy {
    /// The version of the organization's rules that this row belongs to.
    pub rules_version: i64,
    /// The policy; the fields below are `None` when the organization has no policy at all.
    pub id: Option<Uuid>,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub content: Option<String>,
    /// The department it is for.
    pub department: Option<String>,
    /// Its version.
    pub version: Option<i32>,
}

/// The version of an organization's rules and the policies that they consist of, in one snapshot;
/// no row when the organization is gone.
pub async fn load_active(tenant: &mut TenantTx) -> Result<Vec<ActivePolicy>, sqlx::Error> {
    sqlx::query_as!(
        ActivePolicy,
        r#"
        SELECT o.rules_version, p.id AS "id?", p.title AS "title?", p.content AS "content?",
               p.department, p.version AS "version?"
        FROM organizations o
        LEFT JOIN policies p ON p.organization_id = o.id
        WHERE o.id = $1
        ORDER BY p.created_at, p.id
        "#,
        tenant.organization_id()
    )
    .fetch_all(tenant.connection())
    .await
}

/// Up to `limit` policies, newest first, that come after the one given.
pub async fn list(
    tenant: &mut TenantTx,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<Policy>, sqlx::Error> {
    let (time, id) = after.unzip();
    sqlx::query_as!(
        Policy,
        "SELECT id, title, content, category, department, tags, source, version, created_at, updated_at
         FROM policies
         WHERE organization_id = $1
           AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
         ORDER BY created_at DESC, id DESC
         LIMIT $4",
        tenant.organization_id(),
        time,
        id,
        limit
    )
    .fetch_all(tenant.connection())
    .await
}

/// One policy.
pub async fn find(tenant: &mut TenantTx, id: Uuid) -> Result<Option<Policy>, sqlx::Error> {
    sqlx::query_as!(
        Policy,
        "SELECT id, title, content, category, department, tags, source, version, created_at, updated_at
         FROM policies WHERE organization_id = $1 AND id = $2",
        tenant.organization_id(),
        id
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores a policy as its first version. A trigger keeps every version.
pub async fn insert(
    tenant: &mut TenantTx,
    user_id: Option<Uuid>,
    id: Uuid,
    draft: &PolicyDraft,
    now: OffsetDateTime,
) -> Result<Policy, sqlx::Error> {
    sqlx::query_as!(
        Policy,
        "INSERT INTO policies (organization_id, id, title, content, category, department, tags,
            source, created_by, updated_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10)
         RETURNING id, title, content, category, department, tags, source, version, created_at, updated_at",
        tenant.organization_id(),
        id,
        draft.title,
        draft.content,
        draft.category,
        draft.department,
        &draft.tags,
        draft.source,
        user_id,
        now
    )
    .fetch_one(tenant.connection())
    .await
}

/// Stores the next version of a policy; `None` when there is no such policy.
pub async fn update(
    tenant: &mut TenantTx,
    user_id: Option<Uuid>,
    id: Uuid,
    draft: &PolicyDraft,
    now: OffsetDateTime,
) -> Result<Option<Policy>, sqlx::Error> {
    sqlx::query_as!(
        Policy,
        "UPDATE policies
         SET title = $3, content = $4, category = $5, department = $6, tags = $7, source = $8,
             updated_by = $9, updated_at = $10
         WHERE organization_id = $1 AND id = $2
         RETURNING id, title, content, category, department, tags, source, version, created_at, updated_at",
        tenant.organization_id(),
        id,
        draft.title,
        draft.content,
        draft.category,
        draft.department,
        &draft.tags,
        draft.source,
        user_id,
        now
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Deletes a policy with its versions; `false` when there is no such policy.
pub async fn delete(tenant: &mut TenantTx, id: Uuid) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM policies WHERE organization_id = $1 AND id = $2",
        tenant.organization_id(),
        id
    )
    .execute(tenant.connection())
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Every version of a policy, newest first.
pub async fn versions(tenant: &mut TenantTx, id: Uuid) -> Result<Vec<PolicyVersion>, sqlx::Error> {
    sqlx::query_as!(
        PolicyVersion,
        "SELECT version, title, content, category, department, tags, created_by, created_at
         FROM sheetbrain.policy_versions
         WHERE organization_id = $1 AND policy_id = $2
         ORDER BY version DESC",
        tenant.organization_id(),
        id
    )
    .fetch_all(tenant.connection())
    .await
}

/// How an ingestion went.
#[derive(Debug)]
pub struct Ingestion<'a> {
    /// The policy stored; `None` when it failed.
    pub policy_id: Option<Uuid>,
    /// Bytes received.
    pub document_size: i64,
    /// Milliseconds it took.
    pub duration_ms: f64,
    /// Why it failed.
    pub error: Option<&'a str>,
}

/// Writes an ingestion, successful or not, to the log.
pub async fn log_ingestion(
    tenant: &mut TenantTx,
    user_id: Option<Uuid>,
    ingestion: &Ingestion<'_>,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO ingestion_logs
            (organization_id, user_id, policy_id, document_size, duration_ms, success, error, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant.organization_id(),
        user_id,
        ingestion.policy_id,
        ingestion.document_size,
        ingestion.duration_ms,
        ingestion.error.is_none(),
        ingestion.error,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}
