//! Who may do what: the one place that says so. It is asked for every caller and also written into
//! the API's description, so that what is described is what is checked.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

/// What a member may do; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Audits and reads.
    Viewer,
    /// Also writes policies and suppressions.
    Editor,
    /// Also manages billing, keys and rule sets.
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

/// What an API key is for. None includes another.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Audits formulas.
    Audit,
    /// Reads policies, audits, usage and billing.
    Read,
    /// Writes policies and suppressions.
    Policies,
    /// Manages billing, keys and rule sets.
    Admin,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 4] = [Self::Audit, Self::Read, Self::Policies, Self::Admin];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Read => "read",
            Self::Policies => "policies",
            Self::Admin => "admin",
        }
    }

    /// The role that members need for what the scope is for.
    pub(super) const fn role(self) -> Role {
        match self {
            Self::Audit | Self::Read => Role::Viewer,
            Self::Policies => Role::Editor,
            Self::Admin => Role::Admin,
        }
    }
}

/// The scopes of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether this scope is one of them.
    #[must_use]
    pub const fn contain(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// Them, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contain(*scope))
    }

    /// The highest role that one of them stands for.
    #[must_use]
    pub fn role(self) -> Role {
        self.iter().map(Scope::role).max().unwrap_or(Role::Viewer)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(
            scopes
                .into_iter()
                .fold(0, |bits, scope| bits | 1 << scope as u8),
        )
    }
}

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, also without saying who.
    Public,
    /// Anybody who is known.
    Known,
    /// A member with the scope's role, or a key with the scope.
    Scope(Scope),
}

/// What the operation asks. An operation that nobody thought of here asks for the most.
#[must_use]
pub fn access(method: &Method, path: &str) -> Access {
    let reads = *method == Method::GET || *method == Method::HEAD;
    let within = |root: &str| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if ["/api/health", "/api/rules", "/api/session"]
        .iter()
        .any(|root| within(root))
        || ["/api/auth", "/api/webhooks"]
            .iter()
            .any(|root| within(root))
        || !within("/api")
    {
        return Access::Public;
    }
    match path {
        "/api/me" => Access::Known,
        "/api/audit" => Access::Scope(Scope::Audit),
        "/api/policies/preview" => Access::Scope(Scope::Read),
        _ if within("/api/keys") => Access::Scope(Scope::Admin),
        _ if reads => Access::Scope(Scope::Read),
        _ if ["/api/ingest", "/api/policies", "/api/suppressions"]
            .iter()
            .any(|root| within(root)) =>
        {
            Access::Scope(Scope::Policies)
        }
        _ => Access::Scope(Scope::Admin),
    }
}

impl Access {
    /// The least role of a member; `None` when nobody has to say who they are.
    fn role(self) -> Option<Role> {
        match self {
            Self::Public => None,
            Self::Known => Some(Role::Viewer),
            Self::Scope(scope) => Some(scope.role()),
        }
    }
}

/// Writes what each operation asks into the API's description.
pub(crate) fn describe(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            describe_operation(operation, access(&method, path));
        }
    }
}

fn describe_operation(operation: &mut Operation, access: Access) {
    let Some(role) = access.role() else {
        operation.security = Some(Vec::new());
        return;
    };
    let none: [&str; 0] = [];
    let headers = SecurityRequirement::new("organizationHeader", none).add("userHeader", none);
    operation.security = Some(vec![
        SecurityRequirement::new("bearer", none),
        SecurityRequirement::new("cookie", none),
        headers,
    ]);
    let (scope, needs) = match access {
        Access::Scope(scope) => (
            Some(scope.name()),
            format!(
                "Needs the role {} or, with an API key, the scope {}.",
                role.name(),
                scope.name()
            ),
        ),
        _ => (None, "Any member, any API key.".to_owned()),
    };
    let description = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{description}\n\n{needs}").trim().to_owned());
    let mut extensions = Extensions::builder().add("x-role", role.name());
    if let Some(scope) = scope {
        extensions = extensions.add("x-scope", scope);
    }
    operation.extensions = Some(extensions.build());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The ways to say who is calling.
fn schemes() -> [(&'static str, SecurityScheme); 4] {
    let header = |name: &str, what: &str| {
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, what)))
    };
    let only_loopback = "Only with SHEETBRAIN_AUTH=headers, on loopback";
    [
        (
            "bearer",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some(
                        "Clerk's session token, an API key (sb_live_…), or a token of POST /api/session",
                    ))
                    .build(),
            ),
        ),
        (
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                "__session",
                "Clerk's session token; for writes only from the same origin",
            ))),
        ),
        ("organizationHeader", header("x-user-org", only_loopback)),
        ("userHeader", header("x-user-id", only_loopback)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_that_nobody_thought_of_asks_for_an_administrator() {
        let unknown = access(&Method::POST, "/api/something-new");
        assert_eq!(unknown, Access::Scope(Scope::Admin));
    }

    #[test]
    fn a_name_that_begins_like_a_public_one_is_not_public() {
        let similar = access(&Method::GET, "/api/rulesets");
        assert_eq!(similar, Access::Scope(Scope::Read));
    }

    #[test]
    fn the_role_of_scopes_is_the_highest_one() {
        let scopes: Scopes = [Scope::Read, Scope::Policies].into_iter().collect();
        assert_eq!(scopes.role(), Role::Editor);
        assert!(!scopes.contain(Scope::Admin));
    }
}
