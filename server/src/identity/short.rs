//! Our own tokens: fifteen minutes for one person in one organization. They say who, never what is
//! allowed: membership and role are read anew.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{tokens, unauthenticated};
use crate::db;
use crate::db::WriterPool;
use crate::error::{Error, Result};

/// What every token begins with, so that it is never taken for somebody else's.
pub(super) const PREFIX: &str = "sb_session_";

/// How long a token is good.
const LIFE: Duration = Duration::minutes(15);

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    org: Uuid,
    exp: i64,
}

/// A person in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    /// The organization.
    pub organization_id: Uuid,
    /// The person.
    pub user_id: Uuid,
}

/// Makes and checks our tokens, with a secret that all servers of the database share.
#[derive(Debug, Default)]
pub struct ShortTokens {
    secret: OnceCell<SecretSlice<u8>>,
}

impl ShortTokens {
    /// A token for a membership, and when it ends.
    pub async fn issue(
        &self,
        db: &WriterPool,
        membership: Membership,
        now: OffsetDateTime,
    ) -> Result<(String, OffsetDateTime)> {
        let ends = now + LIFE;
        let claims = Claims {
            sub: membership.user_id,
            org: membership.organization_id,
            exp: ends.unix_timestamp(),
        };
        let key = EncodingKey::from_secret(self.secret(db).await?.expose_secret());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
            .map_err(Error::internal)?;
        Ok((format!("{PREFIX}{token}"), ends))
    }

    /// Whom a token, its prefix left out, was made for.
    pub(super) async fn verify(
        &self,
        db: &WriterPool,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<Membership> {
        let key = DecodingKey::from_secret(self.secret(db).await?.expose_secret());
        let claims: Claims = tokens::claims(token, &key, Algorithm::HS256)
            .ok_or_else(|| unauthenticated("The session token is not one of this server's."))?;
        if claims.exp <= now.unix_timestamp() {
            return Err(unauthenticated(
                "The session token has expired. Get another one with POST /api/session.",
            ));
        }
        Ok(Membership {
            organization_id: claims.org,
            user_id: claims.sub,
        })
    }

    async fn secret(&self, db: &WriterPool) -> Result<&SecretSlice<u8>> {
        self.secret
            .get_or_try_init(async || {
                let mut fresh = [0; 32];
                getrandom::fill(&mut fresh).map_err(Error::internal)?;
                let mut transaction = db.begin().await?;
                let secret =
                    db::identity::signing_secret(&mut transaction, "session", &fresh).await?;
                transaction.commit().await?;
                Ok(secret.into())
            })
            .await
    }
}
