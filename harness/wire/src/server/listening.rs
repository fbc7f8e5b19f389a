//! A socket that is listened on, with threads of its own: connections are served up to a number, and ended in good time.

use super::run::ServerError;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// What bounds the work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Threads that serve.
    pub(super) threads: usize,
    /// Connections at a time.
    pub(super) connections: usize,
    /// How long requests under way may take once it ends.
    pub(super) grace: Duration,
    /// What the threads are called.
    pub(super) name: &'static str,
}

/// A socket that is listened on. Dropping it ends that; requests under way may finish within the grace time.
pub(super) struct Listening {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Listens, and serves every connection; port 0 takes a free one. What serves a connection is told when it has to end.
    pub(super) fn start<F, S>(
        bind: SocketAddr,
        limits: Limits,
        serve: F,
    ) -> Result<Self, ServerError>
    where
        F: Fn(TcpStream, SocketAddr, watch::Receiver<bool>) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(bind).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServerError::PortInUse { addr: bind },
            _ => ServerError::Bind { addr: bind, source },
        })?;
        listener.set_nonblocking(true).map_err(ServerError::Start)?;
        let addr = listener.local_addr().map_err(ServerError::Start)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(limits.threads.max(1))
            .thread_name(limits.name)
            .enable_all()
            .build()
            .map_err(ServerError::Start)?;
        let (stop, stopped) = watch::channel(false);
        let thread = std::thread::Builder::new()
            .name(format!("{}-accept", limits.name))
            .spawn(move || {
                runtime.block_on(accept(listener, limits, serve, stopped));
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
    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept<F, S>(
    listener: TcpListener,
    limits: Limits,
    serve: F,
    mut stopped: watch::Receiver<bool>,
) where
    F: Fn(TcpStream, SocketAddr, watch::Receiver<bool>) -> S,
    S: Future<Output = ()> + Send + 'static,
{
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        tracing::error!("the listening socket cannot be used");
        return;
    };
    let slots = Arc::new(Semaphore::new(limits.connections.max(1)));
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
                let served = serve(stream, peer, stopped.clone());
                tasks.spawn(async move {
                    served.await;
                    drop(slot);
                });
            }
            // out of file descriptors, or the peer was gone at once: others may do better in a moment
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    drop(listener);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.grace, all).await.is_err() {
        tracing::warn!("requests under way did not finish in time and were cut off");
    }
}
