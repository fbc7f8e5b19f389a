//! One POST: sent, timed, recorded.

use super::worker;
use crate::envelope::{Credentials, SoapVersion};
use crate::exchange::{
    Direction, Exchange, HttpMessage, SharedRecorder, Stopwatch, Transport, redact_body,
    redact_headers, redact_url,
};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use titer_hl7::clock::{SharedClock, SystemClock};

/// How a client calls.
#[derive(Clone)]
pub struct ClientOptions {
    /// SOAP version of the requests.
    pub version: SoapVersion,
    /// User, password, facility.
    pub credentials: Credentials,
    /// Time to connect, TLS included. The national hub gives a registry 15 seconds.
    pub connect_timeout: Duration,
    /// Time for the whole call. The national hub gives a registry 60 seconds.
    pub timeout: Duration,
    /// Largest answer in bytes; real answers to queries reach 3 MB.
    pub max_response: usize,
    /// Certificates in PEM that are trusted besides the system's own.
    pub trust: Vec<Vec<u8>>,
    /// Times of recorded exchanges.
    pub clock: SharedClock,
    /// Where exchanges are recorded.
    pub recorder: Option<SharedRecorder>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            version: SoapVersion::V12,
            credentials: Credentials::default(),
            connect_timeout: Duration::from_secs(15),
            timeout: Duration::from_secs(60),
            max_response: 16 << 20,
            trust: Vec::new(),
            clock: Arc::new(SystemClock::new()),
            recorder: None,
        }
    }
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an address with http or https.
    #[error("`{url}` is not an http or https address")]
    Url {
        /// The address without credentials.
        url: String,
    },
    /// What should be trusted holds no certificate.
    #[error("a trusted certificate is not in PEM")]
    Certificate,
    /// TLS cannot be set up.
    #[error("cannot set up the client")]
    Setup(#[source] reqwest::Error),
}

/// Why a call has no answer that can be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// No connection: refused, no such host, TLS failed, or no answer to the attempt. The system is unreachable.
    #[error("cannot connect: {reason}")]
    Connect {
        /// The innermost cause.
        reason: String,
    },
    /// Connected, but no complete answer in time.
    #[error("no answer within {} ms", after.as_millis())]
    Timeout {
        /// The time that was given.
        after: Duration,
    },
    /// Connected, but the connection ended, or what came is not HTTP.
    #[error("the answer broke off or is not HTTP: {reason}")]
    Broken {
        /// The innermost cause.
        reason: String,
    },
    /// An HTTP status under which no answer stands.
    #[error("HTTP status {status}")]
    Http {
        /// The status.
        status: u16,
    },
    /// More bytes than are taken.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The answer is not well-formed XML.
    #[error("the answer's XML is malformed: {reason} (line {line}, column {column})")]
    MalformedXml {
        /// Line, counted from 1.
        line: u32,
        /// Column, counted from 1.
        column: u32,
        /// What is wrong.
        reason: String,
    },
    /// The answer is no SOAP envelope, or one that holds what it must not.
    #[error("the answer is not a proper SOAP envelope: {reason}")]
    NotSoap {
        /// What is wrong.
        reason: String,
    },
    /// A proper envelope with something else in it.
    #[error("the answer holds {found} instead of {expected}")]
    Unexpected {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// An HTTP answer that holds no HL7 message.
    #[error("the answer is not an HL7 message")]
    NotHl7,
    /// The message cannot be sent: a character that XML cannot carry, or a byte that is not in its character set.
    #[error("the message cannot be sent: {reason} at offset {offset}")]
    Unsendable {
        /// Offset in the message.
        offset: usize,
        /// What is wrong.
        reason: String,
    },
    /// The client itself failed.
    #[error("the client failed")]
    Client,
}

impl CallError {
    /// Whether the system could not be reached at all, in contrast to one that was reached and answered wrong or not.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Connect { .. })
    }
}

/// What came back.
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(super) fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok())
    }
}

/// What to send.
pub(super) struct Post {
    pub(super) transport: Transport,
    pub(super) operation: &'static str,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Vec<u8>,
}

/// The HTTP client with its address.
#[derive(Clone)]
pub(super) struct Poster {
    client: reqwest::Client,
    url: reqwest::Url,
    pub(super) options: ClientOptions,
}

impl Poster {
    pub(super) fn new(url: &str, options: ClientOptions) -> Result<Self, ClientError> {
        worker::install_provider();
        let bad = || ClientError::Url {
            url: redact_url(url),
        };
        let parsed = reqwest::Url::parse(url).map_err(|_| bad())?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return Err(bad());
        }
        Ok(Self {
            client: client(&options)?,
            url: parsed,
            options,
        })
    }

    /// Sends, waits, records. The exchange is given back whatever happens.
    pub(super) fn post(&self, post: &Post) -> (Result<Received, CallError>, Exchange) {
        let watch = Stopwatch::start(&self.options.clock);
        let sequence = self.options.recorder.as_ref().map(|r| r.begin());
        let mut headers = HeaderMap::new();
        for (name, value) in &post.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name.clone(), value);
            }
        }
        let request = self
            .client
            .post(self.url.clone())
            .headers(headers.clone())
            .body(post.body.clone());
        let (limit, timeout) = (self.options.max_response, self.options.timeout);
        let result = worker::wait(async move {
            match tokio::time::timeout(timeout, call(request, limit)).await {
                Ok(result) => result,
                Err(_) => Err(CallError::Timeout { after: timeout }),
            }
        })
        .unwrap_or(Err(CallError::Client));
        let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let exchange = Exchange {
            sequence: sequence.unwrap_or_default(),
            started: watch.started(),
            duration_us: watch.micros(),
            transport: post.transport,
            direction: Direction::Sent,
            operation: post.operation.to_owned(),
            method: "POST".to_owned(),
            url: redact_url(self.url.as_str()),
            request: HttpMessage {
                headers: redact_headers(&headers),
                body: redact_body(&post.body, content_type).into(),
            },
            status: result.as_ref().ok().map(|r| r.status),
            response: result.as_ref().ok().map(|r| HttpMessage {
                headers: redact_headers(&r.headers),
                body: redact_body(&r.body, r.content_type()).into(),
            }),
            error: result.as_ref().err().map(ToString::to_string),
        };
        (result, exchange)
    }

    /// Ends a call: notes what was wrong with the answer and hands the exchange to the recorder.
    pub(super) fn finish<T>(
        &self,
        outcome: Result<T, CallError>,
        notes: Vec<titer_finding::Finding>,
        mut exchange: Exchange,
    ) -> super::Call<T> {
        if let (Err(error), None) = (&outcome, &exchange.error) {
            exchange.error = Some(error.to_string());
        }
        if let Some(recorder) = &self.options.recorder {
            recorder.record(exchange.clone());
        }
        super::Call {
            outcome,
            notes,
            exchange,
        }
    }

    /// A call that ends before anything is sent.
    pub(super) fn unsent<T>(
        &self,
        transport: Transport,
        operation: &'static str,
        error: CallError,
    ) -> super::Call<T> {
        let watch = Stopwatch::start(&self.options.clock);
        let exchange = Exchange {
            sequence: self
                .options
                .recorder
                .as_ref()
                .map(|r| r.begin())
                .unwrap_or_default(),
            started: watch.started(),
            duration_us: 0,
            transport,
            direction: Direction::Sent,
            operation: operation.to_owned(),
            method: "POST".to_owned(),
            url: redact_url(self.url.as_str()),
            request: HttpMessage::default(),
            status: None,
            response: None,
            error: None,
        };
        self.finish(Err(error), Vec::new(), exchange)
    }
}

/// Clients by their connect timeout: reading the system's certificates takes longer than many a call.
static CLIENTS: Mutex<BTreeMap<Duration, reqwest::Client>> = Mutex::new(BTreeMap::new());

pub(crate) fn client(options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    if options.trust.is_empty() {
        let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&options.connect_timeout) {
            return Ok(client.clone());
        }
        let client = build(options)?;
        clients.insert(options.connect_timeout, client.clone());
        return Ok(client);
    }
    build(options)
}

fn build(options: &ClientOptions) -> Result<reqwest::Client, ClientError> {
    let mut builder = reqwest::Client::builder()
        .connect_timeout(options.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(5))
        .user_agent(concat!("titer/", env!("CARGO_PKG_VERSION")))
        .no_proxy();
    for pem in &options.trust {
        let certificates =
            reqwest::Certificate::from_pem_bundle(pem).map_err(|_| ClientError::Certificate)?;
        if certificates.is_empty() {
            return Err(ClientError::Certificate);
        }
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(ClientError::Setup)
}

pub(crate) async fn call(
    request: reqwest::RequestBuilder,
    limit: usize,
) -> Result<Received, CallError> {
    let mut response = request.send().await.map_err(|e| failure(&e))?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| failure(&e))? {
        if body.len() + chunk.len() > limit {
            return Err(CallError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Received {
        status,
        headers,
        body,
    })
}

fn failure(error: &reqwest::Error) -> CallError {
    let mut reason = None;
    let mut source = error.source();
    while let Some(inner) = source {
        reason = Some(inner.to_string());
        source = inner.source();
    }
    let reason = reason.unwrap_or_else(|| "the connection failed".to_owned());
    if error.is_connect() {
        CallError::Connect { reason }
    } else {
        CallError::Broken { reason }
    }
}
