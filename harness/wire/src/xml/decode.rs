//! Bytes to characters (RFC 7303): a byte order mark wins, then the charset of the Content-Type, then the XML declaration.

use super::XmlError;
use std::borrow::Cow;

/// A document as characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The characters, without a byte order mark.
    pub text: Cow<'a, str>,
    /// The encoding that was used.
    pub encoding: &'static str,
    /// The encoding that the XML declaration names, when that is another one.
    pub contradicted: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    Utf16,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    fn named(name: &str) -> Option<Self> {
        let folded: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match folded.as_str() {
            "utf8" | "unicode11utf8" => Self::Utf8,
            "usascii" | "ascii" | "ansix341968" | "iso646us" => Self::Ascii,
            "iso88591" | "latin1" | "l1" | "88591" => Self::Latin1,
            "utf16" => Self::Utf16,
            "utf16le" => Self::Utf16Le,
            "utf16be" => Self::Utf16Be,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Ascii => "US-ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Utf16 => "UTF-16",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16 | Self::Utf16Le | Self::Utf16Be)
    }
}

/// Reads bytes as characters. `charset` is the charset parameter of the Content-Type, when there is one.
///
/// UTF-8, US-ASCII, ISO-8859-1 and UTF-16 are read; every other encoding is refused.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Decoded<'a>, XmlError> {
    let (mark, rest) = byte_order_mark(bytes);
    let outer = match charset {
        Some(name) => Some(Encoding::named(name).ok_or_else(|| unsupported(name))?),
        None => None,
    };
    let shape = utf16_shape(rest);
    let first = mark.or(match outer {
        Some(Encoding::Utf16) => Some(shape.unwrap_or(Encoding::Utf16Be)),
        other => other,
    });
    let chosen = match first.or(shape) {
        Some(encoding) => encoding,
        None => match declared(rest) {
            None => Encoding::Utf8,
            Some(name) => {
                let encoding = Encoding::named(&name).ok_or_else(|| unsupported(&name))?;
                if encoding.is_utf16() {
                    return Err(start(format!(
                        "the XML declaration names {}, but the document is not written in it",
                        encoding.name()
                    )));
                }
                encoding
            }
        },
    };
    let text = characters(rest, chosen)?;
    let contradicted = declaration_encoding(&text).filter(|name| {
        Encoding::named(name).is_none_or(|named| !agrees(named, chosen, text.is_ascii()))
    });
    Ok(Decoded {
        text,
        encoding: chosen.name(),
        contradicted,
    })
}

fn agrees(declared: Encoding, used: Encoding, ascii: bool) -> bool {
    declared == used
        || (declared.is_utf16() && used.is_utf16())
        || (ascii && declared == Encoding::Utf8 && used == Encoding::Ascii)
}

fn start(reason: String) -> XmlError {
    XmlError {
        line: 1,
        column: 1,
        reason,
    }
}

fn unsupported(name: &str) -> XmlError {
    let shown: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(40)
        .collect();
    start(format!(
        "the encoding {shown} is not read, only UTF-8, US-ASCII, ISO-8859-1 and UTF-16"
    ))
}

fn byte_order_mark(bytes: &[u8]) -> (Option<Encoding>, &[u8]) {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (Some(Encoding::Utf8), rest),
        [0xFF, 0xFE, rest @ ..] => (Some(Encoding::Utf16Le), rest),
        [0xFE, 0xFF, rest @ ..] => (Some(Encoding::Utf16Be), rest),
        _ => (None, bytes),
    }
}

/// UTF-16 without a mark shows itself by its first character, `<` (XML 1.0, appendix F).
fn utf16_shape(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [b'<', 0, ..] => Some(Encoding::Utf16Le),
        [0, b'<', ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The encoding named in the XML declaration of bytes that hold ASCII as single bytes.
fn declared(bytes: &[u8]) -> Option<String> {
    let head: String = bytes
        .iter()
        .take(256)
        .take_while(|b| **b != b'>')
        .map(|b| char::from(*b))
        .collect();
    declaration_encoding(&head)
}

fn declaration_encoding(text: &str) -> Option<String> {
    let declaration = text.strip_prefix("<?xml")?;
    let declaration = declaration.split('>').next()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let value = rest.get(1..)?.split(quote).next()?;
    Some(value.chars().take(40).collect())
}

fn characters(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, XmlError> {
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|e| {
            let valid = bytes.get(..e.valid_up_to()).unwrap_or_default();
            let valid = String::from_utf8_lossy(valid);
            XmlError::at(&valid, valid.len(), "a byte here is not valid UTF-8")
        }),
        Encoding::Ascii => match bytes.iter().position(|b| !b.is_ascii()) {
            None => Ok(String::from_utf8_lossy(bytes)),
            Some(at) => {
                let valid = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
                Err(XmlError::at(&valid, at, "a byte here is not US-ASCII"))
            }
        },
        Encoding::Latin1 => Ok(Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect())),
        Encoding::Utf16 | Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, XmlError> {
    let mut text = String::with_capacity(bytes.len());
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        _ => 0,
    });
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(c) => text.push(c),
            Err(_) => {
                let at = text.len();
                return Err(XmlError::at(
                    &text,
                    at,
                    "half of a UTF-16 surrogate pair is missing",
                ));
            }
        }
    }
    if odd {
        let at = text.len();
        return Err(XmlError::at(
            &text,
            at,
            "the UTF-16 document ends in half a character",
        ));
    }
    Ok(Cow::Owned(text))
}
