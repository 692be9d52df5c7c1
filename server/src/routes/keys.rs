//! API keys: made, shown once, listed and revoked.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::db;
use crate::db::TenantTx;
use crate::db::keys::Key;
use crate::error::{Error, Result};
use crate::extract::{Json, Path, Query};
use crate::identity::Caller;
use crate::identity::keys::NewKey;
use crate::identity::permissions::Scope;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_keys, create_key, revoke_key_by_query))
        .routes(routes!(revoke_key))
}

/// The organization's API keys, newest first. The keys themselves are not kept and can not be shown.
#[utoipa::path(get, path = "/api/keys", tag = "keys", responses(
    (status = OK, body = KeyList),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn list_keys(State(state): State<AppState>, caller: Caller) -> Result<Json<KeyList>> {
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let keys = db::keys::list(&mut tenant).await?;
    tenant.commit().await?;
    Ok(Json(KeyList { keys }))
}

/// Makes an API key. It is in this answer and nowhere else.
///
/// Two keys of one name may be alive, so that a new one can take over before the old one is revoked.
#[utoipa::path(post, path = "/api/keys", tag = "keys", request_body = KeyInput, responses(
    (status = CREATED, body = CreatedKey),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn create_key(
    State(state): State<AppState>,
    caller: Caller,
    Json(input): Json<KeyInput>,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let now = state.clock.now();
    let wanted = input.check(now)?;
    if let Some(own) = caller.scopes
        && let Some(scope) = wanted.scopes.iter().find(|scope| !own.contain(**scope))
    {
        return Err(Error::new(
            ProblemType::Forbidden,
            format!(
                "A key makes keys of its own scopes only, and it has not the scope {}.",
                scope.name()
            ),
        ));
    }
    let mut tenant = state.db.begin(caller.organization_id).await?;
    let created = create(&mut tenant, caller.user_id, &wanted, now).await?;
    tenant.commit().await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    let answer = (
        StatusCode::CREATED,
        standing.headers(),
        headers,
        Json(created),
    );
    Ok(answer.into_response())
}

/// Revokes an API key at once.
#[utoipa::path(delete, path = "/api/keys/{id}", tag = "keys",
    params(("id" = String, Path, description = "The key's id")),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn revoke_key(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    revoke(&state, &caller, &id).await
}

/// Revokes an API key at once; the same as with the id in the path.
#[utoipa::path(delete, path = "/api/keys", tag = "keys",
    params(("id" = String, Query, description = "The key's id")),
    responses(
        (status = NO_CONTENT),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn revoke_key_by_query(
    State(state): State<AppState>,
    caller: Caller,
    Query(key): Query<KeyId>,
) -> Result<Response> {
    revoke(&state, &caller, &key.id).await
}

async fn revoke(state: &AppState, caller: &Caller, id: &str) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    if id.contains('\0') {
        return Err(Error::not_found("key"));
    }
    let mut tenant = state.db.begin(caller.organization_id).await?;
    if !db::keys::revoke(&mut tenant, id, state.clock.now()).await? {
        return Err(Error::not_found("key"));
    }
    tenant.commit().await?;
    state.identities.forget();
    Ok((StatusCode::NO_CONTENT, standing.headers()).into_response())
}

/// Makes a key and stores its digest.
pub(crate) async fn create(
    tenant: &mut TenantTx,
    created_by: Option<Uuid>,
    wanted: &WantedKey,
    now: OffsetDateTime,
) -> Result<CreatedKey> {
    let made = NewKey::generate().map_err(Error::internal)?;
    let scopes: Vec<String> = wanted
        .scopes
        .iter()
        .map(|scope| scope.name().to_owned())
        .collect();
    let key = db::keys::NewKey {
        id: &made.id,
        hash: &made.hash(),
        name: &wanted.name,
        scopes: &scopes,
        created_by,
        expires_at: wanted.expires_at,
    };
    let stored = db::keys::insert(tenant, &key, now).await?.ok_or_else(|| {
        Error::new(
            ProblemType::Conflict,
            format!(
                "Two keys named \"{}\" are alive, which is as many as a rotation needs. Revoke one, or choose another name.",
                wanted.name
            ),
        )
    })?;
    Ok(CreatedKey {
        key: made.key.expose_secret().to_owned(),
        stored,
    })
}

/// The organization's keys.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct KeyList {
    /// Newest first.
    keys: Vec<Key>,
}

/// A key that was just made.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedKey {
    /// The key: `sb_live_…`. Not kept, so not shown again.
    pub(crate) key: String,
    #[serde(flatten)]
    pub(crate) stored: Key,
}

/// Which key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyId {
    id: String,
}

/// What a key is for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct KeyInput {
    /// What it is called; its first scope without one. 100 characters at most.
    #[serde(default)]
    name: Option<String>,
    /// What it may be used for.
    scopes: Vec<Scope>,
    /// When it ends by itself: a time as in RFC 3339. Never without one.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
}

/// A key that may be made.
#[derive(Debug)]
pub(crate) struct WantedKey {
    name: String,
    scopes: Vec<Scope>,
    expires_at: Option<OffsetDateTime>,
}

impl KeyInput {
    fn check(self, now: OffsetDateTime) -> Result<WantedKey> {
        WantedKey::new(self.name, self.scopes, self.expires_at, now)
    }
}

impl WantedKey {
    /// Checks what was asked for.
    pub(crate) fn new(
        name: Option<String>,
        mut scopes: Vec<Scope>,
        expires_at: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<Self> {
        const LONGEST_NAME: usize = 100;
        scopes.sort_unstable();
        scopes.dedup();
        let Some(first) = scopes.first() else {
            let known = Scope::ALL.map(Scope::name).join(", ");
            let detail = format!("A key needs at least one of the scopes {known}.");
            return Err(Error::input("/scopes", detail));
        };
        let name = name.unwrap_or_default();
        let name = match name.trim() {
            "" => first.name(),
            name => name,
        };
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Error::input(
                "/name",
                format!(
                    "name must be {LONGEST_NAME} characters at most, without control characters."
                ),
            ));
        }
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Error::input(
                "/expiresAt",
                "expiresAt must be in the future.",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            scopes,
            expires_at,
        })
    }
}
