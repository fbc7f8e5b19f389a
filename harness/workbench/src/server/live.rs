//! What keeps open pages up to date.

use super::read::number;
use super::{Asked, visit};
use crate::app::App;
use crate::pages;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a page waits for news before it asks again.
const LONG_POLL: Duration = Duration::from_secs(25);
/// How soon a waiting page notices that the program ends.
const SLICE: Duration = Duration::from_millis(250);

/// Waits until something is new, or somebody came or went, and says so.
pub(super) async fn live(
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
