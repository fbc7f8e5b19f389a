//! The registry: patients, vaccinations, matching, reported and consolidated records.
//!
//! [`Registry::report`] takes what a message says about one person, finds whom it means ([`matching`]), keeps what was said,
//! derives what is believed ([`consolidate`]) and returns when that is durable. [`Registry::search`] answers who is meant by a
//! query. Behind it is the narrow [`Store`]: SQLite here. All writing goes through one thread with group commit ([`writer`]).
//!
//! Not here: HL7 messages, HTTP, and what an acknowledgment says.

pub mod consolidate;
pub mod ids;
pub mod matching;
pub mod normal;
pub mod record;
pub mod registry;
pub mod report;
pub mod sqlite;
pub mod store;
pub mod value;
pub mod writer;

pub use ids::{DoseId, IdMaker, ObservationId, PersonId, ReportId};
pub use matching::Probe;
pub use registry::{Asker, Found, Registry, RegistryError};
pub use sqlite::SqliteStore;
pub use store::{Counts, Store, StoreError};
