//! The client half: blocking calls over HTTP and HTTPS, each with its recorded exchange.

mod http;
pub(crate) mod post;
mod soap;
pub(crate) mod worker;

pub use http::{HttpClient, HttpForm, HttpLogin};
pub use post::{CallError, ClientError, ClientOptions};
pub use soap::SoapClient;

use crate::envelope::SoapFault;
use crate::exchange::Exchange;
use titer_finding::Finding;

/// One call: what came of it, what was odd about the answer, and what went over the wire.
#[derive(Clone)]
pub struct Call<T> {
    /// The answer, or why there is none.
    pub outcome: Result<T, CallError>,
    /// What is odd about the answer's envelope, even when it could be read.
    pub notes: Vec<Finding>,
    /// What went over the wire.
    pub exchange: Exchange,
}

/// Shows how the call ended, and nothing of the answer: it may identify a person.
impl<T> std::fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("error", &self.error())
            .field("status", &self.exchange.status)
            .field("notes", &self.notes.len())
            .finish_non_exhaustive()
    }
}

/// What a SOAP endpoint answers.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// The operation's response.
    Reply(T),
    /// A fault, under whatever HTTP status.
    Fault(SoapFault),
}

impl<T> std::fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reply(_) => f.write_str("Reply"),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl<T> Call<Answer<T>> {
    /// The response, when there is one.
    pub fn reply(&self) -> Option<&T> {
        match &self.outcome {
            Ok(Answer::Reply(reply)) => Some(reply),
            _ => None,
        }
    }

    /// The fault, when there is one.
    pub fn fault(&self) -> Option<&SoapFault> {
        match &self.outcome {
            Ok(Answer::Fault(fault)) => Some(fault),
            _ => None,
        }
    }
}

impl<T> Call<T> {
    /// Why there is no answer.
    pub fn error(&self) -> Option<&CallError> {
        self.outcome.as_ref().err()
    }
}
