//! A session that listens.

use super::error::SessionError;
use super::options::ListenOptions;
use super::session::Session;
use std::net::SocketAddr;
use titer_wire::{MllpOptions, MllpServer, Server, hl7_router, soap_router};

/// Where a session listens. Dropping it ends that; requests under way are answered first.
pub struct Endpoints {
    server: Server,
    mllp: Option<MllpServer>,
    soap_url: String,
    http_url: String,
}

impl std::fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoints")
            .field("soap_url", &self.soap_url)
            .field("http_url", &self.http_url)
            .field("mllp", &self.mllp())
            .finish_non_exhaustive()
    }
}

impl Endpoints {
    /// Where SOAP calls go.
    pub fn soap_url(&self) -> &str {
        &self.soap_url
    }

    /// Where HTTP posts go.
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// Where MLLP connections go.
    pub fn mllp(&self) -> Option<SocketAddr> {
        self.mllp.as_ref().map(MllpServer::addr)
    }

    /// Listens no more. Requests under way are answered and recorded before it returns.
    pub fn close(self) {
        drop(self.mllp);
        self.server.shutdown();
    }
}

impl Session {
    /// Listens for the system under test.
    pub fn listen(&self, options: ListenOptions) -> Result<Endpoints, SessionError> {
        let router = self.router_options();
        let routes =
            soap_router(self.receiver(), &router).merge(hl7_router(self.receiver(), &router));
        let server = Server::start(options.http, routes)?;
        let mllp = options
            .mllp
            .map(|bind| {
                let options = MllpOptions {
                    clock: router.clock.clone(),
                    recorder: router.recorder.clone(),
                    ..MllpOptions::default()
                };
                MllpServer::start(bind, self.receiver(), options)
            })
            .transpose()?;
        Ok(Endpoints {
            soap_url: server.url(&router.soap_path),
            http_url: server.url(&router.hl7_path),
            server,
            mllp,
        })
    }
}
