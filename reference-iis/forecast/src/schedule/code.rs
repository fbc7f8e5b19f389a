//! Codes: short ASCII text that is compared as text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::hash::{Hash, Hasher};

/// A code of at most 15 ASCII characters: CVX, MVX, or the number of an observation.
///
/// It is text (`"08"` is not `"8"`), but small enough to be copied and kept in tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Code {
    // zero-filled, so that the order of the bytes is the order of the text
    bytes: [u8; 15],
}

impl Code {
    /// The code, or nothing when the text is empty, too long, or has other characters than visible ASCII.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; 15];
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        Some(Self { bytes })
    }

    /// A CVX code: one digit gets the leading zero that the code table has (`1` is `01`).
    pub fn cvx(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [digit] if digit.is_ascii_digit() => Self::new(&format!("0{text}")),
            _ => Self::new(text),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self
            .bytes
            .iter()
            .position(|b| *b == 0)
            .unwrap_or(self.bytes.len());
        self.bytes
            .get(..end)
            .and_then(|b| std::str::from_utf8(b).ok())
            .unwrap_or_default()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // the length is always the same, and needs no place in the hash
        state.write(&self.bytes);
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code of 1 to 15 visible ASCII characters")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Code, E> {
                Code::new(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_text() {
        assert_eq!(Code::new("08").unwrap().as_str(), "08");
        assert_ne!(Code::new("08"), Code::new("8"));
        assert_eq!(Code::cvx("8"), Code::new("08"));
        assert_eq!(Code::cvx("110").unwrap().to_string(), "110");
        assert!(Code::new("08") < Code::new("10"));
        assert!(Code::new("1") < Code::new("10"));
        for bad in ["", "0 8", "1234567890123456", "é", "\0"] {
            assert_eq!(Code::new(bad), None, "{bad:?}");
        }
        assert_eq!(
            Code::new("123456789012345").unwrap().as_str(),
            "123456789012345"
        );
    }
}
