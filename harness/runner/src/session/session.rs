//! The session.

use super::clock::EntryClock;
use super::door::Door;
use super::entry::{Carrier, Entry, Login, What};
use super::error::{ActError, SessionError};
use super::fold::Fold;
use super::intake::Decision;
use super::journal::{Journal, JournalError};
use super::options::SessionOptions;
use super::state::{Belongs, State};
use crate::event::Event;
use crate::options::{EhrTarget, Options, Target};
use crate::result::{Body, RunResult};
use crate::stage::Setting;
use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Seek as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use titer_hl7::clock::SharedClock;
use titer_hl7::read::{Item, Reader};
use titer_plan::{Occasion, Plan};
use titer_wire::{Credentials, Receiver, Reply, RouterOptions, Submission};

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
    document: Mutex<Option<(u64, Arc<RunResult>)>>,
    // messages of the plan that the reference IIS did not take
    pub(super) refused_content: Mutex<Vec<String>>,
}

pub(super) struct Desk {
    pub(super) journal: Box<dyn Journal>,
    pub(super) entries: Vec<Entry>,
    pub(super) state: State,
    pub(super) events: VecDeque<Event>,
    // calls under way: the exchange's number, and the entry of what it brought
    pub(super) calls: BTreeMap<u64, u64>,
    pub(super) exchanges: u64,
    pub(super) stopped: bool,
}

/// What became of a message that was handed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its entry.
    pub message: u64,
    /// The path of the step that it is.
    pub step: Option<String>,
    /// The paths of the steps that it could be, when it is none.
    pub candidates: Vec<String>,
    /// Why it is no step's, or what is to be said of the one it is.
    pub because: Option<String>,
    /// The answer; none when it is a fault.
    pub answer: Option<Vec<u8>>,
    /// The fault.
    pub fault: Option<String>,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taken")
            .field("message", &self.message)
            .field("step", &self.step)
            .field("candidates", &self.candidates)
            .field("because", &self.because)
            .field("answer_bytes", &self.answer.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("plan", &self.inner.fold.setting.plan.id)
            .field("revision", &self.revision())
            .finish_non_exhaustive()
    }
}

// the part of a file that is held in memory while it comes in
const IN_MEMORY: usize = 1 << 20;

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
        let fold = Fold {
            setting: Arc::new(setting),
            clock,
            forecaster: options.forecaster,
        };
        let state = fold.all(&entries);
        Ok(Session {
            inner: Arc::new(Inner {
                fold,
                clock: options.clock,
                credentials: credentials.as_ref().map(Credentials::from),
                fallback: options.fallback,
                desk: Mutex::new(Desk {
                    journal,
                    entries,
                    state,
                    events: VecDeque::new(),
                    calls: BTreeMap::new(),
                    exchanges: 0,
                    stopped: false,
                }),
                changed: Condvar::new(),
                watched: AtomicBool::new(false),
                document: Mutex::new(None),
                refused_content: Mutex::default(),
            }),
        })
    }

    // what the plan says that the reference IIS holds
    fn fill_registry(&self) -> Result<(), SessionError> {
        let plan = self.plan();
        let Some(fallback) = &self.inner.fallback else {
            return Ok(());
        };
        let setting = &self.inner.fold.setting;
        let occasion = Occasion {
            as_of: setting.options.as_of,
            now: setting
                .began_at
                .to_zoned(setting.options.clock.now().time_zone().clone()),
            seed: setting.options.seed,
        };
        let named = |n: usize| {
            plan.registry
                .get(n)
                .map(|r| r.value.clone())
                .unwrap_or_default()
        };
        let messages = plan
            .registry_messages(&occasion)
            .map_err(|e| SessionError::Registry {
                message: plan
                    .registry
                    .iter()
                    .map(|r| r.value.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                why: e.to_string(),
            })?;
        let mut refused = Vec::new();
        for (n, message) in messages.into_iter().enumerate() {
            let submission = self.inner.submission("", "", message);
            let why = match titer_wire::ask(fallback, submission) {
                Ok(Reply::Hl7(reply)) => match crate::messages::header(&reply, "MSA", 1).as_str() {
                    "AA" | "CA" => continue,
                    "AE" if !crate::messages::has_error(&reply) => continue,
                    code => format!("it answers {code}"),
                },
                Ok(_) => "it gives no answer".to_owned(),
                Err(fault) => fault.detail,
            };
            refused.push(format!("{}: {why}", named(n)));
        }
        *self
            .inner
            .refused_content
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = refused;
        Ok(())
    }

    // what the reference IIS was sent before the session was interrupted
    fn fill_again(&self) {
        let Some(fallback) = &self.inner.fallback else {
            return;
        };
        let sent: Vec<(String, String, Vec<u8>)> = {
            let desk = self.inner.desk();
            let by_reference: Vec<u64> = desk
                .entries
                .iter()
                .filter_map(|e| match &e.what {
                    What::Answered {
                        message,
                        by_reference: true,
                        ..
                    } => Some(*message),
                    _ => None,
                })
                .collect();
            by_reference
                .into_iter()
                .filter_map(|seq| desk.state.arrivals.get(&seq))
                .filter(|a| !matches!(a.belongs, Belongs::Repeats(_)))
                .map(|a| (a.facility.clone(), a.username.clone(), a.kept.bytes.clone()))
                .collect()
        };
        for (facility, username, message) in sent {
            let submission = self.inner.submission(&facility, &username, message);
            // what it answered is in the journal
            let _ = titer_wire::ask(fallback, submission);
        }
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

    /// Takes in messages from a file or a paste, one after the other, and gives what is answered to each. `by` is who
    /// handed them in.
    pub fn take_in(&self, way: Carrier, bytes: &[u8], by: &str) -> Result<Vec<Taken>, ActError> {
        let mut messages = Vec::new();
        let mut reader = Reader::new(bytes);
        while let Some(item) = reader.next_item().map_err(ActError::Unreadable)? {
            if let Item::Message(entry) = item {
                messages.push(entry.bytes.to_vec());
            }
        }
        if messages.is_empty() {
            return Err(ActError::NothingIn);
        }
        let mut taken = Vec::new();
        for message in messages {
            taken.push(self.inner.hand_in(way, message, by)?);
        }
        Ok(taken)
    }

    /// Something that a tester or a driver does. It is checked first; when it is refused nothing was changed. Gives the
    /// entry's number.
    pub fn act(&self, by: &str, what: What) -> Result<u64, ActError> {
        let mut desk = self.inner.desk();
        self.inner.check(&desk.state, &what)?;
        Ok(self.inner.append(&mut desk, by, what, None)?)
    }

    /// Adds a file of evidence to a step. It is read to its end or to the limit, whichever comes first; one that is larger
    /// than `limit` bytes is refused, and nothing of it is kept.
    pub fn attach(
        &self,
        by: &str,
        step: &str,
        file: &Attachment<'_>,
        from: &mut dyn Read,
        limit: u64,
    ) -> Result<u64, ActError> {
        self.inner.check_step(step)?;
        let mut kept = tempfile::spooled_tempfile(IN_MEMORY);
        let mut hash = Hashing::default();
        let mut part = vec![0u8; 64 * 1024];
        loop {
            let n = from.read(&mut part).map_err(ActError::Unreadable)?;
            let read = part.get(..n).unwrap_or_default();
            if n == 0 {
                break;
            }
            hash.take(read);
            if hash.size > limit {
                return Err(ActError::TooLarge { limit });
            }
            kept.write_all(read).map_err(JournalError::Io)?;
        }
        kept.rewind().map_err(JournalError::Io)?;
        let what = What::File {
            step: step.to_owned(),
            name: file.name.to_owned(),
            title: if file.title.trim().is_empty() {
                file.name.to_owned()
            } else {
                file.title.to_owned()
            },
            media_type: file.media_type.to_owned(),
            size: hash.size,
            sha256: hash.hex(),
        };
        let mut desk = self.inner.desk();
        Ok(self.inner.append(&mut desk, by, what, Some(&mut kept))?)
    }

    /// The bytes of a file of evidence, by its SHA-256.
    pub fn file(&self, sha256: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.desk().journal.blob(sha256)
    }

    /// Takes back the last act of a person that is not taken back yet. Messages are never taken back, but what they were
    /// assigned to is. Gives the entry that counts no more; none when there is none left.
    pub fn undo(&self, by: &str) -> Result<Option<u64>, ActError> {
        let mut desk = self.inner.desk();
        let undone: Vec<u64> = desk
            .entries
            .iter()
            .filter_map(|e| match e.what {
                What::Undo { seq } => Some(seq),
                _ => None,
            })
            .collect();
        let last = desk
            .entries
            .iter()
            .rev()
            .find(|e| e.by == by && e.what.is_act() && !undone.contains(&e.seq))
            .map(|e| e.seq);
        let Some(seq) = last else { return Ok(None) };
        self.inner.append(&mut desk, by, What::Undo { seq }, None)?;
        Ok(Some(seq))
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

/// What is said of a file of evidence.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'a> {
    /// Its name, without a folder.
    pub name: &'a str,
    /// What it shows; its name when empty.
    pub title: &'a str,
    /// Its media type, `image/png`.
    pub media_type: &'a str,
}

#[derive(Default)]
struct Hashing {
    hash: sha2::Sha256,
    size: u64,
}

impl Hashing {
    fn take(&mut self, bytes: &[u8]) {
        use sha2::Digest as _;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }

    fn hex(&self) -> String {
        use sha2::Digest as _;
        use std::fmt::Write as _;
        self.hash
            .clone()
            .finalize()
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }
}

impl Desk {
    pub(super) fn revision(&self) -> u64 {
        self.entries.last().map_or(0, |e| e.seq)
    }
}

impl Inner {
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn document(&self, desk: &Desk) -> Arc<RunResult> {
        let mut document = self.document.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, made)) = document.as_ref()
            && *revision == desk.revision()
        {
            return made.clone();
        }
        let blobs = |sha256: &str| desk.journal.blob(sha256).ok().flatten();
        let made = Arc::new(self.fold.result(&desk.state, &blobs));
        *document = Some((desk.revision(), made.clone()));
        made
    }

    /// Commits an entry, and then lets it count.
    pub(super) fn append(
        &self,
        desk: &mut Desk,
        by: &str,
        what: What,
        blob: Option<&mut dyn Read>,
    ) -> Result<u64, JournalError> {
        let now = self.clock.now().timestamp();
        let entry = Entry {
            seq: desk.revision() + 1,
            // the clock may have been set back
            at: desk.entries.last().map_or(now, |e| e.at.max(now)),
            by: by.to_owned(),
            what,
        };
        desk.journal.append(&entry, blob)?;
        let seq = entry.seq;
        let undo = matches!(entry.what, What::Undo { .. });
        desk.entries.push(entry);
        if undo {
            desk.state = self.fold.all(&desk.entries);
        } else if let Some(entry) = desk.entries.last() {
            self.fold.apply(&mut desk.state, entry);
        }
        let events = std::mem::take(&mut desk.state.events);
        if self.watched.load(Ordering::Relaxed) {
            desk.events.extend(events);
        }
        self.changed.notify_all();
        Ok(seq)
    }

    pub(super) fn submission(
        &self,
        facility: &str,
        username: &str,
        message: Vec<u8>,
    ) -> Submission {
        let own = self.credentials.as_ref();
        let or = |text: &str, own: Option<&String>| {
            if text.is_empty() {
                own.cloned().unwrap_or_default()
            } else {
                text.to_owned()
            }
        };
        Submission {
            facility: or(facility, own.map(|c| &c.facility)),
            username: or(username, own.map(|c| &c.username)),
            message,
            transport: titer_wire::Transport::Http,
            notes: Vec::new(),
            exchange: None,
            peer: None,
        }
    }

    /// A message came: it is committed, judged, and its answer committed when the plan has one.
    pub(super) fn arrive(
        &self,
        desk: &mut Desk,
        way: Carrier,
        by: &str,
        submission: &Submission,
    ) -> Result<(u64, Decision), JournalError> {
        let what = What::Message {
            way,
            facility: submission.facility.clone(),
            username: if way.is_call() {
                submission.username.clone()
            } else {
                String::new()
            },
            bytes: Body::new(&submission.message),
            notes: submission.notes.clone(),
        };
        let seq = self.append(desk, by, what, None)?;
        let mut decision = self.fold.decide(&desk.state, seq);
        if matches!(decision, Decision::Fallback) && self.fallback.is_none() {
            decision = Decision::Unmade("no step of the test plan answers this message".to_owned());
        }
        match &decision {
            Decision::Reply {
                bytes,
                by_reference,
            } => {
                self.answer(desk, seq, Some(bytes), *by_reference, None)?;
            }
            Decision::Unmade(why) => {
                self.answer(desk, seq, None, false, Some(why))?;
            }
            Decision::Fallback => {}
        }
        Ok((seq, decision))
    }

    pub(super) fn answer(
        &self,
        desk: &mut Desk,
        message: u64,
        bytes: Option<&[u8]>,
        by_reference: bool,
        fault: Option<&str>,
    ) -> Result<u64, JournalError> {
        let what = What::Answered {
            message,
            bytes: bytes.map(Body::new),
            by_reference,
            fault: fault.map(str::to_owned),
        };
        self.append(desk, "", what, None)
    }

    // a message that came with no call
    fn hand_in(&self, way: Carrier, message: Vec<u8>, by: &str) -> Result<Taken, ActError> {
        let submission = self.submission("", "", message);
        let (seq, decision) = self.arrive(&mut self.desk(), way, by, &submission)?;
        if let (Decision::Fallback, Some(fallback)) = (&decision, &self.fallback) {
            // the desk is free while the reference IIS thinks
            let asked = titer_wire::ask(fallback, submission);
            let mut desk = self.desk();
            match asked {
                Ok(Reply::Hl7(bytes)) => self.answer(&mut desk, seq, Some(&bytes), true, None)?,
                Ok(_) => self.answer(
                    &mut desk,
                    seq,
                    None,
                    true,
                    Some("the reference IIS gave no message"),
                )?,
                Err(fault) => self.answer(&mut desk, seq, None, true, Some(&fault.detail))?,
            };
        }
        let mut desk = self.desk();
        let answered = desk
            .state
            .arrivals
            .get(&seq)
            .and_then(|a| a.answered.clone());
        let answer = answered
            .as_ref()
            .and_then(|a| a.kept.as_ref())
            .map(|k| k.bytes.clone());
        if answer.is_some() {
            let what = What::Delivered {
                message: seq,
                ok: true,
                why: None,
                exchange: None,
            };
            self.append(&mut desk, "", what, None)?;
        }
        let arrival = desk.state.arrivals.get(&seq);
        Ok(Taken {
            message: seq,
            step: arrival.and_then(|a| match a.belongs {
                Belongs::Step(at) => Some(self.fold.path(at)),
                _ => None,
            }),
            candidates: arrival
                .map(|a| a.candidates.iter().map(|c| c.path.clone()).collect())
                .unwrap_or_default(),
            because: arrival.and_then(|a| a.because.clone()),
            answer,
            fault: answered.and_then(|a| a.fault),
        })
    }
}
