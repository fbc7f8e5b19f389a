//! An answer goes out, a call is over, a connection is tried.

use super::fold::Fold;
use super::state::{Answered, At, Belongs, Delivery, State, Tried};
use crate::checklist;
use crate::ledger::Kept;
use crate::messages::{header, type_of};
use crate::result::{Assertion, Judged, MessageEvidence, Origin, Outcome, StepKind, Verdict};
use crate::run;
use crate::stage::{Stage, conclude, reply_kind, unjudged};
use titer_finding::{Finding, Severity};
use titer_plan::model::{self, TransportCall};

const AGAIN: &str = "the message was answered by the reference IIS, because it was not plain which step it is; send it again to \
                     get the answer that the plan has for this step";

impl Fold {
    /// What goes out to a message.
    pub(super) fn answered(
        &self,
        state: &mut State,
        seq: u64,
        bytes: Option<Vec<u8>>,
        by_reference: bool,
        fault: Option<String>,
    ) {
        let kept = bytes.map(|b| state.stage.keep("", Origin::Harness, b).0);
        let answered = Answered {
            kept,
            by_reference,
            fault,
        };
        let Some(arrival) = state.arrivals.get_mut(&seq) else {
            return;
        };
        arrival.answered = Some(answered.clone());
        match arrival.belongs {
            Belongs::Repeats(before) => {
                // the first one was not answered, or not as the plan has it
                let better = state.arrivals.get(&before).is_some_and(|first| {
                    let had = first.answered.as_ref();
                    had.is_none_or(|h| h.kept.is_none() || h.by_reference && !by_reference)
                });
                if better {
                    if let Some(first) = state.arrivals.get_mut(&before) {
                        first.answered = Some(answered);
                        first.delivery = None;
                    }
                    self.refresh(state, before);
                }
            }
            Belongs::Step(at) => self.attach_answer(state, seq, at),
            Belongs::Replaced(_) | Belongs::Nowhere => {}
        }
    }

    /// A call is over: the answer was delivered, or not.
    pub(super) fn delivered(
        &self,
        state: &mut State,
        seq: u64,
        ok: bool,
        exchange: Option<&titer_wire::Exchange>,
    ) {
        let (came, went) = state.arrivals.get(&seq).map_or((None, None), |a| {
            (
                Some(a.kept.clone()),
                a.answered.as_ref().and_then(|x| x.kept.clone()),
            )
        });
        let call = exchange.map(|x| {
            state
                .stage
                .call(&self.setting, x, came.as_ref(), went.as_ref())
        });
        if let Some(tried) = state.tried.get(&seq).cloned() {
            if let (Some(at), Some(call)) = (tried.at, call)
                && let Some(step) = state.done.get_mut(&at)
            {
                step.exchanges.push(call);
            }
            return;
        }
        let delivery = Delivery {
            ok,
            call: call.clone(),
        };
        let Some(arrival) = state.arrivals.get_mut(&seq) else {
            return;
        };
        arrival.delivery = Some(delivery.clone());
        let (belongs, shows) = (arrival.belongs, arrival.shows);
        if let (Some(at), Some(call)) = (shows, call)
            && let Some(step) = state.done.get_mut(&at)
        {
            step.exchanges.push(call);
        }
        match belongs {
            Belongs::Step(at) => self.attach_delivery(state, seq, at),
            Belongs::Repeats(before) => {
                let open = state
                    .arrivals
                    .get(&before)
                    .is_some_and(|first| first.delivery.as_ref().is_none_or(|d| !d.ok));
                if open && ok {
                    if let Some(first) = state.arrivals.get_mut(&before) {
                        first.delivery = Some(Delivery { ok, call: None });
                    }
                    self.refresh(state, before);
                }
            }
            Belongs::Replaced(_) | Belongs::Nowhere => {}
        }
    }

    // judges a step's message again, with what was answered to it
    fn refresh(&self, state: &mut State, seq: u64) {
        let Some((at, came)) = state.arrivals.get(&seq).and_then(|a| match a.belongs {
            Belongs::Step(at) => Some((at, a.at)),
            _ => None,
        }) else {
            return;
        };
        self.clock.set(came);
        self.place(state, seq, at);
        self.attach(state, seq);
        if let Some(now) = state.last_at {
            self.clock.set(now);
        }
    }

    /// What was answered to a message, and how that ended, where its step shows it.
    pub(super) fn attach(&self, state: &mut State, seq: u64) {
        let Some(arrival) = state.arrivals.get(&seq) else {
            return;
        };
        let Belongs::Step(at) = arrival.belongs else {
            return;
        };
        let (answered, over) = (arrival.answered.is_some(), arrival.delivery.is_some());
        if answered {
            self.attach_answer(state, seq, at);
        }
        if over {
            self.attach_delivery(state, seq, at);
        }
    }

    fn attach_answer(&self, state: &mut State, seq: u64, at: At) {
        let Some(answered) = state.arrivals.get(&seq).and_then(|a| a.answered.clone()) else {
            return;
        };
        let reply_at = self.reply_step(at);
        let scripted = reply_at.is_some_and(|r| self.is_scripted(r));
        let Some(kept) = answered.kept else {
            if let (Some(r), true) = (reply_at, scripted) {
                let why = answered.fault.unwrap_or_default();
                let mut step = self.blank(state, r);
                unjudged(&mut step, format!("the reply cannot be made: {why}"));
                if state.arrivals.get(&seq).is_some_and(|a| a.assigned) {
                    step.verdict = Verdict::Pending;
                    step.because = Some(AGAIN.replace(
                        "was answered by the reference IIS",
                        "was answered with a fault",
                    ));
                }
                state.events.push(run::finished(&self.setting, &step));
                state.done.insert(r, step);
            }
            return;
        };
        let mut evidence = MessageEvidence::new(
            kept.id.clone(),
            format!("{} sent", type_of(&kept.bytes)),
            Origin::Harness,
            &kept.bytes,
        );
        Stage::note_own(&mut evidence, &kept.bytes);
        let not_the_plans = scripted && answered.by_reference;
        if let Some((case, name)) = self
            .plan_step(at)
            .map(|(c, s)| (c.id.text().to_owned(), s.id.text().to_owned()))
        {
            let mut pair = state
                .stage
                .ledger
                .get(&case, &name)
                .cloned()
                .unwrap_or_default();
            pair.received = Some(kept.clone());
            state.stage.ledger.put(&case, &name, pair.clone());
            pair.own_is_received = true;
            if let Some((_, own)) = reply_at
                .filter(|_| !not_the_plans)
                .and_then(|r| self.plan_step(r))
            {
                state.stage.ledger.put(&case, own.id.text(), pair);
            }
        }
        match reply_at {
            Some(r) if not_the_plans => {
                let mut step = self.blank(state, r);
                step.because = Some(AGAIN.to_owned());
                state.done.insert(r, step);
                if let Some(step) = state.done.get_mut(&at) {
                    step.messages.push(evidence);
                }
            }
            Some(r) => self.reply_done(state, r, evidence, &kept),
            None => {
                if let Some(step) = state.done.get_mut(&at) {
                    step.messages.push(evidence);
                }
            }
        }
    }

    // the step that answers, as far as it can be told before the answer has gone out
    fn reply_done(&self, state: &mut State, at: At, evidence: MessageEvidence, kept: &Kept) {
        let made = self.with_scope(state, at, None, |case, plan_step, scope| {
            let mut step = self.setting.blank(case, plan_step, scope);
            step.kind = reply_kind(&kept.bytes);
            let looked_at = step.kind != StepKind::TaAck && !inspected(case, plan_step);
            if looked_at {
                step.checklist = checklist::of_step(plan_step, scope, &self.setting.plan);
                step.checklist.extend(checklist::of_message(&kept.bytes));
            }
            (step, looked_at)
        });
        let Some((mut step, looked_at)) = made else {
            return;
        };
        step.started_ms = Some(self.setting.now_ms());
        step.took_ms = Some(0);
        step.messages.push(evidence);
        // whether it was delivered is known when the call is over; until then it is open
        step.because = Some("it is not known yet whether the answer was delivered".to_owned());
        if looked_at {
            state.looked_at.insert(at);
        }
        state.done.insert(at, step);
    }

    fn attach_delivery(&self, state: &mut State, seq: u64, at: At) {
        let Some(arrival) = state.arrivals.get(&seq) else {
            return;
        };
        let Some(delivery) = arrival.delivery.clone() else {
            return;
        };
        let called = arrival.way.is_call();
        let went = arrival.answered.as_ref().and_then(|a| a.kept.clone());
        if let Some(call) = &delivery.call
            && let Some(step) = state.done.get_mut(&at)
        {
            step.took_ms = Some(call.took_ms);
            step.exchanges.push(call.clone());
        }
        let (Some(r), Some(went)) = (self.reply_step(at), went) else {
            return;
        };
        let looked_at = state.looked_at.contains(&r);
        let Some(step) = state.done.get_mut(&r) else {
            return;
        };
        // the step waits for an answer of the plan's own
        if step.messages.is_empty() {
            return;
        }
        let what = if called {
            "the answer is delivered"
        } else {
            "the answer is handed over"
        };
        let mut assertion = Assertion::new(
            what,
            if delivery.ok {
                Outcome::Met
            } else {
                Outcome::Inconclusive
            },
        );
        assertion.message = Some(went.id);
        if !delivery.ok {
            assertion.because = Some("the call ended before the answer was out".to_owned());
        }
        step.assertions.push(assertion);
        step.because = None;
        conclude(step);
        if looked_at && delivery.ok && step.verdict == Verdict::Passed {
            step.verdict = Verdict::Pending;
            step.judged = Judged::NotJudged;
            step.because = Some(format!("{what}; somebody has to see what is shown of it"));
        }
        self.setting.excuse(step);
        let event = run::finished(&self.setting, step);
        state.events.push(event);
    }

    /// The connection was tried.
    pub(super) fn echo(&self, state: &mut State, seq: u64, notes: &[Finding]) {
        let open = self.awaited().find(|at| {
            let call = self
                .plan_step(*at)
                .and_then(|(_, s)| s.transport.as_ref())
                .map(|t| t.call);
            call == Some(TransportCall::ConnectivityTest) && state.is_open(*at)
        });
        state.tried.insert(seq, Tried { at: open });
        let Some(at) = open else { return };
        // any text will do: what the plan names is what the harness itself would send, and it comes back as it is
        self.called(state, at, "connectivityTest is called", notes);
        let waiting = self.tell_waiting(state);
        state.events.push(waiting);
    }

    /// A message came by SOAP: the first open step that asks for a call with such a message has it.
    pub(super) fn submitted(
        &self,
        state: &mut State,
        bytes: &[u8],
        notes: &[Finding],
    ) -> Option<At> {
        let kind = header(bytes, "MSH", 9);
        let at = self.submits().find(|at| {
            let asked = self.with_scope(state, *at, None, |_, plan_step, scope| {
                let transport = plan_step.transport.as_ref()?;
                let name = transport.messages.first()?;
                scope.message(&name.value, &transport.vary).ok()
            });
            state.is_open(*at)
                && asked
                    .flatten()
                    .is_none_or(|m| header(&m, "MSH", 9).eq_ignore_ascii_case(&kind))
        })?;
        self.called(state, at, "submitSingleMessage is called", notes);
        Some(at)
    }

    fn called(&self, state: &mut State, at: At, what: &str, notes: &[Finding]) {
        let mut step = self.blank(state, at);
        step.assertions.push(Assertion::new(what, Outcome::Met));
        let bad = notes.iter().any(|n| n.severity == Severity::Error);
        step.assertions.push(Assertion::new(
            "the envelope is as the interface asks",
            if bad { Outcome::NotMet } else { Outcome::Met },
        ));
        step.findings.extend(notes.iter().cloned());
        conclude(&mut step);
        self.setting.excuse(&mut step);
        step.started_ms = Some(self.setting.now_ms());
        step.took_ms = Some(0);
        state.events.push(run::finished(&self.setting, &step));
        state.done.insert(at, step);
    }
}

// whether a step of its own has a person look at what this reply shows
fn inspected(case: &model::Case, reply: &model::Step) -> bool {
    case.steps.iter().any(|s| {
        let of = s
            .inspect
            .as_ref()
            .and_then(|i| i.of.as_ref())
            .and_then(|of| of.get());
        of.is_some_and(|of| {
            of.step == reply.id.text() && of.case.as_deref().is_none_or(|c| c == case.id.text())
        })
    })
}
