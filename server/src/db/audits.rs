//! Recording audits, many in one statement.

use sqlx::PgConnection;
use sqlx::error::DatabaseError;
use time::OffsetDateTime;
use uuid::Uuid;

use super::OwnerPool;
use crate::plans::{Booked, Plan};

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
    pub highest_severity: Option<&'static str>,
    /// Findings by rule, as a JSON object.
    pub rules: String,
    /// SHA-256 of the formulas and their cells.
    pub input_hash: Vec<u8>,
    /// SHA-256 of the rule set.
    pub ruleset_hash: Vec<u8>,
    /// The findings without any formula's text, as a JSON list; `None` when there are none.
    pub findings: Option<String>,
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

/// What an organization has booked, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booking {
    /// The plan.
    pub plan: Option<String>,
    /// The subscription's status.
    pub status: Option<String>,
    /// When the paid period ends.
    pub period_end: Option<OffsetDateTime>,
}

impl Booking {
    /// The plan that works at that time.
    #[must_use]
    pub fn plan_at(&self, time: OffsetDateTime) -> Plan {
        let booked = self.plan.as_deref().zip(self.status.as_deref());
        let booked = booked.map(|(plan, status)| Booked {
            plan,
            status,
            period_end: self.period_end,
        });
        Plan::at_work(booked, time)
    }
}

/// Where a member and an organization stand, read while the month's count is locked.
#[derive(Debug)]
pub struct Standing {
    /// The organization.
    pub organization_id: Uuid,
    /// The person, if it was one.
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
    /// When the paid period ends.
    pub period_end: Option<OffsetDateTime>,
    /// Whether the person is a member, or it was none.
    pub is_member: bool,
}

impl Standing {
    /// What the organization has booked.
    #[must_use]
    pub fn booking(&self) -> Booking {
        Booking {
            plan: self.plan.clone(),
            status: self.status.clone(),
            period_end: self.period_end,
        }
    }
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

/// Audits of one organization in one month, and what is supposed about the organization.
#[derive(Debug)]
pub struct Group<'a> {
    /// The organization.
    pub organization_id: Uuid,
    /// The month in UTC.
    pub month: &'a str,
    /// The version of the policies that the audits were made with.
    pub rules_version: i64,
    /// What the organization has booked.
    pub booking: &'a Booking,
    /// The most audits in that month.
    pub most: i32,
    /// The audits.
    pub audits: Vec<&'a NewAudit>,
}

/// What [`record`] did with a group: the month's count with all of its audits.
#[derive(Debug)]
pub struct Counted {
    /// The group's place in the slice given.
    pub place: i32,
    /// Audits recorded in that month.
    pub used: i32,
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
               s.current_period_end AS "period_end?",
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

/// Counts and records each group whose organization is still as supposed: its policies have that
/// version, it has booked that, the month's count stays within the most, and all who asked are
/// members. Of a group that is not, nothing is recorded, and it is missing from the answer.
///
/// One statement, so exact also outside of a transaction. Groups are given in the order of
/// organization and month, each pair once: servers that count at the same time then wait for one
/// another in that order.
pub async fn record(
    connection: &mut PgConnection,
    groups: &[Group<'_>],
    engine: &str,
) -> Result<Vec<Counted>, sqlx::Error> {
    let asked = Asked::of(groups);
    let rows = Rows::of(groups);
    sqlx::query_as!(
        Counted,
        r#"
        WITH counted AS (
            UPDATE audit_usage AS usage
            SET count = usage.count + asked.audits, updated_at = now()
            FROM unnest($1::integer[], $2::uuid[], $3::text[], $4::integer[], $5::integer[],
                        $6::bigint[], $7::text[], $8::text[], $27::timestamptz[])
                AS asked (place, organization_id, month, audits, most, rules_version, plan, status,
                    period_end)
            JOIN organizations o
                ON o.id = asked.organization_id AND o.rules_version = asked.rules_version
            LEFT JOIN subscriptions s ON s.organization_id = o.id
            WHERE usage.organization_id = asked.organization_id AND usage.month_year = asked.month
              AND usage.count <= asked.most - asked.audits
              AND s.plan IS NOT DISTINCT FROM asked.plan
              AND s.status IS NOT DISTINCT FROM asked.status
              AND s.current_period_end IS NOT DISTINCT FROM asked.period_end
              AND NOT EXISTS (
                  SELECT FROM unnest($9::integer[], $10::uuid[]) AS person (place, user_id)
                  WHERE person.place = asked.place AND NOT EXISTS (
                      SELECT FROM sheetbrain.memberships m
                      WHERE m.organization_id = o.id AND m.user_id = person.user_id))
            RETURNING asked.place, usage.organization_id, usage.count
        ), given AS MATERIALIZED (
            SELECT given.*, counted.organization_id
            FROM unnest($11::integer[], $12::uuid[], $13::uuid[], $14::timestamptz[],
                        $15::integer[], $16::integer[], $17::integer[], $18::double precision[],
                        $19::text[], $20::text[], $21::bytea[], $22::bytea[], $23::text[],
                        $24::text[], $25::bytea[])
                AS given (place, id, user_id, created_at, formula_count, compliant_count,
                    issues_found, duration_ms, highest_severity, rules, input_hash, ruleset_hash,
                    findings, key, request_hash)
            JOIN counted USING (place)
        ), logged AS (
            INSERT INTO audit_logs (id, organization_id, user_id, created_at, formula_count,
                compliant_count, issues_found, duration_ms, highest_severity, rules, input_hash,
                ruleset_hash, engine)
            SELECT id, organization_id, user_id, created_at, formula_count, compliant_count,
                issues_found, duration_ms, highest_severity, rules::jsonb, input_hash,
                ruleset_hash, $26
            FROM given
        ), kept AS (
            INSERT INTO sheetbrain.audit_findings (organization_id, audit_id, findings, created_at)
            SELECT organization_id, id, findings::json, created_at
            FROM given WHERE findings IS NOT NULL
        ), keyed AS (
            INSERT INTO sheetbrain.idempotency_keys
                (organization_id, key, request_hash, audit_id, created_at)
            SELECT organization_id, key, request_hash, id, created_at
            FROM given WHERE key IS NOT NULL
        )
        SELECT place AS "place!", count AS "used!" FROM counted
        "#,
        &asked.place,
        &asked.organization_id,
        &asked.month as &[&str],
        &asked.audits,
        &asked.most,
        &asked.rules_version,
        &asked.plan as &[Option<&str>],
        &asked.status as &[Option<&str>],
        &asked.person_place,
        &asked.person,
        &rows.place,
        &rows.id,
        &rows.user_id as &[Option<Uuid>],
        &rows.created_at,
        &rows.formula_count,
        &rows.compliant_count,
        &rows.issues_found,
        &rows.duration_ms,
        &rows.highest_severity as &[Option<&str>],
        &rows.rules as &[&str],
        &rows.input_hash as &[&[u8]],
        &rows.ruleset_hash as &[&[u8]],
        &rows.findings as &[Option<&str>],
        &rows.key as &[Option<&str>],
        &rows.request_hash as &[Option<&[u8]>],
        engine,
        &asked.period_end as &[Option<OffsetDateTime>],
    )
    .fetch_all(connection)
    .await
}

/// The groups as columns, and who asked in each.
#[derive(Default)]
struct Asked<'a> {
    place: Vec<i32>,
    organization_id: Vec<Uuid>,
    month: Vec<&'a str>,
    audits: Vec<i32>,
    most: Vec<i32>,
    rules_version: Vec<i64>,
    plan: Vec<Option<&'a str>>,
    status: Vec<Option<&'a str>>,
    period_end: Vec<Option<OffsetDateTime>>,
    person_place: Vec<i32>,
    person: Vec<Uuid>,
}

impl<'a> Asked<'a> {
    fn of(groups: &'a [Group<'_>]) -> Self {
        let mut asked = Self::default();
        for (place, group) in (0..).zip(groups) {
            asked.place.push(place);
            asked.organization_id.push(group.organization_id);
            asked.month.push(group.month);
            let audits = i32::try_from(group.audits.len());
            asked.audits.push(audits.unwrap_or(i32::MAX));
            asked.most.push(group.most);
            asked.rules_version.push(group.rules_version);
            asked.plan.push(group.booking.plan.as_deref());
            asked.status.push(group.booking.status.as_deref());
            asked.period_end.push(group.booking.period_end);
            let people = group.audits.iter().filter_map(|audit| audit.user_id);
            let mut people: Vec<Uuid> = people.collect();
            people.sort_unstable();
            people.dedup();
            asked.person_place.extend(people.iter().map(|_| place));
            asked.person.extend(people);
        }
        asked
    }
}

/// The audits as columns, each with the place of its group.
#[derive(Default)]
struct Rows<'a> {
    place: Vec<i32>,
    id: Vec<Uuid>,
    user_id: Vec<Option<Uuid>>,
    created_at: Vec<OffsetDateTime>,
    formula_count: Vec<i32>,
    compliant_count: Vec<i32>,
    issues_found: Vec<i32>,
    duration_ms: Vec<f64>,
    highest_severity: Vec<Option<&'a str>>,
    rules: Vec<&'a str>,
    input_hash: Vec<&'a [u8]>,
    ruleset_hash: Vec<&'a [u8]>,
    findings: Vec<Option<&'a str>>,
    key: Vec<Option<&'a str>>,
    request_hash: Vec<Option<&'a [u8]>>,
}

impl<'a> Rows<'a> {
    fn of(groups: &'a [Group<'_>]) -> Self {
        let mut rows = Self::default();
        for (place, group) in (0..).zip(groups) {
            for audit in &group.audits {
                rows.place.push(place);
                rows.id.push(audit.id);
                rows.user_id.push(audit.user_id);
                rows.created_at.push(audit.created_at);
                rows.formula_count.push(audit.formula_count);
                rows.compliant_count.push(audit.compliant_count);
                rows.issues_found.push(audit.issues_found);
                rows.duration_ms.push(audit.duration_ms);
                rows.highest_severity.push(audit.highest_severity);
                rows.rules.push(&audit.rules);
                rows.input_hash.push(&audit.input_hash);
                rows.ruleset_hash.push(&audit.ruleset_hash);
                rows.findings.push(audit.findings.as_deref());
                let key = audit.idempotency.as_ref();
                rows.key.push(key.map(|key| key.key.as_str()));
                let hash = key.map(|key| key.request_hash.as_slice());
                rows.request_hash.push(hash);
            }
        }
        rows
    }
}

/// Makes the log's partitions for this month and the two that follow, as far as they are missing;
/// returns how many it made.
pub async fn ensure_partitions(db: &OwnerPool) -> Result<u64, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let made = sqlx::query_scalar!(
        r#"SELECT sheetbrain.ensure_audit_log_partitions(now(), 3) AS "made!""#
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(u64::try_from(made).unwrap_or_default())
}

/// Whether something was not done because somebody else holds what it needs.
#[must_use]
pub fn is_busy(error: &sqlx::Error) -> bool {
    /// PostgreSQL's code for a lock that was not to be had in time.
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some(LOCK_NOT_AVAILABLE)
}
