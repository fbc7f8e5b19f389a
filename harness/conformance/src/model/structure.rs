//! Messages, groups, segments and data types.

use super::{BindingDef, BindingsDef, CoContextDef, RulesDef, SlicingDef, TableDef};
use serde::{Deserialize, Serialize};

/// What the profile asks of an element's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Usage {
    /// Required.
    R,
    /// Required, but may be empty.
    RE,
    /// Conditional: a predicate decides.
    C,
    /// Optional.
    O,
    /// Backward compatible.
    B,
    /// Not supported.
    X,
    /// Withdrawn.
    W,
    /// Ignored by the receiver.
    IX,
}

impl Usage {
    /// By its letters.
    pub fn parse(text: &str) -> Option<Usage> {
        Some(match text {
            "R" => Usage::R,
            "RE" => Usage::RE,
            "C" => Usage::C,
            "O" => Usage::O,
            "B" => Usage::B,
            "X" => Usage::X,
            "W" => Usage::W,
            "IX" => Usage::IX,
            _ => return None,
        })
    }

    /// Its letters.
    pub fn letters(self) -> &'static str {
        match self {
            Usage::R => "R",
            Usage::RE => "RE",
            Usage::C => "C",
            Usage::O => "O",
            Usage::B => "B",
            Usage::X => "X",
            Usage::W => "W",
            Usage::IX => "IX",
        }
    }
}

/// How many occurrences; no maximum means any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cardinality {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: Option<u32>,
}

/// What a profile says about cutting a value at its conformance length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Truncation {
    /// Nothing.
    #[default]
    Unstated,
    /// `#`: a receiver may cut it there.
    Allowed,
    /// `=`: it must not be cut.
    Forbidden,
}

impl Truncation {
    /// The sign behind the number.
    pub fn sign(self) -> &'static str {
        match self {
            Truncation::Unstated => "",
            Truncation::Allowed => "#",
            Truncation::Forbidden => "=",
        }
    }
}

/// What a profile says about length.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Length {
    /// Nothing.
    None,
    /// Between two numbers of characters; no maximum means no limit.
    Between(u32, Option<u32>),
    /// A conformance length alone, which counts as 1 to that many.
    Conformance(u32, Truncation),
    /// What is written cannot be read.
    Invalid,
    /// Both a range and a conformance length are given, which HL7 does not allow.
    Both {
        /// At least.
        min: u32,
        /// At most; nothing means no limit.
        max: Option<u32>,
        /// The conformance length.
        conformance: u32,
        /// What it says about cutting.
        truncation: Truncation,
    },
}

/// A field of a segment or a component of a data type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ElementDef {
    /// Name, `Completion Status`.
    pub name: String,
    /// Usage.
    pub usage: Usage,
    /// Cardinality; components occur at most once.
    pub cardinality: Cardinality,
    /// Data type id.
    pub datatype: String,
    /// Length.
    pub length: Length,
    /// Codes.
    pub binding: Option<BindingDef>,
    /// The one value it must have.
    pub constant: Option<String>,
}

/// One line of a dynamic mapping.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaseDef {
    /// Value of the reference.
    pub value: String,
    /// Value of the second reference.
    pub second: Option<String>,
    /// Data type id.
    pub datatype: String,
}

/// Which data type a field has, by the value of other fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MappingDef {
    /// The field whose type is decided.
    pub position: u16,
    /// Field that names the type.
    pub reference: u16,
    /// Field, and its component, that narrow it.
    pub second: Option<(u16, Option<u16>)>,
    /// The cases.
    pub cases: Vec<CaseDef>,
}

/// A segment as one profile uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentDef {
    /// Id, unique in the profile.
    pub id: String,
    /// Three letters.
    pub name: String,
    /// Name in words.
    pub description: String,
    /// Fields in order.
    pub fields: Vec<ElementDef>,
    /// Dynamic mappings.
    pub mappings: Vec<MappingDef>,
}

/// A data type as one profile uses it; without components it is primitive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatatypeDef {
    /// Id, unique in the profile.
    pub id: String,
    /// HL7's name, `CE`.
    pub name: String,
    /// Name in words.
    pub description: String,
    /// Components in order.
    pub components: Vec<ElementDef>,
}

/// A group of segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDef {
    /// Id, unique in the profile.
    pub id: String,
    /// Name, `VXU_V04.ORDER`.
    pub name: String,
    /// What is in it.
    pub children: Vec<ChildDef>,
}

/// What stands in a message or group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChildKind {
    /// A segment, by id.
    Segment(String),
    /// A group.
    Group(GroupDef),
}

/// A place in a message or group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildDef {
    /// What stands there.
    pub kind: ChildKind,
    /// Usage.
    pub usage: Usage,
    /// Cardinality.
    pub cardinality: Cardinality,
}

/// A message of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDef {
    /// Id that rules and callers use; a UUID in the NIST files.
    pub id: String,
    /// Short id, `Z22`.
    pub identifier: String,
    /// Name in words.
    pub name: String,
    /// MSH-9.1.
    pub code: String,
    /// MSH-9.2.
    pub event: String,
    /// MSH-9.3.
    pub structure: String,
    /// Segments and groups in order.
    pub children: Vec<ChildDef>,
}

/// A whole profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The message.
    pub message: MessageDef,
    /// Where it comes from, in one line.
    pub source: String,
    /// Segments.
    pub segments: Vec<SegmentDef>,
    /// Data types.
    pub datatypes: Vec<DatatypeDef>,
    /// Value sets.
    pub tables: Vec<TableDef>,
    /// Value sets that are bound but not checked.
    pub unchecked: Vec<String>,
    /// Rules.
    pub rules: RulesDef,
    /// Bindings that stand apart from the elements.
    pub bindings: BindingsDef,
    /// Segments and fields that take another definition where something holds.
    pub slicing: SlicingDef,
    /// Co-constraint tables.
    pub co_constraints: Vec<CoContextDef>,
    /// Codes `HL7nnnn` and `99zzz` of tables for coding systems are patterns.
    pub legacy_0396: bool,
}
