//! Filling the table: lines, delimiters, fields and character set, in one pass each over bytes that are in the cache.

use crate::bytes::positions;
use crate::charset::Charset;
use crate::table::{BLOCK, Delimiters, Fault, FaultKind, LineEntry, LineKind, Offsets};
use std::ops::Range;

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Offsets {
    pub(crate) fn fill(&mut self, source: &[u8]) -> (Delimiters, Charset) {
        self.lines.clear();
        self.fields.clear();
        self.faults.clear();
        self.characters.clear();
        self.plain = false;
        let (source, too_large) = match source.get(..u32::MAX as usize) {
            Some(head) => (head, true),
            None => (source, false),
        };
        if let Some(mark) = wide(source) {
            self.fault(FaultKind::Utf16, 0..mark, 1);
            return (Delimiters::default(), Charset::Latin1);
        }
        let from = if source.starts_with(BOM) {
            self.fault(FaultKind::ByteOrderMark, 0..3, 1);
            3
        } else {
            0
        };
        self.split_lines(source, from);
        let header = self.header(source);
        let delimiters = header.map_or_else(Delimiters::default, |index| {
            self.read_delimiters(source, index)
        });
        self.split_fields(source, delimiters);
        let charset = self.charset(source, header, delimiters);
        if charset == Charset::Utf8 && source.len() > BLOCK && !self.plain {
            let mut before = 0;
            for block in source.chunks(BLOCK) {
                self.characters.push(before);
                before += charset.count(block) as u32;
            }
            self.characters.push(before);
        }
        if too_large {
            let at = source.len() as u32;
            let line = self.lines.len() as u32;
            self.fault(FaultKind::TooLarge, at..at, line);
        }
        if self.faults.len() > 1 {
            self.faults
                .sort_by_key(|f| (f.span.start, f.span.end, f.kind));
        }
        (delimiters, charset)
    }

    fn fault(&mut self, kind: FaultKind, span: Range<u32>, line: u32) {
        self.faults.push(Fault { kind, span, line });
    }

    // The line that declares the delimiters: the first MSH, or, in what is only a batch's envelope, the first FHS or BHS.
    fn header(&mut self, source: &[u8]) -> Option<usize> {
        let named = |names: &[&[u8]]| {
            self.lines.iter().position(|l| {
                let line = bytes(source, l);
                names.iter().any(|n| line.starts_with(n))
            })
        };
        let found = named(&[b"MSH"]);
        let envelope = found.is_none().then(|| named(&[b"FHS", b"BHS"])).flatten();
        match found {
            Some(0) => {}
            Some(index) => {
                let start = self.lines.first().map_or(0, |l| l.start);
                let end = self.lines.get(index - 1).map_or(start, |l| l.end);
                self.fault(FaultKind::BeforeHeader, start..end, 1);
            }
            None => {
                let span = self.lines.first().map_or(0..0, |l| l.start..l.end);
                self.fault(FaultKind::NoHeader, span, 1);
            }
        }
        found.or(envelope)
    }

    fn split_lines(&mut self, source: &[u8], from: usize) {
        let mut start = from;
        for end in memchr::memchr2_iter(b'\r', b'\n', source) {
            if end < start {
                continue; // the LF of a CRLF
            }
            let crlf = source.get(end) == Some(&b'\r') && source.get(end + 1) == Some(&b'\n');
            let next = end + 1 + usize::from(crlf);
            self.push_line(source, start, end, next);
            start = next;
        }
        if start < source.len() {
            self.push_line(source, start, source.len(), source.len());
        }
        while self.lines.last().is_some_and(|l| l.start == l.end) {
            self.lines.pop();
        }
    }

    fn push_line(&mut self, source: &[u8], start: usize, end: usize, next: usize) {
        let blank = source
            .get(start..end)
            .is_none_or(|l| l.iter().all(|b| matches!(b, b' ' | b'\t')));
        self.lines.push(LineEntry {
            start: start as u32,
            end: end as u32,
            next: next as u32,
            fields_at: 0,
            fields: 0,
            kind: if blank {
                LineKind::Blank
            } else {
                LineKind::Garbage
            },
        });
    }

    fn read_delimiters(&mut self, source: &[u8], header: usize) -> Delimiters {
        let Some(line) = self.lines.get(header).copied() else {
            return Delimiters::default();
        };
        let number = header as u32 + 1;
        let bytes = bytes(source, &line);
        let mut found = Delimiters::default();
        let Some(&field) = bytes.get(3) else {
            self.fault(FaultKind::ShortHeader, line.start..line.end, number);
            return found;
        };
        if !usable(field) {
            self.fault(
                FaultKind::BadDelimiter,
                line.start + 3..line.start + 4,
                number,
            );
            return found;
        }
        found.field = field;
        let rest = bytes.get(4..).unwrap_or_default();
        let end = memchr::memchr(field, rest).unwrap_or(rest.len());
        let declared = rest.get(..end).unwrap_or_default();
        let places: [&mut u8; 4] = [
            &mut found.component,
            &mut found.repetition,
            &mut found.escape,
            &mut found.subcomponent,
        ];
        for (at, place) in (line.start + 4..).zip(places) {
            match declared.get((at - line.start - 4) as usize) {
                Some(&b) if usable(b) => *place = b,
                Some(_) => self.fault(FaultKind::BadDelimiter, at..at + 1, number),
                None => {}
            }
        }
        let span = line.start + 3..line.start + 4 + declared.len() as u32;
        if declared.len() < 4 {
            self.fault(FaultKind::ShortHeader, span.clone(), number);
        }
        found.truncation = declared.get(4).copied().filter(|b| usable(*b));
        let all = [
            found.field,
            found.component,
            found.repetition,
            found.escape,
            found.subcomponent,
        ];
        if all
            .iter()
            .enumerate()
            .any(|(i, b)| all.iter().skip(i + 1).any(|c| b == c))
        {
            self.fault(FaultKind::DuplicateDelimiter, span, number);
        }
        found
    }

    fn split_fields(&mut self, source: &[u8], delimiters: Delimiters) {
        let count = self.lines.len();
        for (index, line) in self.lines.iter_mut().enumerate() {
            let bytes = bytes(source, line);
            let number = index as u32 + 1;
            if is_segment_name(bytes, delimiters.field) {
                line.kind = LineKind::Segment;
            } else {
                let kind = match line.kind {
                    LineKind::Blank if index + 1 < count => FaultKind::BlankLine,
                    LineKind::Blank => continue,
                    _ => FaultKind::InvalidLine,
                };
                self.faults.push(Fault {
                    kind,
                    span: line.start..line.end,
                    line: number,
                });
                continue;
            }
            line.fields_at = self.fields.len() as u32;
            if let Some(body) = bytes.get(4..) {
                let start = line.start + 4;
                self.fields.push(start);
                positions(body, delimiters.field, start + 1, &mut self.fields);
            }
            line.fields = self.fields.len() as u32 - line.fields_at;
        }
    }

    fn charset(&mut self, source: &[u8], header: Option<usize>, delimiters: Delimiters) -> Charset {
        let entry = header.and_then(|h| self.lines.get(h).copied());
        let declared = entry.and_then(|line| {
            // MSH-18 is the 17th field after the name
            (line.fields > 16).then_some(())?;
            let at = line.fields_at as usize + 16;
            let start = *self.fields.get(at)?;
            let end = if line.fields > 17 {
                self.fields.get(at + 1)? - 1
            } else {
                line.end
            };
            Some(start..end)
        });
        let name = declared
            .clone()
            .and_then(|s| source.get(s.start as usize..s.end as usize))
            .unwrap_or_default();
        let first = name
            .split(|b| *b == delimiters.repetition || *b == delimiters.component)
            .next()
            .unwrap_or_default();
        let plain = is_plain(source);
        self.plain = plain;
        let guess = || {
            if plain {
                Charset::Ascii
            } else {
                Charset::guess(source)
            }
        };
        let number = header.map_or(1, |h| h as u32 + 1);
        let charset = match Charset::from_msh18(first) {
            Ok(Some(charset)) => charset,
            Ok(None) => guess(),
            Err(()) => {
                self.fault(
                    FaultKind::UnsupportedCharset,
                    declared.unwrap_or(0..0),
                    number,
                );
                guess()
            }
        };
        if plain {
            return charset;
        }
        let text = if source.starts_with(BOM) { 3 } else { 0 };
        let body = source.get(text..).unwrap_or_default();
        if let Some(bad) = charset.first_invalid(body) {
            self.fault_at(FaultKind::BadCharacter, bad + text);
        }
        if let Some(at) = source.iter().position(|b| is_control(*b)) {
            self.fault_at(FaultKind::ControlCharacter, at);
        }
        charset
    }

    // a fault of one byte
    fn fault_at(&mut self, kind: FaultKind, at: usize) {
        let before = self.lines.partition_point(|l| l.next as usize <= at);
        let line = (before + 1).min(self.lines.len().max(1)) as u32;
        self.fault(kind, at as u32..at as u32 + 1, line);
    }
}

fn bytes<'a>(source: &'a [u8], line: &LineEntry) -> &'a [u8] {
    source
        .get(line.start as usize..line.end as usize)
        .unwrap_or_default()
}

fn usable(b: u8) -> bool {
    b.is_ascii_graphic() || b == b' '
}

fn is_control(b: u8) -> bool {
    b < 0x20 && !matches!(b, b'\r' | b'\n' | b'\t')
}

// Whether every byte is ASCII and none is a control character, without a branch per byte.
fn is_plain(source: &[u8]) -> bool {
    source.chunks(256).all(|block| {
        block
            .iter()
            .fold(0u8, |bad, b| bad | (b & 0x80) | u8::from(is_control(*b)))
            == 0
    })
}

/// How long the mark is that shows UTF-16 or UTF-32: a byte order mark, or `MSH` with zero bytes between.
pub(crate) fn wide(source: &[u8]) -> Option<u32> {
    match source {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(2),
        [0, 0, 0xFE, 0xFF, ..]
        | [b'M', 0, b'S' | 0, 0, ..]
        | [0, b'M', 0, b'S', ..]
        | [0, 0, 0, b'M', ..] => Some(4),
        _ => None,
    }
}

fn is_segment_name(line: &[u8], field: u8) -> bool {
    match line {
        [a, b, c, rest @ ..] => {
            a.is_ascii_uppercase()
                && b.is_ascii_uppercase()
                && (c.is_ascii_uppercase() || c.is_ascii_digit())
                && rest.first().is_none_or(|f| *f == field)
        }
        _ => false,
    }
}
