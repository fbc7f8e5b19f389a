//! The result document: everything that one run found out, in one JSON file.
//!
//! Every report is a rendering of this document and can be made again from it alone. The runner fills in steps and calls
//! [`RunResult::settle`], which derives the verdicts of cases and groups, the counts, the coverage and the evidence list.
//! Not here: how a step is executed, and how a report looks.

mod answers;
mod counts;
mod document;
mod evidence;
pub mod rollup;
mod step;
mod verdict;

#[cfg(test)]
mod tests;

pub use answers::{
    AnswerSource, Answers, CodeSeen, CohortSeen, DoseSeen, ForecastSeen, PatientSeen, StockSeen,
};
pub use counts::Counts;
pub use document::{
    Capability, Case, Component, Group, Level, PlanInfo, RecognitionRule, Requirement, Role,
    Rounding, RunResult, SCHEMA, SystemInfo, ToolInfo, Unexpected, UnreadableResult, json_schema,
};
pub use evidence::{
    Attestation, Body, Direction, Encoding, EvidenceEntry, EvidenceFile, Exchange, MessageEvidence,
    Origin, Part, sha256_hex,
};
pub use step::{
    Assertion, ChecklistItem, Evaluation, Judged, KnownFailure, Outcome, Overridden, Step,
    StepKind, Waiver, Wants,
};
pub use verdict::{Standing, Verdict};
