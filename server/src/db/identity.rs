//! Who belongs where.

use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::TenantTx;

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
    connection: &mut PgConnection,
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
    .fetch_optional(connection)
    .await
}

/// The role of a membership; `None` when there is none.
pub async fn find_role(
    connection: &mut PgConnection,
    organization_id: Uuid,
    user_id: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT role FROM sheetbrain.memberships
         WHERE organization_id = $1 AND user_id = $2
         ORDER BY joined_at DESC, clerk_membership_id DESC
         LIMIT 1",
        organization_id,
        user_id
    )
    .fetch_optional(connection)
    .await
}

/// The person who was pinned to an identity of another provider.
pub async fn find_pinned(
    connection: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT user_id FROM sheetbrain.external_identities WHERE issuer = $1 AND subject = $2",
        issuer,
        subject
    )
    .fetch_optional(connection)
    .await
}

/// The people with this address, which Clerk has verified: two at most, for one is wanted.
pub async fn find_by_email(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM users WHERE lower(email) = lower($1) ORDER BY id LIMIT 2",
        email
    )
    .fetch_all(connection)
    .await
}

/// Pins a person to an identity of another provider; one that is pinned already stays.
pub async fn pin(
    connection: &mut PgConnection,
    issuer: &str,
    subject: &str,
    user_id: Uuid,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.external_identities (issuer, subject, user_id, created_at)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        issuer,
        subject,
        user_id,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The organizations that a person is a member of, the one joined last first.
pub async fn organizations_of(
    connection: &mut PgConnection,
    user_id: Uuid,
) -> Result<Vec<Organization>, sqlx::Error> {
    sqlx::query_as!(
        Organization,
        "SELECT o.id, o.clerk_org_id AS clerk_id, o.name, o.slug
         FROM organizations o
         JOIN (SELECT organization_id, max(joined_at) AS joined_at FROM sheetbrain.memberships
               WHERE user_id = $1 GROUP BY organization_id) m ON m.organization_id = o.id
         ORDER BY m.joined_at DESC, o.id",
        user_id
    )
    .fetch_all(connection)
    .await
}

/// The secret for a purpose, the same for every server of the database: `fresh` if there is none.
pub async fn signing_secret(
    connection: &mut PgConnection,
    purpose: &str,
    fresh: &[u8],
) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.signing_keys (purpose, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        purpose,
        fresh
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query_scalar!(
        "SELECT secret FROM sheetbrain.signing_keys WHERE purpose = $1",
        purpose
    )
    .fetch_one(connection)
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

/// Makes organization `org_demo` with administrator `user_demo`, or finds them.
pub async fn ensure_demo(
    connection: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<DemoMember, sqlx::Error> {
    let organization_id = sqlx::query_scalar!(
        "INSERT INTO organizations (clerk_org_id, name, slug, created_at, updated_at)
         VALUES ('org_demo', 'Demo', 'demo', $1, $1)
         ON CONFLICT ON CONSTRAINT organizations_clerk_org_id_key DO UPDATE SET updated_at = $1
         RETURNING id",
        now
    )
    .fetch_one(&mut *connection)
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
    .fetch_one(&mut *connection)
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
    .execute(connection)
    .await?;
    Ok(DemoMember {
        organization_id,
        user_id,
    })
}

/// An organization as its members see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id here.
    pub id: Uuid,
    /// Its id at Clerk.
    pub clerk_id: String,
    /// Its name.
    pub name: String,
    /// Its name for addresses.
    pub slug: Option<String>,
}

/// The organization of the transaction; `None` when it was deleted.
pub async fn own_organization(tenant: &mut TenantTx) -> Result<Option<Organization>, sqlx::Error> {
    sqlx::query_as!(
        Organization,
        "SELECT id, clerk_org_id AS clerk_id, name, slug FROM organizations WHERE id = $1",
        tenant.organization_id()
    )
    .fetch_optional(tenant.connection())
    .await
}

/// The id of an organization that an operator named, by Clerk's id or ours.
pub async fn find_organization(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM organizations WHERE clerk_org_id = $1 OR id::text = $1",
        name
    )
    .fetch_optional(connection)
    .await
}

/// A person as the others of the organization see them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The id here.
    pub id: Uuid,
    /// The id at Clerk.
    pub clerk_id: String,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// A member of the organization.
pub async fn member(tenant: &mut TenantTx, user_id: Uuid) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query_as!(
        Person,
        "SELECT id, clerk_user_id AS clerk_id, email, name FROM users WHERE id = $1",
        user_id
    )
    .fetch_optional(tenant.connection())
    .await
}
