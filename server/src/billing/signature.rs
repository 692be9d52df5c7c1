//! Whether a webhook is Stripe's: `Stripe-Signature: t=…,v1=…` over `t.body`.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;

/// How far the signature's time may be from ours, both ways, in seconds.
const TOLERANCE: u64 = 300;
/// Longer than any header with the signatures of a rotation.
const LONGEST: usize = 4096;

/// Checks the header against the raw body; the error says what is wrong.
pub fn verify(
    secrets: &[SecretString],
    header: &str,
    body: &[u8],
    now: OffsetDateTime,
) -> Result<(), &'static str> {
    if header.len() > LONGEST {
        return Err("The header Stripe-Signature is too long");
    }
    let mut sent_at = None;
    let mut signatures = Vec::new();
    for (name, value) in header.split(',').filter_map(|part| part.split_once('=')) {
        match name.trim() {
            "t" if sent_at.is_some() => return Err("The header Stripe-Signature has two times"),
            "t" => sent_at = Some(value),
            "v1" => signatures.extend(decode(value)),
            _ => {}
        }
    }
    let sent_at = sent_at.ok_or("The header Stripe-Signature has no time")?;
    let seconds: i64 = sent_at
        .parse()
        .map_err(|_| "The time in Stripe-Signature is not a number of seconds")?;
    if now.unix_timestamp().abs_diff(seconds) > TOLERANCE {
        return Err("The message is more than five minutes off our clock");
    }
    let is_signed = secrets.iter().any(|secret| {
        signatures
            .iter()
            .any(|signature| is_signature(secret, sent_at, body, signature))
    });
    is_signed
        .then_some(())
        .ok_or("The signature does not match the body with any of our signing secrets")
}

/// In constant time.
fn is_signature(secret: &SecretString, sent_at: &str, body: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return false;
    };
    mac.update(sent_at.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// The bytes of 64 hexadecimal digits.
fn decode(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.trim();
    if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}
