//! What the system shows, as data: which inputs a step's page has, and what a sent form says.

mod part;

pub(crate) use part::Part;

use super::person::{self, PersonView};
use crate::form::{Form, Kept};
use crate::problem::Problem;
use crate::table;
use serde::Serialize;
use titer_finding::Phi;
use titer_plan::model::{self, Action, ProofKind};
use titer_runner::result::{AnswerSource, Answers};

/// What a step's page asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) parts: Vec<Part>,
    pub(crate) text: bool,
    pub(crate) ways: Vec<String>,
    pub(crate) fields: Vec<String>,
    /// The patient who is entered or opened.
    pub(crate) person: bool,
    /// Whether the checklist is the usual way, and this is another.
    folded: bool,
}

impl Asked {
    /// By the step's kind and the proofs that the plan lists for it. `ways` and `elements` are those of the step, filled in.
    pub(crate) fn of(step: &model::Step, ways: &[String], elements: &[String]) -> Self {
        let mut asked = Asked::default();
        let mut part = |part: Part| {
            if !asked.parts.contains(&part) {
                asked.parts.push(part);
            }
        };
        let mut text = false;
        match step.action() {
            Some(Action::Reconcile(_)) => {
                part(Part::Before);
                part(Part::Doses);
            }
            Some(Action::ForecastDisplay(_)) => part(Part::Forecast),
            Some(Action::Inventory(_)) => {
                part(Part::StockBefore);
                part(Part::Stock);
            }
            Some(Action::Cohort(_)) => part(Part::Cohort),
            Some(Action::AdverseEvent(_)) => part(Part::Reactions),
            Some(Action::DataEntry(entry)) if entry.orders.is_some() => part(Part::Doses),
            Some(Action::Document(_) | Action::PatientAccess(_)) => text = true,
            _ => {}
        }
        for proof in step.proof_kinds() {
            match proof {
                ProofKind::Reconciliation => part(Part::Doses),
                ProofKind::Forecast => part(Part::Forecast),
                ProofKind::Inventory => part(Part::Stock),
                ProofKind::Document => text = true,
                ProofKind::Trace | ProofKind::Fhir | ProofKind::Driver => {}
            }
        }
        asked.text = text;
        asked.ways = ways.to_vec();
        match step.action() {
            Some(Action::DataEntry(entry)) => {
                asked.fields = elements.to_vec();
                asked.person = entry.patient.is_some();
                asked.folded = true;
            }
            Some(Action::PatientSelect(_)) => {
                asked.person = true;
                asked.folded = true;
            }
            _ => {}
        }
        asked
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
            && !self.text
            && !self.person
            && self.ways.is_empty()
            && self.fields.is_empty()
    }
}

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part of the form that the template shows or leaves out"
)]
pub(crate) struct ShownView {
    words: &'static str,
    have: String,
    ways: Vec<WayView>,
    ways_words: &'static str,
    none: bool,
    fields: Vec<FieldView>,
    person: Vec<PersonView>,
    folded: bool,
    open: bool,
    tables: Vec<TableView>,
    text: bool,
    text_value: String,
}

#[derive(Serialize)]
struct WayView {
    text: String,
    on: bool,
}

#[derive(Serialize)]
struct FieldView {
    element: String,
    value: String,
}

#[derive(Serialize)]
struct TableView {
    key: &'static str,
    label: &'static str,
    hint: String,
    rows: usize,
    value: String,
    start: String,
    wrong: bool,
}

/// The inputs with what was supplied so far, or what a refused form said.
pub(crate) fn view(
    asked: &Asked,
    answers: Option<&Answers>,
    kept: &Kept,
    wrong: impl Fn(&str) -> bool,
) -> Option<ShownView> {
    if asked.is_empty() {
        return None;
    }
    let none = Answers::default();
    let told = answers.is_some();
    let answers = answers.unwrap_or(&none);
    let tables = asked
        .parts
        .iter()
        .map(|part| {
            let value = kept.or(part.key(), &part.written(answers).unwrap_or_default());
            TableView {
                key: part.key(),
                label: part.label(),
                hint: format!(
                    "Type or paste a table: {}; comma, semicolon or tab between columns. Known columns: {}.",
                    part.needed(),
                    table::heading(part.columns())
                ),
                rows: value.lines().count().clamp(4, 16),
                start: table::heading(part.columns()),
                wrong: wrong(part.key()),
                value,
            }
        })
        .collect();
    Some(ShownView {
        folded: asked.folded,
        open: told || wrong("shown") || asked.parts.iter().any(|p| wrong(p.key())),
        person: if asked.person {
            person::view(answers.patient.as_ref(), kept)
        } else {
            Vec::new()
        },
        words: if asked.folded {
            "Instead of going through the checklist you can copy what your EHR stored; the program compares it."
        } else if asked.parts.is_empty() && !asked.text {
            "Say what you see; the program draws the conclusion."
        } else {
            "Copy it out of your EHR; the program compares it with what the plan and the messages say, and nobody has to judge by eye."
        },
        have: have(answers),
        ways: asked
            .ways
            .iter()
            .map(|w| WayView {
                on: answers.seen.contains(w),
                text: w.clone(),
            })
            .collect(),
        ways_words: "How is it shown? One way is enough.",
        none: !asked.ways.is_empty()
            && answers.seen.is_empty()
            && asked.ways.iter().all(|w| answers.not_seen.contains(w)),
        fields: asked
            .fields
            .iter()
            .map(|element| FieldView {
                value: answers
                    .fields
                    .get(element)
                    .map(|v| v.reveal().to_owned())
                    .unwrap_or_default(),
                element: element.clone(),
            })
            .collect(),
        tables,
        text: asked.text,
        text_value: kept.or(
            "document-text",
            answers.text.as_ref().map_or("", Phi::reveal),
        ),
    })
}

/// `17 doses, 3 recommendations, typed by the tester`.
fn have(answers: &Answers) -> String {
    let some = |n: usize| (n > 0).then_some(n);
    let counts = [
        (
            answers.before.as_ref().map(Vec::len),
            "dose before",
            "doses before",
        ),
        (answers.doses.as_ref().map(Vec::len), "dose", "doses"),
        (
            answers.forecast.as_ref().map(Vec::len),
            "recommendation",
            "recommendations",
        ),
        (
            answers.stock_before.as_ref().map(Vec::len),
            "line of stock before",
            "lines of stock before",
        ),
        (
            answers.stock.as_ref().map(Vec::len),
            "line of stock",
            "lines of stock",
        ),
        (answers.cohort.as_ref().map(Vec::len), "patient", "patients"),
        (some(answers.reactions.len()), "reaction", "reactions"),
        (some(answers.seen.len()), "way seen", "ways seen"),
        (
            some(answers.not_seen.len()),
            "way not seen",
            "ways not seen",
        ),
        (
            some(usize::from(answers.patient.is_some())),
            "patient",
            "patients",
        ),
        (some(answers.fields.len()), "value", "values"),
        (
            answers
                .text
                .as_ref()
                .map(|t| t.reveal().split_whitespace().count()),
            "word",
            "words",
        ),
    ];
    let mut parts: Vec<String> = counts
        .into_iter()
        .filter_map(|(n, one, more)| n.map(|n| format!("{n} {}", if n == 1 { one } else { more })))
        .collect();
    if !parts.is_empty() {
        parts.push(answers.source.words().to_owned());
    }
    parts.join(", ")
}

/// What a form says, on top of what was supplied before.
pub(crate) fn answers(
    asked: &Asked,
    before: Option<&Answers>,
    form: &Form,
) -> Result<Answers, Problem> {
    let mut answers = before.cloned().unwrap_or_default();
    answers.source = AnswerSource::Tester;
    for part in &asked.parts {
        part.put(&mut answers, form.text(part.key())).map_err(|e| {
            Problem::input(format!("{}: {}", part.label().to_lowercase(), e.0)).field(part.key())
        })?;
    }
    if asked.text {
        answers.text = form.text("document-text").map(Phi::new);
    }
    if !asked.ways.is_empty() {
        let seen: Vec<String> = form.all("way").into_iter().map(str::to_owned).collect();
        let none = form.text("none-of-them").is_some();
        if none && !seen.is_empty() {
            return Err(Problem::input(
                "a way is ticked, and that none is shown is ticked as well",
            )
            .help("leave one of the two"));
        }
        if let Some(other) = seen.iter().find(|s| !asked.ways.contains(s)) {
            return Err(Problem::input(format!(
                "the step has no way called {other}"
            )));
        }
        answers.not_seen = if none { asked.ways.clone() } else { Vec::new() };
        answers.seen = seen;
    }
    if !asked.fields.is_empty() {
        answers.fields = form
            .all("element")
            .into_iter()
            .zip(form.all("value"))
            .filter(|(element, value)| {
                !value.is_empty() && asked.fields.iter().any(|f| f == element)
            })
            .map(|(element, value)| (element.to_owned(), Phi::new(value)))
            .collect();
    }
    if asked.person {
        answers.patient = person::read(form, answers.patient.as_ref());
    }
    whole(asked, &answers)?;
    Ok(answers)
}

// what is stored is compared as a whole: a part that is left out would count as not stored
fn whole(asked: &Asked, answers: &Answers) -> Result<(), Problem> {
    if !asked.folded {
        return Ok(());
    }
    let parts = [
        (asked.person, answers.patient.is_some(), "the patient"),
        (
            asked.parts.contains(&Part::Doses),
            answers.doses.is_some(),
            "the doses",
        ),
        (
            !asked.fields.is_empty(),
            !answers.fields.is_empty(),
            "the values of the elements",
        ),
    ];
    let names = |told: bool| -> Vec<&str> {
        parts
            .iter()
            .filter(|(asked, is, _)| *asked && *is == told)
            .map(|(_, _, name)| *name)
            .collect()
    };
    let (there, missing) = (names(true), names(false));
    if there.is_empty() || missing.is_empty() {
        return Ok(());
    }
    Err(Problem::input(format!(
        "{} stand there, and {} do not",
        there.join(" and "),
        missing.join(" and ")
    ))
    .help("what is left out would count as not stored: fill in all of it, or none and go through the checklist")
    .field("shown"))
}
