//! Who is calling: one [`Caller`], whatever way it was shown. What a caller may do is decided in
//! [`permissions`], and what an organization is in the database: nothing that is sent decides
//! about membership or role.

pub mod clerk;
pub mod google;
mod headers;
mod jwks;
pub mod keys;
pub mod permissions;
pub mod session;
pub mod short;
mod tokens;

use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header;
use axum::http::request::Parts;
use moka::future::Cache;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use self::google::GoogleIdentities;
use self::keys::ShownKey;
use self::permissions::{Access, Role, Scope, Scopes, access};
use self::session::ClerkSessions;
use self::short::{Membership, ShortTokens};
use crate::config::Settings;
use crate::db;
use crate::error::{Error, Result};
use crate::problem::ProblemType;
use crate::state::AppState;

/// How long an identity is believed without asking the database again.
///
/// Short, because another server may have taken the webhook that changes it. An audit is safe
/// regardless: the transaction that records it checks membership, plan and rule set once more.
const BELIEVED_FOR: Duration = Duration::from_secs(2);

/// How exactly it is noted when a key was used.
const USE_NOTED_EVERY: time::Duration = time::Duration::minutes(1);

/// How a caller said who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// By Clerk's session token.
    Clerk,
    /// By an API key.
    ApiKey,
    /// By a token of `POST /api/session`.
    Session,
    /// By the headers `x-user-id` and `x-user-org`.
    Headers,
}

/// A person or a program in an organization, known to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose data it is.
    pub organization_id: Uuid,
    /// Who asks; `None` for a program.
    pub user_id: Option<Uuid>,
    /// What the membership allows; for a program, the highest role that its scopes stand for.
    pub role: Role,
    /// What a program may do; `None` for a person, whose role says it.
    pub scopes: Option<Scopes>,
    /// How it was shown.
    pub way: Way,
}

impl Caller {
    /// Refuses a caller that may not do what the operation is.
    fn require(&self, access: Access) -> Result<()> {
        let (allowed, needed, has) = match (access, self.scopes) {
            (Access::Public | Access::Known, _) => return Ok(()),
            (Access::Scope(scope), Some(own)) => {
                let names: Vec<_> = own.iter().map(Scope::name).collect();
                let needed = format!("the scope {}", scope.name());
                (own.contain(scope), needed, names.join(", "))
            }
            (Access::Scope(scope), None) => {
                let needed = format!("the role {}", scope.role().name());
                (
                    self.role >= scope.role(),
                    needed,
                    self.role.name().to_owned(),
                )
            }
        };
        if allowed {
            return Ok(());
        }
        Err(Error::new(
            ProblemType::Forbidden,
            format!("This needs {needed}; yours is {has}."),
        ))
    }
}

/// What a caller shows, once it is known to be genuine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Shown {
    /// A person and an organization, as Clerk calls them.
    Member(ClaimedIdentity),
    /// The same, as the database calls them.
    Membership(Membership),
    /// An API key, which the database has to confirm.
    Key(ShownKey),
}

/// The ids of a person and an organization, as Clerk writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ClaimedIdentity {
    clerk_user_id: String,
    clerk_org_id: String,
}

/// Checks what is shown, turns it into callers, and remembers them for a moment.
#[derive(Debug)]
pub struct Identities {
    /// Clerk's session tokens, if an issuer is set.
    clerk: Option<ClerkSessions>,
    /// Google's identity tokens, if a client is set.
    pub google: Option<GoogleIdentities>,
    /// Our own tokens.
    pub short: ShortTokens,
    trusts_headers: bool,
    known: Cache<Shown, Caller>,
}

impl Identities {
    /// Checkers for the ways that are set.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            clerk: settings.clerk()?.map(ClerkSessions::new).transpose()?,
            google: settings.google()?.map(GoogleIdentities::new).transpose()?,
            short: ShortTokens::default(),
            trusts_headers: settings.trusts_headers(),
            known: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(BELIEVED_FOR)
                .build(),
        })
    }

    /// Forgets everybody: something about identities has changed.
    pub fn forget(&self) {
        self.known.invalidate_all();
    }

    async fn caller(&self, state: &AppState, way: Way, shown: Shown) -> Result<Caller> {
        if let Some(caller) = self.known.get(&shown).await {
            return Ok(Caller { way, ..caller });
        }
        let caller = match &shown {
            Shown::Member(claimed) => member(state, way, claimed).await?,
            Shown::Membership(membership) => known_member(state, way, *membership).await?,
            Shown::Key(key) => program(state, way, key).await?,
        };
        self.known.insert(shown, caller).await;
        Ok(caller)
    }
}

async fn member(state: &AppState, way: Way, claimed: &ClaimedIdentity) -> Result<Caller> {
    let ClaimedIdentity {
        clerk_org_id,
        clerk_user_id,
    } = claimed;
    let mut transaction = state.writer.begin().await?;
    let found = db::identity::find_member(&mut transaction, clerk_org_id, clerk_user_id).await?;
    transaction.commit().await?;
    let Some(member) = found else {
        return Err(Error::new(
            ProblemType::UnknownOrganization,
            format!(
                "Organization {clerk_org_id} is not known here. Organizations arrive through Clerk's webhook organization.created at /api/auth/webhook."
            ),
        ));
    };
    let (Some(user_id), Some(role)) = (member.user_id, member.role) else {
        return Err(Error::new(
            ProblemType::UnknownUser,
            format!(
                "Person {clerk_user_id} is not a member of organization {clerk_org_id} here. Memberships arrive through Clerk's webhook organizationMembership.created at /api/auth/webhook."
            ),
        ));
    };
    Ok(Caller {
        organization_id: member.organization_id,
        user_id: Some(user_id),
        role: Role::named(&role),
        scopes: None,
        way,
    })
}

async fn known_member(state: &AppState, way: Way, membership: Membership) -> Result<Caller> {
    let mut transaction = state.writer.begin().await?;
    let role = db::identity::find_role(
        &mut transaction,
        membership.organization_id,
        membership.user_id,
    )
    .await?;
    transaction.commit().await?;
    let role = role.ok_or_else(|| {
        Error::new(
            ProblemType::UnknownUser,
            "You are not a member of this organization any more.",
        )
    })?;
    Ok(Caller {
        organization_id: membership.organization_id,
        user_id: Some(membership.user_id),
        role: Role::named(&role),
        scopes: None,
        way,
    })
}

async fn program(state: &AppState, way: Way, key: &ShownKey) -> Result<Caller> {
    let now = state.clock.now();
    let mut transaction = state.writer.begin().await?;
    let stored = db::keys::find(&mut transaction, &key.id).await?;
    // The same words for a key that never was and one whose secret is wrong.
    let stored = stored
        .filter(|stored| key.is(&stored.hash))
        .ok_or_else(|| unauthenticated("The API key is not one of this server's."))?;
    if stored.revoked_at.is_some() {
        return Err(unauthenticated("The API key was revoked."));
    }
    if stored.expires_at.is_some_and(|end| end <= now) {
        return Err(unauthenticated("The API key has expired."));
    }
    if stored
        .last_used_at
        .is_none_or(|last| is_noted_again(last, now))
    {
        db::keys::note_use(&mut transaction, &key.id, now).await?;
    }
    transaction.commit().await?;
    let scopes: Scopes = stored
        .scopes
        .iter()
        .filter_map(|name| Scope::ALL.into_iter().find(|scope| scope.name() == name))
        .collect();
    Ok(Caller {
        organization_id: stored.organization_id,
        user_id: None,
        role: scopes.role(),
        scopes: Some(scopes),
        way,
    })
}

fn is_noted_again(last: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - last >= USE_NOTED_EVERY
}

/// The refusal of whoever does not show who they are.
fn unauthenticated(detail: impl Into<String>) -> Error {
    Error::new(ProblemType::Unauthenticated, detail).with_header(header::WWW_AUTHENTICATE, "Bearer")
}

/// The token after `Bearer`; `None` without the header.
fn bearer(parts: &Parts) -> Result<Option<&str>> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    token
        .filter(|token| !token.is_empty())
        .map(Some)
        .ok_or_else(|| unauthenticated("The header Authorization must be Bearer and a token."))
}

/// Reads and checks what a request shows. What is shown and wrong is refused: nothing else is tried.
async fn shown(parts: &Parts, state: &AppState) -> Result<(Way, Shown)> {
    let now = state.clock.now();
    let identities = &state.identities;
    if let Some(token) = bearer(parts)? {
        if token.starts_with(keys::PREFIX) {
            let key = ShownKey::read(token).ok_or_else(|| {
                unauthenticated("The API key is mistyped or was not copied completely.")
            })?;
            return Ok((Way::ApiKey, Shown::Key(key)));
        }
        if let Some(token) = token.strip_prefix(short::PREFIX) {
            let membership = identities.short.verify(&state.writer, token, now).await?;
            return Ok((Way::Session, Shown::Membership(membership)));
        }
        let Some(clerk) = &identities.clerk else {
            return Err(unauthenticated(
                "Session tokens are not set up on this server: CLERK_ISSUER is not set.",
            ));
        };
        return Ok((Way::Clerk, Shown::Member(clerk.verify(token, now).await?)));
    }
    if let Some(clerk) = &identities.clerk
        && let Some(token) = session::cookie(parts)?
    {
        return Ok((Way::Clerk, Shown::Member(clerk.verify(token, now).await?)));
    }
    if identities.trusts_headers {
        let claimed = headers::claimed(&parts.headers)?;
        return Ok((Way::Headers, Shown::Member(claimed)));
    }
    Err(unauthenticated(
        "Send Authorization: Bearer with a session token or an API key.",
    ))
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let (way, shown) = shown(parts, state).await?;
        let caller = state.identities.caller(state, way, shown).await?;
        let path = parts
            .extensions
            .get::<MatchedPath>()
            .ok_or_else(|| Error::internal("a handler with a caller has no route"))?;
        caller.require(access(&parts.method, path.as_str()))?;
        Ok(caller)
    }
}
