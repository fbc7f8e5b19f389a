//! Why a run does not take place.

use titer_finding::Diagnostic;
use titer_wire::{ClientError, ServerError};

/// Why a run does not take place. What the system under test does wrong is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A pattern cannot be read, or chooses nothing.
    #[error("{}", .0.message)]
    Selection(Box<Diagnostic>),
    /// The plan has no step.
    #[error("the plan {plan} has no step to run")]
    EmptyPlan {
        /// The plan.
        plan: String,
    },
    /// The plan is for the other side.
    #[error("the plan {plan} does not test an {side}")]
    WrongSide {
        /// The plan.
        plan: String,
        /// The side that was asked for.
        side: &'static str,
    },
    /// A registry under test is called and calls nobody.
    #[error("a registry is under test, so there is nothing to wait for")]
    NothingToWaitFor,
    /// The system under test cannot be called as it is described.
    #[error("cannot call the system under test")]
    Client(#[from] ClientError),
    /// The harness cannot listen.
    #[error("cannot wait for the system under test")]
    Listen(#[from] ServerError),
    /// The session with an EHR cannot begin.
    #[error(transparent)]
    Session(Box<crate::session::SessionError>),
}

impl RunError {
    /// The program's exit code: the call or the plan is wrong.
    pub fn exit_code(&self) -> u8 {
        2
    }
}
