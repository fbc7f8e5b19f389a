//! A registry under test: the harness sends, judges the answer, and asks back for the state.

use crate::caller::{Caller, Came, no_answer};
use crate::error::RunError;
use crate::event::Event;
use crate::ledger::{Kept, Pair};
use crate::messages::{answers, has_error, header, names, profiles, type_of};
use crate::options::{IisTarget, Way};
use crate::result::{
    Assertion, Evaluation, Judged, MessageEvidence, Origin, Outcome, Step, Verdict,
};
use crate::stage::{Judging, Setting, Stage, conclude, depends, ids, unjudged};
use crate::transport;
use std::collections::BTreeMap;
use titer_plan::model::{self, Action, Bindings, Case, Expectation, Refs, StepKind as PlanKind};
use titer_plan::syntax::StepRef;
use titer_plan::{RenderError, Scope};
use titer_wire::Credentials;

/// Executes steps against a registry.
pub(crate) struct Sender<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) stage: Stage,
    pub(crate) caller: Caller<'a>,
    /// Why the system could not be reached, once that happened.
    pub(crate) unreachable: Option<String>,
    // answers that a later step judges and keeps
    held: BTreeMap<String, MessageEvidence>,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(setting: &'a Setting, target: &'a IisTarget) -> Result<Self, RunError> {
        Ok(Self {
            setting,
            stage: Stage::default(),
            caller: Caller::new(setting, target)?,
            unreachable: None,
            held: BTreeMap::new(),
        })
    }

    /// Executes one step.
    pub(crate) fn step(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Step, RunError> {
        let setting = self.setting;
        let mut step = {
            let occasion = setting.occasion();
            let view = self.stage.ledger.view(case.id.text(), None);
            let scope = setting.plan.scope(&occasion, case, plan_step, &view);
            setting.blank(case, plan_step, &scope)
        };
        on_event(Event::StepStarted {
            path: step.path.clone(),
            title: step.title.clone(),
            kind: step.kind,
        });
        if step.verdict == Verdict::NotApplicable {
            return Ok(step);
        }
        let manual = plan_step.kind().is_none_or(PlanKind::is_manual);
        if let (Some(_), false) = (&self.unreachable, manual) {
            unjudged(
                &mut step,
                "not executed: the system under test could not be reached",
            );
            return Ok(step);
        }
        let began = setting.now_ms();
        step.started_ms = Some(began);
        match plan_step.action() {
            Some(Action::Send(send)) => self.send(case, plan_step, send, &mut step, on_event)?,
            Some(Action::Reply(reply)) => self.reply(case, plan_step, reply, &mut step),
            Some(Action::QueryBack(query)) => {
                self.query_back(case, plan_step, query, &mut step, on_event)?;
            }
            Some(Action::Compare(compare)) => {
                self.stage
                    .compare(setting, case, plan_step, compare, &mut step);
            }
            Some(Action::Transport(transport)) => {
                self.transport(case, plan_step, transport, &mut step)?;
            }
            Some(Action::Preload(preload)) => {
                self.preload(case, plan_step, preload, &mut step, on_event)?;
            }
            Some(_) | None => {
                step.started_ms = None;
                self.stage.manual(setting, case, plan_step, &mut step);
                return Ok(step);
            }
        }
        step.took_ms = Some(setting.now_ms().saturating_sub(began));
        Ok(step)
    }

    // what a message needs to be sent: its bytes and the credentials
    fn render(
        &self,
        case: &Case,
        plan_step: &model::Step,
        wanted: &Wanted<'_>,
    ) -> Result<(Vec<u8>, Credentials), RenderError> {
        let occasion = self.setting.occasion();
        let view = self.stage.ledger.view(case.id.text(), None);
        let scope = self
            .setting
            .plan
            .scope(&occasion, case, plan_step, &view)
            .with(&wanted.more);
        let scope = match wanted.again {
            0 => scope,
            n => scope.again(n),
        };
        let bytes = scope.message(wanted.name, wanted.vary)?;
        let facility = match &scope.bindings().facility {
            Some(id) => self.facility(&scope, &id.value)?,
            None => None,
        };
        let credentials = self
            .caller
            .credentials(facility.as_ref().map(|(i, c)| (i.as_str(), c.clone())));
        Ok((bytes, credentials))
    }

    fn facility(
        &self,
        scope: &Scope<'_>,
        id: &str,
    ) -> Result<Option<(String, String)>, RenderError> {
        let facility = self.setting.plan.data.facilities.get(id);
        facility
            .map(|f| Ok((id.to_owned(), scope.text(&f.code)?)))
            .transpose()
    }

    // sends one message; the reply and the call are in the step's evidence afterwards
    fn exchange(
        &mut self,
        step: &mut Step,
        title: &str,
        bytes: Vec<u8>,
        credentials: &Credentials,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(Pair, Option<MessageEvidence>, Option<String>), RunError> {
        let (sent, mut evidence) = self.stage.keep(title, Origin::Harness, bytes);
        Stage::note_own(&mut evidence, &sent.bytes);
        step.messages.push(evidence);
        on_event(Event::MessageSent {
            step: step.path.clone(),
            bytes: sent.bytes.len(),
        });
        let (came, call) = self.caller.submit(credentials, &sent.bytes)?;
        let (received, evidence, nothing) = match came {
            Came::Reply(bytes) => {
                on_event(Event::MessageReceived {
                    step: step.path.clone(),
                    bytes: bytes.len(),
                });
                let title = format!("{} received", type_of(&bytes));
                let (kept, evidence) = self.stage.keep(&title, Origin::System, bytes);
                (Some(kept), Some(evidence), None)
            }
            Came::Nothing { found, unreachable } => {
                if unreachable.is_some() {
                    self.unreachable.clone_from(&unreachable);
                }
                (None, None, Some(found))
            }
        };
        step.exchanges.push(self.stage.call(
            self.setting,
            &call.exchange,
            Some(&sent),
            received.as_ref(),
        ));
        step.findings.extend(call.notes);
        let pair = Pair {
            sent: Some(sent),
            received,
            own_is_received: false,
        };
        Ok((pair, evidence, nothing))
    }

    fn send(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        send: &model::Send,
        step: &mut Step,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        let rendered = self.render(
            case,
            plan_step,
            &Wanted::new(&send.message.value, &send.vary),
        );
        let (bytes, credentials) = match rendered {
            Ok(ready) => ready,
            Err(error) => {
                unrendered(step, &error);
                return Ok(());
            }
        };
        let title = format!("{} sent", type_of(&bytes));
        let (pair, evidence, nothing) =
            self.exchange(step, &title, bytes, &credentials, on_event)?;
        if let Some(evidence) = evidence {
            let own = StepRef {
                case: None,
                step: plan_step.id.text().to_owned(),
            };
            let judged_later = case.steps.iter().any(|s| match s.action() {
                Some(Action::Reply(r)) => {
                    self.setting.not_applicable(s).is_none()
                        && answers(case, s, r).is_some_and(|of| of == own)
                }
                _ => false,
            });
            if judged_later {
                self.held.insert(evidence.id.clone(), evidence);
            } else {
                step.messages.push(evidence);
            }
        }
        self.answered(step, nothing, pair.received.as_ref());
        self.stage
            .ledger
            .put(case.id.text(), plan_step.id.text(), pair);
        Ok(())
    }

    // judges that there was an answer at all
    fn answered(&self, step: &mut Step, nothing: Option<String>, received: Option<&Kept>) {
        if let Some(why) = &self.unreachable {
            return unjudged(
                step,
                format!("the system under test could not be reached: {why}"),
            );
        }
        match nothing {
            None => {
                let mut assertion =
                    Assertion::new("the message is answered with a message", Outcome::Met);
                assertion.message = received.map(|k| k.id.clone());
                step.assertions.push(assertion);
            }
            Some(found) => {
                let (assertion, finding) = no_answer(&found);
                step.assertions.push(assertion);
                step.findings.push(finding);
            }
        }
        conclude(step);
    }

    fn reply(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        reply: &model::Reply,
        step: &mut Step,
    ) {
        let Some(of) = answers(case, plan_step, reply) else {
            return unjudged(step, "no message is sent before this answer");
        };
        let name = match &of.case {
            Some(case) => format!("{case}/{}", of.step),
            None => of.step.clone(),
        };
        let Some(pair) = self.stage.ledger.of(case.id.text(), &of).cloned() else {
            return depends(step, format!("depends on {name}, which sent nothing"));
        };
        let Some(received) = &pair.received else {
            return depends(step, format!("depends on {name}, which got no answer"));
        };
        let held = self.held.remove(&received.id);
        let again = held.is_none();
        let mut evidence = held.unwrap_or_else(|| {
            MessageEvidence::new(received.id.clone(), "", Origin::System, &received.bytes)
        });
        self.judge_answer(
            case,
            plan_step,
            &pair,
            &Answered {
                profile: reply.profile.as_ref(),
                expect: &reply.expect,
                allowances: &reply.also_allowed,
                query: None,
            },
            step,
            &mut evidence,
        );
        if again {
            // the message is kept with the step that judged it first
            step.findings.extend(evidence.findings);
        } else {
            step.messages.push(evidence);
        }
        let own = Pair {
            own_is_received: true,
            ..pair
        };
        self.stage
            .ledger
            .put(case.id.text(), plan_step.id.text(), own);
    }

    fn judge_answer(
        &self,
        case: &Case,
        plan_step: &model::Step,
        pair: &Pair,
        what: &Answered<'_>,
        step: &mut Step,
        evidence: &mut MessageEvidence,
    ) {
        let (Some(sent), Some(received)) = (&pair.sent, &pair.received) else {
            return unjudged(step, "there is no answer to judge");
        };
        let profiles = profiles(what.profile, &sent.bytes);
        let (control_id, tag) = (
            header(&sent.bytes, "MSH", 10),
            header(&sent.bytes, "QPD", 2),
        );
        let response = header(&received.bytes, "MSH", 9) == "RSP";
        let asks_control = !names(what.expect, "MSA-2");
        let asks_tag = !tag.is_empty() && response && !names(what.expect, "QAK-1");
        let judging = Judging {
            case,
            step: plan_step,
            message: received,
            pair: Some(pair),
            profiles: profiles.iter().map(String::as_str).collect(),
            expect: what.expect,
            allowances: what.allowances,
        };
        self.stage.judge(
            self.setting,
            &judging,
            |asserting| {
                let mut all = Vec::new();
                if asks_control {
                    all.push(asserting.echoed(
                        "MSA-2",
                        "repeats MSH-10 of the message",
                        &control_id,
                    ));
                }
                if asks_tag {
                    all.push(asserting.echoed("QAK-1", "repeats QPD-2 of the query", &tag));
                }
                if let Some(query) = what.query {
                    let status = ids(query.status.as_ref());
                    if !status.is_empty() {
                        let status: Vec<String> = status.into_iter().map(str::to_owned).collect();
                        all.push(asserting.status(&status));
                    }
                    all.extend(asserting.state(query));
                }
                all
            },
            step,
            evidence,
        );
        conclude(step);
    }

    fn query_back(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        query: &model::QueryBack,
        step: &mut Step,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        let wanted = Wanted {
            more: Bindings {
                patient: query.patient.clone(),
                facility: query.facility.clone(),
                ..Bindings::default()
            },
            ..Wanted::new(&query.message.value, &query.vary)
        };
        let rendered = self.render(case, plan_step, &wanted);
        let (bytes, credentials) = match rendered {
            Ok(ready) => ready,
            Err(error) => {
                unrendered(step, &error);
                return Ok(());
            }
        };
        let title = format!("{} query sent", query.profile.value);
        let (mut pair, evidence, nothing) =
            self.exchange(step, &title, bytes, &credentials, on_event)?;
        pair.own_is_received = true;
        match evidence {
            Some(mut evidence) => {
                self.judge_answer(
                    case,
                    plan_step,
                    &pair,
                    &Answered {
                        profile: query.reply_profile.as_ref(),
                        expect: &query.expect,
                        allowances: &query.also_allowed,
                        query: Some(query),
                    },
                    step,
                    &mut evidence,
                );
                step.messages.push(evidence);
            }
            None => self.answered(step, nothing, None),
        }
        self.stage
            .ledger
            .put(case.id.text(), plan_step.id.text(), pair);
        Ok(())
    }

    fn preload(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        preload: &model::Preload,
        step: &mut Step,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), RunError> {
        step.judged = Judged::NotJudged;
        step.verdict = Verdict::NotEvaluated;
        let mut sent = 0;
        for (n, name) in preload.messages.iter().enumerate() {
            let vary = titer_plan::Entries::default();
            let rendered = self.render(
                case,
                plan_step,
                &Wanted {
                    again: n as u32,
                    ..Wanted::new(&name.value, &vary)
                },
            );
            let (bytes, credentials) = match rendered {
                Ok(ready) => ready,
                Err(error) => {
                    unjudged(step, format!("the set-up failed: {error}"));
                    return Ok(());
                }
            };
            let title = format!("{} put in place", type_of(&bytes));
            let (pair, evidence, nothing) =
                self.exchange(step, &title, bytes, &credentials, on_event)?;
            step.messages.extend(evidence);
            if let Some(why) = &self.unreachable {
                unjudged(
                    step,
                    format!("the system under test could not be reached: {why}"),
                );
                return Ok(());
            }
            if nothing.is_some() {
                unjudged(
                    step,
                    format!(
                        "the set-up failed: {} is not answered with a message",
                        name.value
                    ),
                );
                return Ok(());
            }
            let code = pair
                .received
                .as_ref()
                .map(|k| header(&k.bytes, "MSA", 1))
                .unwrap_or_default();
            let refused = pair.received.as_ref().is_some_and(|k| has_error(&k.bytes));
            if !matches!(code.as_str(), "AA" | "AE") || (code == "AE" && refused) {
                unjudged(
                    step,
                    format!("the set-up failed: {} is not accepted", name.value),
                );
                return Ok(());
            }
            sent += 1;
            self.stage
                .ledger
                .put(case.id.text(), plan_step.id.text(), pair);
        }
        step.because = Some(match sent {
            0 => "there was nothing to send".to_owned(),
            1 => "done: one message was accepted".to_owned(),
            n => format!("done: {n} messages were accepted"),
        });
        Ok(())
    }

    fn transport(
        &mut self,
        case: &Case,
        plan_step: &model::Step,
        transport: &model::Transport,
        step: &mut Step,
    ) -> Result<(), RunError> {
        if let Way::Http(..) = self.caller.target.way {
            let because =
                "the run uses plain HTTP, and this step tries the SOAP interface".to_owned();
            step.evaluation = Evaluation::NotApplicable {
                because: because.clone(),
            };
            step.verdict = Verdict::NotApplicable;
            step.because = Some(because);
            return Ok(());
        }
        transport::run(self, case, plan_step, transport, step)
    }
}

// a message that is to be made
struct Wanted<'a> {
    name: &'a str,
    vary: &'a Vary,
    // bindings on top of the step's
    more: Bindings,
    // which message of the step it is, from 0
    again: u32,
}

type Vary = titer_plan::Entries<titer_hl7::Path, model::Text>;

impl<'a> Wanted<'a> {
    fn new(name: &'a str, vary: &'a Vary) -> Self {
        Self {
            name,
            vary,
            more: Bindings::default(),
            again: 0,
        }
    }
}

// how an answer is judged
struct Answered<'a> {
    profile: Option<&'a Refs>,
    expect: &'a [Expectation],
    allowances: &'a [model::Allowance],
    query: Option<&'a model::QueryBack>,
}

fn unrendered(step: &mut Step, error: &RenderError) {
    match error {
        RenderError::NoMessage(_) => depends(
            step,
            format!("depends on a message that does not exist: {error}"),
        ),
        _ => unjudged(step, format!("the message cannot be made: {error}")),
    }
}
