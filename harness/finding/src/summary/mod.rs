//! What many messages have in common: which causes make most of the errors, whose they are, and who can fix each.
//!
//! A [`Tally`] counts and keeps one example of each thing it counts, never the findings themselves; tallies of parts of a
//! stream are put together with [`Tally::merge`]. A [`Summary`] is the ranked document made of it, and [`text`], [`csv`],
//! [`lines`] and [`page`] are its renderings.

mod document;
mod forms;
mod page;
mod rank;
mod tally;
mod text;

pub use document::{
    CauseRow, Example, Figures, FixerRow, Messages, PlaceRow, Ranking, RuleRow, SenderRow, Summary,
    Whose,
};
pub use forms::{csv, json, lines};
pub(crate) use page::escape;
pub use page::page;
pub use tally::{Sender, Tally};
pub use text::text;
