//! Value sets, and the bindings of elements to them.

use super::Anchor;
use crate::expr::Path;
use serde::{Deserialize, Serialize};

/// How strongly a value set binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Strength {
    /// Required.
    Required,
    /// Suggested.
    Suggested,
    /// Not decided.
    Undetermined,
    /// The profile does not say.
    Unstated,
}

impl Strength {
    /// By its letter.
    pub fn parse(text: &str) -> Option<Strength> {
        Some(match text {
            "R" => Strength::Required,
            "S" => Strength::Suggested,
            "U" => Strength::Undetermined,
            _ => return None,
        })
    }
}

/// Codes that an element must take.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BindingDef {
    /// Value set ids.
    pub tables: Vec<String>,
    /// How strongly.
    pub strength: Strength,
    /// Components that may hold the code; empty means the element itself.
    pub at: Vec<u16>,
}

/// What a table says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CodeUsage {
    /// Required: may be used.
    Required,
    /// Permitted.
    Permitted,
    /// Excluded: must not be used.
    Excluded,
}

/// A code of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeDef {
    /// The code.
    pub value: String,
    /// Its code system.
    pub system: Option<String>,
    /// What the table says about it.
    pub usage: CodeUsage,
    /// A pattern that stands for many codes.
    pub pattern: Option<String>,
}

/// Whether codes outside a table may be used as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Openness {
    /// They may.
    Open,
    /// They may not.
    Closed,
    /// The table does not say.
    Unstated,
}

/// Whether a table may change after the profile was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stability {
    /// It may not.
    Static,
    /// It may.
    Dynamic,
    /// It does not say.
    Unstated,
}

/// A value set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDef {
    /// Id, `HL70322_IZ`.
    pub id: String,
    /// Name in words.
    pub name: String,
    /// Whether other codes may be used as well.
    pub openness: Openness,
    /// Whether it may change.
    pub stability: Stability,
    /// The codes.
    pub codes: Vec<CodeDef>,
}

/// A place that may hold a code, from the element that is bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodePlace {
    /// The code.
    pub code: Path,
    /// Its code system, when it is asked for.
    pub system: Option<Path>,
}

/// A binding that stands apart from the element that it binds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBindingDef {
    /// What it stands on: a data type, segment, group or message, by id.
    pub anchor: Anchor,
    /// What it binds, from there.
    pub target: Path,
    /// How strongly.
    pub strength: Strength,
    /// Value set ids.
    pub tables: Vec<String>,
    /// Where the code may stand, from the target.
    pub at: Vec<CodePlace>,
}

/// An element that must hold one code and no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleCodeDef {
    /// What it stands on: a data type, segment, group or message, by id.
    pub anchor: Anchor,
    /// What it binds, from there.
    pub target: Path,
    /// The code.
    pub code: String,
    /// Its code system.
    pub system: String,
    /// Where the code may stand, from the target.
    pub at: Vec<CodePlace>,
}

/// Bindings of a file of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingsDef {
    /// To value sets.
    pub sets: Vec<SetBindingDef>,
    /// To single codes.
    pub singles: Vec<SingleCodeDef>,
}

impl BindingsDef {
    /// Adds the bindings of another file.
    pub fn merge(&mut self, other: BindingsDef) {
        self.sets.extend(other.sets);
        self.singles.extend(other.singles);
    }
}
