//! A message comes in: it is recognised, judged, and its answer is made.

use super::answer;
use super::desk::{Decision, Desk, Owner, State};
use super::recognise::{Candidate, Fit, Recognised, Sign, choose};
use crate::event::Event;
use crate::ledger::{Kept, Pair};
use crate::messages::{answers, header, type_of};
use crate::result::{Assertion, MessageEvidence, Origin, Outcome, Step, StepKind, Unexpected};
use crate::run;
use crate::stage::{Judging, Stage, conclude};
use titer_hl7::{Message, Offsets};
use titer_wire::Submission;

impl Desk {
    // the steps that the message could be
    pub(super) fn candidates(&self, state: &State, bytes: &[u8]) -> Vec<Candidate> {
        let mut table = Offsets::new();
        let message = Message::parse(bytes, &mut table);
        let kept = Kept {
            id: "m0".to_owned(),
            bytes: bytes.to_vec(),
            by_system: true,
        };
        self.awaited()
            .into_iter()
            .filter(|at| !state.done.contains_key(at))
            .filter_map(|at| {
                let (path, fit) = self.with_scope(state, at, None, |case, step, scope| {
                    let send = step.send.as_ref()?;
                    let fit = Sign::new(send, scope)?.fit(&message)?;
                    Some((self.setting.plan.step_path(case, step), fit))
                })??;
                if !fit.close() {
                    return None;
                }
                let content = self.content(state, at, &kept);
                Some(Candidate {
                    at,
                    path,
                    waits_for: self.waits_for(state, at),
                    fit,
                    content,
                })
            })
            .collect()
    }

    // how much of what a step expects holds
    pub(super) fn content(&self, state: &State, at: (usize, usize), kept: &Kept) -> Fit {
        let mut step = Step::new("", "", StepKind::SutMessage);
        self.judge(
            state,
            at,
            kept,
            &mut step,
            &mut MessageEvidence::new("", "", Origin::System, b""),
        );
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

    pub(super) fn judge(
        &self,
        state: &State,
        (c, s): (usize, usize),
        kept: &Kept,
        step: &mut Step,
        evidence: &mut MessageEvidence,
    ) {
        let cases = self.cases();
        let Some((case, plan_step)) = cases
            .get(c)
            .and_then(|case| Some((*case, case.steps.get(s)?)))
        else {
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

    // takes a message in; what is to be answered
    pub(super) fn take(&self, submission: &Submission) -> Decision {
        let mut guard = self.state();
        let state = &mut *guard;
        state.arrived += 1;
        let bytes = submission.message.clone();
        let key = (submission.facility.clone(), header(&bytes, "MSH", 10));
        let number = submission.exchange.unwrap_or_default();
        if let Some((before, reply)) = state.answered.get(&key).cloned()
            && before == bytes
            && !key.1.is_empty()
        {
            let owner = Self::stray(
                state,
                submission,
                "it is the same message again, and got the same answer",
            );
            self.outgoing(state, number, owner, &reply);
            self.changed.notify_all();
            return Decision::Message(reply);
        }
        let candidates = self.candidates(state, &bytes);
        let decision = match choose(&candidates) {
            Recognised::Nothing(because) => {
                let owner = Self::stray(state, submission, &because);
                state.under_way.insert(number, (owner, None, None));
                Decision::Fallback(owner)
            }
            Recognised::Step(at, remark) => self.step(state, at, submission, remark),
        };
        let decision = match decision {
            Decision::Message(reply) => {
                state.answered.insert(key, (bytes, reply.clone()));
                Decision::Message(reply)
            }
            Decision::Fallback(_) if self.target().is_none_or(|t| t.fallback.is_none()) => {
                Decision::Nobody
            }
            other => other,
        };
        state.events.push_back(self.waiting(state));
        self.changed.notify_all();
        decision
    }

    pub(super) fn stray(state: &mut State, submission: &Submission, because: &str) -> Owner {
        let title = format!("{} received", type_of(&submission.message));
        let (kept, mut evidence) =
            state
                .stage
                .keep(&title, Origin::System, submission.message.clone());
        Stage::note_own(&mut evidence, &submission.message);
        state.unexpected.push(Unexpected {
            because: because.to_owned(),
            messages: vec![evidence],
            exchanges: Vec::new(),
        });
        state.events.push_back(Event::Unexpected {
            because: because.to_owned(),
        });
        let owner = Owner::Unexpected(state.unexpected.len() - 1);
        state.under_way.insert(
            submission.exchange.unwrap_or_default(),
            (owner, Some(kept), None),
        );
        owner
    }

    pub(super) fn step(
        &self,
        state: &mut State,
        at: (usize, usize),
        submission: &Submission,
        remark: Option<String>,
    ) -> Decision {
        let blank = self.with_scope(state, at, None, |case, step, scope| {
            self.setting.blank(case, step, scope)
        });
        let Some(mut step) = blank else {
            return Decision::Nobody;
        };
        let began = self.setting.now_ms();
        step.started_ms = Some(began);
        state.events.push_back(Event::StepStarted {
            path: step.path.clone(),
            title: step.title.clone(),
            kind: step.kind,
        });
        state.events.push_back(Event::MessageReceived {
            step: step.path.clone(),
            bytes: submission.message.len(),
        });
        let title = format!("{} received", type_of(&submission.message));
        let (kept, mut evidence) =
            state
                .stage
                .keep(&title, Origin::System, submission.message.clone());
        self.judge(state, at, &kept, &mut step, &mut evidence);
        if step.assertions.is_empty() {
            step.assertions
                .push(Assertion::new("the message came", Outcome::Met));
        }
        step.messages.push(evidence);
        step.findings.extend(submission.notes.iter().cloned());
        conclude(&mut step);
        step.comment = remark;
        step.took_ms = Some(self.setting.now_ms().saturating_sub(began));
        self.setting.excuse(&mut step);
        let pair = Pair {
            sent: Some(kept.clone()),
            received: None,
            own_is_received: false,
        };
        let cases = self.cases();
        let names = cases.get(at.0).and_then(|c| {
            Some((
                c.id.text().to_owned(),
                c.steps.get(at.1)?.id.text().to_owned(),
            ))
        });
        if let Some((case, name)) = &names {
            state.stage.ledger.put(case, name, pair.clone());
        }
        state.events.push_back(run::finished(&self.setting, &step));
        state.done.insert(at, step);
        let reply_at = self.reply_step(at);
        let owner = Owner::Step(at, reply_at);
        let number = submission.exchange.unwrap_or_default();
        state
            .under_way
            .insert(number, (owner, Some(kept.clone()), None));
        let rendered = reply_at.and_then(|r| self.rendered(state, (at.0, r), &pair));
        match rendered {
            Some(Ok(reply)) => {
                self.outgoing(state, number, owner, &reply);
                Decision::Message(reply)
            }
            Some(Err(why)) => {
                if let Some(r) = reply_at {
                    self.not_answered(
                        state,
                        (at.0, r),
                        &format!("the reply cannot be made: {why}"),
                    );
                }
                Decision::Nobody
            }
            None => Decision::Fallback(owner),
        }
    }

    // the reply of the plan; `None` when the reference answers
    pub(super) fn rendered(
        &self,
        state: &State,
        at: (usize, usize),
        pair: &Pair,
    ) -> Option<Result<Vec<u8>, String>> {
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

    // the step that answers a message step
    pub(super) fn reply_step(&self, (c, s): (usize, usize)) -> Option<usize> {
        let cases = self.cases();
        let case = cases.get(c)?;
        let name = case.steps.get(s)?.id.text();
        case.steps.iter().position(|step| {
            step.reply.as_ref().is_some_and(|reply| {
                self.setting.not_applicable(step).is_none()
                    && answers(case, step, reply).is_some_and(|of| {
                        of.step == name && of.case.as_deref().is_none_or(|c| c == case.id.text())
                    })
            })
        })
    }
}
