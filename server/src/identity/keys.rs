//! The form of API keys: `sb_live_<id>_<secret>_<checksum>`.
//!
//! The id finds the key, the secret proves it, and the checksum tells a mistyped key from a wrong
//! one without asking the database. Only a digest of the whole is stored: it has 256 random bits,
//! so a slow hash would add nothing.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every key begins with, so that one is known when it is seen in a file.
pub const PREFIX: &str = "sb_live_";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 12;
/// 43 digits of base 62 are more than 256 bits.
const SECRET_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;

/// A key that was just made; nobody will ever see it again.
#[derive(Debug)]
pub struct NewKey {
    /// What names it.
    pub id: String,
    /// All of it.
    pub key: SecretString,
}

/// A key as a caller shows it, whose checksum is right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ShownKey {
    /// What names it.
    pub id: String,
    /// SHA-256 of all of it.
    pub hash: [u8; 32],
}

impl NewKey {
    /// Makes a key of the system's randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let id = random_text(ID_LENGTH)?;
        let secret = random_text(SECRET_LENGTH)?;
        let body = format!("{PREFIX}{id}_{secret}");
        let checksum = checksum(&body);
        Ok(Self {
            id,
            key: format!("{body}_{checksum}").into(),
        })
    }

    /// SHA-256 of the key.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.key.expose_secret()).into()
    }
}

impl ShownKey {
    /// Reads a key; `None` when it is not one, or is mistyped.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (body, sum) = text.rsplit_once('_')?;
        let (id, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
        let fits = is_text(id, ID_LENGTH) && is_text(secret, SECRET_LENGTH);
        (fits && sum == checksum(body)).then(|| Self {
            id: id.to_owned(),
            hash: Sha256::digest(text).into(),
        })
    }

    /// Whether it is the key that this digest was stored of, in the same time whatever differs.
    #[must_use]
    pub fn is(&self, stored: &[u8]) -> bool {
        self.hash.as_slice().ct_eq(stored).into()
    }
}

fn is_text(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Digits of base 62, each as likely as any other.
fn random_text(length: usize) -> Result<String, getrandom::Error> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        // 248 is the largest multiple of 62 in a byte: what is above would favour the first digits.
        let digits = bytes
            .iter()
            .filter(|byte| **byte < 248)
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 62)))
            .map(|digit| char::from(*digit));
        text.extend(digits.take(length - text.len()));
    }
    Ok(text)
}

/// CRC-32 in base 62.
fn checksum(body: &str) -> String {
    let mut left = u64::from(crc32fast::hash(body.as_bytes()));
    let mut digits = [b'0'; CHECKSUM_LENGTH];
    for digit in digits.iter_mut().rev() {
        let place = usize::try_from(left % 62).unwrap_or_default();
        *digit = ALPHABET.get(place).copied().unwrap_or(b'0');
        left /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back() {
        let made = NewKey::generate().unwrap();
        let shown = ShownKey::read(made.key.expose_secret()).unwrap();
        assert_eq!(shown.id, made.id);
        assert!(shown.is(&made.hash()));
        assert!(!shown.is(&[0; 32]));
    }

    #[test]
    fn a_mistyped_key_is_none() {
        let made = NewKey::generate().unwrap();
        let key = made.key.expose_secret();
        for place in PREFIX.len()..key.len() {
            let mut typed = key.as_bytes().to_vec();
            typed[place] = if typed[place] == b'7' { b'8' } else { b'7' };
            let typed = String::from_utf8(typed).unwrap();
            assert_eq!(ShownKey::read(&typed), None, "{place}");
        }
        assert_eq!(ShownKey::read(""), None);
        assert_eq!(ShownKey::read(&format!("{key}_")), None);
    }

    #[test]
    fn every_digit_comes_up() {
        let text = random_text(20_000).unwrap();
        for digit in ALPHABET {
            let count = text.bytes().filter(|byte| byte == digit).count();
            assert!(
                (200..=450).contains(&count),
                "{}: {count}",
                char::from(*digit)
            );
        }
    }
}
