//! What versions of policies were compiled to, and the versions that audits run with.

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

/// A row of the policies that an organization's audits run with.
#[derive(Debug)]
pub struct ActivePolicy {
    /// The version of the organization's rules that this row belongs to.
    pub rules_version: i64,
    /// The policy; the fields below are `None` when the organization has none in force.
    pub id: Option<Uuid>,
    /// Its title.
    pub title: Option<String>,
    /// Its text.
    pub content: Option<String>,
    /// The department it is for.
    pub department: Option<String>,
    /// The version in force.
    pub version: Option<i32>,
    /// What that version was compiled to; `None` when it was not kept yet.
    pub compiled: Option<Value>,
}

/// What a version of a policy was compiled to.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    /// The policy.
    pub policy_id: Uuid,
    /// The version.
    pub version: i32,
    /// The version of the grammar that read it.
    pub grammar: i32,
    /// The version of the vocabulary that read it.
    pub lexicon: i32,
    /// Its sentences with their rules, as the API shows them.
    pub compiled: Value,
}

/// A published text with what it was compiled to.
#[derive(Debug)]
pub struct Published {
    /// The version.
    pub version: i32,
    /// The text.
    pub content: String,
    /// The version of the grammar that read it; `None` when what it became was not kept yet.
    pub grammar: Option<i32>,
    /// The version of the vocabulary that read it.
    pub lexicon: Option<i32>,
    /// Its sentences with their rules.
    pub compiled: Option<Value>,
}

impl Published {
    /// What is kept of it; `None` when nothing is yet.
    #[must_use]
    pub fn into_compiled(self, policy_id: Uuid) -> Option<CompiledPolicy> {
        Some(CompiledPolicy {
            policy_id,
            version: self.version,
            grammar: self.grammar?,
            lexicon: self.lexicon?,
            compiled: self.compiled?,
        })
    }
}

/// The version of an organization's rules; `None` when the organization is gone.
pub async fn rules_version(tenant: &mut TenantTx) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT rules_version FROM organizations WHERE id = $1",
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The version of an organization's rules and the policies in force, in one snapshot; no row when
/// the organization is gone.
pub async fn load_active(tenant: &mut TenantTx) -> Result<Vec<ActivePolicy>, sqlx::Error> {
    sqlx::query_as!(
        ActivePolicy,
        r#"
        SELECT o.rules_version, v.policy_id AS "id?", v.title AS "title?", v.content AS "content?",
               v.department, v.version AS "version?", c.compiled AS "compiled?"
        FROM organizations o
        LEFT JOIN policies p ON p.organization_id = o.id AND p.published_version IS NOT NULL
        LEFT JOIN sheetbrain.policy_versions v
            ON v.policy_id = p.id AND v.version = p.published_version
        LEFT JOIN sheetbrain.compiled_policies c
            ON c.organization_id = o.id AND c.policy_id = v.policy_id AND c.version = v.version
        WHERE o.id = $1
        ORDER BY p.created_at, p.id
        "#,
        tenant.organization_id()
    )
    .fetch_all(tenant.connection())
    .await
}

/// The version in force of one policy; `None` when there is none.
pub async fn published(
    tenant: &mut TenantTx,
    policy: Uuid,
) -> Result<Option<Published>, sqlx::Error> {
    sqlx::query_as!(
        Published,
        r#"
        SELECT v.version, v.content, c.grammar AS "grammar?", c.lexicon AS "lexicon?",
               c.compiled AS "compiled?"
        FROM policies p
        JOIN sheetbrain.policy_versions v ON v.policy_id = p.id AND v.version = p.published_version
        LEFT JOIN sheetbrain.compiled_policies c
            ON c.organization_id = p.organization_id AND c.policy_id = v.policy_id
            AND c.version = v.version
        WHERE p.organization_id = $1 AND p.id = $2
        "#,
        tenant.organization_id(),
        policy
    )
    .fetch_optional(tenant.connection())
    .await
}

/// What a version of a policy was compiled to; `None` when it was not kept yet.
pub async fn find(
    tenant: &mut TenantTx,
    policy: Uuid,
    version: i32,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT compiled FROM sheetbrain.compiled_policies
         WHERE organization_id = $1 AND policy_id = $2 AND version = $3",
        tenant.organization_id(),
        policy,
        version
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Keeps what a version was compiled to, unless something is kept for it already.
pub async fn keep(
    tenant: &mut TenantTx,
    compiled: &CompiledPolicy,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    // The version may be gone since it was compiled.
    sqlx::query!(
        "INSERT INTO sheetbrain.compiled_policies
            (organization_id, policy_id, version, grammar, lexicon, compiled, compiled_at)
         SELECT $1, v.policy_id, v.version, $4, $5, $6, $7
         FROM sheetbrain.policy_versions v
         WHERE v.organization_id = $1 AND v.policy_id = $2 AND v.version = $3
         ON CONFLICT DO NOTHING",
        tenant.organization_id(),
        compiled.policy_id,
        compiled.version,
        compiled.grammar,
        compiled.lexicon,
        compiled.compiled,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// Puts this in place of what is kept for a version.
pub async fn replace(
    tenant: &mut TenantTx,
    compiled: &CompiledPolicy,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sheetbrain.compiled_policies
         SET grammar = $4, lexicon = $5, compiled = $6, compiled_at = $7
         WHERE organization_id = $1 AND policy_id = $2 AND version = $3",
        tenant.organization_id(),
        compiled.policy_id,
        compiled.version,
        compiled.grammar,
        compiled.lexicon,
        compiled.compiled,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}
