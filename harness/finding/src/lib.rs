//! Findings: one statement about one place, and everything that is done with it.
//!
//! [`Finding`] is the one type that `check`, `serve` and `run` share. A [`Rule`] says what a finding's rule means; the
//! [`Catalogue`] holds all rules and [`explain`] makes a rule's page. A [`Policy`] changes severities; a [`sink`] writes
//! findings down. A [`Diagnostic`] says what is wrong with a file that a user wrote. Not here: what HL7 is, and how a
//! finding comes to be.

mod catalogue;
mod diagnostic;
mod explain;
mod finding;
mod mask;
mod phi;
mod policy;
mod screen;
pub mod sink;
pub mod summary;
pub mod words;
mod yaml;

pub use catalogue::{Catalogue, Rule};
pub use diagnostic::Diagnostic;
pub use explain::explain;
pub use finding::{Category, Finding, Fixer, Label, Location, Severity};
pub use phi::{MASK, Phi};
pub use policy::{Known, Override, Policy, Setting};
pub use yaml::read_yaml;
