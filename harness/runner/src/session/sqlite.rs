//! A journal in one SQLite file.
//!
//! WAL mode with `synchronous=FULL`: a commit outlives a loss of power. The file is locked while it is open, so that two
//! programs never write one session.

use super::entry::{Entry, JOURNAL_VERSION, What};
use super::journal::{Journal, JournalError};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `TTRS`: what makes a SQLite file a session.
const APPLICATION_ID: i32 = 0x5454_5253;
// a part of a file of evidence
const CHUNK: usize = 1 << 20;

const TABLES: &str = "
CREATE TABLE entry (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL) STRICT;
CREATE TABLE file (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL) STRICT;
CREATE TABLE chunk (file INTEGER NOT NULL REFERENCES file, n INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (file, n)) STRICT, WITHOUT ROWID;
";

/// A journal in one SQLite file.
pub struct SqliteJournal {
    connection: Connection,
    path: PathBuf,
}

impl std::fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SqliteJournal({})", self.path.display())
    }
}

fn of_file(path: &Path, source: rusqlite::Error) -> JournalError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => JournalError::NotAJournal { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::InUse { path },
        Some(ErrorCode::DatabaseCorrupt) => JournalError::Damaged {
            path,
            why: "SQLite cannot read it".to_owned(),
        },
        _ => JournalError::Database { path, source },
    }
}

impl SqliteJournal {
    /// Makes a new file; there must be none.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref();
        // claims the name, so that two programs cannot both make it
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|e| match e.kind() {
                std::io::ErrorKind::AlreadyExists => JournalError::Exists {
                    path: path.to_owned(),
                },
                _ => JournalError::Io(e),
            })?;
        let journal = Self::connect(path)?;
        let made = journal
            .connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={JOURNAL_VERSION}; {TABLES} COMMIT;"
            ))
            .map_err(|e| of_file(path, e));
        made.map(|()| journal)
    }

    /// Opens the file of a session.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(JournalError::Missing {
                path: path.to_owned(),
            });
        }
        let journal = Self::connect(path)?;
        let number = |name: &str| -> Result<i64, JournalError> {
            journal
                .connection
                .pragma_query_value(None, name, |row| row.get(0))
                .map_err(|e| of_file(path, e))
        };
        if number("application_id")? != i64::from(APPLICATION_ID) {
            return Err(JournalError::NotAJournal {
                path: path.to_owned(),
            });
        }
        let found = u32::try_from(number("user_version")?).unwrap_or_default();
        if found != JOURNAL_VERSION {
            return Err(JournalError::Version {
                path: path.to_owned(),
                found,
                reads: JOURNAL_VERSION,
            });
        }
        let sound: String = journal
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|e| of_file(path, e))?;
        if sound != "ok" {
            return Err(JournalError::Damaged {
                path: path.to_owned(),
                why: "SQLite's check of its pages failed".to_owned(),
            });
        }
        Ok(journal)
    }

    /// Opens the file of a session, or makes it when it is not there. Tells whether it was made.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<(Self, bool), JournalError> {
        match Self::create(path.as_ref()) {
            Ok(journal) => Ok((journal, true)),
            Err(JournalError::Exists { .. }) => Ok((Self::open(path)?, false)),
            Err(other) => Err(other),
        }
    }

    fn connect(path: &Path) -> Result<Self, JournalError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| of_file(path, e))?;
        let set = || -> rusqlite::Result<()> {
            connection.busy_timeout(Duration::from_millis(500))?;
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            // journal_mode answers with a row
            connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", "ON")?;
            // takes the lock now, and not with the first entry
            connection.execute_batch("BEGIN IMMEDIATE; COMMIT;")
        };
        set().map_err(|e| of_file(path, e))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    fn failed(&self, source: rusqlite::Error) -> JournalError {
        of_file(&self.path, source)
    }
}

// the next part of a stream; shorter than a whole one only at the end
fn part(from: &mut dyn Read, into: &mut Vec<u8>) -> std::io::Result<usize> {
    into.clear();
    from.take(CHUNK as u64).read_to_end(into)
}

impl Journal for SqliteJournal {
    fn append(&mut self, entry: &Entry, blob: Option<&mut dyn Read>) -> Result<(), JournalError> {
        let what = serde_json::to_string(&entry.what).map_err(|source| JournalError::Entry {
            seq: entry.seq,
            source,
        })?;
        let path = self.path.clone();
        let failed = |e| of_file(&path, e);
        let change = self.connection.transaction().map_err(failed)?;
        if let (What::File { sha256, size, .. }, Some(from)) = (&entry.what, blob) {
            let there: Option<i64> = change
                .query_row("SELECT id FROM file WHERE sha256=?", [sha256], |r| r.get(0))
                .optional()
                .map_err(failed)?;
            if there.is_none() {
                change
                    .execute(
                        "INSERT INTO file (sha256, size) VALUES (?, ?)",
                        params![sha256, i64::try_from(*size).unwrap_or(i64::MAX)],
                    )
                    .map_err(failed)?;
                let id = change.last_insert_rowid();
                let mut bytes = Vec::new();
                let mut n = 0i64;
                while part(from, &mut bytes)? > 0 {
                    change
                        .execute(
                            "INSERT INTO chunk (file, n, bytes) VALUES (?, ?, ?)",
                            params![id, n, bytes],
                        )
                        .map_err(failed)?;
                    n += 1;
                }
            }
        }
        change
            .execute(
                "INSERT INTO entry (seq, at, by, what) VALUES (?, ?, ?, ?)",
                params![
                    i64::try_from(entry.seq).unwrap_or(i64::MAX),
                    entry.at.to_string(),
                    entry.by,
                    what
                ],
            )
            .map_err(failed)?;
        change.commit().map_err(failed)
    }

    fn entries(&self) -> Result<Vec<Entry>, JournalError> {
        let mut query = self
            .connection
            .prepare("SELECT seq, at, by, what FROM entry ORDER BY seq")
            .map_err(|e| self.failed(e))?;
        let rows = query
            .query_map([], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                ))
            })
            .map_err(|e| self.failed(e))?;
        let mut entries = Vec::new();
        for row in rows {
            let (seq, at, by, what) = row.map_err(|e| self.failed(e))?;
            let seq = u64::try_from(seq).unwrap_or_default();
            let damaged = |why: &str| JournalError::Damaged {
                path: self.path.clone(),
                why: why.to_owned(),
            };
            if seq != entries.len() as u64 + 1 {
                return Err(damaged("an entry is missing"));
            }
            entries.push(Entry {
                seq,
                at: at
                    .parse()
                    .map_err(|_| damaged("the time of an entry cannot be read"))?,
                by,
                what: serde_json::from_str(&what)
                    .map_err(|source| JournalError::Entry { seq, source })?,
            });
        }
        Ok(entries)
    }

    fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
        let id: Option<i64> = self
            .connection
            .query_row("SELECT id FROM file WHERE sha256=?", [sha256], |r| r.get(0))
            .optional()
            .map_err(|e| self.failed(e))?;
        let Some(id) = id else { return Ok(None) };
        let mut query = self
            .connection
            .prepare("SELECT bytes FROM chunk WHERE file=? ORDER BY n")
            .map_err(|e| self.failed(e))?;
        let rows = query
            .query_map([id], |row| row.get::<_, Vec<u8>>(0))
            .map_err(|e| self.failed(e))?;
        let mut bytes = Vec::new();
        for row in rows {
            bytes.extend(row.map_err(|e| self.failed(e))?);
        }
        Ok(Some(bytes))
    }
}
