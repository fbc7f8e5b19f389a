//! The IIS as a running server.

use crate::fhir;
use crate::iis::{Iis, IisConfig};
use crate::page;
use crate::personality::Personality;
use crate::policy::Policy;
use crate::script::Script;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use titer_hl7::clock::{SharedClock, SystemClock};
use titer_registry::{Registry, RegistryError};
use titer_wire::{
    Credentials, RouterOptions, Server, ServerError, SharedRecorder, hl7_router, soap_router,
};

/// Where records are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Database {
    /// In memory: gone when the server stops.
    #[default]
    Memory,
    /// In a SQLite file, which is made when it is not there.
    File(PathBuf),
}

/// How to run the IIS.
#[derive(Clone)]
pub struct IisOptions {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where records are kept.
    pub database: Database,
    /// The clock of everything that is stamped or judged against today.
    pub clock: SharedClock,
    /// Seed of all ids and of the password, when none is given.
    pub seed: u64,
    /// The jurisdiction's choices.
    pub policy: Policy,
    /// Deliberate misbehaviour.
    pub personality: Personality,
    /// Replies that are fixed beforehand; the first one whose condition holds is sent.
    pub scripts: Vec<Script>,
    /// What senders must present; made up from the seed when it is `None`.
    pub credentials: Option<Credentials>,
    /// How many exchanges the page shows.
    pub kept_exchanges: usize,
    /// Where every exchange is recorded as it went over the wire, when it shall be.
    pub recorder: Option<SharedRecorder>,
}

impl Default for IisOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: Database::Memory,
            clock: Arc::new(SystemClock::new()),
            seed: 42,
            policy: Policy::national(),
            personality: Personality::well_behaved(),
            scripts: Vec::new(),
            credentials: None,
            kept_exchanges: 50,
            recorder: None,
        }
    }
}

/// Why the IIS does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its records cannot be opened.
    #[error("cannot open the registry")]
    Registry(#[from] RegistryError),
    /// Its address cannot be served.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// A running IIS. Dropping it stops it.
pub struct RunningIis {
    iis: Iis,
    server: Server,
    credentials: Credentials,
}

const SOAP: &str = "/soap";
const HTTP: &str = "/hl7";

impl RunningIis {
    /// Opens the records and starts to serve.
    pub fn start(options: IisOptions) -> Result<Self, StartError> {
        let clock = Arc::clone(&options.clock);
        let registry = match &options.database {
            Database::Memory => Registry::memory(Arc::clone(&clock), options.seed)?,
            Database::File(path) => Registry::open(path, Arc::clone(&clock), options.seed)?,
        };
        let credentials = options.credentials.unwrap_or_else(|| made_up(options.seed));
        let iis = Iis::new(
            registry,
            IisConfig {
                policy: options.policy,
                personality: options.personality,
                scripts: options.scripts,
                credentials: credentials.clone(),
                kept_exchanges: options.kept_exchanges,
            },
            Arc::clone(&clock),
        );
        let router_options = RouterOptions {
            soap_path: SOAP.to_owned(),
            hl7_path: HTTP.to_owned(),
            clock,
            recorder: options.recorder,
            ..RouterOptions::default()
        };
        let receiver: Arc<Iis> = Arc::new(iis.clone());
        let router = soap_router(receiver.clone(), &router_options)
            .merge(hl7_router(receiver, &router_options))
            .merge(fhir::router(iis.clone()))
            .merge(page::router(iis.clone(), options.bind.ip().is_loopback()));
        let server = Server::start(options.bind, router)?;
        tracing::info!(address = %server.addr(), "the reference IIS is running");
        Ok(Self {
            iis,
            server,
            credentials,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The CDC SOAP endpoint; its definition is at `?wsdl`.
    pub fn soap_url(&self) -> String {
        self.server.url(SOAP)
    }

    /// The address to which ER7 is posted.
    pub fn http_url(&self) -> String {
        self.server.url(HTTP)
    }

    /// The page that shows what arrived.
    pub fn page_url(&self) -> String {
        self.server.url("/")
    }

    /// What senders must present.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The IIS behind it.
    pub fn iis(&self) -> &Iis {
        &self.iis
    }

    /// Stops to serve and returns when all requests under way are answered.
    pub fn shutdown(self) {
        self.server.shutdown();
    }
}

// letters and digits that nobody confuses when they are copied by hand
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

fn made_up(seed: u64) -> Credentials {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = [0u8; 16];
    random.fill_bytes(&mut bytes);
    let password: String = bytes
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(*b) % LETTERS.len()))
        .map(|b| char::from(*b))
        .collect();
    Credentials::new("titer", password, "TITER-CLINIC")
}
