//! A registry whose disk fails: the sender is told, and never that its message was taken.

use crate::world::{GIVEN, Reply, clock, config, query};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use titer_registry::record::{Candidate, PersonRecord, StoredReport};
use titer_registry::store::{Change, Refusal};
use titer_registry::{Counts, PersonId, Registry, SqliteStore, Store, StoreError};
use titer_service::{Channel, Iis};

struct Failing {
    inner: SqliteStore,
    writes: Arc<AtomicBool>,
    reads: Arc<AtomicBool>,
}

fn failed<T>() -> Result<T, StoreError> {
    Err(StoreError::Statement {
        what: "write to a full disk",
        source: "no space left on device".into(),
    })
}

impl Store for Failing {
    fn candidates(&self, keys: &[String], limit: usize) -> Result<Vec<Candidate>, StoreError> {
        if self.reads.load(Ordering::SeqCst) {
            return failed();
        }
        self.inner.candidates(keys, limit)
    }
    fn load(&self, person: PersonId) -> Result<Option<PersonRecord>, StoreError> {
        self.inner.load(person)
    }
    fn apply(&self, batch: &[Change]) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        if self.writes.load(Ordering::SeqCst) {
            return failed();
        }
        self.inner.apply(batch)
    }
    fn page(&self, after: Option<PersonId>, limit: usize) -> Result<Vec<PersonRecord>, StoreError> {
        self.inner.page(after, limit)
    }
    fn reports(&self, person: PersonId) -> Result<Vec<StoredReport>, StoreError> {
        self.inner.reports(person)
    }
    fn has_report(&self, person: PersonId, id: &str, raw: &[u8]) -> Result<bool, StoreError> {
        self.inner.has_report(person, id, raw)
    }
    fn counts(&self) -> Result<Counts, StoreError> {
        self.inner.counts()
    }
    fn generation(&self) -> u64 {
        self.inner.generation()
    }
}

#[test]
fn a_failing_disk_is_told_and_forgotten_when_it_is_mended() {
    let (writes, reads) = (
        Arc::new(AtomicBool::new(true)),
        Arc::new(AtomicBool::new(false)),
    );
    let store = Failing {
        inner: SqliteStore::memory().unwrap(),
        writes: Arc::clone(&writes),
        reads: Arc::clone(&reads),
    };
    let registry = Registry::over(Arc::new(store), clock(), 1).unwrap();
    let iis = Iis::new(registry, config(), clock());
    let send = |m: &str| Reply(iis.process(Channel::default(), m.as_bytes()));
    let reply = send(GIVEN);
    assert_eq!(reply.at("MSA-1"), "AR");
    assert_eq!(reply.errors(), ["E  207"]);
    assert!(
        !reply.at("ERR-8").contains("device"),
        "inner words stay inside"
    );
    writes.store(false, Ordering::SeqCst);
    assert_eq!(send(GIVEN).at("MSA-1"), "AA");
    reads.store(true, Ordering::SeqCst);
    let reply = send(&query("Z34"));
    assert_eq!(
        (reply.at("MSH-21.1"), reply.at("MSA-1")),
        ("Z33".into(), "AR".into())
    );
    assert_eq!(reply.at("QAK-2"), "AR");
    reads.store(false, Ordering::SeqCst);
    assert_eq!(send(&query("Z34")).at("MSH-21.1"), "Z32");
}
