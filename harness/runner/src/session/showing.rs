//! The session as it is shown.

use super::entry::undone;
use super::recognise::Candidate;
use super::session::Session;
use super::state::{Arrival, At, Belongs, State};
use super::view::{CandidateView, EvidenceWanted, HistoryLine, MessageView, Notice, StepView};
use super::{records, rows};
use std::collections::BTreeSet;
use std::sync::PoisonError;
use titer_finding::Finding;
use titer_plan::model::{Action, Text};

fn candidate(c: &Candidate, state: &State) -> CandidateView {
    CandidateView {
        path: c.path.clone(),
        met: c.fit.met,
        of: c.fit.of,
        waits_for: c.waits_for.clone(),
        taken: !state.is_open(c.at),
    }
}

impl Session {
    /// A step, ready to be shown. Paths may be written without the plan's id.
    pub fn step_view(&self, path: &str) -> Option<StepView> {
        let desk = self.inner.desk();
        let fold = &self.inner.fold;
        let state = &desk.state;
        let at = fold.at(path)?;
        let document = self.inner.document(&desk);
        let full = fold.path(at);
        let step = document.steps().find(|s| s.path == full)?.clone();
        let plan = &fold.setting.plan;
        fold.with_scope(state, at, None, |case, plan_step, scope| {
            let text = |t: &Text| scope.text(t).unwrap_or_else(|_| t.text().to_owned());
            let texts = |all: &[Text]| -> Vec<String> { all.iter().map(text).collect() };
            let ways = match plan_step.action() {
                Some(Action::Alert(a)) => texts(&a.at_least_one_of),
                Some(Action::DataQuality(d)) => texts(&d.at_least_one_of),
                _ => Vec::new(),
            };
            let mut instructions = texts(&plan_step.instructions);
            match plan_step.action() {
                Some(Action::Alert(a)) => instructions.push(text(&a.when)),
                Some(Action::DataQuality(d)) => instructions.push(format!(
                    "Try to enter {}: {} ({})",
                    text(&d.element),
                    text(&d.entry),
                    text(&d.wrong)
                )),
                _ => {}
            }
            let send = plan_step.send.as_ref();
            let said = state.said.get(&at);
            let open = state.is_open(at);
            let awaited = fold.awaited().chain(fold.submits()).any(|a| a == at);
            let waits_for = fold.waits_for(state, at).filter(|_| awaited && open);
            StepView {
                path: full.clone(),
                aliases: plan_step
                    .aliases
                    .iter()
                    .map(|a| a.text().to_owned())
                    .collect(),
                case: plan.case_path(case),
                case_title: case.title.clone(),
                story: case.about.as_ref().map(text),
                kind: plan_step
                    .kind()
                    .and_then(|k| serde_json::to_value(k).ok())
                    .and_then(|k| k.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                instructions,
                pass: texts(&plan_step.pass),
                data: rows::table(plan_step, scope, plan),
                test_data: records::json(plan_step, scope, plan),
                bar_codes: records::bar_codes(plan_step, scope, plan),
                at_least_one_of: ways,
                statement: match plan_step.action() {
                    Some(Action::Attest(a)) => Some(text(&a.statement)),
                    _ => None,
                },
                evidence: plan_step
                    .evidence
                    .iter()
                    .map(|e| EvidenceWanted {
                        kind: e.kind,
                        of: text(&e.of),
                        optional: e.optional,
                    })
                    .collect(),
                example: send.and_then(|s| scope.message(&s.message.value, &s.vary).ok()),
                profile: send
                    .and_then(|s| s.profile.as_ref())
                    .map(|p| p.value.clone()),
                proofs: plan_step
                    .proof_kinds()
                    .iter()
                    .map(|p| p.key().to_owned())
                    .collect(),
                waits: awaited && open && waits_for.is_none(),
                waits_for,
                candidates: state
                    .arrivals
                    .iter()
                    .filter(|(_, a)| a.belongs == Belongs::Nowhere)
                    .filter(|(_, a)| a.candidates.iter().any(|c| c.at == at))
                    .map(|(seq, _)| *seq)
                    .collect(),
                message: state.holds.get(&at).copied(),
                manual: fold.is_manual(at),
                never_counts: super::settle::never_counts(plan_step),
                done: said.and_then(|s| s.done.as_ref()).map(|d| d.0),
                files: said
                    .map(|s| s.files.keys().copied().collect())
                    .unwrap_or_default(),
                step,
            }
        })
    }

    /// The paths of the steps that wait for a message or a call now.
    pub fn waiting(&self) -> Vec<String> {
        let desk = self.inner.desk();
        let fold = &self.inner.fold;
        let open = fold.submits().filter(|at| desk.state.is_open(*at));
        let mut all: Vec<At> = fold.waiting(&desk.state).into_iter().chain(open).collect();
        all.sort_unstable();
        all.into_iter().map(|at| fold.path(at)).collect()
    }

    /// Every message that came, in order.
    pub fn messages(&self) -> Vec<MessageView> {
        let desk = self.inner.desk();
        let document = self.inner.document(&desk);
        desk.state
            .arrivals
            .iter()
            .map(|(seq, a)| {
                let findings = match a.belongs {
                    Belongs::Step(at) => {
                        let path = self.inner.fold.path(at);
                        document
                            .steps()
                            .find(|s| s.path == path)
                            .and_then(|s| s.messages.first())
                            .map(|m| m.findings.clone())
                    }
                    _ => document
                        .unexpected
                        .iter()
                        .filter_map(|u| u.messages.first())
                        .find(|m| m.body.bytes() == a.kept.bytes)
                        .map(|m| m.findings.clone()),
                };
                self.message_view(&desk.state, *seq, a, findings.unwrap_or_default())
            })
            .collect()
    }

    fn message_view(
        &self,
        state: &State,
        seq: u64,
        a: &Arrival,
        findings: Vec<Finding>,
    ) -> MessageView {
        let answered = a.answered.as_ref();
        MessageView {
            seq,
            at: a.at,
            way: a.way,
            by: a.by.clone(),
            facility: a.facility.clone(),
            sender: a.sender(),
            kind: crate::messages::type_of(&a.kept.bytes),
            control_id: crate::messages::header(&a.kept.bytes, "MSH", 10),
            body: crate::result::Body::new(&a.kept.bytes).text,
            bytes: a.kept.bytes.clone(),
            step: match a.belongs {
                Belongs::Step(at) => Some(self.inner.fold.path(at)),
                _ => None,
            },
            candidates: a.candidates.iter().map(|c| candidate(c, state)).collect(),
            because: a.because.clone(),
            assigned: a.assigned,
            other_system: a.other_system,
            repeats: match a.belongs {
                Belongs::Repeats(before) => Some(before),
                _ => None,
            },
            answer: answered
                .and_then(|x| x.kept.as_ref())
                .map(|k| k.bytes.clone()),
            by_reference: answered.is_some_and(|x| x.by_reference),
            fault: answered.and_then(|x| x.fault.clone()),
            delivered: a.delivery.as_ref().map(|d| d.ok),
            findings,
        }
    }

    /// What a tester has to know about the session as a whole: two systems on it, callers that were turned away, messages
    /// that wait to be assigned.
    pub fn notices(&self) -> Vec<Notice> {
        let desk = self.inner.desk();
        let state = &desk.state;
        let mut notices = Vec::new();
        let foreign: Vec<(u64, &Arrival)> = state
            .arrivals
            .iter()
            .filter(|(_, a)| a.other_system && !a.dismissed && a.belongs == Belongs::Nowhere)
            .map(|(seq, a)| (*seq, a))
            .collect();
        if !foreign.is_empty() {
            let name =
                |(application, facility): &(String, String)| format!("{application}|{facility}");
            let others: BTreeSet<String> = foreign.iter().map(|(_, a)| name(&a.sender())).collect();
            let own: Vec<String> = state.senders.iter().map(name).collect();
            let join = |all: Vec<String>| all.join(", ");
            notices.push(Notice {
                id: "two-systems",
                text: format!(
                    "Messages came from {} (MSH-3|MSH-4), and the session is with {}. They were answered and not judged. \
                     Assign one of them if it belongs here, or have the other system send to a session of its own.",
                    join(others.into_iter().collect()),
                    join(own)
                ),
                messages: foreign.iter().map(|(seq, _)| *seq).collect(),
            });
        }
        if !state.refused.is_empty() {
            let users: BTreeSet<&str> = state
                .refused
                .iter()
                .map(|(_, u)| if u.is_empty() { "(none)" } else { u.as_str() })
                .collect();
            notices.push(Notice {
                id: "refused",
                text: format!(
                    "Somebody called with other credentials than the session's and was turned away; the user name was {}. \
                     User name, password and facility have to be the ones of this session.",
                    users.into_iter().collect::<Vec<_>>().join(", ")
                ),
                messages: Vec::new(),
            });
        }
        let open: Vec<u64> = state
            .arrivals
            .iter()
            .filter(|(_, a)| {
                a.belongs == Belongs::Nowhere
                    && !a.dismissed
                    && !a.other_system
                    && !a.candidates.is_empty()
            })
            .filter(|(_, a)| a.candidates.iter().any(|c| state.is_open(c.at)))
            .map(|(seq, _)| *seq)
            .collect();
        if !open.is_empty() {
            notices.push(Notice {
                id: "unassigned",
                text: match open.len() {
                    1 => "A message waits for somebody to say which step it is.".to_owned(),
                    n => format!("{n} messages wait for somebody to say which steps they are."),
                },
                messages: open,
            });
        }
        let content = self
            .inner
            .refused_content
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !content.is_empty() {
            notices.push(Notice {
                id: "registry",
                text: format!(
                    "The reference IIS did not take what the plan says that it holds ({}). Queries of the system will not \
                     find it.",
                    content.join("; ")
                ),
                messages: Vec::new(),
            });
        }
        notices
    }

    /// What happened, in order.
    pub fn history(&self) -> Vec<HistoryLine> {
        let desk = self.inner.desk();
        let undone = undone(&desk.entries);
        desk.entries
            .iter()
            .map(|e| HistoryLine {
                seq: e.seq,
                at: e.at,
                by: e.by.clone(),
                what: e.what.words(),
                step: e.what.step().map(str::to_owned),
                undone: undone.contains(&e.seq),
                act: e.what.is_act(),
            })
            .collect()
    }
}
