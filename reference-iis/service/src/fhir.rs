//! FHIR: the operation `$immds-forecast`. It keeps nothing: the request brings the patient and the history.

use crate::forecast;
use crate::iis::Iis;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use titer_finding::Diagnostic;

/// The largest request: a life's immunizations fill a few hundred kilobytes.
const LARGEST: usize = 4 * 1024 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/fhir+json; charset=utf-8");

/// `/fhir/$immds-forecast`, with the sign as it is and escaped.
pub(crate) fn router(iis: Iis) -> Router {
    Router::new()
        .route("/fhir/$immds-forecast", post(immds_forecast))
        .route("/fhir/%24immds-forecast", post(immds_forecast))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(iis)
}

async fn immds_forecast(State(iis): State<Iis>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if !matches!(
        kind.as_str(),
        "" | "application/fhir+json" | "application/json"
    ) {
        let wrong = Diagnostic::new(format!(
            "the operation takes application/fhir+json, not {}",
            printable(&kind)
        ));
        return answer(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &outcome("not-supported", &wrong),
        );
    }
    let Ok(text) = std::str::from_utf8(&body) else {
        return answer(
            StatusCode::BAD_REQUEST,
            &outcome(
                "structure",
                &Diagnostic::new("the request is not UTF-8 text"),
            ),
        );
    };
    let today = iis.inner.clock.now().date();
    match forecast::immds(text, today, iis.inner.policy.forecasts) {
        Ok(parameters) => answer(StatusCode::OK, &parameters),
        Err(wrong) => answer(StatusCode::BAD_REQUEST, &outcome("invalid", &wrong)),
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

/// What is wrong with a request, and where.
fn outcome(code: &str, wrong: &Diagnostic) -> Value {
    let mut details = wrong.message.clone();
    if let Some(help) = &wrong.help {
        details = format!("{details}; {help}");
    }
    let mut issue = json!({
        "severity": "error",
        "code": code,
        "details": { "text": details },
    });
    if wrong.line > 0 {
        let place = format!("line {}, column {}", wrong.line, wrong.column.max(1));
        issue["diagnostics"] = Value::String(place);
    }
    json!({ "resourceType": "OperationOutcome", "issue": [issue] })
}

/// A header's value for people: short, and visible characters only.
fn printable(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_graphic)
        .take(60)
        .collect()
}
