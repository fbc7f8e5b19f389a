//! Character sets of MSH-18: ASCII, ISO 8859-1 and UTF-8. UTF-16 and UTF-32 are refused: they are not bytes with delimiters.

use std::borrow::Cow;

/// The character set a message is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// `ASCII`; a byte above 127 is a fault and read as ISO 8859-1.
    Ascii,
    /// `8859/1`.
    Latin1,
    /// `UNICODE UTF-8`.
    Utf8,
}

impl Charset {
    /// Reads the first repetition of MSH-18. `Ok(None)` when it is empty, `Err` when the set is not one we read.
    #[expect(
        clippy::result_unit_err,
        reason = "the fault that names the place is made by the caller"
    )]
    pub fn from_msh18(raw: &[u8]) -> Result<Option<Charset>, ()> {
        let name: Vec<u8> = raw
            .iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_uppercase)
            .collect();
        match name.as_slice() {
            b"" => Ok(None),
            b"ASCII" | b"USASCII" => Ok(Some(Charset::Ascii)),
            b"88591" | b"ISO88591" | b"LATIN1" => Ok(Some(Charset::Latin1)),
            b"UNICODEUTF8" | b"UTF8" | b"UNICODE" => Ok(Some(Charset::Utf8)),
            _ => Err(()),
        }
    }

    /// What bytes without a declared set are: UTF-8 when they are valid UTF-8, else ISO 8859-1.
    pub fn guess(source: &[u8]) -> Charset {
        if source.is_ascii() {
            Charset::Ascii
        } else if std::str::from_utf8(source).is_ok() {
            Charset::Utf8
        } else {
            Charset::Latin1
        }
    }

    /// Offset of the first byte that is not valid in this set.
    pub fn first_invalid(self, source: &[u8]) -> Option<usize> {
        match self {
            Charset::Ascii => source.iter().position(|b| !b.is_ascii()),
            Charset::Latin1 => None,
            Charset::Utf8 => std::str::from_utf8(source).err().map(|e| e.valid_up_to()),
        }
    }

    /// Bytes as characters; what is not valid becomes U+FFFD (UTF-8) or its ISO 8859-1 reading (ASCII).
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Charset::Utf8 => String::from_utf8_lossy(bytes),
            Charset::Ascii | Charset::Latin1 => encoding_rs::mem::decode_latin1(bytes),
        }
    }

    /// How many characters these bytes are; in UTF-8 their first bytes are counted, so that a byte that only continues a
    /// character counts for none wherever it stands.
    pub fn count(self, bytes: &[u8]) -> usize {
        match self {
            Charset::Utf8 => bytes.iter().filter(|b| **b & 0xC0 != 0x80).count(),
            _ => bytes.len(),
        }
    }
}

/// A character that a character set cannot write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the character at byte {at} cannot be written in this character set")]
pub struct Unwritable {
    /// Byte offset in the text.
    pub at: usize,
}

impl Charset {
    /// Characters as bytes of this set.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, Unwritable> {
        let most = match self {
            Charset::Utf8 => return Ok(Cow::Borrowed(text.as_bytes())),
            _ if text.is_ascii() => return Ok(Cow::Borrowed(text.as_bytes())),
            Charset::Ascii => 0x7F,
            Charset::Latin1 => 0xFF,
        };
        text.char_indices()
            .map(|(at, c)| {
                u8::try_from(c)
                    .ok()
                    .filter(|b| *b <= most)
                    .ok_or(Unwritable { at })
            })
            .collect::<Result<Vec<u8>, _>>()
            .map(Cow::Owned)
    }
}
