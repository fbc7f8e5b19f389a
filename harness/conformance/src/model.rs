//! A profile as it was read, from whichever format: names are not resolved yet.

use crate::expr::{Expr, Path};

/// What the profile asks of an element's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cardinality {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: Option<u32>,
}

/// What a profile says about length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// Nothing.
    None,
    /// Between two numbers of characters; no maximum means no limit.
    Between(u32, Option<u32>),
    /// What is written cannot be read.
    Invalid,
    /// Both a range and a conformance length are given.
    Both,
}

/// How strongly a value set binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BindingDef {
    /// Value set ids.
    pub tables: Vec<String>,
    /// How strongly.
    pub strength: Strength,
    /// Components that may hold the code; empty means the element itself.
    pub at: Vec<u16>,
}

/// A field of a segment or a component of a data type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseDef {
    /// Value of the reference.
    pub value: String,
    /// Value of the second reference.
    pub second: Option<String>,
    /// Data type id.
    pub datatype: String,
}

/// Which data type a field has, by the value of other fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDef {
    /// Id, unique in the profile.
    pub id: String,
    /// Name, `VXU_V04.ORDER`.
    pub name: String,
    /// What is in it.
    pub children: Vec<ChildDef>,
}

/// What stands in a message or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChildKind {
    /// A segment, by id.
    Segment(String),
    /// A group.
    Group(GroupDef),
}

/// A place in a message or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildDef {
    /// What stands there.
    pub kind: ChildKind,
    /// Usage.
    pub usage: Usage,
    /// Cardinality.
    pub cardinality: Cardinality,
}

/// What a table says about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CodeUsage {
    /// Required: may be used.
    Required,
    /// Permitted.
    Permitted,
    /// Excluded: must not be used.
    Excluded,
}

/// A code of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Openness {
    /// They may.
    Open,
    /// They may not.
    Closed,
    /// The table does not say.
    Unstated,
}

/// Whether a table may change after the profile was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stability {
    /// It may not.
    Static,
    /// It may.
    Dynamic,
    /// It does not say.
    Unstated,
}

/// A value set.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Which elements a rule stands on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// Every element of a data type, by id.
    DatatypeId(String),
    /// Every element of a data type, by HL7's name.
    DatatypeName(String),
    /// A segment, by id.
    SegmentId(String),
    /// A segment, by its three letters.
    SegmentName(String),
    /// A group, by id.
    GroupId(String),
    /// A group, by name.
    GroupName(String),
    /// The message, by the profile's message id.
    MessageId(String),
    /// The message, by its structure id.
    MessageName(String),
}

/// How a broken rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Error.
    Error,
    /// Warning.
    Warning,
    /// NIST's "alert", between the two.
    Alert,
}

/// Where a step's rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The profile or guide.
    Guide,
    /// The data of a test step.
    Step,
}

/// A conformance statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstraintDef {
    /// What it stands on.
    pub anchor: Anchor,
    /// Id, `IZ-23`; several statements may share one.
    pub id: String,
    /// How it counts.
    pub weight: Weight,
    /// Where it comes from.
    pub origin: Origin,
    /// The profile's own words, when it has any.
    pub text: Option<String>,
    /// What must hold.
    pub assertion: Expr,
}

/// A condition that decides a usage.
#[derive(Clone, Debug, PartialEq)]
pub struct PredicateDef {
    /// What it stands on.
    pub anchor: Anchor,
    /// What it decides about, from there.
    pub target: Path,
    /// Usage when the condition holds.
    pub when_true: Usage,
    /// Usage when it does not.
    pub when_false: Usage,
    /// The profile's own words, when it has any.
    pub text: Option<String>,
    /// The condition.
    pub condition: Expr,
}

/// A list of things that a message must hold in any order.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextDef {
    /// Where they are looked for, from the enclosing element.
    pub list: Path,
    /// What is looked for.
    pub patterns: Vec<ContextPattern>,
}

/// One thing of such a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextPattern {
    /// How it is recognized.
    pub trigger: Expr,
    /// The step's own words when it is not there.
    pub text: String,
    /// How many are asked for.
    pub count: u32,
    /// What must hold for each; the anchors are not used.
    pub constraints: Vec<ConstraintDef>,
    /// Lists inside it.
    pub contexts: Vec<ContextDef>,
}

/// All rules of a profile or of a test step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RulesDef {
    /// Conformance statements.
    pub constraints: Vec<ConstraintDef>,
    /// Conditions.
    pub predicates: Vec<PredicateDef>,
    /// Lists in any order.
    pub contexts: Vec<ContextDef>,
}

impl RulesDef {
    /// Adds the rules of another file.
    pub fn merge(&mut self, other: RulesDef) {
        self.constraints.extend(other.constraints);
        self.predicates.extend(other.predicates);
        self.contexts.extend(other.contexts);
    }
}

/// A message of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
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
}
