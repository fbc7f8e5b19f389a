//! Recognition reports from a result document.
//!
//! [`html()`], [`junit()`], [`markdown()`] and [`terminal()`] are pure functions of a settled
//! [`RunResult`](titer_runner::result::RunResult): the same document gives the same bytes, and nothing is judged again.
//! [`masked()`] gives a copy without text from messages, for reports that leave the house.
//! Not here: files, terminals and arguments, which are the program's.

mod answer;
mod html;
mod junit;
mod markdown;
mod mask;
pub mod message;
mod terminal;
mod view;
mod words;

pub use answer::{Answer, First, answer};
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use mask::masked;
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
