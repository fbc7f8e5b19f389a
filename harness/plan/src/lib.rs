//! Test plans: the model, the YAML loader, test data and message templates.
//!
//! A plan is a folder: `plan.yaml`, `cases/*.yaml`, `data/*.yaml`, `messages/**/*.hl7`, `known-failures.yaml` and
//! `known-failures/*.yaml`. Not here: anything that talks to a network, and judging what came back.

mod check;
pub mod dates;
mod dose;
mod expect_check;
mod files;
mod load;
pub mod message;
pub mod model;
pub mod pattern;
pub mod render;
pub mod schema;
mod select;
pub mod span;
mod summary;
pub mod syntax;
pub mod template;
mod walk;

pub use dose::Dose;
pub use files::builtin_names;
pub use load::{PlanError, load, load_builtin, load_dir, load_known_failures};
pub use model::Plan;
pub use pattern::Pattern;
pub use render::{Exchanged, NothingYet, Occasion, RenderError, Scope};
pub use select::Chosen;
pub use span::{Entries, OneOrMany, Parsed, Place, Spanned};
pub use summary::{CaseLine, Lint, PlanLine, StepLine, lint, list};
