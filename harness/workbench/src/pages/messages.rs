//! Everything that came: the list, and one message taken apart.

use super::frame::{Visit, page};
use super::lines::{Choice, href, short};
use crate::app::{App, Now};
use crate::message::{self, NoteView, counts, inspect, note};
use crate::problem::Problem;
use crate::words::{full, machine_time, many, size, time};
use axum::http::StatusCode;
use serde::Serialize;
use tera::Context;
use titer_finding::Severity;
use titer_runner::result::{Step, Verdict};
use titer_runner::session::MessageView;

/// What was answered, in a sentence.
pub(crate) fn answered_words(m: &MessageView) -> String {
    let mut words = match (&m.answer, &m.fault, m.by_reference) {
        (None, Some(why), _) => format!("There was no answer: {why}."),
        (None, None, _) => "Nothing was answered.".to_owned(),
        (Some(_), _, true) => "Made by the reference IIS.".to_owned(),
        (Some(_), _, false) => "Made as the plan says.".to_owned(),
    };
    if m.answer.is_some() {
        words.push_str(match (m.way.is_call(), m.delivered) {
            (false, _) => {
                " Nobody called, so it was not sent; this is what your EHR would have got."
            }
            (true, Some(true)) => " It was sent.",
            (true, Some(false)) => " The caller was gone before it could be sent.",
            (true, None) => "",
        });
    }
    words
}

#[derive(Serialize)]
struct Row {
    seq: u64,
    at: String,
    at_machine: String,
    what: String,
    control_id: String,
    from: String,
    way: String,
    step: Option<String>,
    href: String,
    state: &'static str,
    word: &'static str,
    found: String,
}

/// The list.
pub(crate) fn messages(app: &App, visit: &Visit) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let rows: Vec<Row> = now.messages.iter().rev().map(|m| row(&now, m)).collect();
    let mut context = Context::new();
    context.insert("notices", &now.notices);
    let (came, open) = (many(rows.len(), "message"), now.unclear());
    context.insert("tell", &format!("{came}, {open} unclear"));
    context.insert("messages", &rows);
    let echoes: Vec<String> = now
        .tried
        .iter()
        .rev()
        .take(10)
        .map(|at| time(*at))
        .collect();
    context.insert("echoes", &echoes);
    context.insert("message_limit", &app.message_limit);
    context.insert("message_limit_words", &size(app.message_limit));
    let mut forms = std::collections::BTreeMap::new();
    forms.insert("text", visit.kept().or("text", ""));
    context.insert("forms", &forms);
    page(
        app,
        &now,
        visit,
        ("messages.html", "Messages", "messages"),
        context,
    )
}

fn sender(m: &MessageView) -> String {
    match (m.sender.0.as_str(), m.sender.1.as_str()) {
        ("", "") => String::new(),
        ("", facility) => facility.to_owned(),
        (application, "") => application.to_owned(),
        (application, facility) => format!("{application} at {facility}"),
    }
}

fn row(now: &Now, m: &MessageView) -> Row {
    let (state, word) = state(now, m);
    Row {
        seq: m.seq,
        at: time(m.at),
        at_machine: machine_time(m.at),
        what: m.kind.clone(),
        control_id: m.control_id.clone(),
        from: sender(m),
        way: by(m),
        step: m.step.as_deref().map(|s| short(s).to_owned()),
        href: m.step.as_deref().map(href).unwrap_or_default(),
        state,
        word,
        found: found(m),
    }
}

fn by(m: &MessageView) -> String {
    if m.by.is_empty() {
        m.way.words().to_owned()
    } else {
        format!("{} by {}", m.way.words(), m.by)
    }
}

fn found(m: &MessageView) -> String {
    let of = |s: Severity| m.findings.iter().filter(|f| f.severity == s).count();
    counts(of(Severity::Error), of(Severity::Warning), 0)
}

fn state(now: &Now, m: &MessageView) -> (&'static str, &'static str) {
    if let Some(step) = m.step.as_deref().and_then(|s| now.step(s)) {
        return (step.standing.id(), "");
    }
    if m.repeats.is_some() {
        ("not-evaluated", "the same again")
    } else if m.assigned {
        ("not-evaluated", "no step")
    } else if m.other_system {
        ("error", "another system")
    } else if !now.is_unclear(m.seq) && !m.candidates.is_empty() {
        ("not-evaluated", "no step any more")
    } else if m.candidates.len() > 1 {
        ("inconclusive", "fits several steps")
    } else if m.candidates.is_empty() {
        ("error", "fits no open step")
    } else {
        ("inconclusive", "not clear")
    }
}

#[derive(Serialize)]
struct One {
    seq: u64,
    what: String,
    at: String,
    way: String,
    from: String,
    control_id: String,
    step: Option<String>,
    step_title: String,
    href: String,
    state: &'static str,
    word: &'static str,
    word_long: &'static str,
    because: String,
    profile: String,
    answered: String,
    candidates: Vec<Choice>,
    others: Vec<Choice>,
    none_chosen: bool,
}

/// The profile by which a step's message was judged.
fn profile(step: Option<&Step>) -> String {
    step.and_then(|s| s.messages.first())
        .and_then(|m| m.profile.clone())
        .unwrap_or_default()
}

/// One message.
pub(crate) fn message(app: &App, visit: &Visit, seq: u64) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let Some(m) = now.messages.iter().find(|m| m.seq == seq) else {
        return Err(Problem::missing(format!("there is no message {seq}"))
            .help("the page Messages lists everything that came"));
    };
    let kept = visit.kept();
    let (state, word) = state(&now, m);
    let chosen = kept.get("step").or(m.step.as_deref());
    let candidates: Vec<Choice> = m
        .candidates
        .iter()
        .filter_map(|c| now.step(&c.path))
        .map(|s| Choice::of(&now, s, chosen))
        .collect();
    let others: Vec<Choice> = now
        .result
        .steps()
        .filter(|s| super::lines::takes_message(s) && s.verdict != Verdict::NotApplicable)
        .filter(|s| !candidates.iter().any(|c| c.path == s.path))
        .map(|s| Choice::of(&now, s, kept.get("other")))
        .collect();
    let step = m.step.as_deref().and_then(|s| now.step(s));
    let one = One {
        seq,
        what: m.kind.clone(),
        at: time(m.at),
        way: format!("by {}", by(m)),
        from: sender(m),
        control_id: m.control_id.clone(),
        step: m.step.as_deref().map(|s| short(s).to_owned()),
        step_title: step.map(|s| s.title.clone()).unwrap_or_default(),
        href: m.step.as_deref().map(href).unwrap_or_default(),
        state,
        word,
        word_long: match word {
            "the same again" => "The same message came before, and is judged there.",
            "no step" => "A tester said that it is not part of the test.",
            "another system" => {
                "It comes from another system than the messages before, so nothing was judged by it."
            }
            "no step any more" => "Nothing is judged by it.",
            "fits no open step" => "It fits no open step, so nothing was judged by it.",
            "not clear" => "It may be a step, but that is not plain; nothing was judged by it.",
            _ => "It fits several steps, so nothing was judged by it.",
        },
        because: m.because.as_deref().map(full).unwrap_or_default(),
        profile: profile(step),
        answered: answered_words(m),
        candidates,
        others,
        none_chosen: kept.get("other") == Some("none"),
    };
    let wire: Vec<NoteView> = step
        .iter()
        .flat_map(|s| &s.findings)
        .map(|f| note(f, None, "wire", &app.catalogue))
        .collect();
    let answer = m
        .answer
        .as_ref()
        .map(|bytes| message::view("answer", "The answer", bytes, &[], &app.catalogue));
    let title = format!("Message {seq}");
    let mut context = Context::new();
    context.insert("m", &one);
    context.insert("wire_notes", &wire);
    context.insert(
        "view",
        &message::view("came", "The message", &m.bytes, &m.findings, &app.catalogue),
    );
    context.insert("segments", &inspect(&m.bytes, &m.findings));
    context.insert("answer", &answer);
    page(
        app,
        &now,
        visit,
        ("message.html", &title, "messages"),
        context,
    )
}
