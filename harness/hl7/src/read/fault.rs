//! What can be wrong with a stream of messages.

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
