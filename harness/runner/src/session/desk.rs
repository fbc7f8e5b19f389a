//! Where entries are committed, and then count.

use super::acts::Taken;
use super::entry::{Carrier, Entry, What, undone};
use super::error::ActError;
use super::fold::Fold;
use super::intake::Decision;
use super::journal::{Journal, JournalError};
use super::session::Inner;
use super::state::{Belongs, State};
use crate::event::Event;
use crate::result::{Body, RunResult};
use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use titer_wire::{Reply, Submission};

/// How many acts can be taken back without going through the journal from its beginning.
const REMEMBERED: usize = 100;

pub(super) struct Desk {
    pub(super) journal: Box<dyn Journal>,
    pub(super) entries: Vec<Entry>,
    pub(super) state: State,
    // the state before each of the last acts
    before: VecDeque<(u64, State)>,
    pub(super) events: VecDeque<Event>,
    // calls under way: the exchange's number, and the entry of what it brought
    pub(super) calls: BTreeMap<u64, u64>,
    pub(super) exchanges: u64,
    pub(super) stopped: bool,
}

impl Desk {
    pub(super) fn new(journal: Box<dyn Journal>, entries: Vec<Entry>, state: State) -> Self {
        Self {
            journal,
            entries,
            state,
            before: VecDeque::new(),
            events: VecDeque::new(),
            calls: BTreeMap::new(),
            exchanges: 0,
            stopped: false,
        }
    }

    pub(super) fn revision(&self) -> u64 {
        self.entries.last().map_or(0, |e| e.seq)
    }

    // one more entry counts
    fn count(&mut self, fold: &Fold, entry: &Entry) {
        if entry.what.is_act() {
            self.before.push_back((entry.seq, self.state.clone()));
            if self.before.len() > REMEMBERED {
                self.before.pop_front();
            }
        }
        fold.apply(&mut self.state, entry);
    }

    // an entry counts no more: what came after it is gone through again
    fn undo(&mut self, fold: &Fold, seq: u64) {
        let Some(state) = self
            .before
            .iter()
            .find(|(of, _)| *of == seq)
            .map(|(_, state)| state.clone())
        else {
            self.before.clear();
            self.state = fold.all(&self.entries);
            return;
        };
        self.before.retain(|(of, _)| *of < seq);
        self.state = state;
        let entries = std::mem::take(&mut self.entries);
        let gone = undone(&entries);
        for entry in entries.iter().skip_while(|e| e.seq < seq) {
            if gone.contains(&entry.seq) {
                self.state.pass_over(entry);
            } else {
                self.count(fold, entry);
            }
        }
        self.entries = entries;
        self.state.events.clear();
    }
}

impl Inner {
    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn document(&self, desk: &Desk) -> Arc<RunResult> {
        let mut document = self.document.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, made)) = &document.made
            && *revision == desk.revision()
        {
            return made.clone();
        }
        let blobs = |sha256: &str| desk.journal.blob(sha256).ok().flatten();
        let made = Arc::new(self.fold.result(&desk.state, &blobs, &mut document.kept));
        document.made = Some((desk.revision(), made.clone()));
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
        match entry.what {
            What::Undo { seq } => {
                desk.entries.push(entry);
                desk.undo(&self.fold, seq);
            }
            _ => {
                desk.count(&self.fold, &entry);
                desk.entries.push(entry);
            }
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

    /// A message that came with no call.
    pub(super) fn hand_in(
        &self,
        way: Carrier,
        message: Vec<u8>,
        by: &str,
    ) -> Result<Taken, ActError> {
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
