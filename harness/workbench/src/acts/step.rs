//! The forms of a step's page.

use super::{Done, act, limited};
use crate::app::App;
use crate::form::Form;
use crate::pages::{Visit, asked_of, href};
use crate::problem::Problem;
use axum::http::StatusCode;
use jiff::civil::Date;
use titer_runner::result::{Answers, Attestation};
use titer_runner::session::{Settled, What};

/// A form of a step's page.
pub(crate) fn step(
    app: &App,
    visit: &Visit,
    form: &Form,
    path: &str,
    what: &str,
) -> Result<Done, Problem> {
    if app.now().step(path).is_none() {
        return Err(Problem::missing("the plan has no such step"));
    }
    match what {
        "marks" => marks(app, visit, form, path),
        "shown" => shown(app, visit, form, path),
        "comment" => comment(app, visit, form, path),
        "settle" => settle(app, visit, form, path),
        "attest" => attest(app, visit, form, path),
        "done" => done(app, visit, form, path),
        "waive" => waive(app, visit, form, path),
        "remove" => remove(app, visit, form, path),
        _ => Err(Problem::missing("there is no such form")),
    }
}

fn to(path: &str, anchor: &str) -> String {
    format!("{}#{anchor}", href(path))
}

/// Only what the tester changed: what others marked meanwhile stays.
fn marks(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let items = app.now().step(path).map_or(0, |s| s.checklist.len());
    let mut changed = 0;
    // the last line first: that the list is as long is then looked at once
    for item in (0..items).rev() {
        let (seen, was) = (
            form.get(&format!("seen-{item}")),
            form.get(&format!("was-{item}")),
        );
        let (comment, said) = (
            form.get(&format!("comment-{item}")),
            form.get(&format!("said-{item}")),
        );
        if (seen.is_none() || seen == was) && comment == said {
            continue;
        }
        let seen = match seen.or(was) {
            Some("seen") => Some(true),
            Some("not-seen") => Some(false),
            Some("open") | None => None,
            Some(_) => {
                return Err(Problem::input(format!(
                    "line {} of the checklist is neither seen, not seen nor open",
                    item + 1
                )));
            }
        };
        let comment = match comment {
            Some(text) if !text.is_empty() => Some(limited(text, "comment")?),
            _ => None,
        };
        act(
            app,
            visit,
            What::Mark {
                step: path.to_owned(),
                item,
                seen,
                comment,
            },
        )?;
        changed += 1;
    }
    let told = if changed == 0 { "nothing" } else { "marks" };
    Ok(Done::new(to(path, "checklist"), told))
}

fn shown(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let asked = asked_of(app, path);
    if asked.is_empty() {
        return Err(Problem::input(
            "this step asks for nothing that the system shows",
        ));
    }
    let before: Option<Answers> = app.now().step(path).and_then(|s| s.answers.clone());
    let answers = crate::pages::answers(&asked, before.as_ref(), form)?;
    if answers.is_empty() && before.is_none() {
        return Err(Problem::input("nothing was written down").help(
            "fill in at least one of the inputs; an empty list is written as its heading alone",
        ));
    }
    // who read it is no difference
    let same = before.as_ref().is_some_and(|b| {
        Answers {
            source: b.source,
            ..answers.clone()
        } == *b
    });
    if same {
        return Ok(Done::new(to(path, "shown"), "nothing"));
    }
    act(
        app,
        visit,
        What::Retell {
            step: path.to_owned(),
            answers: Box::new(answers),
        },
    )?;
    Ok(Done::new(to(path, "state"), "shown"))
}

fn comment(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let text = limited(form.get("comment").unwrap_or_default(), "comment")?;
    let now = app.now();
    let stands = now.comment(path).to_owned();
    let was = form.get("was").unwrap_or_default();
    if lines(&stands) == lines(&text) {
        return Ok(Done::new(to(path, "remark"), "nothing"));
    }
    if lines(&stands) != lines(was) {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!("somebody wrote a comment meanwhile: {stands}"),
        )
        .help("bring both together and save again")
        .field("comment"));
    }
    act(
        app,
        visit,
        What::Comment {
            step: path.to_owned(),
            text,
        },
    )?;
    Ok(Done::new(to(path, "remark"), "comment"))
}

// a browser sends line ends as CR LF
fn lines(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// The words of the six results, with what a form sends for them.
pub(crate) const RESULTS: [(&str, Settled); 6] = [
    ("passed", Settled::Passed),
    ("passed-with-exception", Settled::PassedWithException),
    ("failed", Settled::Failed),
    ("failed-not-supported", Settled::FailedNotSupported),
    ("inconclusive", Settled::Inconclusive),
    ("pending", Settled::Pending),
];

fn settle(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let Some(chosen) = form.text("verdict") else {
        return Err(Problem::input("no result is chosen").field("verdict"));
    };
    let Some((_, verdict)) = RESULTS.into_iter().find(|(word, _)| *word == chosen) else {
        return Err(Problem::input(format!("there is no result called {chosen}")).field("verdict"));
    };
    let because = limited(form.get("because").unwrap_or_default(), "because")?;
    act(
        app,
        visit,
        What::Settle {
            step: path.to_owned(),
            verdict,
            because,
        },
    )?;
    Ok(Done::new(to(path, "state"), "settled"))
}

fn date(form: &Form, field: &'static str, what: &str) -> Result<Option<Date>, Problem> {
    let Some(text) = form.text(field) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Problem::input(format!("{what} is not a date"))
            .help("write it as 2026-11-22")
            .field(field)
    })
}

fn attest(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let Some(name) = form.text("name") else {
        return Err(
            Problem::input("an attestation needs the name of who declares it").field("name"),
        );
    };
    let Some(day) = date(form, "date", "the day of the attestation")? else {
        return Err(Problem::input("an attestation needs its date").field("date"));
    };
    let expires = date(form, "expires", "the day until which it is valid")?;
    if expires.is_some_and(|until| until < day) {
        return Err(
            Problem::input("the attestation would have expired before it was made")
                .field("expires"),
        );
    }
    let statement = crate::pages::statement(app, path);
    let attestation = Attestation {
        statement,
        name: limited(name, "name")?,
        role: form.text("role").map(str::to_owned),
        date: day.to_string(),
        expires,
    };
    act(
        app,
        visit,
        What::Attest {
            step: path.to_owned(),
            attestation,
        },
    )?;
    Ok(Done::new(to(path, "state"), "attested"))
}

fn done(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let done = match form.get("done") {
        Some("yes") => true,
        Some("no") => false,
        _ => {
            return Err(Problem::input(
                "it is neither said to be done nor not to be",
            ));
        }
    };
    act(
        app,
        visit,
        What::Done {
            step: path.to_owned(),
            done,
        },
    )?;
    Ok(Done::new(to(path, "state"), "done"))
}

fn waive(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let Some(what) = form.text("what") else {
        return Err(Problem::input("it is not said what does not count").field("what"));
    };
    let Some(reason) = form.text("reason") else {
        return Err(Problem::input("a waiver needs its reason").field("reason"));
    };
    act(
        app,
        visit,
        What::Waive {
            step: path.to_owned(),
            what: limited(what, "what")?,
            reason: limited(reason, "reason")?,
        },
    )?;
    Ok(Done::new(to(path, "state"), "waived"))
}

fn remove(app: &App, visit: &Visit, form: &Form, path: &str) -> Result<Done, Problem> {
    let Some(file) = form.get("file").and_then(|f| f.parse().ok()) else {
        return Err(Problem::input("no file is named"));
    };
    act(
        app,
        visit,
        What::RemoveFile {
            step: path.to_owned(),
            file,
        },
    )?;
    Ok(Done::new(to(path, "evidence"), "removed"))
}
