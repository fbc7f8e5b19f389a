//! Expectations held against a message: each becomes an assertion with what was expected and found, and, when it is not
//! met, a finding at its place.
//!
//! Not here: how a message was exchanged, and which expectations a step has.

mod conform;
mod doses;
mod eval;
mod find;
mod near;
pub mod place;
mod rules;
mod said;
mod values;
mod waive;

pub use conform::{Conformed, conform};
pub use doses::{KeptDose, kept_doses};
pub use eval::{Asserting, Judgement, merge};
pub use near::near_miss;
pub use rules::rules;
pub(crate) use rules::{finding, id};
