//! The public keys of an issuer, fetched and held.
//!
//! A key that is not held is looked for again, at most once a minute and by one request at a time;
//! when the issuer does not answer, what is held stays good for a day.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::Client;
use serde::Deserialize;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use crate::error::chain;

/// After this time the keys are fetched again, so that one that was withdrawn is not trusted long.
const FRESH: time::Duration = time::Duration::hours(1);
/// How long keys are good when they can not be fetched again.
const GOOD: time::Duration = time::Duration::hours(24);
/// How long after a fetch the next one may follow.
const PAUSE: time::Duration = time::Duration::minutes(1);
/// The same while nothing is held, so that nobody can sign in.
const FIRST_PAUSE: time::Duration = time::Duration::seconds(2);
/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer than any set of keys.
const LARGEST: usize = 256 << 10;
/// Characters of a 2048-bit modulus in base64; shorter ones could be factored.
const SHORTEST_MODULUS: usize = 341;

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The issuer has no key of that id.
    Unknown,
    /// The issuer does not answer, and nothing that is held is good any more.
    Away,
}

/// One issuer's keys.
#[derive(Debug)]
pub(super) struct KeySet {
    url: String,
    http: Client,
    held: RwLock<Held>,
    /// Held by the one request that fetches.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<OffsetDateTime>,
    tried_at: Option<OffsetDateTime>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Held")
            .field("fetched_at", &self.fetched_at)
            .finish_non_exhaustive()
    }
}

impl Held {
    fn key(&self, id: &str, now: OffsetDateTime, age: time::Duration) -> Option<DecodingKey> {
        let is_good = self.fetched_at.is_some_and(|at| now - at < age);
        self.keys.get(id).filter(|_| is_good).cloned()
    }

    fn may_fetch(&self, now: OffsetDateTime) -> bool {
        let pause = if self.fetched_at.is_some() {
            PAUSE
        } else {
            FIRST_PAUSE
        };
        self.tried_at.is_none_or(|at| now - at >= pause)
    }
}

/// A set of keys as issuers publish it (RFC 7517), as far as RS256 needs it.
#[derive(Deserialize)]
struct Published {
    keys: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl PublishedKey {
    fn decode(self) -> Option<(String, DecodingKey)> {
        let is_fit = self.kty == "RSA"
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && self.r#use.as_deref().is_none_or(|usage| usage == "sig");
        let modulus = self.n.filter(|n| is_fit && n.len() >= SHORTEST_MODULUS)?;
        let key = DecodingKey::from_rsa_components(&modulus, &self.e?).ok()?;
        Some((self.kid?, key))
    }
}

impl KeySet {
    pub(super) fn new(url: String) -> anyhow::Result<Self> {
        // The provider is the process's, so another key set may have chosen it, and chose the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .timeout(PATIENCE)
            // Keys come from the address that was set, or not at all.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            url,
            http,
            held: RwLock::default(),
            fetching: Mutex::default(),
        })
    }

    /// The key of this id.
    pub(super) async fn key(&self, id: &str, now: OffsetDateTime) -> Result<DecodingKey, NoKey> {
        if let Some(key) = self.read(|held| held.key(id, now, FRESH)) {
            return Ok(key);
        }
        let aged = self.read(|held| held.key(id, now, GOOD));
        let turn = match (self.fetching.try_lock(), aged) {
            (Ok(turn), _) => turn,
            (Err(_), Some(key)) => return Ok(key),
            (Err(_), None) => self.fetching.lock().await,
        };
        // Whoever had the turn before may have fetched it.
        if let Some(key) = self.read(|held| held.key(id, now, FRESH)) {
            return Ok(key);
        }
        if self.read(|held| held.may_fetch(now)) {
            self.fetch(now).await;
        }
        drop(turn);
        self.read(|held| {
            let is_good = held.fetched_at.is_some_and(|at| now - at < GOOD);
            let none = if is_good { NoKey::Unknown } else { NoKey::Away };
            held.key(id, now, GOOD).ok_or(none)
        })
    }

    async fn fetch(&self, now: OffsetDateTime) {
        let fetched = self.download().await;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.tried_at = Some(now);
        match fetched {
            Ok(keys) => {
                held.keys = keys;
                held.fetched_at = Some(now);
            }
            Err(error) => {
                tracing::warn!(url = self.url, error = %chain(error.as_ref()), "the issuer's keys can not be fetched");
            }
        }
    }

    async fn download(&self) -> anyhow::Result<HashMap<String, DecodingKey>> {
        let mut response = self.http.get(&self.url).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            anyhow::ensure!(
                body.len() + chunk.len() <= LARGEST,
                "more than {LARGEST} bytes"
            );
            body.extend_from_slice(&chunk);
        }
        let published: Published = serde_json::from_slice(&body)?;
        let keys: HashMap<_, _> = published
            .keys
            .into_iter()
            .filter_map(PublishedKey::decode)
            .collect();
        anyhow::ensure!(!keys.is_empty(), "there is no RSA key of 2048 bits or more");
        Ok(keys)
    }

    fn read<T>(&self, look: impl FnOnce(&Held) -> T) -> T {
        look(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }
}
