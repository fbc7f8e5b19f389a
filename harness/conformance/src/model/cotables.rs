//! Co-constraint tables: which combinations of values the segments of a group may have.

use super::{Cardinality, CodePlace, Strength};
use crate::expr::{Expr, Path};
use serde::{Deserialize, Serialize};

/// How much a row or group is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CoUsage {
    /// Required.
    Required,
    /// Strongly recommended.
    Recommended,
    /// Optional.
    Optional,
}

impl CoUsage {
    /// By its letter.
    pub fn parse(text: &str) -> Option<CoUsage> {
        Some(match text {
            "R" => CoUsage::Required,
            "S" => CoUsage::Recommended,
            "O" => CoUsage::Optional,
            _ => return None,
        })
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            CoUsage::Required => "R",
            CoUsage::Recommended => "S",
            CoUsage::Optional => "O",
        }
    }
}

/// Where a code cell finds its code and code system, from the cell's element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellPlace {
    /// Position of the code, for words.
    pub position: u16,
    /// The code.
    pub code: Path,
    /// The code system.
    pub system: Path,
}

/// What a cell asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellTest {
    /// This text.
    Text(String),
    /// This code under this code system.
    Code {
        /// The code.
        code: String,
        /// The code system.
        system: String,
        /// Where they may stand.
        at: Vec<CellPlace>,
    },
    /// A code of these value sets.
    Table {
        /// How strongly.
        strength: Strength,
        /// Value set ids.
        tables: Vec<String>,
        /// Where the code may stand.
        at: Vec<CodePlace>,
    },
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellDef {
    /// The element's name, `OBX-3`.
    pub name: String,
    /// The element, from the segment.
    pub path: Path,
    /// What is asked.
    pub test: CellTest,
}

/// A row: segments that all selectors fit must meet the constraints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoRowDef {
    /// How much such a segment is wanted.
    pub usage: CoUsage,
    /// How many may be there.
    pub cardinality: Cardinality,
    /// What the row recognizes its segments by.
    pub selectors: Vec<CellDef>,
    /// What must hold for them.
    pub constraints: Vec<CellDef>,
}

/// Rows whose segments belong together by a group id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoGroupDef {
    /// Name.
    pub name: String,
    /// How much such a group is wanted.
    pub usage: CoUsage,
    /// How many may be there.
    pub cardinality: Cardinality,
    /// The row that opens a group.
    pub primary: CoRowDef,
    /// The rows of its other segments.
    pub rows: Vec<CoRowDef>,
}

/// Where a segment says to which group it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupIdDef {
    /// Smaller numbers are looked at first.
    pub priority: u32,
    /// The element, from the segment.
    pub path: Path,
    /// Its name, `OBX-4`.
    pub name: String,
}

/// When a table applies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoConditionDef {
    /// The profile's own words.
    pub text: String,
    /// What must hold, with the enclosing group as the context.
    pub assertion: Expr,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoTableDef {
    /// When it applies; nothing means always.
    pub condition: Option<CoConditionDef>,
    /// Where segments name their group.
    pub group_ids: Vec<GroupIdDef>,
    /// Rows.
    pub rows: Vec<CoRowDef>,
    /// Groups of rows.
    pub groups: Vec<CoGroupDef>,
}

/// The tables for the segments at one path of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoSegmentDef {
    /// The segments, from the group.
    pub path: Path,
    /// Their name.
    pub name: String,
    /// The tables.
    pub tables: Vec<CoTableDef>,
}

/// The tables for the groups at one path of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoContextDef {
    /// The message's id.
    pub message: String,
    /// The groups, from the message.
    pub path: Path,
    /// Their name.
    pub name: String,
    /// What is asked of their segments.
    pub segments: Vec<CoSegmentDef>,
}
