//! HL7 v2 messages as bytes plus a flat table of offsets.
//!
//! [`Message::parse`] borrows the bytes, fills an [`Offsets`] table (reused from message to message) and gives a
//! view that never copies: segments, fields, repetitions, components and subcomponents are slices with a position.
//! Parsing never fails; what is wrong with the bytes is a list of [`Fault`]s beside the view.
//!
//! Around the view: [`escape`] sequences, [`edit`]ing, [`build`]ing, [`read`]ing files and streams, and HL7's partial
//! dates in [`time`].
//!
//! Not here: anything about immunization, and any notion of what a message *should* hold.

// Bytes from outside index nothing: every access has an answer for what is not there.
#![deny(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used)]

pub mod build;
pub mod bytes;
pub mod charset;
pub mod clock;
pub mod edit;
mod element;
pub mod escape;
pub mod path;
pub mod read;
mod scan;
mod table;
pub mod time;
mod view;

pub use charset::Charset;
pub use element::{Component, Element, Field, Presence, Repetition, Subcomponent};
pub use path::{Path, PathError};
pub use table::{Delimiters, Fault, FaultKind, LineKind, Offsets};
pub use time::Ts;
pub use view::{Line, Message, Segment};
