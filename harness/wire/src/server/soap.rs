//! The SOAP endpoint.

use super::body::BodyError;
use super::endpoint::{Endpoint, Incoming, Outcome, RouterOptions};
use super::wsdl;
use crate::envelope::{
    Body, Credentials, Document, EnvelopeError, FaultCode, Operation, SoapFault, SoapVersion,
    Submit, content_type, read_document, write_connectivity_response, write_fault,
    write_submit_response,
};
use crate::exchange::Transport;
use crate::http::{charset, media_type};
use crate::notes;
use crate::payload;
use crate::receiver::{Answered, Delivery, Echo, HttpReply, Receiver, Reply, Submission};
use crate::xml::XmlError;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, Method};
use axum::routing::any;
use std::sync::Arc;

/// The routes of the SOAP endpoint: both operations by POST, the definition by `GET ?wsdl`, its types by `GET ?xsd=`.
///
/// Every other method, and a GET for neither, gets an `UnsupportedOperationFault`.
pub fn soap_router(receiver: Arc<dyn Receiver>, options: &RouterOptions) -> Router {
    let endpoint = Arc::new(Endpoint {
        receiver,
        options: options.clone(),
    });
    Router::new()
        .route(&options.soap_path, any(handle))
        .with_state(endpoint)
}

async fn handle(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request,
) -> axum::http::Response<axum::body::Body> {
    endpoint
        .handle(request, |endpoint, incoming| async move {
            answer(&endpoint, &incoming).await
        })
        .await
}

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
const CONTENT_ENCODING: HeaderName = axum::http::header::CONTENT_ENCODING;

async fn answer(endpoint: &Endpoint, incoming: &Incoming) -> Outcome {
    let version = guessed_version(incoming);
    match incoming.method {
        Method::POST => {}
        Method::GET | Method::HEAD => return definition(endpoint, incoming, version),
        _ => {
            return fault(
                version,
                None,
                SoapFault::unsupported_operation("messages are sent with POST"),
            );
        }
    }
    let media = media_type(incoming.content_type());
    if media == "application/json" || media.ends_with("+json") {
        let mut outcome = fault(
            version,
            None,
            SoapFault::bad_request("a SOAP envelope is expected here, not JSON"),
        );
        if let Delivery::Send(reply) = &mut outcome.delivery {
            reply.status = 400;
        }
        return outcome;
    }
    let encoded = incoming
        .header(CONTENT_ENCODING)
        .is_some_and(|e| !e.trim().is_empty() && !e.trim().eq_ignore_ascii_case("identity"));
    if encoded {
        return fault(
            version,
            None,
            SoapFault::bad_request("compressed requests are not read; send it uncompressed"),
        );
    }
    let body = match &incoming.body {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            return fault(
                version,
                None,
                SoapFault::message_too_large(format!(
                    "the request is larger than {} bytes; send fewer or shorter messages",
                    endpoint.options.max_body
                )),
            );
        }
        Err(BodyError::Timeout) => {
            let mut outcome = fault(
                version,
                None,
                SoapFault::bad_request("the request did not arrive in time; send it again"),
            );
            if let Delivery::Send(reply) = &mut outcome.delivery {
                reply.status = 408;
            }
            return outcome;
        }
        Err(BodyError::Broken) => {
            return Outcome {
                delivery: Delivery::Close,
                answered: answered(version, None, None),
                aside: false,
                error: Some("the request broke off".to_owned()),
            };
        }
    };
    let charset = charset(incoming.content_type());
    match read_document(body, charset.as_deref()) {
        Ok(document) => operation(endpoint, incoming, &document).await,
        Err(error) => {
            let fault_about = unreadable(&error);
            let mut outcome = fault(version, None, fault_about);
            outcome.error = Some(match &error {
                EnvelopeError::Xml(e) => e.to_string(),
                other => other.to_string(),
            });
            outcome
        }
    }
}

fn unreadable(error: &EnvelopeError) -> SoapFault {
    match error {
        EnvelopeError::Xml(XmlError {
            line,
            column,
            reason,
        }) => SoapFault::bad_request(format!(
            "the XML cannot be read at line {line}, column {column}: {reason}; correct the request"
        )),
        EnvelopeError::NotSoap => {
            SoapFault::bad_request("the document is no SOAP envelope; correct the request")
        }
        EnvelopeError::UnknownVersion => SoapFault {
            soap_code: FaultCode::VersionMismatch,
            text: "the envelope's version is not supported".to_owned(),
            ..SoapFault::bad_request("the envelope is neither SOAP 1.2 nor SOAP 1.1")
        },
        EnvelopeError::Structure { line, column, what } => SoapFault::bad_request(format!(
            "the envelope is wrong at line {line}, column {column}: {what}; correct the request"
        )),
    }
}

const HUB: &str = "urn:cdc:iisb:hub:2014";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

async fn operation(endpoint: &Endpoint, incoming: &Incoming, document: &Document<'_>) -> Outcome {
    let envelope = &document.envelope;
    let version = envelope.version;
    let hub = envelope.headers.iter().any(|h| h.namespace == HUB);
    if hub {
        return fault(
            version,
            None,
            SoapFault::unsupported_operation("this is no hub; leave the hub's header out"),
        );
    }
    // an Action and a To bind the receiver to nothing that it does not do anyway
    let strange = envelope.headers.iter().any(|h| {
        h.must_understand
            && !(h.namespace == ADDRESSING && matches!(h.name.as_str(), "Action" | "To"))
    });
    if strange {
        return fault(
            version,
            None,
            SoapFault {
                soap_code: FaultCode::MustUnderstand,
                text: "a header block that must be understood is not understood here".to_owned(),
                ..SoapFault::bad_request("a header block is not understood")
            },
        );
    }
    let notes = notes::of_request(document, incoming.content_type());
    match &envelope.body {
        Body::Connectivity(text) => {
            let text = text.clone().unwrap_or_default();
            endpoint.receiver.echoed(Echo {
                text: text.clone(),
                transport: version.into(),
                notes,
                exchange: incoming.sequence,
            });
            let written = write_connectivity_response(version, &text);
            let operation = Operation::ConnectivityTest;
            match written {
                Ok(body) => ok(version, operation, body),
                Err(_) => fault(version, Some(operation), SoapFault::unknown(NO_XML)),
            }
        }
        Body::Submit(submit) => {
            let submission = submit_parts(endpoint, submit).await;
            let operation = Some(Operation::SubmitSingleMessage);
            let (credentials, message) = match submission {
                Ok(parts) => parts,
                Err(f) => return fault(version, operation, f),
            };
            let submission = Submission {
                facility: credentials.facility.clone(),
                username: credentials.username.clone(),
                message: payload::to_bytes(&message),
                transport: version.into(),
                notes,
                exchange: incoming.sequence,
                peer: incoming.peer,
            };
            match endpoint.ask(submission).await {
                Ok(reply) => replied(version, reply),
                Err(f) => fault(version, operation, f),
            }
        }
        _ => fault(
            version,
            None,
            SoapFault::unsupported_operation(
                "the operations are submitSingleMessage and connectivityTest of urn:cdc:iisb:2011",
            ),
        ),
    }
}

const NO_XML: &str = "the answer holds a character that XML cannot carry";

/// Credentials and message, when the receiver may be asked at all.
async fn submit_parts(
    endpoint: &Endpoint,
    submit: &Submit,
) -> Result<(Credentials, String), SoapFault> {
    let given = |part: &Option<String>| part.clone().unwrap_or_default();
    let credentials = Credentials::new(
        given(&submit.username),
        given(&submit.password),
        given(&submit.facility),
    );
    if credentials.username.trim().is_empty() || credentials.password.trim().is_empty() {
        return Err(SoapFault::security());
    }
    // whoever may not send is not told what else is wrong
    endpoint.authenticate(&credentials).await?;
    let message = payload::trim(submit.message.as_deref().unwrap_or_default());
    if message.is_empty() {
        return Err(SoapFault::bad_request(
            "hl7Message is empty; send one HL7 message",
        ));
    }
    check_size(message, endpoint.options.max_message)?;
    Ok((credentials, message.to_owned()))
}

/// One message, no batch, no longer than `limit` characters.
pub(super) fn check_size(message: &str, limit: usize) -> Result<(), SoapFault> {
    if payload::messages(message) > 1 || payload::is_batch(message) {
        return Err(SoapFault::message_too_large(
            "more than one HL7 message was submitted; send one message a call",
        ));
    }
    let length = message.chars().count();
    if length > limit {
        return Err(SoapFault::message_too_large(format!(
            "the message has {length} characters, the limit is {limit}; send a shorter message"
        )));
    }
    Ok(())
}

fn definition(endpoint: &Endpoint, incoming: &Incoming, version: SoapVersion) -> Outcome {
    let query = incoming.uri.query().unwrap_or_default();
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    let document = if key.eq_ignore_ascii_case("wsdl") {
        Some(wsdl::wsdl(&endpoint.address(incoming)))
    } else if key.eq_ignore_ascii_case("xsd") && (value.is_empty() || value == wsdl::SCHEMA_NAME) {
        Some(wsdl::schema())
    } else {
        None
    };
    match document {
        Some(text) => Outcome {
            delivery: Delivery::Send(HttpReply {
                status: 200,
                content_type: "text/xml; charset=utf-8".to_owned(),
                body: text.into_bytes(),
            }),
            answered: answered(version, None, None),
            aside: true,
            error: None,
        },
        None => fault(
            version,
            None,
            SoapFault::unsupported_operation(
                "GET is answered for ?wsdl and for the schema that the definition names",
            ),
        ),
    }
}

/// The version to answer in when the envelope does not tell.
fn guessed_version(incoming: &Incoming) -> SoapVersion {
    let media = media_type(incoming.content_type());
    if media == "text/xml" && incoming.headers.contains_key(SOAP_ACTION) {
        SoapVersion::V11
    } else {
        SoapVersion::V12
    }
}

fn answered(
    version: SoapVersion,
    operation: Option<Operation>,
    fault: Option<SoapFault>,
) -> Answered {
    Answered {
        transport: Transport::from(version),
        operation,
        fault,
    }
}

fn ok(version: SoapVersion, operation: Operation, body: Vec<u8>) -> Outcome {
    Outcome {
        delivery: Delivery::Send(HttpReply {
            status: 200,
            content_type: content_type(version, operation.response_action()),
            body,
        }),
        answered: answered(version, Some(operation), None),
        aside: false,
        error: None,
    }
}

/// Every fault goes out as HTTP 500: SOAP 1.2 would have 400 for a sender's fault, but clients in the field look for 500.
fn fault(version: SoapVersion, operation: Option<Operation>, fault: SoapFault) -> Outcome {
    Outcome {
        delivery: Delivery::Send(HttpReply {
            status: 500,
            content_type: format!("{}; charset=utf-8", version.media_type()),
            body: write_fault(version, &fault),
        }),
        answered: answered(version, operation, Some(fault)),
        aside: false,
        error: None,
    }
}

fn replied(version: SoapVersion, reply: Reply) -> Outcome {
    let operation = Operation::SubmitSingleMessage;
    let delivery = match reply {
        Reply::Hl7(message) => {
            let written = payload::to_text(&message)
                .ok()
                .and_then(|text| write_submit_response(version, &text).ok());
            return match written {
                Some(body) => ok(version, operation, body),
                None => {
                    tracing::error!("an answer holds characters that XML cannot carry");
                    fault(version, Some(operation), SoapFault::unknown(NO_XML))
                }
            };
        }
        Reply::Raw(raw) => Delivery::Send(raw),
        Reply::Hang(time) => Delivery::Hang(time),
        Reply::Close => Delivery::Close,
    };
    Outcome {
        delivery,
        answered: answered(version, Some(operation), None),
        aside: false,
        error: None,
    }
}
