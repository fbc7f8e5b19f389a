//! The runtime behind the blocking calls: one small thread for the whole process.

use std::sync::{OnceLock, mpsc};
use tokio::runtime::Runtime;

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

fn runtime() -> Option<&'static Runtime> {
    RUNTIME
        .get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("titer-wire-client")
                .enable_all()
                .build()
                .ok()
        })
        .as_ref()
}

/// Runs a future to its end and waits for it; works from any thread, also from one that belongs to another runtime.
/// `None` when there is no runtime, or when the future panicked.
pub(crate) fn wait<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let (give, take) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        let _ = give.send(future.await);
    });
    take.recv().ok()
}

/// Chooses ring as the TLS provider, once. Somebody else's earlier choice stands.
pub(crate) fn install_provider() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
