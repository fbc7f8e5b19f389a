//! What the page asks of the tester: the checklist, what the system shows, evidence, a declaration.

use super::super::frame::Visit;
use super::super::lines::{href, planned};
use super::super::shown::Asked;
use super::parts::{Check, CheckGroup, Choice, FileView, Wanted};
use crate::app::App;
use crate::words::{sentence, size};
use titer_plan::model::{Action, EvidenceKind};
use titer_runner::result::{EvidenceFile, Step, Wants};
use titer_runner::session::{Needed, StepView};

pub(super) fn checklist(step: &Step, visit: &Visit) -> Vec<CheckGroup> {
    let kept = visit.kept();
    let mut groups: Vec<CheckGroup> = Vec::new();
    for (index, item) in step.checklist.iter().enumerate() {
        let was = match item.seen {
            Some(true) => "seen",
            Some(false) => "not-seen",
            None => "open",
        };
        let is = kept.or(&format!("seen-{index}"), was);
        let was_comment = item.comment.clone().unwrap_or_default();
        let (name, words) = match item.wants {
            Wants::See => ("", ["seen", "not seen", "open"]),
            Wants::Do => ("To do", ["done", "not done", "open"]),
            Wants::Keep => ("To keep as evidence", ["kept", "not kept", "open"]),
        };
        let values = [
            ("seen", "passed"),
            ("not-seen", "failed"),
            ("open", "pending"),
        ];
        let check = Check {
            index,
            text: sentence(&item.text),
            value: item
                .value
                .as_ref()
                .map(|v| v.reveal().to_owned())
                .unwrap_or_default(),
            optional: item.optional && item.wants == Wants::See,
            was,
            comment: kept.or(&format!("comment-{index}"), &was_comment),
            was_comment,
            options: values
                .into_iter()
                .zip(words)
                .map(|((value, id), word)| Choice {
                    value,
                    id,
                    class: format!("v-{id}"),
                    word,
                    on: is == value,
                })
                .collect(),
        };
        match groups.last_mut().filter(|g| g.name == name) {
            Some(group) => group.items.push(check),
            None => groups.push(CheckGroup {
                name,
                items: vec![check],
            }),
        }
    }
    groups
}

pub(super) fn checklist_words(step: &Step) -> String {
    let count = |seen| step.checklist.iter().filter(|c| c.seen == seen).count();
    let (seen, not, open) = (count(Some(true)), count(Some(false)), count(None));
    let mut parts = vec![format!("{seen} seen")];
    if not > 0 {
        parts.push(format!("{not} not seen"));
    }
    if open > 0 {
        parts.push(format!("{open} open"));
    }
    parts.join(", ")
}

pub(super) fn wanted(view: &StepView) -> Vec<Wanted> {
    view.evidence
        .iter()
        .map(|e| Wanted {
            kind: match e.kind {
                EvidenceKind::Screenshot => "Screenshot",
                EvidenceKind::Document => "Document",
                EvidenceKind::Message => "Message",
                EvidenceKind::Note => "Note",
            },
            of: e.of.clone(),
            optional: e.optional,
        })
        .collect()
}

pub(super) fn files(app: &App, path: &str) -> Vec<FileView> {
    files_of(app, path)
        .into_iter()
        .map(|(seq, file)| FileView {
            href: format!("/file{}/{seq}", href(path).trim_start_matches("/step")),
            name: file.name.rsplit('/').next().unwrap_or_default().to_owned(),
            title: file.title,
            about: format!(
                "{}, SHA-256 {}",
                size(file.size),
                file.sha256.get(..16).unwrap_or_default()
            ),
            seq,
        })
        .collect()
}

/// The files of a step, each with the entry that brought it: its name begins with that.
pub(crate) fn files_of(app: &App, path: &str) -> Vec<(u64, EvidenceFile)> {
    let now = app.now();
    let files = now.step(path).map(|s| s.files.clone()).unwrap_or_default();
    files
        .into_iter()
        .filter_map(|file| {
            let name = file.name.rsplit('/').next()?;
            let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
            Some((digits.parse().ok()?, file))
        })
        .collect()
}

/// What a step's page asks the tester to copy out of the system.
pub(crate) fn asked_of(app: &App, path: &str) -> Asked {
    app.session
        .step_view(path)
        .map(|view| asked(app, path, &view))
        .unwrap_or_default()
}

pub(super) fn asked(app: &App, path: &str, view: &StepView) -> Asked {
    let Some((_, step)) = planned(app, path) else {
        return Asked::default();
    };
    let elements: Vec<String> = match step.action() {
        Some(Action::DataEntry(_)) => view
            .data
            .iter()
            .filter(|r| r.group.is_empty() && r.needed != Needed::No)
            .map(|r| r.element.clone())
            .collect(),
        _ => Vec::new(),
    };
    Asked::of(step, &view.at_least_one_of, &elements)
}

/// What an attestation step declares.
pub(crate) fn statement(app: &App, path: &str) -> String {
    app.session
        .step_view(path)
        .and_then(|v| v.statement)
        .unwrap_or_default()
}
