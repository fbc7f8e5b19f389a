//! Everything that happened, and taking back.

use super::frame::{Visit, page};
use super::lines::{href, short};
use crate::app::App;
use crate::problem::Problem;
use crate::words::{machine_time, sentence, time};
use axum::http::StatusCode;
use serde::Serialize;
use tera::Context;

/// Entries on one page.
const SHOWN: usize = 200;

#[derive(Serialize)]
struct Row {
    seq: u64,
    at: String,
    at_machine: String,
    by: String,
    what: String,
    step: String,
    href: String,
    undone: bool,
}

#[derive(Serialize)]
struct UndoView {
    seq: u64,
    words: String,
}

/// The tester's own last act that stands.
pub(crate) fn last_act(app: &App, by: &str) -> Option<u64> {
    app.session
        .history()
        .iter()
        .rev()
        .find(|e| e.act && !e.undone && e.by == by)
        .map(|e| e.seq)
}

/// The page; with the entries before one when it is named.
pub(crate) fn history(
    app: &App,
    visit: &Visit,
    before: Option<u64>,
) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let all = app.session.history();
    let last = last_act(app, visit.by());
    let undo = all.iter().find(|e| Some(e.seq) == last).map(|e| UndoView {
        seq: e.seq,
        words: match &e.step {
            Some(step) => format!("{}, {}", e.what, short(step)),
            None => e.what.to_owned(),
        },
    });
    let mut entries: Vec<Row> = all
        .iter()
        .rev()
        .filter(|e| before.is_none_or(|b| e.seq < b))
        .take(SHOWN + 1)
        .map(|e| Row {
            seq: e.seq,
            at: time(e.at),
            at_machine: machine_time(e.at),
            by: if e.by.is_empty() {
                "-".to_owned()
            } else {
                e.by.clone()
            },
            what: sentence(e.what),
            step: e
                .step
                .as_deref()
                .map(|s| short(s).to_owned())
                .unwrap_or_default(),
            href: e.step.as_deref().map(href).unwrap_or_default(),
            undone: e.undone,
        })
        .collect();
    let more = entries.len() > SHOWN;
    entries.truncate(SHOWN);
    let older = more
        .then(|| entries.last().map(|e| format!("/history?before={}", e.seq)))
        .flatten();
    let mut context = Context::new();
    context.insert("undo", &undo);
    context.insert("entries", &entries);
    context.insert("older", &older);
    page(
        app,
        &now,
        visit,
        ("history.html", "History", "history"),
        context,
    )
}
