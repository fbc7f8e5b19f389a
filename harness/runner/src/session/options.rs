//! What a session is given.

use crate::proof::Forecaster;
use crate::result::{Role, SystemInfo, ToolInfo};
use jiff::civil::Date;
use std::net::SocketAddr;
use std::sync::Arc;
use titer_hl7::clock::{SharedClock, SystemClock};
use titer_plan::model::KnownFailure;
use titer_wire::{Credentials, Receiver};

/// What a session is given beside its plan and its journal.
///
/// A session that is resumed takes system, seed, day, selection and credentials from its journal; the rest counts.
#[derive(Clone)]
pub struct SessionOptions {
    /// The system under test.
    pub system: SystemInfo,
    /// What the result document says about the program.
    pub tool: ToolInfo,
    /// The day as of which the plan runs.
    pub as_of: Date,
    /// Where every id comes from.
    pub seed: u64,
    /// Tells the time of entries.
    pub clock: SharedClock,
    /// Patterns that select cases; all when empty.
    pub select: Vec<String>,
    /// What is known to fail.
    pub known_failures: Vec<KnownFailure>,
    /// Changes that the tester made to the plan's test data before the session.
    pub modifications: Vec<String>,
    /// What the system under test logs in with; any that are not empty will do without them.
    pub credentials: Option<Credentials>,
    /// Who answers what the plan has no reply for: the reference IIS. Without it such messages get a fault.
    pub fallback: Option<Arc<dyn Receiver>>,
    /// The harness's own forecaster, for steps that compare what is shown with it.
    pub forecaster: Option<Arc<dyn Forecaster>>,
}

impl SessionOptions {
    /// Everything as it is by default: as of today, seed 42, all cases.
    pub fn new(system_name: impl Into<String>) -> Self {
        let clock: SharedClock = Arc::new(SystemClock::new());
        Self {
            system: SystemInfo::new(Role::Ehr, system_name),
            tool: ToolInfo {
                name: "titer".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                code_book: Some(titer_codes::SHIPPED_DAY.to_owned()),
            },
            as_of: clock.now().date(),
            seed: 42,
            clock,
            select: Vec::new(),
            known_failures: Vec::new(),
            modifications: Vec::new(),
            credentials: None,
            fallback: None,
            forecaster: None,
        }
    }

    /// Another clock, and as of its day.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.as_of = clock.now().date();
        self.clock = clock;
        self
    }
}

impl std::fmt::Debug for SessionOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionOptions")
            .field("system", &self.system.name)
            .field("as_of", &self.as_of)
            .field("seed", &self.seed)
            .field("select", &self.select)
            .finish_non_exhaustive()
    }
}

/// Where a session listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenOptions {
    /// SOAP and HTTP; port 0 takes a free one.
    pub http: SocketAddr,
    /// MLLP, which knows no credentials; it is not listened for without it.
    pub mllp: Option<SocketAddr>,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self {
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            mllp: None,
        }
    }
}
