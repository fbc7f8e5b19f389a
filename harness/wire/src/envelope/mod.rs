//! SOAP envelopes of the CDC interface of 2011 (`urn:cdc:iisb:2011`), read and written.

mod fault;
mod model;
mod read;
mod write;

pub use fault::{FaultCode, FaultKind, SoapFault};
pub use model::{Body, Credentials, Envelope, HeaderBlock, Operation, SoapVersion, Submit};
pub(crate) use read::{Document, fault_code, is_nil, read_document};
pub use read::{EnvelopeError, read};
pub use write::{
    content_type, write_connectivity, write_connectivity_response, write_fault, write_submit,
    write_submit_response,
};

/// The namespace of the CDC interface.
pub const CDC_2011: &str = "urn:cdc:iisb:2011";
