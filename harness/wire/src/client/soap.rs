//! The SOAP client.

use super::post::{CallError, ClientError, ClientOptions, Post, Poster, Received};
use super::{Answer, Call};
use crate::envelope::{
    Body, Document, Envelope, EnvelopeError, Operation, SoapVersion, content_type, read,
    read_document, write_connectivity, write_submit,
};
use crate::exchange::{Exchange, Transport};
use crate::http::charset;
use crate::notes::{self, Asked};
use crate::payload;
use crate::xml::NotXml;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use titer_finding::Finding;

/// Calls one SOAP endpoint. Blocking; may be used from many threads.
#[derive(Clone)]
pub struct SoapClient {
    poster: Poster,
}

impl SoapClient {
    /// A client of the endpoint at `url`.
    pub fn new(url: &str, options: ClientOptions) -> Result<Self, ClientError> {
        Poster::new(url, options).map(|poster| Self { poster })
    }

    /// Sends one message in the character set that its MSH-18 names (UTF-8 when it names none). The reply is the message
    /// in `return`, without white space around it.
    pub fn submit(&self, message: &[u8]) -> Call<Answer<Vec<u8>>> {
        let version = self.poster.options.version;
        let operation = Operation::SubmitSingleMessage;
        let text = match payload::to_text(message) {
            Ok(text) => text,
            Err(offset) => {
                let error = CallError::Unsendable {
                    offset,
                    reason: "a byte that is not in the message's character set".to_owned(),
                };
                return self.poster.unsent(version.into(), operation.name(), error);
            }
        };
        let body = match write_submit(version, &self.poster.options.credentials, &text) {
            Ok(body) => body,
            Err(bad) => return self.unsendable(operation, bad),
        };
        self.call(operation, body, None, |body| match body {
            Body::SubmitResponse(Some(text)) => Ok(payload::to_bytes(payload::trim(&text))),
            Body::SubmitResponse(None) => Err("submitSingleMessageResponse without a return"),
            other => Err(other.what()),
        })
    }

    /// Sends a text that should come back as it is. The reply is what came back; whether it is the same is in the notes.
    pub fn connectivity_test(&self, text: &str) -> Call<Answer<String>> {
        let version = self.poster.options.version;
        let operation = Operation::ConnectivityTest;
        let body = match write_connectivity(version, text) {
            Ok(body) => body,
            Err(bad) => return self.unsendable(operation, bad),
        };
        self.call(operation, body, Some(text), |body| match body {
            Body::ConnectivityResponse(Some(text)) => Ok(text),
            Body::ConnectivityResponse(None) => Err("connectivityTestResponse without a return"),
            other => Err(other.what()),
        })
    }

    /// Sends bytes as they are, proper envelope or not. `content_type` replaces the one of the client's SOAP version.
    pub fn post_envelope(&self, body: &[u8], content_type: Option<&str>) -> Call<Envelope> {
        let version = self.poster.options.version;
        let content_type = content_type.map_or_else(
            || format!("{}; charset=utf-8", version.media_type()),
            str::to_owned,
        );
        let sent = read(body, charset(Some(&content_type)).as_deref()).ok();
        let asked = sent.as_ref().map(Asked::of);
        let (result, exchange) = self.poster.post(&Post {
            transport: asked.map_or(version, |a| a.version).into(),
            operation: asked
                .and_then(|a| a.operation)
                .map_or("POST", Operation::name),
            headers: vec![(CONTENT_TYPE, content_type)],
            body: body.to_vec(),
        });
        self.settle(result, exchange, asked.as_ref(), Ok)
    }

    fn unsendable<T>(&self, operation: Operation, bad: NotXml) -> Call<T> {
        let error = CallError::Unsendable {
            offset: bad.offset,
            reason: format!(
                "the character U+{:04X}, which XML cannot carry",
                u32::from(bad.character)
            ),
        };
        let transport = Transport::from(self.poster.options.version);
        self.poster.unsent(transport, operation.name(), error)
    }

    fn call<T>(
        &self,
        operation: Operation,
        body: Vec<u8>,
        echo: Option<&str>,
        take: impl FnOnce(Body) -> Result<T, &'static str>,
    ) -> Call<Answer<T>> {
        let version = self.poster.options.version;
        let mut headers = vec![(CONTENT_TYPE, content_type(version, operation.action()))];
        if version == SoapVersion::V11 {
            headers.push((
                HeaderName::from_static("soapaction"),
                format!("\"{}\"", operation.action()),
            ));
        }
        let (result, exchange) = self.poster.post(&Post {
            transport: version.into(),
            operation: operation.name(),
            headers,
            body,
        });
        let asked = Asked {
            version,
            operation: Some(operation),
            echo,
        };
        self.settle(result, exchange, Some(&asked), |envelope| {
            match envelope.body {
                Body::Fault(fault) => Ok(Answer::Fault(fault)),
                other => match take(other) {
                    Ok(reply) => Ok(Answer::Reply(reply)),
                    Err(found) => Err(CallError::Unexpected {
                        expected: operation.response(),
                        found,
                    }),
                },
            }
        })
    }

    fn settle<T>(
        &self,
        result: Result<Received, CallError>,
        exchange: Exchange,
        asked: Option<&Asked<'_>>,
        make: impl FnOnce(Envelope) -> Result<T, CallError>,
    ) -> Call<T> {
        let mut found: Vec<Finding> = Vec::new();
        let outcome = result.and_then(|received| {
            // what the field does: these statuses may hold an envelope, any other is an HTTP error
            if !matches!(received.status, 200..=299 | 400 | 500) {
                return Err(CallError::Http {
                    status: received.status,
                });
            }
            let charset = charset(received.content_type());
            let document = read_document(&received.body, charset.as_deref());
            found = notes::of_response(
                document.as_ref(),
                Some(received.status),
                received.content_type(),
                asked,
            );
            match document {
                Ok(Document { envelope, .. }) => make(envelope),
                Err(error) => Err(unreadable(error, &received)),
            }
        });
        self.poster.finish(outcome, found, exchange)
    }
}

fn unreadable(error: EnvelopeError, received: &Received) -> CallError {
    let looks_like_xml = received
        .body
        .iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_some_and(|b| matches!(b, b'<' | 0xEF | 0xFE | 0xFF));
    if received.status >= 400 && !looks_like_xml {
        return CallError::Http {
            status: received.status,
        };
    }
    match error {
        EnvelopeError::Xml(e) => CallError::MalformedXml {
            line: e.line,
            column: e.column,
            reason: e.reason,
        },
        other => CallError::NotSoap {
            reason: other.to_string(),
        },
    }
}
