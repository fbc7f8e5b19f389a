//! The narrow door to a database: find candidates, load a record, apply a batch of changes, page through for export.

use crate::ids::PersonId;
use crate::record::{Candidate, PersonRecord, StoredReport};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// One person's record before and after; the whole of it happens or none.
#[derive(Clone)]
pub struct Change {
    /// The record as it was read; `None` when the person is new.
    pub before: Option<PersonRecord>,
    /// The record as it shall be.
    pub after: PersonRecord,
    /// What must still be so when the change is applied.
    pub guard: Guard,
    /// The message that brought it.
    pub report: Option<StoredReport>,
}

crate::value::opaque!(Change, Guard);

/// The answer of the search on which a change rests: it must be the same when the change is applied.
#[derive(Clone, Default)]
pub struct Guard {
    /// The keys that were searched.
    pub keys: Vec<String>,
    /// Who was found, with the version then, in the order of ids.
    pub seen: Vec<(PersonId, u64)>,
}

/// Why one change of a batch was not applied; the rest of the batch was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// Somebody changed what the change rests on: read again and try again.
    #[error("the records that this change rests on have changed")]
    Conflict,
    /// The database refused it.
    #[error("the database refused the change")]
    Database(#[source] Arc<StoreError>),
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Persons.
    pub persons: u64,
    /// Doses that are believed.
    pub doses: u64,
    /// Messages stored.
    pub reports: u64,
}

/// A database of persons.
///
/// Readers see only what was committed. [`Store::apply`] is called by one thread at a time.
pub trait Store: Send + Sync + 'static {
    /// Persons that have one of these keys, by id; of each key the first `limit`.
    fn candidates(&self, keys: &[String], limit: usize) -> Result<Vec<Candidate>, StoreError>;

    /// One person's record.
    fn load(&self, person: PersonId) -> Result<Option<PersonRecord>, StoreError>;

    /// Applies changes in one transaction, each so that a refused one leaves the others alone. When this returns `Ok`, what
    /// was applied is durable; on `Err` nothing of it is.
    fn apply(&self, batch: &[Change]) -> Result<Vec<Result<(), Refusal>>, StoreError>;

    /// Records after `after` in the order of ids, at most `limit`.
    fn page(&self, after: Option<PersonId>, limit: usize) -> Result<Vec<PersonRecord>, StoreError>;

    /// The messages stored about a person, oldest first.
    fn reports(&self, person: PersonId) -> Result<Vec<StoredReport>, StoreError>;

    /// Whether just these bytes with this control id are stored about the person already.
    fn has_report(
        &self,
        person: PersonId,
        control_id: &str,
        raw: &[u8],
    ) -> Result<bool, StoreError>;

    /// How much there is.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// Counts the times this database was opened for writing, this time included.
    fn generation(&self) -> u64;
}

/// What is wrong with a database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is no database.
    #[error("the file {} is not a database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program.
    #[error("the database {} does not belong to Titer, and nothing was written into it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was made by a newer program.
    #[error("the database {} has schema {found}, and this program knows schemas up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that is known.
        known: i64,
    },
    /// Another program holds the file.
    #[error("the database {} is in use by another program", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("the database {} is damaged: {detail}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A statement failed.
    #[error("cannot {what} in the database")]
    Statement {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What was read is not what this program writes.
    #[error("a row of table {table} cannot be read")]
    Row {
        /// The table.
        table: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl fmt::Debug for dyn Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}
