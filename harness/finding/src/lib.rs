//! Findings: one statement about one place, and everything that is done with it.
//!
//! [`Finding`] is the one type that `check`, `serve` and `run` share. A [`Rule`] says what a finding's rule means; the
//! [`Catalogue`] holds all rules. Not here: what HL7 is, and how a finding comes to be.

mod catalogue;
mod finding;
mod phi;

pub use catalogue::{Catalogue, Rule};
pub use finding::{Category, Finding, Fixer, Label, Location, Severity};
pub use phi::{MASK, Phi};
