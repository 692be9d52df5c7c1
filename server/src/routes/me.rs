//! Who is calling, and short tokens for those who show that to Google.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::db;
use crate::db::identity::{Organization, Person};
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::identity::google::GooglePerson;
use crate::identity::permissions::{Role, Scope};
use crate::identity::short::Membership;
use crate::identity::{Caller, Way};
use crate::plans::Plan;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_me))
        .routes(routes!(create_session))
}

/// Who the server takes the caller for, and what that allows.
#[utoipa::path(get, path = "/api/me", tag = "identity", responses(
    (status = OK, body = Me),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn get_me(State(state): State<AppState>, caller: Caller) -> Result<Json<Me>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let organization = db::identity::own_organization(&mut tenant).await?;
    let subscription = db::subscriptions::find(&mut tenant).await?;
    let user = match caller.user_id {
        Some(id) => db::identity::member(&mut tenant, id).await?,
        None => None,
    };
    tenant.commit().await?;
    Ok(Json(Me {
        organization: organization.ok_or_else(|| Error::not_found("organization"))?,
        user,
        role: caller.role,
        plan: subscription.map_or(Plan::Free, |booked| booked.plan_at(state.clock.now())),
        scopes: caller.scopes.map(|scopes| scopes.iter().collect()),
        authenticated_by: caller.way,
    }))
}

/// Gives a token of fifteen minutes for an identity token of Google's.
///
/// The person is recognised by the address that Google has verified, the first time, and by Google's
/// own id from then on. Whoever belongs to several organizations names the one that is meant.
#[utoipa::path(post, path = "/api/session", tag = "identity", request_body = SessionInput, responses(
    (status = OK, body = Session),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn create_session(
    State(state): State<AppState>,
    Json(input): Json<SessionInput>,
) -> Result<Response> {
    let Some(google) = &state.identities.google else {
        let kind = ProblemType::GoogleNotConfigured;
        return Err(Error::new(kind, kind.docs()).with_retry_after(60));
    };
    let now = state.clock.now();
    let person = google.verify(&input.token, now).await?;
    let (user_id, organizations) = recognise(&state, &person, now).await?;
    let organization = choose(organizations, input.organization.as_deref())?;
    let membership = Membership {
        organization_id: organization.id,
        user_id,
    };
    let issued = state.identities.short.issue(&state.writer, membership, now);
    let (token, expires_at) = issued.await?;
    let session = Session {
        token,
        expires_at,
        organization,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(session)).into_response())
}

/// The person here whom Google speaks of, and their organizations.
async fn recognise(
    state: &AppState,
    person: &GooglePerson,
    now: OffsetDateTime,
) -> Result<(Uuid, Vec<Organization>)> {
    let unknown = |detail: String| Error::new(ProblemType::UnknownUser, detail);
    let mut transaction = state.writer.begin().await?;
    let pinned =
        db::identity::find_pinned(&mut transaction, person.issuer, &person.subject).await?;
    let user_id = match pinned {
        Some(user_id) => user_id,
        None => match *db::identity::find_by_email(&mut transaction, &person.email).await? {
            [user_id] => user_id,
            [] => {
                return Err(unknown(format!(
                    "Nobody here has the address {}. People arrive through Clerk's webhook user.created at /api/auth/webhook.",
                    person.email
                )));
            }
            _ => {
                return Err(unknown(format!(
                    "Several people here have the address {}, so it is not certain who is meant.",
                    person.email
                )));
            }
        },
    };
    let organizations = db::identity::organizations_of(&mut transaction, user_id).await?;
    if pinned.is_none() {
        db::identity::pin(
            &mut transaction,
            person.issuer,
            &person.subject,
            user_id,
            now,
        )
        .await?;
    }
    transaction.commit().await?;
    Ok((user_id, organizations))
}

/// The one organization of a person, or the one of several that was named.
fn choose(organizations: Vec<Organization>, named: Option<&str>) -> Result<Organization> {
    if organizations.is_empty() {
        return Err(Error::new(
            ProblemType::UnknownUser,
            "You are not a member of any organization here.",
        ));
    }
    let known: Vec<_> = organizations
        .iter()
        .map(|one| json!({"id": one.id, "clerkId": one.clerk_id, "name": one.name}))
        .collect();
    let is_named = |one: &Organization| {
        named.is_some_and(|name| one.clerk_id == name || one.id.to_string() == name)
    };
    let is_only = named.is_none() && organizations.len() == 1;
    let chosen = organizations
        .into_iter()
        .find(|one| is_only || is_named(one));
    chosen.ok_or_else(|| match named {
        // The same words whether there is such an organization or not.
        Some(_) => Error::new(
            ProblemType::UnknownOrganization,
            "You are not a member of an organization of that id. Those that you belong to are in organizations.",
        )
        .with_member("organizations", known),
        None => Error::input(
            "/organization",
            "You belong to several organizations. Name one of those in organizations by its id.",
        )
        .with_member("organizations", known),
    })
}

/// What the add-on shows.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SessionInput {
    /// The token of `ScriptApp.getIdentityToken()`.
    token: String,
    /// The organization, by its id at Clerk or here; needed by whoever belongs to several.
    #[serde(default)]
    organization: Option<String>,
}

/// A short token and what it is for.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Session {
    /// For `Authorization: Bearer`.
    token: String,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// The organization it is for.
    organization: Organization,
}

/// Who is calling.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    /// Whose data is seen.
    organization: Organization,
    /// The person; `null` for a program.
    user: Option<Person>,
    /// What the membership allows; for a program, the highest role that its scopes stand for.
    role: Role,
    /// The plan at work.
    plan: Plan,
    /// What a program may do; `null` for a person, whose role says it.
    scopes: Option<Vec<Scope>>,
    /// How the caller said who it is.
    authenticated_by: Way,
}
