//! The forecaster over the schedule and published cases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod cdc;
mod evaluation;
mod forecasting;
mod import;
mod properties;
mod published;
mod small;
mod text;
