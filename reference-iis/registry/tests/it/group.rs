//! Group commit: groups form, one bad change does not spoil the others, and many submitters at once lose nothing.

use crate::people::{clock, dose, probe, registry, report};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use titer_registry::record::{Candidate, PersonRecord, StoredReport};
use titer_registry::report::{Action, OnMany, PersonOutcome};
use titer_registry::store::{Change, Guard, Refusal, Store, StoreError};
use titer_registry::{Asker, Counts, Found, PersonId, Registry, SqliteStore};

/// A store whose first commit waits until it is let go, and which counts commits.
struct Gated {
    inner: SqliteStore,
    applies: AtomicUsize,
    sizes: Mutex<Vec<usize>>,
    open: Mutex<bool>,
    turn: Condvar,
}

impl Gated {
    fn new() -> Self {
        Self {
            inner: SqliteStore::memory().unwrap(),
            applies: AtomicUsize::new(0),
            sizes: Mutex::default(),
            open: Mutex::new(false),
            turn: Condvar::new(),
        }
    }

    fn let_go(&self) {
        *self.open.lock().unwrap() = true;
        self.turn.notify_all();
    }
}

impl Store for Gated {
    fn candidates(&self, keys: &[String], limit: usize) -> Result<Vec<Candidate>, StoreError> {
        self.inner.candidates(keys, limit)
    }
    fn load(&self, person: PersonId) -> Result<Option<PersonRecord>, StoreError> {
        self.inner.load(person)
    }
    fn apply(&self, batch: &[Change]) -> Result<Vec<Result<(), Refusal>>, StoreError> {
        self.applies.fetch_add(1, Ordering::SeqCst);
        self.sizes.lock().unwrap().push(batch.len());
        let mut open = self.open.lock().unwrap();
        while !*open {
            open = self.turn.wait(open).unwrap();
        }
        drop(open);
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
fn changes_that_wait_share_one_commit() {
    const WAITING: usize = 20;
    let store = Arc::new(Gated::new());
    let writer =
        titer_registry::writer::GroupWriter::start(Arc::clone(&store) as Arc<dyn Store>).unwrap();
    let made = registry();
    for n in 0..=WAITING {
        made.report(&report(&n.to_string(), vec![]), OnMany::Add)
            .unwrap();
    }
    let records = made.page(None, 100).unwrap();
    std::thread::scope(|scope| {
        let sent = Arc::new(AtomicUsize::new(0));
        let mut callers = Vec::new();
        for record in &records {
            let (writer, sent) = (&writer, Arc::clone(&sent));
            callers.push(scope.spawn(move || {
                sent.fetch_add(1, Ordering::SeqCst);
                writer.write(Change {
                    before: None,
                    after: record.clone(),
                    guard: Guard::default(),
                    report: None,
                })
            }));
            // the first one holds the gate before the others come
            while store.applies.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
        }
        while sent.load(Ordering::SeqCst) <= WAITING {
            std::thread::yield_now();
        }
        store.let_go();
        for caller in callers {
            caller.join().unwrap().unwrap();
        }
    });
    assert_eq!(store.counts().unwrap().persons, WAITING as u64 + 1);
    let sizes = store.sizes.lock().unwrap();
    assert_eq!(sizes[0], 1);
    assert_eq!(sizes.iter().sum::<usize>(), WAITING + 1);
    // a caller that was just about to hand in may miss the second group, and never more than a few do
    assert!(sizes.len() < 10, "{sizes:?}");
    assert_eq!(writer.commits(), sizes.len() as u64);
}

#[test]
fn one_bad_change_leaves_the_others_of_its_group() {
    let source = registry();
    for n in 0..3 {
        source
            .report(
                &report(
                    &n.to_string(),
                    vec![dose(Action::Add, "a", "08", "20200103", "00")],
                ),
                OnMany::Add,
            )
            .unwrap();
    }
    let records = source.page(None, 10).unwrap();
    let store = SqliteStore::memory().unwrap();
    let change = |record: &PersonRecord| Change {
        before: None,
        after: record.clone(),
        guard: Guard::default(),
        report: None,
    };
    let mut torn = records[1].clone();
    // the second dose of one id breaks the primary key after the person was written
    let mut twice = torn.doses[0].clone();
    twice.content.amount = "1".into();
    torn.observations.clear();
    torn.doses.push(twice.clone());
    let mut bad = change(&torn);
    bad.after.identifiers.clear();
    let report_row = StoredReport {
        id: titer_registry::ReportId::from_bytes([7; 16]),
        person: records[0].id,
        organization: String::new(),
        account: String::new(),
        control_id: String::new(),
        received: String::new(),
        said: titer_registry::record::StatedDemographics::default(),
        raw: vec![],
    };
    bad.report = Some(report_row.clone());
    let mut first = change(&records[0]);
    first.report = Some(report_row);
    let outcome = store.apply(&[first, bad, change(&records[2])]).unwrap();
    assert!(outcome[0].is_ok());
    assert!(matches!(outcome[1], Err(Refusal::Database(_))));
    assert!(outcome[2].is_ok());
    let kept = store.page(None, 10).unwrap();
    assert_eq!(kept.len(), 2);
    assert!(store.load(records[1].id).unwrap().is_none());
    assert_eq!(store.counts().unwrap().doses, 2);
}

#[test]
fn a_change_that_rests_on_old_records_is_a_conflict() {
    let source = registry();
    source.report(&report("1", vec![]), OnMany::Add).unwrap();
    let record = source.page(None, 1).unwrap().remove(0);
    let store = SqliteStore::memory().unwrap();
    let keys = titer_registry::matching::keys(&record.identifiers, &record.demographics);
    let change = |id: u8| {
        let mut after = record.clone();
        after.id = PersonId::from_bytes([id; 16]);
        Change {
            before: None,
            after,
            guard: Guard {
                keys: keys.clone(),
                seen: vec![],
            },
            report: None,
        }
    };
    // both searched and saw nobody: only one may make the person
    let outcome = store.apply(&[change(1), change(2)]).unwrap();
    assert!(outcome[0].is_ok());
    assert!(matches!(outcome[1], Err(Refusal::Conflict)));
    assert_eq!(store.counts().unwrap().persons, 1);
}

#[test]
fn submitters_at_once_make_one_person_and_lose_no_dose() {
    const SUBMITTERS: usize = 8;
    const EACH: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(&folder.path().join("iis.db"), clock(), 1).unwrap();
    std::thread::scope(|scope| {
        for s in 0..SUBMITTERS {
            let registry = &registry;
            scope.spawn(move || {
                for n in 0..EACH {
                    let mut shared = report(
                        "shared",
                        vec![dose(
                            Action::Add,
                            &format!("{s}-{n}"),
                            "08",
                            &format!("2020{:02}{:02}", s + 1, n + 1),
                            "00",
                        )],
                    );
                    shared.control_id = format!("{s}-{n}");
                    let outcome = registry.report(&shared, OnMany::Add).unwrap();
                    assert!(matches!(
                        outcome.person,
                        PersonOutcome::Added(_) | PersonOutcome::Updated(_)
                    ));
                    let own = report(&format!("own-{s}-{n}"), vec![]);
                    registry.report(&own, OnMany::Add).unwrap();
                    // what was acknowledged is there at once
                    let asker = Asker {
                        organization: "CLINIC".into(),
                        sees_protected: false,
                    };
                    let probe = probe(&format!("own-{s}-{n}"));
                    assert!(matches!(
                        registry.search(&probe, &asker).unwrap(),
                        Found::One(_)
                    ));
                }
            });
        }
    });
    let counts = registry.counts().unwrap();
    assert_eq!(counts.persons, (SUBMITTERS * EACH + 1) as u64);
    assert_eq!(counts.doses, (SUBMITTERS * EACH) as u64);
    assert_eq!(counts.reports, (2 * SUBMITTERS * EACH) as u64);
}
