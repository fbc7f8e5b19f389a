//! Test plans: the model, the YAML loader, test data and message templates.
//!
//! A plan is a folder:
//!
//! | file | what it holds |
//! |---|---|
//! | `plan.yaml` | id, title, version, requirements, capabilities, waivers, groups of cases |
//! | `cases/*.yaml` | a case a file: a story told in steps |
//! | `data/*.yaml` | patients, vaccines, orders, facilities, clinicians, apart from the steps |
//! | `expectations/*.yaml` | expectations that many steps have in common, as named sets |
//! | `messages/**/*.hl7` | messages in ER7 with placeholders, a segment a line, `#` before a comment |
//! | `known-failures.yaml`, `known-failures/SYSTEM.yaml` | what is known to fail, with a reason |
//!
//! One plan serves both sides of an exchange. `send` is what the EHR says to the IIS, `reply` what the IIS answers, and
//! the harness plays whichever is not under test: it sends the message and judges the answer, or waits for the message,
//! judges it and answers. `query-back` asks an IIS under test what it holds afterwards. A step that makes no sense with
//! one side says so with `applies-to` and `because`. The other kinds ([`model::StepKind`]) are for a person at the
//! system under test, with a checklist, the evidence to keep, and, as `trace`, the later message that proves it.
//!
//! Placeholders are filled in from test data (`{patient.name.family}`, `{orders.ad1-pentacel.lot}`), from the day of the
//! run (`{today-2m}`, `{now}`, `{today:words}`), from its seed (`{uid}`, `{uid.NAME}`) and from messages of the exchange
//! (`{sent MSH-10}`): see [`render`]. A name is a path, `onc-2015/AD-1/report`, and [`Pattern`] chooses by it.
//!
//! A plan that [`load`] gives has been checked: every reference leads somewhere, every template can be filled in, every
//! path, date and regular expression can be read, and no step is without something to judge. Otherwise every mistake is
//! told with its place. Not here: anything that talks to a network, and judging what came back.

pub mod attestation;
pub mod barcode;
mod check;
pub mod dates;
mod dose;
mod expect_check;
mod files;
pub mod import;
mod load;
pub mod message;
pub mod model;
pub mod pattern;
pub mod render;
pub mod schema;
mod select;
pub mod span;
mod stock;
mod summary;
pub mod syntax;
pub mod template;
mod told;
mod walk;

pub use attestation::{Attested, load_attestations};
pub use dose::Dose;
pub use files::builtin_names;
pub use load::{PlanError, load, load_builtin, load_dir, load_known_failures};
pub use model::Plan;
pub use pattern::Pattern;
pub use render::{Exchanged, NothingYet, Occasion, RenderError, Scope};
pub use select::Chosen;
pub use span::{Entries, OneOrMany, Parsed, Place, Spanned};
pub use summary::{CaseLine, Lint, PlanLine, StepLine, lint, list};
