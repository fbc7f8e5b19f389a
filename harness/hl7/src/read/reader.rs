//! The reader itself: one buffer, one line looked at at a time.

use super::{Entry, FRAME_END, FRAME_START, Item, ReadFault, ReadFaultKind, Wrapper};
use crate::scan::wide;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;

const BOM: &[u8] = b"\xEF\xBB\xBF";
const CHUNK: usize = 64 * 1024;
/// Bytes of a line in which a message is looked for behind the columns of a table.
const COLUMNS: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Message,
    FileHeader,
    BatchHeader,
    BatchTrailer,
    FileTrailer,
}

// a message or an envelope line that is being read; positions are in the buffer
#[derive(Clone, Copy)]
struct Open {
    start: usize,
    // after the last line that is not blank
    end: usize,
    line: u32,
    kind: Start,
    column: u32,
    quoted: bool,
}

#[derive(Clone, Copy)]
struct Envelope {
    offset: u64,
    line: u32,
    inside: u64,
}

struct Ready {
    range: Range<usize>,
    line: u32,
    wrapper: Wrapper,
    column: u32,
    quoted: bool,
}

/// Reads messages from a stream. Its buffer grows to the largest message, never beyond the limit, and is reused.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact about the stream and they are independent"
)]
pub struct Reader<R> {
    from: R,
    limit: usize,
    buffer: Vec<u8>,
    // how much of the buffer is filled, and the stream's offset of its first byte
    filled: usize,
    base: u64,
    eof: bool,
    done: bool,
    // next byte to look at, its line, whether a line starts there, whether the line so far is blank
    at: usize,
    line: u32,
    line_start: bool,
    blank: bool,
    // where the line that `at` is in starts, in the stream
    line_offset: u64,
    open: Option<Open>,
    ready: Option<Ready>,
    faults: VecDeque<ReadFault>,
    number: u64,
    // lines are dropped without a word: what follows a message that was too large, or stray text already reported
    quiet: bool,
    file: Option<Envelope>,
    batch: Option<Envelope>,
    frame: Option<Envelope>,
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Reader(byte {}, line {})",
            self.base + self.at as u64,
            self.line
        )
    }
}

impl<R: Read> Reader<R> {
    /// The largest message that is read unless [`Reader::with_limit`] says otherwise: 16 MiB.
    pub const LIMIT: usize = 16 * 1024 * 1024;

    /// A reader from the start of a stream.
    pub fn new(from: R) -> Self {
        Self::with_limit(from, Self::LIMIT)
    }

    /// A reader that passes over messages of more than `limit` bytes (blank lines after them counted), with a fault for
    /// each.
    pub fn with_limit(from: R, limit: usize) -> Self {
        Reader {
            from,
            limit: limit.min(u32::MAX as usize - 1),
            buffer: Vec::new(),
            filled: 0,
            base: 0,
            eof: false,
            done: false,
            at: 0,
            line: 1,
            line_start: true,
            blank: true,
            line_offset: 0,
            open: None,
            ready: None,
            faults: VecDeque::new(),
            number: 0,
            quiet: false,
            file: None,
            batch: None,
            frame: None,
        }
    }

    /// The next message or fault; `None` at the end of the stream.
    pub fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        loop {
            if let Some(fault) = self.faults.pop_front() {
                return Ok(Some(Item::Fault(fault)));
            }
            if let Some(ready) = self.ready.take() {
                let entry = Entry {
                    offset: self.base + ready.range.start as u64,
                    bytes: self.buffer.get(ready.range).unwrap_or_default(),
                    line: ready.line,
                    number: self.number,
                    wrapper: ready.wrapper,
                    column: ready.column,
                    quoted: ready.quoted,
                };
                return Ok(Some(Item::Message(entry)));
            }
            if self.done {
                return Ok(None);
            }
            self.step()?;
        }
    }

    // Looks at the start of a line, or goes to the end of one.
    fn step(&mut self) -> io::Result<()> {
        if self.line_start {
            // enough for a mark, a frame's start and a segment's name
            self.want(8)?;
            if self.rest().is_empty() {
                if !self.close() {
                    self.finish();
                }
                return Ok(());
            }
            if !plain(self.rest()) {
                // a table's columns may stand before the message
                self.want(COLUMNS)?;
            }
            if self.begin_line() {
                return Ok(());
            }
            self.line_start = false;
            self.blank = true;
        }
        self.end_line()
    }

    // True when the caller is to come again: something was closed or eaten.
    fn begin_line(&mut self) -> bool {
        let offset = self.base + self.at as u64;
        if offset == 0 && wide(self.rest()).is_some() {
            self.fault(ReadFaultKind::Utf16, 0, 1);
            self.done = true;
            return true;
        }
        let head = self.rest();
        if let Some(after) = head.strip_prefix(BOM)
            && (offset == 0 || start(after).is_some())
        {
            self.close();
            self.at += BOM.len();
            return true;
        }
        if let Some((&FRAME_START, after)) = head.split_first()
            && (self.open.is_none() || start(after.strip_prefix(BOM).unwrap_or(after)).is_some())
        {
            if self.close() {
                return true;
            }
            self.end_frame();
            self.frame = Some(Envelope {
                offset,
                line: self.line,
                inside: 0,
            });
            self.at += 1;
            self.quiet = false;
            return true;
        }
        if self.frame.is_some() && head.first() == Some(&FRAME_END) {
            if self.close() {
                return true;
            }
            self.frame = None;
            self.quiet = false;
            let cr = head_at(self.rest(), 1) == Some(b'\r');
            if !cr {
                self.fault(ReadFaultKind::FrameEndShort, offset, self.line);
            }
            // the CR, with an LF that text tools may have put behind it, ends the line
            self.at += 1;
            return true;
        }
        let found = match start(head) {
            Some(kind) => Some((kind, 0, 1, false)),
            None => columns(head),
        };
        if let Some((kind, before, column, quoted)) = found {
            if self.close() {
                return true;
            }
            if kind == Start::Message {
                self.number += 1;
                if let Some(batch) = &mut self.batch {
                    batch.inside += 1;
                }
            }
            self.quiet = false;
            self.at += before;
            self.open = Some(Open {
                start: self.at,
                end: self.at,
                line: self.line,
                kind,
                column,
                quoted,
            });
        }
        self.line_offset = offset;
        false
    }

    // Goes on to the end of the line, or of what is in the buffer.
    fn end_line(&mut self) -> io::Result<()> {
        let rest = self.rest();
        let found = if self.frame.is_some() {
            memchr::memchr3(b'\r', b'\n', FRAME_END, rest)
        } else {
            memchr::memchr2(b'\r', b'\n', rest)
        };
        let text = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
        let blank = self.blank && text.iter().all(|b| matches!(b, b' ' | b'\t'));
        let length = text.len();
        self.blank = blank;
        self.at += length;
        self.check_size();
        if found.is_none() {
            // to the end of the buffer
            if !self.want(1)? {
                self.line_ended(false);
            }
            return Ok(());
        }
        let end = head_at(self.rest(), 0).unwrap_or_default();
        self.want(2)?;
        let after = head_at(self.rest(), 1);
        if end == FRAME_END {
            if matches!(after, None | Some(b'\r')) {
                self.line_ended(false);
            } else {
                // a control character in the text
                self.at += 1;
                self.blank = false;
            }
            return Ok(());
        }
        self.at += 1 + usize::from(end == b'\r' && after == Some(b'\n'));
        self.line_ended(true);
        Ok(())
    }

    fn line_ended(&mut self, by_line_end: bool) {
        self.check_size();
        let line = self.line;
        if by_line_end {
            self.line = self.line.saturating_add(1);
        }
        self.line_start = true;
        if self.blank {
            return;
        }
        match &mut self.open {
            Some(open) => {
                open.end = self.at;
                if open.kind != Start::Message {
                    let open = *open;
                    self.open = None;
                    self.envelope(open);
                }
            }
            None if !self.quiet => {
                self.quiet = true;
                self.fault(ReadFaultKind::Stray, self.line_offset, line);
            }
            None => {}
        }
    }

    fn check_size(&mut self) {
        if let Some(open) = self.open
            && self.at - open.start > self.limit
        {
            self.open = None;
            self.quiet = true;
            let limit = self.limit;
            let offset = self.base + open.start as u64;
            self.fault(ReadFaultKind::TooLarge { limit }, offset, open.line);
        }
    }

    // Hands the open message out. True when there was one.
    fn close(&mut self) -> bool {
        let Some(open) = self.open.take() else {
            return false;
        };
        let wrapper = if self.frame.is_some() {
            Wrapper::Mllp
        } else if self.batch.is_some() || self.file.is_some() {
            Wrapper::Batch
        } else {
            Wrapper::Bare
        };
        self.ready = Some(Ready {
            range: open.start..open.end,
            line: open.line,
            wrapper,
            column: open.column,
            quoted: open.quoted,
        });
        true
    }

    fn envelope(&mut self, open: Open) {
        let place = Envelope {
            offset: self.base + open.start as u64,
            line: open.line,
            inside: 0,
        };
        let said = self
            .buffer
            .get(open.start..open.end)
            .map_or(Said::Nothing, count);
        match open.kind {
            Start::Message => {}
            Start::FileHeader => {
                self.end_batch();
                self.end_file();
                self.file = Some(place);
            }
            Start::BatchHeader => {
                self.end_batch();
                if let Some(file) = &mut self.file {
                    file.inside += 1;
                }
                self.batch = Some(place);
            }
            Start::BatchTrailer => match (self.batch.take(), said) {
                (None, _) => self.fault(ReadFaultKind::BatchNotBegun, place.offset, place.line),
                (Some(batch), Said::Number(said)) if said != batch.inside => {
                    let counted = batch.inside;
                    let kind = ReadFaultKind::BatchCount { said, counted };
                    self.fault(kind, place.offset, place.line);
                }
                (Some(_), Said::Other) => {
                    let kind = ReadFaultKind::CountNotANumber { segment: "BTS" };
                    self.fault(kind, place.offset, place.line);
                }
                (Some(_), _) => {}
            },
            Start::FileTrailer => {
                self.end_batch();
                match (self.file.take(), said) {
                    (None, _) => self.fault(ReadFaultKind::FileNotBegun, place.offset, place.line),
                    (Some(file), Said::Number(said)) if said != file.inside => {
                        let counted = file.inside;
                        let kind = ReadFaultKind::FileCount { said, counted };
                        self.fault(kind, place.offset, place.line);
                    }
                    (Some(_), Said::Other) => {
                        let kind = ReadFaultKind::CountNotANumber { segment: "FTS" };
                        self.fault(kind, place.offset, place.line);
                    }
                    (Some(_), _) => {}
                }
            }
        }
    }

    fn end_batch(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.fault(ReadFaultKind::BatchNotEnded, batch.offset, batch.line);
        }
    }

    fn end_file(&mut self) {
        if let Some(file) = self.file.take() {
            self.fault(ReadFaultKind::FileNotEnded, file.offset, file.line);
        }
    }

    fn end_frame(&mut self) {
        if let Some(frame) = self.frame.take() {
            self.fault(ReadFaultKind::FrameNotEnded, frame.offset, frame.line);
        }
    }

    fn finish(&mut self) {
        self.done = true;
        self.end_frame();
        self.end_batch();
        self.end_file();
    }

    fn fault(&mut self, kind: ReadFaultKind, offset: u64, line: u32) {
        self.faults.push_back(ReadFault { kind, offset, line });
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.filled).unwrap_or_default()
    }

    // Sees to it that `n` bytes from `at` on are there. False when the stream ends before.
    fn want(&mut self, n: usize) -> io::Result<bool> {
        while self.filled - self.at < n {
            if self.eof {
                return Ok(false);
            }
            self.make_room();
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            match self.from.read(room) {
                Ok(0) => self.eof = true,
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    // Moves what is still needed to the front when the buffer is full, and makes the buffer larger when that is not enough.
    fn make_room(&mut self) {
        if self.filled < self.buffer.len() {
            return;
        }
        let keep = self.open.map_or(self.at, |o| o.start);
        if keep > 0 {
            self.buffer.copy_within(keep..self.filled, 0);
            self.filled -= keep;
            self.at -= keep;
            self.base += keep as u64;
            if let Some(open) = &mut self.open {
                open.start -= keep;
                open.end -= keep;
            }
        }
        // more than half full: twice the size, so that each byte is moved a few times at most
        if self.filled * 2 >= self.buffer.len() {
            let size = (self.buffer.len() * 2).max(CHUNK);
            self.buffer.resize(size, 0);
        }
    }
}

fn head_at(bytes: &[u8], n: usize) -> Option<u8> {
    bytes.get(n).copied()
}

// Whether a line surely has no columns before a message: it is blank, or it begins like a segment.
fn plain(line: &[u8]) -> bool {
    match line {
        [] | [b'\r' | b'\n' | FRAME_START | FRAME_END, ..] => true,
        [a, b, c, d, ..] => {
            a.is_ascii_uppercase()
                && b.is_ascii_uppercase()
                && (c.is_ascii_uppercase() || c.is_ascii_digit())
                && !matches!(d, b',' | b';' | b'\t')
                && !d.is_ascii_alphanumeric()
        }
        _ => false,
    }
}

// A message behind the columns of a table: what it is, bytes before it, its column, and whether it stands in quotation
// marks.
fn columns(line: &[u8]) -> Option<(Start, usize, u32, bool)> {
    if plain(line) {
        return None;
    }
    let line = line.get(..COLUMNS.min(line.len()))?;
    let end = memchr::memchr2(b'\r', b'\n', line).unwrap_or(line.len());
    let line = line.get(..end)?;
    let at = memchr::memmem::find(line, b"MSH|^~\\")?;
    let (before, _) = line.split_at_checked(at)?;
    let quoted = match before.last() {
        Some(b'"') => true,
        Some(b',' | b';' | b'\t') => false,
        _ => return None,
    };
    let column = String::from_utf8_lossy(before).chars().count() as u32 + 1;
    Some((Start::Message, at, column, quoted))
}

// What begins with this line: a name and a separator, or the name alone.
fn start(line: &[u8]) -> Option<Start> {
    let (name, rest) = line.split_at_checked(3)?;
    if rest
        .first()
        .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'\t' | 0x80..))
    {
        return None;
    }
    match name {
        b"MSH" => Some(Start::Message),
        b"FHS" => Some(Start::FileHeader),
        b"BHS" => Some(Start::BatchHeader),
        b"BTS" => Some(Start::BatchTrailer),
        b"FTS" => Some(Start::FileTrailer),
        _ => None,
    }
}

enum Said {
    Nothing,
    Number(u64),
    Other,
}

// field 1 of a trailer
fn count(line: &[u8]) -> Said {
    let Some((separator, rest)) = line.get(3..).and_then(<[u8]>::split_first) else {
        return Said::Nothing;
    };
    let field = rest
        .split(|b| b == separator || matches!(b, b'\r' | b'\n'))
        .next()
        .unwrap_or_default()
        .trim_ascii();
    if field.is_empty() || matches!(separator, b'\r' | b'\n') {
        return Said::Nothing;
    }
    std::str::from_utf8(field)
        .ok()
        .and_then(|f| f.parse().ok())
        .map_or(Said::Other, Said::Number)
}
