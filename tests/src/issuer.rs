//! An issuer of session tokens, as Clerk and Google are: it publishes keys and signs with them.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::clerk::now;

/// The path of the keys, the only one that is answered.
const PATH: &str = "/.well-known/jwks.json";

/// A key pair; its name is its `kid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Published from the beginning.
    First,
    /// The one that follows in a rotation.
    Second,
}

impl Key {
    const fn id(self) -> &'static str {
        match self {
            Self::First => "key_first",
            Self::Second => "key_second",
        }
    }

    /// The private key of the tests, as `openssl genrsa -traditional` writes it.
    fn der(self) -> Vec<u8> {
        let pem = match self {
            Self::First => include_str!("keys/first.pem"),
            Self::Second => include_str!("keys/second.pem"),
        };
        let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(lines).unwrap()
    }

    fn public(self) -> Value {
        let key = EncodingKey::from_rsa_der(&self.der());
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
        jwk["kid"] = self.id().into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// The modulus, which everybody knows: what a confused checker would take for a secret.
    #[must_use]
    pub fn modulus(self) -> String {
        self.public()["n"].as_str().unwrap().to_owned()
    }
}

#[derive(Debug)]
struct Published {
    keys: Vec<Key>,
    is_up: bool,
    fetches: usize,
}

/// A running issuer.
#[derive(Debug)]
pub struct Issuer {
    /// `http://127.0.0.1:…`
    pub url: String,
    published: Arc<Mutex<Published>>,
}

impl Issuer {
    /// Starts one that publishes the first key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let published = Arc::new(Mutex::new(Published {
            keys: vec![Key::First],
            is_up: true,
            fetches: 0,
        }));
        let shared = Arc::clone(&published);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { url, published }
    }

    /// Where the keys are.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}{PATH}", self.url)
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[Key]) {
        self.published.lock().unwrap().keys = keys.to_vec();
    }

    /// Answers, or fails, from now on.
    pub fn set_up(&self, is_up: bool) {
        self.published.lock().unwrap().is_up = is_up;
    }

    /// How often the keys were fetched.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.published.lock().unwrap().fetches
    }

    /// Claims that Clerk would make now, in the second version: `changes` replace and, with null,
    /// remove.
    #[must_use]
    pub fn clerk_claims(&self, member: (&str, &str), changes: &Value) -> Value {
        let (organization, user) = member;
        let at = now().unix_timestamp();
        let claims = json!({
            "iss": self.url, "sub": user, "sid": "sess_1", "azp": "https://app.example.com", "v": 2,
            "iat": at, "nbf": at - 10, "exp": at + 60,
            "o": {"id": organization, "rol": "admin", "slg": "acme"},
        });
        changed(claims, changes)
    }

    /// Claims that Google would make now for this address.
    #[must_use]
    pub fn google_claims(subject: &str, email: &str, changes: &Value) -> Value {
        let at = now().unix_timestamp();
        let claims = json!({
            "iss": "https://accounts.google.com", "aud": "addon.apps.googleusercontent.com",
            "azp": "addon.apps.googleusercontent.com", "sub": subject, "email": email,
            "email_verified": true, "iat": at, "exp": at + 3600,
        });
        changed(claims, changes)
    }
}

fn changed(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// A token signed with RS256.
#[must_use]
pub fn sign(key: Key, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(key.id().to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_rsa_der(&key.der())).unwrap()
}

/// A token "signed" with HS256, the public key its secret.
#[must_use]
pub fn sign_with_public_key(key: Key, secret: &[u8], claims: &Value) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.id().to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// A token that says it needs no signature.
#[must_use]
pub fn unsigned(claims: &Value) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "none", "typ": "JWT", "kid": Key::First.id()});
    format!("{}.{}.", part(header), part(claims.clone()))
}

async fn answer(mut stream: TcpStream, published: Arc<Mutex<Published>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let asked = String::from_utf8_lossy(&request).into_owned();
    let (status, body) = {
        let mut published = published.lock().unwrap();
        published.fetches += 1;
        if !published.is_up {
            ("503 Service Unavailable", String::new())
        } else if asked.starts_with(&format!("GET {PATH} HTTP/1.1\r\n")) {
            let keys: Vec<_> = published.keys.iter().map(|key| key.public()).collect();
            ("200 OK", json!({"keys": keys}).to_string())
        } else {
            ("404 Not Found", String::new())
        }
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}
