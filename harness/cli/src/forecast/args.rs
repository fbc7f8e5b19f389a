//! What `titer forecast` is told.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

pub(crate) const EXAMPLES: &str = "\
Examples:
  titer forecast patient.json
  titer forecast vxu.hl7 --as-of 2026-03-12 --why MMR
  titer forecast bundle.json --format fhir --timeline doses.svg
  titer forecast --batch patients.jsonl --format json --output answers.jsonl

A patient is read from this program's JSON, from an HL7 message (VXU or RSP) or from FHIR (a Bundle, or
Parameters of $immds-forecast); the content tells which. With --batch a file holds many: JSON or FHIR one
on each line, messages behind each other or in batches, or CDC's workbook of test cases as CSV.";

/// What `titer forecast` is told.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct ForecastArgs {
    /// Files with a patient; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) paths: Vec<String>,
    /// The day to forecast for, such as 2026-03-12 [default: the one that the patient's file names, else today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// The schedule: a folder with one, CDC's published XML as a folder or archive, or `shipped`
    #[arg(long, value_name = "SCHEDULE", default_value = "shipped")]
    pub(crate) schedule: String,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
    /// Write the answer into this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Say why: every decision with its table of the specification, about all vaccine groups or those named
    #[arg(long, value_name = "GROUP", num_args = 0..=1)]
    pub(crate) why: Option<Vec<String>>,
    /// Draw doses and forecasts into this SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) timeline: Option<PathBuf>,
    /// Show every forecast of a vaccine group that has several
    #[arg(long)]
    pub(crate) all: bool,
    /// Files hold many patients; answers come in their order
    #[arg(long, conflicts_with_all = ["why", "timeline"])]
    pub(crate) batch: bool,
    /// Threads for a batch [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Move a season of the schedule by whole years to the day of the forecast
    #[arg(long)]
    pub(crate) shift_season: bool,
    /// Keep the full interval after a live vaccine that did not count for its own antigen
    #[arg(long)]
    pub(crate) full_live_interval: bool,
    /// Let a forecast that is already due speak for its group, before one that is complete
    #[arg(long)]
    pub(crate) prefer_due: bool,
    /// Leave out doses dated after the day of the forecast
    #[arg(long)]
    pub(crate) ignore_later: bool,
    /// Take this for the time
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

/// Forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Tables for people
    Text,
    /// JSON; one document on each line with --batch
    Json,
    /// The segments of an HL7 Z42 response: orders with their observations
    Z42,
    /// A FHIR R4 Bundle with ImmunizationEvaluations and an ImmunizationRecommendation
    Fhir,
}
