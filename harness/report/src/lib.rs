//! Reports from a result document.
//!
//! [`html()`], [`junit()`], [`markdown()`] and [`terminal()`] are pure functions of a settled
//! [`RunResult`](titer_runner::result::RunResult): the same document gives the same bytes, and nothing is judged again.
//! [`recognition()`] applies the programme's rule to such a document, and the `recognition_*` functions render that as one
//! HTML page, as PDF, as Markdown and as JUnit XML. [`seal`] recomputes a document's hashes and verdicts, and signs it.
//! [`masked()`] gives a copy without text from messages, for reports that leave the house.
//! Not here: files, terminals and arguments, which are the program's.

mod answer;
mod html;
mod junit;
mod markdown;
mod mask;
pub mod message;
mod pdf;
mod recognition;
pub mod seal;
mod terminal;
mod view;
mod words;

pub use answer::{Answer, First, answer};
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use mask::masked;
pub use recognition::{
    AttestationRow, CapabilityRow, ComponentRow, Counting, CoverageRow, Decision, FindingRow,
    Identity, JurorDocument, JurorRow, JurorSection, Means, MeansRow, MessageRow, Open,
    OverrideRow, ProgrammeResult, RECOGNITION_SCHEMA, Recognition, Rule, RuleOverride, RuleSource,
    State, StepRow, Tally, WaiverRow, needed, recognition, recognition_html, recognition_junit,
    recognition_markdown, recognition_pdf, recognition_schema,
};
pub use terminal::{TerminalOptions, terminal};

/// Why a report could not be made. Neither can happen with the templates that are built in.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A template is missing or wrong, or a value is missing in it.
    #[error("render the report's template")]
    Template(#[from] tera::Error),
    /// The JUnit writer refused.
    #[error("write the JUnit report")]
    JUnit(#[from] quick_junit::SerializeError),
}
