//! Forms that are sent: each is checked, carried out, and answered with a page.

use super::read::{number, path_of};
use super::{Made, made, redirect, visit};
use crate::acts::{self, Done};
use crate::app::App;
use crate::form::{self, Arriving, Form};
use crate::guard::{self, NAME_COOKIE};
use crate::pages::{self, Visit};
use crate::problem::Problem;
use crate::{fhir, files};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

/// The page on which a refused form is shown again.
#[derive(Clone, Debug)]
pub(crate) enum Again {
    Start,
    Step(String),
    Messages,
    Message(u64),
    History,
}

impl Again {
    fn path(&self) -> String {
        match self {
            Again::Start => "/".to_owned(),
            Again::Step(path) => pages::href(path),
            Again::Messages => "/messages".to_owned(),
            Again::Message(seq) => format!("/messages/{seq}"),
            Again::History => "/history".to_owned(),
        }
    }

    fn page(&self, app: &App, visit: &Visit) -> Made {
        match self {
            Again::Start => pages::start(app, visit),
            Again::Step(path) => pages::step(app, visit, path),
            Again::Messages => pages::messages(app, visit),
            Again::Message(seq) => pages::message(app, visit, *seq),
            Again::History => pages::history(app, visit, None),
        }
    }
}

pub(super) fn foreign() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "the form was not sent from a page of this workbench",
    )
    .help("open the page here and send it again")
}

/// Whether a form may change something.
pub(crate) fn check(app: &App, headers: &HeaderMap, form: &Form) -> Result<(), Problem> {
    if !guard::same_origin(headers) {
        return Err(foreign());
    }
    if !form
        .get("token")
        .is_some_and(|t| guard::same(t, &app.token))
    {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "the page is from before the program was started again",
        )
        .help("send the form once more")
        .keep(form));
    }
    Ok(())
}

/// Shows a refused form again, with what was written in it.
pub(super) async fn refused(
    app: Arc<App>,
    headers: &HeaderMap,
    again: Again,
    problem: Problem,
) -> Response {
    let mut visit = visit(headers, &again.path(), None);
    visit.problem = Some(problem.clone());
    made(app, visit, move |app, visit| {
        again.page(app, visit).map_err(|other| {
            // the page itself is not there: the first problem says more, unless it is the same
            if other.status == StatusCode::NOT_FOUND {
                other
            } else {
                problem
            }
        })
    })
    .await
}

pub(super) fn finished(done: &Done) -> Response {
    let (path, anchor) = done.to.split_once('#').unwrap_or((&done.to, ""));
    let sign = if path.contains('?') { '&' } else { '?' };
    let mut to = format!("{path}{sign}told={}", done.told);
    if !anchor.is_empty() {
        to.push('#');
        to.push_str(anchor);
    }
    let mut response = redirect(&to);
    if let Some(name) = &done.name
        && let Some(cookie) = guard::set_cookie(NAME_COOKIE, name)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A form without files.
pub(super) async fn act(
    app: Arc<App>,
    request: Request,
    again: Again,
    carry_out: impl FnOnce(&App, &Visit, &Form) -> Result<Done, Problem> + Send + 'static,
) -> Response {
    let headers = request.headers().clone();
    let form = match form::read(request).await {
        Ok(form) => form,
        Err(problem) => return refused(app, &headers, again, problem).await,
    };
    if let Err(problem) = check(&app, &headers, &form) {
        return refused(app, &headers, again, problem).await;
    }
    let who = visit(&headers, &again.path(), None);
    let worker = Arc::clone(&app);
    let done = tokio::task::spawn_blocking(move || {
        carry_out(&worker, &who, &form).map_err(|problem| problem.keep(&form))
    })
    .await
    .unwrap_or_else(|_| Err(Problem::broken()));
    match done {
        Ok(done) => finished(&done),
        Err(problem) => refused(app, &headers, again, problem).await,
    }
}

pub(super) async fn me(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, |_, _, form| acts::me(form)).await
}

pub(super) async fn system(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, acts::system).await
}

pub(super) async fn modification(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, acts::modification).await
}

pub(super) async fn undo(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::History, acts::undo).await
}

pub(super) async fn assign(
    State(app): State<Arc<App>>,
    Path(seq): Path<String>,
    request: Request,
) -> Response {
    let seq = number(&seq);
    act(
        app,
        request,
        Again::Message(seq),
        move |app, visit, form| acts::assign(app, visit, form, seq),
    )
    .await
}

pub(super) async fn step_act(
    State(app): State<Arc<App>>,
    Path((case, step, what)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let path = path_of(&app, &case, &step);
    act(
        app,
        request,
        Again::Step(path.clone()),
        move |app, visit, form| acts::step(app, visit, form, &path, &what),
    )
    .await
}

pub(super) async fn step_files(
    State(app): State<Arc<App>>,
    Path((case, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    let path = path_of(&app, &case, &step);
    let again = Again::Step(path.clone());
    with_files(app, request, again, move |app, headers, arriving, who| {
        Box::pin(files::take(app, headers, arriving, who, path))
    })
    .await
}

pub(super) async fn step_message(
    State(app): State<Arc<App>>,
    Path((case, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    let path = path_of(&app, &case, &step);
    let again = Again::Step(path.clone());
    with_files(app, request, again, move |app, headers, arriving, who| {
        Box::pin(files::take_messages(
            app,
            headers,
            arriving,
            who,
            Some(path),
        ))
    })
    .await
}

pub(super) async fn messages_in(State(app): State<Arc<App>>, request: Request) -> Response {
    with_files(
        app,
        request,
        Again::Messages,
        |app, headers, arriving, who| {
            Box::pin(files::take_messages(app, headers, arriving, who, None))
        },
    )
    .await
}

pub(super) async fn step_fhir(
    State(app): State<Arc<App>>,
    Path((case, step)): Path<(String, String)>,
    request: Request,
) -> Response {
    let path = path_of(&app, &case, &step);
    let again = Again::Step(path.clone());
    with_files(app, request, again, move |app, headers, arriving, who| {
        Box::pin(fhir::take(app, headers, arriving, who, Some(path)))
    })
    .await
}

pub(super) async fn fhir_in(State(app): State<Arc<App>>, request: Request) -> Response {
    with_files(app, request, Again::Start, |app, headers, arriving, who| {
        Box::pin(fhir::take(app, headers, arriving, who, None))
    })
    .await
}

pub(super) type Taking = std::pin::Pin<Box<dyn Future<Output = Result<Done, Problem>> + Send>>;

/// A form with files.
pub(super) async fn with_files(
    app: Arc<App>,
    request: Request,
    again: Again,
    take: impl FnOnce(Arc<App>, HeaderMap, Arriving, Visit) -> Taking,
) -> Response {
    let headers = request.headers().clone();
    let Some(boundary) = form::boundary(&headers) else {
        let problem = Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the form was not sent as multipart/form-data",
        );
        return refused(app, &headers, again, problem).await;
    };
    let arriving = Arriving::new(request.into_body(), boundary);
    let who = visit(&headers, &again.path(), None);
    match take(Arc::clone(&app), headers.clone(), arriving, who).await {
        Ok(done) => finished(&done),
        Err(problem) => refused(app, &headers, again, problem).await,
    }
}
