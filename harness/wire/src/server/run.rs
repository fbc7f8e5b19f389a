//! A server on a thread of its own.

use super::endpoint::{Peer, Silence};
use super::listening::{Limits, Listening};
use axum::Router;
use axum::body::Body;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Somebody else listens there.
    #[error("the address {addr} is already in use")]
    PortInUse {
        /// The address.
        addr: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The machine does not give what a server needs.
    #[error("cannot start the server's thread")]
    Start(#[source] io::Error),
}

/// Limits of a server.
#[derive(Clone, Copy, Debug)]
pub struct ServerOptions {
    /// Time in which the head of a request must have come in, and for which a connection may be idle.
    pub head_timeout: Duration,
    /// Connections at a time; more wait until one is free.
    pub connections: usize,
    /// Time that requests under way get when the server shuts down.
    pub grace: Duration,
    /// Threads.
    pub threads: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            head_timeout: Duration::from_secs(10),
            connections: 512,
            grace: Duration::from_secs(5),
            threads: 2,
        }
    }
}

/// A running server. Dropping it shuts it down.
pub struct Server {
    listening: Listening,
}

impl Server {
    /// Starts to serve; port 0 takes a free one, see [`Server::addr`].
    pub fn start(bind: SocketAddr, router: Router) -> Result<Self, ServerError> {
        Self::start_with(bind, router, ServerOptions::default())
    }

    /// Starts to serve with limits of your own.
    pub fn start_with(
        bind: SocketAddr,
        router: Router,
        options: ServerOptions,
    ) -> Result<Self, ServerError> {
        let limits = Limits {
            threads: options.threads,
            connections: options.connections,
            grace: options.grace,
            name: "titer-wire-server",
        };
        let listening = Listening::start(bind, limits, move |stream, peer, stopped| {
            connection(stream, peer, router.clone(), options.head_timeout, stopped)
        })?;
        Ok(Self { listening })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// The address of a path, `http://127.0.0.1:41873/soap`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr())
    }

    /// Takes no more connections, lets requests under way finish within the grace time, and returns when all is over.
    pub fn shutdown(self) {
        drop(self.listening);
    }
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

async fn connection(
    stream: tokio::net::TcpStream,
    peer: SocketAddr,
    router: Router,
    head_timeout: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let routes = TowerToHyperService::new(router);
    let signal = stopped.clone();
    let service =
        hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let answer = routes.call(request.map(Body::new));
            let mut signal = signal.clone();
            async move {
                let Ok(response) = answer.await;
                match response.extensions().get::<Silence>().copied() {
                    None => Ok(response),
                    Some(Silence::Close) => Err(Closed),
                    Some(Silence::Hang(time)) => {
                        tokio::select! {
                            () = tokio::time::sleep(time) => {}
                            _ = signal.wait_for(|stop| *stop) => {}
                        }
                        Err(Closed)
                    }
                }
            }
        });
    let serve = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        // the routes write the date by the injected clock
        .auto_date_header(false)
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), service);
    let mut serve = std::pin::pin!(serve);
    tokio::select! {
        _ = serve.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => serve.as_mut().graceful_shutdown(),
    }
    let _ = serve.await;
}
