//! The page of a step: what to do, what came, what was found, and everything that a tester says.

mod arrived;
mod asks;
mod head;
mod parts;
mod result;

pub(crate) use asks::{asked_of, files_of, statement};

use super::frame::{Visit, page};
use super::lines::{self, only_done, planned, short};
use super::shown;
use crate::app::App;
use crate::message::{NoteView, note};
use crate::problem::Problem;
use crate::words::{full, many, size};
use arrived::{ambiguous, came, example, finding, waiting};
use asks::{asked, checklist, checklist_words, files, wanted};
use axum::http::StatusCode;
use head::{codes, head, proof_words, tables};
use parts::Compared;
use result::{forms, result, waivable};
use tera::Context;
use titer_plan::model::StepKind as PlanKind;
use titer_runner::result::{Assertion, Outcome, Step, StepKind, Verdict};

/// The page.
pub(crate) fn step(app: &App, visit: &Visit, path: &str) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let (Some(step), Some(view)) = (now.step(path), app.session.step_view(path)) else {
        return Err(
            Problem::missing(format!("the plan has no step {}", short(path)))
                .help("the plan lists every step"),
        );
    };
    let mut context = Context::new();
    let head = head(app, &now, step, &view);
    let title = format!("{} {}", head.name, head.title);
    context.insert("s", &head);
    context.insert(
        "todo",
        &view
            .instructions
            .iter()
            .map(|t| full(t))
            .collect::<Vec<_>>(),
    );
    context.insert(
        "pass",
        &view.pass.iter().map(|p| full(p)).collect::<Vec<_>>(),
    );
    context.insert("proof_words", &proof_words(&view));
    context.insert("tables", &tables(&view));
    context.insert("codes", &codes(&view));
    context.insert("waiting", &waiting(app, visit, step, &view));
    context.insert("turned_away", now.turned_away());
    context.insert("ambiguous", &ambiguous(&now, &view));
    context.insert("messages", &came(app, &now, step, &view));
    let notes: Vec<NoteView> = step
        .findings
        .iter()
        .map(|f| note(f, None, "transport", &app.catalogue))
        .collect();
    context.insert("notes", &notes);
    let (met, rest): (Vec<&Assertion>, Vec<&Assertion>) = step
        .assertions
        .iter()
        .partition(|a| a.outcome == Outcome::Met && step.assertions.len() > 6);
    let found = |all: &[&Assertion]| -> Vec<Compared> { all.iter().map(|a| finding(a)).collect() };
    let met_count = step
        .assertions
        .iter()
        .filter(|a| a.outcome == Outcome::Met)
        .count();
    context.insert(
        "met",
        &format!("{met_count} of {} met", step.assertions.len()),
    );
    context.insert(
        "assertions",
        &(!step.assertions.is_empty()).then(|| found(&rest)),
    );
    context.insert(
        "met_words",
        &format!("{} met", many(met.len(), "expectation")),
    );
    context.insert("met_assertions", &found(&met));
    context.insert("example", &example(app, &view));
    let takes = matches!(step.kind, StepKind::SutMessage)
        || matches!(
            planned(app, path).and_then(|(_, s)| s.kind()),
            Some(PlanKind::Send)
        );
    let kept = visit.kept();
    context.insert("take_message", &takes);
    context.insert(
        "give_open",
        &(visit.wrong("text") || kept.get("text").is_some()),
    );
    context.insert("checklist", &checklist(step, visit));
    let traced = view.proofs.iter().any(|p| p == "trace");
    context.insert(
        "checklist_hint",
        if only_done(step) {
            "To help you; nothing of it is judged."
        } else if traced && step.verdict == Verdict::Pending {
            "Tick what your EHR shows, or wait: the message of a later step can prove it without your eyes."
        } else {
            "Tick what your EHR shows, and save the list."
        },
    );
    context.insert("checklist_words", &checklist_words(step));
    context.insert(
        "shown",
        &shown::view(
            &asked(app, path, &view),
            step.answers.as_ref(),
            &kept,
            |f| visit.wrong(f),
        ),
    );
    context.insert("fhir", &super::fhir::view(app, &now, visit, Some(path)));
    context.insert("wanted", &wanted(&view));
    context.insert("files", &files(app, path));
    // why a document does not judge the step stands beside it as well
    let files_told = match (&step.because, step.verdict) {
        (Some(because), Verdict::Pending)
            if step.files.iter().any(|f| because.contains(&f.name)) =>
        {
            full(because)
        }
        _ => String::new(),
    };
    context.insert("files_told", &files_told);
    context.insert("result", &result(&now, step, &view, visit));
    let waivers: Vec<String> = step
        .waivers
        .iter()
        .map(|w| format!("{}: {}", w.what, w.reason))
        .collect();
    context.insert("waivers", &waivers);
    let waivable = waivable(step, kept.get("what"));
    context.insert("can_waive", &(!waivable.is_empty() || !waivers.is_empty()));
    context.insert(
        "waive_open",
        &(visit.wrong("what") || visit.wrong("reason")),
    );
    context.insert("waivable", &waivable);
    context.insert("forms", &forms(app, &now, step, visit));
    context.insert("file_limit", &app.file_limit);
    context.insert("file_limit_words", &size(app.file_limit));
    context.insert("message_limit", &app.message_limit);
    context.insert("message_limit_words", &size(app.message_limit));
    let at = now.position(path).unwrap_or(0);
    // what is for other systems is passed over
    let applies = |s: &&Step| s.verdict != Verdict::NotApplicable;
    let before = now.result.steps().take(at).filter(applies).last();
    let after = now.result.steps().skip(at + 1).find(applies);
    context.insert("before", &before.map(|s| lines::line(&now, s)));
    context.insert("after", &after.map(|s| lines::line(&now, s)));
    context.insert(
        "next_open",
        &lines::next_open(&now, Some(at))
            .filter(|s| s.path != path)
            .map(|s| lines::line(&now, s)),
    );
    page(app, &now, visit, ("step.html", &title, "plan"), context)
}
