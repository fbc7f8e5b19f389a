//! Executes a test plan against a system under test and gives the result document.
//!
//! [`Run`] is the whole: with a registry under test it sends the plan's messages, judges the answers and asks back for
//! the state; with an EHR under test it listens, recognises what comes, judges it and answers. [`Event`]s tell how it
//! goes on, [`result::RunResult`] is what came of it. [`assertion`] holds expectations against messages.
//!
//! Not here: how a plan is written, how messages travel, and how a report looks.

pub mod assertion;
mod caller;
mod checklist;
mod ehr;
mod error;
mod event;
mod iis;
mod ledger;
mod looks;
mod messages;
mod options;
pub mod proof;
pub mod result;
mod run;
mod select;
pub mod session;
mod stage;
mod transport;

pub use assertion::rules;
pub use ehr::{Listening, Stop};
pub use error::RunError;
pub use event::Event;
pub use options::{EhrTarget, IisTarget, Options, Target, Way};
pub use run::Run;
