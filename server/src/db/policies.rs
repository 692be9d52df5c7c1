//! Written policies, their versions, and the log of what was ingested.

use serde::{Deserialize, Serialize};
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
    /// Whether this version is in force.
    #[schema(value_type = PolicyStatus)]
    pub status: String,
    /// The version in force, which audits run with; `null` before the first.
    pub published_version: Option<i32>,
    /// When it was first stored.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Whether what is written is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyStatus {
    /// Not yet: audits run with the version published before, if there is one.
    Draft,
    /// In force.
    #[default]
    Published,
}

impl PolicyStatus {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
}

/// A policy in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListedPolicy {
    /// The policy.
    #[serde(flatten)]
    pub policy: Policy,
    /// Where a search found its words, as HTML: the text escaped, the words in `<mark>`. Only in the
    /// answer to a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
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
    /// Whether it was put in force.
    #[schema(value_type = PolicyStatus)]
    pub status: String,
    /// Who made it; `null` for a program, or when that person is gone.
    pub created_by: Option<Uuid>,
    /// The name of that person, or the address.
    pub author: Option<String>,
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
    /// Whether it is put in force.
    pub status: PolicyStatus,
}

/// The constraint that keeps titles apart.
pub const TITLE_KEY: &str = "policies_org_title_key";

/// What a list of policies is narrowed to.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// Words as people type them into a search: `"exact match" or lookup -draft`.
    pub words: Option<&'a str>,
    /// The category, case aside.
    pub category: Option<&'a str>,
    /// The department, case aside.
    pub department: Option<&'a str>,
    /// One of the tags, case aside.
    pub tag: Option<&'a str>,
}

/// Up to `limit` policies, newest first, that come after the one given.
pub async fn list(
    tenant: &mut TenantTx,
    wanted: &Wanted<'_>,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<ListedPolicy>, sqlx::Error> {
    let (time, id) = after.unzip();
    let rows = sqlx::query!(
        r#"
        SELECT id, title, content, category, department, tags, source, version, status,
            published_version, created_at, updated_at,
            CASE WHEN $5::text IS NOT NULL THEN ts_headline('english',
                translate(left(content, 150000), U&'\E000\E001', ''),
                websearch_to_tsquery('english', $5),
                U&'StartSel=\E000, StopSel=\E001, MaxFragments=2, MaxWords=30, MinWords=10') END AS excerpt
        FROM policies
        WHERE organization_id = $1
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
          AND ($5::text IS NULL OR words @@ websearch_to_tsquery('english', $5))
          AND ($6::text IS NULL OR lower(category) = lower($6))
          AND ($7::text IS NULL OR lower(department) = lower($7))
          AND ($8::text IS NULL OR lower($8) IN (SELECT lower(tag) FROM unnest(tags) AS tag))
        ORDER BY created_at DESC, id DESC
        LIMIT $4
        "#,
        tenant.organization_id(),
        time,
        id,
        limit,
        wanted.words,
        wanted.category,
        wanted.department,
        wanted.tag,
    )
    .fetch_all(tenant.connection())
    .await?;
    let listed = rows.into_iter().map(|row| ListedPolicy {
        excerpt: row.excerpt.as_deref().map(marked),
        policy: Policy {
            id: row.id,
            title: row.title,
            content: row.content,
            category: row.category,
            department: row.department,
            tags: row.tags,
            source: row.source,
            version: row.version,
            status: row.status,
            published_version: row.published_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        },
    });
    Ok(listed.collect())
}

/// The text as HTML, its words in question in `<mark>`. The database puts characters around them
/// that it took out of the text before.
fn marked(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\u{e000}' => html.push_str("<mark>"),
            '\u{e001}' => html.push_str("</mark>"),
            other => html.push(other),
        }
    }
    html
}

/// One policy.
pub async fn find(tenant: &mut TenantTx, id: Uuid) -> Result<Option<Policy>, sqlx::Error> {
    sqlx::query_as!(
        Policy,
        "SELECT id, title, content, category, department, tags, source, version, status,
            published_version, created_at, updated_at
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
            source, created_by, updated_by, created_at, updated_at, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10, $11)
         RETURNING id, title, content, category, department, tags, source, version, status,
            published_version, created_at, updated_at",
        tenant.organization_id(),
        id,
        draft.title,
        draft.content,
        draft.category,
        draft.department,
        &draft.tags,
        draft.source,
        user_id,
        now,
        draft.status.name()
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
             updated_by = $9, updated_at = $10, status = $11
         WHERE organization_id = $1 AND id = $2
         RETURNING id, title, content, category, department, tags, source, version, status,
            published_version, created_at, updated_at",
        tenant.organization_id(),
        id,
        draft.title,
        draft.content,
        draft.category,
        draft.department,
        &draft.tags,
        draft.source,
        user_id,
        now,
        draft.status.name()
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
        r#"
        SELECT v.version, v.title, v.content, v.category, v.department, v.tags, v.status,
            v.created_by, coalesce(u.name, u.email) AS author, v.created_at
        FROM sheetbrain.policy_versions v
        LEFT JOIN users u ON u.id = v.created_by
        WHERE v.organization_id = $1 AND v.policy_id = $2
        ORDER BY v.version DESC
        "#,
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

#[cfg(test)]
mod tests {
    #[test]
    fn an_excerpt_has_no_html_but_its_marks() {
        assert_eq!(
            super::marked("<b>\u{e000}IF\u{e001}</b> & 'x'"),
            "&lt;b&gt;<mark>IF</mark>&lt;/b&gt; &amp; &#39;x&#39;"
        );
    }
}
