//! What is handed in and done by people and drivers.

use super::entry::{Carrier, What, undone};
use super::error::ActError;
use super::journal::JournalError;
use super::session::Session;
use std::io::{Read, Seek as _, Write as _};
use titer_hl7::read::{Item, Reader};

/// What became of a message that was handed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its entry.
    pub message: u64,
    /// The path of the step that it is.
    pub step: Option<String>,
    /// The paths of the steps that it could be, when it is none.
    pub candidates: Vec<String>,
    /// Why it is no step's, or what is to be said of the one it is.
    pub because: Option<String>,
    /// The answer; none when it is a fault.
    pub answer: Option<Vec<u8>>,
    /// The fault.
    pub fault: Option<String>,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taken")
            .field("message", &self.message)
            .field("step", &self.step)
            .field("candidates", &self.candidates)
            .field("because", &self.because)
            .field("answer_bytes", &self.answer.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

// the part of a file that is held in memory while it comes in
const IN_MEMORY: usize = 1 << 20;

impl Session {
    /// Takes in messages from a file or a paste, one after the other, and gives what is answered to each. `by` is who
    /// handed them in.
    pub fn take_in(&self, way: Carrier, bytes: &[u8], by: &str) -> Result<Vec<Taken>, ActError> {
        let mut messages = Vec::new();
        let mut reader = Reader::new(bytes);
        while let Some(item) = reader.next_item().map_err(ActError::Unreadable)? {
            if let Item::Message(entry) = item {
                messages.push(entry.bytes.to_vec());
            }
        }
        if messages.is_empty() {
            return Err(ActError::NothingIn);
        }
        let mut taken = Vec::new();
        for message in messages {
            taken.push(self.inner.hand_in(way, message, by)?);
        }
        Ok(taken)
    }

    /// Something that a tester or a driver does. It is checked first; when it is refused nothing was changed. Gives the
    /// entry's number.
    pub fn act(&self, by: &str, what: What) -> Result<u64, ActError> {
        let mut desk = self.inner.desk();
        self.inner.check(&desk.state, &what)?;
        Ok(self.inner.append(&mut desk, by, what, None)?)
    }

    /// Adds a file of evidence to a step. It is read to its end or to the limit, whichever comes first; one that is larger
    /// than `limit` bytes is refused, and nothing of it is kept.
    pub fn attach(
        &self,
        by: &str,
        step: &str,
        file: &Attachment<'_>,
        from: &mut dyn Read,
        limit: u64,
    ) -> Result<u64, ActError> {
        self.inner.check_step(step)?;
        let mut kept = tempfile::spooled_tempfile(IN_MEMORY);
        let mut hash = Hashing::default();
        let mut part = vec![0u8; 64 * 1024];
        loop {
            let n = from.read(&mut part).map_err(ActError::Unreadable)?;
            let read = part.get(..n).unwrap_or_default();
            if n == 0 {
                break;
            }
            hash.take(read);
            if hash.size > limit {
                return Err(ActError::TooLarge { limit });
            }
            kept.write_all(read).map_err(JournalError::Io)?;
        }
        kept.rewind().map_err(JournalError::Io)?;
        let what = What::File {
            step: step.to_owned(),
            name: file.name.to_owned(),
            title: if file.title.trim().is_empty() {
                file.name.to_owned()
            } else {
                file.title.to_owned()
            },
            media_type: file.media_type.to_owned(),
            size: hash.size,
            sha256: hash.hex(),
        };
        let mut desk = self.inner.desk();
        Ok(self.inner.append(&mut desk, by, what, Some(&mut kept))?)
    }

    /// The bytes of a file of evidence, by its SHA-256.
    pub fn file(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.desk().journal.blob(sha256)
    }

    /// Takes back the last act of a person that is not taken back yet. Messages are never taken back, but what they were
    /// assigned to is. Gives the entry that counts no more; none when there is none left.
    pub fn undo(&self, by: &str) -> Result<Option<u64>, ActError> {
        let mut desk = self.inner.desk();
        let undone = undone(&desk.entries);
        let last = desk
            .entries
            .iter()
            .rev()
            .find(|e| e.by == by && e.what.is_act() && !undone.contains(&e.seq))
            .map(|e| e.seq);
        let Some(seq) = last else { return Ok(None) };
        self.inner.append(&mut desk, by, What::Undo { seq }, None)?;
        Ok(Some(seq))
    }
}

/// What is said of a file of evidence.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'a> {
    /// Its name, without a folder.
    pub name: &'a str,
    /// What it shows; its name when empty.
    pub title: &'a str,
    /// Its media type, `image/png`.
    pub media_type: &'a str,
}

#[derive(Default)]
struct Hashing {
    hash: sha2::Sha256,
    size: u64,
}

impl Hashing {
    fn take(&mut self, bytes: &[u8]) {
        use sha2::Digest as _;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }

    fn hex(&self) -> String {
        use sha2::Digest as _;
        use std::fmt::Write as _;
        self.hash
            .clone()
            .finalize()
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }
}
