//! A server on a thread of its own.

use super::endpoint::{Peer, Silence};
use axum::Router;
use axum::body::Body;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

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
#[derive(Clone, Debug)]
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
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
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
        let listener = TcpListener::bind(bind).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServerError::PortInUse { addr: bind },
            _ => ServerError::Bind { addr: bind, source },
        })?;
        listener.set_nonblocking(true).map_err(ServerError::Start)?;
        let addr = listener.local_addr().map_err(ServerError::Start)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.threads.max(1))
            .thread_name("titer-wire-server")
            .enable_all()
            .build()
            .map_err(ServerError::Start)?;
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::Builder::new()
            .name("titer-wire-accept".to_owned())
            .spawn(move || {
                runtime.block_on(accept(listener, router, options, stopped));
                runtime.shutdown_timeout(Duration::from_secs(1));
            })
            .map_err(ServerError::Start)?;
        Ok(Self {
            addr,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The address of a path, `http://127.0.0.1:41873/soap`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Takes no more connections, lets requests under way finish within the grace time, and returns when all is over.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;

async fn accept(
    listener: TcpListener,
    router: Router,
    options: ServerOptions,
    mut stopped: watch::Receiver<bool>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        tracing::error!("the listening socket cannot be used");
        return;
    };
    let slots = Arc::new(Semaphore::new(options.connections.max(1)));
    let mut tasks = JoinSet::new();
    loop {
        let slot = tokio::select! {
            slot = slots.clone().acquire_owned() => slot,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        while tasks.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                let _ = stream.set_nodelay(true);
                let serve = connection(
                    stream,
                    peer,
                    router.clone(),
                    options.head_timeout,
                    stopped.clone(),
                );
                tasks.spawn(async move {
                    serve.await;
                    drop(slot);
                });
            }
            // out of file descriptors, or the peer was gone at once: others may do better in a moment
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    drop(listener);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(options.grace, all).await.is_err() {
        tracing::warn!("requests under way did not finish in time and were cut off");
    }
}

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
