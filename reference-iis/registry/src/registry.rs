//! The registry: takes reports, answers searches.

use crate::consolidate;
use crate::ids::{DoseId, IdMaker, PersonId, ReportId};
use crate::matching::{self, Match, Probe};
use crate::record::{
    Candidate, Demographics, PersonObservation, PersonRecord, Protection, StoredReport,
};
use crate::report::{DoseOutcome, OnMany, Outcome, PersonOutcome, Report};
use crate::sqlite::SqliteStore;
use crate::store::{Change, Counts, Guard, Refusal, Store, StoreError};
use crate::value::{Authority, Identifier, Stated};
use crate::writer::{GroupWriter, WriteError};
use std::path::Path;
use std::sync::Arc;
use titer_hl7::clock::SharedClock;

/// The most persons that a search looks at for each of its keys.
pub const CANDIDATES: usize = 1000;

// every round of a conflict lets at least one change through, so this many callers at one record do no harm
const ROUNDS: usize = 1024;

/// Why a report or a search failed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The change was not written.
    #[error("cannot write the change")]
    Write(#[from] WriteError),
    /// The thread that writes cannot be started.
    #[error("cannot start the writer")]
    Start(#[source] std::io::Error),
    /// Others changed the same record again and again.
    #[error("the record is changed by too many at once")]
    Contention,
}

/// What a search found.
#[derive(Clone)]
pub enum Found {
    /// Exactly one person is meant.
    One(Box<PersonRecord>),
    /// These might be meant, likelier ones first.
    Possible(Vec<Candidate>),
    /// Nobody.
    None,
}

crate::value::opaque!(Found);

/// Who asks, and what is shown.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// The organization that asks.
    pub organization: String,
    /// Show records that others protected too.
    pub sees_protected: bool,
}

/// A registry over a store.
pub struct Registry {
    store: Arc<dyn Store>,
    writer: GroupWriter,
    ids: IdMaker,
    clock: SharedClock,
    issues: Option<Authority>,
}

impl Registry {
    /// A registry in memory.
    pub fn memory(clock: SharedClock, seed: u64) -> Result<Self, RegistryError> {
        Self::over(Arc::new(SqliteStore::memory()?), clock, seed)
    }

    /// A registry in a SQLite file, which is made when it is not there.
    pub fn open(path: &Path, clock: SharedClock, seed: u64) -> Result<Self, RegistryError> {
        Self::over(Arc::new(SqliteStore::open(path)?), clock, seed)
    }

    /// A registry over any store.
    pub fn over(
        store: Arc<dyn Store>,
        clock: SharedClock,
        seed: u64,
    ) -> Result<Self, RegistryError> {
        let writer = GroupWriter::start(Arc::clone(&store)).map_err(RegistryError::Start)?;
        let ids = IdMaker::new(Arc::clone(&clock), seed, store.generation());
        Ok(Self {
            store,
            writer,
            ids,
            clock,
            issues: None,
        })
    }

    /// Gives every new person an identifier of the registry's own (type `SR`) under this authority.
    pub fn issuing(mut self, namespace: &str) -> Self {
        self.issues = Some(Authority {
            namespace: namespace.to_owned(),
            ..Authority::default()
        });
        self
    }

    /// Ids from the registry's clock and seed.
    pub fn ids(&self) -> &IdMaker {
        &self.ids
    }

    /// How many transactions were committed so far.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    /// How much there is.
    pub fn counts(&self) -> Result<Counts, RegistryError> {
        Ok(self.store.counts()?)
    }

    /// One person's record.
    pub fn load(&self, person: PersonId) -> Result<Option<PersonRecord>, RegistryError> {
        Ok(self.store.load(person)?)
    }

    /// The messages stored about a person, oldest first.
    pub fn reports(&self, person: PersonId) -> Result<Vec<StoredReport>, RegistryError> {
        Ok(self.store.reports(person)?)
    }

    /// Records after `after` in the order of ids, at most `limit`.
    pub fn page(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonRecord>, RegistryError> {
        Ok(self.store.page(after, limit)?)
    }

    /// Looks for a person. Records that are protected from the asker are as if they were not there.
    pub fn search(&self, probe: &Probe, asker: &Asker) -> Result<Found, RegistryError> {
        let keys = matching::keys(&probe.identifiers, &probe.demographics);
        let mut candidates = self.store.candidates(&keys, CANDIDATES)?;
        candidates
            .retain(|c| asker.sees_protected || !c.protection.hides_from(&asker.organization));
        match matching::judge(probe, &candidates) {
            Match::One(id) => Ok(match self.store.load(id)? {
                Some(record)
                    if asker.sees_protected
                        || !record.protection.hides_from(&asker.organization) =>
                {
                    Found::One(Box::new(record))
                }
                _ => Found::None,
            }),
            Match::Possible { persons, .. } => Ok(Found::Possible(
                persons
                    .into_iter()
                    .filter_map(|id| {
                        let at = candidates.iter().position(|c| c.id == id)?;
                        Some(candidates.swap_remove(at))
                    })
                    .collect(),
            )),
            Match::None => Ok(Found::None),
        }
    }

    /// Takes a report. When this returns, what was stored is durable.
    pub fn report(&self, report: &Report, on_many: OnMany) -> Result<Outcome, RegistryError> {
        let mut demographics = Demographics::default();
        report.said.over(&mut demographics);
        let probe = Probe {
            identifiers: report.identifiers.clone(),
            demographics,
        };
        for _ in 0..ROUNDS {
            match self.try_report(report, on_many, &probe) {
                Err(RegistryError::Write(WriteError::Refused(Refusal::Conflict))) => {}
                other => return other,
            }
        }
        Err(RegistryError::Contention)
    }

    fn try_report(
        &self,
        report: &Report,
        on_many: OnMany,
        probe: &Probe,
    ) -> Result<Outcome, RegistryError> {
        let keys = matching::keys(&probe.identifiers, &probe.demographics);
        let candidates = self.store.candidates(&keys, CANDIDATES)?;
        let nothing = |person| {
            Ok(Outcome {
                person,
                doses: Vec::new(),
            })
        };
        let before = match matching::judge(probe, &candidates) {
            Match::One(id) => {
                let Some(record) = self.store.load(id)? else {
                    return Err(conflict());
                };
                Some(record)
            }
            Match::Possible { persons, certain } => {
                if certain && on_many == OnMany::Reject {
                    return nothing(PersonOutcome::Ambiguous(persons.len()));
                }
                None
            }
            Match::None => None,
        };
        let organization = &report.submitter.organization;
        if before
            .as_ref()
            .is_some_and(|b| b.protection.hides_from(organization))
        {
            return nothing(PersonOutcome::Protected);
        }
        let mut after = before.clone().unwrap_or_else(|| self.blank());
        let report_id = self.ids.next();
        let doses = self.merge(&mut after, report, report_id);
        let same = before.as_ref() == Some(&after);
        if same
            && self
                .store
                .has_report(after.id, &report.control_id, &report.raw)?
        {
            return Ok(Outcome {
                person: PersonOutcome::Unchanged(after.id),
                doses,
            });
        }
        let now = self.clock.now().timestamp().to_string();
        after.version += 1;
        after.updated.clone_from(&now);
        if after.created.is_empty() {
            after.created.clone_from(&now);
        }
        let id = after.id;
        let person = match (&before, same) {
            (None, _) => PersonOutcome::Added(id),
            (Some(_), true) => PersonOutcome::Unchanged(id),
            (Some(_), false) => PersonOutcome::Updated(id),
        };
        let seen = candidates.iter().map(|c| (c.id, c.version)).collect();
        self.writer.write(Change {
            before,
            after,
            guard: Guard { keys, seen },
            report: Some(StoredReport {
                id: report_id,
                person: id,
                organization: organization.clone(),
                account: report.submitter.account.clone(),
                control_id: report.control_id.clone(),
                received: now,
                said: report.said.clone(),
                raw: report.raw.clone(),
            }),
        })?;
        Ok(Outcome { person, doses })
    }

    fn blank(&self) -> PersonRecord {
        let id: PersonId = self.ids.next();
        PersonRecord {
            id,
            version: 0,
            created: String::new(),
            updated: String::new(),
            demographics: Demographics::default(),
            identifiers: self
                .issues
                .iter()
                .map(|authority| Identifier {
                    value: registry_number(id),
                    authority: authority.clone(),
                    type_code: "SR".to_owned(),
                })
                .collect(),
            protection: Protection::default(),
            statements: Vec::new(),
            doses: Vec::new(),
            observations: Vec::new(),
        }
    }

    fn merge(
        &self,
        record: &mut PersonRecord,
        report: &Report,
        report_id: ReportId,
    ) -> Vec<DoseOutcome> {
        let organization = &report.submitter.organization;
        report.said.over(&mut record.demographics);
        for identifier in &report.identifiers {
            add_identifier(&mut record.identifiers, identifier);
        }
        protect(&mut record.protection, report, organization);
        let mut outcomes: Vec<(DoseOutcome, Option<DoseId>)> = Vec::new();
        for dose in &report.doses {
            let mut new = None;
            let outcome = consolidate::state(
                &mut record.statements,
                dose,
                organization,
                report_id,
                || {
                    let id = self.ids.next();
                    new = Some(id);
                    id
                },
            );
            outcomes.push((outcome, new));
        }
        record.doses = consolidate::believe(&record.statements);
        for group in &report.observations {
            for observation in &group.observations {
                let said = PersonObservation {
                    id: self.ids.next(),
                    organization: organization.clone(),
                    reported_on: group.reported_on.clone(),
                    observation: observation.clone(),
                };
                consolidate::observe(&mut record.observations, said, group.deleted);
            }
        }
        outcomes
            .into_iter()
            .map(|(outcome, id)| match id {
                Some(id) if consolidate::superseded(&record.doses, id) => DoseOutcome::Superseded,
                _ => outcome,
            })
            .collect()
    }
}

// CX.1 holds 15 characters: the last 75 bits of the id, five bits a character, without letters that look like digits
fn registry_number(id: PersonId) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = u128::from_be_bytes(*id.bytes());
    (0..15)
        .rev()
        .filter_map(|place| LETTERS.get((bits >> (5 * place)) as usize & 31))
        .map(|letter| char::from(*letter))
        .collect()
}

fn conflict() -> RegistryError {
    RegistryError::Write(WriteError::Refused(Refusal::Conflict))
}

fn add_identifier(stored: &mut Vec<Identifier>, said: &Identifier) {
    match stored.iter_mut().find(|s| s.same(said)) {
        // a later message may name the authority more fully
        Some(known) => {
            let authority = &mut known.authority;
            for (have, get) in [
                (&mut authority.namespace, &said.authority.namespace),
                (&mut authority.id, &said.authority.id),
                (&mut authority.id_type, &said.authority.id_type),
            ] {
                if have.is_empty() {
                    have.clone_from(get);
                }
            }
        }
        None => stored.push(said.clone()),
    }
}

// `Y` belongs to who says it first; the owner may take it back
fn protect(stored: &mut Protection, report: &Report, organization: &str) {
    match &report.protection {
        Stated::Silent => {}
        Stated::Deleted => *stored = Protection::default(),
        Stated::Value(indicator) => {
            if indicator == "Y" && stored.indicator != "Y" {
                organization.clone_into(&mut stored.owner);
            } else if indicator != "Y" {
                stored.owner.clear();
            }
            stored.indicator.clone_from(indicator);
        }
    }
    report.protection_date.over(&mut stored.date);
}
