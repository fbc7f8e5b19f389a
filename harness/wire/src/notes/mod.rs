//! Notes: what is odd about an envelope, as findings with rules of their own (`SOAP-...`).
//!
//! An envelope that can be acted on may still be wrong. The notes hold an envelope against the interface's definition
//! more strictly than the national validator does; its nine blind spots ([`NIST_BLIND`]) are rules here.

mod check;
mod example;
mod fault;
mod rules;

pub use check::{check_request, check_response};
pub(crate) use check::{of_request, of_response};
pub use example::{check_exchange, check_http_text};
pub use rules::{NIST_BLIND, rules};

use crate::envelope::{Body, Envelope, Operation, SoapVersion};

/// What an answer answers.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// SOAP version of the request.
    pub version: SoapVersion,
    /// The operation, when it is one of the two.
    pub operation: Option<Operation>,
    /// The text that should come back.
    pub echo: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// What a request asks.
    pub fn of(envelope: &'a Envelope) -> Self {
        let (operation, echo) = match &envelope.body {
            Body::Submit(_) => (Some(Operation::SubmitSingleMessage), None),
            Body::Connectivity(text) => (
                Some(Operation::ConnectivityTest),
                Some(text.as_deref().unwrap_or_default()),
            ),
            _ => (None, None),
        };
        Self {
            version: envelope.version,
            operation,
            echo,
        }
    }
}
