//! A run: a plan, a system under test, and what came of it.

use crate::ehr;
use crate::error::RunError;
use crate::event::Event;
use crate::iis::Sender;
use crate::options::{IisTarget, Options, Target};
use crate::result::{self, Case, Group, PlanInfo, RunResult, Step, rollup};
use crate::select::noted;
use crate::stage::Setting;
use std::collections::BTreeMap;
use std::sync::Arc;
use titer_plan::Plan;

/// A plan that is ready to run against a system under test.
pub struct Run {
    setting: Arc<Setting>,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("plan", &self.setting.plan.id)
            .field("cases", &self.setting.cases)
            .finish_non_exhaustive()
    }
}

impl Run {
    /// Selects the cases and checks that the plan tests this side. Nothing is sent yet.
    pub fn new(plan: impl Into<Arc<Plan>>, options: Options) -> Result<Self, RunError> {
        Ok(Self {
            setting: Arc::new(Setting::new(plan.into(), options)?),
        })
    }

    /// Runs to the end. With an EHR under test this listens, tells the addresses in [`Event::Listening`], and waits;
    /// use [`Run::listen`] to know the addresses before that and to be able to stop it.
    pub fn execute(self, on_event: &mut dyn FnMut(Event)) -> Result<RunResult, RunError> {
        match &self.setting.options.target {
            Target::Iis(target) => send(&self.setting, target, on_event),
            Target::Ehr(_) => Ok(self.listen()?.execute(on_event)),
        }
    }

    /// Starts to listen for an EHR under test.
    pub fn listen(self) -> Result<ehr::Listening, RunError> {
        ehr::Listening::start(self.setting)
    }
}

fn send(
    setting: &Setting,
    target: &IisTarget,
    on_event: &mut dyn FnMut(Event),
) -> Result<RunResult, RunError> {
    let mut sender = Sender::new(setting, target)?;
    on_event(started(setting));
    let mut done: BTreeMap<String, Vec<Step>> = BTreeMap::new();
    for (_, case) in setting.selected() {
        on_event(Event::CaseStarted {
            path: setting.plan.case_path(case),
            title: case.title.clone(),
        });
        let mut steps = Vec::new();
        for plan_step in &case.steps {
            let mut step = sender.step(case, plan_step, on_event)?;
            setting.excuse(&mut step);
            on_event(finished(setting, &step));
            steps.push(step);
        }
        on_event(case_finished(setting, case, &steps));
        done.insert(case.id.text().to_owned(), steps);
    }
    let unreachable = sender.unreachable.take();
    Ok(conclude(setting, done, unreachable, Vec::new(), on_event))
}

pub(crate) fn started(setting: &Setting) -> Event {
    Event::RunStarted {
        plan: setting.plan.id.clone(),
        version: setting.plan.version.clone(),
        cases: setting.selected().count(),
        steps: setting.selected().map(|(_, c)| c.steps.len()).sum(),
    }
}

pub(crate) fn finished(setting: &Setting, step: &Step) -> Event {
    let case_path = step.path.rsplit_once('/').map_or("", |(case, _)| case);
    let case_known = setting.known.case(case_path).is_some();
    Event::StepFinished {
        path: step.path.clone(),
        title: step.title.clone(),
        verdict: step.verdict,
        standing: rollup::step_standing(step, case_known),
        because: step.because.clone(),
        took_ms: step.took_ms,
    }
}

// a case of the document; an entry without `strict` counts only when the case fails
fn case_of(setting: &Setting, case: &titer_plan::model::Case, mut steps: Vec<Step>) -> Case {
    let path = setting.plan.case_path(case);
    let known = setting.known.case(&path);
    for step in &mut steps {
        step.standing = rollup::step_standing(step, known.is_some());
    }
    let mut made = Case::new(path, case.title.clone(), steps);
    made.known = known
        .filter(|k| k.strict || !made.verdict.is_pass())
        .map(noted);
    made.standing = rollup::case_standing(&made);
    made
}

pub(crate) fn case_finished(
    setting: &Setting,
    case: &titer_plan::model::Case,
    steps: &[Step],
) -> Event {
    let made = case_of(setting, case, steps.to_vec());
    Event::CaseFinished {
        path: made.path,
        title: made.title,
        verdict: made.verdict,
        standing: made.standing,
    }
}

/// The document, from the steps of every case by the case's id.
pub(crate) fn conclude(
    setting: &Setting,
    mut done: BTreeMap<String, Vec<Step>>,
    unreachable: Option<String>,
    unexpected: Vec<result::Unexpected>,
    on_event: &mut dyn FnMut(Event),
) -> RunResult {
    let plan = &setting.plan;
    let mut groups: Vec<Group> = Vec::new();
    for (group, case) in setting.selected() {
        let steps = done.remove(case.id.text()).unwrap_or_default();
        let made = case_of(setting, case, steps);
        match groups.last_mut().filter(|g| g.id == group.id) {
            Some(last) => last.cases.push(made),
            None => groups.push(Group::new(
                group.id.clone(),
                group.title.clone(),
                vec![made],
            )),
        }
    }
    let info = PlanInfo {
        id: plan.id.clone(),
        title: plan.title.clone(),
        version: plan.version.clone(),
        sha256: plan.hash.clone(),
        selection: (!setting.options.select.is_empty()).then(|| setting.options.select.join(" ")),
    };
    let mut system = setting.options.system.clone();
    system.unreachable = unreachable;
    let mut result = RunResult::new(
        setting.options.tool.clone(),
        info,
        system,
        setting.options.seed,
        setting.options.as_of,
        setting.began_at,
        groups,
    );
    result.finished = setting.options.clock.now().timestamp();
    result.capabilities = plan
        .capabilities
        .iter()
        .map(|c| result::Capability {
            id: c.id.text().to_owned(),
            title: c.title.clone(),
            level: match c.level {
                titer_plan::model::Level::Core => result::Level::Core,
                titer_plan::model::Level::Advanced => result::Level::Advanced,
                titer_plan::model::Level::EvaluationYear => result::Level::EvaluationYear,
            },
            component: c.component.as_ref().map(|r| r.value.clone()),
        })
        .collect();
    result.components = plan
        .components
        .iter()
        .map(|c| result::Component {
            id: c.id.text().to_owned(),
            title: c.title.clone(),
        })
        .collect();
    result.recognition = plan.recognition.as_ref().map(|r| result::RecognitionRule {
        optional_share: r.optional_share,
        rounding: match r.rounding {
            titer_plan::model::Rounding::Exact => result::Rounding::Exact,
            titer_plan::model::Rounding::Up => result::Rounding::Up,
            titer_plan::model::Rounding::Down => result::Rounding::Down,
        },
    });
    result.requirements = plan
        .requirements
        .iter()
        .map(|r| result::Requirement {
            id: r.id.text().to_owned(),
            title: r.title.clone(),
            source: r.source.clone(),
            steps: Vec::new(),
        })
        .collect();
    result
        .modifications
        .clone_from(&setting.options.modifications);
    result.unmatched_known_failures = setting.known.unmatched(plan);
    result.unexpected = unexpected;
    number(&mut result);
    result.settle();
    on_event(Event::RunFinished {
        standing: result.standing,
        exit_code: result.exit_code,
    });
    result
}

// Messages and calls are numbered in the order of the document, whatever the order in which they came.
fn number(result: &mut RunResult) {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut steps: Vec<&mut Step> = result
        .groups
        .iter_mut()
        .flat_map(|g| &mut g.cases)
        .flat_map(|c| &mut c.steps)
        .collect();
    let mut calls = 0;
    for message in steps
        .iter_mut()
        .flat_map(|s| &mut s.messages)
        .chain(result.unexpected.iter_mut().flat_map(|u| &mut u.messages))
    {
        let new = format!("m{}", ids.len() + 1);
        ids.insert(std::mem::replace(&mut message.id, new.clone()), new);
    }
    let renamed = |id: &mut Option<String>| {
        if let Some(new) = id.as_ref().and_then(|i| ids.get(i)) {
            *id = Some(new.clone());
        }
    };
    for step in &mut steps {
        for assertion in &mut step.assertions {
            renamed(&mut assertion.message);
        }
    }
    let exchanges = steps
        .into_iter()
        .flat_map(|s| &mut s.exchanges)
        .chain(result.unexpected.iter_mut().flat_map(|u| &mut u.exchanges));
    for exchange in exchanges {
        calls += 1;
        exchange.id = format!("x{calls}");
        renamed(&mut exchange.request.message);
        if let Some(response) = &mut exchange.response {
            renamed(&mut response.message);
        }
    }
}
