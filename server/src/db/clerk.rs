//! Applies Clerk's events so that any order and any repetition of a history ends in the same state.
//!
//! - An event is remembered in the transaction of its effect, so it takes effect once.
//! - Data older than what was applied is dropped (`sheetbrain.clerk_objects` holds the version).
//! - A deletion is final: Clerk never uses an id again, so what comes later is late.
//! - A membership that comes first makes its organization and its person, and their own events,
//!   which know more, replace what it said of them.

use sqlx::PgConnection;
use time::OffsetDateTime;

use super::WriterPool;
use super::webhook_events::{self, Sender};
use crate::identity::clerk::{Change, Membership, Organization, User};

/// Where an event stands in the order of events.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The sender's id of the event, the same when it is sent again.
    pub id: &'a str,
    /// `user.created`, …
    pub kind: &'a str,
    /// When it was sent, in milliseconds.
    pub sent_at: i64,
    /// When it arrived.
    pub received_at: OffsetDateTime,
}

/// What the data of an object came from; an event of its own outweighs a mention by a membership.
#[derive(Clone, Copy)]
enum Origin {
    Mention = 0,
    Own = 1,
}

/// Applies one event; `false` when it was applied before. `None` only remembers that it came.
pub async fn apply(
    db: &WriterPool,
    event: Event<'_>,
    change: Option<&Change>,
) -> Result<bool, sqlx::Error> {
    let mut transaction = db.begin().await?;
    let (id, kind, at) = (event.id, event.kind, event.received_at);
    if !webhook_events::is_first(&mut transaction, Sender::Clerk, id, kind, at).await? {
        return Ok(false);
    }
    let connection = &mut *transaction;
    match change {
        None => {}
        Some(Change::User(user)) => save_user(connection, event, user, Origin::Own, None).await?,
        Some(Change::UserDeleted(clerk_id)) => delete_user(connection, event, clerk_id).await?,
        Some(Change::Organization(organization)) => {
            save_organization(connection, event, organization, Origin::Own, None).await?;
        }
        Some(Change::OrganizationDeleted(clerk_id)) => {
            delete_organization(connection, event, clerk_id).await?;
        }
        Some(Change::Membership(membership)) => {
            save_mentioned(connection, event, membership).await?;
            save_membership(connection, event, membership).await?;
        }
        Some(Change::MembershipDeleted(membership)) => {
            save_mentioned(connection, event, membership).await?;
            delete_membership(connection, event, membership).await?;
        }
    }
    transaction.commit().await?;
    Ok(true)
}

/// Records the version of an object; `false` when what is known is as new, or the object is gone.
async fn is_news(
    connection: &mut PgConnection,
    event: Event<'_>,
    clerk_id: &str,
    origin: Origin,
    changed_at: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let news = sqlx::query_scalar!(
        r#"
        INSERT INTO sheetbrain.clerk_objects AS known (clerk_id, origin, changed_at, sent_at, event_id)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT ON CONSTRAINT clerk_objects_pkey DO UPDATE
            SET origin = excluded.origin, changed_at = excluded.changed_at,
                sent_at = excluded.sent_at, event_id = excluded.event_id
            WHERE NOT known.deleted
              AND (excluded.origin, excluded.changed_at, excluded.sent_at, excluded.event_id)
                > (known.origin, known.changed_at, known.sent_at, known.event_id)
        RETURNING true AS "news!"
        "#,
        clerk_id,
        origin as i16,
        changed_at.unwrap_or(event.sent_at),
        event.sent_at,
        event.id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(news.is_some())
}

async fn bury(
    connection: &mut PgConnection,
    event: Event<'_>,
    clerk_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sheetbrain.clerk_objects (clerk_id, origin, changed_at, sent_at, event_id, deleted)
         VALUES ($1, 1, $2, $2, $3, true)
         ON CONFLICT ON CONSTRAINT clerk_objects_pkey DO UPDATE SET deleted = true",
        clerk_id,
        event.sent_at,
        event.id,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_user(
    connection: &mut PgConnection,
    event: Event<'_>,
    user: &User,
    origin: Origin,
    mentioned_at: Option<i64>,
) -> Result<(), sqlx::Error> {
    let changed_at = user.changed_at.or(mentioned_at);
    if !is_news(connection, event, &user.clerk_id, origin, changed_at).await? {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO users AS known (clerk_user_id, email, name, created_at, updated_at)
         VALUES ($1, $2, $3, coalesce($4::timestamptz, $5), $5)
         ON CONFLICT ON CONSTRAINT users_clerk_user_id_key DO UPDATE
            SET email = excluded.email, name = excluded.name,
                created_at = coalesce($4, known.created_at), updated_at = excluded.updated_at",
        user.clerk_id,
        user.email,
        user.name,
        user.created_at,
        event.received_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_organization(
    connection: &mut PgConnection,
    event: Event<'_>,
    organization: &Organization,
    origin: Origin,
    mentioned_at: Option<i64>,
) -> Result<(), sqlx::Error> {
    let changed_at = organization.changed_at.or(mentioned_at);
    if !is_news(
        connection,
        event,
        &organization.clerk_id,
        origin,
        changed_at,
    )
    .await?
    {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO organizations AS known (clerk_org_id, name, slug, created_at, updated_at)
         VALUES ($1, $2, $3, coalesce($4::timestamptz, $5), $5)
         ON CONFLICT ON CONSTRAINT organizations_clerk_org_id_key DO UPDATE
            SET name = excluded.name, slug = excluded.slug,
                created_at = coalesce($4, known.created_at), updated_at = excluded.updated_at",
        organization.clerk_id,
        organization.name,
        organization.slug,
        organization.created_at,
        event.received_at,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What a membership says of its organization and its person. Said also by one that has ended, so
/// that the order of its events makes no difference.
async fn save_mentioned(
    connection: &mut PgConnection,
    event: Event<'_>,
    membership: &Membership,
) -> Result<(), sqlx::Error> {
    let at = membership.changed_at;
    save_organization(
        connection,
        event,
        &membership.organization,
        Origin::Mention,
        at,
    )
    .await?;
    save_user(connection, event, &membership.user, Origin::Mention, at).await
}

async fn save_membership(
    connection: &mut PgConnection,
    event: Event<'_>,
    membership: &Membership,
) -> Result<(), sqlx::Error> {
    let id = &membership.clerk_id;
    if !is_news(connection, event, id, Origin::Own, membership.changed_at).await? {
        return Ok(());
    }
    let joined_at = membership.created_at.or_else(|| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(event.sent_at) * 1_000_000).ok()
    });
    // Without rows when the organization or the person was deleted: then there is no membership.
    sqlx::query!(
        "INSERT INTO sheetbrain.memberships
            (clerk_membership_id, organization_id, user_id, role, joined_at)
         SELECT $1, o.id, u.id, $4, coalesce($5::timestamptz, $6)
         FROM organizations o, users u
         WHERE o.clerk_org_id = $2 AND u.clerk_user_id = $3
         ON CONFLICT ON CONSTRAINT memberships_pkey DO UPDATE
            SET role = excluded.role, joined_at = excluded.joined_at",
        id,
        membership.organization.clerk_id,
        membership.user.clerk_id,
        membership.role.name(),
        joined_at,
        event.received_at,
    )
    .execute(&mut *connection)
    .await?;
    settle_organization(connection, std::slice::from_ref(&membership.user.clerk_id)).await
}

async fn delete_membership(
    connection: &mut PgConnection,
    event: Event<'_>,
    membership: &Membership,
) -> Result<(), sqlx::Error> {
    bury(connection, event, &membership.clerk_id).await?;
    sqlx::query!(
        "DELETE FROM sheetbrain.memberships WHERE clerk_membership_id = $1",
        membership.clerk_id
    )
    .execute(&mut *connection)
    .await?;
    settle_organization(connection, std::slice::from_ref(&membership.user.clerk_id)).await
}

async fn delete_user(
    connection: &mut PgConnection,
    event: Event<'_>,
    clerk_id: &str,
) -> Result<(), sqlx::Error> {
    bury(connection, event, clerk_id).await?;
    sqlx::query!("DELETE FROM users WHERE clerk_user_id = $1", clerk_id)
        .execute(connection)
        .await?;
    Ok(())
}

async fn delete_organization(
    connection: &mut PgConnection,
    event: Event<'_>,
    clerk_id: &str,
) -> Result<(), sqlx::Error> {
    bury(connection, event, clerk_id).await?;
    let members = sqlx::query_scalar!(
        "SELECT u.clerk_user_id FROM users u JOIN organizations o ON o.id = u.organization_id
         WHERE o.clerk_org_id = $1",
        clerk_id
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM organizations WHERE clerk_org_id = $1",
        clerk_id
    )
    .execute(&mut *connection)
    .await?;
    settle_organization(connection, &members).await
}

/// Sets `users.organization_id` to the organization joined last.
async fn settle_organization(
    connection: &mut PgConnection,
    clerk_user_ids: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE users u
         SET organization_id = (
            SELECT m.organization_id FROM sheetbrain.memberships m
            WHERE m.user_id = u.id
            ORDER BY m.joined_at DESC, m.clerk_membership_id DESC
            LIMIT 1)
         WHERE u.clerk_user_id = ANY ($1)",
        clerk_user_ids
    )
    .execute(connection)
    .await?;
    Ok(())
}
