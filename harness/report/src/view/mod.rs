//! What the HTML templates are given: words, numbers and anchors, so that a template only arranges.

mod anchors;
mod case;
mod messages;
mod page;
mod pictures;

pub(crate) use anchors::{Anchors, Kind};
pub(crate) use messages::{LineView, MessageView, NoteView, message_view};
pub(crate) use page::page;
pub(crate) use pictures::short;
