//! Evaluation and forecasting of immunizations by CDC's logic (CDSi): pure functions over a patient's history, a schedule
//! and a date. No input or output, no clock.

mod answer;
pub mod cases;
mod date;
mod engine;
pub mod input;
mod options;
pub mod output;
mod patient;
mod reason;
pub mod schedule;
mod trace;

pub use answer::{
    Answer, AntigenAnswer, EarliestBy, Evaluation, GroupDose, GroupForecast, Guidance,
    GuidanceKind, Notice, NoticeKind, Score, ScoreTable, Selection, SeriesAnswer, SeriesForecast,
    TargetDose, TargetState,
};
pub use date::{Day, NotADay};
pub use engine::{Forecaster, Scratch};
pub use options::{ConflictReading, LaterDoses, Options};
pub use patient::{Certainty, Dose, Observation, Patient, Sex};
pub use reason::{
    DoseReason, DoseReasons, DoseStatus, ForecastReason, ForecastReasons, SeriesStatus,
};
pub use trace::{Event, Trace};
