//! What one profile asks for and another does not: how a local guide tightens or loosens a national one.
//!
//! Profiles are compared by what they say about places in a message, never by the ids of their definitions: two files may
//! call the same flavour of a segment what they like. A change is *tightened* when some message that the first profile
//! takes is refused by the second and none is newly taken, *loosened* in the opposite case, and *other* when neither is
//! so or it cannot be told.

pub mod describe;
mod elements;
mod places;
mod rules;
mod side;
mod tables;
mod usage;

use crate::model::Definition;
use serde::Serialize;
use side::Side;

/// Where a change leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The second profile asks for more.
    Tightened,
    /// The second profile asks for less.
    Loosened,
    /// Both, neither, or it cannot be told.
    Other,
}

impl Direction {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Tightened => "tightened",
            Direction::Loosened => "loosened",
            Direction::Other => "other",
        }
    }

    /// The direction back.
    #[must_use]
    pub fn reversed(self) -> Direction {
        match self {
            Direction::Tightened => Direction::Loosened,
            Direction::Loosened => Direction::Tightened,
            Direction::Other => Direction::Other,
        }
    }

    /// Of several steps together.
    fn all(steps: impl IntoIterator<Item = Option<Direction>>) -> Option<Direction> {
        steps
            .into_iter()
            .flatten()
            .reduce(|a, b| if a == b { a } else { Direction::Other })
    }

    /// From two numbers of which the larger one asks for more.
    fn by_rank(before: u32, after: u32) -> Option<Direction> {
        match before.cmp(&after) {
            std::cmp::Ordering::Less => Some(Direction::Tightened),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Direction::Loosened),
        }
    }
}

/// What is different about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// MSH-9 of the message.
    MessageType,
    /// An element that only the second profile has.
    Added,
    /// An element that only the first profile has.
    Removed,
    /// The order of segments and groups.
    Order,
    /// Usage, and the condition that decides it.
    Usage,
    /// Cardinality.
    Cardinality,
    /// Data type.
    Datatype,
    /// Length.
    Length,
    /// The value set, and where the code stands.
    Binding,
    /// How strongly a value set binds.
    Strength,
    /// Codes of a value set, whether others may be used, and whether it may change.
    Codes,
    /// A constant value.
    Constant,
    /// A data type that other fields decide.
    Mapping,
    /// A conformance statement.
    Constraint,
    /// A condition that decides about an element deeper inside.
    Condition,
    /// Another definition for some occurrences.
    Slicing,
    /// A co-constraint.
    CoConstraint,
}

impl Aspect {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Aspect::MessageType => "message type",
            Aspect::Added => "added",
            Aspect::Removed => "removed",
            Aspect::Order => "order",
            Aspect::Usage => "usage",
            Aspect::Cardinality => "cardinality",
            Aspect::Datatype => "data type",
            Aspect::Length => "length",
            Aspect::Binding => "binding",
            Aspect::Strength => "binding strength",
            Aspect::Codes => "codes",
            Aspect::Constant => "constant value",
            Aspect::Mapping => "dynamic mapping",
            Aspect::Constraint => "constraint",
            Aspect::Condition => "condition",
            Aspect::Slicing => "slicing",
            Aspect::CoConstraint => "co-constraint",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it is listed: `message`, a segment's letters, `data types` or `value sets`.
    pub group: String,
    /// The place, `PID-5.1`, `ORDER.RXA`, `HL70322_IZ`, or a constraint's id.
    pub place: String,
    /// Its name in words; empty when it has none.
    pub name: String,
    /// What is different.
    pub aspect: Aspect,
    /// Where it leads.
    pub direction: Direction,
    /// What the first profile says; empty when nothing.
    pub before: String,
    /// What the second profile says; empty when nothing.
    pub after: String,
    /// Codes that only the second profile takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes_added: Vec<String>,
    /// Codes that only the first profile takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes_removed: Vec<String>,
    /// The elements that a value set is bound to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_at: Vec<String>,
}

impl Change {
    fn new(group: &str, place: impl Into<String>, aspect: Aspect, direction: Direction) -> Self {
        Self {
            group: group.to_owned(),
            place: place.into(),
            name: String::new(),
            aspect,
            direction,
            before: String::new(),
            after: String::new(),
            codes_added: Vec::new(),
            codes_removed: Vec::new(),
            bound_at: Vec::new(),
        }
    }

    fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    fn from(mut self, before: impl Into<String>) -> Self {
        self.before = before.into();
        self
    }

    fn to(mut self, after: impl Into<String>) -> Self {
        self.after = after.into();
        self
    }
}

/// The name of the group about the message as a whole.
pub const MESSAGE: &str = "message";
/// The name of the group about rules that stand on data types.
pub const DATATYPES: &str = "data types";
/// The name of the group about value sets.
pub const VALUE_SETS: &str = "value sets";

/// Everything in which `after` differs from `before`: the message first, then its segments in their order, data types and
/// value sets; nothing when both ask for the same.
pub fn compare(before: &Definition, after: &Definition) -> Vec<Change> {
    let (a, b) = (Side::new(before), Side::new(after));
    let mut changes = Vec::new();
    let pairs = places::compare(&a, &b, &mut changes);
    let mut order: Vec<&str> = vec![MESSAGE];
    for pair in &pairs {
        if !order.contains(&pair.group.as_str()) {
            order.push(&pair.group);
        }
    }
    elements::compare(&a, &b, &pairs, &mut changes);
    rules::compare(&a, &b, &mut changes);
    tables::compare(&a, &b, &mut changes);
    let rank = |group: &str| match group {
        DATATYPES => usize::MAX - 1,
        VALUE_SETS => usize::MAX,
        group => order
            .iter()
            .position(|g| *g == group)
            .unwrap_or(usize::MAX - 2),
    };
    // elements in their order before rules, value sets by id; the sort keeps the order of what is alike
    changes.sort_by_cached_key(|c| (rank(&c.group), natural(&c.place), c.aspect));
    changes
}

// numbers inside a place count as numbers: PID-3 before PID-10
fn natural(place: &str) -> Vec<(String, u64)> {
    let mut out = Vec::new();
    let (mut word, mut number) = (String::new(), None::<u64>);
    for c in place.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).saturating_mul(10) + u64::from(digit));
        } else {
            if let Some(n) = number.take() {
                out.push((std::mem::take(&mut word), n));
            }
            word.push(c);
        }
    }
    out.push((word, number.unwrap_or(0)));
    out
}
