//! What a proof is made from, and which checks a step gets.

use super::rows::Rows;
use super::{
    cohort, document, entry, forecast, inventory, reaction, reconcile, shown, trace, ways,
};
use crate::looks::Looks;
use crate::result::{AnswerSource, Answers, Assertion, DoseSeen, ForecastSeen, Judged, Waiver};
use jiff::civil::Date;
use std::collections::BTreeMap;
use titer_finding::{Finding, Fixer, Phi};
use titer_plan::model::{self, Action, Case, StepKind};
use titer_plan::syntax::StepRef;
use titer_plan::{Exchanged, Plan, Scope};

/// A message that was exchanged, and the step whose own it is.
#[derive(Clone, Copy)]
pub struct Heard<'a> {
    /// Its id in the result document.
    pub id: &'a str,
    /// The case's id.
    pub case: &'a str,
    /// The step's id.
    pub step: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether the system under test made it.
    pub by_system: bool,
}

impl std::fmt::Debug for Heard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}/{}", self.id, self.case, self.step)
    }
}

/// The text of a file that was supplied with the step; or why it has none.
#[derive(Clone, Debug)]
pub struct FileText {
    /// The file's name in the evidence.
    pub name: String,
    /// The text; it may identify a person.
    pub text: Result<Phi, super::DocumentError>,
}

/// Somebody for whom a forecast is asked.
#[derive(Clone, Debug)]
pub struct ForecastQuery {
    /// Date of birth.
    pub birth_date: Date,
    /// `F`, `M`, `U`.
    pub sex: String,
    /// The doses that were given.
    pub doses: Vec<Given>,
    /// The day as of which it is asked.
    pub as_of: Date,
}

/// A dose that counts for a forecast.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    /// CVX code.
    pub cvx: String,
    /// When.
    pub date: Date,
}

/// Why a forecaster gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the forecaster cannot answer: {0}")]
pub struct ForecasterError(pub String);

/// The harness's own forecaster, which the program hands in: this room does not know CDC's schedule.
pub trait Forecaster: Send + Sync {
    /// One row for each vaccine group that is not complete, with the dates of its next dose; groups that are complete,
    /// or in which nothing is recommended, have a row with that status and no dates. Only the group's standard forecast.
    fn forecast(&self, query: &ForecastQuery) -> Result<Vec<ForecastSeen>, ForecasterError>;
}

/// Everything that a proof may look at. [`ProofContext::new`] has nothing but the plan; the rest is set on the fields.
#[derive(Clone, Copy)]
pub struct ProofContext<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The case of the step.
    pub case: &'a Case,
    /// What the step's texts are filled in with.
    pub scope: &'a Scope<'a>,
    /// The messages to which expectations refer.
    pub exchanged: &'a dyn Exchanged,
    /// Every message of the run, in the order in which they came.
    pub messages: &'a [Heard<'a>],
    /// What was supplied, by case and step: at most one of a source.
    pub answers: &'a BTreeMap<(String, String), Vec<Answers>>,
    /// The documents of this step.
    pub files: &'a [FileText],
    /// The harness's own forecaster.
    pub forecaster: Option<&'a dyn Forecaster>,
    /// The day as of which the plan runs.
    pub as_of: Date,
    /// The plan's waivers that count for the step.
    pub waivers: &'a [&'a model::Waiver],
    /// Who can put the system's messages right.
    pub fixer: Fixer,
    /// Where it is noted what was looked at.
    pub looks: Option<&'a Looks>,
}

static NO_ANSWERS: BTreeMap<(String, String), Vec<Answers>> = BTreeMap::new();

impl<'a> ProofContext<'a> {
    /// A context without any material.
    pub fn new(
        plan: &'a Plan,
        case: &'a Case,
        scope: &'a Scope<'a>,
        exchanged: &'a dyn Exchanged,
        as_of: Date,
    ) -> Self {
        Self {
            plan,
            case,
            scope,
            exchanged,
            messages: &[],
            answers: &NO_ANSWERS,
            files: &[],
            forecaster: None,
            as_of,
            waivers: &[],
            fixer: Fixer::SenderSoftware,
            looks: None,
        }
    }

    /// The own message of a step.
    pub(super) fn message_of(&self, of: &StepRef) -> Option<Heard<'a>> {
        let case = of.case.as_deref().unwrap_or(self.case.id.text());
        if let Some(looks) = self.looks {
            looks.at_exchange(case, &of.step);
        }
        self.messages
            .iter()
            .rev()
            .find(|m| m.case == case && m.step == of.step)
            .copied()
    }

    /// Every message.
    pub(super) fn all_messages(&self) -> &'a [Heard<'a>] {
        if let Some(looks) = self.looks {
            looks.at_every_exchange();
        }
        self.messages
    }

    /// What was supplied at another step.
    pub(super) fn answers_of(&self, of: &StepRef) -> &'a [Answers] {
        let case = of.case.as_deref().unwrap_or(self.case.id.text());
        self.answers_at(case, &of.step)
    }

    pub(super) fn answers_at(&self, case: &str, step: &str) -> &'a [Answers] {
        if let Some(looks) = self.looks {
            looks.at_answers(case, step);
        }
        self.answers
            .get(&(case.to_owned(), step.to_owned()))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    pub(super) fn text(&self, text: &model::Text) -> String {
        self.scope
            .text(text)
            .unwrap_or_else(|_| text.text().to_owned())
    }
}

impl std::fmt::Debug for ProofContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProofContext")
            .field("case", &self.case.id.text())
            .field("messages", &self.messages.len())
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

/// What the material says about a step.
#[derive(Clone, Debug)]
pub struct Proof {
    /// By which means.
    pub judged: Judged,
    /// What was expected and found, at least one.
    pub assertions: Vec<Assertion>,
    /// What is wrong in messages that were looked at.
    pub findings: Vec<Finding>,
    /// The waivers that made something pass.
    pub waivers: Vec<Waiver>,
    /// Names of the files that were looked at.
    pub files: Vec<String>,
}

// one check's part of a proof
struct Part {
    judged: Judged,
    assertions: Vec<Assertion>,
}

/// By which means the answers of a source are judged, where the kind of step has no means of its own.
fn means(source: AnswerSource) -> Judged {
    match source {
        AnswerSource::Tester => Judged::Juror,
        AnswerSource::Driver => Judged::Driver,
        AnswerSource::Document => Judged::Document,
        AnswerSource::Fhir => Judged::Fhir,
    }
}

/// Judges a step from the material. `None` when nothing speaks for or against it, so that it stays with the tester.
///
/// Checks whose material is there all count; a step is as good as its worst assertion. The means that is named is the
/// first of those that gave an assertion: the kind's own, then a later message, then who read the answers.
pub fn prove(ctx: &ProofContext<'_>, step: &model::Step) -> Option<Proof> {
    let mut parts: Vec<Part> = Vec::new();
    let own = ctx.answers_at(ctx.case.id.text(), step.id.text());
    for answers in own.iter().filter(|a| !a.is_empty()) {
        parts.extend(by_answers(ctx, step, answers));
    }
    if own.iter().all(|a| a.doses.is_none())
        && let Some(Action::Reconcile(r)) = step.action()
    {
        parts.push(Part {
            judged: Judged::Reconciled,
            assertions: reconcile::by_message(ctx, step, r),
        });
    }
    let mut files = Vec::new();
    if let Some((assertions, names)) = document::by_files(ctx, step) {
        parts.push(Part {
            judged: Judged::Document,
            assertions,
        });
        files = names;
    }
    let traced = trace::by_messages(ctx, step);
    let (mut findings, mut waivers) = (Vec::new(), Vec::new());
    if let Some(traced) = traced {
        parts.push(Part {
            judged: Judged::Traced,
            assertions: traced.assertions,
        });
        findings = traced.findings;
        waivers = traced.waivers;
    }
    parts.retain(|p| !p.assertions.is_empty());
    let judged = parts.iter().map(|p| p.judged).min_by_key(|j| rank(*j))?;
    Some(Proof {
        judged,
        assertions: parts.into_iter().flat_map(|p| p.assertions).collect(),
        findings,
        waivers,
        files,
    })
}

fn rank(judged: Judged) -> u8 {
    match judged {
        Judged::Reconciled | Judged::Forecast | Judged::Inventory => 0,
        Judged::Traced => 1,
        Judged::Fhir => 2,
        Judged::Document => 3,
        Judged::Driver => 4,
        _ => 5,
    }
}

fn by_answers(ctx: &ProofContext<'_>, step: &model::Step, answers: &Answers) -> Vec<Part> {
    let mut rows = Rows::default();
    let mut judged = means(answers.source);
    match step.action() {
        Some(Action::DataEntry(d)) => {
            let all = ctx.answers_at(ctx.case.id.text(), step.id.text());
            entry::data(&mut rows, ctx, d, answers, all);
        }
        Some(Action::PatientSelect(p)) => entry::select(&mut rows, ctx, p, answers),
        Some(Action::Alert(a)) => ways::any(
            &mut rows,
            ctx,
            "the alert is shown",
            &a.at_least_one_of,
            answers,
        ),
        Some(Action::DataQuality(d)) => ways::any(
            &mut rows,
            ctx,
            "the bad entry is prevented",
            &d.at_least_one_of,
            answers,
        ),
        Some(Action::AdverseEvent(a)) => reaction::event(&mut rows, ctx, a, answers),
        Some(Action::Cohort(c)) => cohort::list(&mut rows, ctx, c, answers),
        Some(Action::Reconcile(r)) => {
            judged = Judged::Reconciled;
            reconcile::by_answers(&mut rows, ctx, r, answers);
        }
        Some(Action::ForecastDisplay(f)) => {
            judged = Judged::Forecast;
            forecast::display(&mut rows, ctx, step, f, answers);
        }
        Some(Action::Inventory(i)) => {
            judged = Judged::Inventory;
            inventory::stock(&mut rows, ctx, step, i, answers);
        }
        Some(Action::Document(d)) => {
            document::text(&mut rows, ctx, &d.contains, &d.leaves_out, answers);
        }
        Some(Action::PatientAccess(p)) => {
            document::text(&mut rows, ctx, &p.contains, &[], answers);
        }
        Some(Action::Inspect(i)) => {
            let of = i.of.as_ref().and_then(|of| of.get());
            if let Some(message) = of.and_then(|of| ctx.message_of(of)) {
                shown::message(&mut rows, message.bytes, answers);
            }
        }
        Some(Action::Reply(_)) => {
            let own = StepRef {
                case: None,
                step: step.id.text().to_owned(),
            };
            if let Some(message) = ctx.message_of(&own) {
                shown::message(&mut rows, message.bytes, answers);
            }
        }
        _ => {}
    }
    ways::checklist(&mut rows, ctx, step, answers);
    vec![Part {
        judged,
        assertions: rows.list,
    }]
}

/// Which answers a step can make use of, by their name in [`Answers`]: what a driver is asked for, and what a page offers
/// to type. The patient of a step can always be told.
pub fn asks(step: &model::Step) -> Vec<&'static str> {
    let mut asks: Vec<&'static str> = match step.kind() {
        Some(StepKind::DataEntry) => {
            let mut all = Vec::new();
            if let Some(d) = &step.data_entry {
                if d.patient.is_some() {
                    all.push("patient");
                }
                if d.orders.is_some() {
                    all.push("doses");
                }
                if !d.table.is_empty() {
                    all.push("fields");
                }
            }
            all
        }
        Some(StepKind::PatientSelect) => vec!["patient"],
        Some(StepKind::Alert | StepKind::DataQuality | StepKind::Deduplicate) => vec!["seen"],
        Some(StepKind::AdverseEvent) => vec!["reactions"],
        Some(StepKind::Cohort) => vec!["cohort"],
        Some(StepKind::Reconcile) => vec!["before", "doses"],
        Some(StepKind::ForecastDisplay) => vec!["forecast"],
        Some(StepKind::Inventory) => vec!["stock_before", "stock"],
        Some(StepKind::Document | StepKind::PatientAccess) => vec!["text"],
        Some(StepKind::Inspect | StepKind::Reply) => {
            vec!["seen", "patient", "doses", "forecast", "text"]
        }
        _ => Vec::new(),
    };
    if !step.checklist.is_empty() && !asks.contains(&"seen") {
        asks.push("seen");
    }
    asks
}

/// The doses of answers, when somebody looked for them.
pub(super) fn doses_of(answers: &Answers) -> Option<&[DoseSeen]> {
    answers.doses.as_deref()
}
