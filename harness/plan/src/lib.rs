//! Test plans: the model, the YAML loader, test data and message templates.
//!
//! A plan is a folder: `plan.yaml`, `cases/*.yaml`, `data/*.yaml`, `messages/**/*.hl7`, `known-failures.yaml` and
//! `known-failures/*.yaml`. Not here: anything that talks to a network, and judging what came back.

pub mod dates;
pub mod message;
pub mod model;
pub mod pattern;
pub mod span;
pub mod syntax;
pub mod template;

pub use model::Plan;
pub use pattern::Pattern;
pub use span::{Entries, OneOrMany, Parsed, Place, Spanned};
