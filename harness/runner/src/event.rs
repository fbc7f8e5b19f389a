//! What a run tells while it goes on. The result document holds all of it and more.

use crate::result::{Standing, StepKind, Verdict};

/// Something that happened. Events come from one thread, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// The plan's id.
        plan: String,
        /// Its version.
        version: String,
        /// How many cases were selected.
        cases: usize,
        /// How many steps they have.
        steps: usize,
    },
    /// The harness listens, and an EHR under test can send.
    Listening {
        /// Where SOAP calls go.
        soap_url: String,
        /// Where HTTP posts go.
        http_url: String,
        /// Where MLLP connections go, when it is listened for.
        mllp: Option<std::net::SocketAddr>,
    },
    /// With an EHR under test: the messages that can be sent now.
    Waiting {
        /// Paths and titles of the open steps.
        open: Vec<(String, String)>,
    },
    /// A case begins.
    CaseStarted {
        /// Its path.
        path: String,
        /// Its title.
        title: String,
    },
    /// A step begins.
    StepStarted {
        /// Its path.
        path: String,
        /// Its title.
        title: String,
        /// What it does.
        kind: StepKind,
    },
    /// A message left the harness.
    MessageSent {
        /// The step's path.
        step: String,
        /// Size in bytes.
        bytes: usize,
    },
    /// A message came.
    MessageReceived {
        /// The step's path.
        step: String,
        /// Size in bytes.
        bytes: usize,
    },
    /// A message came that belongs to no open step.
    Unexpected {
        /// Why.
        because: String,
    },
    /// A step is over.
    StepFinished {
        /// Its path.
        path: String,
        /// Its title.
        title: String,
        /// What it ended in.
        verdict: Verdict,
        /// The same as a reader is told it.
        standing: Standing,
        /// Why.
        because: Option<String>,
        /// How long it took.
        took_ms: Option<u64>,
    },
    /// A case is over.
    CaseFinished {
        /// Its path.
        path: String,
        /// Its title.
        title: String,
        /// What it ended in.
        verdict: Verdict,
        /// The same as a reader is told it.
        standing: Standing,
    },
    /// The run is over.
    RunFinished {
        /// What it ended in.
        standing: Standing,
        /// The program's exit code.
        exit_code: u8,
    },
}
