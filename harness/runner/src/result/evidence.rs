//! What a verdict rests on: messages, calls over the wire, files, declarations.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use titer_finding::{Finding, Phi};

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// How the characters of a [`Body`] stand for bytes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// The text's UTF-8 form is the bytes.
    Utf8,
    /// The bytes are not UTF-8: every character's number (0 to 255) is one byte.
    ByteChars,
}

/// Bytes kept as text without loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    /// How to get the bytes back.
    pub encoding: Encoding,
    /// The text; it may identify a person.
    pub text: Phi,
}

impl Body {
    /// Keeps bytes: as text when they are UTF-8, else one character a byte.
    pub fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self {
                encoding: Encoding::Utf8,
                text: Phi::new(text),
            },
            Err(_) => Self {
                encoding: Encoding::ByteChars,
                text: Phi::new(bytes.iter().copied().map(char::from).collect::<String>()),
            },
        }
    }

    /// The bytes again. A hand-made document whose characters go past 255 yields `?` for those.
    pub fn bytes(&self) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 => self.text.reveal().as_bytes().to_vec(),
            Encoding::ByteChars => self
                .text
                .reveal()
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect(),
        }
    }
}

/// Who made a message.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The harness.
    Harness,
    /// The system under test.
    System,
}

/// A message and what was found about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessageEvidence {
    /// Unique in the document: `m1`, `m2`, ...
    pub id: String,
    /// What it is, in a few words ("VXU sent", "RSP received").
    pub title: String,
    /// Who made it.
    pub origin: Origin,
    /// The profile that it was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// The bytes.
    pub body: Body,
    /// Findings, in message order; locations count from the message's first byte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl MessageEvidence {
    /// Keeps a message; profile and findings are set on the fields.
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        origin: Origin,
        bytes: &[u8],
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            origin,
            profile: None,
            sha256: sha256_hex(bytes),
            body: Body::new(bytes),
            findings: Vec::new(),
        }
    }
}

/// Who opened the call.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The harness called the system under test.
    ToSystem,
    /// The system under test called the harness.
    FromSystem,
}

/// One half of a call.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The [`MessageEvidence::id`] of the message it carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The bytes on the wire around it (a SOAP envelope, without credentials).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Body>,
    /// Size on the wire, in bytes.
    #[serde(default)]
    pub size: u64,
}

/// One call over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// Unique in the document: `x1`, `x2`, ...
    pub id: String,
    /// Who opened it.
    pub direction: Direction,
    /// The transport ("CDC SOAP 2011", "HTTP POST").
    pub transport: String,
    /// The operation ("submitSingleMessage").
    pub operation: String,
    /// HTTP status; none when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// When it began, in milliseconds after the run's start.
    pub started_ms: u64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What was asked.
    pub request: Part,
    /// What was answered; none when nothing came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Part>,
    /// What went wrong below the content (refused, timed out, not XML).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A file kept beside the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceFile {
    /// Path relative to the document.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Media type (`image/png`).
    pub media_type: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: String,
}

/// A person's declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attestation {
    /// What is declared.
    pub statement: String,
    /// Who.
    pub name: String,
    /// In which role or for which organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When, as an ISO date.
    pub date: String,
    /// The last day on which it holds; none when it holds until it is withdrawn. An expired one attests nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub expires: Option<Date>,
}

/// One line of the evidence list. Each line's `chain` covers all lines before it, so that none can be exchanged or left
/// out unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceEntry {
    /// The message's id or the file's name.
    pub id: String,
    /// The step it belongs to; empty for a message that belongs to none.
    pub step: String,
    /// What it is.
    pub title: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 over the line before's `chain`, this `step`, `id` and `sha256`, each followed by a line feed; the first
    /// line's predecessor is empty.
    pub chain: String,
}
