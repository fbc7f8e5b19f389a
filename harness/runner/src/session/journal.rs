//! Where a session's entries are kept.

use super::entry::Entry;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// Why a journal cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// There is a file already.
    #[error("there is a file at {path} already")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// There is no file.
    #[error("there is no session file at {path}")]
    Missing {
        /// Where.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is no session file of titer")]
    NotAJournal {
        /// Where.
        path: PathBuf,
    },
    /// The file was written by another version of the program.
    #[error("{path} is a session file of version {found}, and this program reads version {reads}")]
    Version {
        /// Where.
        path: PathBuf,
        /// The file's version.
        found: u32,
        /// The version that is read.
        reads: u32,
    },
    /// Another program has it open.
    #[error("{path} is in use by another program; close the session there first")]
    InUse {
        /// Where.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// The file cannot be read or written.
    #[error("cannot use the session file {path}")]
    Database {
        /// Where.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The disk or the source of a file failed.
    #[error("cannot keep the session")]
    Io(#[from] std::io::Error),
    /// An entry cannot be written as JSON or read from it.
    #[error("entry {seq} of the session cannot be read")]
    Entry {
        /// Which.
        seq: u64,
        /// Why.
        source: serde_json::Error,
    },
}

/// Keeps entries, and the bytes of files. What [`Journal::append`] has taken is still there after a crash.
pub trait Journal: Send {
    /// Adds an entry, and with it the bytes of the file that it tells of. Committed when it returns.
    fn append(&mut self, entry: &Entry, blob: Option<&mut dyn Read>) -> Result<(), JournalError>;

    /// All entries, in order.
    fn entries(&self) -> Result<Vec<Entry>, JournalError>;

    /// The bytes of a file, by their SHA-256 in lower-case hexadecimal.
    fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError>;
}

/// A journal that is gone when it is dropped.
#[derive(Default)]
pub struct MemoryJournal {
    entries: Vec<Entry>,
    blobs: BTreeMap<String, Vec<u8>>,
}

impl MemoryJournal {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that holds these entries already.
    pub fn of(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            blobs: BTreeMap::new(),
        }
    }
}

impl std::fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemoryJournal({} entries)", self.entries.len())
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, entry: &Entry, blob: Option<&mut dyn Read>) -> Result<(), JournalError> {
        if let (super::What::File { sha256, .. }, Some(from)) = (&entry.what, blob) {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes)?;
            self.blobs.insert(sha256.clone(), bytes);
        }
        self.entries.push(entry.clone());
        Ok(())
    }

    fn entries(&self) -> Result<Vec<Entry>, JournalError> {
        Ok(self.entries.clone())
    }

    fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.blobs.get(sha256).cloned())
    }
}
