//! Steps in one line, and how far the work is.

use crate::app::{App, Now};
use crate::words::{escaped, many, sentence};
use serde::Serialize;
use std::collections::BTreeMap;
use titer_plan::model::{Case, Step as PlanStep};
use titer_runner::result::{AnswerSource, Evaluation, Judged, Standing, Step, StepKind, Verdict};

/// The last two parts of a step's path: `5.1/5.1.1`.
pub(crate) fn short(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

/// The address of a step's page.
pub(crate) fn href(path: &str) -> String {
    let parts: Vec<String> = short(path).split('/').map(escaped).collect();
    format!("/step/{}", parts.join("/"))
}

/// A step in one line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) href: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) aliases: String,
    pub(crate) title: String,
    pub(crate) standing: &'static str,
    pub(crate) word: String,
    pub(crate) kind: String,
    /// What is missing, when something is.
    pub(crate) needs: String,
    pub(crate) judged: String,
}

/// Whether the plan's step is part of the workflow and only done or not done.
pub(crate) fn only_done(step: &Step) -> bool {
    matches!(step.evaluation, Evaluation::NotEvaluated { .. }) && !by_message(step)
}

/// Whether a message or a call decides the step.
pub(crate) fn by_message(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::SutMessage | StepKind::Transport | StepKind::TaAck
    )
}

/// Whether a message can be said to be for the step.
pub(crate) fn takes_message(step: &Step) -> bool {
    step.kind == StepKind::SutMessage
}

/// Whether something still has to happen.
pub(crate) fn is_open(step: &Step, done: bool) -> bool {
    step.verdict == Verdict::Pending || (only_done(step) && !done)
}

/// Whether a person at these pages has to do something, and not only the system under test.
pub(crate) fn needs_person(step: &Step, done: bool) -> bool {
    is_open(step, done) && !by_message(step)
}

/// What is missing, in a few words.
pub(crate) fn needs(step: &Step) -> String {
    if only_done(step) {
        return String::new();
    }
    if step.verdict != Verdict::Pending {
        return String::new();
    }
    match (step.kind, &step.evaluation) {
        (_, Evaluation::Attestation) | (StepKind::Attestation, _) => "needs an attestation",
        (StepKind::SutMessage, _) => "waits for a message",
        (StepKind::Transport, _) => "waits for a call",
        (StepKind::TaAck, _) => "is answered when the message comes",
        (StepKind::TaAckError | StepKind::TaResponseNotice | StepKind::TaResponseJuror, _)
            if step.checklist.is_empty() =>
        {
            "is answered when the message comes"
        }
        (
            StepKind::Reconcile
            | StepKind::ForecastDisplay
            | StepKind::Inventory
            | StepKind::Cohort
            | StepKind::Report,
            _,
        ) => "needs what your EHR shows",
        _ => "needs your eyes",
    }
    .to_owned()
}

/// The state in words.
pub(crate) fn word(step: &Step, done: bool) -> String {
    match step.standing {
        Standing::Pending => "open".to_owned(),
        Standing::NotEvaluated if only_done(step) && done => "done".to_owned(),
        Standing::NotEvaluated if only_done(step) => "to be done".to_owned(),
        Standing::NotEvaluated => "not evaluated".to_owned(),
        other => other.words().to_owned(),
    }
}

/// Which shape stands beside it.
pub(crate) fn symbol(step: &Step, done: bool) -> &'static str {
    match step.standing {
        Standing::NotEvaluated if only_done(step) && !done => "pending",
        other => other.id(),
    }
}

/// How it was judged, in words; who read it off the system, when that says more.
pub(crate) fn judged(step: &Step) -> String {
    if step.judged == Judged::NotJudged {
        return String::new();
    }
    let by = match &step.answers {
        Some(answers) if step.judged.by_machine() && answers.source != AnswerSource::Driver => {
            match step.judged {
                Judged::Automatic | Judged::Traced => "",
                _ => answers.source.words(),
            }
        }
        _ => "",
    };
    if by.is_empty() {
        step.judged.words().to_owned()
    } else {
        format!("{}, {by}", step.judged.words())
    }
}

/// A step of the result in one line.
pub(crate) fn line(now: &Now, step: &Step) -> Line {
    let done = now.is_done(&step.path);
    Line {
        href: href(&step.path),
        path: step.path.clone(),
        name: step.name().to_owned(),
        aliases: step.aliases.join(", "),
        title: step.title.clone(),
        standing: symbol(step, done),
        word: word(step, done),
        kind: step.kind.words().to_owned(),
        needs: needs(step),
        judged: judged(step),
    }
}

/// How many steps are in which state.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) bad: usize,
    pub(crate) apart: usize,
    pub(crate) open: usize,
    /// What never counts and happens by itself when a message comes.
    pub(crate) later: usize,
    pub(crate) person: usize,
    pub(crate) all: usize,
}

impl Tally {
    pub(crate) fn of(now: &Now) -> Self {
        let mut tally = Tally::default();
        for step in now.result.steps() {
            if step.verdict == Verdict::NotApplicable {
                continue;
            }
            let done = now.is_done(&step.path);
            tally.all += 1;
            if needs_person(step, done) {
                tally.person += 1;
            }
            if is_open(step, done) {
                tally.open += 1;
            } else if happens(step) {
                tally.later += 1;
            } else if step.standing.fails_the_run() {
                tally.bad += 1;
            } else if step.verdict.is_pass() || step.standing == Standing::KnownFailure {
                tally.passed += 1;
            } else {
                tally.apart += 1;
            }
        }
        // when nothing is open any more, nothing happens any more
        if tally.open == 0 {
            tally.apart += std::mem::take(&mut tally.later);
        }
        tally
    }
}

/// Whether a step never counts, and its message has not come yet.
fn happens(step: &Step) -> bool {
    matches!(step.evaluation, Evaluation::NotEvaluated { .. })
        && by_message(step)
        && step.messages.is_empty()
}

/// The bar and the words of how far the work is.
#[derive(Debug, Serialize)]
pub(crate) struct Progress {
    words: String,
    bars: Vec<Bar>,
    legend: Vec<Legend>,
    judged: String,
}

#[derive(Debug, Serialize)]
struct Bar {
    class: &'static str,
    x: usize,
    width: usize,
}

#[derive(Debug, Serialize)]
struct Legend {
    id: &'static str,
    word: String,
}

/// How far the work is, and by whom it was judged.
pub(crate) fn progress(now: &Now) -> Progress {
    let tally = Tally::of(now);
    let part = |n: usize| (n * 1000).checked_div(tally.all).unwrap_or(0);
    let mut x = 0;
    let bars = [
        ("passed", tally.passed),
        ("failed", tally.bad),
        ("apart", tally.apart),
    ]
    .into_iter()
    .map(|(class, n)| {
        let width = part(n);
        let bar = Bar { class, x, width };
        x += width;
        bar
    })
    .collect();
    let legend = [
        ("passed", tally.passed, "passed"),
        ("failed", tally.bad, "failed or not clear"),
        ("attested", tally.apart, "attested, done or not evaluated"),
        ("pending", tally.open, "open"),
    ]
    .into_iter()
    .filter(|(_, n, _)| *n > 0)
    .map(|(id, n, word)| Legend {
        id,
        word: format!("{n} {word}"),
    })
    .collect();
    Progress {
        words: format!(
            "{} of {} are finished; {} open{}",
            tally.all - tally.open - tally.later,
            many(tally.all, "step"),
            match tally.open {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                n => format!("{n} are"),
            },
            match tally.later {
                0 => String::new(),
                1 => ", and 1 happens by itself".to_owned(),
                n => format!(", and {n} happen by themselves"),
            }
        ),
        bars,
        legend,
        judged: by_whom(now),
    }
}

/// `12 judged automatically, 3 judged by a person with a checklist`.
fn by_whom(now: &Now) -> String {
    let mut ways: BTreeMap<Judged, usize> = BTreeMap::new();
    for step in now.result.steps() {
        if step.judged != Judged::NotJudged && step.verdict != Verdict::Pending {
            *ways.entry(step.judged).or_default() += 1;
        }
    }
    let parts: Vec<String> = ways
        .iter()
        .map(|(way, n)| format!("{n} {}", way.words().trim_start_matches("judged ")))
        .collect();
    parts.join(", ")
}

/// A step of the plan with its case, by path.
pub(crate) fn planned<'a>(app: &'a App, path: &str) -> Option<(&'a Case, &'a PlanStep)> {
    let (case_id, step_id) = short(path).split_once('/')?;
    let case = app.plan.case(case_id)?;
    let step = case.steps.iter().find(|s| s.id.text() == step_id)?;
    Some((case, step))
}

/// The next step that is open, after a position and then from the start. What happens by itself is passed over.
pub(crate) fn next_open(now: &Now, after: Option<usize>) -> Option<&Step> {
    let open = |s: &&Step| {
        s.verdict != Verdict::NotApplicable && is_open(s, now.is_done(&s.path)) && !follows(s)
    };
    let start = after.map_or(0, |a| a + 1);
    now.result
        .steps()
        .skip(start)
        .find(open)
        .or_else(|| now.result.steps().take(start).find(open))
}

/// Steps that happen by themselves when the message before them comes.
fn follows(step: &Step) -> bool {
    step.kind == StepKind::TaAck
}

/// A sentence that says what to do next.
#[derive(Debug, Serialize)]
pub(crate) struct Next {
    pub(crate) words: String,
    pub(crate) tell: String,
    pub(crate) href: String,
    pub(crate) button: String,
}

/// What to do next, in one sentence.
pub(crate) fn next(now: &Now) -> Next {
    let unclear = now.unclear();
    if unclear > 0 {
        return Next {
            words: format!(
                "{} came that could be for several steps or for none; say which step {} for.",
                many(unclear, "message"),
                if unclear == 1 { "it is" } else { "they are" }
            ),
            tell: "A message needs you".to_owned(),
            href: "/messages".to_owned(),
            button: "Open the messages".to_owned(),
        };
    }
    match next_open(now, None) {
        None => Next {
            words: "every step is finished: look at the report and download it.".to_owned(),
            tell: "Every step is finished".to_owned(),
            href: "/report".to_owned(),
            button: "Open the report".to_owned(),
        },
        Some(step) => {
            let name = format!("{}, {}", step.name(), step.title);
            let words = match step.kind {
                _ if only_done(step) => {
                    format!(
                        "open step {name}. It says what to put into your EHR; messages that come later are judged by it."
                    )
                }
                StepKind::SutMessage => format!(
                    "open step {name}, do in your EHR what it says, and let it send the message here; it is judged by itself."
                ),
                StepKind::Transport => {
                    format!("open step {name} and let your EHR call the addresses below.")
                }
                StepKind::Attestation => format!("open step {name} and attest it."),
                _ => {
                    format!("open step {name}, do in your EHR what it says, and say what it shows.")
                }
            };
            Next {
                tell: format!("Next: {}", step.title),
                words,
                href: href(&step.path),
                button: format!("Open step {}", step.name()),
            }
        }
    }
}

/// A step among others in a list to choose from.
#[derive(Debug, Serialize)]
pub(crate) struct Choice {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) word: String,
    pub(crate) chosen: bool,
}

impl Choice {
    pub(crate) fn of(now: &Now, step: &Step, chosen: Option<&str>) -> Self {
        Self {
            path: step.path.clone(),
            name: short(&step.path).to_owned(),
            title: step.title.clone(),
            word: word(step, now.is_done(&step.path)),
            chosen: chosen == Some(step.path.as_str()),
        }
    }
}

/// A group's or a case's standing in words.
pub(crate) fn standing_word(standing: Standing) -> String {
    match standing {
        Standing::Pending => "Open".to_owned(),
        other => sentence(other.words()),
    }
}
