//! Recording audits, many in one transaction.

use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::OwnerPool;

/// An audit to be recorded.
#[derive(Clone, Debug)]
pub struct NewAudit {
    /// A version 7 UUID, made before: an audit that is sent twice is recorded once.
    pub id: Uuid,
    /// Whose audit it is.
    pub organization_id: Uuid,
    /// Who asked for it; `None` for a program.
    pub user_id: Option<Uuid>,
    /// When.
    pub created_at: OffsetDateTime,
    /// Formulas audited.
    pub formula_count: i32,
    /// Formulas without a finding that matters.
    pub compliant_count: i32,
    /// Findings, each counted once however many cells it stands on.
    pub issues_found: i32,
    /// Milliseconds of analysis.
    pub duration_ms: f64,
    /// The highest severity found.
    pub highest_severity: Option<String>,
    /// Findings by rule.
    pub rules: Value,
    /// SHA-256 of the formulas and their cells.
    pub input_hash: Vec<u8>,
    /// SHA-256 of the rule set.
    pub ruleset_hash: Vec<u8>,
    /// The findings without any formula's text; `None` when there are none.
    pub findings: Option<Value>,
    /// The key under which the request may be repeated, with the hash of its body.
    pub idempotency: Option<IdempotencyKey>,
}

/// The caller's name for a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey {
    /// As sent.
    pub key: String,
    /// SHA-256 of the body that came with it.
    pub request_hash: Vec<u8>,
}

/// Where a member and an organization stand, read while the month's count is locked.
#[derive(Debug)]
pub struct Standing {
    /// The organization.
    pub organization_id: Uuid,
    /// The person; `None` for a program.
    pub user_id: Option<Uuid>,
    /// The month in UTC.
    pub month: String,
    /// Audits recorded in that month.
    pub used: i32,
    /// The version of the organization's policies.
    pub rules_version: i64,
    /// The plan booked.
    pub plan: Option<String>,
    /// The subscription's status.
    pub status: Option<String>,
    /// Whether the person is a member, or it is a program.
    pub is_member: bool,
}

/// A request that was recorded under its key.
#[derive(Debug)]
pub struct KnownKey {
    /// The organization.
    pub organization_id: Uuid,
    /// The key.
    pub key: String,
    /// SHA-256 of the body.
    pub request_hash: Vec<u8>,
    /// The audit recorded.
    pub audit_id: Uuid,
}

/// Locks the months' counts in a fixed order and reads what decides about each audit.
///
/// The three slices belong together, row by row. A row is missing from the answer when its month
/// has no count yet ([`open_months`] makes it) or its organization is gone.
pub async fn lock_standings(
    connection: &mut PgConnection,
    organizations: &[Uuid],
    users: &[Option<Uuid>],
    months: &[String],
) -> Result<Vec<Standing>, sqlx::Error> {
    sqlx::query_as!(
        Standing,
        r#"
        SELECT asked.organization_id AS "organization_id!", asked.user_id AS "user_id?",
               usage.month_year AS month, usage.count AS used, o.rules_version,
               s.plan AS "plan?", s.status AS "status?",
               (asked.user_id IS NULL OR EXISTS (
                    SELECT FROM sheetbrain.memberships m
                    WHERE m.organization_id = o.id AND m.user_id = asked.user_id)) AS "is_member!"
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS asked (organization_id, user_id, month)
        JOIN organizations o ON o.id = asked.organization_id
        JOIN audit_usage usage
            ON usage.organization_id = asked.organization_id AND usage.month_year = asked.month
        LEFT JOIN subscriptions s ON s.organization_id = o.id
        ORDER BY usage.organization_id, usage.month_year
        FOR UPDATE OF usage
        "#,
        organizations,
        users as &[Option<Uuid>],
        months,
    )
    .fetch_all(connection)
    .await
}

/// Starts the count of months that have none, for organizations that exist.
pub async fn open_months(
    connection: &mut PgConnection,
    organizations: &[Uuid],
    months: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO audit_usage (organization_id, month_year)
         SELECT DISTINCT o.id, asked.month
         FROM unnest($1::uuid[], $2::text[]) AS asked (organization_id, month)
         JOIN organizations o ON o.id = asked.organization_id
         ORDER BY 1, 2
         ON CONFLICT DO NOTHING",
        organizations,
        months,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The keys among these that were used before.
pub async fn find_keys(
    connection: &mut PgConnection,
    organizations: &[Uuid],
    keys: &[String],
) -> Result<Vec<KnownKey>, sqlx::Error> {
    sqlx::query_as!(
        KnownKey,
        "SELECT known.organization_id, known.key, known.request_hash, known.audit_id
         FROM unnest($1::uuid[], $2::text[]) AS asked (organization_id, key)
         JOIN sheetbrain.idempotency_keys known USING (organization_id, key)",
        organizations,
        keys,
    )
    .fetch_all(connection)
    .await
}

/// The ids among these that are recorded: asked after a commit whose answer was lost.
pub async fn find_recorded(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM audit_logs WHERE id = ANY ($1)", ids)
        .fetch_all(connection)
        .await
}

/// Inserts the audits, their findings and their keys, and raises the months' counts by what was
/// inserted, in one statement.
pub async fn insert(
    connection: &mut PgConnection,
    audits: &[&NewAudit],
    engine: &str,
) -> Result<(), sqlx::Error> {
    let column =
        |of: fn(&NewAudit) -> Uuid| audits.iter().map(|audit| of(audit)).collect::<Vec<_>>();
    let count = |of: fn(&NewAudit) -> i32| audits.iter().map(|audit| of(audit)).collect::<Vec<_>>();
    let users: Vec<_> = audits.iter().map(|audit| audit.user_id).collect();
    let created_at: Vec<_> = audits.iter().map(|audit| audit.created_at).collect();
    let duration_ms: Vec<_> = audits.iter().map(|audit| audit.duration_ms).collect();
    let severity: Vec<_> = audits
        .iter()
        .map(|audit| audit.highest_severity.clone())
        .collect();
    let rules: Vec<_> = audits.iter().map(|audit| audit.rules.clone()).collect();
    let input_hash: Vec<_> = audits
        .iter()
        .map(|audit| audit.input_hash.clone())
        .collect();
    let ruleset_hash: Vec<_> = audits
        .iter()
        .map(|audit| audit.ruleset_hash.clone())
        .collect();
    let findings: Vec<_> = audits.iter().map(|audit| audit.findings.clone()).collect();
    let keys: Vec<_> = audits
        .iter()
        .map(|audit| audit.idempotency.as_ref().map(|key| key.key.clone()))
        .collect();
    let request_hash: Vec<_> = audits
        .iter()
        .map(|audit| {
            audit
                .idempotency
                .as_ref()
                .map(|key| key.request_hash.clone())
        })
        .collect();
    sqlx::query!(
        r#"
        WITH given AS (
            SELECT * FROM unnest(
                $1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::integer[], $6::integer[],
                $7::integer[], $8::double precision[], $9::text[], $10::jsonb[], $11::bytea[],
                $12::bytea[], $13::jsonb[], $14::text[], $15::bytea[])
            AS given (id, organization_id, user_id, created_at, formula_count, compliant_count,
                issues_found, duration_ms, highest_severity, rules, input_hash, ruleset_hash,
                findings, key, request_hash)
        ), logged AS (
            INSERT INTO audit_logs (id, organization_id, user_id, created_at, formula_count,
                compliant_count, issues_found, duration_ms, highest_severity, rules, input_hash,
                ruleset_hash, engine)
            SELECT id, organization_id, user_id, created_at, formula_count, compliant_count,
                issues_found, duration_ms, highest_severity, rules, input_hash, ruleset_hash, $16
            FROM given
            ON CONFLICT DO NOTHING
            RETURNING organization_id, created_at
        ), kept AS (
            INSERT INTO sheetbrain.audit_findings (organization_id, audit_id, findings, created_at)
            SELECT organization_id, id, findings, created_at FROM given WHERE findings IS NOT NULL
            ON CONFLICT DO NOTHING
        ), keyed AS (
            INSERT INTO sheetbrain.idempotency_keys
                (organization_id, key, request_hash, audit_id, created_at)
            SELECT organization_id, key, request_hash, id, created_at FROM given WHERE key IS NOT NULL
        ), counted AS (
            SELECT organization_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
                   count(*)::integer AS count
            FROM logged GROUP BY 1, 2
        )
        UPDATE audit_usage usage
        SET count = usage.count + counted.count, updated_at = now()
        FROM counted
        WHERE usage.organization_id = counted.organization_id AND usage.month_year = counted.month
        "#,
        &column(|audit| audit.id),
        &column(|audit| audit.organization_id),
        &users as &[Option<Uuid>],
        &created_at,
        &count(|audit| audit.formula_count),
        &count(|audit| audit.compliant_count),
        &count(|audit| audit.issues_found),
        &duration_ms,
        &severity as &[Option<String>],
        &rules,
        &input_hash,
        &ruleset_hash,
        &findings as &[Option<Value>],
        &keys as &[Option<String>],
        &request_hash as &[Option<Vec<u8>>],
        engine,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes the log's partitions for this month and the two that follow.
pub async fn ensure_partitions(db: &OwnerPool) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin().await?;
    sqlx::query_scalar!("SELECT sheetbrain.ensure_audit_log_partitions(now(), 3)")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await
}
