//! What both kinds of route share: options, recording, and the way from an answer to a response.

use super::body::{self, BodyError};
use crate::envelope::SoapFault;
use crate::exchange::{
    Direction, Exchange, HttpMessage, SharedRecorder, Stopwatch, redact_body, redact_headers,
    redact_url,
};
use crate::receiver::{Answered, Delivery, HttpReply, Receiver, Reply, Submission};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, DATE, EXPECT, HOST, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::clock::{SharedClock, SystemClock};

/// How the routes behave.
#[derive(Clone)]
pub struct RouterOptions {
    /// Path of the SOAP endpoint.
    pub soap_path: String,
    /// Path to which ER7 is posted.
    pub hl7_path: String,
    /// Longest message in characters; longer ones get a `MessageTooLargeFault`. The national hub takes 65,536.
    pub max_message: usize,
    /// Longest request body in bytes.
    pub max_body: usize,
    /// Time in which a body must have come in.
    pub body_timeout: Duration,
    /// Whether a plain HTTP POST needs credentials.
    pub http_credentials: bool,
    /// Address under which clients reach the server, when it is not the one they name in the `Host` header.
    pub public_url: Option<String>,
    /// Times of recorded exchanges.
    pub clock: SharedClock,
    /// Where exchanges are recorded.
    pub recorder: Option<SharedRecorder>,
}

impl Default for RouterOptions {
    fn default() -> Self {
        Self {
            soap_path: "/soap".to_owned(),
            hl7_path: "/hl7".to_owned(),
            max_message: 65_536,
            max_body: 1 << 20,
            body_timeout: Duration::from_secs(30),
            http_credentials: true,
            public_url: None,
            clock: Arc::new(SystemClock::new()),
            recorder: None,
        }
    }
}

/// Where a request came from; the server puts it into the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Tells the server not to send the response that carries it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Silence {
    Hang(Duration),
    Close,
}

pub(super) struct Endpoint {
    pub(super) receiver: Arc<dyn Receiver>,
    pub(super) options: RouterOptions,
}

/// A request that was read.
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Result<Vec<u8>, BodyError>,
    pub(super) peer: Option<SocketAddr>,
    pub(super) sequence: Option<u64>,
}

impl Incoming {
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        self.header(CONTENT_TYPE)
    }
}

/// What was made of a request.
pub(super) struct Outcome {
    pub(super) delivery: Delivery,
    pub(super) answered: Answered,
    /// Not a message exchange (a definition was fetched), so not recorded.
    pub(super) aside: bool,
    pub(super) error: Option<String>,
}

impl Endpoint {
    /// Reads, answers, records.
    pub(super) async fn handle<F, Fut>(
        self: Arc<Self>,
        request: Request,
        answer: F,
    ) -> Response<Body>
    where
        F: FnOnce(Arc<Endpoint>, Arc<Incoming>) -> Fut,
        Fut: Future<Output = Outcome>,
    {
        let watch = Stopwatch::start(&self.options.clock);
        let (parts, body) = request.into_parts();
        let sequence = self.options.recorder.as_ref().map(|r| r.begin());
        let number = |name: HeaderName| -> Option<u64> {
            parts.headers.get(name)?.to_str().ok()?.trim().parse().ok()
        };
        let body = body::read(
            body,
            self.options.max_body,
            self.options.body_timeout,
            number(CONTENT_LENGTH),
            parts.headers.contains_key(EXPECT),
        )
        .await;
        let incoming = Arc::new(Incoming {
            method: parts.method,
            uri: parts.uri,
            peer: parts.extensions.get::<Peer>().map(|p| p.0),
            headers: parts.headers,
            body,
            sequence,
        });
        let mut outcome = answer(self.clone(), incoming.clone()).await;
        if let Delivery::Send(reply) = outcome.delivery {
            outcome.delivery = if outcome.aside {
                Delivery::Send(reply)
            } else {
                self.receiver.deliver(reply, &outcome.answered)
            };
        }
        let mut response = response(&outcome.delivery);
        let now = self.options.clock.now().timestamp();
        if let Ok(date) =
            HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        {
            response.headers_mut().insert(DATE, date);
        }
        if !outcome.aside {
            self.record(&watch, &incoming, &outcome, &response);
        }
        response
    }

    fn record(
        &self,
        watch: &Stopwatch,
        incoming: &Incoming,
        outcome: &Outcome,
        response: &Response<Body>,
    ) {
        let Some(recorder) = &self.options.recorder else {
            return;
        };
        let (status, answer, silence) = match &outcome.delivery {
            Delivery::Send(reply) => (
                Some(response.status().as_u16()),
                Some(HttpMessage {
                    headers: redact_headers(response.headers()),
                    body: redact_body(&reply.body, Some(&reply.content_type)).into(),
                }),
                None,
            ),
            Delivery::Hang(_) => (None, None, Some("no answer was sent")),
            Delivery::Close => (None, None, Some("the connection was closed")),
        };
        let body = match &incoming.body {
            Ok(body) => redact_body(body, incoming.content_type()),
            Err(_) => Vec::new(),
        };
        recorder.record(Exchange {
            sequence: incoming.sequence.unwrap_or_default(),
            started: watch.started(),
            duration_us: watch.micros(),
            transport: outcome.answered.transport,
            direction: Direction::Received,
            operation: outcome
                .answered
                .operation
                .map_or_else(|| incoming.method.to_string(), |o| o.name().to_owned()),
            method: incoming.method.as_str().to_owned(),
            url: redact_url(&incoming.uri.to_string()),
            request: HttpMessage {
                headers: redact_headers(&incoming.headers),
                body: body.into(),
            },
            status,
            response: answer,
            error: outcome.error.clone().or(silence.map(str::to_owned)),
        });
    }

    /// Asks the receiver about credentials; its panic is a fault.
    pub(super) async fn authenticate(
        &self,
        credentials: &crate::envelope::Credentials,
    ) -> Result<(), SoapFault> {
        let receiver = self.receiver.clone();
        let credentials = credentials.clone();
        let task = tokio::spawn(async move { receiver.authenticate(&credentials) });
        task.await.unwrap_or_else(|_| Err(failed()))
    }

    /// Asks the receiver, in a task of its own: it runs to its end when the sender hangs up, and its panic is a fault.
    pub(super) async fn ask(&self, submission: Submission) -> Result<Reply, SoapFault> {
        let receiver = self.receiver.clone();
        let task = tokio::spawn(async move { receiver.submit(submission).await });
        task.await.unwrap_or_else(|_| Err(failed()))
    }

    /// The address under which this endpoint was called, without the query.
    pub(super) fn address(&self, incoming: &Incoming) -> String {
        let path = &self.options.soap_path;
        if let Some(url) = &self.options.public_url {
            return format!("{}{path}", url.trim_end_matches('/'));
        }
        let host = incoming
            .header(HOST)
            .filter(|host| {
                !host.is_empty()
                    && host.len() <= 255
                    && host
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
            })
            .unwrap_or("127.0.0.1");
        format!("http://{host}{path}")
    }
}

fn failed() -> SoapFault {
    tracing::error!("the receiver failed on a message");
    SoapFault::unknown("the message could not be processed; send it again later")
}

/// A response as it goes to the wire.
fn response(delivery: &Delivery) -> Response<Body> {
    let reply = match delivery {
        Delivery::Send(reply) => reply,
        Delivery::Hang(time) => return silent(Silence::Hang(*time)),
        Delivery::Close => return silent(Silence::Close),
    };
    let mut response = Response::new(Body::from(reply.body.clone()));
    *response.status_mut() = StatusCode::from_u16(reply.status)
        .ok()
        .filter(|s| s.as_u16() >= 200)
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&reply.content_type) {
        headers.insert(CONTENT_TYPE, value);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    match reply.status {
        401 => {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"immunization messages\""),
            );
        }
        405 => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        _ => {}
    }
    response
}

fn silent(silence: Silence) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.extensions_mut().insert(silence);
    response
}

/// A short text as an answer.
pub(super) fn plain(status: u16, text: &str) -> HttpReply {
    HttpReply {
        status,
        content_type: "text/plain; charset=utf-8".to_owned(),
        body: format!("{text}\n").into_bytes(),
    }
}
