//! What stands around every page.

use crate::app::{App, NOBODY, Now};
use crate::form::Kept;
use crate::problem::Problem;
use crate::templates;
use crate::words::sentence;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use std::time::Instant;
use tera::Context;

/// Who asks for which page, and what to tell them on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    /// The tester's name; empty when nobody said it.
    pub(crate) tester: String,
    /// The page's path.
    pub(crate) path: String,
    /// The host and port that the browser asked.
    pub(crate) host: String,
    /// Which of the short messages of [`told`] to show.
    pub(crate) told: String,
    /// Why a form was not taken.
    pub(crate) problem: Option<Problem>,
}

impl Visit {
    /// The name under which acts are recorded.
    pub(crate) fn by(&self) -> &str {
        if self.tester.is_empty() {
            NOBODY
        } else {
            &self.tester
        }
    }

    /// Input of a form that was not taken.
    pub(crate) fn kept(&self) -> Kept {
        self.problem
            .as_ref()
            .map(|p| (*p.kept).clone())
            .unwrap_or_default()
    }

    /// Whether a field is what the problem is about.
    pub(crate) fn wrong(&self, field: &str) -> bool {
        self.problem.as_ref().is_some_and(|p| p.field == field)
    }
}

#[derive(Serialize)]
struct Frame {
    title: String,
    plan: String,
    version: String,
    plan_title: String,
    revision: u64,
    follows: bool,
    others: Vec<Other>,
    others_key: String,
    tester: String,
    token: String,
    tool: String,
    kept: String,
    tell: String,
    told: &'static str,
    problem: Option<ProblemView>,
    pages: Vec<PageLink>,
}

#[derive(Serialize)]
struct Other {
    name: String,
    same: bool,
}

#[derive(Serialize)]
struct ProblemView {
    what: String,
    help: String,
    /// The form that it is about, when that may be out of sight.
    anchor: &'static str,
    kept: bool,
}

#[derive(Serialize)]
struct PageLink {
    href: &'static str,
    name: &'static str,
    key: &'static str,
    here: bool,
    count: usize,
    of: &'static str,
    urgent: bool,
}

/// Short messages after something was done, by the word in the address.
fn told(word: &str) -> &'static str {
    match word {
        "me" => "Your name is kept.",
        "system" => "Saved: it stands on the report.",
        "modification" => "The change stands on the report.",
        "marks" => "The checklist is saved.",
        "nothing" => "Nothing was different, so nothing was recorded.",
        "shown" => "Compared: the result stands below.",
        "files" => "The files are kept.",
        "removed" => "The file is no longer part of the evidence.",
        "comment" => "The comment is saved.",
        "settled" => "Your result is recorded.",
        "attested" => "The attestation is recorded.",
        "done" => "Recorded.",
        "waived" => "Waived: the report names it.",
        "judged" => "The message was judged for this step.",
        "several" => "The messages were taken in.",
        "stray" => "The message was taken in. It is not clear which step it is for: say it below.",
        "assigned" => "The message was judged for that step.",
        "unassigned" => "The message belongs to no step.",
        "fhir-read" => "The FHIR interface was read: what was compared stands at its form.",
        "fhir-answers" => {
            "The FHIR interface answers. Nothing was read, because no step is ticked."
        }
        "fhir-forgotten" => "The address and the login of the FHIR interface are forgotten.",
        "undone" => "Taken back.",
        _ => "",
    }
}

/// Where on the page the form of a field is.
fn anchor(field: &str) -> &'static str {
    match field {
        "because" | "verdict" | "name" | "date" | "expires" => "#result",
        "comment" => "#remark",
        "text" => "#give",
        "file" => "#evidence",
        "me" => "#you",
        "modification" => "#modifications",
        "what" | "reason" => "#waive-box",
        "shown" | "before" | "doses" | "forecast" | "stock-before" | "stock" | "cohort"
        | "reactions" => "#shown",
        field if crate::fhir::FIELDS.contains(&field) => "#fhir",
        _ => "",
    }
}

/// The key under which a browser learns that others came or went.
pub(crate) fn others_key(others: &[(String, bool)]) -> String {
    let names: Vec<String> = others
        .iter()
        .map(|(name, same)| format!("{name}{}", if *same { "*" } else { "" }))
        .collect();
    names.join(", ")
}

fn frame(app: &App, now: &Now, visit: &Visit, title: &str, here: &str, follows: bool) -> Frame {
    let moment = Instant::now();
    app.presence.seen(&visit.tester, &visit.path, moment);
    let others = app.presence.others(&visit.tester, &visit.path, moment);
    let unclear = now.unclear();
    let counts = super::lines::Tally::of(now);
    let page = |href, name, key, id: &str, count, of, urgent| PageLink {
        href,
        name,
        key,
        here: here == id,
        count,
        of,
        urgent,
    };
    Frame {
        title: title.to_owned(),
        plan: app.plan.id.clone(),
        version: app.plan.version.clone(),
        plan_title: app.plan.title.clone(),
        revision: now.revision,
        follows,
        others_key: others_key(&others),
        others: others
            .into_iter()
            .map(|(name, same)| Other { name, same })
            .collect(),
        tester: visit.tester.clone(),
        token: app.token.clone(),
        tool: tool(now),
        kept: app.kept.clone(),
        tell: format!(
            "{} messages, {} unclear, {} steps failed",
            now.messages.len(),
            unclear,
            counts.bad
        ),
        told: told(&visit.told),
        problem: visit.problem.as_ref().map(|p| ProblemView {
            what: p.what.clone(),
            help: p.help.clone(),
            anchor: anchor(&p.field),
            kept: !p.kept.is_empty(),
        }),
        pages: vec![
            page("/", "Start", "s", "start", 0, "", false),
            page(
                "/plan",
                "Plan",
                "p",
                "plan",
                counts.open,
                "steps are open",
                false,
            ),
            page(
                "/messages",
                "Messages",
                "m",
                "messages",
                unclear,
                "messages need you",
                true,
            ),
            page("/report", "Report", "r", "report", 0, "", false),
            page("/history", "History", "h", "history", 0, "", false),
        ],
    }
}

/// `titer 0.1.0 with the code book of 2025-12-01`.
fn tool(now: &Now) -> String {
    let tool = &now.result.tool;
    match &tool.code_book {
        Some(day) => format!("{} {} with the code book of {day}", tool.name, tool.version),
        None => format!("{} {}", tool.name, tool.version),
    }
}

/// A page with its status; `here` is the part of the navigation that it belongs to.
pub(crate) fn page(
    app: &App,
    now: &Now,
    visit: &Visit,
    (template, title, here): (&str, &str, &str),
    mut context: Context,
) -> Result<(StatusCode, String), Problem> {
    let follows = template != "problem.html" && template != "rule.html";
    context.insert("frame", &frame(app, now, visit, title, here, follows));
    let html = templates::render(template, &context).map_err(|error| {
        tracing::error!(template, error = %chain(&error), "a page could not be made");
        Problem::broken()
    })?;
    let status = visit.problem.as_ref().map_or(StatusCode::OK, |p| p.status);
    Ok((status, html))
}

// a template's error names the template and its place, never a value
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// A page that says what is wrong, when there is no other page to say it on.
pub(crate) fn problem(app: &App, visit: &Visit, problem: &Problem) -> (StatusCode, String) {
    let now: Arc<Now> = app.now();
    let mut context = Context::new();
    context.insert("head", &sentence(&problem.what));
    context.insert("words", &crate::words::full(&problem.help));
    let visit = Visit {
        problem: None,
        ..visit.clone()
    };
    match page(
        app,
        &now,
        &visit,
        ("problem.html", &problem.what, ""),
        context,
    ) {
        Ok((_, html)) => (problem.status, html),
        Err(_) => (
            problem.status,
            format!("<!doctype html><title>Titer</title><p>{STILL}"),
        ),
    }
}

/// The last resort.
const STILL: &str = "The page could not be made; what was recorded is kept.";
