//! Escape sequences (HL7 v2.5.1, 2.7): decoded on demand, found by position, and written.

use crate::charset::Charset;
use crate::table::Delimiters;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

/// What an escape sequence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EscapeKind {
    /// `\F\`, the field separator.
    Field,
    /// `\S\`, the component separator.
    Component,
    /// `\T\`, the subcomponent separator.
    Subcomponent,
    /// `\R\`, the repetition separator.
    Repetition,
    /// `\E\`, the escape character.
    Escape,
    /// `\P\`, the truncation character of messages that declare one.
    Truncation,
    /// `\Xhh..\`, bytes in hexadecimal.
    Hex,
    /// `\.br\`, a new line.
    Break,
    /// `\.sp\` or `\.spN\`, the end of the line and N lines down (at least one).
    Space(u16),
    /// `\.in N\`, indent the lines to come by N (may be negative).
    Indent(i16),
    /// `\.ti N\`, indent the next line by N (may be negative).
    TemporaryIndent(i16),
    /// `\.sk N\`, N blanks.
    Skip(u16),
    /// `\.fi\`, wrap words.
    Fill,
    /// `\.nf\`, do not wrap words.
    NoFill,
    /// `\.ce\`, the end of the line and the next one centred.
    Center,
    /// `\H\`, begin highlighting.
    Highlight,
    /// `\N\`, end highlighting.
    Normal,
    /// `\Cxxyy\`, switch to a single-byte character set.
    SingleByteSet,
    /// `\Mxxyyzz\`, switch to a multi-byte character set.
    MultiByteSet,
    /// `\Zdd..\`, agreed between two sides.
    Local,
    /// Closed, but none of the above.
    Unknown,
    /// An escape character that begins no sequence.
    Unclosed,
}

impl EscapeKind {
    /// Whether it should not be there: an unknown sequence or a lone escape character.
    pub fn is_bad(self) -> bool {
        matches!(self, EscapeKind::Unknown | EscapeKind::Unclosed)
    }
}

/// A stretch of a value.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Characters that mean themselves.
    Literal {
        /// The bytes.
        raw: &'a [u8],
        /// Where they are.
        span: Range<u32>,
    },
    /// An escape sequence with its escape characters.
    Escape {
        /// What it means.
        kind: EscapeKind,
        /// The bytes.
        raw: &'a [u8],
        /// Where it is.
        span: Range<u32>,
    },
}

impl std::fmt::Debug for Piece<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the text may identify a person
        match self {
            Piece::Literal { span, .. } => write!(f, "Literal({}..{})", span.start, span.end),
            Piece::Escape { kind, span, .. } => {
                write!(f, "Escape({kind:?}, {}..{})", span.start, span.end)
            }
        }
    }
}

/// Iterator over the pieces of a value: see [`pieces`].
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
    at: u32,
    delimiters: Delimiters,
}

/// Cuts a raw value into literal stretches and escape sequences; `at` is the value's offset in its source, to which
/// the spans add. The pieces, put together, are the value.
pub fn pieces(raw: &[u8], delimiters: Delimiters, at: u32) -> Pieces<'_> {
    Pieces {
        rest: raw,
        at,
        delimiters,
    }
}

impl<'a> Pieces<'a> {
    fn take(&mut self, n: usize) -> (&'a [u8], Range<u32>) {
        let (head, rest) = self.rest.split_at(n.min(self.rest.len()));
        let start = self.at;
        self.at = start.saturating_add(head.len() as u32);
        self.rest = rest;
        (head, start..self.at)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let escape = self.delimiters.escape;
        match memchr::memchr(escape, self.rest) {
            None => {
                let (raw, span) = self.take(self.rest.len());
                Some(Piece::Literal { raw, span })
            }
            Some(0) => {
                let (kind, len) = sequence(self.rest, self.delimiters);
                let (raw, span) = self.take(len);
                Some(Piece::Escape { kind, raw, span })
            }
            Some(n) => {
                let (raw, span) = self.take(n);
                Some(Piece::Literal { raw, span })
            }
        }
    }
}

// What begins here (with the escape character), and how many bytes it is. An unknown sequence whose closing character
// begins a known one is a lone escape character: `\q\T\` reads as `\q` and an ampersand.
fn sequence(from: &[u8], delimiters: Delimiters) -> (EscapeKind, usize) {
    if let Some((kind, len)) = known(from, delimiters) {
        return (kind, len);
    }
    let body = from.get(1..).unwrap_or_default();
    match memchr::memchr(delimiters.escape, body) {
        None => (EscapeKind::Unclosed, 1),
        Some(close) => {
            let closer = body.get(close..).unwrap_or_default();
            if close == 0 || known(closer, delimiters).is_some() {
                (EscapeKind::Unclosed, 1)
            } else {
                (EscapeKind::Unknown, close + 2)
            }
        }
    }
}

fn known(from: &[u8], delimiters: Delimiters) -> Option<(EscapeKind, usize)> {
    let body = from.get(1..)?;
    let close = memchr::memchr(delimiters.escape, body)?;
    let body = body.get(..close)?;
    let (first, rest) = body.split_first()?;
    let kind = match (first, rest) {
        (b'F', []) => EscapeKind::Field,
        (b'S', []) => EscapeKind::Component,
        (b'T', []) => EscapeKind::Subcomponent,
        (b'R', []) => EscapeKind::Repetition,
        (b'E', []) => EscapeKind::Escape,
        (b'P', []) if delimiters.truncation.is_some() => EscapeKind::Truncation,
        (b'H', []) => EscapeKind::Highlight,
        (b'N', []) => EscapeKind::Normal,
        (b'X', hex) if is_hex(hex) && !hex.is_empty() && hex.len() % 2 == 0 => EscapeKind::Hex,
        (b'C', hex) if is_hex(hex) && hex.len() == 4 => EscapeKind::SingleByteSet,
        (b'M', hex) if is_hex(hex) && matches!(hex.len(), 4 | 6) => EscapeKind::MultiByteSet,
        (b'Z', code) if code.iter().all(u8::is_ascii_graphic) => EscapeKind::Local,
        (b'.', code) => formatting(code)?,
        _ => return None,
    };
    Some((kind, close + 2))
}

fn is_hex(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_hexdigit)
}

fn formatting(code: &[u8]) -> Option<EscapeKind> {
    let (name, operand) = code.split_at_checked(2)?;
    let operand = operand.trim_ascii();
    let number = || -> Option<i16> { std::str::from_utf8(operand).ok()?.parse().ok() };
    let count = || -> Option<u16> { std::str::from_utf8(operand).ok()?.parse().ok() };
    Some(match name {
        b"sp" if operand.is_empty() => EscapeKind::Space(1),
        b"sp" => EscapeKind::Space(count()?),
        b"sk" if operand.is_empty() => EscapeKind::Skip(1),
        b"sk" => EscapeKind::Skip(count()?),
        b"in" => EscapeKind::Indent(number()?),
        b"ti" => EscapeKind::TemporaryIndent(number()?),
        b"br" if operand.is_empty() => EscapeKind::Break,
        b"fi" if operand.is_empty() => EscapeKind::Fill,
        b"nf" if operand.is_empty() => EscapeKind::NoFill,
        b"ce" if operand.is_empty() => EscapeKind::Center,
        _ => return None,
    })
}

fn delimiter(kind: EscapeKind, delimiters: Delimiters) -> Option<u8> {
    match kind {
        EscapeKind::Field => Some(delimiters.field),
        EscapeKind::Component => Some(delimiters.component),
        EscapeKind::Subcomponent => Some(delimiters.subcomponent),
        EscapeKind::Repetition => Some(delimiters.repetition),
        EscapeKind::Escape => Some(delimiters.escape),
        EscapeKind::Truncation => delimiters.truncation,
        _ => None,
    }
}

// a formatting code never asks for more lines or blanks than a page has
const PAGE: u16 = 200;

/// Text as a reader should see it: delimiters and hexadecimal bytes decoded, `\.br\`, `\.sp\` and `\.ce\` as line feeds,
/// `\.sk\` as blanks, highlighting and indentation dropped. Switches of the character set, local and unknown sequences
/// and lone escape characters are kept as they stand. Borrows when there is no escape character.
pub fn decode(raw: &[u8], delimiters: Delimiters, charset: Charset) -> Cow<'_, str> {
    replace(raw, delimiters, charset, |kind, raw, out| match kind {
        EscapeKind::Hex => {
            let digits = raw.get(2..raw.len() - 1).unwrap_or_default();
            out.extend(digits.chunks_exact(2).map(|pair| {
                pair.iter().fold(0u8, |n, d| {
                    (n << 4) | (char::from(*d).to_digit(16).unwrap_or(0) as u8)
                })
            }));
        }
        EscapeKind::Break | EscapeKind::Center => out.push(b'\n'),
        EscapeKind::Space(n) => out.extend((0..n.clamp(1, PAGE)).map(|_| b'\n')),
        EscapeKind::Skip(n) => out.extend((0..n.min(PAGE)).map(|_| b' ')),
        EscapeKind::Indent(_)
        | EscapeKind::TemporaryIndent(_)
        | EscapeKind::Fill
        | EscapeKind::NoFill
        | EscapeKind::Highlight
        | EscapeKind::Normal => {}
        _ => out.extend_from_slice(raw),
    })
}

/// Text with only the delimiters' own sequences decoded; everything else is kept as it stands. Borrows when there is no
/// escape character.
pub fn unescape(raw: &[u8], delimiters: Delimiters, charset: Charset) -> Cow<'_, str> {
    replace(raw, delimiters, charset, |_, raw, out| {
        out.extend_from_slice(raw);
    })
}

fn replace(
    raw: &[u8],
    delimiters: Delimiters,
    charset: Charset,
    other: impl Fn(EscapeKind, &[u8], &mut Vec<u8>),
) -> Cow<'_, str> {
    if memchr::memchr(delimiters.escape, raw).is_none() {
        return charset.decode(raw);
    }
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    for piece in pieces(raw, delimiters, 0) {
        match piece {
            Piece::Literal { raw, .. } => out.extend_from_slice(raw),
            Piece::Escape { kind, raw, .. } => match delimiter(kind, delimiters) {
                Some(b) => out.push(b),
                None => other(kind, raw, &mut out),
            },
        }
    }
    Cow::Owned(charset.decode(&out).into_owned())
}

/// Text as it stands in a message: delimiters as their sequences, control characters (line ends above all) as `\Xhh\`.
/// [`decode`] gives the same text back. Borrows when nothing is to be escaped.
pub fn encode(text: &str, delimiters: Delimiters) -> Cow<'_, str> {
    let Some(first) = text.bytes().position(|b| needs_escape(b, delimiters)) else {
        return Cow::Borrowed(text);
    };
    let escape = char::from(delimiters.escape);
    let (clean, rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len() + 8);
    out.push_str(clean);
    for c in rest.chars() {
        let letter = match u8::try_from(c) {
            Ok(b) if b == delimiters.escape => Some('E'),
            Ok(b) if b == delimiters.field => Some('F'),
            Ok(b) if b == delimiters.component => Some('S'),
            Ok(b) if b == delimiters.repetition => Some('R'),
            Ok(b) if b == delimiters.subcomponent => Some('T'),
            Ok(b) if Some(b) == delimiters.truncation => Some('P'),
            _ => None,
        };
        match letter {
            Some(letter) => out.extend([escape, letter, escape]),
            None if c.is_ascii_control() => {
                // a String takes everything
                let _ = write!(out, "{escape}X{:02X}{escape}", u32::from(c));
            }
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn needs_escape(b: u8, d: Delimiters) -> bool {
    b < 0x20
        || b == 0x7F
        || b == d.escape
        || b == d.field
        || b == d.component
        || b == d.repetition
        || b == d.subcomponent
        || Some(b) == d.truncation
}
