//! The wire over real sockets on 127.0.0.1, and against the reference envelopes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod common;
mod fhir;
mod hostile;
mod judged;
mod mllp;
mod properties;
mod raw;
mod road;
mod samples;
mod service;
mod tls;
