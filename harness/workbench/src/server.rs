//! The routes: who may do what, and which page answers.

use crate::acts::{self, Done};
use crate::app::App;
use crate::form::{self, Arriving, Form};
use crate::guard::{self, KEY_COOKIE, NAME_COOKIE, with_headers};
use crate::pages::{self, Visit};
use crate::problem::Problem;
use crate::{fhir, files, templates};
use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

type Asked = BTreeMap<String, String>;

/// How long a page waits for news before it asks again.
const LONG_POLL: Duration = Duration::from_secs(25);
/// How soon a waiting page notices that the program ends.
const SLICE: Duration = Duration::from_millis(250);

/// Every page and form.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/plan", get(plan))
        .route("/stock", get(stock))
        .route("/step/{case}/{step}", get(step))
        .route("/messages", get(messages).post(messages_in))
        .route("/messages/{seq}", get(message))
        .route("/messages/{seq}/assign", post(assign))
        .route("/report", get(report))
        .route("/report/{form}", get(download))
        .route("/history", get(history))
        .route("/rule/{id}", get(rule))
        .route("/file/{case}/{step}/{entry}", get(file))
        .route("/live", get(live))
        .route("/me", post(me))
        .route("/system", post(system))
        .route("/modification", post(modification))
        .route("/undo", post(undo))
        .route("/step/{case}/{step}/file", post(step_files))
        .route("/step/{case}/{step}/message", post(step_message))
        .route("/step/{case}/{step}/fhir", post(step_fhir))
        .route("/fhir", post(fhir_in))
        .route("/step/{case}/{step}/{act}", post(step_act))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), admitted))
        .route("/key", get(key_page).post(key))
        .route("/style.css", get(style))
        .route("/workbench.js", get(script))
        .route("/icon.svg", get(icon))
        .route(
            "/health",
            get(|| async { with_headers("ok\n".into_response()) }),
        )
        .with_state(app)
}

/// Only a loopback name may be asked for on the loopback; elsewhere the key is wanted.
async fn admitted(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    match &app.key {
        None if !guard::asks_loopback(headers) => {
            let text = "this workbench answers to 127.0.0.1 and localhost only\n";
            return with_headers((StatusCode::MISDIRECTED_REQUEST, text).into_response());
        }
        Some(key)
            if !guard::cookie(headers, KEY_COOKIE).is_some_and(|sent| guard::same(&sent, key)) =>
        {
            let sent = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .find(|(name, _)| name == "key")
                .map(|(_, value)| value.into_owned());
            return match sent {
                Some(sent) if guard::same(&sent, key) => admit(&sent, request.uri().path()),
                sent => key_wanted(sent.is_some()),
            };
        }
        _ => {}
    }
    with_headers(next.run(request).await)
}

fn admit(key: &str, to: &str) -> Response {
    let mut response = redirect(to);
    if let Some(cookie) = guard::set_cookie(KEY_COOKIE, key) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    with_headers(response)
}

fn key_wanted(wrong: bool) -> Response {
    let mut context = tera::Context::new();
    context.insert("wrong", &wrong);
    let html = templates::render("key.html", &context).unwrap_or_default();
    with_headers((StatusCode::UNAUTHORIZED, Html(html)).into_response())
}

async fn key_page() -> Response {
    key_wanted(false)
}

async fn key(State(app): State<Arc<App>>, request: Request) -> Response {
    let Ok(form) = form::read(request).await else {
        return key_wanted(true);
    };
    match (&app.key, form.get("key")) {
        (Some(key), Some(sent)) if guard::same(sent, key) => admit(sent, "/"),
        _ => key_wanted(true),
    }
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", templates::STYLE)
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", templates::SCRIPT)
}

async fn icon() -> Response {
    asset("image/svg+xml", templates::ICON)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    with_headers(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn visit(headers: &HeaderMap, path: &str, asked: Option<&Asked>) -> Visit {
    Visit {
        tester: guard::cookie(headers, NAME_COOKIE)
            .map(|name| name.trim().to_owned())
            .unwrap_or_default(),
        path: path.to_owned(),
        host: guard::authority(headers),
        told: asked
            .and_then(|a| a.get("told"))
            .cloned()
            .unwrap_or_default(),
        problem: None,
    }
}

type Made = Result<(StatusCode, String), Problem>;

/// A page, made on a thread that may block.
async fn made(
    app: Arc<App>,
    visit: Visit,
    make: impl FnOnce(&App, &Visit) -> Made + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || match make(&app, &visit) {
        Ok(page) => page,
        Err(problem) => pages::problem(&app, &visit, &problem),
    })
    .await;
    match done {
        Ok((status, html)) => (status, Html(html)).into_response(),
        Err(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page could not be made; what was recorded is kept\n",
        )
            .into_response(),
    }
}

async fn start(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    made(app, visit(&headers, "/", Some(&asked)), pages::start).await
}

async fn plan(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let show = asked.get("show").cloned().unwrap_or_default();
    made(
        app,
        visit(&headers, "/plan", Some(&asked)),
        move |app, visit| pages::plan(app, visit, &show),
    )
    .await
}

async fn stock(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    made(app, visit(&headers, "/stock", None), pages::stock).await
}

async fn step(
    State(app): State<Arc<App>>,
    Path((case, step)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let path = path_of(&app, &case, &step);
    made(
        app,
        visit(&headers, &pages::href(&path), Some(&asked)),
        move |app, visit| pages::step(app, visit, &path),
    )
    .await
}

fn path_of(app: &App, case: &str, step: &str) -> String {
    format!("{}/{case}/{step}", app.plan.id)
}

async fn messages(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    made(
        app,
        visit(&headers, "/messages", Some(&asked)),
        pages::messages,
    )
    .await
}

/// A number in an address; what is none leads to nothing.
fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

async fn message(
    State(app): State<Arc<App>>,
    Path(seq): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let seq = number(&seq);
    let path = format!("/messages/{seq}");
    made(
        app,
        visit(&headers, &path, Some(&asked)),
        move |app, visit| pages::message(app, visit, seq),
    )
    .await
}

async fn report(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    made(app, visit(&headers, "/report", Some(&asked)), pages::report).await
}

async fn history(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let before = asked.get("before").map(|b| number(b));
    made(
        app,
        visit(&headers, "/history", Some(&asked)),
        move |app, visit| pages::history(app, visit, before),
    )
    .await
}

async fn rule(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    made(app, visit(&headers, "/rule", None), move |app, visit| {
        pages::rule(app, visit, &id)
    })
    .await
}

async fn nowhere(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    made(app, visit(request.headers(), &path, None), move |_, _| {
        Err(Problem::missing("there is no such page")
            .help("the plan and the messages lead to every page"))
    })
    .await
}

async fn download(
    State(app): State<Arc<App>>,
    Path(form): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = visit(&headers, "/report", None);
    let made = tokio::task::spawn_blocking(move || match pages::download(&app, &form) {
        Ok(download) => files::download(download),
        Err(problem) => {
            let (status, html) = pages::problem(&app, &visit, &problem);
            (status, Html(html)).into_response()
        }
    })
    .await;
    made.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn file(
    State(app): State<Arc<App>>,
    Path((case, step, entry)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let visit = visit(&headers, "/plan", None);
    let path = path_of(&app, &case, &step);
    let made =
        tokio::task::spawn_blocking(move || match files::evidence(&app, &path, number(&entry)) {
            Ok(response) => response,
            Err(problem) => {
                let (status, html) = pages::problem(&app, &visit, &problem);
                (status, Html(html)).into_response()
            }
        })
        .await;
    made.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Waits until something is new, or somebody came or went, and says so.
async fn live(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let after = asked.get("after").map_or(0, |a| number(a));
    let at = asked.get("at").cloned().unwrap_or_default();
    let me = visit(&headers, &at, None);
    let answer = tokio::task::spawn_blocking(move || {
        let begin = Instant::now();
        app.presence.seen(&me.tester, &me.path, begin);
        let first = app.presence.others(&me.tester, &me.path, begin);
        loop {
            let revision = app.session.wait(after, SLICE);
            let now = Instant::now();
            let others = app.presence.others(&me.tester, &me.path, now);
            if revision != after
                || others != first
                || now.duration_since(begin) > LONG_POLL
                || app.stopping.load(Ordering::Relaxed)
            {
                app.presence.seen(&me.tester, &me.path, now);
                return serde_json::json!({
                    "revision": revision,
                    "others": pages::others_key(&others),
                })
                .to_string();
            }
        }
    })
    .await
    .unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], answer).into_response()
}

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

fn foreign() -> Problem {
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
async fn refused(app: Arc<App>, headers: &HeaderMap, again: Again, problem: Problem) -> Response {
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

fn finished(done: &Done) -> Response {
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
async fn act(
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

async fn me(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, |_, _, form| acts::me(form)).await
}

async fn system(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, acts::system).await
}

async fn modification(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::Start, acts::modification).await
}

async fn undo(State(app): State<Arc<App>>, request: Request) -> Response {
    act(app, request, Again::History, acts::undo).await
}

async fn assign(
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

async fn step_act(
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

async fn step_files(
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

async fn step_message(
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

async fn messages_in(State(app): State<Arc<App>>, request: Request) -> Response {
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

async fn step_fhir(
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

async fn fhir_in(State(app): State<Arc<App>>, request: Request) -> Response {
    with_files(app, request, Again::Start, |app, headers, arriving, who| {
        Box::pin(fhir::take(app, headers, arriving, who, None))
    })
    .await
}

type Taking = std::pin::Pin<Box<dyn Future<Output = Result<Done, Problem>> + Send>>;

/// A form with files.
async fn with_files(
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
