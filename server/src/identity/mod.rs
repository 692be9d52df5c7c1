//! Who is calling: one [`Caller`], whatever way it was shown, and what its role allows.

pub mod clerk;
mod headers;

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use moka::future::Cache;
use serde::Serialize;
use uuid::Uuid;

use crate::db;
use crate::error::{Error, Result};
use crate::problem::ProblemType;
use crate::state::AppState;

/// How long an identity is believed without asking the database again.
///
/// Short, because another server may have taken the webhook that changes it. An audit is safe
/// regardless: the transaction that records it checks membership, plan and rule set once more.
const BELIEVED_FOR: Duration = Duration::from_secs(2);

/// What a member may do; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Audits and reads.
    Viewer,
    /// Also writes policies.
    Editor,
    /// Also manages billing.
    Admin,
}

impl Role {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// The role of that name; the least one for a name that is not known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "admin" => Self::Admin,
            "editor" => Self::Editor,
            _ => Self::Viewer,
        }
    }
}

/// A person in an organization, known to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose data it is.
    pub organization_id: Uuid,
    /// Who asks.
    pub user_id: Uuid,
    /// What the membership allows.
    pub role: Role,
}

impl Caller {
    /// Refuses a caller whose role is less than `least`.
    pub fn require(&self, least: Role) -> Result<()> {
        if self.role >= least {
            return Ok(());
        }
        Err(Error::new(
            ProblemType::Forbidden,
            format!(
                "This needs the role {}; yours is {}.",
                least.name(),
                self.role.name()
            ),
        ))
    }
}

/// The ids that a caller shows, as Clerk writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClaimedIdentity {
    pub(crate) clerk_user_id: String,
    pub(crate) clerk_org_id: String,
}

/// Turns claimed ids into callers, and remembers them for a moment.
#[derive(Debug)]
pub struct Identities {
    known: Cache<ClaimedIdentity, Caller>,
}

impl Default for Identities {
    fn default() -> Self {
        Self {
            known: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(BELIEVED_FOR)
                .build(),
        }
    }
}

impl Identities {
    /// Forgets everybody: something about identities has changed.
    pub fn forget(&self) {
        self.known.invalidate_all();
    }

    async fn caller(&self, state: &AppState, claimed: ClaimedIdentity) -> Result<Caller> {
        if let Some(caller) = self.known.get(&claimed).await {
            return Ok(caller);
        }
        let found =
            db::identity::find_member(&state.db, &claimed.clerk_org_id, &claimed.clerk_user_id)
                .await?;
        let ClaimedIdentity {
            clerk_org_id,
            clerk_user_id,
        } = &claimed;
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
        let caller = Caller {
            organization_id: member.organization_id,
            user_id,
            role: Role::named(&role),
        };
        self.known.insert(claimed, caller).await;
        Ok(caller)
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let claimed = headers::claimed(&parts.headers)?;
        state.identities.caller(state, claimed).await
    }
}
