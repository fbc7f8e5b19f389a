//! Reading messages from a stream in constant memory: one message, many behind each other, FHS/BHS/BTS/FTS batches and
//! MLLP frames, mixed as they come, with CR, LF or CRLF.
//!
//! A message begins at a line that starts with `MSH` and a separator and ends before the next such line, an envelope
//! line (FHS, BHS, BTS, FTS), the end of its frame or of the stream. Lines that are no segments stay in their message.
//!
//! ```
//! use titer_hl7::read::{Item, Reader};
//! let mut reader = Reader::new(&b"BHS|^~\\&\rMSH|^~\\&|A\rPID|1\rBTS|2\r"[..]);
//! let mut said = Vec::new();
//! while let Some(item) = reader.next_item()? {
//!     match item {
//!         Item::Message(m) => said.push(format!("message at byte {}, line {}", m.offset, m.line)),
//!         Item::Fault(f) => said.push(format!("line {}: {}", f.line, f.kind)),
//!     }
//! }
//! assert_eq!(said, ["message at byte 9, line 2", "line 4: BTS-1 says 2 messages, the batch has 1"]);
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::scan::wide;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;

/// First byte of an MLLP frame.
pub const FRAME_START: u8 = 0x0B;
/// Last byte but one of an MLLP frame; a CR follows.
pub const FRAME_END: u8 = 0x1C;

const BOM: &[u8] = b"\xEF\xBB\xBF";
const CHUNK: usize = 64 * 1024;

/// Puts a message into an MLLP frame.
pub fn frame(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 3);
    out.push(FRAME_START);
    out.extend_from_slice(message);
    out.extend([FRAME_END, b'\r']);
    out
}

/// What a message came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// Nothing, alone or one of many behind each other.
    Bare,
    /// A batch (BHS) or a batch file (FHS).
    Batch,
    /// An MLLP frame.
    Mllp,
}

/// A message in a stream.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its bytes, with the last line end and without blank lines after it.
    pub bytes: &'a [u8],
    /// Where they start in the stream.
    pub offset: u64,
    /// Line of the stream on which they start, counted from 1.
    pub line: u32,
    /// Which message of the stream it is, counted from 1; messages that were too large count.
    pub number: u64,
    /// What it came in.
    pub wrapper: Wrapper,
}

impl std::fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the text may identify a person
        write!(
            f,
            "Entry({} bytes at {}, line {}, {:?})",
            self.bytes.len(),
            self.offset,
            self.line,
            self.wrapper
        )
    }
}

/// What is wrong with the stream, not with a message in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFaultKind {
    /// Lines outside of any message that are neither blank nor an envelope; one fault for each run of such lines.
    #[error("text stands outside of any message")]
    Stray,
    /// A message (or an envelope line) is larger than the limit and is passed over.
    #[error("larger than the limit of {limit} bytes, passed over")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The stream is UTF-16 or UTF-32; nothing in it is read.
    #[error("the text is UTF-16 or UTF-32, which is not read; save it as UTF-8")]
    Utf16,
    /// BTS-1 is not how many messages the batch has.
    #[error("BTS-1 says {said} messages, the batch has {counted}")]
    BatchCount {
        /// What BTS-1 says.
        said: u64,
        /// How many there are.
        counted: u64,
    },
    /// FTS-1 is not how many batches the file has.
    #[error("FTS-1 says {said} batches, the file has {counted}")]
    FileCount {
        /// What FTS-1 says.
        said: u64,
        /// How many there are.
        counted: u64,
    },
    /// BTS-1 or FTS-1 is not a number.
    #[error("the count in {segment}-1 is not a number")]
    CountNotANumber {
        /// `BTS` or `FTS`.
        segment: &'static str,
    },
    /// A BHS is not followed by its BTS. The place is the BHS.
    #[error("the batch that begins here has no BTS")]
    BatchNotEnded,
    /// An FHS is not followed by its FTS. The place is the FHS.
    #[error("the file that begins here has no FTS")]
    FileNotEnded,
    /// A BTS without a BHS before it.
    #[error("a BTS ends no batch")]
    BatchNotBegun,
    /// An FTS without an FHS before it.
    #[error("an FTS ends no file")]
    FileNotBegun,
    /// An MLLP frame without its end bytes. The place is where it starts.
    #[error("the MLLP frame that begins here is not ended by 1C 0D")]
    FrameNotEnded,
    /// 1C at the end of an MLLP frame without the 0D that belongs there.
    #[error("the MLLP frame is ended by 1C without 0D")]
    FrameEndShort,
}

/// One thing wrong with the stream, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFault {
    /// What is wrong.
    pub kind: ReadFaultKind,
    /// Byte offset in the stream.
    pub offset: u64,
    /// Line of the stream, counted from 1.
    pub line: u32,
}

/// What a stream gives, in its order.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A message.
    Message(Entry<'a>),
    /// Something wrong with the stream itself.
    Fault(ReadFault),
}

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
        if let Some(kind) = start(head) {
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
            self.open = Some(Open {
                start: self.at,
                end: self.at,
                line: self.line,
                kind,
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
