//! What a run is given.

use crate::proof::Forecaster;
use crate::result::{Role, SystemInfo, ToolInfo};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::clock::{SharedClock, SystemClock};
use titer_plan::model::{KnownFailure, Side};
use titer_wire::{Credentials, HttpForm, HttpLogin, Receiver, SoapVersion};

/// How messages are sent to a registry under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// CDC SOAP of 2011.
    Soap(SoapVersion),
    /// ER7 by HTTP POST.
    Http(HttpForm, HttpLogin),
}

/// A registry under test.
#[derive(Clone, Debug)]
pub struct IisTarget {
    /// Its address.
    pub url: String,
    /// How messages are sent.
    pub way: Way,
    /// User, password and facility. Where the facility is empty, it is the code of the facility that a step binds.
    pub credentials: Credentials,
    /// Credentials of single facilities of the plan, by the facility's id.
    pub facilities: BTreeMap<String, Credentials>,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for a whole call.
    pub timeout: Duration,
    /// Certificates in PEM that are trusted besides the system's own.
    pub trust: Vec<Vec<u8>>,
}

impl IisTarget {
    /// A registry that is called by CDC SOAP, with the time limits of the national hub.
    pub fn soap(url: impl Into<String>, credentials: Credentials) -> Self {
        Self {
            url: url.into(),
            way: Way::Soap(SoapVersion::V12),
            credentials,
            facilities: BTreeMap::new(),
            connect_timeout: Duration::from_secs(15),
            timeout: Duration::from_secs(60),
            trust: Vec::new(),
        }
    }

    /// A registry to which ER7 is posted, credentials in headers.
    pub fn http(url: impl Into<String>, credentials: Credentials) -> Self {
        Self {
            way: Way::Http(HttpForm::default(), HttpLogin::default()),
            ..Self::soap(url, credentials)
        }
    }
}

/// An EHR under test, which calls us.
#[derive(Clone)]
pub struct EhrTarget {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where to listen for MLLP, which carries no credentials; nowhere without it.
    pub mllp: Option<SocketAddr>,
    /// The credentials that the EHR was given; any that are not empty will do without them.
    pub credentials: Option<Credentials>,
    /// Who answers what no step has a reply for: the reference IIS. Without it such messages get a fault.
    pub fallback: Option<Arc<dyn Receiver>>,
    /// The harness's own forecaster, for steps that compare what is shown with it.
    pub forecaster: Option<Arc<dyn Forecaster>>,
    /// The run ends when no message came for this long; it waits for [`crate::Stop::now`] without it.
    pub idle: Option<Duration>,
}

impl EhrTarget {
    /// Listens on a free port of the loopback and ends after ten minutes without a message.
    pub fn new() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            mllp: None,
            credentials: None,
            fallback: None,
            forecaster: None,
            idle: Some(Duration::from_secs(600)),
        }
    }
}

impl Default for EhrTarget {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for EhrTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EhrTarget")
            .field("bind", &self.bind)
            .field("mllp", &self.mllp)
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}

/// The system under test.
#[derive(Clone, Debug)]
pub enum Target {
    /// A registry: the harness sends.
    Iis(IisTarget),
    /// An EHR: the harness waits and answers.
    Ehr(EhrTarget),
}

impl Target {
    /// Which side it is, in the plan's words.
    pub fn side(&self) -> Side {
        match self {
            Target::Iis(_) => Side::Iis,
            Target::Ehr(_) => Side::Ehr,
        }
    }

    /// Which side it is, in the result's words.
    pub fn role(&self) -> Role {
        match self {
            Target::Iis(_) => Role::Iis,
            Target::Ehr(_) => Role::Ehr,
        }
    }
}

/// What a run is given beside its plan.
#[derive(Clone)]
pub struct Options {
    /// The system under test.
    pub target: Target,
    /// What the result document says about it; its role is set from the target. Leave the address out where the
    /// document must be the same from run to run.
    pub system: SystemInfo,
    /// What the result document says about the program.
    pub tool: ToolInfo,
    /// The day as of which the plan runs.
    pub as_of: Date,
    /// Where every id comes from.
    pub seed: u64,
    /// Tells the time.
    pub clock: SharedClock,
    /// Patterns that select cases, with or without the plan's id (`onc-2015/AD-*`, `AD-4`); all when empty. A pattern
    /// that names a step selects its case.
    pub select: Vec<String>,
    /// What is known to fail with this system, usually [`titer_plan::Plan::known_failures_of`].
    pub known_failures: Vec<KnownFailure>,
    /// Changes that the tester made to the plan's test data.
    pub modifications: Vec<String>,
}

impl Options {
    /// Everything as it is by default: as of today, seed 42, all cases, nothing known to fail.
    pub fn new(target: Target, system_name: impl Into<String>) -> Self {
        let clock: SharedClock = Arc::new(SystemClock::new());
        Self {
            system: SystemInfo::new(target.role(), system_name),
            target,
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
        }
    }

    /// Another clock, and as of its day.
    pub fn clock(mut self, clock: SharedClock) -> Self {
        self.as_of = clock.now().date();
        self.clock = clock;
        self
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("target", &self.target)
            .field("as_of", &self.as_of)
            .field("seed", &self.seed)
            .field("select", &self.select)
            .finish_non_exhaustive()
    }
}
