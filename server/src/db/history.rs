//! What was audited, read back.

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

/// One audit of the log, in the words of the answer to `POST /api/audit`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedAudit {
    /// The id in the log.
    pub audit_id: Uuid,
    /// Who asked for it; `null` for a program, and for a person who is gone.
    pub user_id: Option<Uuid>,
    /// Formulas audited.
    pub count: i32,
    /// Formulas without a finding of severity `low` or above.
    pub compliant: i32,
    /// Findings, each counted once however many cells it stands on.
    pub issues: i32,
    /// The highest severity found; `null` when nothing was.
    pub highest_severity: Option<String>,
    /// How many findings each rule has.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    pub rules: Value,
    /// Milliseconds of analysis.
    pub duration: f64,
    /// The version of the analyzer.
    pub engine: Option<String>,
    /// SHA-256 of the rule set: `sha256:` and hexadecimal digits.
    pub ruleset: Option<String>,
    /// SHA-256 of the formulas with their cells, the same way.
    pub input_hash: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub timestamp: OffsetDateTime,
}

/// Which audits are meant.
#[derive(Debug)]
pub struct Filter {
    /// Older than this time and id.
    pub before: Option<(OffsetDateTime, Uuid)>,
    /// From this time on.
    pub from: Option<OffsetDateTime>,
    /// Before this time.
    pub to: Option<OffsetDateTime>,
    /// By this person: our id or Clerk's.
    pub user: Option<String>,
    /// With a finding of this rule.
    pub rule: Option<String>,
    /// Whose highest severity is one of these.
    pub severities: Option<Vec<String>>,
}

/// The audits that the filter leaves, newest first.
pub async fn list(
    tenant: &mut TenantTx,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<LoggedAudit>, sqlx::Error> {
    // Bounds that are always there make one plan that reads the index from the right place.
    let end = (
        time::Date::MAX.midnight().assume_utc(),
        Uuid::from_u128(u128::MAX),
    );
    let (before, before_id) = filter.before.unwrap_or(end);
    let from = filter.from.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let to = filter.to.unwrap_or(end.0);
    sqlx::query_as!(
        LoggedAudit,
        r#"
        SELECT a.id AS audit_id, a.user_id, a.formula_count AS count, a.compliant_count AS compliant,
               a.issues_found AS issues, a.highest_severity, a.rules, a.duration_ms AS duration, a.engine,
               'sha256:' || encode(a.ruleset_hash, 'hex') AS ruleset,
               'sha256:' || encode(a.input_hash, 'hex') AS input_hash, a.created_at AS timestamp
        FROM audit_logs a
        WHERE a.organization_id = $1
          AND (a.created_at, a.id) < ($2, $3) AND a.created_at <= $2
          AND a.created_at >= $4 AND a.created_at < $5
          AND ($6::text IS NULL OR a.user_id::text = $6
               OR a.user_id = (SELECT u.id FROM users u WHERE u.clerk_user_id = $6))
          AND ($7::text IS NULL OR a.rules ? $7)
          AND ($8::text[] IS NULL OR a.highest_severity = ANY ($8))
        ORDER BY a.created_at DESC, a.id DESC
        LIMIT $9
        "#,
        tenant.organization_id(),
        before,
        before_id,
        from,
        to,
        filter.user,
        filter.rule,
        filter.severities.as_deref(),
        limit,
    )
    .fetch_all(tenant.connection())
    .await
}

/// An audit with the findings that are kept of it.
#[derive(Debug)]
pub struct KeptAudit {
    /// Its line in the log.
    pub audit: LoggedAudit,
    /// Its findings; `None` when they are not kept any more.
    pub findings: Option<Value>,
}

/// One audit of the organization.
pub async fn find(tenant: &mut TenantTx, id: Uuid) -> Result<Option<KeptAudit>, sqlx::Error> {
    let organization = tenant.organization_id();
    let audit = sqlx::query_as!(
        LoggedAudit,
        r#"
        SELECT id AS audit_id, user_id, formula_count AS count, compliant_count AS compliant,
               issues_found AS issues, highest_severity, rules, duration_ms AS duration, engine,
               'sha256:' || encode(ruleset_hash, 'hex') AS ruleset,
               'sha256:' || encode(input_hash, 'hex') AS input_hash, created_at AS timestamp
        FROM audit_logs WHERE organization_id = $1 AND id = $2
        "#,
        organization,
        id,
    )
    .fetch_optional(tenant.connection())
    .await?;
    let Some(audit) = audit else {
        return Ok(None);
    };
    let findings = sqlx::query_scalar!(
        "SELECT findings FROM sheetbrain.audit_findings WHERE organization_id = $1 AND audit_id = $2",
        organization,
        id,
    )
    .fetch_optional(tenant.connection())
    .await?;
    // An audit that found nothing has no row there.
    let findings = findings.or_else(|| (audit.issues == 0).then(|| Value::Array(Vec::new())));
    Ok(Some(KeptAudit { audit, findings }))
}
