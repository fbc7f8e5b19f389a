//! Juror documents: what a person looked for on the screen, grouped by what it is about.

use super::model::{JurorDocument, JurorRow, JurorSection};
use titer_runner::result::{ChecklistItem, Judged, RunResult, Step, StepKind, Verdict};

/// A document for each answer that the system has to show, and for each further step with a checklist at which somebody
/// looked or has to look.
pub(super) fn documents(result: &RunResult) -> Vec<JurorDocument> {
    result
        .steps()
        .filter(|s| !s.checklist.is_empty())
        .filter(|s| is_answer(s) || without(s).is_none())
        .map(|step| document(result, step))
        .collect()
}

/// How many steps with a checklist have no document, because they were judged by other means or never count.
pub(super) fn left_out(result: &RunResult) -> u64 {
    let all = result.steps().filter(|s| !s.checklist.is_empty());
    all.filter(|s| !is_answer(s) && without(s).is_some())
        .count() as u64
}

// an answer of the harness, which the system has to show
fn is_answer(step: &Step) -> bool {
    matches!(
        step.kind,
        StepKind::TaResponseJuror | StepKind::TaResponseNotice | StepKind::TaAckError
    )
}

// by which means a step was settled at which nobody looked and nobody has to
fn without(step: &Step) -> Option<Judged> {
    let looked = step.judged == Judged::Juror
        || step.overridden.is_some()
        || step.checklist.iter().any(|i| i.seen.is_some());
    let open = step.verdict == Verdict::Pending;
    (!looked && !open).then_some(step.judged)
}

fn document(result: &RunResult, step: &Step) -> JurorDocument {
    let mut sections: Vec<JurorSection> = Vec::new();
    for item in &step.checklist {
        let (title, row) = row(item);
        match sections.last_mut().filter(|s| s.title == title) {
            Some(section) => section.rows.push(row),
            None => sections.push(JurorSection {
                title,
                rows: vec![row],
            }),
        }
    }
    let looked = step.judged == Judged::Juror || step.overridden.is_some();
    JurorDocument {
        step: step.path.clone(),
        title: step.title.clone(),
        juror: match &step.overridden {
            Some(o) if !o.by.is_empty() => Some(o.by.clone()),
            _ if looked => result.system.tester.clone(),
            _ => None,
        },
        without: without(step),
        date: result.finished,
        verdict: step.verdict,
        because: step.because.clone(),
        comment: step.comment.clone(),
        sections,
    }
}

/// An item's heading and row. Items made from a message are written `dose 2: lot`, with the value apart; the rest are
/// sentences of the plan.
fn row(item: &ChecklistItem) -> (String, JurorRow) {
    let about = item
        .text
        .split_once(": ")
        .filter(|(about, _)| item.value.is_some() && is_heading(about));
    let (title, element) = match about {
        Some((about, element)) => (upper_first(about), element.to_owned()),
        None => ("What the plan asks for".to_owned(), item.text.clone()),
    };
    let row = JurorRow {
        element,
        data: item.value.clone(),
        wants: item.wants,
        optional: item.optional,
        seen: item.seen,
        comment: item.comment.clone(),
    };
    (title, row)
}

fn is_heading(about: &str) -> bool {
    let word = about.split(' ').next().unwrap_or_default();
    matches!(word, "patient" | "dose" | "recommendation")
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
