//! Reading JSON that a server sent.

use super::error::{FhirError, Issue};
use serde_json::Value;
use titer_finding::Phi;

/// The JSON of a body. How deep it may be nested is limited by the reader.
pub(super) fn json(what: &str, body: &[u8]) -> Result<Value, FhirError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).map_err(|error| FhirError::NotJson {
        what: what.to_owned(),
        line: error.line(),
        column: error.column(),
        // the reader's words name the kind of mistake and nothing of the text
        reason: match error.classify() {
            serde_json::error::Category::Eof => "it breaks off".to_owned(),
            serde_json::error::Category::Io => "it cannot be read".to_owned(),
            _ if body.trim_ascii_start().starts_with(b"<") => "it begins like a page".to_owned(),
            _ => "a character stands where none may".to_owned(),
        },
    })
}

pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty())
}

pub(super) fn kind(resource: &Value) -> Option<&str> {
    text(resource, "/resourceType")
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The worst issue of an OperationOutcome.
pub(super) fn issue(resource: &Value) -> Option<Issue> {
    if kind(resource) != Some("OperationOutcome") {
        return None;
    }
    let severity = |i: &Value| match text(i, "/severity") {
        Some("fatal") => 0,
        Some("error") => 1,
        Some("warning") => 2,
        _ => 3,
    };
    let worst = list(resource, "issue").iter().min_by_key(|i| severity(i));
    let Some(worst) = worst else {
        return Some(Issue {
            code: "unknown".to_owned(),
            ..Issue::default()
        });
    };
    let place = text(worst, "/expression/0").or(text(worst, "/location/0"));
    Some(Issue {
        code: text(worst, "/code").unwrap_or("unknown").to_owned(),
        place: place.map(str::to_owned),
        words: text(worst, "/diagnostics")
            .or(text(worst, "/details/text"))
            .map(Phi::new),
    })
}

/// What a JSON value is, for a message.
pub(super) fn what_is(value: &Value) -> String {
    match (kind(value), value) {
        // a type that is none is not repeated
        (Some(kind), _) if kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            format!("a {kind}")
        }
        (_, Value::Object(_)) => "an object without a resource type".to_owned(),
        (_, Value::Array(_)) => "a list".to_owned(),
        _ => "a single value".to_owned(),
    }
}
