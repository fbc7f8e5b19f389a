//! What a plan holds, counted and named: the data behind `titer plan lint`, `list` and `show`.

use crate::expect_check::count;
use crate::files::builtin_names;
use crate::load::{PlanError, load, load_builtin};
use crate::model::{Action, Plan, ProofKind, Side, Step, StepKind};
use crate::span::Parsed;
use crate::syntax::Name;
use serde::Serialize;
use titer_finding::Diagnostic;

/// A plan in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlanLine {
    /// Its id.
    pub id: String,
    /// In one line.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Which systems can be under test.
    pub systems: Vec<Side>,
    /// How many cases.
    pub cases: usize,
    /// How many steps.
    pub steps: usize,
    /// How many assertions its steps make about messages.
    pub assertions: usize,
}

/// A step in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepLine {
    /// Its name, `onc-2015/AD-1/report`.
    pub name: String,
    /// Other names of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What kind it is.
    pub kind: StepKind,
    /// What happens.
    pub title: String,
    /// With which systems of the plan it makes sense.
    pub systems: Vec<Side>,
    /// Whether it is judged.
    pub evaluated: bool,
    /// How many assertions it makes about messages.
    pub assertions: usize,
    /// How many things a person looks at.
    pub checks: usize,
    /// Which requirements it verifies.
    pub covers: Vec<String>,
    /// Which capabilities it shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Which automatic checks can stand for the eye of a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<ProofKind>,
}

/// A case with its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseLine {
    /// Its name, `onc-2015/AD-1`.
    pub name: String,
    /// Other names of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// In which group.
    pub group: String,
    /// In one line.
    pub title: String,
    /// Its steps.
    pub steps: Vec<StepLine>,
}

/// What `lint` says.
#[derive(Clone, Debug)]
pub struct Lint {
    /// The plan in one line, when it has no mistakes.
    pub plan: Option<PlanLine>,
    /// Its mistakes.
    pub errors: Vec<Diagnostic>,
    /// What is odd but no mistake.
    pub warnings: Vec<Diagnostic>,
}

/// The plans that the program carries.
pub fn list() -> Result<Vec<PlanLine>, PlanError> {
    builtin_names()
        .into_iter()
        .map(|name| load_builtin(name).map(|plan| plan.line()))
        .collect()
}

/// Loads a plan and gives every mistake and everything odd.
pub fn lint(name: &str) -> Lint {
    match load(name) {
        Ok(plan) => Lint {
            plan: Some(plan.line()),
            errors: Vec::new(),
            warnings: plan.warnings,
        },
        Err(e) => Lint {
            plan: None,
            errors: e.diagnostics(),
            warnings: Vec::new(),
        },
    }
}

impl Plan {
    /// The plan in one line.
    pub fn line(&self) -> PlanLine {
        let steps = || self.cases().flat_map(|(_, c)| &c.steps);
        PlanLine {
            id: self.id.clone(),
            title: self.title.clone(),
            version: self.version.clone(),
            systems: self.systems.clone(),
            cases: self.cases().count(),
            steps: steps().count(),
            assertions: steps().map(Step::assertions).sum(),
        }
    }

    /// Every case with its steps.
    pub fn show(&self) -> Vec<CaseLine> {
        self.cases()
            .map(|(group, case)| CaseLine {
                name: self.case_path(case),
                aliases: texts(&case.aliases),
                group: group.title.clone(),
                title: case.title.clone(),
                steps: case
                    .steps
                    .iter()
                    .filter_map(|step| {
                        let kind = step.kind()?;
                        Some(StepLine {
                            name: self.step_path(case, step),
                            aliases: texts(&step.aliases),
                            kind,
                            title: step
                                .title
                                .as_ref()
                                .map_or_else(|| kind.title().to_owned(), |t| t.text().to_owned()),
                            systems: self
                                .systems
                                .iter()
                                .copied()
                                .filter(|s| step.applies(*s))
                                .collect(),
                            evaluated: step.evaluated,
                            assertions: step.assertions(),
                            checks: step.checklist.len(),
                            covers: step
                                .covers
                                .iter()
                                .flat_map(|c| c.iter())
                                .map(|r| r.value.clone())
                                .collect(),
                            capabilities: self
                                .capabilities_of(case, step)
                                .into_iter()
                                .map(str::to_owned)
                                .collect(),
                            proofs: step.proof_kinds(),
                        })
                    })
                    .collect(),
            })
            .collect()
    }
}

fn texts(names: &[Parsed<Name>]) -> Vec<String> {
    names.iter().map(|n| n.text().to_owned()).collect()
}

impl Step {
    /// How many assertions the step makes about messages; the conformance of a message to its profile is one.
    pub fn assertions(&self) -> usize {
        let traces: usize = self.trace.iter().map(|t| count(&t.expect)).sum();
        traces
            + match self.action() {
                Some(Action::Send(a)) => usize::from(a.profile.is_some()) + count(&a.expect),
                Some(Action::Reply(a)) => usize::from(a.profile.is_some()) + count(&a.expect),
                Some(Action::QueryBack(a)) => {
                    usize::from(a.reply_profile.is_some())
                        + usize::from(a.status.is_some())
                        + usize::from(a.expect_count.is_some())
                        + usize::from(a.expect_none)
                        + a.expect_doses.len()
                        + a.absent_doses.len()
                        + count(&a.expect)
                }
                Some(Action::Compare(a)) => count(&a.expect),
                Some(Action::Transport(a)) => {
                    usize::from(a.expect_echo)
                        + usize::from(a.expect_fault.is_some())
                        + usize::from(a.reply_profile.is_some())
                        + count(&a.expect)
                }
                Some(Action::Deduplicate(a)) => count(&a.expect),
                _ => 0,
            }
    }
}

impl StepKind {
    /// What such a step is called where it has no title of its own.
    pub fn title(self) -> &'static str {
        match self {
            StepKind::Send => "the EHR sends a message",
            StepKind::Reply => "the IIS answers",
            StepKind::QueryBack => "the IIS is asked what it holds",
            StepKind::Compare => "messages are compared",
            StepKind::Transport => "the transport is tried",
            StepKind::Preload => "data are put in place",
            StepKind::Inspect => "the tester looks at what is shown",
            StepKind::DataEntry => "data are entered",
            StepKind::PatientSelect => "the right patient is opened",
            StepKind::Deduplicate => "records are told apart",
            StepKind::Alert => "the system alerts",
            StepKind::DataQuality => "a bad entry is prevented",
            StepKind::Reconcile => "histories are brought together",
            StepKind::ForecastDisplay => "a forecast is shown",
            StepKind::Document => "a document is made",
            StepKind::PatientAccess => "the patient sees the record",
            StepKind::AdverseEvent => "an adverse event is recorded",
            StepKind::Inventory => "the stock is looked after",
            StepKind::Cohort => "a list of patients is made",
            StepKind::Attest => "the vendor attests",
        }
    }
}
