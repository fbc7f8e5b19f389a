//! Recorded exchanges: what went over the wire, without passwords.

mod bytes;
mod log;
mod redact;

pub use bytes::RecordedBytes;
pub use log::{ExchangeLog, Recorder, SharedRecorder};
pub use redact::HIDDEN;
pub(crate) use redact::{body as redact_body, headers as redact_headers, url as redact_url};

use crate::envelope::SoapVersion;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use titer_hl7::clock::SharedClock;

/// The way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// CDC SOAP in SOAP 1.2.
    Soap12,
    /// CDC SOAP in SOAP 1.1.
    Soap11,
    /// ER7 as the body of an HTTP POST.
    Http,
    /// ER7 in MLLP frames on a TCP connection.
    Mllp,
}

impl Transport {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Soap12 => "SOAP 1.2",
            Self::Soap11 => "SOAP 1.1",
            Self::Http => "HTTP",
            Self::Mllp => "MLLP",
        }
    }
}

impl From<SoapVersion> for Transport {
    fn from(version: SoapVersion) -> Self {
        match version {
            SoapVersion::V11 => Self::Soap11,
            SoapVersion::V12 => Self::Soap12,
        }
    }
}

/// Who began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// We were the client.
    Sent,
    /// We were the server.
    Received,
}

/// One header; the values of headers that carry credentials are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name in lower case.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Headers and body of a request or a response.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpMessage {
    /// Headers in their order.
    pub headers: Vec<Header>,
    /// Body, with passwords replaced.
    pub body: RecordedBytes,
}

impl HttpMessage {
    /// The first value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|h| h.name == name)
            .map(|h| h.value.as_str())
    }
}

/// One request and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Number given by the log, counted from 1; 0 when there is no log.
    pub sequence: u64,
    /// When the request began, by the injected clock.
    #[schemars(with = "String")]
    pub started: Timestamp,
    /// From the request's begin to the answer's end, in microseconds, by the injected clock.
    pub duration_us: u64,
    /// How.
    pub transport: Transport,
    /// Who began.
    pub direction: Direction,
    /// `submitSingleMessage`, `connectivityTest`, `POST` and so on.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// Address without credentials.
    pub url: String,
    /// The request.
    pub request: HttpMessage,
    /// HTTP status of the answer, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The answer, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<HttpMessage>,
    /// Why there was none, or what was wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Takes the time of an exchange.
pub(crate) struct Stopwatch {
    clock: SharedClock,
    started: Timestamp,
    from: std::time::Duration,
}

impl Stopwatch {
    pub(crate) fn start(clock: &SharedClock) -> Self {
        Self {
            clock: clock.clone(),
            started: clock.now().timestamp(),
            from: clock.elapsed(),
        }
    }

    pub(crate) fn started(&self) -> Timestamp {
        self.started
    }

    pub(crate) fn micros(&self) -> u64 {
        let taken = self.clock.elapsed().saturating_sub(self.from);
        u64::try_from(taken.as_micros()).unwrap_or(u64::MAX)
    }
}
