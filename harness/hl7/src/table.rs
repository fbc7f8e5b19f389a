//! The flat table of offsets behind a message, the delimiters, and the faults that filling it finds.

use std::ops::Range;

/// The six characters that give a message its structure, as MSH-1 and MSH-2 declare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields, MSH-1.
    pub field: u8,
    /// Between components, first character of MSH-2.
    pub component: u8,
    /// Between repetitions, second character of MSH-2.
    pub repetition: u8,
    /// Begins and ends an escape sequence, third character of MSH-2.
    pub escape: u8,
    /// Between subcomponents, fourth character of MSH-2.
    pub subcomponent: u8,
    /// Marks cut text, fifth character of MSH-2, when there is one (HL7 v2.7 and later).
    pub truncation: Option<u8>,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            field: b'|',
            component: b'^',
            repetition: b'~',
            escape: b'\\',
            subcomponent: b'&',
            truncation: None,
        }
    }
}

/// What a line of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Three capital letters or digits (the first two letters) followed by the field separator or the line's end.
    Segment,
    /// Nothing, or only blanks.
    Blank,
    /// Anything else.
    Garbage,
}

/// What is wrong with the bytes themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// There is no line that starts with `MSH`.
    NoHeader,
    /// Lines stand before the first `MSH`.
    BeforeHeader,
    /// The MSH line ends before MSH-2 is complete; the usual delimiters are assumed for the missing ones.
    ShortHeader,
    /// One character serves as two delimiters.
    DuplicateDelimiter,
    /// A delimiter is not a printable ASCII character; the usual one is assumed.
    BadDelimiter,
    /// A line is neither a segment nor blank.
    InvalidLine,
    /// A blank line stands between segments.
    BlankLine,
    /// A control character other than a line end or a tab.
    ControlCharacter,
    /// The bytes are not valid in the character set that MSH-18 declares.
    BadCharacter,
    /// MSH-18 names a character set that is not read (UTF-16, UTF-32 or an unknown one).
    UnsupportedCharset,
    /// The source starts with a UTF-8 byte order mark. It is passed over.
    ByteOrderMark,
    /// The bytes are UTF-16 or UTF-32, as their byte order mark or the zero bytes in `MSH` tell. Nothing in them is read.
    Utf16,
    /// The message is larger than the 4 GiB that offsets can name; nothing after that is read.
    TooLarge,
}

/// One thing wrong with the bytes, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Byte span in the source.
    pub span: Range<u32>,
    /// Line, counted from 1.
    pub line: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct LineEntry {
    pub(crate) start: u32,
    pub(crate) end: u32,
    // where the next line starts
    pub(crate) next: u32,
    // index in `Offsets::fields` of the first field
    pub(crate) fields_at: u32,
    pub(crate) fields: u32,
    pub(crate) kind: LineKind,
}

/// The table of offsets behind a [`crate::Message`]; make one and reuse it, it keeps its memory.
#[derive(Debug, Default)]
pub struct Offsets {
    pub(crate) lines: Vec<LineEntry>,
    // start of every field after the segment name, line after line
    pub(crate) fields: Vec<u32>,
    pub(crate) faults: Vec<Fault>,
    // every byte is a character
    pub(crate) plain: bool,
    // characters before each block of `BLOCK` bytes, where bytes are no characters and counting them takes long
    pub(crate) characters: Vec<u32>,
}

/// How many bytes are counted for a column at most.
pub(crate) const BLOCK: usize = 4096;

impl Offsets {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }
}
