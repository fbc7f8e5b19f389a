//! A signature beside a document: a small JSON file.

use super::Fault;
use super::key::{PublicKey, SigningKey, hex, unhex};
use jiff::Timestamp;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use titer_runner::result::sha256_hex;

/// The version of the signature's format, in its field `format`.
pub const SIGNATURE_FORMAT: &str = "titer-signature/1";

/// Why a text is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// Not JSON, or not of this shape.
    #[error("not a signature")]
    Json(#[from] serde_json::Error),
    /// A signature of another version.
    #[error("the signature says `{found}`, and this program reads `{SIGNATURE_FORMAT}`")]
    Format {
        /// What it says.
        found: String,
    },
    /// The signer's name has a line end or another control character.
    #[error("the signer's name holds a control character")]
    Signer,
}

/// Who vouches for the bytes of a document.
///
/// What is signed is the text `titer-signature/1`, the document's SHA-256 (hexadecimal), the signer's name and the time, each
/// followed by a line feed; so neither the name nor the time can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// [`SIGNATURE_FORMAT`].
    pub format: String,
    /// `Ed25519`.
    pub algorithm: String,
    /// The document's file name: for people, and not signed.
    pub document: String,
    /// SHA-256 of the document's bytes.
    pub sha256: String,
    /// Who signs.
    pub signer: String,
    /// When.
    pub signed: Timestamp,
    /// The public key, in hexadecimal.
    pub public_key: String,
    /// The signature, in hexadecimal.
    pub signature: String,
}

impl Signature {
    /// Signs the bytes of a document.
    pub fn new(
        document: impl Into<String>,
        bytes: &[u8],
        signer: &str,
        signed: Timestamp,
        key: &SigningKey,
    ) -> Result<Self, SignatureError> {
        if signer.chars().any(char::is_control) {
            return Err(SignatureError::Signer);
        }
        let mut signature = Self {
            format: SIGNATURE_FORMAT.to_owned(),
            algorithm: "Ed25519".to_owned(),
            document: document.into(),
            sha256: sha256_hex(bytes),
            signer: signer.to_owned(),
            signed,
            public_key: key.public().to_hex(),
            signature: String::new(),
        };
        signature.signature = hex(&key.sign(signature.payload().as_bytes()));
        Ok(signature)
    }

    /// Reads a signature of this version.
    pub fn from_json(text: &str) -> Result<Self, SignatureError> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        if let Some(found) = value.get("format").and_then(serde_json::Value::as_str)
            && found != SIGNATURE_FORMAT
        {
            return Err(SignatureError::Format {
                found: found.to_owned(),
            });
        }
        Ok(serde_json::from_value(value)?)
    }

    /// The signature as JSON, with a line feed at the end.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    fn payload(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}\n",
            self.format, self.sha256, self.signer, self.signed
        )
    }

    /// What is wrong with it as a signature of these bytes, and by this key when one is given. Empty when it holds.
    pub fn check(&self, bytes: &[u8], by: Option<PublicKey>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut wrong = |what: String| faults.push(Fault::new("the signature", what));
        let found = sha256_hex(bytes);
        if found != self.sha256 {
            wrong(format!(
                "it is for a document with the SHA-256 {}, and this one has {found}: the document was changed after it was signed, or is another one",
                crate::words::visible(&self.sha256)
            ));
        }
        if self.algorithm != "Ed25519" {
            wrong("its algorithm is not Ed25519".to_owned());
        }
        let Some(key) = PublicKey::from_hex(&self.public_key) else {
            wrong("its public key is not 64 hexadecimal digits".to_owned());
            return faults;
        };
        if let Some(by) = by
            && by != key
        {
            wrong(format!(
                "it was made by the key {}, and the key given is {}",
                key.to_hex(),
                by.to_hex()
            ));
        }
        let holds = unhex(&self.signature).is_some_and(|signature| {
            UnparsedPublicKey::new(&ED25519, key.0)
                .verify(self.payload().as_bytes(), &signature)
                .is_ok()
        });
        if !holds {
            wrong(
                "it does not hold: the hash, the name, the time or the signature itself was changed, or another key made it"
                    .to_owned(),
            );
        }
        faults
    }
}
