//! CDC SOAP and plain HTTP, client and server, and MLLP as a server, with recorded exchanges.
//!
//! [`SoapClient`] and [`HttpClient`] call; [`soap_router`] and [`hl7_router`] answer through a [`Receiver`], run by a
//! [`Server`], and an [`MllpServer`] does so in frames on a TCP connection; an [`Inbox`] waits for a sender under test. Every exchange can be recorded ([`Exchange`], [`Recorder`]).
//! [`fhir::FhirClient`] reads an EHR's FHIR interface.
//! What is odd about an envelope is told in findings of the rules of [`rules`].
//!
//! Not here: what a message says. HL7 is carried, counted and trimmed, never judged.

mod ask;
mod client;
pub mod envelope;
mod exchange;
pub mod fhir;
mod http;
mod inbox;
mod notes;
mod payload;
mod receiver;
mod server;
pub mod xml;

pub use ask::ask;
pub use client::{
    Answer, Call, CallError, ClientError, ClientOptions, HttpClient, HttpForm, HttpLogin,
    SoapClient,
};
pub use envelope::{
    Credentials, Envelope, EnvelopeError, FaultCode, FaultKind, Operation, SoapFault, SoapVersion,
};
pub use exchange::{
    Direction, Exchange, ExchangeLog, HIDDEN, Header, HttpMessage, RecordedBytes, Recorder,
    SharedRecorder, Transport,
};
pub use inbox::{Inbox, InboxOptions, Incoming, ReplySlot};
pub use notes::{
    Asked, NIST_BLIND, check_exchange, check_http_text, check_request, check_response, rules,
};
pub use receiver::{Answered, BoxFuture, Delivery, Echo, HttpReply, Receiver, Reply, Submission};
pub use server::{
    MllpOptions, MllpServer, RouterOptions, Server, ServerError, ServerOptions, hl7_router,
    soap_router,
};
