//! Bytes that are kept without loss: as text where they are text, else as base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Recorded bytes. In JSON `{"text": "..."}` when they are UTF-8, else `{"base64": "..."}`.
///
/// `Debug` shows their number only: they may identify a person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RecordedBytes(pub Vec<u8>);

impl RecordedBytes {
    /// As text, with U+FFFD where they are not UTF-8.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl From<Vec<u8>> for RecordedBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for RecordedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Form<'a> {
    Text(Cow<'a, str>),
    Base64(Cow<'a, str>),
}

impl Serialize for RecordedBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Form::Text(Cow::Borrowed(text)),
            Err(_) => Form::Base64(Cow::Owned(STANDARD.encode(&self.0))),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecordedBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Form::deserialize(deserializer)? {
            Form::Text(text) => Ok(Self(text.into_owned().into_bytes())),
            Form::Base64(text) => STANDARD
                .decode(text.as_bytes())
                .map(Self)
                .map_err(D::Error::custom),
        }
    }
}

impl JsonSchema for RecordedBytes {
    fn schema_name() -> Cow<'static, str> {
        "RecordedBytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Bytes: as text where they are UTF-8, else in base64.",
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"text": {"type": "string"}},
                    "required": ["text"],
                    "additionalProperties": false
                },
                {
                    "type": "object",
                    "properties": {"base64": {"type": "string", "contentEncoding": "base64"}},
                    "required": ["base64"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
