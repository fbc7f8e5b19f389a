//! The fold: entries, one after the other, become a state. Nothing here looks at anything but the plan and the entries.

use super::clock::EntryClock;
use super::entry::{Entry, What, undone};
use super::state::{At, State, merged};
use crate::event::Event;
use crate::ledger::Pair;
use crate::messages::answers;
use crate::result::{EvidenceFile, Step, StepKind, Waiver};
use crate::stage::Setting;
use std::sync::Arc;
use titer_plan::model::{self, Action, TransportCall};
use titer_plan::{Occasion, Scope};

pub(super) struct Fold {
    pub(super) setting: Arc<Setting>,
    pub(super) clock: Arc<EntryClock>,
    pub(super) forecaster: Option<Arc<dyn crate::proof::Forecaster>>,
    awaited: Vec<At>,
    submits: Vec<At>,
}

impl Fold {
    pub(super) fn new(
        setting: Arc<Setting>,
        clock: Arc<EntryClock>,
        forecaster: Option<Arc<dyn crate::proof::Forecaster>>,
    ) -> Self {
        let mut fold = Self {
            setting,
            clock,
            forecaster,
            awaited: Vec::new(),
            submits: Vec::new(),
        };
        let which = |wanted: &dyn Fn(&Action<'_>) -> bool| -> Vec<At> {
            fold.steps()
                .filter(|(_, _, step)| step.action().is_some_and(|a| wanted(&a)))
                .filter(|(_, _, step)| fold.setting.not_applicable(step).is_none())
                .map(|(at, _, _)| at)
                .collect()
        };
        let calls =
            |action: &Action<'_>, call| matches!(action, Action::Transport(t) if t.call == call);
        let awaited = which(&|action| {
            matches!(action, Action::Send(_)) || calls(action, TransportCall::ConnectivityTest)
        });
        let submits = which(&|action| calls(action, TransportCall::Submit));
        fold.awaited = awaited;
        fold.submits = submits;
        fold
    }

    /// The state after these entries.
    pub(super) fn all(&self, entries: &[Entry]) -> State {
        let undone = undone(entries);
        let mut state = State::default();
        for entry in entries {
            if undone.contains(&entry.seq) {
                state.pass_over(entry);
            } else {
                self.apply(&mut state, entry);
            }
        }
        state.events.clear();
        state
    }

    /// One more entry. An [`What::Undo`] needs [`Fold::all`] instead.
    pub(super) fn apply(&self, state: &mut State, entry: &Entry) {
        self.clock.set(entry.at);
        state.pass_over(entry);
        match &entry.what {
            What::Begun { system, .. } => {
                state.system = Some(system.clone());
                state
                    .modifications
                    .clone_from(&self.setting.options.modifications);
            }
            What::Message { .. } => self.message(state, entry),
            What::Answered {
                message,
                bytes,
                by_reference,
                fault,
            } => self.answered(
                state,
                *message,
                bytes.as_ref().map(crate::result::Body::bytes),
                *by_reference,
                fault.clone(),
            ),
            What::Delivered {
                message,
                ok,
                exchange,
                ..
            } => self.delivered(state, *message, *ok, exchange.as_deref()),
            What::Echo { notes, .. } => self.echo(state, entry.seq, notes),
            What::Refused { username, .. } => state.refused.push((entry.at, username.clone())),
            What::Assign { message, step } => self.assign(state, *message, step.as_deref()),
            What::System { system } => state.system = Some(system.clone()),
            What::Modification { text } => state.modifications.push(text.clone()),
            What::Undo { .. } => {}
            of_step => {
                if let Some(at) = of_step.step().and_then(|path| self.at(path)) {
                    said(state, at, entry);
                }
            }
        }
    }

    pub(super) fn plan_step(&self, (c, s): At) -> Option<(&model::Case, &model::Step)> {
        let case = self.setting.selected().map(|(_, c)| c).nth(c)?;
        Some((case, case.steps.get(s)?))
    }

    /// Every step of the selected cases, in order.
    pub(super) fn steps(&self) -> impl Iterator<Item = (At, &model::Case, &model::Step)> {
        self.setting
            .selected()
            .enumerate()
            .flat_map(|(c, (_, case))| {
                case.steps
                    .iter()
                    .enumerate()
                    .map(move |(s, step)| ((c, s), case, step))
            })
    }

    /// The step with this path, or with the path without the plan's id.
    pub(super) fn at(&self, path: &str) -> Option<At> {
        let plan = &self.setting.plan;
        let full = path
            .strip_prefix(plan.id.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .unwrap_or(path);
        let (case, step) = full.split_once('/')?;
        self.named(case, step)
    }

    /// The step with this id of the case with that one.
    pub(super) fn named(&self, case: &str, step: &str) -> Option<At> {
        (0..)
            .zip(self.setting.selected())
            .filter(|(_, (_, c))| c.id.text() == case)
            .find_map(|(c, (_, of))| {
                let s = of.steps.iter().position(|s| s.id.text() == step)?;
                Some((c, s))
            })
    }

    pub(super) fn path(&self, at: At) -> String {
        self.plan_step(at)
            .map(|(case, step)| self.setting.plan.step_path(case, step))
            .unwrap_or_default()
    }

    /// Steps that a message, or a call, has to come for, in the order of the plan.
    pub(super) fn awaited(&self) -> impl Iterator<Item = At> {
        self.awaited.iter().copied()
    }

    /// Transport steps that any message by SOAP shows.
    pub(super) fn submits(&self) -> impl Iterator<Item = At> {
        self.submits.iter().copied()
    }

    pub(super) fn everything_came(&self, state: &State) -> bool {
        self.awaited()
            .chain(self.submits())
            .all(|at| !state.is_open(at))
    }

    // what has to come before a step, when that has not come
    pub(super) fn waits_for(&self, state: &State, (c, s): At) -> Option<String> {
        let (_, case) = self.setting.selected().nth(c)?;
        if let Some(before) = self
            .awaited()
            .find(|(wc, ws)| *wc == c && *ws < s && state.is_open((*wc, *ws)))
        {
            return Some(self.path(before));
        }
        case.after.iter().flat_map(|a| a.iter()).find_map(|id| {
            let (bc, (_, before)) = self
                .setting
                .selected()
                .enumerate()
                .find(|(_, (_, x))| x.id.text() == id.value)?;
            self.awaited()
                .any(|at| at.0 == bc && state.is_open(at))
                .then(|| self.setting.plan.case_path(before))
        })
    }

    pub(super) fn with_scope<T>(
        &self,
        state: &State,
        at: At,
        pair: Option<&Pair>,
        use_it: impl FnOnce(&model::Case, &model::Step, &Scope<'_>) -> T,
    ) -> Option<T> {
        let (case, step) = self.plan_step(at)?;
        let occasion: Occasion = self.setting.occasion();
        let view = state.stage.ledger.view(case.id.text(), pair);
        let scope = self.setting.plan.scope(&occasion, case, step, &view);
        Some(use_it(case, step, &scope))
    }

    pub(super) fn blank(&self, state: &State, at: At) -> Step {
        self.with_scope(state, at, None, |case, step, scope| {
            self.setting.blank(case, step, scope)
        })
        .unwrap_or_else(|| Step::new(self.path(at), "", StepKind::Send))
    }

    // the step that answers a message step
    pub(super) fn reply_step(&self, (c, s): At) -> Option<At> {
        let (case, of) = self.plan_step((c, s))?;
        let name = of.id.text();
        case.steps
            .iter()
            .position(|step| {
                step.reply.as_ref().is_some_and(|reply| {
                    self.setting.not_applicable(step).is_none()
                        && answers(case, step, reply).is_some_and(|of| {
                            of.step == name
                                && of.case.as_deref().is_none_or(|c| c == case.id.text())
                        })
                })
            })
            .map(|r| (c, r))
    }

    /// Whether the plan has an answer of its own for what a message step sends.
    pub(super) fn is_scripted(&self, reply_at: At) -> bool {
        self.plan_step(reply_at)
            .and_then(|(_, step)| step.reply.as_ref())
            .is_some_and(|reply| reply.message.is_some())
    }

    /// The steps that wait for a message or a call now.
    pub(super) fn waiting(&self, state: &State) -> Vec<At> {
        self.awaited()
            .filter(|at| state.is_open(*at) && self.waits_for(state, *at).is_none())
            .collect()
    }

    pub(super) fn tell_waiting(&self, state: &State) -> Event {
        let open = self
            .waiting(state)
            .into_iter()
            .map(|at| {
                let blank = self.blank(state, at);
                (blank.path, blank.title)
            })
            .collect();
        Event::Waiting { open }
    }
}

// what a person or a driver said of a step
fn said(state: &mut State, at: At, entry: &Entry) {
    let by = entry.by.clone();
    let said = state.said(at);
    match &entry.what {
        What::Mark {
            item,
            seen,
            comment,
            ..
        } => {
            let mark = super::state::Mark {
                seen: *seen,
                comment: comment.clone().filter(|c| !c.trim().is_empty()),
                by,
            };
            said.marks.insert(*item, mark);
        }
        What::Supply { answers, .. } => {
            let before = said.answers.remove(&answers.source);
            said.answers.insert(answers.source, merged(before, answers));
        }
        What::Retell { answers, .. } => {
            for other in said.answers.values_mut() {
                super::state::only(other, answers);
            }
            said.answers
                .insert(answers.source, answers.as_ref().clone());
            said.answers.retain(|_, a| !a.is_empty());
        }
        What::File {
            name,
            title,
            media_type,
            size,
            sha256,
            ..
        } => {
            let file = EvidenceFile {
                name: super::evidence_name(entry.seq, name),
                title: title.clone(),
                media_type: media_type.clone(),
                size: *size,
                sha256: sha256.clone(),
            };
            said.files.insert(entry.seq, file);
        }
        What::RemoveFile { file, .. } => {
            said.files.remove(file);
        }
        What::Comment { text, .. } => {
            said.comment = Some(text.clone()).filter(|t| !t.trim().is_empty());
        }
        What::Settle {
            verdict, because, ..
        } => {
            said.own = (*verdict != super::Settled::Pending).then(|| super::state::Own {
                verdict: *verdict,
                because: because.clone(),
                by,
                at: entry.at,
            });
        }
        What::Attest { attestation, .. } => said.attestations.push(attestation.clone()),
        What::Done { done, .. } => said.done = Some((*done, by)),
        What::Waive { what, reason, .. } => said.waivers.push(Waiver {
            what: what.clone(),
            reason: reason.clone(),
            by: Some(by).filter(|b| !b.is_empty()),
            date: Some(
                entry
                    .at
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .date()
                    .to_string(),
            ),
        }),
        _ => {}
    }
}
