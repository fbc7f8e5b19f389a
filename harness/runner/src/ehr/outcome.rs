//! An answer goes out, a call is over, and at the end what is left is judged.

use super::desk::{Desk, Owner, State};
use crate::checklist;
use crate::event::Event;
use crate::ledger::Kept;
use crate::messages::{answers, type_of};
use crate::result::{
    Assertion, Judged, MessageEvidence, Origin, Outcome, RunResult, Step, StepKind, Verdict,
};
use crate::run;
use crate::stage::{Stage, conclude, reply_kind, unjudged};
use std::collections::BTreeMap;
use titer_plan::model::{self, Action, StepKind as PlanKind};
use titer_wire::{Echo, Exchange};

impl Desk {
    pub(super) fn not_answered(&self, state: &mut State, at: (usize, usize), because: &str) {
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
    pub(super) fn outgoing(&self, state: &mut State, number: u64, owner: Owner, reply: &[u8]) {
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
    pub(super) fn reply_done(
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
    pub(super) fn over(&self, number: u64, exchange: &Exchange) {
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

    pub(super) fn delivered(
        &self,
        state: &mut State,
        at: (usize, usize),
        exchange: &Exchange,
        went: &Kept,
    ) {
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
    pub(super) fn left(
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
            Some(Action::Reply(reply)) => {
                let came = answers(case, plan_step, reply)
                    .and_then(|of| state.stage.ledger.of(case.id.text(), &of))
                    .is_some();
                if came {
                    unjudged(
                        &mut step,
                        "the message was not answered with a message: the plan has no reply of its own here, \
                         and nobody who stands behind the harness gave one",
                    );
                } else {
                    open(&mut step, "the message that it answers has not come");
                }
            }
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

    pub(super) fn echo_came(&self, echo: &Echo) {
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
