//! What an organization has used, and its figures.

use serde::Serialize;

use super::TenantTx;

/// The audits of one calendar month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MonthUsage {
    /// The month in UTC: `2026-11`.
    pub month: String,
    /// Audits recorded.
    pub count: i32,
}

/// The months with an audit, newest first, two years at most.
pub async fn months(tenant: &mut TenantTx) -> Result<Vec<MonthUsage>, sqlx::Error> {
    sqlx::query_as!(
        MonthUsage,
        "SELECT month_year AS month, count FROM audit_usage
         WHERE organization_id = $1 ORDER BY month_year DESC LIMIT 24",
        tenant.organization_id()
    )
    .fetch_all(tenant.connection())
    .await
}

/// What `get_org_stats` says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrgStats {
    /// Members.
    pub total_users: i64,
    /// Policies stored.
    pub total_policies: i64,
    /// Audits recorded, archived ones too.
    pub total_audits: i64,
    /// Audits of this calendar month (UTC).
    pub audits_this_month: i64,
    /// The plan booked; `GET /api/billing` says which one is at work.
    pub plan: String,
    /// The subscription's status; `none` when nothing was booked.
    pub subscription_status: String,
}

/// The organization's figures; `None` when it does not exist any more.
pub async fn stats(tenant: &mut TenantTx) -> Result<Option<OrgStats>, sqlx::Error> {
    sqlx::query_as!(
        OrgStats,
        r#"SELECT total_users AS "total_users!", total_policies AS "total_policies!",
                  total_audits AS "total_audits!", audits_this_month AS "audits_this_month!",
                  plan AS "plan!", subscription_status AS "subscription_status!"
           FROM get_org_stats($1)"#,
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}
