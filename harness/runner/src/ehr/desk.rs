//! The desk at which messages arrive: one at a time they are recognised, judged and answered.

use super::answer;
use super::recognise::{Candidate, Fit, Recognised, Sign, choose};
use crate::checklist;
use crate::event::Event;
use crate::iis::{answers, header, type_of};
use crate::ledger::{Kept, Pair};
use crate::options::Target;
use crate::result::{
    Assertion, Judged, MessageEvidence, Origin, Outcome, RunResult, Step, StepKind, Unexpected,
    Verdict,
};
use crate::run;
use crate::stage::{Judging, Setting, Stage, conclude, reply_kind, unjudged};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use titer_hl7::{Message, Offsets};
use titer_plan::model::{self, Action, StepKind as PlanKind, TransportCall};
use titer_plan::{Occasion, Scope};
use titer_wire::{
    BoxFuture, Credentials, Echo, Exchange, Receiver, Recorder, Reply, SoapFault, Submission,
};

/// Where an exchange that is under way belongs.
#[derive(Clone, Copy, Debug)]
enum Owner {
    /// A message step and the step that answers it, when there is one.
    Step((usize, usize), Option<usize>),
    /// A transport step.
    Transport((usize, usize)),
    /// Nowhere.
    Unexpected(usize),
}

#[derive(Default)]
struct State {
    stage: Stage,
    // by case and step
    done: BTreeMap<(usize, usize), Step>,
    unexpected: Vec<Unexpected>,
    // exchanges under way, by their number, with what came and what goes out
    under_way: BTreeMap<u64, (Owner, Option<Kept>, Option<Kept>)>,
    // what was answered to a control id, for a message that is sent again
    answered: BTreeMap<(String, String), (Vec<u8>, Vec<u8>)>,
    events: VecDeque<Event>,
    arrived: u64,
    exchanges: u64,
    stopped: bool,
}

pub(super) struct Desk {
    setting: Arc<Setting>,
    state: Mutex<State>,
    changed: Condvar,
}

/// What is answered to a message.
enum Decision {
    Message(Vec<u8>),
    Fallback(Owner),
    Nobody,
}

impl Desk {
    pub(super) fn new(setting: Arc<Setting>) -> Self {
        Self {
            setting,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    fn cases(&self) -> Vec<&model::Case> {
        self.setting.selected().map(|(_, c)| c).collect()
    }

    fn target(&self) -> Option<&crate::options::EhrTarget> {
        match &self.setting.options.target {
            Target::Ehr(target) => Some(target),
            Target::Iis(_) => None,
        }
    }

    // steps that a message, or a call, has to come for
    fn awaited(&self) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        for (c, case) in self.cases().into_iter().enumerate() {
            for (s, step) in case.steps.iter().enumerate() {
                let waits = match step.action() {
                    Some(Action::Send(_)) => true,
                    Some(Action::Transport(t)) => t.call == TransportCall::ConnectivityTest,
                    _ => false,
                };
                if waits && self.setting.not_applicable(step).is_none() {
                    all.push((c, s));
                }
            }
        }
        all
    }

    // what has to come before a step, when that has not come
    fn waits_for(&self, state: &State, (c, s): (usize, usize)) -> Option<String> {
        let cases = self.cases();
        let case = cases.get(c)?;
        let awaited = self.awaited();
        let open = |(c, s): (usize, usize)| !state.done.contains_key(&(c, s));
        if let Some(before) = awaited
            .iter()
            .find(|(wc, ws)| *wc == c && *ws < s && open((*wc, *ws)))
        {
            let step = case.steps.get(before.1)?;
            return Some(self.setting.plan.step_path(case, step));
        }
        case.after.iter().flat_map(|a| a.iter()).find_map(|id| {
            let (bc, before) = cases
                .iter()
                .enumerate()
                .find(|(_, x)| x.id.text() == id.value)?;
            awaited
                .iter()
                .any(|(wc, ws)| *wc == bc && open((*wc, *ws)))
                .then(|| self.setting.plan.case_path(before))
        })
    }

    fn with_scope<T>(
        &self,
        state: &State,
        (c, s): (usize, usize),
        pair: Option<&Pair>,
        use_it: impl FnOnce(&model::Case, &model::Step, &Scope<'_>) -> T,
    ) -> Option<T> {
        let cases = self.cases();
        let case = *cases.get(c)?;
        let step = case.steps.get(s)?;
        let occasion: Occasion = self.setting.occasion();
        let view = state.stage.ledger.view(case.id.text(), pair);
        let scope = self.setting.plan.scope(&occasion, case, step, &view);
        Some(use_it(case, step, &scope))
    }

    /// Waits for messages, and hands events on.
    pub(super) fn wait(&self, on_event: &mut dyn FnMut(Event)) {
        let idle = self.target().and_then(|t| t.idle);
        on_event(self.waiting(&self.state()));
        let mut state = self.state();
        loop {
            while let Some(event) = state.events.pop_front() {
                drop(state);
                on_event(event);
                state = self.state();
            }
            if state.stopped || self.finished(&state) {
                return;
            }
            let arrived = state.arrived;
            match idle {
                None => {
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Some(time) => {
                    let (next, timed_out) = self
                        .changed
                        .wait_timeout(state, time)
                        .unwrap_or_else(PoisonError::into_inner);
                    state = next;
                    if timed_out.timed_out() && state.arrived == arrived {
                        return;
                    }
                }
            }
        }
    }

    fn finished(&self, state: &State) -> bool {
        state.under_way.is_empty() && self.awaited().iter().all(|at| state.done.contains_key(at))
    }

    fn waiting(&self, state: &State) -> Event {
        let open = self
            .awaited()
            .into_iter()
            .filter(|at| !state.done.contains_key(at) && self.waits_for(state, *at).is_none())
            .filter_map(|at| {
                self.with_scope(state, at, None, |case, step, scope| {
                    let blank = self.setting.blank(case, step, scope);
                    (blank.path, blank.title)
                })
            })
            .collect();
        Event::Waiting { open }
    }

    // the steps that the message could be
    fn candidates(&self, state: &State, bytes: &[u8]) -> Vec<Candidate> {
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
    fn content(&self, state: &State, at: (usize, usize), kept: &Kept) -> Fit {
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

    fn judge(
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
    fn take(&self, submission: &Submission) -> Decision {
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

    fn stray(state: &mut State, submission: &Submission, because: &str) -> Owner {
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

    fn step(
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
    fn rendered(
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
    fn reply_step(&self, (c, s): (usize, usize)) -> Option<usize> {
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

    fn not_answered(&self, state: &mut State, at: (usize, usize), because: &str) {
        let blank = self.with_scope(state, at, None, |case, step, scope| {
            self.setting.blank(case, step, scope)
        });
        if let Some(mut step) = blank {
            unjudged(&mut step, because);
            state.events.push_back(run::finished(&self.setting, &step));
            state.done.insert(at, step);
        }
    }

    // keeps what goes out
    fn outgoing(&self, state: &mut State, number: u64, owner: Owner, reply: &[u8]) {
        let title = format!("{} sent", type_of(reply));
        let (kept, mut evidence) = state.stage.keep(&title, Origin::Harness, reply.to_vec());
        Stage::note_own(&mut evidence, reply);
        match owner {
            Owner::Step((c, s), reply_at) => {
                let cases = self.cases();
                if let Some((case, name)) = cases
                    .get(c)
                    .and_then(|x| Some((*x, x.steps.get(s)?.id.text())))
                {
                    let mut pair = state
                        .stage
                        .ledger
                        .get(case.id.text(), name)
                        .cloned()
                        .unwrap_or_default();
                    pair.received = Some(kept.clone());
                    state.stage.ledger.put(case.id.text(), name, pair.clone());
                    pair.own_is_received = true;
                    if let Some(own) = reply_at.and_then(|r| case.steps.get(r)) {
                        state.stage.ledger.put(case.id.text(), own.id.text(), pair);
                    }
                }
                match reply_at {
                    Some(r) => self.reply_done(state, (c, r), evidence, &kept),
                    None => {
                        if let Some(step) = state.done.get_mut(&(c, s)) {
                            step.messages.push(evidence);
                        }
                    }
                }
            }
            Owner::Unexpected(i) => {
                if let Some(stray) = state.unexpected.get_mut(i) {
                    stray.messages.push(evidence);
                }
            }
            Owner::Transport(_) => {}
        }
        if let Some(entry) = state.under_way.get_mut(&number) {
            entry.2 = Some(kept);
        }
    }

    // the step that answers, as far as it can be told before the answer has gone out
    fn reply_done(
        &self,
        state: &mut State,
        at: (usize, usize),
        evidence: MessageEvidence,
        kept: &Kept,
    ) {
        let blank = self.with_scope(state, at, None, |case, plan_step, scope| {
            let mut step = self.setting.blank(case, plan_step, scope);
            step.kind = reply_kind(&kept.bytes);
            let shown = checklist::of_message(&kept.bytes);
            let looked_at = step.kind != StepKind::TaAck && !inspected(case, plan_step);
            if looked_at {
                step.checklist = checklist::of_step(plan_step, scope, &self.setting.plan);
                step.checklist.extend(shown);
            }
            (step, looked_at)
        });
        let Some((mut step, looked_at)) = blank else {
            return;
        };
        step.started_ms = Some(self.setting.now_ms());
        step.took_ms = Some(0);
        step.messages.push(evidence);
        // whether it was delivered is known when the call is over; until then it is open
        step.judged = if looked_at {
            Judged::Juror
        } else {
            Judged::Automatic
        };
        state.done.insert(at, step);
    }

    // a call is over: the answer was delivered, or not
    fn over(&self, number: u64, exchange: &Exchange) {
        let mut guard = self.state();
        let state = &mut *guard;
        let Some((owner, came, went)) = state.under_way.remove(&number) else {
            return;
        };
        let call = state
            .stage
            .call(&self.setting, exchange, came.as_ref(), went.as_ref());
        match owner {
            Owner::Unexpected(i) => {
                if let Some(stray) = state.unexpected.get_mut(i) {
                    stray.exchanges.push(call);
                }
            }
            Owner::Transport(at) => {
                if let Some(step) = state.done.get_mut(&at) {
                    step.exchanges.push(call);
                }
            }
            Owner::Step((c, s), reply_at) => {
                if let Some(step) = state.done.get_mut(&(c, s)) {
                    step.exchanges.push(call);
                }
                if let (Some(r), Some(went)) = (reply_at, &went) {
                    self.delivered(state, (c, r), exchange, went);
                }
            }
        }
        self.changed.notify_all();
    }

    fn delivered(&self, state: &mut State, at: (usize, usize), exchange: &Exchange, went: &Kept) {
        let Some(step) = state.done.get_mut(&at) else {
            return;
        };
        let ok =
            exchange.error.is_none() && exchange.status.is_some_and(|s| (200..300).contains(&s));
        let mut assertion = Assertion::new(
            "the answer is delivered",
            if ok {
                Outcome::Met
            } else {
                Outcome::Inconclusive
            },
        );
        assertion.message = Some(went.id.clone());
        if !ok {
            assertion.because = Some("the call ended before the answer was out".to_owned());
        }
        step.assertions.push(assertion);
        let looked_at = step.judged == Judged::Juror;
        conclude(step);
        if looked_at && ok && step.verdict == Verdict::Passed {
            step.verdict = Verdict::Pending;
            step.judged = Judged::NotJudged;
            step.because =
                Some("the answer is delivered; somebody has to see what is shown of it".to_owned());
        }
        self.setting.excuse(step);
        let event = run::finished(&self.setting, step);
        state.events.push_back(event);
    }

    /// Judges what needs no message, and makes the document.
    pub(super) fn conclude(&self, on_event: &mut dyn FnMut(Event)) -> RunResult {
        let mut guard = self.state();
        let state = &mut *guard;
        while let Some(event) = state.events.pop_front() {
            on_event(event);
        }
        let mut all: BTreeMap<String, Vec<Step>> = BTreeMap::new();
        for (c, case) in self.cases().into_iter().enumerate() {
            let mut steps = Vec::new();
            for (s, plan_step) in case.steps.iter().enumerate() {
                let step = match state.done.remove(&(c, s)) {
                    Some(step) => step,
                    None => {
                        let step = self.left(state, (c, s), case, plan_step);
                        on_event(run::finished(&self.setting, &step));
                        step
                    }
                };
                steps.push(step);
            }
            on_event(run::case_finished(&self.setting, case, &steps));
            all.insert(case.id.text().to_owned(), steps);
        }
        let unexpected = std::mem::take(&mut state.unexpected);
        run::conclude(&self.setting, all, None, unexpected, on_event)
    }

    // a step that no message was for
    fn left(
        &self,
        state: &State,
        at: (usize, usize),
        case: &model::Case,
        plan_step: &model::Step,
    ) -> Step {
        let blank = self.with_scope(state, at, None, |case, step, scope| {
            self.setting.blank(case, step, scope)
        });
        let mut step = blank.unwrap_or_else(|| {
            Step::new(
                self.setting.plan.step_path(case, plan_step),
                "",
                StepKind::Send,
            )
        });
        if step.verdict == Verdict::NotApplicable {
            return step;
        }
        match plan_step.action() {
            Some(Action::Send(_)) => open(&mut step, "no message came that could be this step's"),
            Some(Action::Transport(_)) => open(&mut step, "nobody called"),
            Some(Action::Reply(_)) => open(&mut step, "the message that it answers has not come"),
            Some(Action::Compare(compare)) => {
                state
                    .stage
                    .compare(&self.setting, case, plan_step, compare, &mut step);
            }
            Some(_) | None => state
                .stage
                .manual(&self.setting, case, plan_step, &mut step),
        }
        self.setting.excuse(&mut step);
        step
    }

    fn echo_came(&self, echo: &Echo) {
        let mut guard = self.state();
        let state = &mut *guard;
        state.arrived += 1;
        let cases = self.cases();
        let open = self.awaited().into_iter().find(|at| {
            let step = cases.get(at.0).and_then(|c| c.steps.get(at.1));
            step.and_then(model::Step::kind) == Some(PlanKind::Transport)
                && !state.done.contains_key(at)
        });
        if let Some(at) = open {
            let made = self.with_scope(state, at, None, |case, plan_step, scope| {
                let mut step = self.setting.blank(case, plan_step, scope);
                let wanted = plan_step.transport.as_ref().and_then(|t| t.echo.as_ref());
                step.assertions
                    .push(Assertion::new("connectivityTest is called", Outcome::Met));
                if let Some(Ok(wanted)) = wanted.map(|t| scope.text(t)) {
                    let right = echo.text == wanted;
                    let mut assertion = Assertion::new(
                        "the text is the one that was asked for",
                        if right { Outcome::Met } else { Outcome::NotMet },
                    );
                    assertion.expected = Some(wanted);
                    assertion.found = Some(titer_finding::Phi::new(echo.text.as_str()));
                    step.assertions.push(assertion);
                }
                let bad = echo
                    .notes
                    .iter()
                    .any(|n| n.severity == titer_finding::Severity::Error);
                step.assertions.push(Assertion::new(
                    "the envelope is as the interface asks",
                    if bad { Outcome::NotMet } else { Outcome::Met },
                ));
                step.findings.extend(echo.notes.iter().cloned());
                conclude(&mut step);
                self.setting.excuse(&mut step);
                step
            });
            if let Some(mut step) = made {
                step.started_ms = Some(self.setting.now_ms());
                step.took_ms = Some(0);
                state.events.push_back(run::finished(&self.setting, &step));
                state.done.insert(at, step);
                state.under_way.insert(
                    echo.exchange.unwrap_or_default(),
                    (Owner::Transport(at), None, None),
                );
            }
        }
        self.changed.notify_all();
    }
}

fn open(step: &mut Step, because: &str) {
    step.verdict = match step.evaluation {
        crate::result::Evaluation::NotEvaluated { .. } => Verdict::NotEvaluated,
        _ => Verdict::Pending,
    };
    step.because = Some(because.to_owned());
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

impl Receiver for Desk {
    fn authenticate(&self, credentials: &Credentials) -> Result<(), SoapFault> {
        match self.target().and_then(|t| t.credentials.as_ref()) {
            Some(wanted) if !wanted.matches(credentials) => Err(SoapFault::security()),
            _ => Ok(()),
        }
    }

    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Reply, SoapFault>> {
        let decision = self.take(&submission);
        let fallback = self.target().and_then(|t| t.fallback.clone());
        Box::pin(async move {
            let owner = match decision {
                Decision::Message(reply) => return Ok(Reply::Hl7(reply)),
                Decision::Nobody => {
                    return Err(SoapFault::unknown(
                        "no step of the test plan answers this message",
                    ));
                }
                Decision::Fallback(owner) => owner,
            };
            let Some(fallback) = fallback else {
                return Err(SoapFault::unknown(
                    "no step of the test plan answers this message",
                ));
            };
            let number = submission.exchange.unwrap_or_default();
            let reply = fallback.submit(submission).await;
            if let Ok(Reply::Hl7(bytes)) = &reply {
                let mut state = self.state();
                self.outgoing(&mut state, number, owner, bytes);
            }
            reply
        })
    }

    fn echoed(&self, echo: Echo) {
        self.echo_came(&echo);
    }
}

impl Recorder for Desk {
    fn begin(&self) -> u64 {
        let mut state = self.state();
        state.exchanges += 1;
        state.exchanges
    }

    fn record(&self, exchange: Exchange) {
        self.over(exchange.sequence, &exchange);
    }
}
