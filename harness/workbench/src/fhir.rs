//! The EHR's FHIR interface: how to come in, and what was read last. Both are held in memory alone: a token or a key is never
//! written to the session's file, and no page shows it again.

use crate::acts::{Done, chain};
use crate::app::{App, Now};
use crate::files::fields_and_file;
use crate::form::{Arriving, Form};
use crate::pages::{Visit, href};
use crate::problem::Problem;
use crate::words::many;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::sync::{Arc, MutexGuard, PoisonError};
use titer_runner::result::{Answers, Outcome, Step};
use titer_runner::session::{FhirRead, FhirReadError};
use titer_wire::fhir::{
    Backend, FhirAbout, FhirAuth, FhirClient, FhirError, FhirOptions, Secret, SigningKey,
};

/// Bytes that a file with a key may have.
const KEY_LIMIT: u64 = 64 * 1024;

/// How the interface lets this program in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Login {
    /// Without anything.
    #[default]
    Open,
    /// With a token that somebody pasted.
    Token,
    /// As a SMART backend service.
    Backend,
}

/// What is known of the interface while this program runs.
#[derive(Default)]
pub(crate) struct Access {
    client: Option<FhirClient>,
    /// Its base address, as it was written.
    pub(crate) base: String,
    pub(crate) login: Login,
    /// The id of the backend service.
    pub(crate) client_id: String,
    pub(crate) about: Option<FhirAbout>,
    pub(crate) last: Option<Reading>,
}

/// What was read at once.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) rows: Vec<Row>,
}

/// What came of a step.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) path: String,
    /// What was read, or why nothing was.
    pub(crate) outcome: Result<Read, Refused>,
}

/// What was read for a step.
#[derive(Clone)]
pub(crate) struct Read {
    pub(crate) words: String,
    pub(crate) notes: Vec<String>,
}

/// Why nothing was read.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) words: String,
    pub(crate) help: String,
}

/// The fields of the form, for problems that belong to it.
pub(crate) const FIELDS: [&str; 5] = ["base", "bearer", "client", "key", "fhir"];

pub(crate) fn access(app: &App) -> MutexGuard<'_, Access> {
    app.fhir.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The form with its key: reads for the step of a page, or for those that were chosen.
pub(crate) async fn take(
    app: Arc<App>,
    headers: HeaderMap,
    mut arriving: Arriving,
    who: Visit,
    path: Option<String>,
) -> Result<Done, Problem> {
    let key = fields_and_file(&app, &headers, &mut arriving, KEY_LIMIT).await?;
    let form = arriving.form.clone();
    tokio::task::spawn_blocking(move || {
        read(&app, &who, &form, key.as_deref(), path.as_deref()).map_err(|p| p.keep(&form))
    })
    .await
    .unwrap_or_else(|_| Err(Problem::broken()))
}

fn read(
    app: &App,
    who: &Visit,
    form: &Form,
    key: Option<&[u8]>,
    path: Option<&str>,
) -> Result<Done, Problem> {
    let to = format!("{}#fhir", path.map_or_else(|| "/".to_owned(), href));
    if form.text("forget").is_some() {
        *access(app) = Access::default();
        return Ok(Done::new(to, "fhir-forgotten"));
    }
    let steps = chosen(app, form, path)?;
    let base = form
        .text("base")
        .ok_or_else(|| {
            Problem::input("the address of the FHIR interface is empty")
                .help("it looks like https://ehr.example.org/fhir/r4")
                .field("base")
        })?
        .to_owned();
    let (client, login, client_id) = client(app, form, &base, key)?;
    let about = client.about().map_err(|e| interface(&e))?;
    {
        let mut access = access(app);
        access.client = Some(client.clone());
        access.base = base;
        access.login = login;
        access.client_id = client_id;
        access.about = Some(about);
    }
    if steps.is_empty() {
        return Ok(Done::new(to, "fhir-answers"));
    }
    let reads = app.session.read_fhir(who.by(), &client, &steps);
    let now = app.now();
    let rows: Vec<Row> = reads.into_iter().map(|r| row(&now, r)).collect();
    // one and the same trouble everywhere is the interface's, and told once
    let trouble = match rows.first().map(|r| &r.outcome) {
        Some(Err(first)) if rows.iter().all(|r| r.outcome.as_ref().err() == Some(first)) => {
            Some(first.clone())
        }
        _ => None,
    };
    access(app).last = Some(Reading {
        at: app.clock.now().timestamp(),
        by: who.by().to_owned(),
        rows,
    });
    match trouble {
        Some(refused) => Err(Problem::input(refused.words)
            .help(refused.help)
            .field("fhir")),
        None => Ok(Done::new(to, "fhir-read")),
    }
}

/// The steps to read for: that of the page, or those that were ticked.
fn chosen(app: &App, form: &Form, path: Option<&str>) -> Result<Vec<String>, Problem> {
    let can = app.session.fhir_steps();
    let ticked: Vec<&str> = match path {
        Some(path) => vec![path],
        None => form.all("step"),
    };
    if let Some(other) = ticked.iter().find(|t| !can.iter().any(|c| c == *t)) {
        return Err(Problem::input(format!(
            "the plan does not let the FHIR interface prove step {}",
            crate::pages::short(other)
        ))
        .field("fhir"));
    }
    Ok(can
        .into_iter()
        .filter(|c| ticked.contains(&c.as_str()))
        .collect())
}

/// The client that the form asks for; with nothing about a login in it, the one that was used before.
fn client(
    app: &App,
    form: &Form,
    base: &str,
    key: Option<&[u8]>,
) -> Result<(FhirClient, Login, String), Problem> {
    let bearer = form.text("bearer");
    let id = form.text("client").unwrap_or_default();
    let before = {
        let access = access(app);
        let same = access.base == base;
        access
            .client
            .clone()
            .filter(|_| same)
            .map(|client| (client, access.login, access.client_id.clone()))
    };
    let known = before
        .as_ref()
        .is_some_and(|(_, login, of)| *login == Login::Backend && of == id);
    let (auth, login) = match (bearer, id, key) {
        (Some(_), _, Some(_)) => {
            return Err(
                Problem::input("there is a token, and there is a key as well")
                    .help("use one of the two: empty the other")
                    .field("bearer"),
            );
        }
        (Some(token), _, None) => (FhirAuth::Token(Secret::new(token)), Login::Token),
        (None, "", Some(_)) => {
            return Err(Problem::input("the key has no client id")
                .help("the EHR gives the id when the key is registered")
                .field("client"));
        }
        (None, id, Some(pem)) => {
            let key = SigningKey::from_pem(pem).map_err(|e| interface(&e.into()))?;
            (
                FhirAuth::Backend(Box::new(Backend::new(id, key))),
                Login::Backend,
            )
        }
        (None, _, None) if before.is_some() && (id.is_empty() || known) => {
            return before.ok_or_else(Problem::broken);
        }
        (None, "", None) => (FhirAuth::Open, Login::Open),
        (None, _, None) => {
            return Err(Problem::input("the client id has no key")
                .help("choose the file with the private key (PEM) whose public half the EHR knows; it is not kept on disk")
                .field("key"));
        }
    };
    let options = FhirOptions {
        auth,
        clock: app.clock.clone(),
        ..FhirOptions::default()
    };
    let client = FhirClient::new(base, options).map_err(|e| {
        Problem::input(chain(&e))
            .help("it looks like https://ehr.example.org/fhir/r4")
            .field("base")
    })?;
    let id = if login == Login::Backend { id } else { "" };
    Ok((client, login, id.to_owned()))
}

/// What is wrong with the interface, at the field that it is about.
fn interface(error: &FhirError) -> Problem {
    let said = error.diagnostic();
    let field = match error {
        FhirError::Refused { .. } => "bearer",
        FhirError::Token { .. } => "client",
        FhirError::Key(_) => "key",
        _ => "base",
    };
    Problem::input(said.message)
        .help(said.help.unwrap_or_default())
        .field(field)
}

fn row(now: &Now, read: FhirRead) -> Row {
    let outcome = match read.outcome {
        Ok(notes) => Ok(Read {
            words: now.step(&read.step).map(compared).unwrap_or_default(),
            notes,
        }),
        Err(FhirReadError::Fhir(error)) => {
            let said = error.diagnostic();
            Err(Refused {
                words: said.message,
                help: said.help.unwrap_or_default(),
            })
        }
        Err(other) => Err(Refused {
            words: chain(&other),
            help: String::new(),
        }),
    };
    Row {
        path: read.step,
        outcome,
    }
}

/// What was read, and what came of comparing it.
fn compared(step: &Step) -> String {
    let read = step.answers.as_ref().map(told).unwrap_or_default();
    let met = step
        .assertions
        .iter()
        .filter(|a| a.outcome == Outcome::Met)
        .count();
    format!(
        "{read} read; {met} of {} met",
        many(step.assertions.len(), "expectation")
    )
}

fn told(answers: &Answers) -> String {
    let mut parts = Vec::new();
    if answers.patient.is_some() {
        parts.push("the patient".to_owned());
    }
    let doses = answers.doses.as_ref().map_or(0, Vec::len);
    parts.push(many(doses, "dose"));
    if !answers.reactions.is_empty() {
        parts.push(many(answers.reactions.len(), "reaction"));
    }
    parts.join(", ")
}
