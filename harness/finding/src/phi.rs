//! Text that may identify a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What stands in place of a masked value.
pub const MASK: &str = "‹masked›";

/// Text from a message: it may identify a person, so `Debug` and `Display` never show it.
///
/// Serialization does reveal it: a document of findings is asked for on purpose, and is masked before it is written when
/// that is asked for.
#[derive(
    Clone, PartialEq, Eq, Default, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Phi(String);

impl Phi {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The only way out.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phi({} characters)", self.0.chars().count())
    }
}

impl fmt::Display for Phi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}
