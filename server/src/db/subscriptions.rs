//! What an organization has booked.

use serde::Serialize;
use time::OffsetDateTime;

use super::TenantTx;
use crate::plans::{Booked, Plan};

/// A subscription as its organization sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// `free`, `pro` or `enterprise`.
    pub plan: String,
    /// As Stripe calls it; `active` when at work.
    pub status: String,
    /// When the paid period began.
    #[serde(with = "time::serde::rfc3339::option")]
    pub current_period_start: Option<OffsetDateTime>,
    /// When the paid period ends.
    #[serde(with = "time::serde::rfc3339::option")]
    pub current_period_end: Option<OffsetDateTime>,
    /// When the subscription will end.
    #[serde(with = "time::serde::rfc3339::option")]
    pub cancel_at: Option<OffsetDateTime>,
}

impl Subscription {
    /// The plan that works at that time.
    #[must_use]
    pub fn plan_at(&self, time: OffsetDateTime) -> Plan {
        let booked = Booked {
            plan: &self.plan,
            status: &self.status,
            period_end: self.current_period_end,
        };
        Plan::at_work(Some(booked), time)
    }
}

/// The organization's subscription, if it has booked anything.
pub async fn find(tenant: &mut TenantTx) -> Result<Option<Subscription>, sqlx::Error> {
    sqlx::query_as!(
        Subscription,
        "SELECT plan, status, current_period_start, current_period_end, cancel_at
         FROM subscriptions WHERE organization_id = $1",
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Whether the organization has a subscription with Stripe that is not over.
pub async fn is_paying(tenant: &mut TenantTx) -> Result<bool, sqlx::Error> {
    let paying = sqlx::query_scalar!(
        r#"SELECT EXISTS (
            SELECT FROM subscriptions
            WHERE organization_id = $1 AND stripe_subscription_id IS NOT NULL
              AND status NOT IN ('canceled', 'incomplete', 'incomplete_expired')) AS "is_paying!""#,
        tenant.organization_id()
    );
    paying.fetch_one(tenant.connection()).await
}

/// Books the plan `free`. `None` when the organization has a subscription with Stripe that is not
/// over.
pub async fn book_free(
    tenant: &mut TenantTx,
    now: OffsetDateTime,
) -> Result<Option<Subscription>, sqlx::Error> {
    sqlx::query_as!(
        Subscription,
        "INSERT INTO subscriptions AS booked (organization_id, plan, status, created_at, updated_at)
         VALUES ($1, 'free', 'active', $2, $2)
         ON CONFLICT ON CONSTRAINT subscriptions_organization_id_key DO UPDATE
            SET plan = 'free', status = 'active', updated_at = $2,
                stripe_subscription_id = NULL, current_period_start = NULL, current_period_end = NULL, cancel_at = NULL
            WHERE booked.stripe_subscription_id IS NULL
               OR booked.status IN ('canceled', 'incomplete', 'incomplete_expired')
         RETURNING plan, status, current_period_start, current_period_end, cancel_at",
        tenant.organization_id(),
        now
    )
    .fetch_optional(tenant.connection())
    .await
}

/// Gives the plan enterprise, for the demo.
pub async fn book_demo(tenant: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO subscriptions (organization_id, plan, status)
         VALUES ($1, 'enterprise', 'active')
         ON CONFLICT ON CONSTRAINT subscriptions_organization_id_key DO UPDATE
            SET plan = 'enterprise', status = 'active'",
        tenant.organization_id()
    )
    .execute(tenant.connection())
    .await?;
    Ok(())
}
