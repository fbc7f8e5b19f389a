//! The workbench as a running server.

use crate::app::{Addresses, App, Parts};
use crate::error::StartError;
use crate::server;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use titer_finding::Catalogue;
use titer_hl7::clock::{SharedClock, SystemClock};
use titer_runner::session::Session;
use titer_wire::{MllpOptions, MllpServer, Server, hl7_router, soap_router};

/// How the workbench is served.
#[derive(Clone)]
pub struct WorkbenchOptions {
    /// Where the pages and the addresses for the EHR are; port 0 takes a free one. Where it is not the loopback, the pages
    /// want [`WorkbenchOptions::key`].
    pub bind: SocketAddr,
    /// Where MLLP is listened for.
    pub mllp: Option<SocketAddr>,
    /// Rules that findings can lead to.
    pub catalogue: Catalogue,
    /// The clock of forms that begin with today's day.
    pub clock: SharedClock,
    /// Where the session is kept, in words: `in the file work.sqlite`.
    pub kept: String,
    /// Bytes that a file of evidence may have.
    pub file_limit: u64,
    /// Bytes that a file of messages may have.
    pub message_limit: u64,
    /// Opens the pages where other machines can reach them; made up when it is not given and needed.
    pub key: Option<String>,
}

impl Default for WorkbenchOptions {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            mllp: None,
            catalogue: Catalogue::default(),
            clock: Arc::new(SystemClock::new()),
            kept: "in memory, until the program ends".to_owned(),
            file_limit: 100_000_000,
            message_limit: 10_000_000,
            key: None,
        }
    }
}

impl std::fmt::Debug for WorkbenchOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkbenchOptions")
            .field("bind", &self.bind)
            .field("mllp", &self.mllp)
            .field("kept", &self.kept)
            .finish_non_exhaustive()
    }
}

/// A running workbench. Dropping it stops it; requests under way are answered first.
pub struct Workbench {
    app: Arc<App>,
    // in the order in which they end
    mllp: Option<MllpServer>,
    server: Server,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench")
            .field("page", &self.page_url())
            .finish_non_exhaustive()
    }
}

impl Workbench {
    /// Starts to serve a session.
    pub fn start(session: &Session, options: WorkbenchOptions) -> Result<Self, StartError> {
        let loopback = options.bind.ip().is_loopback();
        let app = Arc::new(App::new(Parts {
            session: session.clone(),
            catalogue: options.catalogue,
            clock: options.clock,
            kept: options.kept,
            file_limit: options.file_limit,
            message_limit: options.message_limit,
            key: options
                .key
                .or_else(|| (!loopback).then(crate::guard::secret)),
        }));
        let router = session.router_options();
        let routes = soap_router(session.receiver(), &router)
            .merge(hl7_router(session.receiver(), &router))
            .merge(server::router(Arc::clone(&app)));
        let server = Server::start(options.bind, routes)?;
        let mllp = options
            .mllp
            .map(|bind| {
                let options = MllpOptions {
                    clock: router.clock.clone(),
                    recorder: router.recorder.clone(),
                    ..MllpOptions::default()
                };
                MllpServer::start(bind, session.receiver(), options)
            })
            .transpose()?;
        *app.addresses.lock().unwrap_or_else(PoisonError::into_inner) = Addresses {
            soap: server.url(&router.soap_path),
            http: server.url(&router.hl7_path),
            mllp: mllp.as_ref().map(|m| m.addr().to_string()),
            loopback,
            unnamed: options.bind.ip().is_unspecified(),
        };
        tracing::info!(address = %server.addr(), "the workbench is running");
        Ok(Self { app, mllp, server })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The start page.
    pub fn page_url(&self) -> String {
        self.server.url("/")
    }

    /// What opens the pages, when they want a key.
    pub fn key(&self) -> Option<&str> {
        self.app.key.as_deref()
    }

    /// Where SOAP calls go.
    pub fn soap_url(&self) -> String {
        self.app.addresses().soap
    }

    /// Where HTTP posts go.
    pub fn http_url(&self) -> String {
        self.app.addresses().http
    }

    /// Where MLLP connections go.
    pub fn mllp(&self) -> Option<SocketAddr> {
        self.mllp.as_ref().map(MllpServer::addr)
    }

    /// Serves no more and returns when all requests under way are answered.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        // pages that wait for news get their answer now
        self.app.stopping.store(true, Ordering::Relaxed);
    }
}
