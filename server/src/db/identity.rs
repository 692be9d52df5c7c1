//! Who belongs where.

use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

/// An organization and, if the person is a member, who that is.
#[derive(Debug)]
pub struct Member {
    /// The organization.
    pub organization_id: Uuid,
    /// The member; `None` when the person is none.
    pub user_id: Option<Uuid>,
    /// The member's role.
    pub role: Option<String>,
}

/// Looks an organization and one of its members up by Clerk's ids; `None` without the organization.
pub async fn find_member(
    db: &PgPool,
    clerk_org_id: &str,
    clerk_user_id: &str,
) -> Result<Option<Member>, sqlx::Error> {
    sqlx::query_as!(
        Member,
        r#"
        SELECT o.id AS organization_id, member.user_id AS "user_id?", member.role AS "role?"
        FROM organizations o
        LEFT JOIN LATERAL (
            SELECT m.user_id, m.role
            FROM sheetbrain.memberships m
            JOIN users u ON u.id = m.user_id
            WHERE m.organization_id = o.id AND u.clerk_user_id = $2
            ORDER BY m.joined_at DESC, m.clerk_membership_id DESC
            LIMIT 1
        ) member ON true
        WHERE o.clerk_org_id = $1
        "#,
        clerk_org_id,
        clerk_user_id,
    )
    .fetch_optional(db)
    .await
}

/// The ids of the demo organization and its administrator.
#[derive(Debug)]
pub struct DemoMember {
    /// `org_demo`
    pub organization_id: Uuid,
    /// `user_demo`
    pub user_id: Uuid,
}

/// Makes organization `org_demo` on plan enterprise with administrator `user_demo`, or finds them.
pub async fn ensure_demo(db: &PgPool, now: OffsetDateTime) -> Result<DemoMember, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let organization_id = sqlx::query_scalar!(
        "INSERT INTO organizations (clerk_org_id, name, slug, created_at, updated_at)
         VALUES ('org_demo', 'Demo', 'demo', $1, $1)
         ON CONFLICT ON CONSTRAINT organizations_clerk_org_id_key DO UPDATE SET updated_at = $1
         RETURNING id",
        now
    )
    .fetch_one(&mut *transaction)
    .await?;
    let user_id = sqlx::query_scalar!(
        "INSERT INTO users (clerk_user_id, email, name, organization_id, created_at, updated_at)
         VALUES ('user_demo', 'demo@example.com', 'Demo', $1, $2, $2)
         ON CONFLICT ON CONSTRAINT users_clerk_user_id_key DO UPDATE
            SET organization_id = $1, updated_at = $2
         RETURNING id",
        organization_id,
        now
    )
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query!(
        "INSERT INTO sheetbrain.memberships
            (clerk_membership_id, organization_id, user_id, role, joined_at)
         VALUES ('orgmem_demo', $1, $2, 'admin', $3)
         ON CONFLICT ON CONSTRAINT memberships_pkey DO NOTHING",
        organization_id,
        user_id,
        now
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "INSERT INTO subscriptions (organization_id, plan, status)
         VALUES ($1, 'enterprise', 'active')
         ON CONFLICT ON CONSTRAINT subscriptions_organization_id_key DO UPDATE
            SET plan = 'enterprise', status = 'active'",
        organization_id
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(DemoMember {
        organization_id,
        user_id,
    })
}
