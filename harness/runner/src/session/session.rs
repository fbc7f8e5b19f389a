//! The session.

use super::clock::EntryClock;
use super::desk::Desk;
use super::door::Door;
use super::entry::{Entry, Login, What};
use super::error::SessionError;
use super::fold::Fold;
use super::journal::Journal;
use super::kept::Kept;
use super::options::SessionOptions;
use crate::options::{EhrTarget, Options, Target};
use crate::result::RunResult;
use crate::stage::Setting;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use titer_hl7::clock::SharedClock;
use titer_plan::Plan;
use titer_wire::{Credentials, Receiver, RouterOptions};

/// The document that was made last, and what can be used of it for the next one.
#[derive(Default)]
pub(super) struct Document {
    pub(super) made: Option<(u64, Arc<RunResult>)>,
    pub(super) kept: Kept,
}

/// An EHR under test and everything that was done with it. Cheap to clone; every clone is the same session.
#[derive(Clone)]
pub struct Session {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) fold: Fold,
    pub(super) clock: SharedClock,
    pub(super) credentials: Option<Credentials>,
    pub(super) fallback: Option<Arc<dyn Receiver>>,
    pub(super) desk: Mutex<Desk>,
    pub(super) changed: Condvar,
    // whether somebody takes the events away
    pub(super) watched: AtomicBool,
    pub(super) document: Mutex<Document>,
    // messages of the plan that the reference IIS did not take
    pub(super) refused_content: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("plan", &self.inner.fold.setting.plan.id)
            .field("revision", &self.revision())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Begins a session in an empty journal, and puts the plan's content into the reference IIS.
    pub fn begin(
        plan: Arc<Plan>,
        options: SessionOptions,
        journal: Box<dyn Journal>,
    ) -> Result<Session, SessionError> {
        if !journal.entries()?.is_empty() {
            return Err(SessionError::Begun);
        }
        let now = options.clock.now();
        let what = What::Begun {
            plan: plan.id.clone(),
            version: plan.version.clone(),
            sha256: plan.hash.clone(),
            seed: options.seed,
            as_of: options.as_of,
            offset: now.offset().seconds(),
            select: options.select.clone(),
            system: options.system.clone(),
            credentials: options.credentials.as_ref().map(Login::from),
        };
        let entry = Entry {
            seq: 1,
            at: now.timestamp(),
            by: String::new(),
            what,
        };
        let session = Self::fold(plan, options, journal, &entry, Vec::new())?;
        session.fill_registry()?;
        {
            let desk = &mut *session.inner.desk();
            desk.journal.append(&entry, None)?;
            session.inner.fold.apply(&mut desk.state, &entry);
            desk.entries.push(entry);
        }
        Ok(session)
    }

    /// Goes on with the session of a journal. What the system under test was told that the reference IIS would hold is put
    /// into it again.
    pub fn resume(
        plan: Arc<Plan>,
        options: SessionOptions,
        journal: Box<dyn Journal>,
    ) -> Result<Session, SessionError> {
        let entries = journal.entries()?;
        let Some(begun) = entries.first().cloned() else {
            return Err(SessionError::NotBegun);
        };
        let What::Begun {
            plan: id,
            version,
            sha256,
            ..
        } = &begun.what
        else {
            return Err(SessionError::NotBegun);
        };
        if *sha256 != plan.hash {
            return Err(SessionError::OtherPlan {
                plan: id.clone(),
                version: version.clone(),
                given: plan.id.clone(),
            });
        }
        let session = Self::fold(plan, options, journal, &begun, entries)?;
        session.fill_registry()?;
        session.fill_again();
        Ok(session)
    }

    /// Begins a session where the journal is empty, else goes on with the one that it holds.
    pub fn open(
        plan: Arc<Plan>,
        options: SessionOptions,
        journal: Box<dyn Journal>,
    ) -> Result<Session, SessionError> {
        if journal.entries()?.is_empty() {
            Self::begin(plan, options, journal)
        } else {
            Self::resume(plan, options, journal)
        }
    }

    fn fold(
        plan: Arc<Plan>,
        options: SessionOptions,
        journal: Box<dyn Journal>,
        begun: &Entry,
        entries: Vec<Entry>,
    ) -> Result<Session, SessionError> {
        let What::Begun {
            seed,
            as_of,
            offset,
            select,
            system,
            credentials,
            ..
        } = &begun.what
        else {
            return Err(SessionError::NotBegun);
        };
        let clock = Arc::new(EntryClock::new(begun.at, *offset));
        let setting = Setting::new(
            plan,
            Options {
                target: Target::Ehr(EhrTarget::new()),
                system: system.clone(),
                tool: options.tool,
                as_of: *as_of,
                seed: *seed,
                clock: clock.clone(),
                select: select.clone(),
                known_failures: options.known_failures,
                modifications: options.modifications,
            },
        )?;
        let fold = Fold::new(Arc::new(setting), clock, options.forecaster);
        let state = fold.all(&entries);
        Ok(Session {
            inner: Arc::new(Inner {
                fold,
                clock: options.clock,
                credentials: credentials.as_ref().map(Credentials::from),
                fallback: options.fallback,
                desk: Mutex::new(Desk::new(journal, entries, state)),
                changed: Condvar::new(),
                watched: AtomicBool::new(false),
                document: Mutex::default(),
                refused_content: Mutex::default(),
            }),
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.inner.fold.setting.plan
    }

    /// What the system under test logs in with.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.inner.credentials.as_ref()
    }

    /// The day as of which the plan runs.
    pub fn as_of(&self) -> jiff::civil::Date {
        self.inner.fold.setting.options.as_of
    }

    /// What answers the system under test, for the routes of `titer_wire`; see [`Session::router_options`].
    pub fn receiver(&self) -> Arc<dyn Receiver> {
        Arc::new(Door {
            inner: self.inner.clone(),
        })
    }

    /// Options for the routes before [`Session::receiver`]: they record the calls in the session.
    pub fn router_options(&self) -> RouterOptions {
        RouterOptions {
            clock: self.inner.clock.clone(),
            recorder: Some(Arc::new(Door {
                inner: self.inner.clone(),
            })),
            ..RouterOptions::default()
        }
    }

    /// The result document as of now.
    pub fn result(&self) -> RunResult {
        self.document().as_ref().clone()
    }

    /// The result document as of now, shared: it is made once for a revision.
    pub fn document(&self) -> Arc<RunResult> {
        let desk = self.inner.desk();
        self.inner.document(&desk)
    }

    /// The result document as of now, with every step judged anew: what was judged before is not used. It is the same as
    /// [`Session::document`], which is quicker.
    pub fn judged_anew(&self) -> RunResult {
        let desk = self.inner.desk();
        let state = self.inner.fold.all(&desk.entries);
        let blobs = |sha256: &str| desk.journal.blob(sha256).ok().flatten();
        self.inner.fold.result(&state, &blobs, &mut Kept::default())
    }

    /// Every entry, those that were undone too.
    pub fn entries(&self) -> Vec<Entry> {
        self.inner.desk().entries.clone()
    }

    /// The number of the last entry: what was seen at one revision is the same until there is another.
    pub fn revision(&self) -> u64 {
        self.inner.desk().revision()
    }

    /// Waits until there is a revision later than `after`, or until the time is over. Gives the revision.
    pub fn wait(&self, after: u64, timeout: Duration) -> u64 {
        let desk = self.inner.desk();
        let (desk, _) = self
            .inner
            .changed
            .wait_timeout_while(desk, timeout, |d| d.revision() <= after && !d.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        desk.revision()
    }
}
