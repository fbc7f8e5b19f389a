//! The schedule: what CDC's supporting data says about ages, intervals, vaccines, series, conflicts and observations.
//!
//! [`Schedule`] is a faithful, typed form of that data without its free text. [`import()`] reads CDC's published XML.
//! Not here: what follows from the data for a patient.

mod check;
mod code;
pub mod diff;
mod facts;
pub mod import;
mod model;
mod period;
mod shipped;
pub mod text;

pub use check::ReadError;
pub use code::Code;
pub use diff::{Change, diff};
pub use import::import;
pub use model::{
    AgeRow, Ages, AllowableInterval, Antigen, AntigenContraindication, Association, BirthImmunity,
    CodedValue, Compare, Condition, Conflict, Context, Dates, DoseKind, Gender, Immunity,
    Indication, Interval, Logic, Observation, Preferable, Reference, Schedule, Selection, Series,
    SeriesDose, SeriesKind, Skip, SkipSet, Vaccine, VaccineAges, VaccineContraindication,
    VaccineCount, VaccineGroup, Volume,
};
pub use period::{Period, PeriodError};
pub use shipped::{open_shipped, shipped};
