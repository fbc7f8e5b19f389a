//! Tests of the reference IIS: without a network through `Iis::process`, and over real sockets.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod acknowledgments;
mod conformant;
mod failing;
mod fhir;
mod garbage;
mod onc;
mod page;
mod personalities;
mod privacy;
mod queries;
mod records;
mod scripts;
mod sockets;
mod world;
