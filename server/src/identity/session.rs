//! Clerk's session tokens: of a person, in the organization that is active in the session.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use serde::Deserialize;

use super::jwks::KeySet;
use super::tokens::{self, Times};
use super::{ClaimedIdentity, unauthenticated};
use crate::config::ClerkSettings;
use crate::error::{Error, Result};
use crate::problem::ProblemType;
use time::OffsetDateTime;

/// Where Clerk's scripts keep the token for pages of the same site.
const COOKIE: &str = "__session";

/// What Clerk says in a token, in both versions of its claims.
#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    #[serde(flatten)]
    times: Times,
    /// The origin that the token was made for.
    azp: Option<String>,
    /// `pending`: something is still asked of the person, such as a second factor.
    sts: Option<String>,
    /// The active organization, in the first version.
    org_id: Option<String>,
    /// The same, in the second.
    o: Option<ActiveOrganization>,
}

#[derive(Debug, Deserialize)]
struct ActiveOrganization {
    id: String,
}

/// Checks tokens of one issuer.
#[derive(Debug)]
pub struct ClerkSessions {
    issuer: String,
    parties: Vec<String>,
    keys: KeySet,
}

impl ClerkSessions {
    /// A checker for this issuer; its keys are fetched when the first token comes.
    pub fn new(settings: ClerkSettings) -> anyhow::Result<Self> {
        Ok(Self {
            issuer: settings.issuer,
            parties: settings.parties,
            keys: KeySet::new(settings.jwks_url)?,
        })
    }

    /// Who a token says is calling.
    pub(super) async fn verify(&self, token: &str, now: OffsetDateTime) -> Result<ClaimedIdentity> {
        let claims: Claims = tokens::verify(token, &self.keys, now).await?;
        if claims.iss.trim_end_matches('/') != self.issuer {
            return Err(unauthenticated("The token is of another issuer."));
        }
        claims.times.check(now)?;
        let is_allowed = |party: &String| self.parties.is_empty() || self.parties.contains(party);
        if claims.azp.as_ref().is_some_and(|party| !is_allowed(party)) {
            return Err(unauthenticated(
                "The token was made for a site that is not in CLERK_AUTHORIZED_PARTIES.",
            ));
        }
        if claims.sts.as_deref() == Some("pending") {
            return Err(unauthenticated(
                "The session is pending: Clerk still asks something of the person.",
            ));
        }
        let organization = match (claims.o.map(|o| o.id), claims.org_id) {
            (Some(new), Some(old)) if new != old => {
                return Err(unauthenticated("The token names two organizations."));
            }
            (new, old) => new.or(old),
        };
        let clerk_org_id = organization.filter(|id| !id.is_empty()).ok_or_else(|| {
            Error::new(
                ProblemType::UnknownOrganization,
                "No organization is active in the session. Choose one in Clerk's organization switcher.",
            )
        })?;
        Ok(ClaimedIdentity {
            clerk_user_id: claims.sub,
            clerk_org_id,
        })
    }
}

/// The token in the cookie. A browser sends cookies along whoever makes it send the request, so for
/// a write the request must come from a page of this server.
pub(super) fn cookie(parts: &Parts) -> Result<Option<&str>> {
    let token = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value);
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    if token.is_some() && !reads && !is_same_origin(&parts.headers) {
        return Err(Error::new(
            ProblemType::Forbidden,
            "With the session's cookie, only pages of this server may write. Send the token in the header Authorization instead.",
        ));
    }
    Ok(token)
}

/// Whether a page of this server made the request, as far as the browser tells. One that tells
/// nothing is none.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST);
    let origin = text(header::ORIGIN);
    let from_host = || {
        let authority = origin?.split_once("://")?.1;
        Some(authority.eq_ignore_ascii_case(host?))
    };
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin") => origin.is_none() || from_host() == Some(true),
        Some(_) => false,
        None => from_host() == Some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same_origin(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, header::HeaderValue::from_static(value))
            })
            .collect();
        is_same_origin(&headers)
    }

    #[test]
    fn only_what_the_browser_calls_the_same_origin_is_it() {
        let host = ("host", "app.example.com");
        assert!(same_origin(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(same_origin(&[host, ("origin", "https://app.example.com")]));
        for other in [
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.example.com"),
            ("origin", "null"),
            ("origin", "https://app.example.com.evil.example"),
        ] {
            assert!(!same_origin(&[host, other]), "{other:?}");
        }
        assert!(!same_origin(&[host]));
    }
}
