//! The form in which profiles that ship stand in the program: what the YAML says, with names looked up and expressions read.
//! Shared with the build script, which makes it.
//!
//! A profile is one text, a value set another, so that a program decodes only what it uses. Profiles name their value
//! sets; several profiles share one.

use crate::model::{Definition, TableDef};
use serde::{Deserialize, Serialize};

/// A profile without the codes of its value sets.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) definition: Definition,
    /// Ids of its value sets, in order.
    pub(crate) tables: Vec<String>,
}

/// The definition, with the value sets that `table` gives for their ids; `None` when it does not know one of them.
pub(crate) fn decode(text: &str, table: impl Fn(&str) -> Option<TableDef>) -> Option<Definition> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let mut definition = stored.definition;
    definition.tables = stored
        .tables
        .iter()
        .map(|id| table(id))
        .collect::<Option<_>>()?;
    Some(definition)
}
