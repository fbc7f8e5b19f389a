//! Why the pages cannot be served.

use titer_wire::ServerError;

/// Why the workbench does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Its address cannot be served.
    #[error(transparent)]
    Server(#[from] ServerError),
}
