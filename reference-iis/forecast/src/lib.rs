//! Evaluation and forecasting of immunizations by CDC's logic (CDSi): pure functions over a patient's history, a schedule
//! and a date. No input or output, no clock.

mod answer;
mod date;
pub mod input;
mod options;
pub mod output;
mod patient;
mod reason;
pub mod schedule;

pub use answer::{
    Answer, AntigenAnswer, EarliestBy, Evaluation, GroupDose, GroupForecast, Guidance,
    GuidanceKind, Notice, NoticeKind, Score, ScoreTable, Selection, SeriesAnswer, SeriesForecast,
    SeriesKind, TargetDose, TargetState,
};
pub use date::{Day, NotADay};
pub use options::{ConflictReading, LaterDoses, Options};
pub use patient::{Certainty, Dose, Observation, Patient, Sex};
pub use reason::{
    DoseReason, DoseReasons, DoseStatus, ForecastReason, ForecastReasons, SeriesStatus,
};
