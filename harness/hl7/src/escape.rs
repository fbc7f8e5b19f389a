//! Escape sequences, decoded on demand.

use crate::charset::Charset;
use crate::view::Delimiters;
use std::borrow::Cow;

/// Decodes `\F\ \S\ \T\ \R\ \E\ \P\`; other sequences are kept as they stand. Borrows when there is no escape character.
pub fn decode(raw: &[u8], delimiters: Delimiters, charset: Charset) -> Cow<'_, str> {
    if memchr::memchr(delimiters.escape, raw).is_none() {
        return charset.decode(raw);
    }
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(delimiters.escape, rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let body = from.get(1..).unwrap_or_default();
        let close = memchr::memchr(delimiters.escape, body);
        let plain = match (close, body.first()) {
            (Some(1), Some(b'F')) => Some(delimiters.field),
            (Some(1), Some(b'S')) => Some(delimiters.component),
            (Some(1), Some(b'T')) => Some(delimiters.subcomponent),
            (Some(1), Some(b'R')) => Some(delimiters.repetition),
            (Some(1), Some(b'E')) => Some(delimiters.escape),
            (Some(1), Some(b'P')) => delimiters.truncation,
            _ => None,
        };
        match plain {
            Some(b) => {
                out.push(b);
                rest = body.get(2..).unwrap_or_default();
            }
            None => {
                out.push(delimiters.escape);
                rest = body;
            }
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(charset.decode(&out).into_owned())
}
