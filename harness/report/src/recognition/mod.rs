//! The recognition report: who was tested, what the rule says about it, and what that rests on.
//!
//! [`recognition()`] makes it from a settled result document and nothing else. Its forms ([`recognition_html`],
//! [`recognition_pdf`], [`recognition_markdown`], [`recognition_junit`] and the JSON of [`Recognition`] itself) show the same
//! data; HTML and PDF are made from one list of blocks, so that they cannot differ in what they say.
//! Not here: the judging of steps, which is the runner's.

mod decide;
mod gather;
mod junit;
mod juror;
mod markdown;
mod model;
pub(crate) mod page;
mod rule;
pub(crate) mod sheet;

pub use gather::recognition;
pub use junit::recognition_junit;
pub use markdown::recognition_markdown;
pub use model::{
    AttestationRow, CapabilityRow, ComponentRow, Counting, CoverageRow, Decision, FindingRow,
    Identity, JurorDocument, JurorRow, JurorSection, Means, MeansRow, MessageRow, Open,
    OverrideRow, ProgrammeResult, RECOGNITION_SCHEMA, Recognition, Rule, RuleSource, State,
    StepRow, Tally, WaiverRow, recognition_schema,
};
pub use page::{recognition_html, recognition_pdf};
pub use rule::{RuleOverride, needed};
