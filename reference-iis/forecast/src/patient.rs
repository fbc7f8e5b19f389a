//! What the engine is told about a patient (chapter 4.1). Owned and plain, so that any reader can fill it in.

use crate::date::Day;

/// Administrative sex, as series ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Unknown, not given, or neither of the two.
    #[default]
    Unknown,
}

/// A patient with everything that evaluation and forecasting look at.
///
/// Doses may stand in any order. Doses of one day are taken in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patient {
    /// Date of birth.
    pub birth: Day,
    /// Sex; unknown unless given.
    pub sex: Sex,
    /// Country of birth, as the schedule writes it ("U.S."); compared without regard to case and full stops.
    pub country: Option<String>,
    /// Observations: indications, contraindications, adverse reactions, evidence of immunity and exclusions from it.
    pub observations: Vec<Observation>,
    /// Doses given, of all vaccines.
    pub doses: Vec<Dose>,
}

/// One thing known about a patient, by CDC's observation code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// CDSi observation code ("007"); a number is padded to three digits.
    pub code: String,
    /// When it was observed; intervals that count from an observation need it.
    pub date: Option<Day>,
    /// Whether it holds or could not be determined.
    pub certainty: Certainty,
}

/// Whether an observation holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certainty {
    /// It holds for the patient.
    #[default]
    Present,
    /// Nobody knows: it changes nothing, but the answer names what it could have changed.
    Unknown,
}

/// One administered dose. Refused and planned doses do not belong here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dose {
    /// What the caller calls it; carried through, not looked at.
    pub id: String,
    /// Date administered.
    pub date: Day,
    /// CVX code; compared as text after padding to two digits ("8" is "08"). Codes the schedule does not know count for nothing.
    pub cvx: String,
    /// MVX code of the manufacturer, when known.
    pub mvx: Option<String>,
    /// Trade name of the product, when known.
    pub product: Option<String>,
    /// Volume given, in ten-thousandths of a millilitre, when known.
    pub volume: Option<u32>,
    /// Last day on which the lot could be used, when known.
    pub expiry: Option<Day>,
    /// The dose is known to be damaged, recalled or otherwise to be repeated (the dose condition flag).
    pub condition: bool,
}
