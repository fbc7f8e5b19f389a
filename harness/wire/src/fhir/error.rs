//! Why a FHIR interface told nothing.

use super::key::KeyError;
use crate::client::{CallError, ClientError};
use titer_finding::{Diagnostic, Phi};

/// What a server says in an OperationOutcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issue {
    /// FHIR's code of it: `not-found`, `login`, `not-supported`.
    pub code: String,
    /// Which parameter or element it is about.
    pub place: Option<String>,
    /// The server's own words; they may identify a person.
    pub words: Option<Phi>,
}

impl Issue {
    fn shown(issue: Option<&Issue>) -> String {
        let Some(issue) = issue else {
            return String::new();
        };
        match &issue.place {
            Some(place) => format!(" and says `{}` about {place}", issue.code),
            None => format!(" and says `{}`", issue.code),
        }
    }
}

/// Why a FHIR interface told nothing, or nothing that can be used. `what` is the request in words: `GET Immunization`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FhirError {
    /// The address is not one, or the client cannot be made.
    #[error("the FHIR address cannot be used: {reason}")]
    Address {
        /// Why.
        reason: String,
    },
    /// No usable answer on the wire.
    #[error("{what} has no answer")]
    Call {
        /// The request.
        what: String,
        /// Why.
        source: CallError,
    },
    /// The server does not let us in.
    #[error("{what} is refused with HTTP status {status}{}", Issue::shown(issue.as_ref()))]
    Refused {
        /// The request.
        what: String,
        /// 401 or 403.
        status: u16,
        /// What the server says.
        issue: Option<Issue>,
    },
    /// Another status than success.
    #[error("{what} ends with HTTP status {status}{}", Issue::shown(issue.as_ref()))]
    Status {
        /// The request.
        what: String,
        /// The status.
        status: u16,
        /// What the server says.
        issue: Option<Issue>,
    },
    /// Success, and an OperationOutcome instead of what was asked for.
    #[error("{what} is answered with an OperationOutcome that says `{}`", issue.code)]
    Outcome {
        /// The request.
        what: String,
        /// What it says.
        issue: Issue,
    },
    /// The body is no JSON.
    #[error("the answer to {what} is not JSON: {reason} (line {line}, column {column})")]
    NotJson {
        /// The request.
        what: String,
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// JSON, and not the resource that was asked for.
    #[error("the answer to {what} is {found} instead of {expected}")]
    NotFhir {
        /// The request.
        what: String,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A page of a search lies on another server, to which no token is sent.
    #[error("the next page of {what} lies on another server")]
    ForeignPage {
        /// The request.
        what: String,
    },
    /// More than is read.
    #[error("{what} has more than {limit}")]
    TooMuch {
        /// The request.
        what: String,
        /// `50 pages`, `5000 resources`.
        limit: String,
    },
    /// No such patient.
    #[error("the FHIR interface finds no such patient")]
    NobodyFound,
    /// Several such patients.
    #[error("the FHIR interface finds {count} patients that fit")]
    SeveralFound {
        /// How many.
        count: usize,
    },
    /// Nothing to look the patient up by.
    #[error("a patient is looked up by an identifier, or by name and date of birth")]
    NothingAsked,
    /// The token endpoint gives no token.
    #[error("no access token is given: {reason}")]
    Token {
        /// Why: OAuth's error code, or what is missing.
        reason: String,
    },
    /// The key cannot sign.
    #[error("the key of the backend service cannot be used")]
    Key(#[from] KeyError),
}

impl From<ClientError> for FhirError {
    fn from(error: ClientError) -> Self {
        FhirError::Address {
            reason: error.to_string(),
        }
    }
}

impl FhirError {
    /// Whether the server says that it does not know this kind of resource or search.
    pub(super) fn is_unsupported(&self) -> bool {
        match self {
            FhirError::Status { status, issue, .. } => {
                matches!(status, 404 | 405 | 501)
                    || issue
                        .as_ref()
                        .is_some_and(|i| i.code == "not-supported" || i.code == "not-found")
            }
            FhirError::Outcome { issue, .. } => issue.code == "not-supported",
            _ => false,
        }
    }

    /// The same with what can be done about it.
    pub fn diagnostic(&self) -> Diagnostic {
        let help = match self {
            FhirError::Address { .. } => {
                "give the base address, such as https://ehr.example/fhir/r4"
            }
            FhirError::Call { source, .. } if source.is_unreachable() => {
                "is the address right, and can this machine reach it?"
            }
            FhirError::Call { .. } => "try again; if it stays so, look into the server's log",
            FhirError::Refused { .. } => {
                "the token may have run out or lack the scopes for Patient and Immunization: get a new one"
            }
            FhirError::Status { .. } | FhirError::Outcome { .. } => {
                "the server's capability statement (GET metadata) says which searches it knows"
            }
            FhirError::NotJson { .. } | FhirError::NotFhir { .. } => {
                "is this the base address of the FHIR interface, and not a page for people?"
            }
            FhirError::ForeignPage { .. } => {
                "the token is not sent to another server; give the address that the pages have"
            }
            FhirError::TooMuch { .. } => "test with a patient who has only what the plan gives",
            FhirError::NobodyFound => {
                "enter the plan's patient first, and look whether the id is the one that the system gave"
            }
            FhirError::SeveralFound { .. } => {
                "look the patient up by the identifier that the system gave"
            }
            FhirError::NothingAsked => "give the patient's identifier",
            FhirError::Token { .. } => {
                "the client id, the key's id (kid) and the scopes have to be those that were registered"
            }
            FhirError::Key(error) => error.help(),
        };
        let mut message = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(inner) = source {
            message = format!("{message}: {inner}");
            source = inner.source();
        }
        Diagnostic::new(message).with_help(help)
    }
}
