//! The server half: routes, and a server that runs them from blocking code.

mod body;
mod endpoint;
mod hl7;
mod listening;
mod mllp;
mod run;
mod soap;
mod wsdl;

pub use endpoint::RouterOptions;
pub use hl7::hl7_router;
pub use mllp::{MllpOptions, MllpServer};
pub use run::{Server, ServerError, ServerOptions};
pub use soap::soap_router;
