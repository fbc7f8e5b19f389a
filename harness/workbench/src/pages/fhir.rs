//! The form for the EHR's FHIR interface, and what was read from it.

use super::frame::Visit;
use super::lines::{self, Line};
use crate::app::{App, Now};
use crate::fhir::{FIELDS, Login, Row, access};
use crate::words::{full, many, sentence, time};
use serde::Serialize;

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part of the form that the template shows or leaves out"
)]
pub(crate) struct FhirView {
    action: String,
    summary: String,
    open: bool,
    one: bool,
    base: String,
    client: String,
    /// How it came in before.
    before: &'static str,
    about: String,
    wrong: String,
    what: String,
    help: String,
    read: Option<ReadView>,
    steps: Vec<StepView>,
    any_open: bool,
    backend: bool,
}

#[derive(Serialize)]
struct ReadView {
    words: String,
    rows: Vec<RowView>,
}

#[derive(Serialize)]
struct RowView {
    line: Line,
    words: String,
    notes: Vec<String>,
    good: bool,
}

#[derive(Serialize)]
struct StepView {
    line: Line,
    on: bool,
    open: bool,
}

/// The form on the start page, or on the page of a step; none where no step is proved by it.
pub(crate) fn view(app: &App, now: &Now, visit: &Visit, step: Option<&str>) -> Option<FhirView> {
    let steps = app.session.fhir_steps();
    if steps.is_empty() || step.is_some_and(|step| !steps.iter().any(|s| s == step)) {
        return None;
    }
    let kept = visit.kept();
    let problem = visit
        .problem
        .as_ref()
        .filter(|p| FIELDS.contains(&p.field.as_str()));
    let access = access(app);
    let lines: Vec<Line> = steps
        .iter()
        .filter_map(|path| now.step(path))
        .map(|s| lines::line(now, s))
        .collect();
    let rows: Vec<&Row> = access
        .last
        .iter()
        .flat_map(|l| &l.rows)
        .filter(|r| step.is_none_or(|step| step == r.path))
        .collect();
    let read = access
        .last
        .as_ref()
        .filter(|_| !rows.is_empty())
        .map(|last| ReadView {
            words: format!("Read on {} by {}.", time(last.at), last.by),
            rows: rows.iter().filter_map(|r| row(now, r)).collect(),
        });
    let about = access.about.as_ref().map(|about| {
        let lacks: Vec<&str> = ["Patient", "Immunization"]
            .into_iter()
            .filter(|t| !about.resources.is_empty() && !about.resources.iter().any(|r| r == t))
            .collect();
        let mut words = format!(
            "It answers: {}, FHIR {}.",
            about
                .software
                .as_deref()
                .unwrap_or("a server without a name"),
            about
                .version
                .as_deref()
                .unwrap_or("of a version that it does not tell"),
        );
        if !lacks.is_empty() {
            words.push_str(" It says that it does not serve ");
            words.push_str(&lacks.join(" and "));
            words.push_str(": what is not served cannot be compared.");
        }
        words
    });
    Some(FhirView {
        action: format!("{}/fhir", step.map_or_else(String::new, lines::href)),
        summary: if step.is_some() {
            "Let the EHR's FHIR interface show it".to_owned()
        } else {
            format!("Connect it, and read it for {}", many(steps.len(), "step"))
        },
        open: problem.is_some() || access.about.is_some() || read.is_some(),
        one: step.is_some(),
        base: kept.or("base", &access.base),
        client: kept.or("client", &access.client_id),
        backend: !kept.or("client", &access.client_id).is_empty(),
        before: match (&access.about, access.login) {
            (None, _) => "",
            (_, Login::Open) => "It lets everybody in.",
            (_, Login::Token) => {
                "The token that was pasted is used again; it is kept until the program ends, and nowhere else."
            }
            (_, Login::Backend) => {
                "The key that was given is used again; it is kept until the program ends, and nowhere else."
            }
        },
        about: about.unwrap_or_default(),
        wrong: problem.map(|p| p.field.clone()).unwrap_or_default(),
        what: problem.map(|p| sentence(&p.what)).unwrap_or_default(),
        help: problem.map(|p| full(&p.help)).unwrap_or_default(),
        read,
        any_open: lines.iter().any(|l| l.standing == "pending"),
        steps: lines
            .into_iter()
            .map(|line| StepView {
                on: false,
                open: line.standing == "pending",
                line,
            })
            .collect(),
    })
}

fn row(now: &Now, row: &Row) -> Option<RowView> {
    let line = lines::line(now, now.step(&row.path)?);
    Some(match &row.outcome {
        Ok(read) => RowView {
            line,
            words: full(&read.words),
            notes: read.notes.iter().map(|n| full(n)).collect(),
            good: true,
        },
        Err(refused) => RowView {
            line,
            words: full(&format!("Nothing was read: {}", refused.words)),
            notes: vec![full(&refused.help)],
            good: false,
        },
    })
}
