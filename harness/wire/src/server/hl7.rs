//! ER7 as the body of an HTTP POST.

use super::body::BodyError;
use super::endpoint::{Endpoint, Incoming, Outcome, RouterOptions, plain};
use super::soap::check_size;
use crate::envelope::{Credentials, FaultKind, Operation, SoapFault};
use crate::exchange::Transport;
use crate::http::{basic, charset, media_type, percent_decode, percent_decode_bytes};
use crate::payload;
use crate::receiver::{Answered, Delivery, HttpReply, Receiver, Reply, Submission};
use crate::xml::decode;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, Method};
use axum::routing::any;
use std::sync::Arc;

/// The route for ER7 over plain HTTP.
///
/// The body is the message (`application/hl7-v2`, `x-application/hl7-v2+er7`, `text/plain`) or a form with the fields
/// `USERID`, `PASSWORD`, `FACILITYID` and `MESSAGEDATA`. Credentials come in the form, in headers of these names, or as
/// HTTP Basic. Every HL7 answer is HTTP 200, whatever it acknowledges.
pub fn hl7_router(receiver: Arc<dyn Receiver>, options: &RouterOptions) -> Router {
    let endpoint = Arc::new(Endpoint {
        receiver,
        options: options.clone(),
    });
    Router::new()
        .route(&options.hl7_path, any(handle))
        .with_state(endpoint)
}

async fn handle(
    State(endpoint): State<Arc<Endpoint>>,
    request: Request,
) -> axum::http::Response<axum::body::Body> {
    endpoint
        .handle(request, |endpoint, incoming| async move {
            let result = answer(&endpoint, &incoming).await;
            let (delivery, fault) = match result {
                Ok(delivery) => (delivery, None),
                Err(Refusal::Fault(fault)) => (Delivery::Send(refused(&fault)), Some(fault)),
                Err(Refusal::Http(status, text)) => (Delivery::Send(plain(status, text)), None),
                Err(Refusal::Broken) => (Delivery::Close, None),
            };
            Outcome {
                delivery,
                answered: Answered {
                    transport: Transport::Http,
                    operation: Some(Operation::SubmitSingleMessage)
                        .filter(|_| incoming.method == Method::POST),
                    fault,
                },
                aside: false,
                error: None,
            }
        })
        .await
}

enum Refusal {
    Fault(SoapFault),
    Http(u16, &'static str),
    Broken,
}

impl From<SoapFault> for Refusal {
    fn from(fault: SoapFault) -> Self {
        Self::Fault(fault)
    }
}

fn refused(fault: &SoapFault) -> HttpReply {
    let status = match fault.kind {
        FaultKind::Security => 401,
        FaultKind::MessageTooLarge => 413,
        FaultKind::UnsupportedOperation => 400,
        FaultKind::Unknown | FaultKind::Undeclared => 500,
    };
    plain(status, &format!("{}: {}", fault.text, fault.detail))
}

struct Form {
    credentials: Credentials,
    message: Vec<u8>,
}

async fn answer(endpoint: &Endpoint, incoming: &Incoming) -> Result<Delivery, Refusal> {
    if incoming.method != Method::POST {
        return Err(Refusal::Http(405, "messages are sent with POST"));
    }
    let body = match &incoming.body {
        Ok(body) => body,
        Err(BodyError::TooLarge) => {
            return Err(Refusal::Http(413, "the request is too large"));
        }
        Err(BodyError::Timeout) => {
            return Err(Refusal::Http(408, "the request did not arrive in time"));
        }
        Err(BodyError::Broken) => return Err(Refusal::Broken),
    };
    let media = media_type(incoming.content_type());
    let form = match media.as_str() {
        ""
        | "application/hl7-v2"
        | "application/hl7-v2+er7"
        | "x-application/hl7-v2+er7"
        | "text/plain" => Form {
            credentials: credentials(incoming),
            message: body.clone(),
        },
        "application/x-www-form-urlencoded" => read_form(body),
        _ => {
            return Err(Refusal::Http(
                415,
                "send the message as application/hl7-v2, x-application/hl7-v2+er7 or text/plain",
            ));
        }
    };
    let given = form.credentials;
    if endpoint.options.http_credentials {
        if given.username.trim().is_empty() || given.password.trim().is_empty() {
            return Err(SoapFault::security().into());
        }
        endpoint.authenticate(&given).await?;
    }
    let message = unwrapped(&form.message, charset(incoming.content_type()).as_deref())?;
    let text = String::from_utf8_lossy(&message);
    if text.trim().is_empty() {
        return Err(Refusal::Http(400, "the body holds no message"));
    }
    check_size(&text, endpoint.options.max_message)?;
    let submission = Submission {
        facility: given.facility,
        username: given.username,
        message,
        transport: Transport::Http,
        notes: Vec::new(),
        exchange: incoming.sequence,
        peer: incoming.peer,
    };
    Ok(match endpoint.ask(submission).await? {
        Reply::Hl7(message) => {
            let charset = if std::str::from_utf8(&message).is_ok() {
                "utf-8"
            } else {
                "iso-8859-1"
            };
            Delivery::Send(HttpReply {
                status: 200,
                content_type: format!("application/hl7-v2; charset={charset}"),
                body: message,
            })
        }
        Reply::Raw(raw) => Delivery::Send(raw),
        Reply::Hang(time) => Delivery::Hang(time),
        Reply::Close => Delivery::Close,
    })
}

/// The message in the set that its MSH-18 names, without what framing habits leave around it.
fn unwrapped(body: &[u8], charset: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let frame = |b: &u8| b.is_ascii_whitespace() || matches!(b, 0x0B | 0x1C);
    let start = body.iter().position(|b| !frame(b)).unwrap_or(body.len());
    let end = body
        .iter()
        .rposition(|b| !matches!(b, 0x0B | 0x1C))
        .map_or(start, |at| at + 1);
    let mut message = body.get(start..end.max(start)).unwrap_or_default();
    // the carriage return behind MLLP's end block belongs to the frame
    if let Some(block) = message.iter().position(|b| *b == 0x1C)
        && message
            .get(block..)
            .is_some_and(|tail| tail.iter().all(frame))
    {
        message = message.get(..block).unwrap_or_default();
    }
    let name = charset.map(str::to_ascii_lowercase);
    match name.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Ok(message.to_vec()),
        Some(_) => match decode(message, charset) {
            Ok(decoded) => Ok(payload::to_bytes(&decoded.text)),
            Err(_) => Err(Refusal::Http(
                415,
                "the charset is not read, or the body is not written in it",
            )),
        },
    }
}

const USERID: HeaderName = HeaderName::from_static("userid");
const PASSWORD: HeaderName = HeaderName::from_static("password");
const FACILITYID: HeaderName = HeaderName::from_static("facilityid");

fn credentials(incoming: &Incoming) -> Credentials {
    let header = |name| incoming.header(name).unwrap_or_default().to_owned();
    let facility = header(FACILITYID);
    match incoming.header(AUTHORIZATION).and_then(basic) {
        Some((username, password)) => Credentials {
            username,
            password,
            facility,
        },
        None => Credentials {
            username: header(USERID),
            password: header(PASSWORD),
            facility,
        },
    }
}

fn read_form(body: &[u8]) -> Form {
    let mut form = Form {
        credentials: Credentials::default(),
        message: Vec::new(),
    };
    for field in body.split(|b| *b == b'&') {
        let at = field.iter().position(|b| *b == b'=');
        let name = percent_decode(field.get(..at.unwrap_or(field.len())).unwrap_or_default());
        let raw = at.and_then(|at| field.get(at + 1..)).unwrap_or_default();
        match name.to_ascii_uppercase().as_str() {
            "USERID" => form.credentials.username = percent_decode(raw),
            "PASSWORD" => form.credentials.password = percent_decode(raw),
            "FACILITYID" => form.credentials.facility = percent_decode(raw),
            "MESSAGEDATA" => form.message = percent_decode_bytes(raw),
            _ => {}
        }
    }
    form
}
