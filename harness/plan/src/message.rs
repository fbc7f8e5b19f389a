//! Message templates: ER7 with placeholders, a segment a line.

use crate::template::Template;

/// A message template of the folder `messages`.
#[derive(Clone, Debug)]
pub struct MessageTemplate {
    /// Its name: `vxu/ad-1` for `messages/vxu/ad-1.hl7`.
    pub name: String,
    /// Its file, relative to the plan's folder.
    pub file: String,
    /// The text as written.
    pub source: String,
    /// What it holds, segments ended by a carriage return.
    pub template: Template,
}
