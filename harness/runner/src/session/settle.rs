//! What each step ends in: what messages say, then what people and drivers say.

use super::entry::Settled;
use super::fold::Fold;
use super::kept::{Kept, shown};
use super::state::{Arrival, At, Own, Said, State};
use crate::messages::{answers, type_of};
use crate::proof::{self, Material};
use crate::result::{
    Answers, Assertion, Attestation, Evaluation, Judged, MessageEvidence, Origin, Outcome,
    Overridden, RunResult, Step, Verdict, rollup,
};
use crate::run;
use crate::stage::{Stage, unjudged};
use jiff::civil::Date;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use titer_finding::{Finding, Severity};
use titer_plan::model::{self, Action};

/// How the rules of a plan's own expectations begin; the others are those of profiles and of the engine.
const PLAN_RULES: &str = "PLAN-";

/// The bytes of a file of evidence, by SHA-256.
pub(super) type Blobs<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What steps are judged from.
pub(super) struct Sources<'a> {
    pub(super) state: &'a State,
    blobs: Blobs<'a>,
    // what was supplied anywhere, because a step may compare with an earlier one
    answers: OnceCell<BTreeMap<(String, String), Vec<Answers>>>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(state: &'a State, blobs: Blobs<'a>) -> Self {
        Self {
            state,
            blobs,
            answers: OnceCell::new(),
        }
    }
}

impl Fold {
    /// The document as of now. What is kept saves work and changes nothing.
    pub(super) fn result(&self, state: &State, blobs: Blobs<'_>, kept: &mut Kept) -> RunResult {
        if let Some(at) = state.last_at {
            self.clock.set(at);
        }
        let mut all: BTreeMap<String, Vec<Step>> = BTreeMap::new();
        let from = Sources::new(state, blobs);
        for (at, case, _) in self.steps() {
            let step = self.kept_step(&from, at, kept);
            all.entry(case.id.text().to_owned()).or_default().push(step);
        }
        let unexpected = Self::unexpected(state, kept);
        let mut result = run::conclude(&self.setting, all, None, unexpected, &mut |_| {});
        if let Some(system) = &state.system {
            result.system = system.clone();
            result.system.role = self.setting.options.target.role();
        }
        result.modifications.clone_from(&state.modifications);
        result
    }

    /// One step as of now.
    pub(super) fn step(&self, from: &Sources<'_>, at: At) -> Step {
        let mut step = self.by_machine(from, at);
        if let Some(said) = from.state.said.get(&at) {
            self.by_people(from.state, at, said, &mut step);
        }
        self.setting.excuse(&mut step);
        step
    }

    /// What messages and proofs say of a step.
    pub(super) fn by_machine(&self, from: &Sources<'_>, at: At) -> Step {
        let state = from.state;
        let mut step = match state.done.get(&at) {
            Some(step) => step.clone(),
            None => self.left(state, at),
        };
        if matches!(step.evaluation, Evaluation::NotApplicable { .. }) {
            return step;
        }
        let shown = shown(state, at);
        step.messages.extend(shown.flat_map(|(_, a)| both(a)));
        if let Some(said) = state.said.get(&at) {
            step.files.extend(said.files.values().cloned());
            step.answers = said
                .answers
                .values()
                .fold(None, |all, one| Some(super::state::merged(all, one)));
        }
        self.prove(from, at, &mut step);
        step
    }

    // a step that no message was for
    fn left(&self, state: &State, at: At) -> Step {
        let mut step = self.blank(state, at);
        let Some((case, plan_step)) = self.plan_step(at) else {
            return step;
        };
        if step.verdict == Verdict::NotApplicable {
            return step;
        }
        match plan_step.action() {
            Some(Action::Send(_)) => open(&mut step, "no message came that could be this step's"),
            Some(Action::Transport(_)) => open(&mut step, "nobody called"),
            Some(Action::Reply(_)) => match self.answers_to(state, at) {
                None => open(&mut step, "the message that it answers has not come"),
                Some(came) if came.answered.is_some() => unjudged(
                    &mut step,
                    "the message was not answered with a message: the plan has no reply of its own here, \
                         and nobody who stands behind the harness gave one",
                ),
                Some(_) => open(
                    &mut step,
                    "the message came, and its answer has not gone out; the system can send it again",
                ),
            },
            Some(Action::Compare(compare)) => {
                state
                    .stage
                    .compare(&self.setting, case, plan_step, compare, &mut step);
            }
            Some(_) | None => state
                .stage
                .manual(&self.setting, case, plan_step, &mut step),
        }
        step
    }

    /// The message that a reply step answers.
    pub(super) fn answers_to<'s>(&self, state: &'s State, at: At) -> Option<&'s Arc<Arrival>> {
        let (case, plan_step) = self.plan_step(at)?;
        let Some(Action::Reply(reply)) = plan_step.action() else {
            return None;
        };
        let of = answers(case, plan_step, reply)?;
        let of = self.named(of.case.as_deref().unwrap_or(case.id.text()), &of.step)?;
        state.arrivals.shared(state.holds.get(&of)?)
    }

    // marks, declarations, waivers, comments and the tester's own result
    fn by_people(&self, state: &State, at: At, said: &Said, step: &mut Step) {
        if matches!(step.evaluation, Evaluation::NotApplicable { .. }) {
            return;
        }
        let own_comment = said.comment.as_deref();
        step.comment = match (step.comment.take(), own_comment) {
            (Some(remark), Some(text)) => Some(format!("{remark}\n{text}")),
            (remark, text) => remark.or_else(|| text.map(str::to_owned)),
        };
        for (n, mark) in &said.marks {
            if let Some(item) = step.checklist.get_mut(*n) {
                item.seen = mark.seen;
                item.comment.clone_from(&mark.comment);
            }
        }
        if !said.waivers.is_empty() {
            waive(step, said);
        }
        if matches!(step.evaluation, Evaluation::NotEvaluated { .. }) {
            if let Some((done, by)) = &said.done {
                let by = if by.is_empty() {
                    String::new()
                } else {
                    format!(", said by {by}")
                };
                step.because = Some(format!("{}{by}", if *done { "done" } else { "not done" }));
            }
            return;
        }
        let waits_for_eyes = step.verdict == Verdict::Pending
            && (state.is_open(at) && self.is_manual(at)
                || state.looked_at.contains(&at) && !step.assertions.is_empty());
        if waits_for_eyes && step.evaluation == Evaluation::Evaluated {
            eyes(step);
            if step.verdict == Verdict::Passed {
                let names: BTreeSet<&str> = said
                    .marks
                    .values()
                    .map(|m| m.by.as_str())
                    .filter(|b| !b.is_empty())
                    .collect();
                let names: Vec<&str> = names.into_iter().collect();
                step.because =
                    (!names.is_empty()).then(|| format!("looked at by {}", names.join(", ")));
            }
        }
        step.attestations.clone_from(&said.attestations);
        if step.verdict == Verdict::Pending && !said.attestations.is_empty() {
            attest(step, self.today(state));
        }
        if let Some(own) = &said.own {
            overrule(step, own);
        }
    }

    /// Whether a person does or sees it.
    pub(super) fn is_manual(&self, at: At) -> bool {
        let action = self.plan_step(at).and_then(|(_, s)| s.action());
        !matches!(
            action,
            None | Some(
                Action::Send(_)
                    | Action::Reply(_)
                    | Action::QueryBack(_)
                    | Action::Compare(_)
                    | Action::Transport(_)
            )
        )
    }

    // the day by which a declaration has expired or not
    pub(super) fn today(&self, state: &State) -> Date {
        let now = state
            .last_at
            .map(|_| self.setting.options.clock.now().date());
        now.map_or(self.setting.options.as_of, |d| {
            d.max(self.setting.options.as_of)
        })
    }
}

/// What came and what was answered, with what their own profiles say
pub(super) fn both(a: &Arrival) -> Vec<MessageEvidence> {
    let mut messages = Vec::new();
    let went = a.answered.as_ref().and_then(|x| x.kept.as_ref());
    for (kept, origin, verb) in [
        (Some(&a.kept), Origin::System, "received"),
        (went, Origin::Harness, "sent"),
    ] {
        let Some(kept) = kept else { continue };
        let title = format!("{} {verb}", type_of(&kept.bytes));
        let mut evidence = MessageEvidence::new(kept.id.clone(), title, origin, &kept.bytes);
        Stage::note_own(&mut evidence, &kept.bytes);
        messages.push(evidence);
    }
    messages
}

fn open(step: &mut Step, because: &str) {
    step.verdict = match step.evaluation {
        Evaluation::NotEvaluated { .. } => Verdict::NotEvaluated,
        _ => Verdict::Pending,
    };
    step.because = Some(because.to_owned());
}

// what a juror saw
fn eyes(step: &mut Step) {
    let missed = step
        .checklist
        .iter()
        .find(|i| i.required() && i.seen == Some(false));
    if let Some(item) = missed {
        step.because = Some(format!("looked for and not seen: {}", item.text));
        step.verdict = Verdict::Failed;
        step.judged = Judged::Juror;
        return;
    }
    let mut required = step.checklist.iter().filter(|i| i.required()).peekable();
    if required.peek().is_some() && required.all(|i| i.seen == Some(true)) {
        step.because = None;
        step.verdict = Verdict::Passed;
        step.judged = Judged::Juror;
    }
}

fn attest(step: &mut Step, today: Date) {
    let holds = |a: &&Attestation| a.expires.is_none_or(|last| last >= today);
    if step.attestations.iter().any(|a| holds(&a)) {
        step.verdict = Verdict::Attested;
        step.judged = Judged::Attested;
        step.because = None;
    } else if let Some(last) = step.attestations.iter().filter_map(|a| a.expires).max() {
        step.because = Some(format!(
            "what was declared held until {}; it has to be declared again",
            titer_plan::dates::words(last)
        ));
    }
}

fn overrule(step: &mut Step, own: &Own) {
    let verdict = match own.verdict {
        Settled::Passed => Verdict::Passed,
        Settled::PassedWithException => Verdict::PassedWithException,
        Settled::Failed | Settled::FailedNotSupported => Verdict::Failed,
        Settled::Inconclusive => Verdict::Inconclusive,
        Settled::Pending => return,
    };
    step.not_supported = own.verdict == Settled::FailedNotSupported;
    let machine = step.judged.by_machine() && step.verdict.is_judged();
    if machine && verdict == step.verdict {
        return;
    }
    if machine || step.verdict == Verdict::Error {
        step.overridden = Some(Overridden {
            verdict: step.verdict,
            judged: step.judged,
            because: own.because.clone(),
            by: own.by.clone(),
            at: own.at,
        });
    }
    step.verdict = verdict;
    step.judged = Judged::Juror;
    step.because = if own.because.trim().is_empty() {
        step.not_supported
            .then(|| "the system has no such function".to_owned())
    } else {
        Some(own.because.clone())
    };
}

/// Whether something that a step misses is called so: the words of an expectation that is not met, or the rule of a
/// finding of level error.
pub(super) fn can_be_waived(step: &Step, what: &str) -> bool {
    let missed = |a: &Assertion| a.outcome == Outcome::NotMet && a.what == what;
    step.assertions.iter().any(missed)
        || step
            .all_findings()
            .any(|f| f.severity == Severity::Error && f.rule == what)
}

// expectations that a tester decided not to count: by their own words, or by the rule of what is wrong with them
fn waive(step: &mut Step, said: &Said) {
    let waives = |what: &str| said.waivers.iter().find(|w| w.what == what);
    let errors: Vec<Finding> = step
        .all_findings()
        .filter(|f| f.severity == Severity::Error)
        .cloned()
        .collect();
    // all that is wrong here has to be waived
    let by_rules = |wrong: &mut dyn Iterator<Item = &Finding>| -> Option<String> {
        let mut reasons: Vec<&str> = Vec::new();
        for finding in wrong {
            let reason = waives(&finding.rule)?.reason.as_str();
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
    };
    let profile: BTreeMap<String, Option<String>> = step
        .messages
        .iter()
        .map(|m| {
            let mut wrong = m
                .findings
                .iter()
                .filter(|f| f.severity == Severity::Error && !f.rule.starts_with(PLAN_RULES));
            (m.id.clone(), by_rules(&mut wrong))
        })
        .collect();
    let mut changed = false;
    for assertion in &mut step.assertions {
        if assertion.outcome != Outcome::NotMet {
            continue;
        }
        let reason = if let Some(waiver) = waives(&assertion.what) {
            Some(waiver.reason.clone())
        } else if assertion.what.starts_with("conforms to ") {
            let id = assertion.message.as_ref();
            id.and_then(|id| profile.get(id).cloned().flatten())
        } else {
            let here = assertion.location.as_ref();
            by_rules(&mut errors.iter().filter(|f| {
                f.rule.starts_with(PLAN_RULES) && here.is_some_and(|l| *l == f.location)
            }))
        };
        if let Some(reason) = reason {
            assertion.outcome = Outcome::Allowed;
            assertion.because = Some(reason);
            changed = true;
        }
    }
    step.waivers.extend(said.waivers.iter().cloned());
    if changed && step.verdict == Verdict::Failed && step.judged.by_machine() {
        step.verdict = rollup::step_verdict(&step.assertions);
        if step.verdict.is_pass() {
            step.because = Some("with an exception that was waived".to_owned());
        }
    }
}

impl Fold {
    // checks that stand for an eye, when there is something for them to look at
    fn prove(&self, from: &Sources<'_>, at: At, step: &mut Step) {
        let Some((case, plan_step)) = self.plan_step(at) else {
            return;
        };
        let answers = from.answers.get_or_init(|| self.supplied(from.state));
        let files = if proof::wants_documents(plan_step) {
            proof::texts(&step.files, from.blobs)
        } else {
            Vec::new()
        };
        let material = Material {
            answers,
            files: &files,
            forecaster: self.forecaster.as_deref(),
        };
        let stage = &from.state.stage;
        stage.prove(&self.setting, case, plan_step, &material, step);
    }

    // what was supplied, by the ids of case and step
    fn supplied(&self, state: &State) -> BTreeMap<(String, String), Vec<Answers>> {
        state
            .said
            .iter()
            .filter(|(_, said)| !said.answers.is_empty())
            .filter_map(|(at, said)| {
                let (case, step) = self.plan_step(*at)?;
                let key = (case.id.text().to_owned(), step.id.text().to_owned());
                Some((key, said.answers.values().cloned().collect()))
            })
            .collect()
    }
}

/// Whether a plan's step is one that only has to be done.
pub(super) fn never_counts(step: &model::Step) -> bool {
    !step.evaluated || step.preload.is_some()
}
