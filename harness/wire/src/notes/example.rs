//! Notes on whole exchanges: recorded ones, and ones written as HTTP text.

use super::{Asked, check_request, check_response};
use crate::envelope::{Body, read};
use crate::exchange::Exchange;
use crate::http::charset;
use titer_finding::Finding;

struct Half<'a> {
    status: Option<u16>,
    content_type: Option<&'a str>,
    body: &'a [u8],
}

/// Notes on a request and what answered it, first those on the request. What a recorded request or answer is not, is not
/// judged: an exchange without an answer gives only notes on the request.
pub fn check_exchange(exchange: &Exchange) -> Vec<Finding> {
    let request = Half {
        status: None,
        content_type: exchange.request.header("content-type"),
        body: &exchange.request.body.0,
    };
    let response = exchange.response.as_ref().map(|response| Half {
        status: exchange.status,
        content_type: response.header("content-type"),
        body: &response.body.0,
    });
    check_halves(Some(&request), response.as_ref())
}

fn check_halves(request: Option<&Half<'_>>, response: Option<&Half<'_>>) -> Vec<Finding> {
    let mut found = Vec::new();
    let envelope =
        request.and_then(|half| read(half.body, charset(half.content_type).as_deref()).ok());
    if let Some(half) = request {
        found.extend(check_request(half.body, half.content_type));
    }
    let asked = envelope.as_ref().map(Asked::of);
    if let Some(half) = response {
        found.extend(check_response(
            half.body,
            half.content_type,
            half.status,
            asked.as_ref(),
        ));
    }
    found
}

/// Notes on text: a bare envelope, or a request (`POST ...`), an answer (`HTTP/1.1 ...`) or both, each with its headers,
/// an empty line and its envelope. The rules' examples are written so.
pub fn check_http_text(text: &str) -> Vec<Finding> {
    let request = text.starts_with("POST ");
    let response = if text.starts_with("HTTP/") {
        Some(0)
    } else {
        text.find("\nHTTP/").map(|at| at + 1)
    };
    match (request, response) {
        (false, None) => check_bare(text.as_bytes()),
        (request, response) => {
            let end = response.unwrap_or(text.len());
            let first = request.then(|| half(text.get(..end).unwrap_or_default()));
            let second = response.map(|at| half(text.get(at..).unwrap_or_default()));
            check_halves(first.as_ref(), second.as_ref())
        }
    }
}

/// A bare envelope is judged as what its body says it is.
fn check_bare(bytes: &[u8]) -> Vec<Finding> {
    match read(bytes, None).map(|e| e.body) {
        Ok(Body::SubmitResponse(_) | Body::ConnectivityResponse(_) | Body::Fault(_)) => {
            check_response(bytes, None, None, None)
        }
        _ => check_request(bytes, None),
    }
}

fn half(text: &str) -> Half<'_> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let status = head
        .strip_prefix("HTTP/")
        .and_then(|h| h.split(' ').nth(1))
        .and_then(|s| s.trim().parse().ok());
    let content_type = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-type")
            .then_some(value.trim())
    });
    Half {
        status,
        content_type,
        body: body.trim_end().as_bytes(),
    }
}
