//! The desk at which messages arrive: one at a time they are recognised, judged and answered.

use crate::event::Event;
use crate::ledger::{Kept, Pair};
use crate::options::Target;
use crate::result::{Step, Unexpected};
use crate::stage::{Setting, Stage};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use titer_plan::model::{self, Action, TransportCall};
use titer_plan::{Occasion, Scope};
use titer_wire::{
    BoxFuture, Credentials, Echo, Exchange, Receiver, Recorder, Reply, SoapFault, Submission,
};

/// Where an exchange that is under way belongs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// A message step and the step that answers it, when there is one.
    Step((usize, usize), Option<usize>),
    /// A transport step.
    Transport((usize, usize)),
    /// Nowhere.
    Unexpected(usize),
}

#[derive(Default)]
pub(super) struct State {
    pub(super) stage: Stage,
    // by case and step
    pub(super) done: BTreeMap<(usize, usize), Step>,
    pub(super) unexpected: Vec<Unexpected>,
    // exchanges under way, by their number, with what came and what goes out
    pub(super) under_way: BTreeMap<u64, (Owner, Option<Kept>, Option<Kept>)>,
    // what was answered to a control id, for a message that is sent again
    pub(super) answered: BTreeMap<(String, String), (Vec<u8>, Vec<u8>)>,
    pub(super) events: VecDeque<Event>,
    pub(super) arrived: u64,
    pub(super) exchanges: u64,
    pub(super) stopped: bool,
}

pub(super) struct Desk {
    pub(super) setting: Arc<Setting>,
    state: Mutex<State>,
    pub(super) changed: Condvar,
}

/// What is answered to a message.
pub(super) enum Decision {
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

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }

    pub(super) fn cases(&self) -> Vec<&model::Case> {
        self.setting.selected().map(|(_, c)| c).collect()
    }

    pub(super) fn target(&self) -> Option<&crate::options::EhrTarget> {
        match &self.setting.options.target {
            Target::Ehr(target) => Some(target),
            Target::Iis(_) => None,
        }
    }

    // steps that a message, or a call, has to come for
    pub(super) fn awaited(&self) -> Vec<(usize, usize)> {
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
    pub(super) fn waits_for(&self, state: &State, (c, s): (usize, usize)) -> Option<String> {
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

    pub(super) fn with_scope<T>(
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

    pub(super) fn waiting(&self, state: &State) -> Event {
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
