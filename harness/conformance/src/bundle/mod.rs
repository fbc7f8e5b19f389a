//! Profiles as their authors hand them over: a folder, a zip file or one file, in NIST's XML (an IGAMT bundle) or in our
//! own format.
//!
//! The files of a bundle are found by what they are, never by what they are called. All of them are checked against their
//! schemas and against each other before anything is read, so that a bundle is used whole or refused with every reason.

mod open;
mod problems;
mod references;
mod schema;
mod sources;

pub use open::{Bundle, MessageHead};
pub use schema::Part;
