//! Findings that somebody silenced.

use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::TenantTx;

/// Audits in which the rule of a fingerprint is looked for.
const SEARCHED: i64 = 200;

/// A suppression as stored.
#[derive(Clone, Debug)]
pub struct StoredSuppression {
    /// Its id.
    pub id: Uuid,
    /// The one finding that it is for.
    pub fingerprint: Option<String>,
    /// The rule whose findings it is for; known of most fingerprints too.
    pub rule: Option<String>,
    /// The range that it is for: `Sheet1!A1:B9`.
    pub cells: Option<String>,
    /// The sheet that it is for.
    pub sheet: Option<String>,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub expires_at: Option<OffsetDateTime>,
    /// Who made it; `None` for a program, or when that person is gone.
    pub created_by: Option<Uuid>,
    /// The name of that person, or the address.
    pub author: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The day when it last silenced something.
    pub last_matched_on: Option<Date>,
}

/// The organization's suppressions, newest first.
pub async fn list(tenant: &mut TenantTx) -> Result<Vec<StoredSuppression>, sqlx::Error> {
    sqlx::query_as!(
        StoredSuppression,
        r#"
        SELECT s.id, s.fingerprint, s.rule, s.cells, s.sheet, s.reason, s.expires_at, s.created_by,
               coalesce(u.name, u.email) AS author, s.created_at, s.last_matched_on
        FROM sheetbrain.suppressions s
        LEFT JOIN users u ON u.id = s.created_by
        WHERE s.organization_id = $1
        ORDER BY s.created_at DESC, s.id DESC
        "#,
        tenant.organization_id()
    )
    .fetch_all(tenant.connection())
    .await
}

/// How many suppressions the organization has.
pub async fn count(tenant: &mut TenantTx) -> Result<i64, sqlx::Error> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) FROM sheetbrain.suppressions WHERE organization_id = $1",
        tenant.organization_id()
    );
    Ok(count
        .fetch_one(tenant.connection())
        .await?
        .unwrap_or_default())
}

/// Stores a suppression.
pub async fn insert(
    tenant: &mut TenantTx,
    suppression: &StoredSuppression,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.suppressions (id, organization_id, fingerprint, rule, cells, sheet,
            reason, expires_at, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        suppression.id,
        tenant.organization_id(),
        suppression.fingerprint,
        suppression.rule,
        suppression.cells,
        suppression.sheet,
        suppression.reason,
        suppression.expires_at,
        suppression.created_by,
        suppression.created_at
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// Deletes a suppression; `false` when there is none of that id.
pub async fn delete(tenant: &mut TenantTx, id: Uuid) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!(
        "DELETE FROM sheetbrain.suppressions WHERE organization_id = $1 AND id = $2",
        tenant.organization_id(),
        id
    )
    .execute(tenant.connection())
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Notes that suppressions silenced something.
pub async fn note_matches(
    tenant: &mut TenantTx,
    ids: &[Uuid],
    day: Date,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sheetbrain.suppressions SET last_matched_on = $3
         WHERE organization_id = $1 AND id = ANY ($2) AND last_matched_on IS DISTINCT FROM $3",
        tenant.organization_id(),
        ids,
        day
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// The rule of a finding, if one of the last audits had it.
pub async fn rule_of(
    tenant: &mut TenantTx,
    fingerprint: &str,
) -> Result<Option<String>, sqlx::Error> {
    let sought = serde_json::json!([{"fingerprint": fingerprint}]);
    let found = sqlx::query_scalar!(
        "SELECT recent.findings FROM (
            SELECT findings FROM sheetbrain.audit_findings
            WHERE organization_id = $1 ORDER BY audit_id DESC LIMIT $3) AS recent
         WHERE recent.findings::jsonb @> $2 LIMIT 1",
        tenant.organization_id(),
        sought,
        SEARCHED
    )
    .fetch_optional(tenant.connection())
    .await?;
    let findings: Option<Vec<Value>> = found.and_then(|found| found.as_array().cloned());
    let finding = findings
        .into_iter()
        .flatten()
        .find(|finding| finding.get("fingerprint").and_then(Value::as_str) == Some(fingerprint));
    let rule = finding.and_then(|finding| finding.get("rule")?.as_str().map(str::to_owned));
    Ok(rule)
}
