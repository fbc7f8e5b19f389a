//! What the registry holds about a person: what was said, and what is believed.

use crate::ids::{DoseId, ObservationId, PersonId, ReportId};
use crate::value::{Coded, Composite, Identifier, OrderNumber, PersonName, Stated, opaque};
use serde::{Deserialize, Serialize};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

macro_rules! demographics {
    ($($(#[$doc:meta])* $field:ident : $t:ty),* $(,)?) => {
        /// What is believed about a person apart from identifiers and protection. An empty value is an unknown one.
        #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Demographics {
            $($(#[$doc])* #[serde(skip_serializing_if = "is_default")] pub $field: $t,)*
        }

        /// What one message says about a person apart from identifiers and protection.
        #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct StatedDemographics {
            $($(#[$doc])* #[serde(skip_serializing_if = "is_default")] pub $field: Stated<$t>,)*
        }

        impl StatedDemographics {
            /// Puts what was said over what is believed: a value replaces, HL7 null deletes, silence changes nothing.
            pub fn over(&self, believed: &mut Demographics) {
                $(self.$field.over(&mut believed.$field);)*
            }
        }
    };
}

demographics! {
    /// PID-5, the legal name first.
    names: Vec<PersonName>,
    /// PID-6.
    mother_maiden_name: Composite,
    /// PID-7 as sent, `YYYYMMDD` with or without a time.
    birth_date: String,
    /// PID-8.
    sex: String,
    /// PID-10.
    races: Vec<Coded>,
    /// PID-11.
    addresses: Vec<Composite>,
    /// PID-13.
    phones: Vec<Composite>,
    /// PID-15.
    language: Coded,
    /// PID-22.
    ethnicity: Coded,
    /// PID-24, `Y` or `N`.
    multiple_birth: String,
    /// PID-25.
    birth_order: String,
    /// PID-29.
    death_date: String,
    /// PID-30, `Y` or `N`.
    death_indicator: String,
    /// PD1-11.
    publicity: Coded,
    /// PD1-18.
    publicity_date: String,
    /// PD1-16.
    registry_status: String,
    /// PD1-17.
    registry_status_date: String,
    /// NK1 segments.
    next_of_kin: Vec<NextOfKin>,
}

/// A next of kin, NK1.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NextOfKin {
    /// NK1-2.
    pub names: Vec<PersonName>,
    /// NK1-3.
    pub relationship: Coded,
    /// NK1-4.
    pub addresses: Vec<Composite>,
    /// NK1-5.
    pub phones: Vec<Composite>,
}

/// Whether a person's record is shared, PD1-12 and PD1-13, and who said so.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Protection {
    /// `Y` (protect), `N` (share) or nothing.
    pub indicator: String,
    /// Since when.
    pub date: String,
    /// The organization that set it to `Y`.
    pub owner: String,
}

impl Protection {
    /// Whether this organization may not see or change the record.
    pub fn hides_from(&self, organization: &str) -> bool {
        self.indicator == "Y" && self.owner != organization
    }
}

/// How a dose ended, RXA-20.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Completion {
    /// `CP`: given. An empty RXA-20 means this.
    #[default]
    #[serde(rename = "CP")]
    Complete,
    /// `PA`: partly given.
    #[serde(rename = "PA")]
    Partial,
    /// `RE`: refused.
    #[serde(rename = "RE")]
    Refused,
    /// `NA`: not given.
    #[serde(rename = "NA")]
    NotGiven,
}

impl Completion {
    /// The code of HL7 table 0322.
    pub fn code(self) -> &'static str {
        match self {
            Completion::Complete => "CP",
            Completion::Partial => "PA",
            Completion::Refused => "RE",
            Completion::NotGiven => "NA",
        }
    }

    /// Reads a code of HL7 table 0322.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "" | "CP" => Completion::Complete,
            "PA" => Completion::Partial,
            "RE" => Completion::Refused,
            "NA" => Completion::NotGiven,
            _ => return None,
        })
    }
}

/// What a dose is for the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoseKind {
    /// Given by who reports it (RXA-9 `00`).
    Administered,
    /// Known from elsewhere (RXA-9 `01` to `08`).
    Historical,
    /// Refused.
    Refused,
    /// Not given.
    NotGiven,
}

impl DoseKind {
    /// The word that is stored.
    pub fn word(self) -> &'static str {
        match self {
            DoseKind::Administered => "administered",
            DoseKind::Historical => "historical",
            DoseKind::Refused => "refused",
            DoseKind::NotGiven => "not-given",
        }
    }
}

/// An observation, OBX.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Observation {
    /// OBX-2.
    pub value_type: String,
    /// OBX-3.
    pub code: Coded,
    /// OBX-4: observations with the same one belong together.
    pub group: String,
    /// OBX-5.
    pub values: Vec<Composite>,
    /// OBX-6.
    #[serde(skip_serializing_if = "is_default")]
    pub units: Coded,
    /// OBX-14.
    #[serde(skip_serializing_if = "is_default")]
    pub date: String,
    /// OBX-17.
    #[serde(skip_serializing_if = "is_default")]
    pub method: Coded,
}

/// A dose as it is said or believed: ORC, RXA, RXR and OBX of one order group.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DoseContent {
    /// The vaccine's CVX code.
    pub cvx: String,
    /// RXA-5 as sent.
    pub vaccine: Coded,
    /// RXA-3 as sent, `YYYYMMDD` with or without a time.
    pub given_on: String,
    /// RXA-6.
    #[serde(skip_serializing_if = "is_default")]
    pub amount: String,
    /// RXA-7.
    #[serde(skip_serializing_if = "is_default")]
    pub units: Coded,
    /// RXA-9: where the information comes from, and notes.
    #[serde(skip_serializing_if = "is_default")]
    pub notes: Vec<Coded>,
    /// RXA-10.
    #[serde(skip_serializing_if = "is_default")]
    pub administered_by: Composite,
    /// RXA-11.
    #[serde(skip_serializing_if = "is_default")]
    pub administered_at: Composite,
    /// RXA-15.
    #[serde(skip_serializing_if = "is_default")]
    pub lots: Vec<String>,
    /// RXA-16.
    #[serde(skip_serializing_if = "is_default")]
    pub expires: String,
    /// RXA-17.
    #[serde(skip_serializing_if = "is_default")]
    pub maker: Coded,
    /// RXA-18.
    #[serde(skip_serializing_if = "is_default")]
    pub refusal_reasons: Vec<Coded>,
    /// RXA-20.
    pub completion: Completion,
    /// RXR-1.
    #[serde(skip_serializing_if = "is_default")]
    pub route: Coded,
    /// RXR-2.
    #[serde(skip_serializing_if = "is_default")]
    pub site: Coded,
    /// ORC-2.
    #[serde(skip_serializing_if = "is_default")]
    pub placer: OrderNumber,
    /// ORC-3.
    pub filler: OrderNumber,
    /// ORC-10.
    #[serde(skip_serializing_if = "is_default")]
    pub entered_by: Composite,
    /// ORC-12.
    #[serde(skip_serializing_if = "is_default")]
    pub ordered_by: Composite,
    /// ORC-17.
    #[serde(skip_serializing_if = "is_default")]
    pub entered_at: Coded,
    /// OBX segments.
    #[serde(skip_serializing_if = "is_default")]
    pub observations: Vec<Observation>,
}

impl DoseContent {
    /// What it is for the registry.
    pub fn kind(&self) -> DoseKind {
        match self.completion {
            Completion::Refused => DoseKind::Refused,
            Completion::NotGiven => DoseKind::NotGiven,
            Completion::Complete | Completion::Partial => {
                if self.notes.iter().any(|n| n.code == "00") {
                    DoseKind::Administered
                } else {
                    DoseKind::Historical
                }
            }
        }
    }

    /// The day of RXA-3, `YYYYMMDD`.
    pub fn day(&self) -> &str {
        self.given_on.get(..8).unwrap_or(&self.given_on)
    }
}

/// What one submitter says about one dose, the last time it said so.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Its id, kept through updates.
    pub id: DoseId,
    /// The organization that says it.
    pub organization: String,
    /// The message in which it was said.
    pub report: ReportId,
    /// What is said.
    pub content: DoseContent,
}

/// A dose that the registry believes in.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Dose {
    /// The id of the statement that leads.
    pub id: DoseId,
    /// All statements it rests on, the leading one first.
    pub sources: Vec<DoseId>,
    /// What is believed.
    pub content: DoseContent,
}

/// An observation about a person that belongs to no dose (order groups with CVX 998).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonObservation {
    /// Its id.
    pub id: ObservationId,
    /// The organization that reported it.
    pub organization: String,
    /// RXA-3 of the group.
    pub reported_on: String,
    /// What was observed.
    pub observation: Observation,
}

impl PersonObservation {
    /// Whether both say the same thing on behalf of the same organization.
    pub fn same(&self, other: &PersonObservation) -> bool {
        self.organization == other.organization
            && self.observation.code.code == other.observation.code.code
            && self.observation.values == other.observation.values
    }
}

/// Everything the registry holds about one person, apart from the messages themselves.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonRecord {
    /// The person.
    pub id: PersonId,
    /// Counts changes, from 1.
    pub version: u64,
    /// When the record was made, RFC 3339 in UTC.
    pub created: String,
    /// When it changed last.
    pub updated: String,
    /// What is believed about the person.
    pub demographics: Demographics,
    /// Identifiers of all organizations.
    pub identifiers: Vec<Identifier>,
    /// Who may see it.
    pub protection: Protection,
    /// What was said about doses.
    pub statements: Vec<Statement>,
    /// What is believed about doses, by date, code and id.
    pub doses: Vec<Dose>,
    /// Observations that belong to no dose.
    pub observations: Vec<PersonObservation>,
}

/// The part of a record that matching looks at.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    /// The person.
    pub id: PersonId,
    /// The record's version.
    pub version: u64,
    /// What is believed about the person.
    pub demographics: Demographics,
    /// Identifiers of all organizations.
    pub identifiers: Vec<Identifier>,
    /// Who may see it.
    pub protection: Protection,
}

/// One message as it was received: the reported record.
#[derive(Clone, PartialEq)]
pub struct StoredReport {
    /// Its id.
    pub id: ReportId,
    /// The person it was filed under.
    pub person: PersonId,
    /// The organization that speaks.
    pub organization: String,
    /// The account that submitted it.
    pub account: String,
    /// MSH-10.
    pub control_id: String,
    /// When it came, RFC 3339 in UTC.
    pub received: String,
    /// What it says about the person.
    pub said: StatedDemographics,
    /// The bytes.
    pub raw: Vec<u8>,
}

opaque!(
    Demographics,
    StatedDemographics,
    NextOfKin,
    Protection,
    Observation,
    DoseContent,
    Statement,
    Dose,
    PersonObservation,
    PersonRecord,
    Candidate,
    StoredReport,
);
