//! Stripe's events, its customers, and what its meter is to be told.
//!
//! Events come late, twice and in any order. Each is remembered in the transaction of its effect;
//! of each subscription the newest word is kept; what an organization has booked is worked out from
//! that in the database (`sheetbrain.settle_subscription`). So any order and any repetition of a
//! history ends in the same state.

use std::time::Duration;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::webhook_events::{self, Sender};
use super::{TenantTx, WriterPool};
use crate::billing::events::{Fact, SubscriptionFact};
use crate::clock::month_of;

/// Where an event stands in the order of events.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Stripe's id of the event, the same when it is sent again.
    pub id: &'a str,
    /// `customer.subscription.updated`, …
    pub kind: &'a str,
    /// When it happened, in seconds.
    pub created: i64,
    /// When it arrived.
    pub received_at: OffsetDateTime,
}

/// Applies one event; `false` when it was applied before.
pub async fn apply(db: &WriterPool, event: Event<'_>, facts: &[Fact]) -> Result<bool, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let (id, kind, at) = (event.id, event.kind, event.received_at);
    if !webhook_events::is_first(&mut transaction, Sender::Stripe, id, kind, at).await? {
        return Ok(false);
    }
    for fact in facts {
        apply_fact(&mut transaction, event, fact).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

async fn apply_fact(
    connection: &mut PgConnection,
    event: Event<'_>,
    fact: &Fact,
) -> Result<(), sqlx::Error> {
    match fact {
        Fact::Customer {
            customer,
            organization,
        } => {
            let known = sqlx::query!(
                "INSERT INTO sheetbrain.stripe_customers (customer_id, organization_id, created_at)
                 SELECT $1, id, $3 FROM organizations WHERE id = $2
                 ON CONFLICT DO NOTHING",
                customer,
                organization,
                event.received_at,
            )
            .execute(connection)
            .await?
            .rows_affected();
            tracing::debug!(event = event.id, known, "a customer is claimed");
            Ok(())
        }
        Fact::Subscription(fact) => save_subscription(connection, event, fact).await,
        Fact::Invoice {
            subscription,
            customer,
            paid,
        } => {
            sqlx::query!(
                "INSERT INTO sheetbrain.stripe_subscriptions AS known
                    (subscription_id, customer_id, invoice_at, invoice_paid, invoice_by)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT ON CONSTRAINT stripe_subscriptions_pkey DO UPDATE
                    SET customer_id = coalesce(known.customer_id, excluded.customer_id),
                        invoice_at = excluded.invoice_at, invoice_paid = excluded.invoice_paid,
                        invoice_by = excluded.invoice_by
                    WHERE (excluded.invoice_at, excluded.invoice_paid, excluded.invoice_by)
                        > (known.invoice_at, known.invoice_paid, known.invoice_by)",
                subscription,
                customer.as_deref(),
                event.created,
                paid,
                event.id,
            )
            .execute(connection)
            .await?;
            Ok(())
        }
    }
}

async fn save_subscription(
    connection: &mut PgConnection,
    event: Event<'_>,
    fact: &SubscriptionFact,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.stripe_subscriptions AS known
            (subscription_id, customer_id, plan, status, period_start, period_end, cancel_at,
             started_at, deleted, said_at, said_rank, said_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT ON CONSTRAINT stripe_subscriptions_pkey DO UPDATE
            SET customer_id = excluded.customer_id, plan = excluded.plan, status = excluded.status,
                period_start = excluded.period_start, period_end = excluded.period_end,
                cancel_at = excluded.cancel_at, started_at = excluded.started_at,
                deleted = excluded.deleted, said_at = excluded.said_at,
                said_rank = excluded.said_rank, said_by = excluded.said_by
            WHERE (excluded.deleted, excluded.said_at, excluded.said_rank, excluded.said_by)
                > (known.deleted, known.said_at, known.said_rank, known.said_by)",
        fact.id,
        fact.customer,
        fact.plan.name(),
        fact.status,
        fact.period_start,
        fact.period_end,
        fact.cancel_at,
        fact.started_at,
        fact.deleted,
        event.created,
        fact.rank,
        event.id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The organization's customer at Stripe, if it has one.
pub async fn find_customer(tenant: &mut TenantTx) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT customer_id FROM sheetbrain.stripe_customers WHERE organization_id = $1
         ORDER BY created_at, customer_id LIMIT 1",
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Notes that Stripe has made a customer for the organization.
pub async fn save_customer(
    tenant: &mut TenantTx,
    customer: &str,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.stripe_customers (customer_id, organization_id, created_at)
         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        customer,
        tenant.organization_id(),
        now,
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}

/// What Stripe's meter is to be told.
#[derive(Debug)]
pub struct MeterReport {
    /// Whose audits.
    pub organization_id: Uuid,
    /// Of which month: `2026-11`.
    pub month: String,
    /// The month's count with these.
    pub upto: i32,
    /// How many.
    pub value: i32,
    /// Who pays for them.
    pub customer_id: String,
    /// When, as the meter is told.
    pub occurred_at: OffsetDateTime,
}

impl MeterReport {
    /// Its name, the same each time it is sent.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}-{}", self.organization_id, self.month, self.upto)
    }
}

/// Writes down by how much the counts of this month and the last one rose since the last time, for
/// organizations with a customer at Stripe.
pub async fn write_reports(db: &WriterPool, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    let first = now.date().replace_day(1).unwrap_or(now.date());
    let last_month_end = first.midnight().assume_utc() - time::Duration::SECOND;
    let mut transaction = db.begin().await?;
    // Two servers at the same moment would each write the same audits down.
    sqlx::query_scalar!("SELECT pg_advisory_xact_lock(hashtext('sheetbrain.meter'))")
        .fetch_one(&mut *transaction)
        .await?;
    sqlx::query!(
        r#"
        INSERT INTO sheetbrain.meter_outbox
            (organization_id, month_year, upto, value, customer_id, occurred_at, next_attempt_at)
        SELECT u.organization_id, u.month_year, u.count, u.count - coalesce(told.upto, 0),
               payer.customer_id, CASE WHEN u.month_year = $2 THEN $1::timestamptz ELSE $4::timestamptz END, $1
        FROM audit_usage u
        CROSS JOIN LATERAL (
            SELECT c.customer_id FROM sheetbrain.stripe_customers c
            WHERE c.organization_id = u.organization_id
            ORDER BY c.created_at, c.customer_id LIMIT 1) AS payer
        CROSS JOIN LATERAL (
            SELECT max(o.upto) AS upto FROM sheetbrain.meter_outbox o
            WHERE o.organization_id = u.organization_id AND o.month_year = u.month_year) AS told
        WHERE u.month_year IN ($2, $3) AND u.count > coalesce(told.upto, 0)
        "#,
        now,
        month_of(now),
        month_of(last_month_end),
        last_month_end,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// Takes some of the reports that are due; each is due again later, each time after a longer pause,
/// unless it is finished.
pub async fn take_reports(
    db: &WriterPool,
    now: OffsetDateTime,
    pause: Duration,
) -> Result<Vec<MeterReport>, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let reports = sqlx::query_as!(
        MeterReport,
        r#"
        UPDATE sheetbrain.meter_outbox o
        SET attempts = o.attempts + 1,
            next_attempt_at = $1 + make_interval(secs => $2 * power(2, least(o.attempts, 6)))
        FROM (
            SELECT organization_id, month_year, upto FROM sheetbrain.meter_outbox
            WHERE sent_at IS NULL AND refused IS NULL AND next_attempt_at <= $1
            ORDER BY next_attempt_at LIMIT 50
            FOR UPDATE SKIP LOCKED) AS due
        WHERE (o.organization_id, o.month_year, o.upto)
            = (due.organization_id, due.month_year, due.upto)
        RETURNING o.organization_id, o.month_year AS month, o.upto, o.value, o.customer_id,
                  o.occurred_at
        "#,
        now,
        pause.as_secs_f64(),
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(reports)
}

/// Notes that Stripe has a report, or why it will never take it.
pub async fn finish_report(
    db: &WriterPool,
    report: &MeterReport,
    now: OffsetDateTime,
    refused: Option<&str>,
) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin().await?;
    sqlx::query!(
        "UPDATE sheetbrain.meter_outbox
         SET sent_at = CASE WHEN $5::text IS NULL THEN $4::timestamptz END, refused = $5
         WHERE organization_id = $1 AND month_year = $2 AND upto = $3",
        report.organization_id,
        report.month,
        report.upto,
        now,
        refused,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}
