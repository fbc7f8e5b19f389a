//! Judging what a person did or saw at an EHR under test from material instead of an eye: a later message, a set of doses,
//! recommendations, stock, a document, the EHR's FHIR interface.
//!
//! Everything here is a pure function of a plan's step and of [`ProofContext`]. [`prove`] gives assertions, each with what
//! was expected and what was found, or nothing when there is no material that could speak for the step.
//! `docs/fewer-eyes.md` says for every kind of step what is compared and how.
//!
//! Not here: where the material comes from ([`fhir`] makes answers of FHIR resources, [`document_text`] text of a PDF), and
//! what a tester decides against it.

mod apply;
mod beside;
mod codes;
mod cohort;
mod context;
mod day;
mod document;
mod doses;
mod entry;
pub mod fhir;
mod forecast;
mod history;
mod inventory;
mod pdf;
mod reaction;
mod reconcile;
mod rows;
mod shown;
mod told;
mod trace;
mod ways;

pub use crate::looks::Looks;
pub(crate) use apply::Material;
pub use codes::{Alike, cvx_alike};
pub use context::{
    FileText, ForecastQuery, Forecaster, ForecasterError, Given, Heard, Proof, ProofContext, asks,
    prove,
};
pub use day::read_day;
pub(crate) use document::{texts, wants_documents};
pub use pdf::{DocumentError, document_text};
