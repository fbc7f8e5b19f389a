//! What a sent form does: it is read, checked, and becomes an act of the session.

mod step;

pub(crate) use step::{RESULTS, step};

use crate::app::App;
use crate::form::Form;
use crate::pages::{Visit, href};
use crate::problem::Problem;
use axum::http::StatusCode;
use std::error::Error;
use titer_runner::session::{ActError, What};

/// What was done, and where to go on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    /// The page, with a place on it.
    pub(crate) to: String,
    /// Which short message to show.
    pub(crate) told: &'static str,
    /// A name to keep in the browser.
    pub(crate) name: Option<String>,
}

impl Done {
    pub(crate) fn new(to: impl Into<String>, told: &'static str) -> Self {
        Self {
            to: to.into(),
            told,
            name: None,
        }
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}

/// A refused act on the page.
pub(crate) fn refused(error: &ActError) -> Problem {
    let said = chain(error);
    match error {
        ActError::NoStep { .. } | ActError::NoMessage { .. } | ActError::NoFile { .. } => {
            Problem::missing(said)
        }
        ActError::TooLarge { limit } => too_large("the file", *limit),
        ActError::ReasonNeeded { .. } => {
            Problem::input("the machine had judged this step, and your result is another one")
                .help("write down why: the report shows both")
                .field("because")
        }
        ActError::Journal(_) => {
            tracing::error!(error = %said, "the session could not be kept");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, said).help(
                "nothing was recorded; is there room on the disk, and may the program write there?",
            )
        }
        ActError::NothingIn => Problem::input(said)
            .help("a message begins with MSH, and each segment has a line of its own")
            .field("text"),
        _ => Problem::input(said),
    }
}

/// A file that is too large.
pub(crate) fn too_large(what: &str, limit: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("{what} is larger than {}", crate::words::size(limit)),
    )
    .help("nothing of it was kept, and nothing else was lost; add a smaller file, such as a picture of the place that matters")
    .field("file")
}

fn act(app: &App, visit: &Visit, what: What) -> Result<u64, Problem> {
    app.session
        .act(visit.by(), what)
        .map_err(|error| refused(&error))
}

/// A text that must not be longer than a sensible one.
fn limited(text: &str, field: &'static str) -> Result<String, Problem> {
    const MOST: usize = 20_000;
    if text.chars().count() > MOST {
        return Err(
            Problem::input(format!("the text is longer than {MOST} characters"))
                .help("add it as a file under evidence")
                .field(field),
        );
    }
    Ok(text.to_owned())
}

/// The tester's name, for this browser.
pub(crate) fn me(form: &Form) -> Result<Done, Problem> {
    let name = form.get("me").unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::input("the name is empty").field("me").keep(form));
    }
    if name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Problem::input("the name is longer than 80 characters")
            .field("me")
            .keep(form));
    }
    // names of these would be taken for the harness itself
    if name.eq_ignore_ascii_case("driver") {
        return Err(
            Problem::input("a program that drives the system is recorded as `driver`")
                .help("take another name")
                .field("me")
                .keep(form),
        );
    }
    Ok(Done {
        name: Some(name.to_owned()),
        ..Done::new("/", "me")
    })
}

/// What is tested, and who tests.
pub(crate) fn system(app: &App, visit: &Visit, form: &Form) -> Result<Done, Problem> {
    let mut system = app.now().result.system.clone();
    let before = system.clone();
    for (field, value) in [
        ("vendor", &mut system.vendor),
        ("product", &mut system.product),
        ("version", &mut system.version),
        ("testers", &mut system.tester),
        ("lab", &mut system.lab),
    ] {
        if form.get(field).is_some() {
            *value = match form.text(field) {
                Some(text) => Some(limited(text, field)?),
                None => None,
            };
        }
    }
    if system == before {
        return Ok(Done::new("/#system", "nothing"));
    }
    if let Some(product) = &system.product {
        system.name.clone_from(product);
    }
    act(app, visit, What::System { system })?;
    Ok(Done::new("/#system", "system"))
}

/// A change of the test data.
pub(crate) fn modification(app: &App, visit: &Visit, form: &Form) -> Result<Done, Problem> {
    let Some(text) = form.text("modification") else {
        return Err(Problem::input("the change is not described").field("modification"));
    };
    let text = limited(text, "modification")?;
    act(app, visit, What::Modification { text })?;
    Ok(Done::new("/#modifications", "modification"))
}

/// Takes back the tester's own last act.
pub(crate) fn undo(app: &App, visit: &Visit, form: &Form) -> Result<Done, Problem> {
    let shown = form.get("seq").and_then(|s| s.parse::<u64>().ok());
    let last = crate::pages::last_act(app, visit.by());
    if shown.is_some() && shown != last {
        return Err(
            Problem::new(StatusCode::CONFLICT, "you did something else meanwhile")
                .help("look below at what would be taken back now"),
        );
    }
    match app.session.undo(visit.by()) {
        Ok(Some(_)) => Ok(Done::new("/history", "undone")),
        Ok(None) => Err(Problem::new(
            StatusCode::CONFLICT,
            "there is nothing of yours to take back",
        )),
        Err(error) => Err(refused(&error)),
    }
}

/// Which step a message is for.
pub(crate) fn assign(app: &App, visit: &Visit, form: &Form, message: u64) -> Result<Done, Problem> {
    let chosen = form.text("other").or_else(|| form.text("step"));
    let Some(chosen) = chosen else {
        return Err(Problem::input("no step is chosen").field("other"));
    };
    let step = (chosen != "none").then(|| chosen.to_owned());
    act(
        app,
        visit,
        What::Assign {
            message,
            step: step.clone(),
        },
    )?;
    Ok(match step {
        Some(path) => Done::new(format!("{}#arrived", href(&path)), "assigned"),
        None => Done::new(format!("/messages/{message}"), "unassigned"),
    })
}
