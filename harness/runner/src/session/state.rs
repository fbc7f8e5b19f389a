//! What the entries amount to so far.

use super::entry::{Carrier, Entry, Settled};
use super::recognise::Candidate;
use super::shared::Shared;
use crate::event::Event;
use crate::ledger::Kept;
use crate::result::{Answers, Attestation, EvidenceFile, Exchange, Step, SystemInfo, Waiver};
use crate::stage::Stage;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use titer_finding::Finding;

/// A case and a step of it, by their places among the selected cases.
pub(super) type At = (usize, usize);

/// Where a message belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    /// It is this step's.
    Step(At),
    /// It came before, in the same bytes, in this entry.
    Repeats(u64),
    /// It was this step's, and a later one took its place.
    Replaced(At),
    /// It is no step's.
    Nowhere,
}

/// What was answered to a message.
#[derive(Clone, PartialEq)]
pub(super) struct Answered {
    pub(super) kept: Option<Kept>,
    pub(super) by_reference: bool,
    pub(super) fault: Option<String>,
}

/// How a call ended.
#[derive(Clone, PartialEq)]
pub(super) struct Delivery {
    pub(super) ok: bool,
    pub(super) call: Option<Exchange>,
}

/// A message that came.
#[derive(Clone, PartialEq)]
pub(super) struct Arrival {
    pub(super) at: Timestamp,
    pub(super) way: Carrier,
    pub(super) by: String,
    pub(super) facility: String,
    pub(super) username: String,
    pub(super) kept: Kept,
    pub(super) notes: Vec<Finding>,
    pub(super) belongs: Belongs,
    // why it is no step's, or what is to be said of the one it is
    pub(super) because: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) assigned: bool,
    // a tester said that it is no step's
    pub(super) dismissed: bool,
    pub(super) other_system: bool,
    pub(super) answered: Option<Answered>,
    pub(super) delivery: Option<Delivery>,
    // a transport step that this call showed
    pub(super) shows: Option<At>,
}

impl Arrival {
    /// Application and facility that sent it: MSH-3 and MSH-4.
    pub(super) fn sender(&self) -> (String, String) {
        sender(&self.kept.bytes)
    }
}

/// MSH-3 and MSH-4.
pub(super) fn sender(bytes: &[u8]) -> (String, String) {
    let part = |n| crate::messages::header(bytes, "MSH", n).trim().to_owned();
    (part(3), part(4))
}

/// The tester's own result.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Own {
    pub(super) verdict: Settled,
    pub(super) because: String,
    pub(super) by: String,
    pub(super) at: Timestamp,
}

/// What a tester said of a line of a checklist.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) seen: Option<bool>,
    pub(super) comment: Option<String>,
    pub(super) by: String,
}

/// A connectivity test.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) at: Option<At>,
}

/// What people and drivers said of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) marks: BTreeMap<usize, Mark>,
    // one of a source
    pub(super) answers: BTreeMap<crate::result::AnswerSource, Answers>,
    pub(super) files: BTreeMap<u64, EvidenceFile>,
    pub(super) comment: Option<String>,
    pub(super) own: Option<Own>,
    pub(super) attestations: Vec<Attestation>,
    pub(super) done: Option<(bool, String)>,
    pub(super) waivers: Vec<Waiver>,
}

#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) stage: Stage,
    // steps that messages and calls judged
    pub(super) done: Shared<At, Step>,
    // replies that a person has to look at
    pub(super) looked_at: BTreeSet<At>,
    // the message that a step has
    pub(super) holds: BTreeMap<At, u64>,
    pub(super) arrivals: Shared<u64, Arrival>,
    pub(super) tried: BTreeMap<u64, Tried>,
    pub(super) said: Shared<At, Said>,
    pub(super) refused: Vec<(Timestamp, String)>,
    // systems that belong to the session: sender, user
    pub(super) senders: BTreeSet<(String, String)>,
    pub(super) users: BTreeSet<String>,
    pub(super) system: Option<SystemInfo>,
    pub(super) modifications: Vec<String>,
    pub(super) last: u64,
    pub(super) last_at: Option<Timestamp>,
    // told to whoever watches a run; empty in a replay that nobody watches
    pub(super) events: Vec<Event>,
}

impl State {
    /// An entry was there, whether it counts or not.
    pub(super) fn pass_over(&mut self, entry: &Entry) {
        self.last = entry.seq;
        self.last_at = Some(entry.at);
    }

    pub(super) fn said(&mut self, at: At) -> &mut Said {
        self.said.or_default(at)
    }

    /// Whether nothing has come for a step yet.
    pub(super) fn is_open(&self, at: At) -> bool {
        !self.done.contains_key(&at)
    }
}

// lists are united, single values of the later one win
fn over<T>(later: Option<T>, before: Option<T>) -> Option<T> {
    later.or(before)
}

/// What was supplied before, with what is supplied now on top.
pub(super) fn merged(before: Option<Answers>, now: &Answers) -> Answers {
    let Some(mut all) = before else {
        return now.clone();
    };
    // one who typed makes the whole something that an eye has seen
    if now.source != all.source && now.source == crate::result::AnswerSource::Tester
        || all.source != crate::result::AnswerSource::Tester
    {
        all.source = now.source;
    }
    let add = |to: &mut Vec<String>, other: &mut Vec<String>, from: &[String]| {
        for text in from {
            other.retain(|t| t != text);
            if !to.contains(text) {
                to.push(text.clone());
            }
        }
    };
    add(&mut all.seen, &mut all.not_seen, &now.seen);
    add(&mut all.not_seen, &mut all.seen, &now.not_seen);
    all.fields.extend(now.fields.clone());
    all.before = over(now.before.clone(), all.before);
    all.doses = over(now.doses.clone(), all.doses);
    all.forecast = over(now.forecast.clone(), all.forecast);
    all.stock_before = over(now.stock_before.clone(), all.stock_before);
    all.stock = over(now.stock.clone(), all.stock);
    all.cohort = over(now.cohort.clone(), all.cohort);
    all.text = over(now.text.clone(), all.text);
    if !now.reactions.is_empty() {
        all.reactions.clone_from(&now.reactions);
    }
    all.patient = over(now.patient.clone(), all.patient);
    all.note = over(now.note.clone(), all.note);
    all
}

/// Takes away what is no part of what is told now.
pub(super) fn only(before: &mut Answers, now: &Answers) {
    before.seen.retain(|t| now.seen.contains(t));
    before.not_seen.retain(|t| now.not_seen.contains(t));
    before.fields.retain(|f, _| now.fields.contains_key(f));
    before.before = before.before.take().filter(|_| now.before.is_some());
    before.doses = before.doses.take().filter(|_| now.doses.is_some());
    before.forecast = before.forecast.take().filter(|_| now.forecast.is_some());
    before.stock_before = before
        .stock_before
        .take()
        .filter(|_| now.stock_before.is_some());
    before.stock = before.stock.take().filter(|_| now.stock.is_some());
    before.cohort = before.cohort.take().filter(|_| now.cohort.is_some());
    before.text = before.text.take().filter(|_| now.text.is_some());
    before.patient = before.patient.take().filter(|_| now.patient.is_some());
    if now.reactions.is_empty() {
        before.reactions.clear();
    }
}
