//! Pages and files that are asked for.

use super::{Asked, made, visit};
use crate::app::App;
use crate::files;
use crate::pages;
use crate::problem::Problem;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

pub(super) async fn start(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    made(app, visit(&headers, "/", Some(&asked)), pages::start).await
}

pub(super) async fn plan(
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

pub(super) async fn stock(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    made(app, visit(&headers, "/stock", None), pages::stock).await
}

pub(super) async fn step(
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

pub(super) fn path_of(app: &App, case: &str, step: &str) -> String {
    format!("{}/{case}/{step}", app.plan.id)
}

pub(super) async fn messages(
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
pub(super) fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

pub(super) async fn message(
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

pub(super) async fn report(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    made(app, visit(&headers, "/report", Some(&asked)), pages::report).await
}

pub(super) async fn history(
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

pub(super) async fn rule(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    made(app, visit(&headers, "/rule", None), move |app, visit| {
        pages::rule(app, visit, &id)
    })
    .await
}

pub(super) async fn nowhere(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    made(app, visit(request.headers(), &path, None), move |_, _| {
        Err(Problem::missing("there is no such page")
            .help("the plan and the messages lead to every page"))
    })
    .await
}

pub(super) async fn download(
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

pub(super) async fn file(
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
