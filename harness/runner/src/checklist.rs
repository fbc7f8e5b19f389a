//! What a person looks at: rows made from a step of the plan, and from the message that was really sent.

mod shown;
mod step;

pub(crate) use shown::{Told, notices, of_message};
pub(crate) use step::of_step;
