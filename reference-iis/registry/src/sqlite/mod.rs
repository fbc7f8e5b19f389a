//! The registry in one SQLite file (or in memory).
//!
//! The file is in WAL mode with `synchronous=FULL`: in WAL mode that is what makes a commit outlive a loss of power (`NORMAL`
//! would let the last commits go), and group commit spreads its cost over the group. One connection writes; readers have
//! connections of their own and never wait for it. In memory there is one connection for both.

mod read;
mod schema;
mod write;

use crate::ids::PersonId;
use crate::record::{Candidate, PersonRecord, StoredReport};
use crate::store::{Change, Counts, Refusal, Store, StoreError};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use schema::{APPLICATION_ID, SCHEMA_VERSION, TABLES};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

// how long a statement waits for another process before the file counts as locked
const BUSY: Duration = Duration::from_secs(2);
// files up to this size are checked page by page when they are opened
const CHECKED_SIZE: u64 = 64 << 20;
// readers kept open for the next caller
const IDLE_READERS: usize = 16;

/// A SQLite database of persons.
pub struct SqliteStore {
    writer: Mutex<Connection>,
    readers: Readers,
    generation: u64,
}

enum Readers {
    // the writer's connection serves readers too
    Shared,
    Pool {
        path: PathBuf,
        idle: Mutex<Vec<Connection>>,
    },
}

impl SqliteStore {
    /// An empty registry that is gone when it is dropped.
    pub fn memory() -> Result<Self, StoreError> {
        let connection =
            Connection::open_in_memory().map_err(statement("open a database in memory"))?;
        Self::prepare(connection, None)
    }

    /// Opens a file, or makes it when it is not there or empty.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let open = |source: rusqlite::Error| of_file(path, source);
        let connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(open)?;
        connection.busy_timeout(BUSY).map_err(open)?;
        Self::prepare(connection, Some(path))
    }

    fn prepare(mut connection: Connection, path: Option<&Path>) -> Result<Self, StoreError> {
        let name = path.unwrap_or(Path::new(":memory:"));
        let fail = |source: rusqlite::Error| of_file(name, source);
        let pragma = |c: &Connection, what: &str| {
            c.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0))
        };
        let application = pragma(&connection, "application_id").map_err(fail)?;
        let version = pragma(&connection, "user_version").map_err(fail)?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(fail)?;
        let fresh = application == 0 && tables == 0 && version == 0;
        if !fresh && application != APPLICATION_ID {
            return Err(StoreError::Foreign { path: name.into() });
        }
        if version > SCHEMA_VERSION {
            return Err(StoreError::Newer {
                path: name.into(),
                found: version,
                known: SCHEMA_VERSION,
            });
        }
        if !fresh && std::fs::metadata(name).is_ok_and(|m| m.len() <= CHECKED_SIZE) {
            let verdict: String = connection
                .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
                .map_err(fail)?;
            if verdict != "ok" {
                return Err(StoreError::Corrupt {
                    path: name.into(),
                    detail: verdict,
                });
            }
        }
        if path.is_some() {
            connection
                .query_row("PRAGMA journal_mode=WAL", [], |row| row.get::<_, String>(0))
                .map_err(fail)?;
            connection
                .execute_batch("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=2000;")
                .map_err(fail)?;
        }
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(fail)?;
        if fresh {
            transaction.execute_batch(TABLES).map_err(fail)?;
            transaction
                .execute_batch(&format!(
                    "PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={SCHEMA_VERSION};"
                ))
                .map_err(fail)?;
        }
        transaction
            .execute(
                "INSERT INTO registry (name, value) VALUES ('generation', 1)
                 ON CONFLICT (name) DO UPDATE SET value = value + 1",
                [],
            )
            .map_err(fail)?;
        let generation: i64 = transaction
            .query_row(
                "SELECT value FROM registry WHERE name = 'generation'",
                [],
                |row| row.get(0),
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)?;
        Ok(Self {
            writer: Mutex::new(connection),
            readers: match path {
                None => Readers::Shared,
                Some(path) => Readers::Pool {
                    path: path.to_owned(),
                    idle: Mutex::default(),
                },
            },
            generation: u64::try_from(generation).unwrap_or(0),
        })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // runs `query` in one read transaction, so that all it reads is of one moment
    fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Readers::Pool { path, idle } = &self.readers else {
            return in_transaction(&self.writer(), query);
        };
        let lock = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => reader(path)?,
        };
        let answer = in_transaction(&connection, query);
        if answer.is_ok() {
            let mut idle = lock();
            if idle.len() < IDLE_READERS {
                idle.push(connection);
            }
        }
        answer
    }
}

fn in_transaction<T>(
    connection: &Connection,
    query: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection
        .unchecked_transaction()
        .map_err(statement("begin to read"))?;
    query(&transaction)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let fail = |source| of_file(path, source);
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    connection
        .execute_batch("PRAGMA query_only=ON")
        .map_err(fail)?;
    Ok(connection)
}

// what an error of the driver means for whoever opened the file
fn of_file(path: &Path, source: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Corrupt {
            path,
            detail: source.to_string(),
        },
        _ => StoreError::Open {
            path,
            source: Box::new(source),
        },
    }
}

fn statement(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Statement {
        what,
        source: Box::new(source),
    }
}

impl Store for SqliteStore {
    fn candidates(&self, keys: &[String], limit: usize) -> Result<Vec<Candidate>, StoreError> {
        self.read(|c| read::candidates(c, keys, limit))
    }

    fn load(&self, person: PersonId) -> Result<Option<PersonRecord>, StoreError> {
        self.read(|c| read::load(c, person))
    }

    fn apply(&self, batch: &[Change]) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        let mut connection = self.writer();
        let mut transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(statement("begin a transaction"))?;
        let mut outcome = Vec::with_capacity(batch.len());
        for change in batch {
            let savepoint = transaction
                .savepoint()
                .map_err(statement("set a savepoint"))?;
            // dropping a savepoint that was not committed rolls back to it
            let result = write::apply(&savepoint, change);
            if result.is_ok() {
                savepoint
                    .commit()
                    .map_err(statement("release a savepoint"))?;
            }
            outcome.push(result);
        }
        transaction.commit().map_err(statement("commit"))?;
        Ok(outcome)
    }

    fn page(&self, after: Option<PersonId>, limit: usize) -> Result<Vec<PersonRecord>, StoreError> {
        self.read(|c| read::page(c, after, limit))
    }

    fn reports(&self, person: PersonId) -> Result<Vec<StoredReport>, StoreError> {
        self.read(|c| read::reports(c, person))
    }

    fn has_report(
        &self,
        person: PersonId,
        control_id: &str,
        raw: &[u8],
    ) -> Result<bool, StoreError> {
        self.read(|c| read::has_report(c, person, control_id, raw))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.read(read::counts)
    }

    fn generation(&self) -> u64 {
        self.generation
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::Database(Arc::new(error))
    }
}
