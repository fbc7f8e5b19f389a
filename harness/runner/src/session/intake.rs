//! A message comes: it is recognised and judged.

use super::answer;
use super::entry::{Entry, What};
use super::fold::Fold;
use super::recognise::{Candidate, Fit, Recognised, Sign, choose};
use super::state::{Arrival, At, Belongs, State, sender};
use crate::event::Event;
use crate::ledger::{Kept, Pair};
use crate::messages::{header, type_of};
use crate::result::{Assertion, MessageEvidence, Origin, Outcome, Step, StepKind};
use crate::run;
use crate::stage::{Judging, conclude};
use titer_hl7::{Message, Offsets};

/// What is to be answered to a message.
pub(super) enum Decision {
    /// This, as the plan says, or as before.
    Reply { bytes: Vec<u8>, by_reference: bool },
    /// What the reference IIS says.
    Fallback,
    /// The plan's reply cannot be made.
    Unmade(String),
}

const ANOTHER: &str =
    "it comes from another system than the messages before: are there two systems on this session?";

impl Fold {
    // the steps that the message could be; those that have their message are marked so
    fn candidates(&self, state: &State, bytes: &[u8]) -> Vec<Candidate> {
        let mut table = Offsets::new();
        let message = Message::parse(bytes, &mut table);
        let kept = Kept {
            id: "m0".to_owned(),
            bytes: bytes.to_vec(),
            by_system: true,
        };
        let from = sender(bytes);
        self.awaited()
            .filter_map(|at| {
                let (path, fit, planned) =
                    self.with_scope(state, at, None, |case, step, scope| {
                        let send = step.send.as_ref()?;
                        let sign = Sign::new(send, scope)?;
                        let fit = sign.fit(&message)?;
                        let path = self.setting.plan.step_path(case, step);
                        Some((path, fit, sign.sender == from))
                    })??;
                if !fit.close() {
                    return None;
                }
                let failed = state.done.get(&at).filter(|s| s.verdict.is_bad());
                let done = !state.is_open(at);
                // what a step that is satisfied expects decides nothing
                let content = if done && failed.is_none() {
                    Fit { met: 0, of: 1 }
                } else {
                    self.content(state, at, &kept)
                };
                let corrects = failed.is_some_and(|s| content.better_than(held(s)));
                Some(Candidate {
                    at,
                    path,
                    waits_for: self.waits_for(state, at).filter(|_| !done),
                    fit,
                    content,
                    done,
                    corrects,
                    planned,
                })
            })
            .collect()
    }

    // how much of what a step expects holds
    fn content(&self, state: &State, at: At, kept: &Kept) -> Fit {
        let mut step = Step::new("", "", StepKind::SutMessage);
        let mut evidence = MessageEvidence::new("", "", Origin::System, b"");
        self.judge(state, at, kept, &mut step, &mut evidence);
        held(&step)
    }

    fn judge(
        &self,
        state: &State,
        at: At,
        kept: &Kept,
        step: &mut Step,
        evidence: &mut MessageEvidence,
    ) {
        let Some((case, plan_step)) = self.plan_step(at) else {
            return;
        };
        let Some(send) = &plan_step.send else { return };
        let pair = Pair {
            sent: Some(kept.clone()),
            received: None,
            own_is_received: false,
        };
        let judging = Judging {
            case,
            step: plan_step,
            message: kept,
            pair: Some(&pair),
            profiles: send.profile.iter().map(|p| p.value.as_str()).collect(),
            expect: &send.expect,
            allowances: &send.also_allowed,
        };
        state
            .stage
            .judge(&self.setting, &judging, |_| Vec::new(), step, evidence);
    }

    /// A message came.
    pub(super) fn message(&self, state: &mut State, entry: &Entry) {
        let What::Message {
            way,
            facility,
            username,
            bytes,
            notes,
        } = &entry.what
        else {
            return;
        };
        let bytes = bytes.bytes();
        let (kept, _) = state.stage.keep("", Origin::System, bytes);
        let mut arrival = Arrival {
            at: entry.at,
            way: *way,
            by: entry.by.clone(),
            facility: facility.clone(),
            username: username.clone(),
            kept,
            notes: notes.clone(),
            belongs: Belongs::Nowhere,
            because: None,
            candidates: Vec::new(),
            assigned: false,
            dismissed: false,
            other_system: false,
            answered: None,
            delivery: None,
            shows: None,
        };
        if *way == super::Carrier::Soap {
            arrival.shows = self.submitted(state, &arrival.kept.bytes, notes);
        }
        let place = self.recognise(state, &mut arrival);
        match place {
            Some(at) => {
                arrival.belongs = Belongs::Step(at);
                state.senders.insert(arrival.sender());
                if !username.is_empty() {
                    state.users.insert(username.clone());
                }
                state.arrivals.insert(entry.seq, arrival);
                self.place(state, entry.seq, at);
            }
            None => {
                state.events.push(Event::Unexpected {
                    because: arrival.because.clone().unwrap_or_default(),
                });
                state.arrivals.insert(entry.seq, arrival);
            }
        }
        let waiting = self.tell_waiting(state);
        state.events.push(waiting);
    }

    // which step it is; what is to be said of it is left in the arrival
    fn recognise(&self, state: &State, arrival: &mut Arrival) -> Option<At> {
        let bytes = &arrival.kept.bytes;
        let before = state.arrivals.iter().find(|(_, a)| {
            matches!(a.belongs, Belongs::Step(_))
                && a.facility == arrival.facility
                && a.kept.bytes == *bytes
        });
        if let Some((seq, before)) = before
            && !header(bytes, "MSH", 10).is_empty()
        {
            arrival.belongs = Belongs::Repeats(*seq);
            arrival.because = Some(if before.answered.is_some() {
                "it is the same message again, and got the same answer".to_owned()
            } else {
                "it is the same message again, which was not answered the first time".to_owned()
            });
            return None;
        }
        // a tester has said what such a message is, and it is sent again to get its answer
        let alike = state.arrivals.values().find_map(|a| match a.belongs {
            Belongs::Step(at) if a.assigned && essence(&a.kept.bytes) == essence(bytes) => Some(at),
            _ => None,
        });
        if let Some(at) = alike {
            arrival.because =
                Some("it holds the same as the message that a tester assigned here".to_owned());
            return Some(at);
        }
        arrival.candidates = self.candidates(state, bytes);
        match choose(&arrival.candidates) {
            Recognised::Nothing(because) => {
                arrival.because = Some(match arrival.shows {
                    Some(at) if arrival.candidates.is_empty() => {
                        format!(
                            "it shows {}, and no step waits for what it says",
                            self.path(at)
                        )
                    }
                    _ => because,
                });
                arrival.other_system = self.is_foreign(state, arrival, false);
                None
            }
            Recognised::Step(at, remark) => {
                let planned = arrival.candidates.iter().any(|c| c.at == at && c.planned);
                arrival.because = remark;
                arrival.other_system = self.is_foreign(state, arrival, planned);
                if arrival.other_system {
                    arrival.because = Some(format!("{ANOTHER} It looks like {}", self.path(at)));
                    return None;
                }
                Some(at)
            }
        }
    }

    // whether it comes from another system than the session's
    #[expect(clippy::unused_self, reason = "it belongs to the fold's questions")]
    fn is_foreign(&self, state: &State, arrival: &Arrival, planned: bool) -> bool {
        let from = arrival.sender();
        let sender = !planned && !state.senders.is_empty() && !state.senders.contains(&from);
        let user = !arrival.username.is_empty()
            && !state.users.is_empty()
            && !state.users.contains(&arrival.username);
        sender || user
    }

    /// Judges a message that is a step's, and keeps it there.
    pub(super) fn place(&self, state: &mut State, seq: u64, at: At) {
        let Some(arrival) = state.arrivals.get(&seq).cloned() else {
            return;
        };
        if let Some(before) = state.holds.insert(at, seq)
            && before != seq
        {
            if let Some(old) = state.arrivals.get_mut(&before) {
                old.belongs = Belongs::Replaced(at);
                old.because = Some(format!(
                    "a later message took its place in {}",
                    self.path(at)
                ));
            }
            self.forget_eyes(state, at);
        }
        if let Some(reply) = self.reply_step(at) {
            state.done.remove(&reply);
            state.looked_at.remove(&reply);
        }
        let mut step = self.blank(state, at);
        step.started_ms = Some(self.setting.now_ms());
        step.took_ms = Some(0);
        state.events.push(Event::StepStarted {
            path: step.path.clone(),
            title: step.title.clone(),
            kind: step.kind,
        });
        state.events.push(Event::MessageReceived {
            step: step.path.clone(),
            bytes: arrival.kept.bytes.len(),
        });
        let title = format!("{} received", type_of(&arrival.kept.bytes));
        let mut evidence = MessageEvidence::new(
            arrival.kept.id.clone(),
            title,
            Origin::System,
            &arrival.kept.bytes,
        );
        self.judge(state, at, &arrival.kept, &mut step, &mut evidence);
        if step.assertions.is_empty() {
            step.assertions
                .push(Assertion::new("the message came", Outcome::Met));
        }
        step.messages.push(evidence);
        step.findings.extend(arrival.notes.iter().cloned());
        conclude(&mut step);
        step.comment.clone_from(&arrival.because);
        self.setting.excuse(&mut step);
        if let Some((case, plan_step)) = self.plan_step(at) {
            let pair = Pair {
                sent: Some(arrival.kept.clone()),
                received: None,
                own_is_received: false,
            };
            state
                .stage
                .ledger
                .put(case.id.text(), plan_step.id.text(), pair);
        }
        state.events.push(run::finished(&self.setting, &step));
        state.done.insert(at, step);
    }

    /// What was seen of another message was not seen of this one.
    pub(super) fn forget_eyes(&self, state: &mut State, at: At) {
        let Some((case, sends)) = self.plan_step(at) else {
            return;
        };
        let reply = self.reply_step(at);
        let names: Vec<&str> = std::iter::once(sends.id.text())
            .chain(
                reply
                    .and_then(|r| self.plan_step(r))
                    .map(|(_, s)| s.id.text()),
            )
            .collect();
        let shows = |step: &titer_plan::model::Step| {
            let of = step.inspect.as_ref().and_then(|i| i.of.as_ref());
            of.and_then(|of| of.get()).is_some_and(|of| {
                names.contains(&of.step.as_str())
                    && of.case.as_deref().is_none_or(|c| c == case.id.text())
            })
        };
        for (s, step) in case.steps.iter().enumerate() {
            let place = (at.0, s);
            if Some(place) == reply || shows(step) {
                state.said(place).marks.clear();
            }
        }
    }

    /// What is to be answered to the message of an entry.
    pub(super) fn decide(&self, state: &State, seq: u64) -> Decision {
        let Some(arrival) = state.arrivals.get(&seq) else {
            return Decision::Fallback;
        };
        let (of, incoming) = match arrival.belongs {
            Belongs::Repeats(before) => (state.arrivals.get(&before), arrival),
            _ => (Some(arrival), arrival),
        };
        let Some(of) = of else {
            return Decision::Fallback;
        };
        let before = of
            .answered
            .as_ref()
            .and_then(|a| Some((a.kept.as_ref()?, a.by_reference)));
        let reply_at = match of.belongs {
            Belongs::Step(at) => self.reply_step(at),
            _ => None,
        };
        let scripted = reply_at.is_some_and(|r| self.is_scripted(r));
        if let Some((kept, by_reference)) = before
            && !(scripted && by_reference)
        {
            return Decision::Reply {
                bytes: kept.bytes.clone(),
                by_reference,
            };
        }
        let Some(reply_at) = reply_at else {
            return Decision::Fallback;
        };
        let pair = Pair {
            sent: Some(incoming.kept.clone()),
            received: None,
            own_is_received: false,
        };
        match self.rendered(state, reply_at, &pair) {
            Some(Ok(bytes)) => Decision::Reply {
                bytes,
                by_reference: false,
            },
            Some(Err(why)) => Decision::Unmade(why),
            None => Decision::Fallback,
        }
    }

    // the reply of the plan; `None` when the reference answers
    fn rendered(&self, state: &State, at: At, pair: &Pair) -> Option<Result<Vec<u8>, String>> {
        let incoming = pair.sent.as_ref()?;
        self.with_scope(state, at, Some(pair), |_, step, scope| {
            let reply = step.reply.as_ref()?;
            let name = reply.message.as_ref()?;
            // what the plan itself sets stays as it is
            let set: Vec<&str> = reply.vary.iter().map(|(path, _)| path.text()).collect();
            let made = scope
                .message(&name.value, &reply.vary)
                .map_err(|e| e.to_string())
                .and_then(|bytes| {
                    answer::fitted(&bytes, &incoming.bytes, &set).map_err(|e| e.to_string())
                });
            Some(made)
        })?
    }
}

// how much of what a step expects holds in its message
fn held(step: &Step) -> Fit {
    let met = step
        .assertions
        .iter()
        .filter(|a| matches!(a.outcome, Outcome::Met | Outcome::Allowed))
        .count();
    Fit {
        met,
        of: step.assertions.len().max(1),
    }
}

// a message without its id and time: the same in every attempt to send it
fn essence(bytes: &[u8]) -> Vec<u8> {
    let end = bytes
        .iter()
        .position(|b| matches!(b, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    let (msh, rest) = bytes.split_at(end);
    let separator = msh.get(3).copied().unwrap_or(b'|');
    let kept: Vec<&[u8]> = msh
        .split(|b| *b == separator)
        .enumerate()
        .map(|(n, field)| if matches!(n, 6 | 9) { &[][..] } else { field })
        .collect();
    let mut essence = kept.join(&separator);
    essence.extend_from_slice(rest);
    essence
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn the_essence_leaves_out_id_and_time_only() {
        let one = essence(b"MSH|^~\\&|A|B|C|D|20270301||VXU|1|P\rPID|1\r");
        assert_eq!(
            one,
            essence(b"MSH|^~\\&|A|B|C|D|20270302||VXU|77|P\rPID|1\r")
        );
        assert_ne!(
            one,
            essence(b"MSH|^~\\&|A|X|C|D|20270301||VXU|1|P\rPID|1\r")
        );
        assert_ne!(
            one,
            essence(b"MSH|^~\\&|A|B|C|D|20270301||VXU|1|P\rPID|2\r")
        );
        assert_eq!(essence(b""), b"");
    }
}
