//! Conformance profiles for HL7 v2: what a message must look like, and whether one does.
//!
//! A [`Validator`] is compiled once from a profile, never changes, and is shared by all threads. [`Validator::check`]
//! gives [`Detection`]s, small records of numbers; [`Validator::finding`] makes words of one when somebody looks.
//! [`check_message`] does the whole: the faults of the bytes, and the findings of the profile that the message claims.
//!
//! Not here: transports, test plans, and immunization knowledge beyond what the profiles state.

mod as_of;
mod builtin;
pub mod bundle;
mod codebook;
pub mod compare;
pub mod convert;
mod detection;
mod dialect;
mod engine;
pub mod expr;
mod ids;
mod many;
pub mod model;
pub mod reference;
mod rules;
pub mod step;
mod stored;
mod syntax;
mod text;
mod validator;
pub mod xml;
pub mod yaml;

pub use as_of::{as_of_rules, check_as_of};
pub use builtin::{
    BUILTIN_IDS, Checked, builtin, builtin_definition, builtin_in, builtins, check_message,
    check_message_as, check_message_in, check_message_with, rules, select, shipped,
};
pub use codebook::{Context, Seen, accepts, look_at_codes};
pub use detection::{Detection, Kind, MOST_DETECTIONS, Place, What};
pub use dialect::{Dialect, Difference, Explained};
pub use engine::compile::CompileError;
pub use many::{Unsaid, Wanted, check_message_into};
pub use rules::guide_rules;
pub use text::Phrase;
pub use validator::{ProfileInfo, Scratch, Validator};
