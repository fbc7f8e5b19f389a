//! HL7 v2 messages as bytes plus a flat table of offsets.
//!
//! [`Message::parse`] borrows the bytes, fills an [`Offsets`] table (reused from message to message) and gives a
//! view that never copies: segments, fields, repetitions, components and subcomponents are slices with a position.
//! Parsing never fails; what is wrong with the bytes is a list of [`Fault`]s beside the view.
//!
//! Not here: anything about immunization, and any notion of what a message *should* hold.

pub mod charset;
pub mod clock;
pub mod escape;
pub mod path;
mod view;

pub use charset::Charset;
pub use path::{Path, PathError};
pub use view::{
    Component, Delimiters, Element, Fault, FaultKind, Field, Line, LineKind, Message, Offsets,
    Presence, Repetition, Segment, Subcomponent,
};
