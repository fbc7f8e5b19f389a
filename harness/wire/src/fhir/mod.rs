//! A small client of an EHR's FHIR interface (R4, US Core): it looks a patient up and reads what an immunization test wants
//! to compare. It only reads.
//!
//! It comes in with a token that somebody pasted, or as a SMART backend service whose assertion is signed by a key of its
//! own. Everything has a limit: time, bytes of an answer, pages of a search, resources. What comes back is JSON; what it
//! means is judged elsewhere, and [`FhirRecord::evidence`] keeps it as it came.

mod auth;
mod client;
mod error;
mod key;
mod read;

pub use auth::{Backend, FhirAuth, Secret};
pub use client::{FhirAbout, FhirClient, FhirOptions, FhirRecord, PatientQuery};
pub use error::{FhirError, Issue};
pub use key::{Algorithm, KeyError, SigningKey};
