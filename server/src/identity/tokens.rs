//! Tokens that others signed: their form, signature and times. What they say is read by
//! [`super::session`] and [`super::google`].

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use super::jwks::{KeySet, NoKey};
use super::unauthenticated;
use crate::error::{Error, Result};

/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 5;
/// Longer than any token; headers are not longer either.
const LONGEST: usize = 16 << 10;

/// When a token is good, in seconds since 1970.
#[derive(Debug, Deserialize)]
pub(super) struct Times {
    exp: i64,
    nbf: Option<i64>,
}

impl Times {
    /// Refuses a token before or after its time.
    pub(super) fn check(&self, now: OffsetDateTime) -> Result<()> {
        let now = now.unix_timestamp();
        if self.exp.saturating_add(LEEWAY) <= now {
            return Err(unauthenticated("The token has expired. Sign in again."));
        }
        if self
            .nbf
            .is_some_and(|from| from.saturating_sub(LEEWAY) > now)
        {
            return Err(unauthenticated(
                "The token is not valid yet. Check the clocks.",
            ));
        }
        Ok(())
    }
}

/// The claims of a token that one of these keys signed with RS256.
pub(super) async fn verify<T: DeserializeOwned>(
    token: &str,
    keys: &KeySet,
    now: OffsetDateTime,
) -> Result<T> {
    let refuse = || unauthenticated("The token is not one that this server can check.");
    if token.len() > LONGEST {
        return Err(refuse());
    }
    let head = jsonwebtoken::decode_header(token).map_err(|_| refuse())?;
    // Said by the token, so believed only when it is what is wanted: with another algorithm, a
    // public key could pass for a secret.
    if head.alg != Algorithm::RS256 {
        return Err(unauthenticated("Tokens must be signed with RS256."));
    }
    let id = head.kid.ok_or_else(refuse)?;
    let key = keys.key(&id, now).await.map_err(|none| match none {
        NoKey::Unknown => {
            unauthenticated("The token is signed with a key that its issuer does not have.")
        }
        NoKey::Away => Error::unavailable(
            "The keys that session tokens are checked with can not be fetched now. Try again.",
        ),
    })?;
    claims(token, &key, Algorithm::RS256)
        .ok_or_else(|| unauthenticated("The token's signature is wrong."))
}

/// The claims of a token with a good signature. Nothing else of it is checked.
pub(super) fn claims<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Option<T> {
    let mut validation = Validation::new(algorithm);
    // Times are checked against the clock that is passed in, and the rest where it is read.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, key, &validation)
        .ok()
        .map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn five_seconds_of_difference_are_allowed() {
        let now = datetime!(2026-11-26 12:00 UTC);
        let at = now.unix_timestamp();
        let good = |exp, nbf| {
            Times {
                exp,
                nbf: Some(nbf),
            }
            .check(now)
            .is_ok()
        };
        assert!(good(at - 4, at + 5));
        assert!(!good(at - 5, at));
        assert!(!good(at + 60, at + 6));
        assert!(good(i64::MAX, i64::MIN));
    }
}
