//! Published test cases: patients with the evaluation and the forecast that are expected of them.
//!
//! [`read`] takes CDC's workbooks as they come out of a spreadsheet as CSV: the one for the healthy and the one for underlying
//! conditions. [`judge`] compares an answer with what a case expects.

mod judge;
mod read;

pub use judge::{Tally, Verdict, judge};
pub use read::read;

use crate::date::Day;
use crate::patient::Patient;
use crate::reason::{DoseStatus, SeriesStatus};
use crate::schedule::SeriesKind;

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its identifier.
    pub id: String,
    /// What it is about, in the workbook's words.
    pub name: String,
    /// The patient.
    pub patient: Patient,
    /// The assessment date.
    pub as_of: Day,
    /// The vaccine group it tests, as the schedule names it.
    pub group: String,
    /// What is expected.
    pub expected: Expected,
}

/// What a case expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The status of the vaccine group.
    pub status: SeriesStatus,
    /// The forecast dose number; not compared where it counts something else (underlying conditions).
    pub dose_number: Option<u16>,
    /// The earliest date.
    pub earliest: Option<Day>,
    /// The recommended date.
    pub recommended: Option<Day>,
    /// The past-due date.
    pub past_due: Option<Day>,
    /// The evaluation of each of the patient's doses.
    pub doses: Vec<ExpectedDose>,
}

/// What a case expects of a dose.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedDose {
    /// The status.
    pub status: DoseStatus,
    /// The type of the series in which it has that status, where the case says so.
    pub kind: Option<SeriesKind>,
    /// The reason, in the workbook's words; may be empty.
    pub reason: String,
}
