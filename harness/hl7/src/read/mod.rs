//! Reading messages from a stream in constant memory: one message, many behind each other, FHS/BHS/BTS/FTS batches and
//! MLLP frames, mixed as they come, with CR, LF or CRLF.
//!
//! A message begins at a line that starts with `MSH` and a separator and ends before the next such line, an envelope
//! line (FHS, BHS, BTS, FTS), the end of its frame or of the stream. Lines that are no segments stay in their message.
//! A message may also begin inside a line, behind the columns of a table (`77,2026-03-12,"MSH|^~\\&|...`).
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

mod fault;
mod reader;

pub use fault::{ReadFault, ReadFaultKind};
pub use reader::Reader;

/// First byte of an MLLP frame.
pub const FRAME_START: u8 = 0x0B;
/// Last byte but one of an MLLP frame; a CR follows.
pub const FRAME_END: u8 = 0x1C;

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
    /// Column of the stream's line at which they start, counted from 1 in characters: more than 1 in a table that has
    /// other columns before the message.
    pub column: u32,
    /// They stand in quotation marks, as tables (CSV) write text: `""` means one, and the message ends at a single one,
    /// which, with what follows it on its line, is part of `bytes`.
    pub quoted: bool,
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

/// What a stream gives, in its order.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// A message.
    Message(Entry<'a>),
    /// Something wrong with the stream itself.
    Fault(ReadFault),
}
