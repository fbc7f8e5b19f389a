//! Group commit against one commit for each change, in a file, with eight callers.

use std::sync::Arc;
use titer_hl7::clock::FixedClock;
use titer_registry::record::{Demographics, PersonRecord, Protection};
use titer_registry::store::{Change, Guard, Store};
use titer_registry::writer::GroupWriter;
use titer_registry::{IdMaker, SqliteStore};

const CALLERS: usize = 8;
const EACH: usize = 50;

fn main() {
    divan::main();
}

fn changes() -> Vec<Vec<Change>> {
    let now = "2026-11-22T10:00:00Z"
        .parse::<jiff::Timestamp>()
        .expect("a time")
        .to_zoned(jiff::tz::TimeZone::UTC);
    let ids = IdMaker::new(Arc::new(FixedClock(now)), 1, 1);
    let one = || Change {
        before: None,
        after: PersonRecord {
            id: ids.next(),
            version: 1,
            created: String::new(),
            updated: String::new(),
            demographics: Demographics::default(),
            identifiers: vec![],
            protection: Protection::default(),
            statements: vec![],
            doses: vec![],
            observations: vec![],
        },
        guard: Guard::default(),
        report: None,
    };
    (0..CALLERS)
        .map(|_| (0..EACH).map(|_| one()).collect())
        .collect()
}

fn run(changes: Vec<Vec<Change>>, write: impl Fn(Change) + Sync) {
    std::thread::scope(|scope| {
        for mine in changes {
            let write = &write;
            scope.spawn(move || mine.into_iter().for_each(write));
        }
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn group_commit(bencher: divan::Bencher<'_, '_>) {
    bencher
        .counter(divan::counter::ItemsCount::new(CALLERS * EACH))
        .with_inputs(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let store = SqliteStore::open(&folder.path().join("iis.db")).expect("a database");
            let writer = GroupWriter::start(Arc::new(store)).expect("a thread");
            (folder, writer, changes())
        })
        .bench_values(|(_folder, writer, changes)| {
            run(changes, |c| writer.write(c).expect("a commit"));
        });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn one_commit_each(bencher: divan::Bencher<'_, '_>) {
    bencher
        .counter(divan::counter::ItemsCount::new(CALLERS * EACH))
        .with_inputs(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let store = SqliteStore::open(&folder.path().join("iis.db")).expect("a database");
            (folder, store, changes())
        })
        .bench_values(|(_folder, store, changes)| {
            run(changes, |c| {
                store.apply(&[c]).expect("a commit");
            });
        });
}
