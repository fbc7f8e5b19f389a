//! What a page or a driver is shown of a session.

use super::entry::{Carrier, undone};
use super::recognise::Candidate;
use super::rows;
use super::session::Session;
use super::state::{Arrival, At, Belongs, State};
use crate::result::Step;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::PoisonError;
use titer_finding::{Finding, Phi};
use titer_plan::model::{Action, EvidenceKind, Text};

/// Whether something must be possible to enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needed {
    /// It must be entered as it stands.
    #[serde(rename = "Y")]
    Yes,
    /// It helps the tester and is not judged.
    #[serde(rename = "N")]
    No,
    /// It must be entered where the system asks for it.
    #[serde(rename = "C")]
    Conditional,
}

impl Needed {
    /// The mark of the official plans: `Y`, `N`, `C`.
    pub fn mark(self) -> &'static str {
        match self {
            Needed::Yes => "Y",
            Needed::No => "N",
            Needed::Conditional => "C",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Needed::Yes => "required",
            Needed::No => "not judged",
            Needed::Conditional => "where the system asks for it",
        }
    }
}

/// A row of test data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataRow {
    /// What it belongs to: `patient`, `dose 2`; may be empty.
    pub group: String,
    /// What it is.
    pub element: String,
    /// What is entered, dates in words.
    pub value: String,
    /// Whether it must be possible.
    pub needed: Needed,
}

/// A bar code to scan from the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BarCode {
    /// The id of the line of the stock.
    pub stock: String,
    /// What it is of, in words.
    pub label: String,
    /// What it says, with application identifiers in brackets.
    pub text: String,
    /// The symbol, as SVG.
    pub svg: String,
}

/// Evidence that the plan asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceWanted {
    /// `screenshot`, `document`, `message`, `note`.
    pub kind: EvidenceKind,
    /// What it shows.
    pub of: String,
    /// Whether the step can do without it.
    pub optional: bool,
}

/// A step that a message could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// Its path.
    pub path: String,
    /// How many of the values by which it is known are in the message.
    pub met: usize,
    /// All values by which it is known.
    pub of: usize,
    /// What has to come before it.
    pub waits_for: Option<String>,
    /// Whether the step has a message already.
    pub taken: bool,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// Its entry; what [`What::Assign`] names.
    pub seq: u64,
    /// When it came.
    pub at: Timestamp,
    /// How.
    pub way: Carrier,
    /// Who handed it in, when somebody did.
    pub by: String,
    /// The facility that the caller named.
    pub facility: String,
    /// Application and facility that sent it, MSH-3 and MSH-4.
    pub sender: (String, String),
    /// `VXU`, `QBP`.
    pub kind: String,
    /// MSH-10.
    pub control_id: String,
    /// The message.
    pub body: Phi,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The path of the step that it is.
    pub step: Option<String>,
    /// The steps that it could be.
    pub candidates: Vec<CandidateView>,
    /// Why it is no step's, or what is to be said of the one it is.
    pub because: Option<String>,
    /// Whether a tester said which step it is.
    pub assigned: bool,
    /// Whether it comes from another system than the messages before.
    pub other_system: bool,
    /// The entry of the same message, when it came before.
    pub repeats: Option<u64>,
    /// What was answered.
    pub answer: Option<Vec<u8>>,
    /// Whether the reference IIS answered, and not the plan.
    pub by_reference: bool,
    /// Why there is no answer.
    pub fault: Option<String>,
    /// Whether the answer went out, when that is known.
    pub delivered: Option<bool>,
    /// What is wrong with it: what its step says, else what its own profile says.
    pub findings: Vec<Finding>,
}

/// Something about the session as a whole that a tester has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What it is: `two-systems`, `refused`, `unassigned`, `registry`.
    pub id: &'static str,
    /// In words.
    pub text: String,
    /// The messages that it is about, by their entries.
    pub messages: Vec<u64>,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryLine {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who; empty for the system and the harness.
    pub by: String,
    /// What, in words.
    pub what: &'static str,
    /// The step that it is about.
    pub step: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it is something that a person or a driver did.
    pub act: bool,
}

/// A step of the plan, ready to be shown, and what came of it so far.
#[derive(Clone, Debug)]
pub struct StepView {
    /// Its path.
    pub path: String,
    /// Older numbers of it.
    pub aliases: Vec<String>,
    /// The path of its case.
    pub case: String,
    /// The case's title.
    pub case_title: String,
    /// The case's story.
    pub story: Option<String>,
    /// The step's kind, as the plan writes it: `send`, `data-entry`.
    pub kind: String,
    /// What the tester is to do, in order.
    pub instructions: Vec<String>,
    /// What makes it pass.
    pub pass: Vec<String>,
    /// What is to be entered.
    pub data: Vec<DataRow>,
    /// The same as JSON, dates as HL7 writes them.
    pub test_data: Value,
    /// Bar codes to scan.
    pub bar_codes: Vec<BarCode>,
    /// Ways of showing it, at least one of which is enough: of an alert, of a bad entry that is prevented.
    pub at_least_one_of: Vec<String>,
    /// What is declared, in a step that is declared.
    pub statement: Option<String>,
    /// Evidence that is asked for.
    pub evidence: Vec<EvidenceWanted>,
    /// An example of the message that is sent.
    pub example: Option<Vec<u8>>,
    /// The profile of the message that is sent.
    pub profile: Option<String>,
    /// Which automatic checks can stand for an eye.
    pub proofs: Vec<String>,
    /// Whether it waits for a message or a call now.
    pub waits: bool,
    /// What has to come before it.
    pub waits_for: Option<String>,
    /// Messages that came and could be this step, by their entries.
    pub candidates: Vec<u64>,
    /// The entry of the message that it has.
    pub message: Option<u64>,
    /// Whether a person does or sees it.
    pub manual: bool,
    /// Whether it only has to be done, and never counts.
    pub never_counts: bool,
    /// Whether it was said to be done.
    pub done: Option<bool>,
    /// The entries that brought its files, in the order of [`Step::files`].
    pub files: Vec<u64>,
    /// What came of it so far: verdict, checklist, messages, files, comment.
    pub step: Step,
}

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
                test_data: rows::json(plan_step, scope, plan),
                bar_codes: rows::bar_codes(plan_step, scope, plan),
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
