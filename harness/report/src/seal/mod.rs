//! Whether a result document is what a run wrote: its hashes, its chain, its verdicts, the files beside it, and a signature.
//!
//! [`check`] recomputes what the document says about itself, [`check_file`] looks at a file beside it, and a [`Signature`]
//! says who vouches for the bytes. Hashes and chain find what was changed by mistake or by hand; whoever recomputes all of
//! them as well is found by the signature alone.
//! Not here: reading and writing files, and the source of randomness.

mod check;
mod key;
mod signature;

pub use check::{check, check_file, remarks};
pub use key::{KeyError, PublicKey, SigningKey};
pub use signature::{SIGNATURE_FORMAT, Signature, SignatureError};

/// Something that is not as the document, its files or its signature say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `step p/c/s`, `message m3 of step p/c/s`, `the signature`.
    pub place: String,
    /// What is wrong, in one sentence without text from messages.
    pub what: String,
}

impl Fault {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}
