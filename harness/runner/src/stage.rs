//! What both sides of a run share: blank steps, judging a message, keeping evidence, and the steps that need no network.

use crate::assertion::{Asserting, Judgement, conform, merge};
use crate::checklist;
use crate::error::RunError;
use crate::ledger::{Kept, Ledger, Pair};
use crate::options::Options;
use crate::proof::Material;
use crate::result::{
    self, Assertion, Evaluation, Judged, MessageEvidence, Origin, Outcome, Step, StepKind, Verdict,
    rollup,
};
use crate::select::{self, Known, noted};
use std::sync::Arc;
use std::time::Duration;
use titer_finding::Fixer;
use titer_hl7::{Message, Offsets};
use titer_plan::model::{
    self, Action, Allowance, Case, Expectation, Refs, Side, StepKind as PlanKind, Waiver,
};
use titer_plan::{Occasion, Plan, Scope};

/// The plan and the options, and everything that follows from them before the run begins.
pub(crate) struct Setting {
    pub(crate) plan: Arc<Plan>,
    pub(crate) options: Options,
    pub(crate) side: Side,
    pub(crate) cases: Vec<String>,
    // group and case of each, as indices
    places: Vec<(usize, usize)>,
    pub(crate) known: Known,
    pub(crate) began: Duration,
    pub(crate) began_at: jiff::Timestamp,
}

impl Setting {
    /// Selects the cases and checks that the plan tests this side.
    pub(crate) fn new(plan: Arc<Plan>, mut options: Options) -> Result<Self, RunError> {
        let side = options.target.side();
        if !plan.systems.contains(&side) {
            return Err(RunError::WrongSide {
                plan: plan.id.clone(),
                side: side.word(),
            });
        }
        let cases = select::cases(&plan, &options.select)?;
        options.system.role = options.target.role();
        let places = (0..)
            .zip(&plan.groups)
            .flat_map(|(g, group)| (0..).zip(&group.cases).map(move |(c, case)| (g, c, case)))
            .filter(|(_, _, case)| cases.iter().any(|id| id == case.id.text()))
            .map(|(g, c, _)| (g, c))
            .collect();
        let known = Known::new(&options.known_failures, side);
        let (began, began_at) = (options.clock.elapsed(), options.clock.now().timestamp());
        Ok(Self {
            plan,
            options,
            side,
            cases,
            places,
            known,
            began,
            began_at,
        })
    }

    /// The selected cases with their groups, in the plan's order.
    pub(crate) fn selected(&self) -> impl Iterator<Item = (&model::Group, &Case)> {
        self.places.iter().filter_map(|(g, c)| {
            let group = self.plan.groups.get(*g)?;
            Some((group, group.cases.get(*c)?))
        })
    }

    pub(crate) fn occasion(&self) -> Occasion {
        Occasion {
            as_of: self.options.as_of,
            now: self.options.clock.now(),
            seed: self.options.seed,
        }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        let since = self.options.clock.elapsed().saturating_sub(self.began);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    /// Who can put a message of the system under test right.
    pub(crate) fn fixer(&self) -> Fixer {
        match self.side {
            Side::Ehr => Fixer::SenderSoftware,
            Side::Iis => Fixer::Receiver,
        }
    }

    pub(crate) fn waivers(&self, path: &str) -> Vec<&Waiver> {
        self.plan
            .waivers
            .iter()
            .filter(|w| {
                w.steps.is_empty()
                    || w.steps
                        .iter()
                        .any(|p| p.get().is_some_and(|p| p.covers(path)))
            })
            .collect()
    }

    /// The step as it is before it was executed.
    pub(crate) fn blank(&self, case: &Case, step: &model::Step, scope: &Scope<'_>) -> Step {
        let path = self.plan.step_path(case, step);
        let kind = kind(step, self.side, &self.plan);
        let title = step.title.as_ref().map_or_else(
            || own_title(step, self.side).to_owned(),
            |t| scope.text(t).unwrap_or_else(|_| t.text().to_owned()),
        );
        let mut blank = Step::new(path.clone(), title, kind);
        blank.known = self.known.step(&path).filter(|k| k.strict).map(noted);
        let ids = |refs: &Option<Refs>| -> Vec<String> {
            refs.iter()
                .flat_map(|r| r.iter())
                .map(|r| r.value.clone())
                .collect()
        };
        blank.capabilities = self
            .plan
            .capabilities_of(case, step)
            .into_iter()
            .map(str::to_owned)
            .collect();
        blank.aliases = step.aliases.iter().map(|a| a.text().to_owned()).collect();
        blank.proofs = step
            .proof_kinds()
            .iter()
            .map(|p| p.key().to_owned())
            .collect();
        blank.requirements = ids(&step.covers);
        for more in ids(&case.covers) {
            if !blank.requirements.contains(&more) {
                blank.requirements.push(more);
            }
        }
        if let Some(because) = self.not_applicable(step) {
            blank.verdict = Verdict::NotApplicable;
            blank.evaluation = Evaluation::NotApplicable {
                because: because.clone(),
            };
            blank.because = Some(because);
        } else if !step.evaluated || step.kind() == Some(PlanKind::Preload) {
            blank.evaluation = Evaluation::NotEvaluated {
                because: if step.evaluated {
                    "it only puts in place what the test needs".to_owned()
                } else {
                    "the plan does not evaluate it".to_owned()
                },
            };
        } else if step.kind() == Some(PlanKind::Attest) {
            blank.evaluation = Evaluation::Attestation;
        }
        blank
    }

    /// Why a step cannot apply to the side under test.
    pub(crate) fn not_applicable(&self, step: &model::Step) -> Option<String> {
        if !step.applies(self.side) {
            return Some(step.because.clone().unwrap_or_else(|| {
                format!(
                    "the plan asks this of the other side, and an {} is under test",
                    self.side.word()
                )
            }));
        }
        match (self.side, step.action()?) {
            (Side::Ehr, Action::QueryBack(_)) => {
                Some("an EHR keeps no state that a query could show".to_owned())
            }
            (Side::Ehr, Action::Transport(t))
                if t.call != model::TransportCall::ConnectivityTest && !is_plain_submit(t) =>
            {
                Some(
                    "the harness answers here; only a registry can be tried with this call"
                        .to_owned(),
                )
            }
            _ => None,
        }
    }

    /// The entry for a step that a known failure without `strict` covers is kept only when it fails.
    pub(crate) fn excuse(&self, step: &mut Step) {
        if step.known.is_none()
            && step.verdict.is_bad()
            && let Some(known) = self.known.step(&step.path)
        {
            step.known = Some(noted(known));
        }
    }
}

// a call that an EHR under test can show: one message, with the credentials that it was given
fn is_plain_submit(transport: &model::Transport) -> bool {
    transport.call == model::TransportCall::Submit
        && transport.credentials == model::Credentials::Right
        && transport.expect_fault.is_none()
        && transport.messages.len() <= 1
}

/// What is judged, and by what.
pub(crate) struct Judging<'a> {
    pub(crate) case: &'a Case,
    pub(crate) step: &'a model::Step,
    pub(crate) message: &'a Kept,
    pub(crate) pair: Option<&'a Pair>,
    pub(crate) profiles: Vec<&'a str>,
    pub(crate) expect: &'a [Expectation],
    pub(crate) allowances: &'a [Allowance],
}

/// Ids of the messages and calls, and what was exchanged.
#[derive(Clone, Default)]
pub(crate) struct Stage {
    pub(crate) ledger: Ledger,
    messages: u32,
    calls: u32,
}

impl Stage {
    pub(crate) fn message_id(&mut self) -> String {
        self.messages += 1;
        format!("m{}", self.messages)
    }

    /// A message that is kept, and its evidence.
    pub(crate) fn keep(
        &mut self,
        title: &str,
        origin: Origin,
        bytes: Vec<u8>,
    ) -> (Kept, MessageEvidence) {
        let id = self.message_id();
        let evidence = MessageEvidence::new(id.clone(), title, origin, &bytes);
        let kept = Kept {
            id,
            bytes,
            by_system: origin == Origin::System,
        };
        (kept, evidence)
    }

    /// A call over the wire, as the result document keeps it.
    pub(crate) fn call(
        &mut self,
        setting: &Setting,
        exchange: &titer_wire::Exchange,
        request: Option<&Kept>,
        response: Option<&Kept>,
    ) -> result::Exchange {
        self.calls += 1;
        let since = exchange
            .started
            .duration_since(setting.began_at)
            .as_millis();
        let enveloped = !matches!(
            exchange.transport,
            titer_wire::Transport::Http | titer_wire::Transport::Mllp
        );
        let part = |http: &titer_wire::HttpMessage, message: Option<&Kept>| result::Part {
            message: message.map(|k| k.id.clone()),
            wire: (enveloped && !http.body.0.is_empty()
                || message.is_none() && !http.body.0.is_empty())
            .then(|| result::Body::new(&http.body.0)),
            size: http.body.0.len() as u64,
        };
        result::Exchange {
            id: format!("x{}", self.calls),
            direction: match exchange.direction {
                titer_wire::Direction::Sent => result::Direction::ToSystem,
                titer_wire::Direction::Received => result::Direction::FromSystem,
            },
            transport: match exchange.transport {
                titer_wire::Transport::Http => "HTTP POST".to_owned(),
                titer_wire::Transport::Mllp => "MLLP".to_owned(),
                soap => format!("CDC SOAP 2011, {}", soap.words()),
            },
            operation: exchange.operation.clone(),
            status: exchange.status,
            started_ms: u64::try_from(since).unwrap_or_default(),
            took_ms: exchange.duration_us / 1000,
            request: part(&exchange.request, request),
            response: exchange.response.as_ref().map(|r| part(r, response)),
            error: exchange.error.clone(),
        }
    }

    /// Judges one message and adds what was found to the step and to the message's evidence.
    pub(crate) fn judge(
        &self,
        setting: &Setting,
        judging: &Judging<'_>,
        more: impl FnOnce(&Asserting<'_>) -> Vec<Judgement>,
        step: &mut Step,
        evidence: &mut MessageEvidence,
    ) {
        let occasion = setting.occasion();
        let view = self.ledger.view(judging.case.id.text(), judging.pair);
        let scope = setting
            .plan
            .scope(&occasion, judging.case, judging.step, &view);
        let waivers = setting.waivers(&step.path);
        let mut table = Offsets::new();
        let message = Message::parse(&judging.message.bytes, &mut table);
        let asserting = Asserting {
            message,
            id: &judging.message.id,
            texts: &scope,
            exchanged: &view,
            ignoring_case: setting.plan.judging.ignoring_case,
            allowances: judging.allowances,
            waivers: &waivers,
            fixer: setting.fixer(),
        };
        let mut judgements = Vec::new();
        if !judging.profiles.is_empty() {
            let conformed = conform(&message, &judging.profiles, &waivers);
            evidence.profile = conformed.profile;
            merge(&mut evidence.findings, conformed.findings);
            let mut judgement = conformed.judgement;
            judgement.assertion.message = Some(judging.message.id.clone());
            judgements.push(judgement);
        }
        judgements.extend(more(&asserting));
        judgements.extend(asserting.all(judging.expect));
        for judgement in judgements {
            step.assertions.push(judgement.assertion);
            merge(&mut evidence.findings, judgement.findings);
            for waiver in judgement.waivers {
                if !step.waivers.contains(&waiver) {
                    step.waivers.push(waiver);
                }
            }
        }
    }

    /// What the conformance engine says about a message of the harness itself; it does not count.
    pub(crate) fn note_own(evidence: &mut MessageEvidence, bytes: &[u8]) {
        let mut table = Offsets::new();
        let checked = titer_conformance::check_message(&Message::parse(bytes, &mut table));
        evidence.profile = checked.profile.map(str::to_owned);
        evidence.findings = checked.findings;
    }

    /// A step that compares messages which were exchanged before.
    pub(crate) fn compare(
        &self,
        setting: &Setting,
        case: &Case,
        plan_step: &model::Step,
        compare: &model::Compare,
        step: &mut Step,
    ) {
        let Some(reference) = compare.message.get() else {
            return unjudged(step, "the plan's reference to a step cannot be read");
        };
        let Some(pair) = self.ledger.of(case.id.text(), reference) else {
            return missing(step, setting.side, compare.message.text());
        };
        let Some(message) = pair.own() else {
            return missing(step, setting.side, compare.message.text());
        };
        if !message.by_system {
            let because = "the message that it looks at was made by the harness".to_owned();
            step.verdict = Verdict::NotApplicable;
            step.evaluation = Evaluation::NotApplicable {
                because: because.clone(),
            };
            step.because = Some(because);
            return;
        }
        let mut evidence =
            MessageEvidence::new(message.id.clone(), "", Origin::System, &message.bytes);
        let judging = Judging {
            case,
            step: plan_step,
            message,
            pair: Some(pair),
            profiles: Vec::new(),
            expect: &compare.expect,
            allowances: &[],
        };
        self.judge(setting, &judging, |_| Vec::new(), step, &mut evidence);
        // the message itself is kept with the step that exchanged it
        step.findings = evidence.findings;
        conclude(step);
    }

    /// A step that a person does or sees. Where a later message proves it, that is judged; else it stays open.
    pub(crate) fn manual(
        &self,
        setting: &Setting,
        case: &Case,
        plan_step: &model::Step,
        step: &mut Step,
    ) {
        let occasion = setting.occasion();
        let view = self.ledger.view(case.id.text(), None);
        let scope = setting.plan.scope(&occasion, case, plan_step, &view);
        step.checklist = checklist::of_step(plan_step, &scope, &setting.plan);
        if let Some(Action::Inspect(inspect)) = plan_step.action() {
            let shown = inspect.of.as_ref().and_then(|of| of.get());
            let message = shown
                .and_then(|s| self.ledger.of(case.id.text(), s))
                .and_then(Pair::own);
            if let Some(message) = message {
                step.checklist.extend(checklist::of_message(&message.bytes));
            }
        }
        if matches!(step.evaluation, Evaluation::NotEvaluated { .. }) {
            step.verdict = Verdict::NotEvaluated;
            step.because = Some("whether it was done is for the tester to note".to_owned());
            return;
        }
        step.verdict = Verdict::Pending;
        step.because = Some(match plan_step.kind() {
            Some(PlanKind::Attest) => "somebody has to declare it".to_owned(),
            _ => "somebody has to do it and to look".to_owned(),
        });
        self.prove(setting, case, plan_step, &Material::NONE, step);
    }
}

/// Ends a step from its assertions.
pub(crate) fn conclude(step: &mut Step) {
    step.verdict = rollup::step_verdict(&step.assertions);
    step.judged = Judged::Automatic;
    if step.assertions.is_empty() {
        step.because = Some("nothing was checked: the plan expects nothing here".to_owned());
    } else if let Some(first) = first_unmet(&step.assertions) {
        step.because = Some(first);
    }
    if let Evaluation::NotEvaluated { .. } = step.evaluation {
        // it never counts; what was seen stays in the document
        step.verdict = Verdict::NotEvaluated;
        step.judged = Judged::NotJudged;
        step.because = Some(
            if step.assertions.iter().any(|a| a.outcome == Outcome::NotMet) {
                "done; not everything was as expected, and it does not count".to_owned()
            } else {
                "done".to_owned()
            },
        );
    }
}

// the words of the first assertion that decided the verdict; they hold no text from messages
fn first_unmet(assertions: &[Assertion]) -> Option<String> {
    let worst = assertions.iter().map(|a| a.outcome).min()?;
    if worst == Outcome::Met {
        return None;
    }
    let which: Vec<&Assertion> = assertions.iter().filter(|a| a.outcome == worst).collect();
    let first = which.first()?;
    let mut words = match worst {
        Outcome::NotMet => format!("not met: {}", first.what),
        Outcome::Allowed => format!("with an exception: {}", first.what),
        _ => format!("could not be judged: {}", first.what),
    };
    if let Some(because) = first.because_text(true) {
        words = format!("{words} ({because})");
    }
    if which.len() > 1 {
        words = format!("{words}, and {} more", which.len() - 1);
    }
    Some(words)
}

/// Ends a step that could not be judged because of the harness or the set-up.
pub(crate) fn unjudged(step: &mut Step, because: impl Into<String>) {
    step.verdict = Verdict::Error;
    step.because = Some(because.into());
}

/// Ends a step that depends on another one which gave it nothing.
pub(crate) fn depends(step: &mut Step, because: impl Into<String>) {
    step.verdict = match step.evaluation {
        Evaluation::NotEvaluated { .. } => Verdict::NotEvaluated,
        _ => Verdict::Inconclusive,
    };
    step.because = Some(because.into());
}

fn missing(step: &mut Step, side: Side, of: &str) {
    match side {
        // the tester may still send it
        Side::Ehr => {
            step.verdict = Verdict::Pending;
            step.because = Some(format!("the message of {of} has not come"));
        }
        Side::Iis => depends(step, format!("depends on {of}, which has no message")),
    }
}

/// The expected profiles as ids.
pub(crate) fn ids(refs: Option<&Refs>) -> Vec<&str> {
    refs.into_iter()
        .flat_map(|r| r.iter())
        .map(|r| r.value.as_str())
        .collect()
}

fn kind(step: &model::Step, side: Side, plan: &Plan) -> StepKind {
    match step.kind() {
        Some(PlanKind::Send) if side == Side::Ehr => StepKind::SutMessage,
        Some(PlanKind::Send) | None => StepKind::Send,
        Some(PlanKind::Reply) if side == Side::Iis => StepKind::SutMessage,
        Some(PlanKind::Reply) => {
            let template = step
                .reply
                .as_ref()
                .and_then(|r| r.message.as_ref())
                .and_then(|m| plan.messages.get(&m.value));
            template.map_or(StepKind::TaAck, |t| {
                reply_kind(t.source.replace('\n', "\r").as_bytes())
            })
        }
        Some(PlanKind::QueryBack) => StepKind::QueryBack,
        Some(PlanKind::Compare) => StepKind::Assert,
        Some(PlanKind::Transport) => StepKind::Transport,
        Some(PlanKind::Preload) => StepKind::Preload,
        Some(PlanKind::Inspect) => StepKind::Inspect,
        Some(PlanKind::DataEntry) => StepKind::DataEntry,
        Some(PlanKind::PatientSelect) => StepKind::PatientSelect,
        Some(PlanKind::Deduplicate) => StepKind::Match,
        Some(PlanKind::Alert) => StepKind::CdsAlert,
        Some(PlanKind::DataQuality) => StepKind::DataQuality,
        Some(PlanKind::Reconcile) => StepKind::Reconcile,
        Some(PlanKind::ForecastDisplay) => StepKind::ForecastDisplay,
        Some(PlanKind::Document) => StepKind::Report,
        Some(PlanKind::PatientAccess) => StepKind::PatientAccess,
        Some(PlanKind::AdverseEvent) => StepKind::AdverseEvent,
        Some(PlanKind::Inventory) => StepKind::Inventory,
        Some(PlanKind::Cohort) => StepKind::Cohort,
        Some(PlanKind::Attest) => StepKind::Attestation,
    }
}

/// Which kind of answer a message is: a positive acknowledgment, one that reports something, a notice that nobody or too
/// many were found, or a history that a person looks at.
pub(crate) fn reply_kind(bytes: &[u8]) -> StepKind {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let rsp = message
        .segment("MSH", 1)
        .is_some_and(|m| m.text(9, 1) == "RSP");
    let accepted = message
        .segment("MSA", 1)
        .is_some_and(|m| m.text(1, 1) == "AA");
    if rsp && message.all("RXA").next().is_some() {
        StepKind::TaResponseJuror
    } else if rsp {
        StepKind::TaResponseNotice
    } else if accepted && message.all("ERR").next().is_none() {
        StepKind::TaAck
    } else {
        StepKind::TaAckError
    }
}

fn own_title(step: &model::Step, side: Side) -> &'static str {
    match (step.kind(), side) {
        (Some(PlanKind::Send), Side::Ehr) => "the system sends its message",
        (Some(PlanKind::Send), Side::Iis) => "the message is sent and answered",
        (Some(PlanKind::Reply), Side::Ehr) => "the harness answers",
        (Some(PlanKind::Reply), Side::Iis) => "the answer is right",
        (Some(PlanKind::QueryBack), _) => "the registry returns what it should hold",
        (Some(PlanKind::Compare), _) => "the messages agree",
        (Some(PlanKind::Transport), _) => "the transport works",
        (Some(PlanKind::Preload), _) => "what the test needs is put in place",
        (Some(PlanKind::Inspect), _) => "the tester looks at what is shown",
        (Some(PlanKind::DataEntry), _) => "data are entered",
        (Some(PlanKind::PatientSelect), _) => "the right patient is opened",
        (Some(PlanKind::Deduplicate), _) => "persons are told apart",
        (Some(PlanKind::Alert), _) => "the system alerts",
        (Some(PlanKind::DataQuality), _) => "a bad entry is prevented",
        (Some(PlanKind::Reconcile), _) => "histories are brought together",
        (Some(PlanKind::ForecastDisplay), _) => "the forecast is shown",
        (Some(PlanKind::Document), _) => "a document is made",
        (Some(PlanKind::PatientAccess), _) => "the patient sees the record",
        (Some(PlanKind::AdverseEvent), _) => "an adverse event is recorded",
        (Some(PlanKind::Inventory), _) => "the stock is right",
        (Some(PlanKind::Cohort), _) => "a list of patients is made",
        (Some(PlanKind::Attest), _) => "the vendor declares",
        (None, _) => "nothing is done",
    }
}
