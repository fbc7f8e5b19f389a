//! Conformance statements, conditions and the lists of test steps.

use super::Usage;
use crate::expr::{Expr, Path};
use serde::{Deserialize, Serialize};

/// Which elements a rule stands on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weight {
    /// Error.
    Error,
    /// Warning.
    Warning,
    /// NIST's "alert", between the two.
    Alert,
}

/// Where a step's rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The profile or guide.
    Guide,
    /// The data of a test step.
    Step,
}

/// A conformance statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConstraintDef {
    /// What it stands on.
    pub anchor: Anchor,
    /// Id, `IZ-23`; several statements may share one.
    pub id: String,
    /// How it counts.
    pub weight: Weight,
    /// The weight also counts when the statement cannot be judged; otherwise that is the profile's error.
    pub always: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// The profile's own words, when it has any.
    pub text: Option<String>,
    /// What must hold.
    pub assertion: Expr,
}

/// A condition that decides a usage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextDef {
    /// Where they are looked for, from the enclosing element.
    pub list: Path,
    /// What is looked for.
    pub patterns: Vec<ContextPattern>,
}

/// One thing of such a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// Values that go together on one segment: where the key holds, the rest must.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoValueDef {
    /// The segment.
    pub anchor: Anchor,
    /// The profile's own words, when it has any.
    pub text: Option<String>,
    /// What the segment is recognized by.
    pub key: Expr,
    /// What must hold then.
    pub then: Vec<Expr>,
}

/// All rules of a profile or of a test step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RulesDef {
    /// Conformance statements.
    pub constraints: Vec<ConstraintDef>,
    /// Conditions.
    pub predicates: Vec<PredicateDef>,
    /// Lists in any order.
    pub contexts: Vec<ContextDef>,
    /// Values that go together.
    pub co_values: Vec<CoValueDef>,
}

impl RulesDef {
    /// Adds the rules of another file.
    pub fn merge(&mut self, other: RulesDef) {
        self.constraints.extend(other.constraints);
        self.predicates.extend(other.predicates);
        self.contexts.extend(other.contexts);
        self.co_values.extend(other.co_values);
    }
}
