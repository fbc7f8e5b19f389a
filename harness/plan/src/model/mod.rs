//! The model of a test plan, as it is written in YAML.
//!
//! A plan is written from the exchange's point of view, not from one side's: [`Send`] is what the EHR says to the IIS,
//! [`Reply`] is what the IIS answers. The harness plays whichever side is not under test.

mod data;
mod expect;
mod manual;
mod plan;
mod step;

pub use data::{
    Address, Clinician, Coded, Contact, Data, Facility, Funding, Identifier, Order, Party, Patient,
    PersonName, Phone, Refusal, Stock, Vaccine, Vis,
};
pub use expect::{
    Allowance, Count, DataKind, DoseExpect, Expectation, ExpectationSets, Form, Operators,
};
pub use manual::{
    AdverseEvent, Alert, AlertKind, Attest, CheckItem, Cohort, CohortRow, DataEntry, DataQuality,
    Deduplicate, Document, EntryRow, Evidence, EvidenceKind, ForecastDisplay, ForecastRow, Inspect,
    Inventory, InventoryChange, InventoryRow, PatientAccess, PatientSelect, Preload, ProofKind,
    Reconcile, Required, SamePerson, Trace,
};
pub use plan::{
    Capability, Case, Component, Group, Judging, KnownFailure, KnownFailures, Level, Plan,
    PlanFile, PlanGroup, Recognition, Requirement, Rounding, Waiver, WhenMissing,
};
pub use step::{
    Action, Bindings, Compare, Credentials, FaultExpect, FaultKind, QueryBack, Reply, Send, Side,
    Step, StepKind, Transport, TransportCall,
};

use crate::span::{OneOrMany, Parsed, Spanned};
use crate::template::Template;

/// The profiles of the guide's release 1.5, which steps name.
pub const PROFILES: [&str; 8] = ["Z22", "Z23", "Z31", "Z32", "Z33", "Z34", "Z42", "Z44"];

/// A text with placeholders.
pub type Text = Parsed<Template>;
/// The id of something else in the plan.
pub type Ref = Spanned<String>;
/// One text or several.
pub type Texts = OneOrMany<Text>;
/// One id or several.
pub type Refs = OneOrMany<Ref>;

pub(crate) fn unnamed(value: &Ref) -> bool {
    value.value.is_empty()
}

pub(crate) fn empty(value: &Text) -> bool {
    value.text().is_empty()
}

pub(crate) fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
pub(crate) fn is_true(value: &bool) -> bool {
    *value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}
