//! What administrators chose of the built-in rules, the rule set behind each hash, and the formulas
//! that an organization keeps.

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

/// What an organization's administrators chose.
#[derive(Debug)]
pub struct StoredChoice {
    /// Names of presets.
    pub presets: Vec<String>,
    /// What differs from the presets.
    pub rules: Value,
    /// Rules whose findings nobody can suppress.
    pub locked: Vec<String>,
    /// Whether the formulas of audits are kept.
    pub keep_formulas: bool,
    /// Words of the organization's own.
    pub terms: Value,
}

/// What was chosen; `None` when nobody has chosen yet.
pub async fn choice(tenant: &mut TenantTx) -> Result<Option<StoredChoice>, sqlx::Error> {
    sqlx::query_as!(
        StoredChoice,
        "SELECT presets, rules, locked, keep_formulas, terms FROM sheetbrain.organization_rules
         WHERE organization_id = $1",
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Stores what was chosen.
pub async fn choose(
    tenant: &mut TenantTx,
    user_id: Option<Uuid>,
    choice: &StoredChoice,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.organization_rules
            (organization_id, presets, rules, locked, keep_formulas, terms, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (organization_id) DO UPDATE
         SET presets = excluded.presets, rules = excluded.rules, locked = excluded.locked,
             keep_formulas = excluded.keep_formulas, terms = excluded.terms,
             updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        tenant.organization_id(),
        &choice.presets,
        choice.rules,
        &choice.locked,
        choice.keep_formulas,
        choice.terms,
        user_id,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// Keeps the rule set behind a hash.
pub async fn keep(
    tenant: &mut TenantTx,
    hash: &[u8],
    definition: &Value,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.rulesets (organization_id, hash, definition, created_at)
         SELECT id, $2, $3, $4 FROM organizations WHERE id = $1
         ON CONFLICT DO NOTHING",
        tenant.organization_id(),
        hash,
        definition,
        now
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// The rule set behind a hash.
pub async fn find(tenant: &mut TenantTx, hash: &[u8]) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT definition FROM sheetbrain.rulesets WHERE organization_id = $1 AND hash = $2",
        tenant.organization_id(),
        hash
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The formulas of one audit.
#[derive(Debug)]
pub struct KeptFormulas {
    /// Whether they are written with decimal commas.
    pub decimal_comma: bool,
    /// One of each template on each sheet: `[{"sheet", "cell", "formula"}]`.
    pub formulas: Value,
}

/// Keeps the formulas of an audit, unless the organization has just stopped to keep them.
pub async fn keep_formulas(
    tenant: &mut TenantTx,
    audit_id: Uuid,
    kept: &KeptFormulas,
    created_at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.audit_formulas
            (organization_id, audit_id, decimal_comma, formulas, created_at)
         SELECT organization_id, $2, $3, $4, $5 FROM sheetbrain.organization_rules
         WHERE organization_id = $1 AND keep_formulas FOR SHARE
         ON CONFLICT DO NOTHING",
        tenant.organization_id(),
        audit_id,
        kept.decimal_comma,
        kept.formulas,
        created_at
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// The formulas of the last audits, newest first.
pub async fn recent_formulas(
    tenant: &mut TenantTx,
    audits: i64,
) -> Result<Vec<KeptFormulas>, sqlx::Error> {
    sqlx::query_as!(
        KeptFormulas,
        "SELECT decimal_comma, formulas FROM sheetbrain.audit_formulas
         WHERE organization_id = $1 ORDER BY created_at DESC LIMIT $2",
        tenant.organization_id(),
        audits
    )
    .fetch_all(tenant.connection())
    .await
}

/// Forgets every formula that was kept.
pub async fn forget_formulas(tenant: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM sheetbrain.audit_formulas WHERE organization_id = $1",
        tenant.organization_id()
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}
