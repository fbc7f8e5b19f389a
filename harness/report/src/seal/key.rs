//! Ed25519 keys as PEM files that other programs read: PKCS #8 (RFC 8410) and SubjectPublicKeyInfo.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fmt;

/// What stands before the 32 bytes of a private key in PKCS #8, version 1.
const PRIVATE: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// What stands before the 32 bytes of a public key.
const PUBLIC: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why a text is no key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM block of this kind.
    #[error("there is no `-----BEGIN {0}-----` in it")]
    NoBlock(&'static str),
    /// What is between the lines is not base64.
    #[error("its base64 is broken")]
    Base64,
    /// Another kind of key.
    #[error("it is no Ed25519 key")]
    Kind,
}

/// A private key. It is never shown.
pub struct SigningKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("public", &self.public())
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// The key of a seed: 32 random bytes.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Kind)?;
        Ok(Self { seed, pair })
    }

    /// Reads a PEM file with a private key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = block(text, "PRIVATE KEY")?;
        // whatever the version and whatever stands beside it, the key follows the name of the algorithm
        let name = &PRIVATE[7..];
        let seed = der
            .windows(name.len())
            .position(|w| w == name)
            .and_then(|at| der.get(at + name.len()..at + name.len() + 32))
            .and_then(|s| s.try_into().ok())
            .ok_or(KeyError::Kind)?;
        Self::from_seed(seed)
    }

    /// The private key as a PEM file.
    pub fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &[&PRIVATE[..], &self.seed].concat())
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey(bytes)
    }

    pub(super) fn sign(&self, payload: &[u8]) -> Vec<u8> {
        self.pair.sign(payload).as_ref().to_vec()
    }
}

/// A public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub(super) [u8; 32]);

impl PublicKey {
    /// Reads a PEM file with a public key, or the key as 64 hexadecimal digits.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        if let Some(key) = Self::from_hex(text.trim()) {
            return Ok(key);
        }
        let der = block(text, "PUBLIC KEY")?;
        der.strip_prefix(&PUBLIC)
            .and_then(|k| k.try_into().ok())
            .map(PublicKey)
            .ok_or(KeyError::Kind)
    }

    /// The key from 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(PublicKey)
    }

    /// The key as 64 hexadecimal digits: what people compare.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }

    /// The key as a PEM file.
    pub fn to_pem(self) -> String {
        pem("PUBLIC KEY", &[&PUBLIC[..], &self.0].concat())
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

fn pem(kind: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
        STANDARD.encode(der)
    )
}

fn block(text: &str, kind: &'static str) -> Result<Vec<u8>, KeyError> {
    let begin = format!("-----BEGIN {kind}-----");
    let end = format!("-----END {kind}-----");
    let inside = text
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .map(|(inside, _)| inside)
        .ok_or(KeyError::NoBlock(kind))?;
    let packed: String = inside.chars().filter(|c| !c.is_whitespace()).collect();
    STANDARD.decode(packed).map_err(|_| KeyError::Base64)
}
