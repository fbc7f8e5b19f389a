//! The routes: who may do what, and which page answers.

mod forms;
mod live;
mod read;

pub(crate) use forms::check;

use crate::app::App;
use crate::form;
use crate::guard::{self, KEY_COOKIE, NAME_COOKIE, with_headers};
use crate::pages::{self, Visit};
use crate::problem::Problem;
use crate::templates;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeMap;
use std::sync::Arc;

type Asked = BTreeMap<String, String>;

/// Every page and form.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(read::start))
        .route("/plan", get(read::plan))
        .route("/stock", get(read::stock))
        .route("/step/{case}/{step}", get(read::step))
        .route("/messages", get(read::messages).post(forms::messages_in))
        .route("/messages/{seq}", get(read::message))
        .route("/messages/{seq}/assign", post(forms::assign))
        .route("/report", get(read::report))
        .route("/report/{form}", get(read::download))
        .route("/history", get(read::history))
        .route("/rule/{id}", get(read::rule))
        .route("/file/{case}/{step}/{entry}", get(read::file))
        .route("/live", get(live::live))
        .route("/me", post(forms::me))
        .route("/system", post(forms::system))
        .route("/modification", post(forms::modification))
        .route("/undo", post(forms::undo))
        .route("/step/{case}/{step}/file", post(forms::step_files))
        .route("/step/{case}/{step}/message", post(forms::step_message))
        .route("/step/{case}/{step}/fhir", post(forms::step_fhir))
        .route("/fhir", post(forms::fhir_in))
        .route("/step/{case}/{step}/{act}", post(forms::step_act))
        .fallback(read::nowhere)
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
