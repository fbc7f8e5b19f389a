//! Files that are no registry, or not now.

use crate::people::{clock, report};
use rusqlite::Connection;
use std::error::Error;
use std::path::Path;
use titer_registry::report::OnMany;
use titer_registry::{Registry, RegistryError, SqliteStore, StoreError};

fn open(path: &Path) -> StoreError {
    match SqliteStore::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none").join("iis.db");
    let error = open(&path);
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("cannot open the database {}", path.display())
    );
    assert!(error.source().is_some());
}

#[test]
fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iis.db");
    let text = "MSH|^~\\&|".repeat(500);
    std::fs::write(&path, &text).unwrap();
    assert!(matches!(open(&path), StoreError::NotADatabase { .. }));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE moz_places (id INTEGER)")
        .unwrap();
    assert!(matches!(open(&path), StoreError::Foreign { .. }));
    let tables: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_database_of_a_newer_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iis.db");
    drop(SqliteStore::open(&path).unwrap());
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let error = open(&path);
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error:?}"
    );
}

#[test]
fn a_database_that_another_program_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iis.db");
    drop(SqliteStore::open(&path).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = open(&path);
    assert!(matches!(error, StoreError::Locked { .. }), "{error:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(SqliteStore::open(&path).is_ok());
}

#[test]
fn a_damaged_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iis.db");
    {
        let registry = Registry::open(&path, clock(), 1).unwrap();
        for n in 0..50 {
            registry
                .report(&report(&n.to_string(), vec![]), OnMany::Add)
                .unwrap();
        }
    }
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 8192);
    for byte in &mut bytes[4096..] {
        *byte = 0xA5;
    }
    std::fs::write(&path, bytes).unwrap();
    let error = open(&path);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_registry_passes_the_cause_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iis.db");
    std::fs::write(&path, "no database".repeat(400)).unwrap();
    let Err(error) = Registry::open(&path, clock(), 1) else {
        panic!("it was opened")
    };
    assert!(matches!(
        error,
        RegistryError::Store(StoreError::NotADatabase { .. })
    ));
}
