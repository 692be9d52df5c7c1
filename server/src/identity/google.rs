//! Google's identity tokens, which the add-on shows once to get a token of ours.

use serde::Deserialize;
use time::OffsetDateTime;

use super::jwks::KeySet;
use super::tokens::{self, Times};
use super::unauthenticated;
use crate::config::GoogleSettings;
use crate::error::{Error, Result};
use crate::problem::ProblemType;

/// Google writes its name in two ways; people are kept under the first.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    #[serde(flatten)]
    times: Times,
    email: Option<String>,
    #[serde(default)]
    email_verified: bool,
}

/// A person whom Google vouches for.
#[derive(Debug)]
pub struct GooglePerson {
    /// Google's name.
    pub issuer: &'static str,
    /// What Google never changes of a person.
    pub subject: String,
    /// An address that Google has verified.
    pub email: String,
}

/// Checks Google's tokens that were made for our clients.
#[derive(Debug)]
pub struct GoogleIdentities {
    clients: Vec<String>,
    keys: KeySet,
}

impl GoogleIdentities {
    /// A checker for these clients; the keys are fetched when the first token comes.
    pub fn new(settings: GoogleSettings) -> anyhow::Result<Self> {
        Ok(Self {
            clients: settings.clients,
            keys: KeySet::new(settings.jwks_url)?,
        })
    }

    /// Whom a token speaks of.
    pub async fn verify(&self, token: &str, now: OffsetDateTime) -> Result<GooglePerson> {
        let claims: Claims = tokens::verify(token, &self.keys, now).await?;
        if !ISSUERS.contains(&claims.iss.as_str()) {
            return Err(unauthenticated("The token is not one of Google's."));
        }
        if !self.clients.contains(&claims.aud) {
            return Err(unauthenticated(
                "The token was made for another program: its aud is not in GOOGLE_CLIENT_IDS.",
            ));
        }
        claims.times.check(now)?;
        let email = claims
            .email
            .filter(|email| claims.email_verified && !email.is_empty())
            .ok_or_else(|| {
                Error::new(
                    ProblemType::UnknownUser,
                    "Google has not verified an e-mail address of this person, so nobody here can be recognised by it.",
                )
            })?;
        Ok(GooglePerson {
            issuer: ISSUERS[0],
            subject: claims.sub,
            email,
        })
    }
}
