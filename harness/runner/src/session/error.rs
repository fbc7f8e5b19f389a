//! Why a session does not begin, and why an act is refused.

use super::journal::JournalError;
use crate::error::RunError;

/// Why a session does not begin or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The plan does not fit, or the selection chooses nothing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal holds a session already.
    #[error("the session has begun already; go on with it instead")]
    Begun,
    /// The journal is empty.
    #[error("the journal holds no session")]
    NotBegun,
    /// The journal is of another plan, or of another state of it.
    #[error(
        "the session was begun with the plan {plan} {version}, and {}",
        if .plan == .given { "the plan's files are not the same any more" } else { "another plan was given" }
    )]
    OtherPlan {
        /// The session's plan.
        plan: String,
        /// Its version.
        version: String,
        /// The plan that was given.
        given: String,
    },
    /// The plan's content for the registry cannot be made.
    #[error("the message {message} for the registry cannot be made: {why}")]
    Registry {
        /// The template.
        message: String,
        /// Why.
        why: String,
    },
    /// It cannot be listened.
    #[error("cannot wait for the system under test")]
    Listen(#[from] titer_wire::ServerError),
}

impl SessionError {
    /// The program's exit code: the call, the plan or the file is wrong.
    pub fn exit_code(&self) -> u8 {
        2
    }
}

/// Why an act is refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// The plan, or the selection, has no such step.
    #[error("there is no step {step}")]
    NoStep {
        /// What was named.
        step: String,
    },
    /// The step cannot be treated so.
    #[error("{step}: {why}")]
    WrongKind {
        /// The step's path.
        step: String,
        /// Why.
        why: &'static str,
    },
    /// The checklist has no such line.
    #[error("the checklist of {step} has no line {item}")]
    NoItem {
        /// The step's path.
        step: String,
        /// The line, counted from 0.
        item: usize,
    },
    /// There is no such message.
    #[error("entry {seq} is no message")]
    NoMessage {
        /// What was named.
        seq: u64,
    },
    /// There is no such file.
    #[error("the step {step} has no file of entry {file}")]
    NoFile {
        /// The step's path.
        step: String,
        /// What was named.
        file: u64,
    },
    /// A result that goes against a machine's, without a reason.
    #[error("{step} was judged by the harness; say why the result is to be another one")]
    ReasonNeeded {
        /// The step's path.
        step: String,
    },
    /// Nothing in the step is called so.
    #[error("nothing that {step} misses is called `{what}`")]
    NothingToWaive {
        /// The step's path.
        step: String,
        /// What was named.
        what: String,
    },
    /// Something is left out.
    #[error("{what} is missing")]
    Missing {
        /// What.
        what: &'static str,
    },
    /// Only the session itself writes such entries.
    #[error("this is not for a tester to do")]
    NotAnAct,
    /// What was handed in holds no message.
    #[error("there is no HL7 message in it")]
    NothingIn,
    /// A file is too large.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A file cannot be read.
    #[error("the file cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// The journal cannot be written.
    #[error("the session cannot be kept")]
    Journal(#[from] JournalError),
}
