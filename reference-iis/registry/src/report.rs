//! What a submitter hands in, and what became of it.

use crate::ids::PersonId;
use crate::record::{DoseContent, Observation, StatedDemographics};
use crate::value::{Identifier, Stated, opaque};

/// Who speaks.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Submitter {
    /// The account under which the message was handed in.
    pub account: String,
    /// The organization that is responsible for what is said; protection belongs to it.
    pub organization: String,
}

/// What to do with a dose, RXA-21.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `A` or nothing: add, or update what is there.
    Add,
    /// `U`: update, or add what is not there.
    Update,
    /// `D`: delete.
    Delete,
}

/// One order group about a vaccine.
#[derive(Clone)]
pub struct ReportedDose {
    /// What to do.
    pub action: Action,
    /// What is said.
    pub content: DoseContent,
}

/// One order group without a vaccine (CVX 998).
#[derive(Clone)]
pub struct ReportedObservations {
    /// Whether they are taken back.
    pub deleted: bool,
    /// RXA-3.
    pub reported_on: String,
    /// OBX segments.
    pub observations: Vec<Observation>,
}

/// A message about one person.
#[derive(Clone)]
pub struct Report {
    /// Who speaks.
    pub submitter: Submitter,
    /// MSH-10.
    pub control_id: String,
    /// The bytes.
    pub raw: Vec<u8>,
    /// PID-3.
    pub identifiers: Vec<Identifier>,
    /// PID, PD1 and NK1.
    pub said: StatedDemographics,
    /// PD1-12.
    pub protection: Stated<String>,
    /// PD1-13.
    pub protection_date: Stated<String>,
    /// Order groups about vaccines.
    pub doses: Vec<ReportedDose>,
    /// Order groups without one.
    pub observations: Vec<ReportedObservations>,
}

opaque!(Submitter, ReportedDose, ReportedObservations, Report);

/// What became of the person in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonOutcome {
    /// A new record was made.
    Added(PersonId),
    /// The record of this person was changed.
    Updated(PersonId),
    /// The record of this person says all of that already.
    Unchanged(PersonId),
    /// The record is protected by another organization: nothing was stored.
    Protected,
    /// This many records could be meant and the registry was told not to choose: nothing was stored.
    Ambiguous(usize),
}

/// What became of a dose in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoseOutcome {
    /// It was not known.
    Added,
    /// It was known and is now as said.
    Updated,
    /// It was known just so.
    Unchanged,
    /// It is recorded, and another statement about the same vaccine and day is believed in its place.
    Superseded,
    /// It is gone.
    Deleted,
    /// It was to be deleted and is not known.
    NotFound,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The person.
    pub person: PersonOutcome,
    /// The doses, in the order of the report; empty when nothing was stored.
    pub doses: Vec<DoseOutcome>,
}

/// What to do when several records match alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnMany {
    /// Make a record of its own; somebody will clean up.
    #[default]
    Add,
    /// Store nothing.
    Reject,
}
